"""Jobs: rows that are worked off once, whatever happens to messages, workers and time."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from celery import current_app
from django.db import connection, transaction
from django.utils import timezone

from core import scope, tasks
from core.errors import Refused, UnscopedWork
from core.jobs.models import Job
from core.models import Event
from core.tasks import task

pytestmark = pytest.mark.usefixtures("committed")

PATIENCE = 30


@task()
def write(*, name: str) -> None:
    """Leaves one event behind, in the client's record."""
    Event.objects.create(name=name, at=timezone.now(), subject_kind="test", subject_id=1, actor_kind="system")


@task()
def write_and_fail(*, name: str) -> None:
    write.function(name=name)
    raise ZeroDivisionError(name)


@task()
def write_and_refuse(*, name: str) -> None:
    write.function(name=name)
    raise Refused("だめです。", code="no")


class NeverError(RuntimeError):
    permanent = True


@task()
def fail_for_good() -> None:
    raise NeverError("the other system says never")


@task(queue="heavy")
def ask_for_more(*, name: str) -> None:
    write.enqueue(name=name)


entered, leave = threading.Event(), threading.Event()


@task()
def wait_inside(*, name: str) -> None:
    write.function(name=name)
    entered.set()
    leave.wait(timeout=30)


@pytest.fixture(autouse=True)
def empty_queues() -> Iterator[None]:
    _taken("default")
    _taken("heavy")
    entered.clear()
    leave.clear()
    with scope.owner(), connection.cursor() as cursor:
        cursor.execute('TRUNCATE "c_acme".core_event')
    yield
    with scope.owner(), connection.cursor() as cursor:
        cursor.execute('TRUNCATE "c_acme".core_event')


def _taken(queue: str) -> list[int]:
    """The job ids of the messages in the queue, which is empty afterwards."""
    ids: list[int] = []
    with (
        current_app.connection_for_read() as broker,
        broker.SimpleQueue(queue) as messages,
        contextlib.suppress(messages.Empty),
    ):
        while True:
            message = messages.get(block=False)
            ids.append(message.payload[0][0])
            message.ack()
    return ids


def asked(job_task: tasks.Task[...], **arguments: object) -> int:
    with scope.client("acme"):
        return job_task.enqueue(**arguments)


def written() -> list[str]:
    with scope.client("acme"):
        return list(Event.objects.order_by("pk").values_list("name", flat=True))


def job(pk: int) -> Job:
    with scope.operator():
        return Job.objects.get(pk=pk)


def due(pk: int) -> None:
    """Let the job's time come."""
    with scope.operator():
        Job.objects.filter(pk=pk).update(run_at=timezone.now() - timedelta(seconds=1))


def test_work_asked_for_is_written_with_its_scope_and_sent_after_the_commit() -> None:
    with scope.client("acme"):
        pk = write.enqueue(name="a")
        assert _taken("default") == []
    assert _taken("default") == [pk]
    found = job(pk)
    assert (found.client, found.task, found.arguments) == ("acme", f"{__name__}.write", {"name": "a"})


def test_work_asked_for_in_what_is_undone_was_never_asked_for() -> None:
    with scope.client("acme"), pytest.raises(ZeroDivisionError), transaction.atomic():
        write.enqueue(name="a")
        raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError), scope.client("acme"):
        write.enqueue(name="a")
        raise ZeroDivisionError
    assert _taken("default") == []
    with scope.operator():
        assert not Job.objects.exists()


def test_work_is_not_asked_for_outside_of_a_scope() -> None:
    with pytest.raises(UnscopedWork):
        write.enqueue(name="a")


def test_a_job_runs_in_the_scope_that_asked_and_once() -> None:
    pk = asked(write, name="a")
    assert tasks.run(pk) is True
    assert tasks.run(pk) is False
    assert written() == ["a"]
    done = job(pk)
    assert (done.state, done.attempts, done.error) == (Job.DONE, 1, "")
    assert done.finished_at is not None


def test_the_operators_work_sees_no_clients_schema() -> None:
    with scope.operator():
        pk = write.enqueue(name="a")
    assert tasks.run(pk) is False
    assert "core_event" in job(pk).error


def test_what_a_job_asks_for_is_asked_for_when_it_is_done() -> None:
    pk = asked(ask_for_more, name="a")
    assert _taken("heavy") == [pk]
    assert tasks.run(pk)
    (more,) = _taken("default")
    assert tasks.run(more)
    assert written() == ["a"]


