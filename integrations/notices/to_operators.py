"""What the operator's people are told of the clients that their teams serve."""

from __future__ import annotations

import polars as pl

from core.wording import _
from integrations.notices.kind import INVOICE, STAFF, Kind
from tenants.roles import Permission

TO_OPERATORS = (
    Kind(
        "operator.answered",
        "order.hold_answered",
        _("確認事項への回答"),
        """回答がありました: {order_number}

{shop} の受注 {order_number} の確認事項に回答がありました。

{answer}

{page}""",
        """Answered: {order_number}

A question about order {order_number} of {shop} has been answered.

{answer}

{page}""",
        (*STAFF, "answer"),
        when=pl.col("actor_kind").is_in(["buyer", "person", "token"]),
        permission=Permission.VERIFY_ORDERS,
        mode="off",
    ),
    Kind(
        "operator.cancel_requested",
        "order.cancel_requested",
        _("キャンセルの依頼"),
        """キャンセルの依頼: {order_number}

{shop} の受注 {order_number} にキャンセルの依頼がありました。
理由: {reason}

{page}""",
        """Cancel request: {order_number}

{shop} asks to cancel order {order_number}.
Reason: {reason}

{page}""",
        (*STAFF, "reason"),
        permission=Permission.REASSIGN_WORK,
        mode="digest",
    ),
    Kind(
        "operator.sla_missed",
        "sla.missed",
        _("SLA未達"),
        """SLA未達: {shop} {order_number}

{shop} の受注 {order_number} が約束の期限（{due}）を過ぎました。

{page}""",
        """SLA missed: {shop} {order_number}

Order {order_number} of {shop} is past its promised time ({due}).

{page}""",
        (*STAFF, "due"),
        permission=Permission.REASSIGN_WORK,
        mode="digest",
    ),
    Kind(
        "operator.invoice_disputed",
        "invoice.disputed",
        _("請求への指摘"),
        """請求案に指摘がありました: {shop}

{reason}

{page}""",
        """The draft invoice was disputed: {shop}

{reason}

{page}""",
        (*INVOICE, "reason"),
        permission=Permission.CLOSE_MONTH,
    ),
)
