from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from portal import embedded, supervisor
from portal.processes import CannotStart, Identity, Process, Program
from portal.supervisor import Charge, Site, Supervisor, refuse_busy_port
from tests.running import OWN, free_port, portal, until


def said(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code and everything it said."""
    output, _ = process.communicate(timeout=120)
    return process.returncode, output


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    text: str = process.stdout.readline()
    return text


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("portal")


@pytest.fixture(scope="module")
def up(var: Path) -> Iterator[subprocess.Popen[str]]:
    """A portal that serves."""
    with portal(var, "up", port=free_port()) as process:
        first = line(process)
        if "serves at" not in first:
            pytest.fail(first + "".join(process.stdout or []))
        yield process
        process.terminate()


def status_of(url: str, path: str) -> int:
    host, _, port = url.removeprefix("http://").rstrip("/").partition(":")
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)) as connection:
        connection.request("GET", path, headers={"Host": f"{host}:{port}"})
        return connection.getresponse().status


@pytest.mark.services
class TestARunningPortal:
    def test_it_serves_and_reaches_its_services(self, var: Path, up: subprocess.Popen[str]) -> None:
        url = supervisor.address(var / "run")

        assert (status_of(url, "/health/live"), status_of(url, "/health/ready")) == (200, 200)

    def test_its_status_names_every_process(self, var: Path, up: subprocess.Popen[str]) -> None:
        code, output = said(portal(var, "status"))

        assert code == 0
        assert f"serves at {supervisor.address(var / 'run')}" in output
        for name in ("beat", "portal", "postgres", "valkey", "web", "worker"):
            assert f"  {name} " in output

    def test_a_second_start_says_where_the_first_one_serves(self, var: Path, up: subprocess.Popen[str]) -> None:
        code, output = said(portal(var, "up", port=free_port()))

        assert code == 1
        assert f"already running (pid {up.pid}) and serves at {supervisor.address(var / 'run')}" in output

    @pytest.mark.parametrize("name", ["postgres", "valkey", "worker", "web", "beat"])
    def test_what_is_killed_is_started_again(self, name: str, var: Path, up: subprocess.Popen[str]) -> None:
        record = var / "run" / f"{name}.pid"
        killed = Identity.read(record)
        assert killed
        os.kill(killed.pid, signal.SIGKILL)

        assert line(up).startswith(f"{name} ended (signal SIGKILL). It is started again in ")
        assert line(up) == f"{name} runs again.\n"
        assert Identity.read(record) not in (None, killed)

    def test_it_serves_again_after_all_that(self, var: Path, up: subprocess.Popen[str]) -> None:
        url = supervisor.address(var / "run")

        until(lambda: supervisor.serves(url), seconds=60, what="the web server answers again")
        until(lambda: status_of(url, "/health/ready") == 200, seconds=60, what="it reaches its services again")

    def test_it_ends_everything_it_started_and_nothing_else(self, var: Path, up: subprocess.Popen[str]) -> None:
        mine = [psutil.Process(up.pid), *psutil.Process(up.pid).children(recursive=True)]
        with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as bystander:
            code, output = said(portal(var, "stop"))
            assert bystander.poll() is None
            bystander.kill()
        _, alive = psutil.wait_procs(mine, timeout=10)

        assert (code, output) == (0, "The portal has ended.\n")
        assert len(mine) > 8
        assert alive == []
        assert up.wait(10) == 0
        assert list((var / "run").glob("*.pid")) == []
        assert said(portal(var, "status"))[0] == 3


@pytest.mark.services
def test_ctrl_c_while_it_starts_leaves_nothing(tmp_path: Path) -> None:
    record = tmp_path / "run" / "postgres.pid"
    with portal(tmp_path, "up", port=free_port()) as process:
        while not record.exists():
            assert process.poll() is None
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
    _, alive = psutil.wait_procs(children, timeout=10)

    assert process.returncode == 130
    assert alive == []


def site(var: Path) -> Site:
    embedded.prepare(var)
    return Site(var, free_port())


def test_a_busy_port_is_named_with_its_holder_and_another_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart) as refusal:
            refuse_busy_port(port)

    assert f"Port {port} is in use by " in str(refusal.value)
    assert f"(pid {os.getpid()})" in str(refusal.value)
    assert f"PORT={port + 1} make demo" in str(refusal.value)


def test_a_stale_record_is_no_running_portal(tmp_path: Path) -> None:
    run = site(tmp_path).run
    Identity(os.getpid(), "another-boot:7").write(run / "portal.pid")

    assert supervisor.running(run) is None
    assert supervisor.stop(run) is False
    assert not (run / "portal.pid").exists()


def sample(code: str, log: Path | None) -> Program:
    return Program("sample", [sys.executable, "-c", code], log)


def test_a_program_that_fails_is_quoted_from_its_log(tmp_path: Path) -> None:
    portal = Supervisor(site(tmp_path), say=print)

    with pytest.raises(CannotStart, match=r"sample failed \(exit code 3\).*\nno such table"):
        portal.run(sample("print('no such table'); raise SystemExit(3)", tmp_path / "log" / "sample.log"))


def test_a_program_that_speaks_for_itself_hands_its_exit_code_on(tmp_path: Path) -> None:
    assert Supervisor(site(tmp_path), say=print).run(sample("raise SystemExit(4)", None)) == 4


@pytest.fixture
def failing(tmp_path: Path) -> Callable[[], Process]:
    def start() -> Process:
        process = Process(sample("raise SystemExit(5)", None), tmp_path)
        process.wait(10)
        return process

    return start


def test_what_keeps_failing_is_started_less_and_less_often(failing: Callable[[], Process]) -> None:
    charge = Charge("sample", failing, failing(), since=0)
    now, pauses = 0.0, []
    for _ in range(9):
        news = charge.tend(now)
        assert news and news.startswith("sample ended (exit code 5). It is started again in ")
        assert charge.again_at is not None
        pauses.append(charge.again_at - now)
        assert charge.tend(charge.again_at - 0.01) is None
        now = charge.again_at
        assert charge.tend(now) == "sample runs again."

    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_what_ran_steadily_is_forgiven_its_past(failing: Callable[[], Process]) -> None:
    charge = Charge("sample", failing, failing(), since=0, failures=7)

    charge.tend(supervisor.STEADY_SECONDS + 1)

    assert charge.failures == 1


def test_what_cannot_be_started_is_tried_again(tmp_path: Path, failing: Callable[[], Process]) -> None:
    def refuse() -> Process:
        raise CannotStart("The disk is full.")

    charge = Charge("sample", refuse, failing(), since=0)
    charge.tend(0)
    assert charge.again_at is not None

    assert charge.tend(charge.again_at) == "sample cannot be started: The disk is full. It is started again in 1 s."


def test_nonsense_in_the_environment_is_refused_by_name(tmp_path: Path) -> None:
    code, output = said(portal(tmp_path, "status", port=99999))

    assert code == 1
    assert "PORT" in output


def test_the_site_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in OWN:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PORTAL_VAR", str(tmp_path))
    monkeypatch.setenv("BROKER_URL", "redis://elsewhere:6379/0")
    found = Site.from_environment(port=8123, moved_clock=True)

    assert (found.own_database, found.own_broker) == (True, False)
    assert found.url == "http://localhost:8123/"
    assert found.environment == {
        "PORTAL_VAR": str(tmp_path),
        "PORT": "8123",
        "PORTAL_MOVED_CLOCK": str(tmp_path / "clock"),
    }
