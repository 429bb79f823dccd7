"""What a client's people are told."""

from __future__ import annotations

import polars as pl

from core.wording import _
from integrations.notices.kind import INTAKE, INVOICE, QUESTION, STAFF, Kind
from tenants.roles import Permission

TO_CLIENTS = (
    Kind(
        "client.question",
        "order.held",
        _("確認事項"),
        """ご確認ください: {order_number}

受注 {order_number}（{addressee}）について、ご確認をお願いします。

{question}

回答の期限: {deadline}
回答はこちらから: {page}""",
        """Please decide: {order_number}

Order {order_number} ({buyer_name}) waits for your answer.

{question}

Answer by: {deadline}
Answer here: {page}""",
        (*STAFF, *QUESTION),
        when=pl.col("party") == "client",
        permission=Permission.ANSWER_QUESTIONS,
    ),
    Kind(
        "client.buyer_answered",
        "order.hold_answered",
        _("購入者からの回答"),
        """購入者から回答がありました: {order_number}

受注 {order_number}（{addressee}）の購入者から回答がありました。

{answer}

{page}""",
        """The buyer answered: {order_number}

The buyer of order {order_number} ({buyer_name}) has answered.

{answer}

{page}""",
        (*STAFF, "answer"),
        when=pl.col("actor_kind") == "buyer",
        mode="digest",
    ),
    Kind(
        "client.shipped",
        "shipment.shipped",
        _("出荷"),
        """出荷しました: {order_number}

受注 {order_number}（{addressee}）を出荷しました。
{parcels}

{page}""",
        """Shipped: {order_number}

Order {order_number} ({buyer_name}) has been shipped.
{parcels}

{page}""",
        (*STAFF, "parcels"),
        mode="off",
    ),
    Kind(
        "client.cancelled",
        "order.cancelled",
        _("キャンセル"),
        """キャンセルしました: {order_number}

受注 {order_number}（{addressee}）をキャンセルしました。
理由: {reason}

{page}""",
        """Cancelled: {order_number}

Order {order_number} ({buyer_name}) has been cancelled.
Reason: {reason}

{page}""",
        (*STAFF, "reason"),
        when=pl.col("by") != "client",
        mode="digest",
    ),
    Kind(
        "client.cancel_answered",
        "order.cancel_request_answered",
        _("キャンセル依頼への回答"),
        """キャンセルのご依頼への回答: {order_number}

受注 {order_number}（{addressee}）のキャンセルのご依頼に回答がありました。

{answer}

{page}""",
        """Answer to your cancel request: {order_number}

Your request to cancel order {order_number} ({buyer_name}) has been answered.

{answer}

{page}""",
        (*STAFF, "answer"),
        permission=Permission.CANCEL_ORDERS,
    ),
    Kind(
        "client.rescheduled",
        "order.scheduled",
        _("納期変更"),
        """出荷予定日が変わりました: {order_number}

受注 {order_number}（{addressee}）の出荷予定日: {ship_on}

{page}""",
        """New shipping date: {order_number}

Order {order_number} ({buyer_name}) ships on: {ship_on}

{page}""",
        STAFF,
        when=pl.col("ship_on").is_not_null(),
        mode="digest",
    ),
    Kind(
        "client.promise_moved",
        "order.promise_moved",
        _("お届け予定日の変更"),
        """お届け予定日が変わりました: {order_number}

受注 {order_number}（{addressee}）のお届け予定日: {arrives_on}

{page}""",
        """New delivery date: {order_number}

Order {order_number} ({buyer_name}) is expected to arrive on: {arrives_on}

{page}""",
        (*STAFF, "arrives_on"),
        when=pl.col("late"),
        mode="digest",
    ),
    Kind(
        "client.intake_done",
        "intake.finished",
        _("取込完了"),
        """受注を取り込みました: {file_name}

新しい受注: {orders_new}件
登録済みの受注: {orders_known}件

{page}""",
        """Orders imported: {file_name}

New orders: {orders_new}
Known orders: {orders_known}

{page}""",
        INTAKE,
        # A shop that tells of each order by itself would have a mail written for each; what it tells is in its log.
        when=(pl.col("orders_refused") == 0) & (pl.col("source") != "hook"),
        permission=Permission.IMPORT_ORDERS,
        mode="off",
    ),
    Kind(
        "client.intake_errors",
        "intake.finished",
        _("取込エラー"),
        """取り込めなかった受注があります: {file_name}

取り込めなかった受注: {orders_refused}件
新しい受注: {orders_new}件

直す行はこちら: {page}""",
        """Some orders could not be imported: {file_name}

Not imported: {orders_refused}
New orders: {orders_new}

Rows to mend: {page}""",
        INTAKE,
        when=pl.col("orders_refused") > 0,
        permission=Permission.IMPORT_ORDERS,
    ),
    Kind(
        "client.intake_refused",
        "intake.refused",
        _("取込できなかったファイル"),
        """ファイルを取り込めませんでした: {file_name}

{reason}

{page}""",
        """The file could not be imported: {file_name}

{reason}

{page}""",
        ("shop", "file_name", "reason", "page"),
        permission=Permission.IMPORT_ORDERS,
    ),
    Kind(
        "client.sla_missed",
        "sla.missed",
        _("SLA未達"),
        """SLAの期限を過ぎました: {order_number}

受注 {order_number} が約束の期限（{due}）を過ぎました。

{page}""",
        """SLA missed: {order_number}

Order {order_number} is past its promised time ({due}).

{page}""",
        (*STAFF, "due"),
        permission=Permission.VIEW_SLA,
        mode="digest",
    ),
    Kind(
        "client.invoice_drafted",
        "invoice.drafted",
        _("締め（請求案）"),
        """請求案をご確認ください

{period} からの請求案ができました。内容をご確認のうえ、承認をお願いします。

金額: {invoice_total}

{page}""",
        """Please review the draft invoice

The draft for the period from {period} is ready. Please review and approve it.

Amount: {invoice_total}

{page}""",
        INVOICE,
        permission=Permission.REVIEW_BILLING,
    ),
    Kind(
        "client.invoice_issued",
        "invoice.issued",
        _("請求書発行"),
        """請求書を発行しました: {invoice_number}

金額: {invoice_total}

{page}""",
        """Invoice issued: {invoice_number}

Amount: {invoice_total}

{page}""",
        INVOICE,
        permission=Permission.VIEW_BILLING,
    ),
    Kind(
        "client.bounced",
        "notice.bounced",
        _("購入者へのメールの不達"),
        """メールが届きませんでした: {order_number}

受注 {order_number}（{addressee}）へのメールが届きませんでした。このアドレスには、これから送りません。

宛先: {recipient}
理由: {reason}

{page}""",
        """Mail was not delivered: {order_number}

A mail to the buyer of order {order_number} ({buyer_name}) was not delivered. We will not write to it again.

Address: {recipient}
Reason: {reason}

{page}""",
        (*STAFF, "recipient", "reason"),
        mode="digest",
    ),
)
