"""Search from everywhere: orders, invoices, documents, work, clients, pages and actions by one field.

On a client's pages it looks into that client. On the operator's own it looks over the floor; `code:` before the words
looks into one of the clients that the person serves. It answers with a fragment to the dialog, else with a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from billing import queries as billing
from billing.models import Invoice
from core import clock, scope
from core.periods import local_day
from core.text import search_key
from customers.queries import listing as buyers
from documents import kinds
from documents import queries as documents
from operations.kinds import KINDS
from operations.queries import finding
from orders.queries import listing, threads
from orders.queries.listing import Filters
from portal import places
from portal.look import values
from projects.queries import listing as projects
from tenants import doors, queries
from tenants.doors import PortalRequest, page
from tenants.queries import ClientInfo
from tenants.roles import Permission

LONGEST = 100
SHORTEST = 2
"""Characters from which records are looked into; a single one finds pages only."""
SHOWN = 5

_INTO_CLIENT = re.compile(r"\s*([a-z][a-z0-9-]{1,29})\s*[:：]\s*(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Hit:
    """Something that was found. kind: what it is; detail and note: what tells it from others."""

    kind: str
    title: str
    url: str
    detail: str = ""
    note: str = ""


@dataclass(frozen=True)
class Question:
    """What is looked for: as it was typed, its words as search keys, and in which client ("" for the one at hand)."""

    request: PortalRequest
    text: str
    client: str = ""
    words: list[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", [key for key in map(search_key, self.text.split()) if key])

    @property
    def reaches_records(self) -> bool:
        """Whether there is enough to look into records with."""
        return len("".join(self.words)) >= SHORTEST

    def may(self, permission: Permission) -> bool:
        """Whether the person may."""
        return permission in self.request.permissions

    def url(self, name: str, *args: object) -> str:
        """The address of a page of the client that is looked into."""
        return doors.url(self.request, name, *args, client=self.client)

    def list_url(self, name: str) -> str:
        return f"{self.url(name)}?{urlencode({'q': self.text})}"


Source = Callable[[Question], Iterable[Hit]]


@page(Permission.VIEW_HOME)
def in_client(request: PortalRequest) -> HttpResponse:
    """Search among one client's things."""
    text = _asked(request)
    into = _INTO_CLIENT.fullmatch(text) if request.side == "operator" else None
    if into is not None:
        return _look_into(request, text, into[1].lower(), into[2].strip())
    hits = _gathered(Question(request, text), _CLIENT_SOURCES)
    if request.side == "operator" and text:
        hits.append(Hit(_("検索"), _("すべての取引先で探す"), f"{reverse('search')}?{urlencode({'q': text})}"))
    return _answer(request, text, hits)


@page(Permission.VIEW_HOME, side="operator")
def on_floor(request: PortalRequest) -> HttpResponse:
    """Search over the operator's floor, or with `code:` in one client."""
    text = _asked(request)
    into = _INTO_CLIENT.fullmatch(text)
    if into is not None:
        return _look_into(request, text, into[1].lower(), into[2].strip())
    return _answer(request, text, _gathered(Question(request, text), _FLOOR_SOURCES))


def _look_into(request: PortalRequest, text: str, code: str, rest: str) -> HttpResponse:
    with scope.operator():
        served = queries.served_client(request.person.pk, request.role, code)
    if served is None:
        return _answer(request, text, [], hint=_("担当している取引先に「%(code)s」はありません。") % {"code": code})
    with scope.client(code):
        hits = _gathered(Question(request, rest, client=code), _CLIENT_SOURCES)
    return _answer(request, text, hits)


def _asked(request: PortalRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]


def _gathered(question: Question, sources: Sequence[Source]) -> list[Hit]:
    return [hit for source in sources for hit in source(question)]


def _answer(request: PortalRequest, text: str, hits: list[Hit], *, hint: str = "") -> HttpResponse:
    template = "portal/search_results.html" if request.htmx else "portal/search.html"  # type: ignore[attr-defined]
    context = {"query": text, "hits": hits, "hint": hint, "across": request.side == "operator" and not request.client}
    return render(request, template, context)


def _orders(question: Question) -> Iterable[Hit]:
    if not question.may(Permission.VIEW_ORDERS) or not question.reaches_records:
        return
    filters = Filters(text=question.text)
    found = listing.page(filters, at=clock.now(), side=question.request.side, size=SHOWN)
    for row in found.rows:
        yield Hit(_("受注"), row.number, question.url("orders:detail", row.pk), values.sama(row.buyer), str(row.state))
    if found.after:
        yield Hit(_("受注"), _("合う受注をすべて見る"), question.list_url("orders:list"))


