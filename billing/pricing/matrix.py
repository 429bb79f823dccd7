"""Prices by place in a table, such as parcel size × region (運賃表)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from billing.pricing.explained import Cell, Part, Priced, Pricing, Usage, plain
from core.definitions import Definition, reading, refuse
from core.money import ZERO
from core.periods import Share
from core.wording import Sentence, _


@dataclass(frozen=True)
class Matrix(Pricing):
    """A unit price per cell. Use in a cell without a price is not free: it comes back as `unpriced`."""

    axes: tuple[str, ...]
    prices: Mapping[Cell, Decimal]

    kind: ClassVar[str] = "matrix"
    label: ClassVar[str] = _("マトリクス（サイズ×地域など）")

    def price(self, usage: Usage, share: Share) -> Priced:
        used = {cell: quantity for cell, quantity in sorted(usage.cells.items()) if quantity}
        parts = [
            Part.times("%(cell)s", quantity, self.prices[cell], cell="／".join(cell))
            for cell, quantity in used.items()
            if cell in self.prices
        ]
        return Priced(tuple(parts), {cell: quantity for cell, quantity in used.items() if cell not in self.prices})

    def to_json(self) -> dict[str, object]:
        cells = [{"at": list(cell), "unit_price": plain(price)} for cell, price in self.prices.items()]
        return {"axes": list(self.axes), "cells": cells}

    @classmethod
    def read(cls, definition: Definition) -> Matrix:
        axes = tuple(str(axis) for _path, axis in definition.items("axes"))
        if not axes:
            refuse(definition.at("axes"), _("軸（例: サイズ、地域）を1つ以上指定してください。"))
        prices: dict[Cell, Decimal] = {}
        for path, item in definition.items("cells"):
            cell, price = _priced_cell(item, path, axes)
            if cell in prices:
                refuse(path, Sentence(_("「%(cell)s」の単価が2つあります。"), cell="／".join(cell)))
            prices[cell] = price
        return cls(axes, prices)


def _priced_cell(item: object, path: str, axes: tuple[str, ...]) -> tuple[Cell, Decimal]:
    with reading(item, path) as row:
        cell = tuple(str(value) for _where, value in row.items("at"))
        if len(cell) != len(axes):
            refuse(row.at("at"), Sentence(_("軸（%(axes)s）ごとに値を1つずつ指定してください。"), axes="／".join(axes)))
        return cell, row.decimal("unit_price", least=ZERO)
