"""The lines and terms of a quote as they are written, and what must hold of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.errors import Refused
from core.money import ZERO
from core.wording import Sentence, _

MOST_LINES = 200
RATES = (10, 8, 0)
UNIT = "個"


@dataclass(frozen=True)
class Wanted:
    """A line of a quote. unit_price: yen without tax, up to two decimals. discount: whole yen off the line."""

    sku: str
    name: str
    quantity: int
    unit_price: Decimal
    unit: str = UNIT
    tax_rate: int = 10
    discount: Decimal = ZERO


@dataclass(frozen=True)
class Terms:
    """What is agreed besides the goods. postage: whole yen without tax, at the standard rate.

    delivery_time, payment: in words. valid_until: the last day on which the quote can be accepted.
    """

    valid_until: date
    delivery_time: str = ""
    payment: str = ""
    postage: Decimal = ZERO
    notes: str = ""


def check_lines(lines: Sequence[Wanted]) -> None:
    """Refused where the lines cannot become an order: none or too many, or one that makes no sense."""
    if not lines:
        raise Refused(Sentence(_("明細を1行以上入れてください。")), code="no_lines", field="lines")
    if len(lines) > MOST_LINES:
        raise Refused(Sentence(_("明細は%(most)s行までです。"), most=MOST_LINES), code="too_many", field="lines")
    for nth, line in enumerate(lines, 1):
        why = _wrong(line)
        if why:
            sentence = Sentence(_("%(nth)s行目: %(why)s"), nth=nth, why=Sentence(why))
            raise Refused(sentence, code="bad_line", field="lines", line=nth)


def _wrong(line: Wanted) -> str:
    if not line.sku.strip() or not line.name.strip():
        return _("商品コードと品名を入れてください。")
    if line.quantity < 1:
        return _("数量は1以上にしてください。")
    if line.unit_price < 0 or line.discount < 0:
        return _("単価と値引は0円以上にしてください。")
    if line.discount > line.unit_price * line.quantity:
        return _("値引が金額を超えています。")
    if line.discount != line.discount.to_integral_value():
        return _("値引は円単位で入れてください。")
    return "" if line.tax_rate in RATES else _("税率は10、8、0のいずれかにしてください。")
