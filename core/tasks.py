"""The only door to Celery.

`@task` turns a function into a task with `enqueue(**arguments)`. Enqueueing writes a job row in the transaction at hand
and, after its commit, sends the row's id to the broker. The worker locks the row, does the work in the row's scope and
marks it done in one transaction: what a task writes to the database is written exactly once, however often its message
arrives, and a lost message is sent again by `sweep`. Outside effects (a mail, a webhook) happen at least once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Generic, ParamSpec

import structlog
from celery import current_app, shared_task
from django.db import transaction
from django.utils import timezone

from core import clock, scope
from core.errors import Refused
from core.jobs.models import Job

P = ParamSpec("P")

MAX_ATTEMPTS = 8
NUDGE_AGAIN_AFTER = timedelta(seconds=20)
SWEEP_LIMIT = 1000

log = structlog.get_logger(__name__)
_tasks: dict[str, Task[...]] = {}


class Task(Generic[P]):
    """A function that runs later, in the scope it was asked for. Its arguments must survive JSON."""

    def __init__(self, function: Callable[P, object], queue: str) -> None:
        self.function = function
        self.queue = queue
        self.name = f"{function.__module__}.{function.__name__}"

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> object:
        return self.function(*args, **kwargs)

    def enqueue(self, **arguments: Any) -> int:
        """Ask for the work, in the scope and transaction at hand; returns the job's id."""
        return self._enqueue(arguments, run_at=None)

    def enqueue_at(self, run_at: datetime, **arguments: Any) -> int:
        """Ask for the work not before `run_at`. The delay is kept in the database, not in the broker."""
        return self._enqueue(arguments, run_at=run_at)

    def enqueue_many(self, arguments: Sequence[Mapping[str, Any]]) -> list[int]:
        """Ask for the work once for each of the arguments, with one statement; returns the jobs' ids, in order."""
        jobs = Job.objects.bulk_create(self._job(dict(each)) for each in arguments)
        for job in jobs:
            transaction.on_commit(partial(_nudge, job.pk, self.queue))
        return [job.pk for job in jobs]

    def _enqueue(self, arguments: dict[str, Any], run_at: datetime | None) -> int:
        job = self._job(arguments)
        if run_at is not None:
            job.run_at = run_at
        job.save(force_insert=True)
        if run_at is None or run_at <= timezone.now():
            transaction.on_commit(lambda: _nudge(job.pk, self.queue))
        return job.pk

    def _job(self, arguments: dict[str, Any]) -> Job:
        context = structlog.contextvars.get_contextvars()
        return Job(
            client=scope.current().client or "",
            task=self.name,
            arguments=arguments,
            request_id=str(context.get("request_id", "")),
        )


def task(*, queue: str = "default") -> Callable[[Callable[P, object]], Task[P]]:
    """Declare a task. Queues: "default" for short work, "heavy" for files and closings, "outside" for other systems."""

    def declare(function: Callable[P, object]) -> Task[P]:
        declared = Task(function, queue)
        _tasks[declared.name] = declared
        return declared

    return declare


def declared() -> dict[str, Task[...]]:
    """Every task, by name."""
    return dict(_tasks)


@shared_task(name="core.run_job", acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def run_job(job_id: int) -> None:
    """What a worker does with a message: the one Celery task there is."""
    run(job_id)


def run(job_id: int) -> bool:
    """Do the job in this process. False where it was done, is being done elsewhere or is not due."""
    try:
        with scope.operator():
            job = _lock(job_id)
            if job is None:
                return False
            with structlog.contextvars.bound_contextvars(client=job.client, request_id=job.request_id, job=job.pk):
                with _scope_of(job):
                    _tasks[job.task].function(**job.arguments)
                _finish(job, Job.DONE)
                return True
    except Exception as error:
        if not _note_failure(job_id, error):
            raise
        return False


def _lock(job_id: int) -> Job | None:
    waiting = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id, state=Job.WAITING)
    return waiting.filter(run_at__lte=timezone.now()).first()


@contextlib.contextmanager
def _scope_of(job: Job) -> Iterator[None]:
    if job.client:
        with scope.client(job.client):
            yield
    else:
        yield


def _finish(job: Job, state: str, error: str = "") -> None:
    job.state, job.error, job.finished_at = state, error, clock.now()
    job.attempts += 1
    job.save(update_fields=["state", "error", "finished_at", "attempts"])


def _note_failure(job_id: int, error: Exception) -> bool:
    """Write down that a try failed: a refusal is final, anything else is tried again later, up to a limit.

    False where the failure could not be written (the database is away): the row then waits as it was, for the sweep.
    """
    log.warning("job_failed", job=job_id, error=type(error).__name__, exc_info=not isinstance(error, Refused))
    try:
        with scope.operator():
            job = Job.objects.select_for_update().get(pk=job_id)
            if isinstance(error, Refused) or getattr(error, "permanent", False) or job.attempts + 1 >= MAX_ATTEMPTS:
                _finish(job, Job.FAILED, error=f"{type(error).__name__}: {error}"[:2000])
            else:
                job.attempts += 1
                job.error = f"{type(error).__name__}: {error}"[:2000]
                job.run_at = timezone.now() + timedelta(seconds=min(2**job.attempts, 600))
                job.save(update_fields=["attempts", "error", "run_at"])
    except Exception:
        log.exception("job_failure_not_noted", job=job_id)
        return False
    return True


def sweep() -> int:
    """Nudge what should have run by now and has not: lost messages, dead workers, delayed work that is due.

    What is being done is locked, and passed over: to wait for it would keep a worker from other work.
    """
    now = timezone.now()
    with scope.operator():
        idle = Job.objects.select_for_update(skip_locked=True)
        due = idle.filter(state=Job.WAITING, run_at__lte=now, nudged_at__lte=now - NUDGE_AGAIN_AFTER)
        jobs = list(due.order_by("run_at").values_list("pk", "task")[:SWEEP_LIMIT])
        Job.objects.filter(pk__in=[pk for pk, _ in jobs]).update(nudged_at=now)
    for pk, name in jobs:
        _nudge(pk, _tasks[name].queue if name in _tasks else "default")
    return len(jobs)


def _nudge(job_id: int, queue: str) -> None:
    try:
        current_app.send_task("core.run_job", args=[job_id], queue=queue, retry=False)
    except Exception:
        # The row is committed and the sweep will find it: a broker that is away must not fail the person's request.
        log.exception("broker_away", job=job_id)
