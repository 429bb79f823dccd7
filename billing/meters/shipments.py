"""What is counted of shipments."""

from __future__ import annotations

from billing.meters.meter import Meter
from billing.pricing import Cell
from billing.regions import region_of
from core.wording import _


def _size_and_region(values: Cell) -> Cell:
    size, prefecture = values
    return size, region_of(prefecture)


_OURS = "coalesce(e.data->>'source', '') <> 'supplier'"
"""What a supplier sends straight to the buyer is no work of the warehouse's."""

METERS = (
    Meter("shipments", _("出荷"), _("件"), "shipment.shipped", where=_OURS),
    Meter(
        "units_picked",
        _("ピッキング"),
        _("点"),
        "shipment.picked",
        quantity="coalesce((e.data->>'units')::numeric, 0)",
    ),
    Meter(
        "parcels",
        _("配送（サイズ×地域）"),
        _("個"),
        "shipment.shipped",
        quantity="greatest(jsonb_array_length(coalesce(e.data->'tracking_numbers', '[]')), 1)",
        where=_OURS,
        axes=("coalesce(e.data->>'size', '')", "coalesce(e.data->>'prefecture', '')"),
        cell=_size_and_region,
    ),
)
