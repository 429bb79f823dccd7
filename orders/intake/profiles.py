"""What a channel's order file looks like, as data: which column holds which fact, and what its words mean.

A file is matched by the names of its columns (NFKC, trimmed, caseless), never by their position: columns may be
missing, extra or in another order. A channel is one `Profile`; the reading itself is the same for all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

Build = Callable[[Sequence[pl.Expr]], pl.Expr]

# fmt: off
ORDER_FIELDS = frozenset(
    {
        "number", "ordered_at", "status", "cancelled", "shipped", "paid", "buyer_name", "buyer_kana",
        "buyer_email", "buyer_phone", "buyer_postcode", "buyer_prefecture", "buyer_address", "buyer_country",
        "ship_name", "ship_kana", "ship_phone", "ship_postcode", "ship_prefecture", "ship_address", "ship_country",
        "destination", "payment_method", "delivery_method", "goods_total", "subtotal", "postage", "fee",
        "discount", "points", "tax", "tax_10", "tax_8", "other", "total", "gift", "noshi", "wrapping", "message",
        "wished_date", "wished_slot", "note", "staff_note",
    }
)
LINE_FIELDS = frozenset(
    {
        "sku", "name", "option", "quantity", "unit_price", "tax_rate", "line_discount", "line_postage", "kind",
    }
)
# fmt: on
KINDS = frozenset({"goods", "postage", "fee", "discount", "points", "tax"})
"""What a row of an order can be about; all but goods are amounts of the order and no lines of it."""


@dataclass(frozen=True)
class Source:
    """Where a fact stands in a row: one or several columns, and how they make one text.

    parts: for each part the names its column may have; the first that the file has is taken, a part whose column is
    missing reads as blank. build: from the trimmed cells (text, never null) to the text of the fact.
    """

    parts: tuple[tuple[str, ...], ...]
    build: Build


def col(*names: str) -> Source:
    """The cell of one column, under the first of these names that the file has."""
    return Source((names,), lambda cells: cells[0])


def joined(*sources: Source, glue: str = "") -> Source:
    """The texts that are not blank, one after the other."""

    def build(cells: Sequence[pl.Expr]) -> pl.Expr:
        texts = [_none_if_blank(text) for text in _built(sources, cells)]
        return pl.concat_str(texts, separator=glue, ignore_nulls=True)

    return Source(_parts(sources), build)


def padded(*sources: Source, widths: Sequence[int], glue: str = "-") -> Source:
    """Parts of a number, each filled up to its width with the zeros that a spreadsheet took (11 and 1 are 11-0001)."""

    def build(cells: Sequence[pl.Expr]) -> pl.Expr:
        filled = [_none_if_blank(cell).str.zfill(width) for cell, width in zip(cells, widths, strict=True)]
        return pl.concat_str(filled, separator=glue, ignore_nulls=True)

    return Source(_parts(sources), build)


def either(*sources: Source) -> Source:
    """The first of the texts that is not blank."""

    def build(cells: Sequence[pl.Expr]) -> pl.Expr:
        return pl.coalesce([*(_none_if_blank(text) for text in _built(sources, cells)), pl.lit("")])

    return Source(_parts(sources), build)


def added(*sources: Source) -> Source:
    """Amounts in whole yen added up; where one of them is no such amount, that cell as it is."""

    def build(cells: Sequence[pl.Expr]) -> pl.Expr:
        amounts = [_none_if_blank(cell).cast(pl.Int64, strict=False) for cell in cells]
        odd = [pl.when((cell != "") & amount.is_null()).then(cell) for cell, amount in zip(cells, amounts, strict=True)]
        return pl.coalesce([*odd, pl.sum_horizontal(amounts).cast(pl.String)])

    return Source(_parts(sources), build)


def found(source: Source, pattern: str) -> Source:
    """What the pattern's first group finds in the cell, blank where it finds nothing."""
    return Source(source.parts, lambda cells: source.build(cells).str.extract(pattern, 1).fill_null(""))


