"""A buyer's personal data is erased at their request (個人情報保護法35条); what has to be kept stays, unnamed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django.db import models, transaction
from django.db.models import F, Q

from core.errors import Refused
from core.events import Actor, Happening, publish
from core.models import Event, IdempotentCall
from core.redacting import ERASED, Redaction, rewrite_events
from core.text import search_key
from core.wording import Sentence, _
from customers import services as customers
from documents.models import Document, IssuedPaper
from integrations.models import HookDelivery, Notice, SuppressedAddress, TrackingLink
from integrations.queries import erasing as queries
from integrations.queries.erasing import Held
from orders.models import (
    CancelRequest,
    ChangeRequest,
    Contract,
    Difference,
    EntryDraft,
    Hold,
    Inquiry,
    Message,
    Order,
    OrderException,
    Question,
    Quote,
    QuoteQuestion,
    QuoteVersion,
    RefusedRow,
    Return,
    RuleEffect,
    Supply,
    Thread,
    Verification,
)
from projects.models import (
    Acceptance,
    Check,
    Evaluation,
    Milestone,
    Project,
    Requirement,
    Task,
    WorkLog,
)

LONGEST_REASON = 200

_TEXTS = (models.CharField, models.TextField, models.JSONField)

# Whatever says something about an order, a quote or an inquiry in words: which of its rows are meant.
_ABOUT: Sequence[tuple[type[models.Model], Callable[[Held], Q]]] = (
    *((model, lambda held: Q(order_id__in=held.orders)) for model in (
        CancelRequest, ChangeRequest, OrderException, Return, Hold, Verification, RuleEffect, Difference, Thread,
        Document, Contract,
    )),
    (Supply, lambda held: Q(lines__line__order__in=held.orders)),
    (Message, lambda held: Q(thread__order_id__in=held.orders)),
    (Question, lambda held: Q(thread__order_id__in=held.orders)),
    (RefusedRow, lambda held: Q(number__in=held.numbers)),
    (IssuedPaper, lambda held: Q(order_id__in=held.orders) | Q(subject_kind="quote", subject_id__in=held.quotes)),
    (Document, lambda held: Q(paper__subject_kind="quote", paper__subject_id__in=held.quotes)),
    (Contract, lambda held: Q(version__quote__in=held.quotes)),
    (QuoteVersion, lambda held: Q(quote__in=held.quotes)),
    (QuoteQuestion, lambda held: Q(version__quote__in=held.quotes)),
    *((model, lambda held: Q(project__in=held.projects)) for model in (
        Requirement, Task, Milestone, WorkLog, Evaluation,
    )),
    *((model, lambda held: Q(milestone__project__in=held.projects)) for model in (Check, Acceptance)),
)  # fmt: skip

_PERSON = {f"buyer_{part}": "" for part in ("email", "phone", "postcode", "address")}
_ORDER = {
    **_PERSON,
    **{f"ship_{part}": "" for part in ("kana", "phone", "postcode", "address")},
    **dict.fromkeys(("buyer_kana", "noshi", "message", "note", "staff_note"), ""),
    **dict.fromkeys(("buyer_name", "ship_name"), ERASED),
}
_INQUIRY: Mapping[str, Any] = {**_PERSON, "buyer_company": "", "buyer_name": ERASED, "text": ERASED}
_QUOTE: Mapping[str, Any] = {
    **_PERSON,
    **{f"ship_{part}": "" for part in ("name", "phone", "postcode", "address")},
    **dict.fromkeys(("buyer_company", "name_key", "email_key"), ""),
    "buyer_name": ERASED,
}


@transaction.atomic
def erase(buyer_id: int, *, reason: str, actor: Actor, at: datetime) -> Held:
    """Take out of everything kept who the buyer is, and whoever was found to be them; returns what it was in.

    Amounts, dates and goods stay, and so do the printed papers and the files that the orders came in, for as long as
    the law asks. Nothing brings the data back. Refused while an order or a quote of theirs is not closed.
    """
    if not reason.strip():
        raise Refused(Sentence(_("消去する理由を入れてください。")), code="missing", field="reason")
    if len(reason) > LONGEST_REASON:
        sentence = Sentence(_("%(most)s文字までにしてください。"), most=LONGEST_REASON)
        raise Refused(sentence, code="too_long", field="reason")
    customers.lock(buyer_id)
    held = queries.held(buyer_id)
    if held.is_erased:
        raise Refused(Sentence(_("この購入者の個人情報は、すでに消去しました。")), code="erased")
    if held.moving:
        sentence = Sentence(
            _(
                "進行中の受注・見積・案件があります（%(numbers)s）。完了またはキャンセルしてから、もう一度お試しください。"
            ),
            numbers="、".join(held.moving[:5]),
        )
        raise Refused(sentence, code="moving")
    redaction = Redaction(queries.values_of(held))
    _blank(held, redaction, at=at, by=actor.name)
    for model, meant in _ABOUT:
        _redact(model.objects.filter(meant(held)).distinct(), redaction)  # type: ignore[attr-defined]
    _redact_record(held, redaction)
    customers.erase(buyer_id, name=ERASED, at=at)
    data = {"reason": redaction.of(reason.strip()), "orders": len(held.orders), "quotes": len(held.quotes)}
    publish([Happening("buyer.erased", "buyer", buyer_id, data)], actor=actor, at=at)
    return held


def _blank(held: Held, redaction: Redaction, *, at: datetime, by: str) -> None:
    """What is theirs as a whole goes as a whole."""
    Order.objects.filter(pk__in=held.orders).update(**_ORDER, version=F("version") + 1)
    _redact(Order.objects.filter(pk__in=held.orders), redaction)
    _search_again(Order.objects.filter(pk__in=held.orders), lambda order: order.number)
    Inquiry.objects.filter(pk__in=held.inquiries).update(**_INQUIRY)
    _redact(Inquiry.objects.filter(pk__in=held.inquiries), redaction)
    _search_again(Inquiry.objects.filter(pk__in=held.inquiries), lambda one: one.subject)
    Quote.objects.filter(pk__in=held.quotes).update(**_QUOTE)
    _redact(Quote.objects.filter(pk__in=held.quotes), redaction)
    _search_again(Quote.objects.filter(pk__in=held.quotes), lambda one: f"{one.number}|{one.subject}")
    theirs = Project.objects.filter(pk__in=held.projects)
    theirs.update(**_PERSON, buyer_company="", buyer_name=ERASED)
    _redact(theirs, redaction)
    _search_again(theirs, lambda one: f"{one.number}|{one.subject}")
    Acceptance.objects.filter(milestone__project__in=held.projects).exclude(answered_by="").update(
        answered_by=ERASED, answered_from="", answered_with=""
    )
    Evaluation.objects.filter(project__in=held.projects).update(given_by=ERASED, given_from="")
    Contract.objects.filter(version__quote__in=held.quotes).update(
        accepted_by=ERASED, accepted_from="", accepted_with=""
    )
    mails = Notice.objects.filter(pk__in=held.mails)
    mails.filter(audience="buyer").update(name="", address="", subject=ERASED, body=ERASED, error="")
    mails.filter(state__in=[Notice.WAITING, Notice.QUEUED]).update(state=Notice.DROPPED)
    _redact(mails.exclude(audience="buyer"), redaction)
    SuppressedAddress.objects.filter(address__in=[mail.lower() for mail in held.emails]).delete()
    HookDelivery.objects.filter(order_id__in=held.orders).update(sealed="")
    EntryDraft.objects.filter(Q(order__in=held.orders) | _any_of("content", [*held.emails, *held.phones])).delete()
    IdempotentCall.objects.filter(_any_of("body", [*held.emails, *held.numbers])).delete()
    for order in held.orders:
        TrackingLink.objects.update_or_create(order_id=order, defaults={"closed_at": at, "closed_by": by})


def _any_of(field: str, values: Iterable[str]) -> Q:
    """Rows in whose text any of the values stands."""
    found = Q(pk__in=[])
    for value in values:
        found |= Q(**{f"{field}__icontains": value})
    return found


def _search_again(rows: models.QuerySet[Any], said: Callable[[Any], str]) -> None:
    kept = list(rows)
    for row in kept:
        row.search = search_key(said(row))
    rows.model.objects.bulk_update(kept, ["search"], batch_size=500)


def _redact(rows: models.QuerySet[Any], redaction: Redaction) -> None:
    """Take the values out of every text of these rows, in one statement for the rows that held any."""
    fields = [
        field.name for field in rows.model._meta.concrete_fields if isinstance(field, _TEXTS) and not field.choices
    ]
    changed = []
    for row in rows:
        before = {name: getattr(row, name) for name in fields}
        after = {name: redaction.of(value) for name, value in before.items()}
        if after != before:
            for name, value in after.items():
                setattr(row, name, _cut(row, name, value))
            changed.append(row)
    if changed:
        rows.model.objects.bulk_update(changed, fields, batch_size=500)


def _cut(row: models.Model, name: str, value: Any) -> Any:
    """The value as the column can hold it: the sign may be longer than what it stands for."""
    longest = cast("Any", row._meta.get_field(name)).max_length
    return value[:longest] if longest and isinstance(value, str) else value


def _redact_record(held: Held, redaction: Redaction) -> None:
    about: Collection[tuple[str, Collection[int]]] = (
        ("quote", held.quotes),
        ("inquiry", held.inquiries),
        ("project", held.projects),
        ("buyer", held.members),
    )
    meant = Q(order_id__in=held.orders)
    for kind, ids in about:
        meant |= Q(subject_kind=kind, subject_id__in=ids)
    found = Event.objects.filter(meant).values_list("pk", "data", "actor_name")
    rows = [(key, redaction.of(data), redaction.of(name)[:100]) for key, data, name in found]
    before = {key: (data, name) for key, data, name in found}
    rewrite_events([row for row in rows if before[row[0]] != (row[1], row[2])])
