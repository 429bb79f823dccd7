"""What suppliers answer: that they deliver, and on which day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from core.batches import Outcome
from core.errors import Refused
from core.events import Actor
from core.periods import local_day
from core.wording import Sentence, _
from orders.models import Supply
from orders.services import standing
from orders.services.supplying.dates import move_promises
from orders.services.supplying.ordering import tell


@transaction.atomic
def confirm(supply_ids: Collection[int], *, expected_on: date, actor: Actor, at: datetime) -> Outcome:
    """The supplier delivers these on that day, for the first time or instead of a day given before.

    The day reaches every order they are for; whose buyer was promised an earlier one is asked.
    """
    if expected_on < local_day(at):
        raise Refused(Sentence(_("納期は今日以降の日にしてください。")), code="past", field="expected_on")
    ready, refused = standing.sift("confirm", supply_ids)
    ids = ready["id"].to_list()
    Supply.objects.filter(pk__in=ids).update(expected_on=expected_on, confirmed_at=Coalesce("confirmed_at", Value(at)))
    standing.refresh(ids, at=at)
    orders = tell("order.supply_confirmed", ids, actor=actor, at=at)
    move_promises(orders, actor=actor, at=at)
    return Outcome.of(ids, refused)
