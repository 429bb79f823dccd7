"""What is counted of orders."""

from __future__ import annotations

from billing.meters.meter import Meter
from core.wording import _

METERS = (
    Meter("orders", _("受注処理"), _("件"), "order.received"),
    Meter("order_lines", _("受注明細"), _("行"), "order.received", quantity="coalesce((e.data->>'lines')::numeric, 0)"),
    Meter("verifications", _("受注確認"), _("件"), "order.verified"),
    Meter(
        "cancellations",
        _("出荷指示後のキャンセル"),
        _("件"),
        "order.cancelled",
        where="coalesce(e.data->>'zone', '') = 'by_request'",
    ),
    Meter(
        "returns_inspected",
        _("返品検品"),
        _("点"),
        "order.return_inspected",
        quantity="coalesce((e.data->>'units')::numeric, 0)",
    ),
)
