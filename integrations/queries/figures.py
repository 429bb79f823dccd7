"""What may stand in a mail: the figures of orders and of what happened, for very many at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

import polars as pl
from django.conf import settings
from django.db.models import Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core import scope
from core.honorifics import addressed
from core.periods import TOKYO
from core.wording import Sentence
from integrations.notices.rendering import LINK, clean
from orders.exceptions import CHANGES, CHOICES
from orders.exceptions import KINDS as EXCEPTIONS
from orders.models import Intake
from orders.queries.facts import fetch
from orders.tracking import CARRIERS, url_of
from tenants import queries as tenants

Row = Mapping[str, Any]

_ORDERS = """
    SELECT o.id, o.number, o.buyer_name, o.buyer_email, o.ordered_at, least(o.ordered_at, o.received_at), o.total,
           o.phase, o.ship_on, coalesce(o.promised_date, o.wished_date), l.items,
           ARRAY(SELECT jsonb_array_elements_text(o.muted_mails))
      FROM orders_order o
     CROSS JOIN LATERAL (
           SELECT string_agg(name || ' × ' || (ordered - cancelled), E'\\n' ORDER BY position) AS items
             FROM (SELECT name, ordered, cancelled, position FROM orders_line
                    WHERE order_id = o.id AND ordered > 0 ORDER BY position LIMIT 30) shown
           ) l
     WHERE o.id = ANY(%s)
     ORDER BY o.id
"""
_UTC = pl.Datetime("us", "UTC")
_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "order_id": pl.Int64,
    "order_number": pl.String,
    "order_buyer": pl.String,
    "order_email": pl.String,
    "order_ordered_at": _UTC,
    "order_since": _UTC,
    "order_total": pl.Decimal(14, 2),
    "order_phase": pl.String,
    "order_ship_on": pl.Date,
    "order_arrives_on": pl.Date,
    "order_items": pl.String,
    "order_muted": pl.List(pl.String),
}
ORDERS = pl.Schema(_COLUMNS)


def of_orders(order_ids: Collection[int]) -> pl.DataFrame:
    """A row for each order, as ORDERS. order_since: when it was placed or came in, whichever was first.

    order_muted: of orders.mails.MUTABLE, what its buyer is not told.
    """
    return fetch(_ORDERS, [list(order_ids)], ORDERS)


_BUYERS = """
    SELECT id, buyer_name, buyer_email, buyer_company
      FROM {table}
     WHERE id = ANY(%s)
"""
_BUYER_TABLES = {"quote": "orders_quote", "project": "projects_project"}
BUYERS = pl.Schema(
    {"subject_id": pl.Int64, "order_buyer": pl.String, "order_email": pl.String, "order_company": pl.String}
)


def buyers_of(subject_kind: str, ids: Collection[int]) -> pl.DataFrame | None:
    """Who each quote or project is for, in the columns that say it of an order; None for what else there is."""
    table = _BUYER_TABLES.get(subject_kind)
    return fetch(_BUYERS.format(table=table), [list(ids)], BUYERS) if table else None


def file_names(intake_ids: Collection[int]) -> dict[int, str]:
    """What the files of intakes are called; the channel's name for orders that came without a file."""
    called = Coalesce(NullIf("file_name", Value("")), "channel__name")
    return dict(Intake.objects.filter(pk__in=list(intake_ids)).values_list("pk", called))


class Filling:
    """Says what stands in the places of a mail, in one language. For the client in scope."""

    def __init__(self, shop: str, language: str, audience: str) -> None:
        self.shop = clean(shop)
        self.language = language
        self.audience = audience
        self.client = scope.current_client()

    def figures(self, row: Row) -> dict[str, str]:
        """The figures of a happening: row has the columns of its event, and those of its order where it has one."""
        with translation.override(self.language):
            return {name: clean(say(row)) for name, say in _SAYINGS.items()} | {
                "shop": self.shop,
                "question": clean(_question(row, self.audience)),
                "addressee": clean(_addressee(row, self.audience)),
                "parcels": clean(_parcels(row)),
                "page": self._page(row),
                "tracking_page": LINK if self.audience == "buyer" else "",
                "quote_page": LINK if self.audience == "buyer" else "",
                "supply_page": LINK if self.audience == "supplier" else "",
                "acceptance_page": LINK if self.audience == "buyer" else "",
            }

    def _page(self, row: Row) -> str:
        path = _path(row)
        if self.audience == "operator":
            return tenants.address_of("", f"/clients/{self.client}{path}")
        return tenants.address_of(self.client, path)


_PAGES = {
    "intake": "orders:intake",
    "invoice": "billing:invoice",
    "quote": "orders:quote",
    "project": "projects:acceptance",
    "thread": "orders:thread",
}


def _path(row: Row) -> str:
    """Where the client's people find what it is about, on their own host."""
    page, key = _PAGES.get(row["subject_kind"]), row["subject_id"]
    if row["order_id"] and row["subject_kind"] != "thread":
        page, key = "orders:detail", row["order_id"]
    return reverse(page, settings.CLIENT_URLCONF, args=[key]) if page else "/"


