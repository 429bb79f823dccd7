"""Orders go to their suppliers: as 発注書 among the documents, and by mail where there is an address."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation

from core import mailing
from core.batches import Outcome
from core.events import SYSTEM, Actor
from core.tasks import declared
from documents.models import IssuedPaper
from documents.services import issuing, letterheads
from orders.models import Supply
from orders.queries.papers.of_supplies import purchase_orders
from orders.queries.papers.wording import day
from orders.services import standing
from orders.services.supplying.ordering import tell

TASK = "orders.tasks.send_purchase_orders"
PAPER = "purchase_order"

# Said in Japanese, as the paper is: the supplier's page of the portal does not exist, and nobody chose a language.
_LETTER = """{supplier} 御中

いつもお世話になっております。{client}です。
下記のとおり発注いたします。納期のご回答をお願いいたします。

発注番号: {number}
発注日: {ordered_on}
希望納期: {deliver_by}
納入場所: {deliver_to}
検査完了日: {inspected_by}

{items}

小計（税抜）: {net}円
消費税: {tax}円
合計: {total}円

支払期日: {due_on}
支払方法: {means}（振込手数料は当社が負担します）

本書は、中小受託取引適正化法第4条に基づく明示を兼ねています。

{client}
{contact}
"""


@transaction.atomic
def send(supply_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """These go to their suppliers now; an answer is waited for. A task issues the papers and mails them."""
    ready, refused = standing.sift("send", supply_ids)
    ids = ready["id"].to_list()
    if ids:
        Supply.objects.filter(pk__in=ids).update(sent_at=at)
        standing.refresh(ids, at=at)
        tell("order.supply_sent", ids, actor=actor, at=at)
        declared()[TASK].enqueue(supply_ids=ids, sender=actor.name)
    return Outcome.of(ids, refused)


def deliver(supply_ids: Sequence[int], *, sender: str, at: datetime) -> list[IssuedPaper]:
    """Issue the 発注書 of those that have a supplier, and mail them to whom has an address; returns the papers.

    sender: who sent them, by name. One that has its paper already gets neither paper nor mail a second time.
    """
    issued = IssuedPaper.objects.filter(kind=PAPER, subject_kind="supply", subject_id__in=supply_ids)
    before = set(issued.values_list("subject_id", flat=True))
    going = [key for key in supply_ids if key not in before]
    with translation.override("ja"):
        letterhead = letterheads.in_force(at=at)
        drafts = purchase_orders(going, letterhead)
        by = Actor(SYSTEM.kind, SYSTEM.id, sender)
        papers = issuing.issue(PAPER, drafts, actor=by, at=at) if drafts else []
    supplies = Supply.objects.select_related("supplier").in_bulk([draft.subject_id or 0 for draft in drafts])
    contact = "　".join(filter(None, (letterhead.phone, letterhead.email)))
    for draft, paper in zip(drafts, papers, strict=True):
        supplier = supplies[draft.subject_id or 0].supplier
        if supplier is not None and supplier.email:
            text = _letter(draft.data, supplier=supplier.name, client=letterhead.name, contact=contact, paper=paper)
            subject = f"発注書 {paper.number}（{letterhead.name}）"
            mailing.send(to=supplier.email, name=supplier.name, subject=subject, text=text)
    return papers


def _letter(data: Mapping[str, Any], *, paper: IssuedPaper, **words: str) -> str:
    """The order in words: everything that the paper says."""
    net, tax = (f"{one['amount']:,}" for one in data["sums"])
    inspected = data["inspected_by"]
    return _LETTER.format(
        number=paper.number,
        ordered_on=day(data["ordered_on"]),
        deliver_by=data["deliver_by"],
        deliver_to=data["deliver_to"],
        inspected_by=day(inspected) if inspected else "検査なし",
        items="\n".join(_item(one) for one in data["items"]),
        net=net,
        tax=tax,
        total=f"{data['total']:,}",
        due_on=day(data["payment"]["due_on"]),
        means=data["payment"]["means"],
        **words,
    )


def _item(one: Mapping[str, Any]) -> str:
    named = " ".join(filter(None, (one.get("sku"), one["name"], one.get("option"))))
    return f"・{named}　{one['quantity']:,}点 × {one['unit_price']:,}円 = {one['amount']:,}円（税率{one['rate']}%）"
