"""Runs the whole portal on one machine: built-in services, upgrade, web server, worker and beat, kept alive.

One supervisor per var/. It starts every process itself, starts again what ends unasked, and ends them all when it is
asked to (Ctrl-C, SIGTERM, `python -m portal stop`). Were it killed, the kernel tells its processes to end, and the next
start ends what is left.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from portal import embedded, env
from portal.endpoints import run_directory
from portal.processes import CannotStart, Identity, Process, Program, exclusive, rotate, sweep, tail

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
TICK = 0.2
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0
START_SECONDS = 90.0


@dataclass(frozen=True)
class Site:
    """Which portal: its var/, the port it serves on, and what its processes get in their environment.

    own_database, own_broker: whether the built-in one is used (and not that of DATABASE_URL, BROKER_URL).
    """

    var: Path
    port: int
    base_domain: str = "localhost"
    own_database: bool = True
    own_broker: bool = True
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_environment(cls, *, port: int | None = None, moved_clock: bool = False) -> Site:
        """The site that the variables describe; `port` overrides PORT. Nonsense ends the process with its name."""
        read = env.read()
        var = (ROOT / read.portal_var).resolve()
        port = port or read.port
        variables = {"PORTAL_VAR": str(var), "PORT": str(port)}
        if moved_clock:
            variables["PORTAL_MOVED_CLOCK"] = str(var / "clock")
        return cls(
            var=var,
            port=port,
            base_domain=read.base_domain,
            own_database=not read.database_url,
            own_broker=not read.broker_url,
            environment=variables,
        )

    @property
    def url(self) -> str:
        """Where the operator's pages are."""
        return f"http://{self.base_domain}:{self.port}/"

    @property
    def run(self) -> Path:
        """Where the processes are recorded."""
        return run_directory(self.var)

    def program(self, name: str, *arguments: str, grace: float = 10, log: bool = True) -> Program:
        """A program of the portal: this Python with arguments, its output in var/log or (log=False) on the terminal."""
        file = self.var / "log" / f"{name}.log" if log else None
        return Program(name, [sys.executable, *arguments], file, self.environment, grace=grace, directory=ROOT)


def programs(site: Site) -> list[Program]:
    """The portal's own processes beside the services."""
    celery = ("-m", "celery", "-A", "portal.celery")
    schedule = str(site.run / "beat")
    return [
        site.program(
            "web",
            *("-m", "granian", "--interface=wsgi", f"--host={HOST}", f"--port={site.port}", "--workers=2"),
            *("--blocking-threads=4", "--respawn-failed-workers", "--no-ws", "portal.wsgi:application"),
        ),
        site.program(
            "worker",
            *(*celery, "worker", "--concurrency=2", "--max-tasks-per-child=1000", "--loglevel=WARNING"),
            *("--without-gossip", "--without-mingle"),
            grace=20,
        ),
        site.program("beat", *celery, "beat", "--loglevel=WARNING", f"--schedule={schedule}", "--pidfile="),
    ]


@dataclass
class Charge:
    """A process under supervision: how to start it, and how it has been doing."""

    name: str
    start: Callable[[], Process]
    process: Process
    since: float = field(default_factory=time.monotonic)
    failures: int = 0
    again_at: float | None = None

    def tend(self, now: float) -> str | None:
        """Start it again when it has ended: soon the first time, later each time it ends early. Returns the news."""
        if self.again_at is not None:
            return self._restart(now)
        code = self.process.exit_code()
        if code is None:
            return None
        self.process.clear()
        if now - self.since > STEADY_SECONDS:
            self.failures = 0
        return f"{self.name} ended ({ending(code)}). {self._put_off(now)}"

    def _restart(self, now: float) -> str | None:
        if self.again_at is None or now < self.again_at:
            return None
        try:
            self.process = self.start()
        except (CannotStart, OSError) as error:
            return f"{self.name} cannot be started: {error} {self._put_off(now)}"
        self.again_at, self.since = None, now
        return f"{self.name} runs again."

    def _put_off(self, now: float) -> str:
        self.failures += 1
        pause = min(LONGEST_PAUSE, 0.25 * 2**self.failures)
        self.again_at = now + pause
        return f"It is started again in {pause:g} s."


