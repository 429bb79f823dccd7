"""What buyers and the client's people are told about quotes."""

from __future__ import annotations

from core.wording import _
from integrations.notices.kind import QUOTE, Kind
from tenants.roles import Permission

OF_QUOTES = (
    Kind(
        "buyer.quote_sent",
        "quote.sent",
        _("見積"),
        """【{shop}】お見積書をお送りします（{quote_number}）

{addressee}

お見積書ができました。下のページで内容をご覧いただき、そのままご承諾いただけます。

見積番号: {quote_number}
件名: {quote_subject}
金額（税込）: {quote_total}
有効期限: {quote_valid_until}

{quote_page}

{shop}""",
        """[{shop}] Your quote ({quote_number})

Dear {buyer_name},

Your quote is ready. You can read it on the page below, and accept it there.

Quote number: {quote_number}
Subject: {quote_subject}
Total (with tax): {quote_total}
Valid until: {quote_valid_until}

{quote_page}

{shop}""",
        (*QUOTE, "quote_page"),
    ),
    Kind(
        "client.quote_accepted",
        "quote.accepted",
        _("見積の承諾"),
        """見積が承諾されました: {quote_number}

{addressee}への見積 {quote_number}（{quote_subject}）が承諾されました。

金額（税込）: {quote_total}
{page}""",
        """Quote accepted: {quote_number}

The quote {quote_number} ({quote_subject}) for {buyer_name} has been accepted.

Total (with tax): {quote_total}
{page}""",
        (*QUOTE, "page"),
        permission=Permission.MANAGE_QUOTES,
    ),
    Kind(
        "client.quote_declined",
        "quote.declined",
        _("見積の辞退"),
        """見積が辞退されました: {quote_number}

{addressee}への見積 {quote_number}（{quote_subject}）が辞退されました。

理由: {reason}
金額（税込）: {quote_total}
{page}""",
        """Quote declined: {quote_number}

The quote {quote_number} ({quote_subject}) for {buyer_name} has been declined.

Reason: {reason}
Total (with tax): {quote_total}
{page}""",
        (*QUOTE, "reason", "page"),
        permission=Permission.MANAGE_QUOTES,
    ),
    Kind(
        "client.quote_asked",
        "quote.asked",
        _("見積への質問"),
        """見積に質問があります: {quote_number}

{addressee}への見積 {quote_number}（{quote_subject}）に質問がありました。

{question}

金額（税込）: {quote_total}
{page}""",
        """A question about a quote: {quote_number}

The buyer asks about the quote {quote_number} ({quote_subject}) for {buyer_name}.

{question}

Total (with tax): {quote_total}
{page}""",
        (*QUOTE, "question", "page"),
        permission=Permission.MANAGE_QUOTES,
    ),
    Kind(
        "client.contract_ending",
        "quote.contract_ending",
        _("契約の終了が近い"),
        """契約が {contract_ends_on} に終了します: {quote_number}

{buyer_name} 様との契約（{quote_number} {quote_subject}）は {contract_ends_on} に終了します。
続ける場合は、新しい見積をお送りください。

金額（税込）: {quote_total}
{page}""",
        """Contract ends on {contract_ends_on}: {quote_number}

The contract with {buyer_name} ({quote_number} {quote_subject}) ends on {contract_ends_on}.
To go on, please send a new quote.

Total (with tax): {quote_total}
{page}""",
        (*QUOTE, "contract_ends_on", "page"),
        permission=Permission.MANAGE_QUOTES,
    ),
)
