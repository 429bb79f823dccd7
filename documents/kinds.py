"""What kinds of documents there are, who may see them, and how long each is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.periods import day_of_month, first_of_month
from core.wording import Sentence, _

TAX_YEARS = 10
"""7年 by tax law, 10年 where there are losses carried forward and by company law: the longest is the default."""

RETURN_MONTHS = 15
"""A tax paper's years count from when its fiscal year's return is due: at the latest a whole year after the
transaction, and two months, or three with the usual extension (法人税法74条・75条の2, 同施行規則59条)."""


@dataclass(frozen=True)
class DocumentKind:
    """tax: it belongs to 電子取引データ. money: it shows what the operator's or a supplier's work costs, so it is for
    those who may see the billing; what a buyer pays stands on the order itself, for everybody who sees that.

    priced: it always names an amount. years: how long it is kept; a tax paper from when its return is due, others from
    their date.
    """

    code: str
    label: str
    tax: bool
    money: bool
    years: int
    priced: bool = False

    def kept_until(self, day: date) -> date:
        """Before which day a document of the transaction date `day` is not deleted: rounded up, never a day short."""
        month = first_of_month(day, 12 * self.years + (RETURN_MONTHS if self.tax else 0))
        same_day = day_of_month(month, day.day)
        return same_day if same_day.day == day.day else first_of_month(month, 1)


KINDS: Mapping[str, DocumentKind] = {
    kind.code: kind
    for kind in (
        DocumentKind("invoice", _("請求書"), tax=True, money=True, years=TAX_YEARS, priced=True),
        DocumentKind("quote", _("見積書"), tax=True, money=True, years=TAX_YEARS),
        DocumentKind("purchase_order", _("発注書"), tax=True, money=True, years=TAX_YEARS),
        DocumentKind("contract", _("契約書"), tax=True, money=True, years=TAX_YEARS),
        DocumentKind("receipt", _("領収書"), tax=True, money=True, years=TAX_YEARS, priced=True),
        DocumentKind("delivery_note", _("納品書"), tax=True, money=False, years=TAX_YEARS),
        DocumentKind("acknowledgement", _("注文請書"), tax=True, money=False, years=TAX_YEARS, priced=True),
        DocumentKind("buyer_receipt", _("購入者への領収書"), tax=True, money=False, years=TAX_YEARS, priced=True),
        DocumentKind("buyer_quote", _("購入者への見積書"), tax=True, money=False, years=TAX_YEARS, priced=True),
        DocumentKind("buyer_order", _("購入者からの発注書"), tax=True, money=False, years=TAX_YEARS),
        DocumentKind("buyer_contract", _("購入者との契約書"), tax=True, money=False, years=TAX_YEARS),
        DocumentKind("inspection", _("検収書"), tax=True, money=True, years=TAX_YEARS),
        DocumentKind("order_slip", _("受注伝票"), tax=False, money=False, years=5),
        DocumentKind("ship_order", _("出荷指示書"), tax=False, money=False, years=3),
        DocumentKind("pick_list", _("ピッキングリスト"), tax=False, money=False, years=1),
        DocumentKind("print_run", _("帳票のまとめ印刷"), tax=False, money=False, years=1),
        DocumentKind("project_report", _("作業報告書"), tax=False, money=False, years=5),
        DocumentKind("report", _("報告書"), tax=False, money=False, years=5),
        DocumentKind("order_sheet", _("注文書（FAX・メール）"), tax=False, money=False, years=TAX_YEARS),
        DocumentKind("order_file", _("受注ファイル"), tax=False, money=False, years=3),
        DocumentKind("message", _("やりとりの添付"), tax=False, money=False, years=3),
        DocumentKind("other", _("その他"), tax=False, money=False, years=3),
    )
}


def visible(*, money: bool) -> tuple[str, ...]:
    """The codes of the kinds that somebody sees who may, or may not, see what things cost."""
    return tuple(code for code, kind in KINDS.items() if money or not kind.money)


def missing(code: str, *, counterparty: str, amount: Decimal | None) -> dict[str, Sentence]:
    """What the document lacks to be found as the law wants it (電子帳簿保存法施行規則4条), by field."""
    if code not in KINDS:
        return {"kind": Sentence(_("書類の種類を選んでください。"))}
    kind, lacks = KINDS[code], dict[str, Sentence]()
    label = Sentence(kind.label)
    if kind.tax and not counterparty:
        text = _("%(kind)sは取引先で検索できるように保存します。取引先を入力してください。")
        lacks["counterparty"] = Sentence(text, kind=label)
    if kind.priced and amount is None:
        text = _("%(kind)sは金額で検索できるように保存します。税込の金額を入力してください。")
        lacks["amount"] = Sentence(text, kind=label)
    return lacks
