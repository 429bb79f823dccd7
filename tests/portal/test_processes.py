from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from portal.processes import CannotStart, Identity, Process, Program, exclusive, rotate, sweep, tail

FOR_EVER = "import signal; signal.pause()"


def program(run: Path, code: str, **options: object) -> Program:
    return Program("sample", [sys.executable, "-c", code], run / "sample.log", **options)  # type: ignore[arg-type]


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process that nobody may touch."""
    with subprocess.Popen([sys.executable, "-c", FOR_EVER]) as process:
        yield process
        process.kill()


def test_a_process_is_recorded_while_it_runs_and_forgotten_when_stopped(tmp_path: Path) -> None:
    process = Process(program(tmp_path, FOR_EVER), tmp_path)
    recorded = Identity.read(tmp_path / "sample.pid")

    assert recorded == Identity.of(process.pid)
    process.stop()

    assert process.exit_code() == -signal.SIGTERM
    assert not (tmp_path / "sample.pid").exists()


def test_what_does_not_end_when_asked_is_killed_with_its_whole_group(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    stubborn = (
        "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"child = subprocess.Popen([sys.executable, '-c', {FOR_EVER!r}]);"
        f"open({str(pipe)!r}, 'w').write(str(child.pid)); signal.pause()"
    )
    process = Process(program(tmp_path, stubborn, grace=0.1), tmp_path)
    grandchild = psutil.Process(int(pipe.read_text()))
    process.stop()
    grandchild.wait(10)

    assert process.exit_code() == -signal.SIGKILL
    assert not grandchild.is_running()


def test_a_reused_pid_is_not_taken_for_the_process_that_had_it(
    tmp_path: Path, bystander: subprocess.Popen[bytes]
) -> None:
    now = Identity.of(bystander.pid)
    assert now
    Identity(now.pid, "another-boot:1").write(tmp_path / "old.pid")

    assert sweep([tmp_path / "old.pid"]) == []
    assert bystander.poll() is None
    assert not (tmp_path / "old.pid").exists()


def test_what_a_killed_portal_left_behind_is_swept(tmp_path: Path) -> None:
    left = Process(program(tmp_path, FOR_EVER), tmp_path)

    assert sweep(tmp_path.glob("*.pid")) == ["sample"]
    assert left.wait(5) == -signal.SIGTERM


def test_a_damaged_record_is_no_process(tmp_path: Path) -> None:
    (tmp_path / "sample.pid").write_text("12 ")

    assert Identity.read(tmp_path / "sample.pid") is None
    assert Identity.read(tmp_path / "missing.pid") is None


def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    parent = (
        "import sys; from pathlib import Path; from portal.processes import Process, Program;"
        f"p = Process(Program('sample', [sys.executable, '-c', {FOR_EVER!r}], None), Path({str(tmp_path)!r}));"
        "print(p.pid, flush=True); p.wait()"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        child = psutil.Process(int(process.stdout.readline()))
        process.kill()
        child.wait(10)

    assert not child.is_running()


def test_a_lock_is_held_by_one_and_ends_with_its_holder(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with exclusive(lock, "taken"), pytest.raises(CannotStart, match="taken"), exclusive(lock, "taken"):
        pass
    with exclusive(lock, "taken"):
        assert lock.exists()


def test_a_grown_log_is_cut_and_goes_on_in_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.processes.LOG_LIMIT", 10)
    log = tmp_path / "web.log"
    with log.open("a") as writer:
        writer.write("one\ntwo\nthree\n")
        writer.flush()
        rotate(log)
        writer.write("four\n")

    assert log.read_text() == "four\n"
    assert tail(tmp_path / "web.log.1", 2) == "two\nthree"
