"""Deadlines of decisions that pass: a reminder, the operator decides instead, or what was announced happens."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from core.events import Actor, publish_frame
from orders import ports
from orders.exceptions import CHOICES, KINDS, MOST_REMINDERS, REMIND
from orders.models import OrderException
from orders.services.exceptions.deciding import Answer, decide
from orders.services.exceptions.opening import locked, told_of

BATCH = 1000


@transaction.atomic
def follow_up(*, actor: Actor, at: datetime) -> int:
    """Do with every decision that is overdue what its kind says; returns how many there were, BATCH at most."""
    due = OrderException.objects.filter(closed_at=None, decide_by__lte=at)
    due = due.exclude(Q(decider="operator") & Q(reminders__gte=MOST_REMINDERS))
    found, _gone = locked(list(due.order_by("pk").values_list("pk", flat=True)[:BATCH]))
    rows = [row for row in found.values() if row.closed_at is None and row.decide_by and row.decide_by <= at]
    chosen = [row for row in rows if KINDS[row.kind].overdue in CHOICES and row.decider != "operator"]
    left = _choose(chosen, actor=actor, at=at)
    patient = [row for row in rows if row not in chosen and _is_reminded(row)]
    _remind(patient, actor=actor, at=at)
    _escalate([row for row in rows if row not in chosen and row not in patient] + left, actor=actor, at=at)
    return len(rows)


def _is_reminded(row: OrderException) -> bool:
    return KINDS[row.kind].overdue == REMIND and row.decider != "operator" and row.reminders < MOST_REMINDERS


def _choose(rows: Collection[OrderException], *, actor: Actor, at: datetime) -> list[OrderException]:
    """Have the choice taken that was announced; returns those on which it cannot be carried out."""
    left: list[OrderException] = []
    for row in rows:
        kind = KINDS[row.kind]
        choice = CHOICES[kind.overdue]
        if choice.needs == "date" and (row.expected_date is None or row.expected_date < ports.today(at)):
            left.append(row)
            continue
        side = "client" if row.decider in {"client", "buyer"} else "operator"
        outcome = decide([row.pk], answer=Answer(choice.code, date=row.expected_date), by=side, actor=actor, at=at)
        left += [row] if outcome.refused else []
    return left


def _remind(rows: Collection[OrderException], *, actor: Actor, at: datetime) -> None:
    """Whoever decides is told again, and has the same time once more."""
    _move_on(rows, actor=actor, at=at, event="order.exception_reminded")


def _escalate(rows: Collection[OrderException], *, actor: Actor, at: datetime) -> None:
    """The operator's lead decides from now on; clocks that waited for somebody else go on."""
    for row in rows:
        row.decider = "operator"
    _move_on(rows, actor=actor, at=at, event="order.exception_escalated")


def _move_on(rows: Collection[OrderException], *, event: str, actor: Actor, at: datetime) -> None:
    if not rows:
        return
    for row in rows:
        row.decide_by = ports.working_deadline(at, KINDS[row.kind].deadline)
    OrderException.objects.bulk_update(rows, ["decider", "decide_by"])
    OrderException.objects.filter(pk__in=[row.pk for row in rows]).update(reminders=F("reminders") + 1)
    publish_frame(event, "order", told_of(rows), actor=actor, at=at)
