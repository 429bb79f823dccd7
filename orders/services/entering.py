"""Orders typed by hand: kept as drafts while they are typed, and handed in through the one way in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from core.errors import Refused
from core.events import Actor, Happening, publish
from core.wording import Sentence, _
from documents.services import belongs_to_order
from orders import entering
from orders.entering import DAYS_KEPT, WAYS, Sums, Way
from orders.intake import from_records
from orders.models import Channel, EntryDraft, Order
from orders.services import intake

MAX_CONTENT = 100_000
"""Characters of a form that are kept."""


@dataclass(frozen=True)
class Written:
    """The form at hand. key: of its draft. seen, tab: the version it was loaded with, and which tab it stands in."""

    key: UUID
    content: Mapping[str, str]
    seen: int
    tab: str


@dataclass(frozen=True)
class Problem:
    """What the checks of every way in have against an order. column: as orders.intake.from_records names it."""

    column: str
    value: str
    code: str


class Unfit(Refused):
    """The order does not pass the checks; problems says where."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(Sentence(_("入力を直してください。")), code="unfit")
        self.problems = problems


@transaction.atomic
def keep(written: Written, *, actor: Actor, at: datetime) -> EntryDraft:
    """Keep what was typed so far. Refused where another tab has kept something else, or the order is placed."""
    return _keep(written, actor=actor, at=at)


@transaction.atomic
def place(
    written: Written,
    *,
    facts: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    sums: Sums,
    actor: Actor,
    at: datetime,
) -> Order:
    """Make the order of a draft; sent again, it is the same order once more.

    facts: "way" of orders.entering.WAYS, and fields of an order by the names of orders.intake.from_records. Unfit where
    the checks of every other way in have something against it; Refused where the number is taken.
    """
    locked = _locked(written.key, actor=actor, at=at)
    if locked.order is not None:
        return locked.order
    draft = _keep(written, actor=actor, at=at)
    way = WAYS[facts["way"]]
    channel = channel_of(way)
    own = {name: value for name, value in facts.items() if name != "way"}
    own["number"] = own.get("number") or entering.number_of(way, draft.pk, at)
    if Order.objects.filter(channel=channel, number=own["number"]).exists():
        raise _taken(own["number"])
    record = entering.record(own, lines, sums)
    _judge(record)
    arrived = intake.accept(channel, [record], actor=actor, at=at, source="hand")
    draft.order = Order.objects.filter(intake=arrived).first()
    if draft.order is None:  # the number was taken in this very moment
        raise _taken(own["number"])
    draft.save(update_fields=["order"])
    if draft.document_id:
        belongs_to_order(
            draft.document_id,
            order_id=draft.order.pk,
            counterparty=draft.order.buyer_name,
            amount=draft.order.total,
            actor=actor,
            at=at,
        )
    return draft.order


def _keep(written: Written, *, actor: Actor, at: datetime) -> EntryDraft:
    draft = _locked(written.key, actor=actor, at=at)
    if draft.order is not None:
        raise Refused(Sentence(_("この入力はすでに受注として登録されています。")), code="placed")
    if draft.version != written.seen and draft.tab != written.tab:
        sentence = _(
            "この下書きは別のタブで書き換えられました。こちらの内容で続けるときは、もう一度ボタンを押してください。"
        )
        raise Refused(Sentence(sentence), code="other_tab", version=draft.version)
    if sum(map(len, written.content.values())) > MAX_CONTENT:
        raise Refused(Sentence(_("入力が長すぎます。備考や商品の数を減らしてください。")), code="too_long")
    draft.content, draft.tab, draft.saved_at = dict(written.content), written.tab, at
    draft.version += 1
    draft.save(update_fields=["content", "tab", "version", "saved_at"])
    return draft


def _locked(key: UUID, *, actor: Actor, at: datetime) -> EntryDraft:
    """The draft of this key, made where there is none; two that come at once wait for one another here."""
    blank = EntryDraft(key=key, person_id=int(actor.id), made_at=at, saved_at=at)
    EntryDraft.objects.bulk_create([blank], ignore_conflicts=True)
    draft = EntryDraft.objects.select_for_update(of=("self",)).select_related("order").get(key=key)
    if draft.person_id != int(actor.id):
        raise Refused(Sentence(_("ほかの人の下書きです。")), code="not_yours")
    return draft


def channel_of(way: Way) -> Channel:
    """The channel under which orders of this way stand, made with the first one."""
    blank = {"name": str(Sentence(way.label)), "profile": Channel.BY_HAND}
    return Channel.objects.get_or_create(code=way.code, defaults=blank)[0]


def _taken(number: str) -> Refused:
    sentence = _("注文番号「%(number)s」の受注はすでにあります。番号を確かめてください。")
    return Refused(Sentence(sentence, number=number), code="number_taken", field="number")


def _judge(record: Mapping[str, Any]) -> None:
    refused = from_records([record]).refused
    if not refused.is_empty():
        found = refused.select("column", "value", "code").unique(maintain_order=True)
        raise Unfit([Problem(*row) for row in found.iter_rows()])


@transaction.atomic
def read_from(key: UUID, document_id: int | None, *, actor: Actor, at: datetime) -> EntryDraft:
    """Have the draft typed from this document, or from none."""
    draft = _locked(key, actor=actor, at=at)
    draft.document_id, draft.saved_at = document_id, at
    draft.save(update_fields=["document_id", "saved_at"])
    return draft


@transaction.atomic
def discard(key: UUID, *, actor: Actor, at: datetime) -> None:
    """Drop a draft; an order that was made of it stays."""
    _locked(key, actor=actor, at=at).delete()


def forget(*, at: datetime) -> int:
    """Drop the drafts that nobody has touched for DAYS_KEPT days; returns how many."""
    return EntryDraft.objects.filter(saved_at__lt=at - timedelta(days=DAYS_KEPT)).delete()[0]


@transaction.atomic
def ask_second_looks(ways: Mapping[str, bool], *, actor: Actor, at: datetime) -> None:
    """Say by which ways an order that was typed needs the look of another person before it is released.

    It holds for orders that are typed from now on.
    """
    changed = []
    for code, asked in ways.items():
        channel = channel_of(WAYS[code])
        if bool(channel.checks.get("second_look")) != asked:
            version = int(channel.checks.get("version", 1)) + 1
            channel.checks = {**channel.checks, "second_look": asked, "version": version}
            changed.append(channel)
    Channel.objects.bulk_update(changed, ["checks"])
    told = [
        Happening("channel.checks_changed", "channel", one.pk, {"channel": one.code, "checks": one.checks})
        for one in changed
    ]
    publish(told, actor=actor, at=at)
