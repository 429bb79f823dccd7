"""The portal's own processes for tests: a web server and workers on a database of the test's own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeVar
from urllib.parse import quote
from urllib.request import urlopen

from portal.endpoints import postgres_url, run_directory
from portal.processes import Process, Program
from tests import environment

Found = TypeVar("Found")
Portal = subprocess.Popen[str]
PAUSE = 0.05
OWN = {"DATABASE_URL", "BROKER_URL", "CACHE_URL"}
"""Where the tests' services are: what a portal with services of its own must not be told."""


def until(condition: Callable[[], Found], *, seconds: float, what: str) -> Found:
    """Ask until the answer is true, and return it; AssertionError with `what` after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(PAUSE)
    return answer


def broker(var: Path, number: int) -> str:
    """The URL of one of the broker's databases, so that workers of different tests take no message of each other's."""
    return f"redis+socket://{quote(str(run_directory(var) / 'valkey.sock'))}?virtual_host={number}"


def variables(database: str, *, var: Path, messages: int, **more: str) -> dict[str, str]:
    """What a process needs in its environment to work on the database and the broker's database `messages`."""
    url = postgres_url(var, user="portal", database=database)
    return {"DATABASE_URL": url, "BROKER_URL": broker(var, messages), **more}


def start(name: str, *arguments: str, environ: dict[str, str]) -> Process:
    """Start one of the portal's programs."""
    run = environment.VAR / environment.WORKER / "run"
    run.mkdir(parents=True, exist_ok=True)
    log = run / f"{name}.log"
    return Process(Program(name, [sys.executable, *arguments], log, environ, grace=10, directory=environment.ROOT), run)


def worker(name: str, environ: dict[str, str]) -> Process:
    """A Celery worker with one process for the work."""
    options = ("--concurrency=1", "--loglevel=WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat")
    return start(name, "-m", "celery", "-A", "portal.celery", "worker", *options, environ=environ)


def portal(
    var: Path, *arguments: str, port: int | None = None, output: int | IO[bytes] = subprocess.PIPE, **more: str
) -> Portal:
    """`python -m portal …` for a portal of its own below var; what it says goes to `output`. more: variables."""
    environ = {name: value for name, value in os.environ.items() if name not in OWN}
    environ |= {"PORTAL_MODE": "embedded", "PORTAL_VAR": str(var), "PORT": str(port or 8000), **more}
    return subprocess.Popen(
        [sys.executable, "-m", "portal", *arguments],
        cwd=environment.ROOT,
        env=environ,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
    )


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def site(database: str, *, messages: int) -> Iterator[int]:
    """The portal, served with a worker of its own; gives the port."""
    port = free_port()
    environ = variables(database, var=environment.VAR, messages=messages, PORT=str(port))
    options = (
        "--interface=wsgi",
        "--host=127.0.0.1",
        f"--port={port}",
        "--workers=1",
        "--blocking-threads=3",
        "--no-ws",
    )
    processes = [
        start("web", "-m", "granian", *options, "portal.wsgi:application", environ=environ),
        worker("site-worker", environ),
    ]
    try:
        until(lambda: _answers(port), seconds=60, what="the web server answers")
        yield port
    finally:
        for process in processes:
            process.stop()


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False
