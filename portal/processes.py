"""Processes the portal starts: each in a group of its own, tied to the life of its parent, known by pid and start.

Linux only: `setpriv` (util-linux) ties a child to its parent, /proc tells whether a pid is still the process it was.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

LOG_LIMIT = 20 * 1024 * 1024
UNPRIVILEGED = "nobody"
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2


class CannotStart(Exception):  # noqa: N818 (it is what the person reads, and not always a fault)
    """Something outside of the portal is in the way. The message says what, where, and what to do."""


@dataclass(frozen=True)
class Identity:
    """A process by pid and start time (in clock ticks since the boot named), so that a re-used pid is not mistaken.

    stop: the name of the signal that asks it to end.
    """

    pid: int
    started: str
    stop: str = field(default="SIGTERM", compare=False)

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """The identity of the process that has this pid now; None where there is none, or only its corpse."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return None
        fields = stat.rpartition(")")[2].split()
        if fields[0] in "ZX":
            return None
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return cls(pid, f"{boot}:{fields[19]}")

    @classmethod
    def read(cls, file: Path) -> Identity | None:
        """What `write` left in the file; None where there is no file or nothing sensible in it."""
        try:
            pid, started, stop = file.read_text().split()
            return cls(int(pid), started, signal.Signals[stop].name)
        except (FileNotFoundError, ValueError, KeyError):
            return None

    def write(self, file: Path) -> None:
        """Record the process in the file, whole or not at all."""
        fresh = file.with_name(f"{file.name}.new")
        fresh.write_text(f"{self.pid} {self.started} {self.stop}\n")
        fresh.replace(file)

    def alive(self) -> bool:
        """Whether this very process still runs."""
        return Identity.of(self.pid) == self

    def ask_to_stop(self) -> None:
        """Send it its stop signal, if it is still there."""
        if self.alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.Signals[self.stop])


@dataclass(frozen=True)
class Program:
    """What to run, and how to end it.

    argv: an absolute path and its arguments. environment: on top of ours. log: gets both outputs, None for ours.
    stop: the signal that asks it to end; kill follows after `grace` seconds. own_account: never as root
    (root is exchanged for the account `nobody`). directory: where it runs, None for where we do.
    """

    name: str
    argv: Sequence[str | Path]
    log: Path | None
    environment: Mapping[str, str] = field(default_factory=dict)
    stop: signal.Signals = signal.SIGTERM
    grace: float = 10
    own_account: bool = False
    directory: Path | None = None


