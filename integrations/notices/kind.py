"""What a notice is, and which places its words may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from core.wording import _
from tenants.roles import Permission

Audience = Literal["buyer", "supplier", "client", "operator"]

AUDIENCES: Mapping[str, str] = {
    "buyer": _("購入者"),
    "supplier": _("仕入先"),
    "client": _("委託元"),
    "operator": _("委託先"),
}
OUTSIDE = ("buyer", "supplier")
"""Who has no account here: they are written to in the client's name, at the address of the order."""
MODES: Mapping[str, str] = {"immediate": _("すぐに"), "digest": _("まとめて"), "off": _("送らない")}
LANGUAGES = ("ja", "en")

PLACES: Mapping[str, str] = {
    "shop": _("店名（差出人名）"),
    "order_number": _("受注番号"),
    "buyer_name": _("購入者名"),
    "addressee": _("購入者名（様・御中つき）"),
    "ordered_on": _("注文日"),
    "items": _("商品と数量"),
    "total": _("合計金額"),
    "parcels": _("運送会社と伝票番号、追跡のリンク"),
    "ship_on": _("出荷予定日"),
    "arrives_on": _("お届け予定日"),
    "question": _("質問の内容"),
    "deadline": _("回答の期限"),
    "answer": _("回答"),
    "matter": _("例外や変更の種類"),
    "decision": _("決まった対応"),
    "reason": _("理由"),
    "due": _("約束の期限"),
    "file_name": _("ファイル名"),
    "rows": _("行数"),
    "orders_new": _("新しい受注の件数"),
    "orders_known": _("登録済みの受注の件数"),
    "orders_refused": _("取り込めなかった受注の件数"),
    "invoice_number": _("請求書番号"),
    "invoice_total": _("請求金額"),
    "period": _("締めの期間の初日"),
    "recipient": _("届かなかった宛先"),
    "author": _("書いた人"),
    "title": _("件名または受注番号"),
    "excerpt": _("書かれた内容の冒頭"),
    "tracking_page": _("購入者用の追跡ページ"),
    "quote_number": _("見積番号"),
    "quote_subject": _("見積の件名"),
    "quote_total": _("見積の金額"),
    "quote_valid_until": _("見積の有効期限"),
    "contract_ends_on": _("契約の終了日"),
    "quote_page": _("購入者用の見積ページ"),
    "supplier_name": _("仕入先名（御中つき）"),
    "paper_number": _("発注書の番号"),
    "asked_on": _("希望納期"),
    "answer_by": _("納期回答の期限"),
    "supply_items": _("発注した商品と数量"),
    "supply_total": _("発注金額（税込）"),
    "supply_page": _("仕入先用の回答ページ"),
    "project_number": _("案件番号"),
    "project_subject": _("案件の件名"),
    "milestone": _("マイルストーン"),
    "acceptance_by": _("検収の回答の期限"),
    "acceptance_page": _("購入者用の検収ページ"),
    "page": _("この件の画面のアドレス"),
}
"""The places that a text may have, and what goes there."""

ORDER = ("shop", "order_number", "addressee", "buyer_name", "ordered_on", "items", "total", "ship_on", "arrives_on")
BUYER = (*ORDER, "tracking_page")
STAFF = (*ORDER, "page")
QUESTION = ("question", "deadline")
MATTER = ("matter", "question", "deadline")
MESSAGE = ("shop", "author", "title", "excerpt", "page")
QUOTE = ("shop", "addressee", "buyer_name", "quote_number", "quote_subject", "quote_total", "quote_valid_until")
SUPPLY = (
    *("shop", "supplier_name", "paper_number", "asked_on", "answer_by", "supply_items", "supply_total"),
    "supply_page",
)
PROJECT = ("shop", "addressee", "buyer_name", "project_number", "project_subject", "milestone")
INTAKE = ("shop", "file_name", "rows", "orders_new", "orders_known", "orders_refused", "page")
INVOICE = ("shop", "invoice_number", "invoice_total", "period", "page")


@dataclass(frozen=True)
class Kind:
    """One notice.

    event: whose happenings it tells; when: which of them (a condition on the event's data, on actor_kind, and on
    order_phase as it is after the event). ja, en: subject, an empty line, the words. places: of PLACES. permission:
    whom of the company it concerns. is_on: for buyers and suppliers, whether it goes out where the client has not
    chosen. mode: for people, as they have not chosen. named: the key of the event's data with the ids of the only
    people it is for (who are told nothing else of the event), "" for all whom it concerns. follows_up: goes out days
    after the event, while the order is still in phases.
    """

    code: str
    event: str
    label: str
    ja: str
    en: str
    places: tuple[str, ...]
    when: pl.Expr | None = None
    permission: Permission = Permission.VIEW_ORDERS
    is_on: bool = True
    mode: str = "immediate"
    named: str = ""
    follows_up: bool = False
    phases: frozenset[str] = field(default_factory=frozenset)

    @property
    def audience(self) -> Audience:
        """To whom it is told: the first word of the code."""
        return self.code.partition(".")[0]  # type: ignore[return-value]

    @property
    def tells(self) -> str:
        """What it tells: the rest of the code. For buyers one of orders.mails.MAILS where it is about an order."""
        return self.code.partition(".")[2]

    @property
    def is_outside(self) -> bool:
        """Whether it goes to somebody who has no account here."""
        return self.audience in OUTSIDE

    def usual(self, language: str) -> tuple[str, str]:
        """The usual subject and words."""
        subject, _blank, body = (self.en if language == "en" else self.ja).strip().partition("\n\n")
        return subject, body
