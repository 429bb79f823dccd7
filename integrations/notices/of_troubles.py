"""What everybody is told of exceptions, changes and returns: whoever decides is asked, the others are informed."""

from __future__ import annotations

import polars as pl

from core.wording import _
from integrations.notices.kind import BUYER, MATTER, STAFF, Kind
from integrations.notices.to_buyers import to_buyer_en, to_buyer_ja
from orders.mails import MAILS
from tenants.roles import Permission

OF_TROUBLES = (
    Kind(
        "buyer.decision",
        "order.exception_opened",
        MAILS["decision"],
        to_buyer_ja(
            "【{shop}】ご注文についてお選びください（{order_number}）",
            "{question}\n\n下のページで、ご希望をお選びください。\n\n期限: {deadline}",
        ),
        to_buyer_en(
            "[{shop}] Please choose how your order goes on ({order_number})",
            "{question}\n\nPlease choose on the page below.\n\nBy: {deadline}",
        ),
        (*BUYER, "question", "deadline"),
        when=pl.col("decider") == "buyer",
    ),
    Kind(
        "buyer.decision_reminder",
        "order.exception_reminded",
        MAILS["decision_reminder"],
        to_buyer_ja(
            "【{shop}】お答えをお待ちしています（{order_number}）",
            "{question}\n\nまだお答えをいただいていません。下のページで、ご希望をお選びください。",
        ),
        to_buyer_en(
            "[{shop}] We are waiting for your answer ({order_number})",
            "{question}\n\nWe have not had your answer yet. Please choose on the page below.",
        ),
        (*BUYER, "question"),
        when=pl.col("decider") == "buyer",
    ),
    Kind(
        "client.decision",
        "order.exception_opened",
        _("対応の決定"),
        """お決めください（{matter}）: {order_number}

受注 {order_number}（{addressee}）に「{matter}」がありました。

{question}

回答の期限: {deadline}
対応はこちらから選べます: {page}""",
        """Please decide ({matter}): {order_number}

Order {order_number} ({buyer_name}) has a problem: {matter}

{question}

Decide by: {deadline}
Choose here: {page}""",
        (*STAFF, *MATTER),
        when=pl.col("decider") == "client",
        permission=Permission.ANSWER_QUESTIONS,
    ),
    Kind(
        "client.decision_reminder",
        "order.exception_reminded",
        _("対応の決定の催促"),
        """期限が過ぎています（{matter}）: {order_number}

受注 {order_number}（{addressee}）の「{matter}」への対応が、まだ決まっていません。

{question}

期限: {deadline}
対応はこちらから選べます: {page}""",
        """Overdue ({matter}): {order_number}

It is still open how order {order_number} ({buyer_name}) goes on: {matter}

{question}

It was due: {deadline}
Choose here: {page}""",
        (*STAFF, *MATTER),
        when=pl.col("decider") == "client",
        permission=Permission.ANSWER_QUESTIONS,
    ),
    Kind(
        "client.exception",
        "order.exception_opened",
        _("例外の発生"),
        """{matter}: {order_number}

受注 {order_number}（{addressee}）に「{matter}」がありました。

{question}

{page}""",
        """{matter}: {order_number}

Order {order_number} ({buyer_name}) has a problem: {matter}

{question}

{page}""",
        (*STAFF, *MATTER),
        when=pl.col("decider") != "client",
        mode="digest",
    ),
    Kind(
        "client.decided",
        "order.exception_decided",
        _("例外への対応"),
        """対応が決まりました（{matter}）: {order_number}

受注 {order_number}（{addressee}）の「{matter}」への対応が決まりました。

{decision}
{answer}

{page}""",
        """Decided ({matter}): {order_number}

It has been decided how order {order_number} ({buyer_name}) goes on ({matter}):

{decision}
{answer}

{page}""",
        (*STAFF, "matter", "decision", "answer"),
        when=pl.col("decider") != "client",
        mode="digest",
    ),
    Kind(
        "client.change_answered",
        "order.change_answered",
        _("変更依頼への回答"),
        """変更のご依頼への回答（{matter}）: {order_number}

受注 {order_number}（{addressee}）の変更のご依頼に回答がありました。

{answer}

{page}""",
        """Answer to your change request ({matter}): {order_number}

Your request to change order {order_number} ({buyer_name}) has been answered.

{answer}

{page}""",
        (*STAFF, "matter", "answer"),
        permission=Permission.CHANGE_ORDERS,
    ),
    Kind(
        "client.change_expired",
        "order.change_expired",
        _("変更依頼の期限切れ"),
        """変更されませんでした（{matter}）: {order_number}

受注 {order_number}（{addressee}）の変更のご依頼は、期限までに回答がなかったため、変更なしで進みます。

{page}""",
        """Not changed ({matter}): {order_number}

Your request to change order {order_number} ({buyer_name}) was not answered in time; the order goes on unchanged.

{page}""",
        (*STAFF, "matter"),
        permission=Permission.CHANGE_ORDERS,
    ),
    Kind(
        "client.return_inspected",
        "order.return_inspected",
        _("返品の検品"),
        """返品を検品しました: {order_number}

受注 {order_number}（{addressee}）の返品の検品が済みました。結果は受注の画面でご覧いただけます。

{page}""",
        """Return inspected: {order_number}

The return of order {order_number} ({buyer_name}) has been inspected. The result is on the order's page.

{page}""",
        STAFF,
        mode="digest",
    ),
    Kind(
        "operator.exception",
        "order.exception_opened",
        _("例外の発生"),
        """お決めください（{matter}）: {shop} {order_number}

{shop} の受注 {order_number} に「{matter}」がありました。対応を決めてください。

期限: {deadline}
{page}""",
        """Please decide ({matter}): {shop} {order_number}

Order {order_number} of {shop} has a problem: {matter}. Decide how it goes on.

By: {deadline}
{page}""",
        (*STAFF, *MATTER),
        when=pl.col("decider").is_in(["operator", "supplier"]),
        permission=Permission.DECIDE_EXCEPTIONS,
    ),
    Kind(
        "operator.exception_escalated",
        "order.exception_escalated",
        _("例外のエスカレーション"),
        """期限切れです（{matter}）: {shop} {order_number}

{shop} の受注 {order_number} の「{matter}」は、期限までに決まりませんでした。代わりに決めてください。

{page}""",
        """Overdue ({matter}): {shop} {order_number}

Nobody decided about order {order_number} of {shop} in time ({matter}). It is now yours to decide.

{page}""",
        (*STAFF, *MATTER),
        permission=Permission.DECIDE_EXCEPTIONS,
    ),
    Kind(
        "operator.change_requested",
        "order.change_requested",
        _("変更の依頼"),
        """変更の依頼（{matter}）: {shop} {order_number}

{shop} の受注 {order_number} に変更の依頼がありました。
理由: {reason}
期限: {deadline}

{page}""",
        """Change request ({matter}): {shop} {order_number}

{shop} asks to change order {order_number}.
Reason: {reason}
By: {deadline}

{page}""",
        (*STAFF, "matter", "reason", "deadline"),
        permission=Permission.REASSIGN_WORK,
        mode="digest",
    ),
)
