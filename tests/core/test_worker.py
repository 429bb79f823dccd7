"""A real worker on the real broker: killed in the middle, nothing is lost and nothing is done twice."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.utils import timezone

from core import mailing, scope, tasks
from core.jobs.models import Job
from portal.endpoints import postgres_url
from tenants import tasks as chores
from tenants.models import SpareSchema
from tests.environment import ROOT, VAR

pytestmark = [pytest.mark.services, pytest.mark.usefixtures("committed")]

PATIENCE = 60.0


@contextlib.contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process group of its own, on the database at hand; killed in the end."""
    database = postgres_url(VAR, user="portal", database=str(settings.DATABASES["default"]["NAME"]))
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "-A", "portal.celery", "worker", "--concurrency=2"),
            *("--loglevel=ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the worker and its children without a warning."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether it holds within a minute; asked twenty times a second."""
    end, pause = time.monotonic() + PATIENCE, threading.Event()
    while not holds():
        if time.monotonic() > end:
            return False
        pause.wait(0.05)
    return True


def state_of(pk: int) -> str:
    with scope.operator():
        return Job.objects.get(pk=pk).state


def is_being_done(pk: int) -> bool:
    with scope.operator():
        return not Job.objects.select_for_update(skip_locked=True).filter(pk=pk).exists()


def send_again(pk: int) -> None:
    with scope.operator():
        Job.objects.filter(pk=pk).update(nudged_at=timezone.now() - timedelta(hours=1))
    tasks.sweep()


@pytest.fixture
def mailbox() -> Path:
    folder = Path(settings.VAR) / "mail"
    for old in folder.glob("*.log"):
        old.unlink()
    return folder


def test_a_worker_does_what_is_asked(mailbox: Path) -> None:
    with scope.client("acme"):
        pk = mailing.send(to="hanako@example.jp", name="山田 花子", subject="お知らせ", text="本文です。")
    with worker():
        assert eventually(lambda: state_of(pk) == Job.DONE)
    (mail,) = mailbox.glob("*.log")
    assert b"hanako@example.jp" in mail.read_bytes()


def test_work_that_a_worker_died_over_is_done_once_by_the_next() -> None:
    with scope.operator():
        pk = chores.keep_spares.enqueue()
    with worker() as first:
        assert eventually(lambda: is_being_done(pk))
        kill(first)
    assert eventually(lambda: not is_being_done(pk))
    with scope.owner():
        assert SpareSchema.objects.count() in (0, chores.SPARES)
    send_again(pk)
    with worker():
        assert eventually(lambda: state_of(pk) == Job.DONE)
    with scope.owner():
        assert SpareSchema.objects.count() == chores.SPARES


def test_work_whose_message_was_lost_is_done_after_the_next_sweep(mailbox: Path) -> None:
    with scope.client("acme"):
        pk = mailing.send(to="hanako@example.jp", subject="お知らせ", text="本文です。")
    with current_app.connection_for_write() as broker:
        channel: Any = broker.default_channel
        channel.client.flushdb()
    with worker():
        send_again(pk)
        assert eventually(lambda: state_of(pk) == Job.DONE)
    assert len(list(mailbox.glob("*.log"))) == 1
