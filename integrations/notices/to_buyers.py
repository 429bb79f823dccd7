"""What buyers are told. Nobody but the shop is named."""

from __future__ import annotations

import polars as pl

from integrations.notices.kind import BUYER, Kind
from orders.mails import MAILS

_phase, _metric = pl.col("order_phase"), pl.col("metric")

_GREETING_JA = "{addressee}\n\n{shop} をご利用いただき、ありがとうございます。\n"
_CLOSING_JA = "\n\n今の状況はこちらでいつでもご覧いただけます。\n{tracking_page}\n\n{shop}"
_GREETING_EN = "Dear {buyer_name},\n\nThank you for shopping with {shop}.\n"
_CLOSING_EN = "\n\nYou can see where your order is at any time:\n{tracking_page}\n\n{shop}"
_FACTS_JA = "\n\nご注文番号: {order_number}\n{items}"
_FACTS_EN = "\n\nOrder number: {order_number}\n{items}"


def to_buyer_ja(subject: str, words: str) -> str:
    """A letter to a buyer around these words."""
    return f"{subject}\n\n{_GREETING_JA}{words}{_FACTS_JA}{_CLOSING_JA}"


def to_buyer_en(subject: str, words: str) -> str:
    """The same in English."""
    return f"{subject}\n\n{_GREETING_EN}{words}{_FACTS_EN}{_CLOSING_EN}"


TO_BUYERS = (
    Kind(
        "buyer.received",
        "order.received",
        MAILS["received"],
        to_buyer_ja(
            "【{shop}】ご注文を承りました（{order_number}）",
            "ご注文を承りました。\n\nご注文日: {ordered_on}\nお届け予定日: {arrives_on}\n合計金額: {total}",
        ),
        to_buyer_en(
            "[{shop}] We have received your order ({order_number})",
            "We have received your order.\n\nOrdered on: {ordered_on}\nExpected delivery: {arrives_on}\nTotal: {total}",
        ),
        BUYER,
        when=_phase != "cancelled",
    ),
    Kind(
        "buyer.question",
        "order.held",
        MAILS["question"],
        to_buyer_ja(
            "【{shop}】ご注文について確認させてください（{order_number}）",
            "ご注文について、確認させていただきたいことがあります。下のページでお答えください。\n\n期限: {deadline}",
        ),
        to_buyer_en(
            "[{shop}] A question about your order ({order_number})",
            "We have a question about your order. Please answer it on the page below.\n\nBy: {deadline}",
        ),
        (*BUYER, "deadline"),
        when=(pl.col("party") == "buyer") & (pl.col("question") != ""),
    ),
    Kind(
        "buyer.shipped",
        "shipment.shipped",
        MAILS["shipped"],
        to_buyer_ja(
            "【{shop}】商品を発送しました（{order_number}）",
            "ご注文の商品を発送しました。\n\nお届け予定日: {arrives_on}\n{parcels}",
        ),
        to_buyer_en(
            "[{shop}] Your order is on its way ({order_number})",
            "Your order has been shipped.\n\nExpected delivery: {arrives_on}\n{parcels}",
        ),
        (*BUYER, "parcels"),
        when=_phase != "partial",
    ),
    Kind(
        "buyer.partial",
        "shipment.shipped",
        MAILS["partial"],
        to_buyer_ja(
            "【{shop}】商品の一部を発送しました（{order_number}）",
            "ご注文の商品の一部を先に発送しました。残りは準備ができしだい発送し、あらためてお知らせします。\n\n{parcels}",
        ),
        to_buyer_en(
            "[{shop}] Part of your order is on its way ({order_number})",
            "Part of your order has been shipped. The rest follows; we will write to you when it leaves.\n\n{parcels}",
        ),
        (*BUYER, "parcels"),
        when=_phase == "partial",
    ),
    Kind(
        "buyer.delayed",
        "sla.missed",
        MAILS["delayed"],
        to_buyer_ja(
            "【{shop}】発送が遅れています（{order_number}）",
            "申し訳ございません。ご注文の商品の発送が予定より遅れています。発送しましたら、すぐにお知らせします。",
        ),
        to_buyer_en(
            "[{shop}] Your order is delayed ({order_number})",
            "We are sorry: your order will leave later than planned. We will write to you as soon as it does.",
        ),
        BUYER,
        when=(_metric == "ship") & _phase.is_in(["cancelled", "shipped", "delivered", "completed"]).not_(),
        is_on=False,
    ),
    Kind(
        "buyer.cancelled",
        "order.cancelled",
        MAILS["cancelled"],
        to_buyer_ja("【{shop}】ご注文のキャンセルを承りました（{order_number}）", "ご注文のキャンセルを承りました。"),
        to_buyer_en("[{shop}] Your order has been cancelled ({order_number})", "Your order has been cancelled."),
        BUYER,
    ),
    Kind(
        "buyer.rescheduled",
        "order.scheduled",
        MAILS["rescheduled"],
        to_buyer_ja(
            "【{shop}】発送予定日のお知らせ（{order_number}）",
            "ご注文の商品の発送予定日が決まりました。\n\n発送予定日: {ship_on}\nお届け予定日: {arrives_on}",
        ),
        to_buyer_en(
            "[{shop}] New shipping date for your order ({order_number})",
            "Your order has a new shipping date.\n\nShips on: {ship_on}\nExpected delivery: {arrives_on}",
        ),
        BUYER,
        when=pl.col("ship_on").is_not_null(),
    ),
    Kind(
        "buyer.promise_moved",
        "order.promise_moved",
        MAILS["promise_moved"],
        to_buyer_ja(
            "【{shop}】お届け予定日の変更のお知らせ（{order_number}）",
            "ご注文の商品のお届け予定日が変わりました。ご迷惑をおかけし、申し訳ございません。\n\n"
            "お届け予定日: {arrives_on}",
        ),
        to_buyer_en(
            "[{shop}] New delivery date for your order ({order_number})",
            "The expected delivery of your order has changed. We are sorry for the delay.\n\n"
            "Expected delivery: {arrives_on}",
        ),
        BUYER,
        when=pl.col("late"),
    ),
    Kind(
        "buyer.delivered",
        "shipment.delivered",
        MAILS["delivered"],
        to_buyer_ja(
            "【{shop}】商品をお届けしました（{order_number}）",
            "商品のお届けが完了しました。お気づきの点がありましたら、このメールへの返信でお知らせください。",
        ),
        to_buyer_en(
            "[{shop}] Your order has been delivered ({order_number})",
            "Your order has been delivered. If anything is not as it should be, please reply to this mail.",
        ),
        BUYER,
        when=_phase.is_in(["delivered", "completed"]),
        is_on=False,
    ),
    Kind(
        "buyer.followup",
        "shipment.delivered",
        MAILS["followup"],
        to_buyer_ja(
            "【{shop}】その後いかがですか（{order_number}）",
            "先日お届けした商品はいかがでしょうか。ご不明な点がありましたら、このメールへの返信でお知らせください。",
        ),
        to_buyer_en(
            "[{shop}] How do you like your order? ({order_number})",
            "We hope you are happy with what we sent you. If you have any questions, please reply to this mail.",
        ),
        BUYER,
        when=_phase.is_in(["delivered", "completed"]),
        is_on=False,
        follows_up=True,
        phases=frozenset({"delivered", "completed"}),
    ),
)
