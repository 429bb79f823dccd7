"""The list of buyers: searched, page by page, and as a file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db.models import Q, QuerySet

from core import sheets
from core.paging import PAGE_ROWS, Page, page_of
from core.periods import TOKYO
from core.text import search_key
from core.wording import Sentence, _
from customers.models import Buyer
from customers.queries.people import Person, people

ORDER = ("-latest_order_at", "-id")
EXPORT_ROWS = 100_000
AT_ONCE = 2_000
COUNT_LIMIT = 10_000
"""Above this the list says "10,000 and more"."""

_PARTED_DIGITS = re.compile(r"[0-9]+(?:-[0-9]+)+")


def matching(text: str) -> QuerySet[Buyer]:
    """The heads of whom all the words are found, in themselves or in one of those merged into them; unsorted."""
    heads = Buyer.objects.filter(merged_into=None)
    words = [key for key in map(search_key, text.split()) if key]
    if not words:
        return heads
    members = Buyer.objects.all()
    for word in words:
        members = members.filter(_found_by(word))
    return heads.filter(pk__in=members.values("head"))


def _found_by(word: str) -> Q:
    """A phone number or a postcode is found however its digits are parted; everything else as it stands."""
    word = word.removeprefix("〒")
    found = Q(search__contains=word)
    return found | Q(search__contains=word.replace("-", "")) if _PARTED_DIGITS.fullmatch(word) else found


def page(text: str, *, after: str = "", before: str = "", size: int = PAGE_ROWS) -> Page[Person]:
    """One page, whoever ordered last first. A cursor that is none is Refused."""
    found = page_of(matching(text), order=ORDER, after=after, before=before, size=size)
    return Page(rows=people(found.rows), after=found.after, before=found.before)


def count(text: str) -> int:
    """How many match, counted up to COUNT_LIMIT + 1."""
    return matching(text).order_by()[: COUNT_LIMIT + 1].count()


HEAD = (
    _("購入者"), _("フリガナ"), _("電話"), _("メール"), _("郵便番号"), _("都道府県"), _("住所"), _("受注数"),
    _("合計金額"), _("初回の受注"), _("最終の受注"),
)  # fmt: skip


def export(text: str, *, encoding: str = "utf-8-sig") -> bytes:
    """What the list shows as a CSV file, EXPORT_ROWS at most. encoding: utf-8-sig or cp932."""
    return sheets.csv_file([Sentence(title) for title in HEAD], _cells(text), encoding=encoding)


def _cells(text: str) -> Iterator[tuple[object, ...]]:
    heads = list(matching(text).order_by(*ORDER)[:EXPORT_ROWS])
    for start in range(0, len(heads), AT_ONCE):
        for person in people(heads[start : start + AT_ONCE]):
            newest = person.addresses[-1] if person.addresses else None
            ordered = person.ordered
            yield (
                *(person.name, person.kana, " ".join(person.phones), " ".join(person.emails)),
                *((newest.postcode, newest.prefecture, newest.address) if newest else ("", "", "")),
                *(ordered.orders, int(ordered.total)),
                *(f"{at.astimezone(TOKYO):%Y-%m-%d}" if at else "" for at in (ordered.first_at, ordered.last_at)),
            )
