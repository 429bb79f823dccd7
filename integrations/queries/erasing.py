"""What is kept about a buyer, everywhere: for the page that says so, and for erasing it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Q

from core.text import address_key, narrow, phone_label, phone_national, postcode_label, search_key
from customers.models import Address, Buyer, Mark
from documents.models import IssuedPaper
from integrations.models import Notice
from orders.models import Inquiry, Message, Order, Quote
from projects.models import Acceptance, Project, Report

CLOSED = ("completed", "cancelled")
"""Phases in which nothing happens to an order any more."""
OPEN_QUOTES = ("draft", "sent")
"""States of a version whose buyer may still be written to."""

_NAMES = ("buyer_name", "buyer_kana", "ship_name", "ship_kana")
_PHONES = ("buyer_phone", "ship_phone")
_POSTCODES = ("buyer_postcode", "ship_postcode")
_ADDRESSES = ("buyer_address", "ship_address")
_WHOLE = (*_NAMES, *_PHONES, *_POSTCODES, *_ADDRESSES, "buyer_email")


@dataclass(frozen=True)
class Held:
    """Where a buyer stands. members: the ids of all who were found to be them; moving: numbers of what is not closed.

    papers: printed papers that are kept, until kept_until at the latest.
    """

    members: Sequence[int]
    is_erased: bool
    orders: Sequence[int]
    numbers: Sequence[str]
    quotes: Sequence[int]
    inquiries: Sequence[int]
    projects: Sequence[int]
    moving: Sequence[str]
    mails: Sequence[int]
    emails: Sequence[str]
    phones: Sequence[str]
    messages: int
    papers: int
    kept_until: date | None


def held(buyer_id: int) -> Held:
    """Everything about the head of a tree of buyers. A constant number of queries."""
    members = list(Buyer.objects.filter(head=buyer_id).order_by("id"))
    ids = [one.pk for one in members]
    orders = list(Order.objects.filter(buyer__in=ids).order_by("id").values_list("pk", "number", "phase"))
    marks = Mark.objects.filter(buyer__in=ids, kind__in=["email", "phone"]).values_list("kind", "value")
    emails = sorted({value for kind, value in marks if kind == "email"})
    phones = sorted({value for kind, value in marks if kind == "phone"})
    order_ids = [key for key, _number, _phase in orders]
    theirs = Q(email_key__in=emails) | Q(buyer_phone__in=phones)
    known = Q(versions__contract__order__in=order_ids)
    quotes = list(Quote.objects.filter(theirs | known).order_by("id").distinct())
    quote_ids = [one.pk for one in quotes]
    asked = Q(quotes__in=quote_ids) | Q(buyer_email__in=emails) | Q(buyer_phone__in=phones)
    inquiries = list(Inquiry.objects.filter(asked).order_by("id").distinct().values_list("pk", flat=True))
    begun = Q(quote__in=quote_ids) | Q(inquiry__in=inquiries) | Q(buyer_email__in=emails) | Q(buyer_phone__in=phones)
    projects = list(Project.objects.filter(begun).order_by("id"))
    project_ids = [one.pk for one in projects]
    acceptances = Acceptance.objects.filter(milestone__project__in=project_ids).values("pk")
    reports = Report.objects.filter(project__in=project_ids).values("pk")
    waiting = Q(versions__state__in=OPEN_QUOTES)
    waiting |= Q(versions__contract__isnull=False, versions__contract__order=None, versions__contract__ended_at=None)
    open_quotes = Quote.objects.filter(waiting, pk__in=quote_ids).distinct().order_by("id")
    called = [one.number for one in quotes if one.number] + [one.number for one in projects]
    told = Q(order_id__in=order_ids) | Q(address__in=emails) | Q(number__in=called)
    printed = Q(order_id__in=order_ids) | Q(subject_kind="quote", subject_id__in=quote_ids)
    printed |= Q(subject_kind="acceptance", subject_id__in=acceptances)
    printed |= Q(subject_kind="report", subject_id__in=reports)
    kept = IssuedPaper.objects.filter(printed, document__deleted_at=None)
    papers = kept.aggregate(n=Count("pk"), until=Max("document__retain_until"))
    return Held(
        members=ids,
        is_erased=any(one.erased_at for one in members),
        orders=order_ids,
        numbers=[number for _key, number, _phase in orders],
        quotes=quote_ids,
        inquiries=inquiries,
        projects=project_ids,
        moving=[number for _key, number, phase in orders if phase not in CLOSED]
        + [one.number or one.subject for one in open_quotes]
        + [one.number for one in projects if one.phase not in CLOSED],
        mails=list(Notice.objects.filter(told).values_list("pk", flat=True)),
        emails=emails,
        phones=phones,
        messages=Message.objects.filter(thread__order__in=order_ids).count(),
        papers=papers["n"],
        kept_until=papers["until"],
    )


def values_of(held: Held) -> set[str]:
    """The plain values by which they are known, in every form in which they may stand in a text."""
    found: set[str] = set()
    for row in Order.objects.filter(pk__in=held.orders).values(*_WHOLE):
        _add(found, [row[name] for name in _NAMES], [row[name] for name in _PHONES], [row["buyer_email"]])
        _add_places(found, [row[name] for name in _POSTCODES], [row[name] for name in _ADDRESSES])
    for model, keys in ((Quote, held.quotes), (Inquiry, held.inquiries), (Project, held.projects)):
        for one in model.objects.filter(pk__in=keys):
            names = [one.buyer_name, one.buyer_company, getattr(one, "ship_name", "")]
            _add(found, names, [one.buyer_phone, getattr(one, "ship_phone", "")], [one.buyer_email])
            _add_places(
                found,
                [one.buyer_postcode, getattr(one, "ship_postcode", "")],
                [one.buyer_address, getattr(one, "ship_address", "")],
            )
    for buyer in Buyer.objects.filter(pk__in=held.members):
        _add(found, [buyer.name, buyer.kana, buyer.name_key, buyer.kana_key], [], [])
    _add(found, [], held.phones, held.emails)
    for address in Address.objects.filter(buyer__in=held.members):
        _add_places(found, [address.postcode], [address.address, address.key])
    return found - {""}


def _add(found: set[str], names: Collection[str], phones: Collection[str], emails: Collection[str]) -> None:
    for name in filter(None, names):
        bare = "".join(name.split())
        found |= {name, bare, search_key(name), " ".join(name.split())}
    for phone in filter(None, phones):
        national = phone_national(phone)
        found |= {phone, national, phone_label(phone) if phone.startswith("+") else phone, narrow(phone)}
    for email in filter(None, emails):
        found |= {email, email.lower()}


def _add_places(found: set[str], postcodes: Collection[str], addresses: Collection[str]) -> None:
    for code in filter(None, postcodes):
        found |= {code, postcode_label(code), postcode_label(code).removeprefix("〒")}
    for address in filter(None, addresses):
        found |= {address, "".join(address.split()), search_key(address), address_key(address)}
