"""The lists of quotes and of inquiries: filtered, sorted, page by page, and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, QuerySet

from core import sheets
from core.paging import Page, page_of
from core.wording import Sentence, _
from orders import ports
from orders.models import Inquiry, Quote, QuoteQuestion, QuoteVersion
from orders.queries.listing import EXPORT_ROWS, search_words
from orders.quoting import INQUIRIES, QUOTES

SOON_DAYS = 3
"""So many days before its end the list says that a quote's time is nearly over."""

SORTS: Mapping[str, tuple[str, ...]] = {
    "-made_at": ("-id",),
    "made_at": ("id",),
    "-total": ("-total", "-id"),
    "total": ("total", "id"),
    "valid_until": ("valid_until", "id"),
    "-valid_until": ("-valid_until", "-id"),
}


@dataclass(frozen=True)
class Filters:
    """What the list of quotes is narrowed to; empty values narrow nothing."""

    state: str = ""
    text: str = ""
    owner: str = ""
    sort: str = "-made_at"

    @property
    def is_narrow(self) -> bool:
        """Whether it narrows at all."""
        return bool(self.state or self.text or self.owner)


@dataclass(frozen=True)
class Row:
    """A quote as a line of the list: the version that stands for it. asked: the buyer waits for an answer."""

    pk: int
    number: str
    version: int
    subject: str
    buyer: str
    is_company: bool
    total: Decimal
    state: Sentence
    tone: str
    valid_until: date
    is_soon: bool
    owner: str
    asked: bool


def matching(filters: Filters) -> QuerySet[QuoteVersion]:
    """The current versions that the filters let through, unsorted."""
    found = QuoteVersion.objects.filter(is_current=True)
    if filters.state:
        found = found.filter(state=filters.state)
    if filters.owner:
        found = found.filter(quote__owner=filters.owner)
    for word in search_words(filters.text):
        found = found.filter(quote__search__contains=word)
    return found


def page(filters: Filters, *, at: datetime, after: str = "", before: str = "") -> Page[Row]:
    """One page of the list: one query."""
    waiting = QuoteQuestion.objects.filter(version__quote=OuterRef("quote_id"), answered_at=None)
    rows = matching(filters).select_related("quote").annotate(asked=Exists(waiting))
    order = SORTS.get(filters.sort, SORTS["-made_at"])
    found = page_of(rows, order=order, after=after, before=before)
    return Page([_row(one, at=at) for one in found.rows], found.after, found.before)


def _row(version: QuoteVersion, *, at: datetime) -> Row:
    quote, state = version.quote, QUOTES[version.state]
    left = (version.valid_until - ports.today(at)).days
    return Row(
        pk=quote.pk,
        number=quote.number,
        version=version.version,
        subject=quote.subject,
        buyer=quote.buyer_company or quote.buyer_name,
        is_company=bool(quote.buyer_company),
        total=version.total,
        state=Sentence(state.label),
        tone=state.tone,
        valid_until=version.valid_until,
        is_soon=version.state == QuoteVersion.SENT and left <= SOON_DAYS,
        owner=quote.owner,
        asked=version.asked,  # type: ignore[attr-defined]
    )


def by_state() -> dict[str, int]:
    """How many quotes stand in each state; every state is there."""
    rows = QuoteVersion.objects.filter(is_current=True).order_by().values_list("state").annotate(n=Count("id"))
    counted = dict(rows)
    return {code: counted.get(code, 0) for code in QUOTES}


def owners() -> list[str]:
    """Whose quotes there are."""
    return list(Quote.objects.order_by("owner").values_list("owner", flat=True).distinct())


HEAD = (
    _("見積番号"), _("版"), _("件名"), _("会社名"), _("お名前"), _("合計（税込）"), _("状態"), _("有効期限"), _("担当"),
    _("送った日"), _("決まった日"), _("理由"),
)  # fmt: skip


def export(filters: Filters) -> bytes:
    """What the list shows as a CSV file, EXPORT_ROWS at most."""
    return sheets.csv_file([Sentence(title) for title in HEAD], _cells(filters))


def _cells(filters: Filters) -> Iterator[tuple[object, ...]]:
    order = SORTS.get(filters.sort, SORTS["-made_at"])
    for one in matching(filters).select_related("quote").order_by(*order)[:EXPORT_ROWS]:
        quote = one.quote
        yield (
            *(quote.number, one.version, quote.subject, quote.buyer_company, quote.buyer_name, int(one.total)),
            *(Sentence(QUOTES[one.state].label), one.valid_until, quote.owner),
            *(ports.today(at) if at else "" for at in (one.sent_at, one.decided_at)),
            one.reason,
        )


@dataclass(frozen=True)
class InquiryRow:
    """An inquiry as a line of its list."""

    inquiry: Inquiry
    state: Sentence
    tone: str

    @property
    def buyer(self) -> str:
        """Who asks: the company, or the person."""
        return self.inquiry.buyer_company or self.inquiry.buyer_name


def inquiries(*, state: str = "", text: str = "", after: str = "", before: str = "") -> Page[InquiryRow]:
    """One page of the inquiries, the newest first: one query."""
    rows = Inquiry.objects.filter(**({"state": state} if state in INQUIRIES else {}))
    for word in search_words(text):
        rows = rows.filter(search__contains=word)
    found = page_of(rows, order=("-id",), after=after, before=before)
    return Page([inquiry_row(one) for one in found.rows], found.after, found.before)


def inquiry_row(inquiry: Inquiry) -> InquiryRow:
    """The inquiry with its state in words."""
    state = INQUIRIES[inquiry.state]
    return InquiryRow(inquiry, Sentence(state.label), state.tone)