def ending(code: int) -> str:
    """How a process ended, in words."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


class Supervisor:
    """The running portal of one site. Use it from the main thread, as a context manager: it runs within the block."""

    def __init__(self, site: Site, *, say: Callable[[str], None]) -> None:
        self.site = site
        self.say = say
        self.charges: list[Charge] = []
        self.ending = threading.Event()
        self._held = contextlib.ExitStack()
        self._services = embedded.Services(site.var, database=site.own_database, broker=site.own_broker)

    def __enter__(self) -> Supervisor:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start(self) -> None:
        embedded.prepare(self.site.var)
        self._held.enter_context(exclusive(self.site.run / "portal.lock", already_running(self.site.run)))
        refuse_busy_port(self.site.port)
        sweep(own_records(self.site.run))
        embedded.ensure_secrets(self.site.var)
        self._record()
        self._services.start()
        self._held.enter_context(asked_to_end(self.ending))
        for server in self._services.servers:
            self._take_charge(server.program.name, server.start, self._services.processes[server.program.name])
        self.run(self.site.program("upgrade", "manage.py", "upgrade"))
        for program in programs(self.site):
            self._launch(program)
        self._await_web()

    def _record(self) -> None:
        identity = Identity.of(os.getpid())
        if identity:
            identity.write(self.site.run / "portal.pid")
        (self.site.run / "address").write_text(self.site.url)

    def _launch(self, program: Program) -> None:
        def start() -> Process:
            return Process(program, self.site.run)

        self._take_charge(program.name, start, start())

    def _take_charge(self, name: str, start: Callable[[], Process], process: Process) -> None:
        self.charges.append(Charge(name, start, process))

    def run(self, program: Program) -> int:
        """Run a program to its end while the rest is kept alive, and return its exit code.

        KeyboardInterrupt where the portal is asked to end meanwhile; CannotStart where a program with a log fails.
        """
        process = Process(program, self.site.run)
        try:
            self.watch(lambda: process.exit_code() is not None)
            code = process.exit_code()
        finally:
            process.stop()
        if code is None:
            raise KeyboardInterrupt
        if code and program.log:
            raise CannotStart(
                f"{program.name} failed ({ending(code)}). Its log {program.log} ends:\n{tail(program.log)}"
            )
        return code

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Keep everything alive until `until()` or until the portal is asked to end."""
        logs_due = time.monotonic()
        while not until() and not self.ending.wait(TICK):
            now = time.monotonic()
            for charge in self.charges:
                if news := charge.tend(now):
                    self.say(news)
            if now >= logs_due:
                logs_due = now + 60
                for log in (self.site.var / "log").glob("*.log"):
                    rotate(log)

    def _await_web(self) -> None:
        web = next(charge for charge in self.charges if charge.name == "web")
        deadline = time.monotonic() + START_SECONDS
        self.watch(lambda: web.failures > 0 or time.monotonic() > deadline or serves(self.site.url))
        if self.ending.is_set():
            raise KeyboardInterrupt
        if not serves(self.site.url):
            log = self.site.var / "log" / "web.log"
            raise CannotStart(f"The web server does not answer. Its log {log} ends:\n{tail(log)}")

    def stop(self) -> None:
        """End everything that was started: the portal's own processes at once, then the services."""
        mine = [charge.process for charge in self.charges if charge.name not in self._services.processes]
        for process in mine:
            process.ask_to_stop()
        for process in mine:
            process.stop()
        for charge in self.charges:
            if charge.name in self._services.processes:
                self._services.processes[charge.name] = charge.process
        self._services.stop()
        self.charges.clear()
        if Identity.read(self.site.run / "portal.pid") == Identity.of(os.getpid()):
            (self.site.run / "portal.pid").unlink(missing_ok=True)
        self._held.close()


@contextlib.contextmanager
def asked_to_end(event: threading.Event) -> Iterator[None]:
    """Within the block, Ctrl-C, a closed terminal and SIGTERM set the event and do nothing else."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: event.set()) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def serves(url: str) -> bool:
    """Whether the web server of this machine that goes by the URL's name answers that it is alive."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(HOST, parts.port, timeout=5)
    try:
        connection.request("GET", "/health/live", headers={"Host": parts.netloc})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def refuse_busy_port(port: int) -> None:
    """CannotStart where another program listens on the port, with its name where that may be known."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise CannotStart(f"Port {port} is for root alone. Choose another one: PORT=8000 make demo") from None
        except OSError:
            free = port + 1 if port < 65535 else 8000
            raise CannotStart(
                f"Port {port} is in use{holder(port)}. End that program, or choose another port: PORT={free} make demo"
            ) from None


def holder(port: int) -> str:
    """' by <name> (pid …)' for the process that listens on the port; '' where that cannot be seen from here."""
    with contextlib.suppress(psutil.Error):
        for found in psutil.net_connections(kind="tcp"):
            if found.status == psutil.CONN_LISTEN and found.laddr and found.laddr.port == port and found.pid:
                return f" by {psutil.Process(found.pid).name()} (pid {found.pid})"
    return ""


def running(run: Path) -> Identity | None:
    """The supervisor recorded below `run`, if it still runs."""
    identity = Identity.read(run / "portal.pid")
    return identity if identity and identity.alive() else None


def address(run: Path) -> str:
    """Where the portal recorded below `run` serves; "" where nothing is recorded."""
    with contextlib.suppress(FileNotFoundError):
        return (run / "address").read_text()
    return ""


def already_running(run: Path) -> str:
    """The sentence for a second start."""
    identity = running(run)
    who = f" (pid {identity.pid})" if identity else ""
    return f"The portal is already running{who} and serves at {address(run)}. `make stop` ends it."


def own_records(run: Path) -> list[Path]:
    """The records of everything but the services, which clear up after themselves."""
    return [file for file in run.glob("*.pid") if file.stem not in embedded.NAMES]


def clear_remains(run: Path) -> list[str]:
    """End what a killed supervisor left behind. Returns the names; none where somebody else holds the services."""
    left = sweep(own_records(run))
    try:
        with exclusive(run / "services.lock", ""):
            return left + sweep(run.glob("*.pid"))
    except (CannotStart, FileNotFoundError):
        return left


def stop(run: Path, *, seconds: float = 120) -> bool:
    """Ask the running portal to end and wait for it; end what a killed one left behind. False where nothing ran.

    CannotStart where it does not end in time.
    """
    supervisor = running(run)
    if not supervisor:
        return bool(clear_remains(run))
    supervisor.ask_to_stop()
    deadline = time.monotonic() + seconds
    while supervisor.alive():
        if time.monotonic() > deadline:
            raise CannotStart(f"The portal (pid {supervisor.pid}) did not end within {seconds:.0f} s.")
        time.sleep(0.05)
    return True
