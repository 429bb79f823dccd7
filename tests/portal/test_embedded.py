from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from psycopg import conninfo

from portal import embedded
from portal.embedded import Services
from portal.endpoints import Endpoints, run_directory
from portal.processes import CannotStart, Identity, give_to_account

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data that have been started once, with a client's note in them."""
    var = tmp_path_factory.mktemp("portal") / "v ar"
    (var / "postgres.new" / "half").mkdir(parents=True)
    with Services(var) as endpoints, psycopg.connect(superuser_of_portal(endpoints)) as session:
        session.execute("CREATE TABLE note (text text)")
        session.execute("INSERT INTO note VALUES ('kept')")
    return var


@pytest.fixture
def services(var: Path) -> Iterator[Services]:
    services = Services(var)
    yield services
    services.stop()


def superuser_of_portal(endpoints: Endpoints) -> str:
    return conninfo.make_conninfo(endpoints.superuser_url, dbname="portal")


def notes(endpoints: Endpoints) -> list[str]:
    with psycopg.connect(superuser_of_portal(endpoints)) as session:
        return [text for (text,) in session.execute("SELECT text FROM note").fetchall()]


def test_they_answer_where_the_endpoints_say_and_keep_their_data(var: Path, services: Services) -> None:
    endpoints = services.start()

    assert endpoints == Endpoints.below(var)
    assert notes(endpoints) == ["kept"]
    with redis.from_url(endpoints.cache_url) as cache:
        assert cache.ping()


def test_the_login_role_has_no_rights_of_its_own(services: Services) -> None:
    endpoints = services.start()
    with psycopg.connect(endpoints.database_url, autocommit=True) as session:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("SELECT * FROM public.note")
        session.execute("SET ROLE portal_owner")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("SET ROLE postgres")


def test_only_the_owner_may_enter_where_they_listen(var: Path, services: Services) -> None:
    services.start()

    for directory in (var, run_directory(var), run_directory(var) / "postgres", var / "log"):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700, directory


def test_nothing_runs_after_the_end(services: Services) -> None:
    services.start()
    pids = [process.pid for process in services.processes.values()]
    services.stop()

    assert [pid for pid in pids if Identity.of(pid)] == []
    services.stop()


def test_a_second_holder_is_told(var: Path, services: Services) -> None:
    services.start()

    with pytest.raises(CannotStart, match="already running"):
        Services(var).start()
    assert notes(services.endpoints) == ["kept"]


def test_a_killed_server_comes_back_with_its_data(var: Path, services: Services) -> None:
    services.start()
    killed = services.processes["postgres"]
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait(10)

    server = services.servers[0]
    services.processes["postgres"] = server.start()
    embedded.wait_until_ready(server, services.processes["postgres"])

    assert notes(services.endpoints) == ["kept"]


def test_a_pid_file_whose_pid_belongs_to_somebody_else_is_no_obstacle(var: Path, services: Services) -> None:
    (var / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{var / 'postgres'}\n1\n5432\n\n\n  1 1\n")
    services.start()

    assert notes(services.endpoints) == ["kept"]


def test_they_end_with_a_holder_that_is_killed(var: Path, services: Services) -> None:
    holder = (
        "import signal, sys; from pathlib import Path; from portal.embedded import Services;"
        f"s = Services(Path({str(var)!r})); s.start();"
        "print(*(p.pid for p in s.processes.values()), flush=True); signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", holder], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        left = [psutil.Process(int(pid)) for pid in process.stdout.readline().split()]
        process.kill()
    _, alive = psutil.wait_procs(left, timeout=30)

    assert len(left) == 2
    assert alive == []
    services.start()
    assert notes(services.endpoints) == ["kept"]


def test_data_of_another_user_are_taken_back_by_root_and_refused_by_others(var: Path, services: Services) -> None:
    if os.geteuid() == 0:
        for file in (*(var / "postgres").rglob("*"), var / "postgres"):
            os.chown(file, 0, 0)
        assert notes(services.start()) == ["kept"]
    else:
        with pytest.raises(CannotStart, match="/ belongs to another user"):
            give_to_account(Path("/"))


def test_data_of_another_version_are_refused_with_both_versions(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("17\n")

    with pytest.raises(CannotStart, match="written by PostgreSQL 17, this is 18"):
        Services(tmp_path, broker=False).start()


def test_a_server_that_cannot_start_is_quoted_with_a_way_on(tmp_path: Path) -> None:
    (tmp_path / "valkey" / "appendonlydir").mkdir(parents=True)
    (tmp_path / "valkey" / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")

    with pytest.raises(CannotStart, match=r"(?s)valkey ended at once.*manifest.*remove .*/valkey"):
        Services(tmp_path, database=False).start()


def test_a_nearly_full_disk_is_said_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "SPACE_NEEDED", 2**60)

    with pytest.raises(CannotStart, match="nearly full"):
        Services(tmp_path).start()
    assert not (tmp_path / "postgres").exists()


def test_a_place_too_long_for_sockets_gets_a_short_one(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)

    assert run_directory(tmp_path) == tmp_path / "run"
    assert len(str(run_directory(deep))) < 50
    assert run_directory(deep) != run_directory(deep / "other")


def test_the_urls_survive_spaces_and_signs(tmp_path: Path) -> None:
    odd = tmp_path / "a b%c?d&é"
    found = conninfo.conninfo_to_dict(Endpoints.below(odd).database_url)

    assert (found["user"], found["dbname"]) == ("portal", "portal")
    assert found["host"] == str(run_directory(odd) / "postgres")


def test_secrets_are_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    embedded.ensure_secrets(tmp_path)
    first = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}
    embedded.ensure_secrets(tmp_path)

    assert {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()} == first
    assert set(first) == {"secret_key", "encryption_key"}
    assert len(first["secret_key"]) >= 50
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "secrets").iterdir()} == {0o600}
