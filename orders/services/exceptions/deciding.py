"""Deciding exceptions: what is chosen is carried out in the same breath."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl
from django.db import transaction

from core.batches import Outcome
from core.errors import Refused
from core.events import Actor, publish_frame
from core.wording import Sentence, _
from orders import ports
from orders.exceptions import CHOICES, KINDS, Choice
from orders.models import OrderException
from orders.queries import facts
from orders.services import amending, changing
from orders.services.exceptions.effects import EFFECTS, Deciding
from orders.services.exceptions.opening import close, closed_already, locked, told_of
from orders.services.verification import check_words

LONGEST_ANSWER = 2000
LONGEST_ITEM = 255
DECIDES: Mapping[str, frozenset[str]] = {
    "client": frozenset({"client", "buyer"}),
    "operator": frozenset({"operator", "supplier", "buyer"}),
    "buyer": frozenset({"buyer"}),
}
"""By the side that answers, for which deciders it may speak: the words of buyer and supplier may come through one."""


@dataclass(frozen=True)
class Answer:
    """What is chosen (a code of CHOICES), what else is said, and what the choice needs.

    date: the new day; as_proposed: instead of one, for each exception the day that was proposed with it; address: the
    fields of changing.address_of; item: what is sent instead.
    """

    choice: str
    words: str = ""
    date: date | None = None
    as_proposed: bool = False
    address: Mapping[str, str] = field(default_factory=dict)
    item: str = ""


@transaction.atomic
def decide(exception_ids: Collection[int], *, answer: Answer, by: str, actor: Actor, at: datetime) -> Outcome:
    """Decide exceptions, and have the orders go on as was chosen. by: the side that answers, a key of DECIDES.

    The outcome is by exception. Refused are those that were decided before, that somebody else decides, that do not
    offer the choice, and those whose order it cannot be carried out on any more.
    """
    choice = _checked(answer, at=at)
    found, refused = locked(exception_ids)
    days = {key: row.expected_date if answer.as_proposed else answer.date for key, row in found.items()}
    refused |= {key: why for key, row in found.items() if (why := _refusal(row, choice, by)) is not None}
    refused |= {key: why for key, day in days.items() if (why := _bad_day(choice, day, at=at)) and key not in refused}
    refused |= _second(found, refused)
    open_rows = {row.order_id: row for key, row in found.items() if key not in refused}
    pieces, unfit = _feasible(open_rows, choice)
    refused |= {open_rows[order_id].pk: why for order_id, why in unfit.items()}
    going = [row for order_id, row in open_rows.items() if order_id not in unfit]
    if going:
        close(going, decision=choice.code, answer=answer.words, actor=actor, at=at)
        _tell(going, answer, actor=actor, at=at)
    for day in sorted({days[row.pk] for row in going}, key=str):
        alike = [row for row in going if days[row.pk] == day]
        decided = Deciding(
            rows=told_of(alike),
            pieces=pieces.filter(pl.col("order_id").is_in([row.order_id for row in alike])),
            day=day,
            address=changing.address_of(answer.address) if choice.needs == "address" else {},
            item=answer.item.strip(),
            reason=answer.words.strip() or str(Sentence(choice.label)),
            by=by,
        )
        EFFECTS[choice.effect](decided, actor, at)
    return Outcome.of([row.pk for row in going], refused)


def _checked(answer: Answer, *, at: datetime) -> Choice:
    """The choice, where everything that it needs is given."""
    if answer.choice not in CHOICES:
        raise Refused(Sentence(_("対応のしかたを選んでください。")), code="unknown_choice", field="choice")
    choice = CHOICES[answer.choice]
    if answer.words:
        check_words(answer.words, field="answer", longest=LONGEST_ANSWER)
    if not answer.as_proposed and (why := _bad_day(choice, answer.date, at=at)):
        raise why
    if choice.needs == "item" and not 0 < len(answer.item.strip()) <= LONGEST_ITEM:
        raise Refused(Sentence(_("代わりの商品の名前を入れてください。")), code="no_item", field="item")
    if choice.needs == "address":
        changing.address_of(answer.address)
    return choice


def _bad_day(choice: Choice, day: date | None, *, at: datetime) -> Refused | None:
    if choice.needs != "date" or (day and day >= ports.today(at)):
        return None
    return Refused(Sentence(_("今日以降の日付を入れてください。")), code="bad_date", field="date")


def _refusal(row: OrderException, choice: Choice, by: str) -> Refused | None:
    if row.closed_at:
        return closed_already(row)
    if choice.code not in KINDS[row.kind].choices:
        return Refused(Sentence(_("この例外では選べない対応です。")), code="not_offered", field="choice")
    if row.decider not in DECIDES[by]:
        return Refused(Sentence(_("この例外の対応は、相手側が決めます。")), code="not_yours")
    return None


def _second(found: Mapping[int, OrderException], refused: Collection[int]) -> dict[int, Refused]:
    """Of several exceptions of one order only the first is decided at a time: its effect may change the others."""
    seen: set[int] = set()
    again: dict[int, Refused] = {}
    for key, row in found.items():
        if key not in refused and row.order_id in seen:
            again[key] = Refused(Sentence(_("同じ注文の例外は1件ずつ決めてください。")), code="one_at_a_time")
        elif key not in refused:
            seen.add(row.order_id)
    return again


def _feasible(rows: Mapping[int, OrderException], choice: Choice) -> tuple[pl.DataFrame, dict[int, Refused]]:
    """The pieces that the choice is about, and the orders on which it cannot be carried out any more."""
    ready, refused = choice.move.sift(facts.of_orders(list(rows)))
    if not choice.room:
        return pl.DataFrame(schema=amending.PIECES), refused
    wanted = {key: {int(line): n for line, n in rows[key].lines.items()} for key in ready["id"]}
    pieces, unfit = amending.within(wanted, list(wanted), choice.room)
    return pieces, refused | unfit


def _tell(rows: Collection[OrderException], answer: Answer, *, actor: Actor, at: datetime) -> None:
    told = told_of(rows).with_columns(pl.lit(answer.choice).alias("choice"), pl.lit(answer.words).alias("answer"))
    publish_frame("order.exception_decided", "order", told, actor=actor, at=at)
