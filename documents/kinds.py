"""What kinds of documents there are, and how long each is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.wording import _

TAX_YEARS = 10
"""7年 by tax law, 10年 where there are losses carried forward and by company law: the longest is the default."""


@dataclass(frozen=True)
class DocumentKind:
    """code, name, whether it belongs to 電子取引データ (tax law), and for how many years it is kept."""

    code: str
    label: str
    tax: bool
    years: int


KINDS: Mapping[str, DocumentKind] = {
    kind.code: kind
    for kind in (
        DocumentKind("invoice", _("請求書"), True, TAX_YEARS),
        DocumentKind("quote", _("見積書"), True, TAX_YEARS),
        DocumentKind("purchase_order", _("発注書"), True, TAX_YEARS),
        DocumentKind("contract", _("契約書"), True, TAX_YEARS),
        DocumentKind("receipt", _("領収書"), True, TAX_YEARS),
        DocumentKind("delivery_note", _("納品書"), True, TAX_YEARS),
        DocumentKind("report", _("報告書"), False, 5),
        DocumentKind("order_file", _("受注ファイル"), False, 3),
        DocumentKind("other", _("その他"), False, 3),
    )
}