def test_a_failure_undoes_the_work_and_is_tried_again_later_each_time() -> None:
    pk = asked(write_and_fail, name="a")
    waits = []
    for attempt in range(1, tasks.MAX_ATTEMPTS):
        assert tasks.run(pk) is False
        failed = job(pk)
        assert (failed.state, failed.attempts) == (Job.WAITING, attempt)
        waits.append((failed.run_at - timezone.now()).total_seconds())
        assert tasks.run(pk) is False
        assert job(pk).attempts == attempt
        due(pk)
    assert waits == sorted(waits)
    assert waits[0] > 1
    assert max(waits) <= 600
    assert tasks.run(pk) is False
    ended = job(pk)
    assert (ended.state, ended.attempts, ended.error) == (Job.FAILED, tasks.MAX_ATTEMPTS, "ZeroDivisionError: a")
    assert written() == []
    due(pk)
    assert tasks.run(pk) is False
    assert job(pk).attempts == tasks.MAX_ATTEMPTS


@pytest.mark.parametrize(
    ("job_task", "arguments", "error"),
    [
        (write_and_refuse, {"name": "a"}, "Refused: だめです。"),
        (fail_for_good, {}, "NeverError: the other system says never"),
    ],
)
def test_a_refusal_is_final(job_task: tasks.Task[...], arguments: dict[str, object], error: str) -> None:
    pk = asked(job_task, **arguments)
    assert tasks.run(pk) is False
    ended = job(pk)
    assert (ended.state, ended.attempts, ended.error) == (Job.FAILED, 1, error)
    assert written() == []


def test_a_task_that_this_release_does_not_know_waits_for_one_that_does() -> None:
    with scope.client("acme"):
        pk = Job.objects.create(client="acme", task="gone.task").pk
    assert tasks.run(pk) is False
    assert (job(pk).state, job(pk).error) == (Job.WAITING, "KeyError: 'gone.task'")


def test_a_message_that_comes_twice_at_once_is_worked_off_once() -> None:
    pk = asked(wait_inside, name="a")
    outcome: list[bool] = []

    def work() -> None:
        outcome.append(tasks.run(pk))
        connection.close()

    first = threading.Thread(target=work)
    first.start()
    assert entered.wait(timeout=30)
    assert tasks.run(pk) is False
    leave.set()
    first.join()
    assert outcome == [True]
    assert written() == ["a"]


def test_a_delay_is_kept_in_the_database() -> None:
    with scope.client("acme"):
        pk = write.enqueue_at(timezone.now() + timedelta(hours=1), name="a")
    assert _taken("default") == []
    assert tasks.run(pk) is False
    assert tasks.sweep() == 0
    due(pk)
    _forget_nudge(pk)
    assert tasks.sweep() == 1
    assert _taken("default") == [pk]
    assert tasks.run(pk) is True


def _forget_nudge(pk: int) -> None:
    with scope.operator():
        Job.objects.filter(pk=pk).update(nudged_at=timezone.now() - 2 * tasks.NUDGE_AGAIN_AFTER)


def test_a_lost_message_is_sent_again_and_not_more_often_than_needed() -> None:
    pk = asked(write, name="a")
    assert _taken("default") == [pk]
    assert tasks.sweep() == 0
    _forget_nudge(pk)
    assert tasks.sweep() == 1
    assert tasks.sweep() == 0
    assert _taken("default") == [pk]
    tasks.run(pk)
    _forget_nudge(pk)
    assert tasks.sweep() == 0


def test_the_sweep_does_not_wait_for_what_is_being_done() -> None:
    long, lost = asked(write, name="a"), asked(write, name="b")
    for pk in (long, lost):
        _forget_nudge(pk)
    _taken("default")
    with ThreadPoolExecutor(1) as thread, scope.operator():
        assert Job.objects.select_for_update().get(pk=long).state == Job.WAITING
        assert thread.submit(_sweep_beside).result(PATIENCE) == 1
    assert _taken("default") == [lost]


def _sweep_beside() -> int:
    try:
        return tasks.sweep()
    finally:
        connection.close()


def test_jobs_of_a_client_are_its_own() -> None:
    pk = asked(write, name="a")
    with scope.client("acme"):
        assert Job.objects.filter(pk=pk).exists()
    with scope.operator():
        other = write.enqueue(name="b")
    with scope.client("acme"):
        assert not Job.objects.filter(pk=other).exists()
