"""A portal of its own, as `python -m portal up` runs it, to be killed under those who work with it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.test import override_settings
from django.utils import timezone

from billing.services import presets, terms
from core import clock, scope
from core.events import Actor
from core.jobs.models import Job
from orders.models import Intake
from portal.demo.calendar import at
from portal.demo.files import Delivery
from portal.demo.floor import Floor, Worker
from portal.demo.month import Sent, channels_of
from portal.demo.visitor import Unexpected, Visitor
from portal.demo.world import COMPANIES, MONTH
from portal.endpoints import postgres_url, run_directory
from portal.processes import Identity
from sla import services as promises
from tenants import services as tenants
from tests import databases, running
from tests.conftest import OPERATOR
from tests.factories.people import PASSWORD, client_person, staff
from tests.running import until

COMPANY = COMPANIES[0]
SCHEMA = scope.schema_of(COMPANY.code)
PATIENCE = 120
CLERKS, WAREHOUSE = ("verify", "resolve", "release"), ("pick", "pack", "ship")
DAY = date(2026, 10, 8)
NOW = at(DAY, "14:00")

_HALF_WAY = """
    SELECT count(DISTINCT waiting.pid)
      FROM pg_locks waiting JOIN pg_locks written USING (pid)
     WHERE waiting.relation = %s::regclass AND NOT waiting.granted
       AND written.relation = %s::regclass AND written.mode = 'RowExclusiveLock'
"""
HalfWay = Callable[[str], int]


@dataclass
class Site:
    """A portal that runs, whoever works with it, and the files that were sent to it."""

    var: Path
    visitor: Visitor
    client: Actor
    floor: Floor
    sent: list[Sent] = field(default_factory=list)

    @property
    def superuser(self) -> str:
        """The URL of its database, past every wall."""
        return postgres_url(self.var, user="postgres", database="portal")

    def send(self, name: str, data: bytes) -> int:
        """Send an order file by the page's form, until the portal says where it is; the id of its job."""
        file = {"file": (name, data, "text/csv")}

        def address() -> str:
            with suppress(Unexpected):
                return str(self.visitor.send("/intakes", {"channel": COMPANY.channel}, files=file).url)
            return ""

        intake_id = int(until(address, seconds=PATIENCE, what=f"{name} is taken").rsplit("/", 1)[-1])
        self.sent.append(Sent(COMPANY, Delivery(DAY, name, data), intake_id))
        with scope.client(COMPANY.code):
            return int(Intake.objects.values_list("job_id", flat=True).get(pk=intake_id) or 0)

    def kill(self, name: str) -> Callable[[], bool]:
        """Kill a process and its group without a warning; what is returned says whether there is another one."""
        record = run_directory(self.var) / f"{name}.pid"
        killed = Identity.read(record)
        assert killed
        os.killpg(killed.pid, signal.SIGKILL)
        return lambda: Identity.read(record) not in (None, killed)

    def cut_power(self) -> None:
        """Kill the database; come back when the supervisor has brought it back, and it has recovered."""
        another = self.kill("postgres")
        until(lambda: another() and self._answers(), seconds=PATIENCE, what="the database is back")

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.superuser, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    @contextmanager
    def standstill(self, table: str = "sla_clock") -> Iterator[HalfWay]:
        """Within the block whoever writes to the table has to wait; by default whoever starts, pauses or stops a clock.

        Gives a function: how many wait now that have written to a table (or taken from a sequence) of the client's.
        """
        with psycopg.connect(self.superuser, autocommit=True) as watcher, suppress(psycopg.OperationalError):

            def half_way(relation: str) -> int:
                [(count,)] = watcher.execute(_HALF_WAY, [f'"{SCHEMA}".{table}', f'"{SCHEMA}".{relation}'])
                return int(count)

            with psycopg.connect(self.superuser) as holder:
                holder.execute(f'LOCK TABLE "{SCHEMA}".{table} IN EXCLUSIVE MODE'.encode())
                yield half_way


def _said(process: running.Portal, folder: Path) -> bytes:
    said = (folder / "said").read_bytes()
    assert process.poll() is None, said.decode()
    return said


def _people() -> tuple[Actor, list[Worker]]:
    """The client with its terms; somebody of it, and those who work for it."""
    tenants.create_client(code=COMPANY.code, name=COMPANY.name, actor=OPERATOR, at=NOW)
    plan, charges, included = presets.PLANS[COMPANY.plan]
    with scope.client(COMPANY.code):
        channels_of(COMPANY)
        promises.set_up_defaults(at=NOW)
        terms.agree(plan=plan, starts_on=MONTH, recipient={"name": COMPANY.name})
        terms.publish_card(name=plan, starts_on=MONTH, charges=charges, included=included, actor=OPERATOR)
    person = client_person("orders", COMPANY.code, email="orders@aoba.example.jp", name="受注 窓口")
    clerk, packer = staff("clerk", [COMPANY.code]), staff("warehouse", [COMPANY.code])
    workers = [Worker(clerk.pk, clerk.name, CLERKS), Worker(packer.pk, packer.name, WAREHOUSE)]
    return Actor("person", str(person.pk), person.name), workers


@contextmanager
def portal(tmp_path: Path, django_db_blocker: Any) -> Iterator[Site]:
    """A portal with one client that has sent nothing yet, kept alive by its supervisor."""
    var, port, moved = tmp_path / "var", running.free_port(), tmp_path / "clock"
    with override_settings(MOVED_CLOCK=moved), (tmp_path / "said").open("wb") as said:
        clock.move(NOW)
        # Mode "test" for the passwords alone: they are made here and read there.
        more = {"PORTAL_MODE": "test", "PORTAL_MOVED_CLOCK": str(moved)}
        with running.portal(var, "up", port=port, output=said, **more) as process:
            try:
                until(lambda: b"serves at" in _said(process, tmp_path), seconds=PATIENCE, what="the portal serves")
                with django_db_blocker.unblock(), databases.of_portal(var):
                    client, workers = _people()
                    with Visitor(COMPANY.code, port=port) as visitor:
                        visitor.log_in("orders@aoba.example.jp", PASSWORD)
                        yield Site(var, visitor, client, Floor(workers, [COMPANY.code]))
            finally:
                process.terminate()


def waiting() -> set[int]:
    """The jobs that wait."""
    with scope.operator():
        return set(Job.objects.filter(state=Job.WAITING).values_list("pk", flat=True))


def catch_up() -> None:
    """Let the sweep find at once what it would find in a while, until no job waits."""

    def nothing_waits() -> bool:
        with scope.operator():
            idle = Job.objects.select_for_update(skip_locked=True).filter(state=Job.WAITING)
            now = timezone.now()
            Job.objects.filter(pk__in=list(idle.values_list("pk", flat=True))).update(
                run_at=now, nudged_at=now - timedelta(hours=1)
            )
        return not waiting()

    until(nothing_waits, seconds=PATIENCE, what="every job is done")
