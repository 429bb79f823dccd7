"""Orders go to their suppliers: as 発注書 among the documents, and by mail where there is an address."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import translation

from core.batches import Outcome
from core.errors import Refused
from core.events import SYSTEM, Actor, Happening, publish
from core.periods import local_day
from core.tasks import declared
from core.wording import Sentence, _
from documents.models import IssuedPaper
from documents.papers import Draft
from documents.queries import newest_papers
from documents.services import issuing, letterheads
from orders.models import Supply
from orders.queries.papers.of_supplies import purchase_orders
from orders.services import standing
from orders.services.supplying.ordering import tell
from orders.supplying import working_days_after

TASK = "orders.tasks.send_purchase_orders"
PAPER = "purchase_order"


@transaction.atomic
def send(supply_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """These go to their suppliers now; an answer is waited for. A task issues and mails the papers."""
    ready, refused = standing.sift("send", supply_ids)
    ids = ready["id"].to_list()
    if ids:
        sent = list(Supply.objects.filter(pk__in=ids).select_related("supplier"))
        for one in sent:
            one.sent_at = at
            one.answer_by = working_days_after(local_day(at), one.supplier.answer_days) if one.supplier else None
        Supply.objects.bulk_update(sent, ["sent_at", "answer_by"])
        standing.refresh(ids, actor=actor, at=at)
        tell("order.supply_sent", ids, actor=actor, at=at)
        declared()[TASK].enqueue(supply_ids=ids, sender=actor.name)
    return Outcome.of(ids, refused)


@transaction.atomic
def resend(supply_ids: Collection[int], *, actor: Actor) -> Outcome:
    """Mail these once more; one that asks for less by now gets the next revision of its paper."""
    ready, refused = standing.sift("resend", supply_ids)
    unreachable = Q(supplier=None) | Q(supplier__email="")
    silent = set(Supply.objects.filter(unreachable, pk__in=ready["id"].to_list()).values_list("pk", flat=True))
    sentence = _("仕入先のメールアドレスがありません。「商品の手配」で仕入先に登録してください。")
    refused |= dict.fromkeys(silent, Refused(Sentence(sentence), code="no_email"))
    ids = [key for key in ready["id"] if key not in silent]
    if ids:
        declared()[TASK].enqueue(supply_ids=ids, sender=actor.name, again=True)
    return Outcome.of(ids, refused)


@transaction.atomic
def deliver(supply_ids: Sequence[int], *, sender: str, again: bool = False, at: datetime) -> list[IssuedPaper]:
    """Issue the 発注書 of those that have a supplier, and tell that they go out; returns the papers issued.

    sender: who sent them, by name. One that has its paper already gets neither paper nor mail a second time, unless
    it is sent again: then a new paper where other goods are asked for than before, and the mail in any case.
    """
    issuing.one_at_a_time(PAPER)
    before = newest_papers(PAPER, [("supply", key) for key in supply_ids])
    going = [key for key in supply_ids if again or ("supply", key) not in before]
    by = Actor(SYSTEM.kind, SYSTEM.id, sender)
    with translation.override("ja"):
        drafts = purchase_orders(going, letterheads.in_force(at=at))
        changed = [draft for draft in drafts if not _says_the_same(draft, before.get(("supply", draft.subject_id)))]
        papers = issuing.issue(PAPER, changed, actor=by, at=at) if changed else []
    newest = {key: paper for (_kind, key), paper in before.items()} | {paper.subject_id: paper for paper in papers}
    told = [_sent(newest[draft.subject_id], again=again) for draft in drafts]
    publish(told, actor=by, at=at)
    return papers


def _says_the_same(draft: Draft, paper: IssuedPaper | None) -> bool:
    """Whether the paper asks for what the draft asks for."""
    if paper is None:
        return False
    asked = [(one.get("sku"), one["name"], int(one["quantity"])) for one in draft.data["items"]]
    return asked == [(one.get("sku"), one["name"], int(one["quantity"])) for one in paper.data["items"]]


def _sent(paper: IssuedPaper, *, again: bool) -> Happening:
    data = {"number": paper.number, "document_id": paper.document_id, "total": paper.data["total"], "again": again}
    return Happening("supply.sent", "supply", paper.subject_id or 0, data)
