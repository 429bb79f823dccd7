"""What clients ask to have changed: done at once before release, answered by the operator after it, or expired."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

import orjson
import polars as pl
from django.db import transaction

from core import copying
from core.batches import Outcome
from core.doings import because
from core.errors import Refused
from core.events import SYSTEM, Actor, publish_frame
from core.wording import Sentence, _
from orders import ports
from orders.exceptions import ANSWER_WITHIN, CHANGES
from orders.intake.values import SLOTS
from orders.lifecycle import MOVES, not_found
from orders.models import ChangeRequest
from orders.queries import facts
from orders.queries.facts import among
from orders.services import amending, changing
from orders.services.phases import refresh
from orders.services.sifting import lock, sift_orders
from orders.services.verification import check_words

LONGEST_NOTE = 2000
BATCH = 1000


@transaction.atomic
def ask(
    order_ids: Collection[int], *, kind: str, wanted: Mapping[str, Any], reason: str, actor: Actor, at: datetime
) -> Outcome:
    """Ask for a change of orders. kind: of CHANGES; wanted: its fields (`lines` is line id to the pieces to take off).

    Before release it is made at once. After it the operator is asked, who answers within ANSWER_WITHIN of working
    time; the warehouse waits so long. What is packed cannot be changed.
    """
    values = _read(kind, wanted, at=at)
    check_words(reason, field="reason")
    ready, refused = sift_orders("change", order_ids)
    waiting = ChangeRequest.objects.filter(order__in=among(ready["id"]), kind=kind, state=ChangeRequest.ASKED)
    again = Refused(Sentence(_("同じ変更の依頼が、回答を待っています。")), code="asked_already")
    refused |= dict.fromkeys(waiting.values_list("order_id", flat=True), again)
    ready = ready.filter(~pl.col("id").is_in(list(refused)))
    unfit = _unfit(ready["id"].to_list(), kind, values)
    ready = ready.filter(~pl.col("id").is_in(list(unfit)))
    if not ready.is_empty():
        asking = ready.filter(pl.col("released") > 0)["id"].to_list()
        rows = _write(ready["id"].sort(), asking, kind, values, reason, actor=actor, at=at)
        refresh(asking)
        told = rows.filter(pl.col("order_id").is_in(asking))
        if not told.is_empty():
            publish_frame("order.change_requested", "order", told, actor=actor, at=at)
        at_once = sorted(set(ready["id"]) - set(asking))
        _make(at_once, kind, values, reason, actor=actor, at=at)
    return Outcome.of(ready["id"], refused | unfit)


def _read(kind: str, wanted: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """The wanted values as they are kept; Refused where they make no sense."""
    if kind not in CHANGES:
        raise Refused(Sentence(_("変更する内容を選んでください。")), code="unknown_change", field="kind")
    given = {name: value for name, value in wanted.items() if name in CHANGES[kind].fields and value}
    if kind == "address":
        return dict(changing.address_of(given))
    if kind == "date":
        return _read_date(given, at=at)
    if kind == "quantity":
        lines = {str(line): int(pieces) for line, pieces in dict(given.get("lines", {})).items() if int(pieces) > 0}
        if not lines:
            raise Refused(Sentence(_("減らす数を入れてください。")), code="missing", field="lines")
        return {"lines": lines}
    check_words(str(given.get("note", "")), field="note", longest=LONGEST_NOTE)
    return {"note": str(given["note"]).strip()}


def _read_date(given: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    try:
        day = date.fromisoformat(str(given.get("date", "")))
    except ValueError:
        day = None
    if day is None or day < ports.today(at):
        raise Refused(Sentence(_("今日以降の日付を入れてください。")), code="bad_date", field="date")
    slot = given.get("slot", "none")
    if slot not in SLOTS:
        raise Refused(Sentence(_("時間帯を選んでください。")), code="bad_slot", field="slot")
    return {"date": day.isoformat(), "slot": slot}


def _unfit(order_ids: Collection[int], kind: str, values: Mapping[str, Any]) -> dict[int, Refused]:
    """The orders that do not have the pieces that are to be taken off."""
    return _pieces(order_ids, values)[1] if kind == "quantity" else {}


def _pieces(order_ids: Collection[int], values: Mapping[str, Any]) -> tuple[pl.DataFrame, dict[int, Refused]]:
    asked = {int(line): pieces for line, pieces in values["lines"].items()}
    room = amending.room(order_ids, "unshipped")
    wanted = {key: {} for key in order_ids} | {
        key: {line: asked[line] for line in lines if line in asked}
        for (key,), frame in room.group_by("order_id")
        for lines in [frame["line_id"].to_list()]
    }
    strangers = {key: _no_such_line() for key, lines in wanted.items() if not lines}
    pieces, unfit = amending.within(
        {key: lines for key, lines in wanted.items() if lines}, [key for key in wanted if wanted[key]], "unshipped"
    )
    return pieces, strangers | unfit


def _no_such_line() -> Refused:
    return Refused(Sentence(_("この注文の商品ではありません。")), code="no_line", field="lines")


def _write(
    order_ids: pl.Series,
    asking: Collection[int],
    kind: str,
    values: Mapping[str, Any],
    reason: str,
    *,
    actor: Actor,
    at: datetime,
) -> pl.DataFrame:
    """Write the requests; those of orders in the warehouse wait for an answer. Returns what is told of them."""
    waits = pl.col("order_id").is_in(list(asking))
    deadline = pl.lit(ports.working_deadline(at, ANSWER_WITHIN))
    told = pl.DataFrame({"order_id": order_ids}).with_columns(
        copying.take_ids("orders_changerequest", len(order_ids)).alias("change_id"),
        pl.lit(kind).alias("kind"),
        pl.lit(reason).alias("text"),
        pl.when(waits).then(deadline).alias("answer_by"),
    )
    rows = told.rename({"change_id": "id", "text": "reason"}).with_columns(
        pl.lit(orjson.dumps(values).decode()).alias("wanted"),
        pl.when(waits).then(pl.lit(ChangeRequest.ASKED)).otherwise(pl.lit(ChangeRequest.ACCEPTED)).alias("state"),
        pl.lit(at).alias("asked_at"),
        pl.lit(actor.name).alias("asked_by"),
        pl.when(~waits).then(pl.lit(at)).alias("answered_at"),
        *[pl.lit("").alias(name) for name in ("answered_by", "answer")],
    )
    copying.copy("orders_changerequest", rows)
    return told.with_columns(pl.col("order_id").alias("subject_id"))


@transaction.atomic
def answer(change_ids: Collection[int], *, accept: bool, answer: str, actor: Actor, at: datetime) -> Outcome:
    """Answer requests; with `accept` the changes are made. The outcome is by request."""
    check_words(answer, field="answer")
    found, refused = _locked(change_ids)
    late = Refused(Sentence(_("回答済み、または期限が切れた変更の依頼です。")), code="answered")
    did = _("%(who)sが %(when)s に済ませました。")
    refused |= {
        key: because(late, did, who=row.answered_by, at=row.answered_at)
        for key, row in found.items()
        if row.state != ChangeRequest.ASKED
    }
    going = [row for key, row in found.items() if key not in refused]
    if accept:
        refused |= _too_late(going)
        going = [row for row in going if row.pk not in refused]
    state = ChangeRequest.ACCEPTED if accept else ChangeRequest.DECLINED
    _close(going, state, answer, "order.change_answered", actor=actor, at=at)
    for row in going if accept else ():
        _make([row.order_id], row.kind, row.wanted, answer, actor=actor, at=at)
    return Outcome.of([row.pk for row in going], refused)


def _locked(change_ids: Collection[int]) -> tuple[dict[int, ChangeRequest], dict[int, Refused]]:
    keys = set(change_ids)
    lock(set(ChangeRequest.objects.filter(pk__in=keys).values_list("order_id", flat=True)))
    found = ChangeRequest.objects.order_by("pk").in_bulk(list(keys))
    return found, not_found(keys - set(found), "change")


def _too_late(rows: Collection[ChangeRequest]) -> dict[int, Refused]:
    """The requests that the facts do not allow to be met any more."""
    _ready, out = MOVES["change"].sift(facts.of_orders([row.order_id for row in rows]))
    unfit = {row.pk: why for row in rows for why in _unfit([row.order_id], row.kind, row.wanted).values()}
    return unfit | {row.pk: out[row.order_id] for row in rows if row.order_id in out}


def expire_due(*, at: datetime) -> int:
    """Close the requests that nobody answered in time; their orders go on as they were. Returns how many."""
    with transaction.atomic():
        due = ChangeRequest.objects.filter(state=ChangeRequest.ASKED, answer_by__lte=at).order_by("pk")
        found, _gone = _locked(list(due.values_list("pk", flat=True)[:BATCH]))
        rows = [row for row in found.values() if row.state == ChangeRequest.ASKED]
        _close(rows, ChangeRequest.EXPIRED, "", "order.change_expired", actor=SYSTEM, at=at)
    return len(rows)


def _close(rows: Collection[ChangeRequest], state: str, answer: str, event: str, *, actor: Actor, at: datetime) -> None:
    if not rows:
        return
    ChangeRequest.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=state, answered_at=at, answered_by=actor.name, answer=answer
    )
    refresh([row.order_id for row in rows])
    told = pl.DataFrame(
        {
            "subject_id": [row.order_id for row in rows],
            "order_id": [row.order_id for row in rows],
            "change_id": [row.pk for row in rows],
            "kind": [row.kind for row in rows],
        }
    ).with_columns(pl.lit(state == ChangeRequest.ACCEPTED).alias("accepted"), pl.lit(answer).alias("answer"))
    publish_frame(event, "order", told, actor=actor, at=at)


def _make(
    order_ids: Collection[int], kind: str, values: Mapping[str, Any], reason: str, *, actor: Actor, at: datetime
) -> None:
    """Change the orders as was wanted."""
    if not order_ids:
        return
    if kind == "address":
        changing.set_address(order_ids, **values, actor=actor, at=at)
    elif kind == "date":
        day = date.fromisoformat(values["date"])
        changing.set_arrival(order_ids, on=day, slot=values["slot"], actor=actor, at=at)
    elif kind == "quantity":
        pieces, _unfit = _pieces(order_ids, values)
        amending.cancel_pieces(pieces, by="client", party="client", reason=reason, actor=actor, at=at)
    else:
        changing.set_note(order_ids, note=values["note"], actor=actor, at=at)