def _buyers(question: Question) -> Iterable[Hit]:
    if not question.may(Permission.VIEW_BUYERS) or not question.reaches_records:
        return
    found = buyers.page(question.text, size=SHOWN)
    for person in found.rows:
        address = question.url("customers:detail", person.pk)
        yield Hit(_("購入者"), values.sama(person.name), address, person.kana, person.place)
    if found.after:
        yield Hit(_("購入者"), _("合う購入者をすべて見る"), question.list_url("customers:list"))


def _invoices(question: Question) -> Iterable[Hit]:
    if question.may(Permission.VIEW_BILLING) and question.reaches_records:
        for invoice in billing.find(question.words, limit=SHOWN):
            yield _invoice(question, invoice)


def _invoice(question: Question, invoice: Invoice) -> Hit:
    start = invoice.period_start
    title = invoice.number or _("%(year)s年%(month)s月分の請求案") % {"year": start.year, "month": start.month}
    kind = _("請求") if invoice.number else _("請求案")
    return Hit(kind, title, question.url("billing:invoice", invoice.pk), note=values.money(invoice.total))


def _documents(question: Question) -> Iterable[Hit]:
    if not question.may(Permission.VIEW_DOCUMENTS) or not question.reaches_records:
        return
    shown = kinds.visible(money=question.may(Permission.VIEW_BILLING))
    rows, more = documents.find(question.text, shown, side=question.request.side, limit=SHOWN)
    for row in rows:
        address = question.url("documents:detail", row.pk)
        yield Hit(_("書類"), row.title, address, row.counterparty, values.day(row.transaction_date))
    if more:
        yield Hit(_("書類"), _("合う書類をすべて見る"), question.list_url("documents:list"))


def _threads(question: Question) -> Iterable[Hit]:
    if not question.may(Permission.VIEW_ORDERS) or not question.reaches_records:
        return
    request = question.request
    rows, more = threads.find(question.text, threads.Who(request.person.pk, request.side), at=clock.now(), limit=SHOWN)
    for row in rows:
        yield Hit(_("やりとり"), row.title, question.url("orders:thread", row.pk), row.excerpt[:60], str(row.standing))
    if more:
        yield Hit(_("やりとり"), _("合うやりとりをすべて見る"), question.list_url("orders:threads"))


def _projects(question: Question) -> Iterable[Hit]:
    if not question.may(Permission.VIEW_ORDERS) or not question.reaches_records:
        return
    today, side = local_day(clock.now()), question.request.side
    found = projects.page(projects.Filters(text=question.text), today=today, side=side, size=SHOWN)
    for row in found.rows:
        address = question.url("projects:detail", row.project.pk)
        yield Hit(_("案件"), row.project.subject, address, row.project.buyer, str(row.label))
    if found.after:
        yield Hit(_("案件"), _("合う案件をすべて見る"), question.list_url("projects:list"))


def _client_places(question: Question) -> Iterable[Hit]:
    for place, address in places.found(question.request, "client", question.words, client=question.client):
        yield Hit(_("画面"), str(place.label), address)


def _clients(question: Question) -> Iterable[Hit]:
    served = _served(question)
    found = [one for one in served if all(word in search_key(f"{one.code} {one.name}") for word in question.words)]
    for client in found[: SHOWN if question.words else 0]:
        yield Hit(_("取引先"), client.name, doors.url(question.request, "home", client=client.code), note=client.code)


def _work(question: Question) -> Iterable[Hit]:
    if not question.may(Permission.WORK_QUEUE) or not question.reaches_records:
        return
    served = {client.code: client for client in _served(question)}
    for item in finding.unfinished(question.text.split(), served, limit=SHOWN):
        kind = KINDS.get(item.kind)
        label = _(kind.label) if kind else item.kind
        address = reverse("operations:work", args=(item.client, item.pk))
        yield Hit(_("作業"), item.title, address, served[item.client].name, label)


def _floor_places(question: Question) -> Iterable[Hit]:
    for place, address in places.found(question.request, "operator", question.words):
        yield Hit(_("画面"), str(place.label), address)


def _served(question: Question) -> list[ClientInfo]:
    return queries.served_by(question.request.person.pk, question.request.role)


_CLIENT_SOURCES: tuple[Source, ...] = (
    *(_orders, _buyers, _projects, _invoices, _documents, _threads),
    _client_places,
)
_FLOOR_SOURCES: tuple[Source, ...] = (_clients, _work, _floor_places)