class Process:
    """One running program. Its identity stands in `<run>/<name>.pid` for as long as it runs.

    Start it from the main thread: the kernel asks the child to end when the thread that started it is gone.
    """

    def __init__(self, program: Program, run: Path) -> None:
        self.program = program
        self.record = run / f"{program.name}.pid"
        self._cleared = False
        with _output(program.log) as output:
            self._popen = subprocess.Popen(  # noqa: S603 (our own programs)
                launch(program.argv, own_account=program.own_account, on_parent_death=program.stop),
                env={**os.environ, **program.environment},
                cwd=program.directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        identity = Identity.of(self._popen.pid)
        if identity:
            replace(identity, stop=program.stop.name).write(self.record)

    @property
    def pid(self) -> int:
        """The pid, also after the end."""
        return self._popen.pid

    def exit_code(self) -> int | None:
        """None while it runs; minus the signal's number where a signal ended it."""
        return self._popen.poll()

    def wait(self, seconds: float | None = None) -> int:
        """The exit code, once it ends; subprocess.TimeoutExpired where that takes longer than `seconds`."""
        return self._popen.wait(seconds)

    def ask_to_stop(self) -> None:
        """Send the stop signal, to the program alone: it tells its own children."""
        if self.exit_code() is None:
            self._popen.send_signal(self.program.stop)

    def stop(self) -> None:
        """Ask it to end, wait for the grace, then kill what is left of its group."""
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(self.program.grace)
        self.clear()

    def clear(self) -> None:
        """Kill what is left of its group, itself included, and forget it. For a program that ended by itself, too."""
        if not self._cleared:
            _kill_group(self.pid)
            self.wait()
            self.record.unlink(missing_ok=True)
            self._cleared = True


def packaged(package: str, pattern: str) -> Path:
    """A program that a Python package carries. The package is not imported: it may start things when it is."""
    spec = importlib.util.find_spec(package)
    for place in (spec.submodule_search_locations or []) if spec else []:
        for program in Path(place).glob(pattern):
            return program
    raise CannotStart(f"The Python package {package} carries no {pattern} for this machine. Run bin/setup.")


def launch(
    argv: Sequence[str | Path], *, own_account: bool = False, on_parent_death: signal.Signals = signal.SIGKILL
) -> list[str]:
    """The command line that runs `argv` and sends it `on_parent_death` when the thread that started it is gone.

    own_account: as root, run it as `nobody` with nothing but the right to pass through directories that are closed to
    others: the checkout may lie below one, and var/ is one, which keeps everybody else of that account out.
    """
    if not shutil.which("setpriv"):
        raise CannotStart("The program setpriv is missing. It comes with util-linux: install that package.")
    tied = ["setpriv", "--pdeathsig", on_parent_death.name.removeprefix("SIG")]
    if own_account and os.geteuid() == 0:
        right = _passage()
        tied += [f"--reuid={UNPRIVILEGED}", f"--regid={account_group()}", "--clear-groups"]
        tied += [f"--inh-caps=-all,+{right}", f"--ambient-caps=-all,+{right}", "--securebits=+no_setuid_fixup"]
    return [*tied, "--", *map(str, argv)]


def account_group() -> int:
    """The group of the account that root is exchanged for."""
    return pwd.getpwnam(UNPRIVILEGED).pw_gid


def give_to_account(path: Path) -> None:
    """See to it that the account which programs with `own_account` run as owns the path and all that is in it.

    CannotStart where it belongs to another user and we are not root.
    """
    owner = pwd.getpwnam(UNPRIVILEGED).pw_uid if os.geteuid() == 0 else os.geteuid()
    if path.stat().st_uid == owner:
        return
    if os.geteuid() != 0:
        raise CannotStart(f"{path} belongs to another user. Start as that user, or give it to yours: chown -R.")
    for each in (*path.rglob("*"), path):
        os.chown(each, owner, account_group(), follow_symlinks=False)


def _passage() -> str:
    """The lesser of the two capabilities that let pass through closed directories; containers have the other only."""
    status = Path("/proc/self/status").read_text()
    held = int(status.partition("CapEff:")[2].split()[0], 16)
    if held >> _CAP_DAC_READ_SEARCH & 1:
        return "dac_read_search"
    if held >> _CAP_DAC_OVERRIDE & 1:
        return "dac_override"
    raise CannotStart(
        "PostgreSQL does not run as root, and this root may not hand over to another account. Run it as a normal user."
    )


@contextlib.contextmanager
def _output(log: Path | None) -> Iterator[int | None]:
    if log is None:
        yield None
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


def rotate(log: Path) -> None:
    """Cut a log that has grown past LOG_LIMIT: its content moves to `<name>.1`, the file stays open and goes on."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.with_name(f"{log.name}.1").write_bytes(log.read_bytes())
        os.truncate(log, 0)


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def sweep(records: Iterable[Path], *, grace: float = 15) -> list[str]:
    """End the processes that an earlier portal recorded and left behind when it was killed. Returns their names.

    A record whose pid is gone, or belongs to another process by now, is only removed.
    """
    found = {file: identity for file in records if (identity := Identity.read(file))}
    alive = {file: identity for file, identity in found.items() if identity.alive()}
    for identity in alive.values():
        identity.ask_to_stop()
    deadline = time.monotonic() + grace
    while any(identity.alive() for identity in alive.values()) and time.monotonic() < deadline:
        time.sleep(0.05)
    for identity in alive.values():
        _kill_group(identity.pid)
    for file in found:
        file.unlink(missing_ok=True)
    return [file.stem for file in alive]


def with_mark(mark: str) -> list[int]:
    """The processes, whoever's they are, whose command line holds the mark."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found


@contextlib.contextmanager
def exclusive(file: Path, otherwise: str) -> Iterator[None]:
    """Hold the lock file for the length of the block. It ends with its holder's life, so it is never stale.

    Raises CannotStart(otherwise) where another process holds it.
    """
    with file.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(otherwise) from None
        yield


def tail(log: Path | None, lines: int = 8) -> str:
    """The last lines of a log, for an error's sentence; "" where there is none."""
    if log is None or not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