def _built(sources: Sequence[Source], cells: Sequence[pl.Expr]) -> list[pl.Expr]:
    """What each of the sources makes of its own cells."""
    texts, at = [], 0
    for source in sources:
        texts.append(source.build(cells[at : at + len(source.parts)]))
        at += len(source.parts)
    return texts


def _parts(sources: Sequence[Source]) -> tuple[tuple[str, ...], ...]:
    return tuple(part for source in sources for part in source.parts)


def _none_if_blank(cell: pl.Expr) -> pl.Expr:
    return pl.when(cell != "").then(cell)


@dataclass(frozen=True)
class Sum:
    """An amount that must come out: `of` in one of these ways, each a tuple of fields to add ("-points" subtracts).

    code: the reason (of orders.intake.reasons) where it comes out in none. Amounts that the file does not state are
    not held against it. Beside the order's own amounts, `lines_total` (price times quantity) and `line_discounts` are
    known.
    """

    code: str
    of: str
    ways: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Pair:
    """Two files that belong together: one with a row per order, one with a row per item, joined on the same column.

    key: that column. orders, items: the columns that tell which of the two a file is.
    """

    key: str
    orders: tuple[str, ...]
    items: tuple[str, ...]


@dataclass(frozen=True)
class Profile:
    """One channel's order file.

    order, line: field to source; the fields are ORDER_FIELDS and LINE_FIELDS. required: fields without whose column a
    file is no file of this channel. carry_forward: order-level cells stand on the first row of an order only.
    statuses: the channel's word to open, paid, shipped or cancelled. slots: its word to one of values.SLOTS.
    advance_methods: words in the name of a payment method that is paid before the goods are sent.
    derived: amounts worked out from others once all are read. unconfirmed: the amount that stands for "not yet known".
    encoding: what the channel writes; UTF-8 and cp932 are both read. kinds: the channel's word to one of KINDS, where
    it writes postage and the like as rows of their own; what they come to is known to sums and derived as
    `charged_postage` and so on, and `lines_postage` is the sum of line_postage. packed: line fields that hold all items
    of an order in one cell ("L1=a&L2=b"). pair: where the channel hands over two files instead of one. version: counts
    up where the same file would be read differently from then on.
    """

    code: str
    name: str
    order: Mapping[str, Source]
    line: Mapping[str, Source]
    required: tuple[str, ...] = ("number", "ordered_at", "ship_name", "ship_postcode", "sku", "quantity")
    sums: tuple[Sum, ...] = ()
    derived: Mapping[str, pl.Expr] = field(default_factory=dict)
    encoding: str = "cp932"
    separators: tuple[str, ...] = (",", "\t")
    carry_forward: bool = False
    zone: str = "Asia/Tokyo"
    number_pattern: str = r"^\S{1,60}$"
    statuses: Mapping[str, str] = field(default_factory=dict)
    slots: Mapping[str, str] = field(default_factory=dict)
    advance_methods: tuple[str, ...] = ("銀行振込", "郵便振替", "コンビニ", "前払", "Bank Deposit")
    unconfirmed: str = ""
    tax_rate: int = 10
    kinds: Mapping[str, str] = field(default_factory=dict)
    packed: tuple[str, ...] = ()
    pair: Pair | None = None
    version: int = 1

    def __post_init__(self) -> None:
        unknown = (set(self.order) - ORDER_FIELDS) | (set(self.line) - LINE_FIELDS)
        if unknown:
            raise ValueError(f"{self.code}: no such field: {', '.join(sorted(unknown))}")
        if set(self.kinds.values()) - KINDS:
            raise ValueError(f"{self.code}: no such kind: {', '.join(sorted(set(self.kinds.values()) - KINDS))}")

    @property
    def fields(self) -> dict[str, Source]:
        """All fields with their sources, those of the order first."""
        return {**self.order, **self.line}


def header_key(name: str) -> str:
    """A column's name for matching: NFKC, caseless, no spaces; a numbering prefix like "[107]" is dropped."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"^\[[0-9]+\]", "", re.sub(r"[\s\ufeff]", "", plain))
