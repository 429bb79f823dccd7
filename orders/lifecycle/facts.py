"""What is known of an order and of a shipment: the numbers that phases and moves are decided by."""

from __future__ import annotations

from collections.abc import Mapping

from core.wording import _

ORDER_FACTS: Mapping[str, str] = {
    "open": _("出荷すべき数（注文 − 取消 − 除却）"),
    "allocated": _("引当済みの数"),
    "backordered": _("入荷待ちの数"),
    "on_purchase": _("発注済みの数"),
    "making": _("製造途中の数"),
    "unsourced": _("まだ手配していない数"),
    "released": _("出荷指示済みの数"),
    "packed": _("梱包済みの数"),
    "shipped": _("出荷済みの数"),
    "delivered": _("お届け済みの数"),
    "accepted": _("検収済みの数"),
    "written_off": _("除却した数"),
    "in_return": _("返品の途中の数"),
    "active_shipments": _("作業中の出荷"),
    "verifications": _("未回答の確認理由"),
    "holds": _("有効な保留"),
    "exceptions": _("対応中の例外"),
    "cancel_requests": _("未回答のキャンセル依頼"),
    "change_requests": _("未回答の変更依頼"),
    "prepaid": _("前払いの注文"),
    "paid": _("入金済み"),
    "dated": _("出荷日の指定"),
    "closed": _("完了の記録"),
}
"""What is known of an order, each a whole number. Quantities are in pieces, over all lines."""

STAGES: Mapping[str, int] = {
    "planned": 0,
    "released": 1,
    "picking": 2,
    "packed": 3,
    "handed_over": 4,
    "in_transit": 5,
    "attempt_failed": 6,
    "delivered": 7,
    "returned": 8,
    "lost": 9,
    "cancelled": 10,
}
"""The states of a shipment as numbers; up to packed they follow one upon the other."""

SHIPMENT_FACTS: Mapping[str, str] = {
    "stage": _("出荷の段階"),
    "handed_over": _("運送会社への引き渡し"),
    "holds": ORDER_FACTS["holds"],
    "exceptions": ORDER_FACTS["exceptions"],
    "cancel_requests": ORDER_FACTS["cancel_requests"],
    "change_requests": ORDER_FACTS["change_requests"],
}
"""What is known of a shipment; holds, exceptions and requests are its order's."""
