"""What a buyer does on the page of an order, and what the shop does with the page."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.batches import Outcome
from core.errors import Refused
from core.events import Actor
from core.periods import local_day
from core.scope import current_client
from core.text import postcode
from integrations.models import TrackingLink
from integrations.queries import tracking
from orders.models import Hold, Order, OrderException
from orders.services import exceptions, holds
from orders.services.exceptions import Answer
from tenants.services import note_access

GUESSES_A_DAY = 5
GUESSES_EVER = 15
"""Wrong postcodes. Everybody sees the city, and a city has a hundred codes: guessing must not get through them."""
FURTHEST_DATE = timedelta(days=90)
BUYER = Actor("buyer", "", "購入者")

_VISIT = """
    INSERT INTO integrations_trackingvisit (order_id, day, views) VALUES (%s, %s, 1)
        ON CONFLICT (day, order_id) DO UPDATE SET views = integrations_trackingvisit.views + 1
"""
_RENEW = """
    INSERT INTO integrations_trackinglink AS l (order_id, serial, closed_at, closed_by)
    SELECT id, 1, %s, %s FROM unnest(%s::bigint[]) id
        ON CONFLICT (order_id) DO UPDATE
           SET serial = l.serial + 1, closed_at = excluded.closed_at, closed_by = excluded.closed_by,
               guesses = 0, wrong = 0
"""


def visit(order_id: int, *, at: datetime) -> None:
    """Count a look at the order's page; nothing about who looked is kept."""
    with connection.cursor() as cursor:
        cursor.execute(_VISIT, [order_id, local_day(at)])


@transaction.atomic
def prove(order_id: int, given: str, *, at: datetime) -> bool:
    """Whether the given text is the order's postcode. Refused once too many wrong ones came, whatever is given then.

    Two guesses at once wait for each other, so that no number of them slips through together.
    """
    today = local_day(at)
    TrackingLink.objects.get_or_create(pk=order_id)
    link = TrackingLink.objects.select_for_update().get(pk=order_id)
    tries = link.guesses if link.guessed_on == today else 0
    if tries >= GUESSES_A_DAY or link.wrong >= GUESSES_EVER:
        raise Refused(
            _("郵便番号の確認が続けて失敗したため、しばらく確認できません。明日もう一度お試しください。"),
            code="too_many_guesses",
            field="postcode",
        )
    code = postcode(given)
    if code is not None and code in tracking.postcodes_of(order_id):
        return True
    TrackingLink.objects.filter(pk=order_id).update(guessed_on=today, guesses=tries + 1, wrong=link.wrong + 1)
    return False


@transaction.atomic
def answer(order_id: int, hold_id: int, *, text: str, wished: date | None, at: datetime) -> None:
    """Answer what the buyer of the order is asked, with the date they wish if any; the order then goes on."""
    if tracking.open_question(order_id, hold_id) is None:
        raise _over(Hold.objects.filter(pk=hold_id, order_id=order_id, party="buyer"))
    if wished is not None and not local_day(at) < wished <= local_day(at) + FURTHEST_DATE:
        raise Refused(_("ご希望の日は、明日から90日以内の日にしてください。"), code="bad_date", field="wished")
    parts = [_("お届け希望日: %s") % f"{wished:%Y-%m-%d}"] if wished else []
    parts += [text.strip()] if text.strip() else []
    if not parts:
        raise Refused(_("お答えかご希望の日を入れてください。"), code="missing", field="text")
    holds.answer(hold_id, answer="\n".join(parts), actor=BUYER, at=at)


def _over(asked: QuerySet[Any]) -> Refused:
    """Nothing waits for the answer: it was given before, or the buyer was never asked."""
    if asked.exists():
        return Refused(_("この確認はすでに済んでいます。ありがとうございました。"), code="answered")
    return Refused(_("この確認は見つかりません。ページを開き直してください。"), code="not_found")


@transaction.atomic
def decide(order_id: int, exception_id: int, *, answer: Answer, at: datetime) -> None:
    """Choose how the buyer's order goes on; it does so in the same breath."""
    if tracking.open_decision(order_id, exception_id) is None:
        raise _over(OrderException.objects.filter(pk=exception_id, order_id=order_id, decider="buyer"))
    if answer.date is not None and not local_day(at) < answer.date <= local_day(at) + FURTHEST_DATE:
        raise Refused(_("ご希望の日は、明日から90日以内の日にしてください。"), code="bad_date", field="date")
    exceptions.decide([exception_id], answer=answer, by="buyer", actor=BUYER, at=at).sole()


def renew(order_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """Make new links; the old ones stop working."""
    return _change(order_ids, "tracking.renewed", None, "", actor=actor, at=at)


def close(order_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """Close the pages: no link leads to them until a new one is made."""
    return _change(order_ids, "tracking.closed", at, actor.name, actor=actor, at=at)


@transaction.atomic
def _change(
    order_ids: Collection[int], action: str, closed_at: datetime | None, closed_by: str, *, actor: Actor, at: datetime
) -> Outcome:
    found = dict(Order.objects.filter(pk__in=list(order_ids)).order_by("pk").values_list("pk", "number"))
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [closed_at, closed_by, list(found)])
    for number in found.values():
        note_access(action=action, subject=number, client=current_client(), actor=actor, at=at)
    unknown = Refused(_("この受注はありません。"), code="not_found")
    return Outcome.of(found, dict.fromkeys(set(order_ids) - found.keys(), unknown))