def _day(value: object) -> str:
    """A day as a letter writes it: 11月27日(金), or Fri 27 Nov."""
    if isinstance(value, str) and value:
        value = datetime.fromisoformat(value) if ":" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = value.astimezone(TOKYO).date()
    if not isinstance(value, date):
        return ""
    if translation.get_language() == "ja":
        return f"{value:%Y}年{value.month}月{value.day}日({'月火水木金土日'[value.weekday()]})"
    return f"{value:%a} {value.day} {value:%b %Y}"


def _moment(value: object) -> str:
    """A day with the time of day in Tokyo."""
    if isinstance(value, str) and value:
        value = datetime.fromisoformat(value)
    return f"{_day(value)} {value.astimezone(TOKYO):%H:%M}" if isinstance(value, datetime) else ""


def _yen(value: object) -> str:
    return "" if value is None else f"¥{int(float(str(value))):,}"


def _count(value: object) -> str:
    return "" if value is None else f"{value:,}"


def _parcels(row: Row) -> str:
    """A line or two for each parcel: who brings it, its number, and where to follow it."""
    code = str(row.get("carrier") or "")
    carrier = str(Sentence(CARRIERS[code].name)) if code in CARRIERS else code
    numbers = row.get("tracking_numbers")
    return "\n".join(
        f"{carrier} {number}\n{url_of(code, number)}".strip() for number in ([] if numbers is None else numbers)
    )


def _reason(row: Row) -> str:
    return str(row.get("reason") or row.get("text") or "")


def _question(row: Row, audience: str) -> str:
    """What somebody is asked: the words of a hold, or what an exception says to them."""
    kind = EXCEPTIONS.get(str(row.get("kind") or "")) if row.get("exception_id") else None
    if kind is None:
        return str(row.get("question") or "")
    return str(Sentence(kind.tells_buyer if audience == "buyer" else kind.tells_client))


def _matter(row: Row) -> str:
    known = EXCEPTIONS if row.get("exception_id") else CHANGES
    kind = known.get(str(row.get("kind") or ""))
    return str(Sentence(kind.label)) if kind else ""


def _choice(code: object) -> str:
    return str(Sentence(CHOICES[str(code)].label)) if code in CHOICES else ""


def _addressee(row: Row, audience: str) -> str:
    """Whom it is about as one writes to them: on lines of their own in a letter to themselves."""
    name, company = str(row.get("order_buyer") or ""), str(row.get("order_company") or "")
    said = addressed(name, company=company) if translation.get_language() == "ja" else f"{company} {name}".strip()
    return said if audience == "buyer" else said.replace("\n", " ")


def _supplier(row: Row) -> str:
    """A supplier is a company, whatever its name."""
    name = str(row.get("supplier") or "")
    return addressed("", company=name) if translation.get_language() == "ja" else name


_SAYINGS: Mapping[str, Callable[[Row], object]] = {
    "order_number": lambda row: row.get("order_number") or row.get("number"),
    "buyer_name": lambda row: " ".join(filter(None, (row.get("order_company"), row.get("order_buyer")))),
    "ordered_on": lambda row: _day(row.get("order_ordered_at")),
    "items": lambda row: row.get("order_items"),
    "total": lambda row: _yen(row.get("order_total")),
    "ship_on": lambda row: _day(row.get("order_ship_on")),
    "arrives_on": lambda row: _day(row.get("order_arrives_on")),
    "matter": _matter,
    "decision": lambda row: _choice(row.get("choice")),
    "deadline": lambda row: _moment(row.get("expected_end") or row.get("decide_by") or row.get("answer_by")),
    "answer": lambda row: row.get("answer"),
    "reason": _reason,
    "due": lambda row: _moment(row.get("due_at")),
    "file_name": lambda row: row.get("file_name") or _("ファイル名なし"),
    "rows": lambda row: _count(row.get("rows")),
    "orders_new": lambda row: _count(row.get("orders_new")),
    "orders_known": lambda row: _count(row.get("orders_known")),
    "orders_refused": lambda row: _count(row.get("orders_refused")),
    "invoice_number": lambda row: row.get("number"),
    "invoice_total": lambda row: _yen(row.get("total")),
    "quote_number": lambda row: row.get("number"),
    "quote_subject": lambda row: row.get("subject"),
    "quote_total": lambda row: _yen(row.get("total")),
    "quote_valid_until": lambda row: _day(row.get("valid_until")),
    "supplier_name": _supplier,
    "paper_number": lambda row: row.get("number"),
    "asked_on": lambda row: _day(row.get("asked_on")),
    "answer_by": lambda row: _day(row.get("answer_by")),
    "supply_items": lambda row: row.get("supply_items"),
    "supply_total": lambda row: _yen(row.get("total")),
    "contract_ends_on": lambda row: _day(row.get("ends_on")),
    "project_number": lambda row: row.get("number"),
    "project_subject": lambda row: row.get("subject"),
    "milestone": lambda row: row.get("milestone"),
    "acceptance_by": lambda row: _day(row.get("answer_by")),
    "period": lambda row: _day(row.get("period")),
    "recipient": lambda row: row.get("address"),
    "author": lambda row: row.get("author"),
    "title": lambda row: row.get("title"),
    "excerpt": lambda row: row.get("excerpt"),
}
