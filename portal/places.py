"""Where one can go, by name: the sections of the rail, and what is done on the pages behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.urls import NoReverseMatch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.text import search_key
from portal.context import SECTIONS
from portal.settings_menu import AREAS
from tenants import doors
from tenants.doors import PortalRequest
from tenants.roles import Permission

Side = Literal["client", "operator"]


@dataclass(frozen=True)
class Place:
    """A page or an action. name: of its address. words: by what else it is found, in either language."""

    label: str | Promise
    name: str
    permission: Permission
    words: str = ""


WORDS = {
    "orders": "じゅちゅう order 注文 出荷",
    "quotes": "みつもり quote estimate 問い合わせ 契約",
    "intake": "とりこみ import upload csv アップロード ファイル",
    "projects": "あんけん サービス project service 無形 作業 検収 コンサル 導入",
    "supplies": "てはい はっちゅう supply purchase 発注 仕入先 直送 製造 入荷",
    "questions": "かくにん question 質問 保留 回答",
    "threads": "やりとり message chat thread 質問 連絡 問い合わせ メモ",
    "buyers": "こうにゅうしゃ buyer customer 顧客 得意先 お客様",
    "documents": "しょるい document 請求書 納品書 契約書",
    "sla": "えすえるえー 達成率 未達 期限",
    "billing": "せいきゅう invoice bill 料金 費用 支払",
    "settings": "せってい setting 会社 権限",
    "queue": "きゅー queue 作業 次",
    "board": "ぼーど board 締切 今日",
    "clients": "とりひきさき client 顧客",
    "warehouse": "そうこ warehouse ピッキング 梱包 出荷",
    "closings": "しめ せいきゅう closing invoice 月次",
    "admin": "かんり admin 管理者",
}

_CLIENT = (
    Place(_("受注ファイルを取り込む"), "orders:intakes", Permission.IMPORT_ORDERS, "import upload csv アップロード"),
    Place(_("受注を入力する"), "orders:new", Permission.IMPORT_ORDERS, "にゅうりょく entry 電話 FAX メール 手入力"),
    Place(_("名寄せの候補"), "customers:proposals", Permission.VIEW_BUYERS, "なよせ merge duplicate 重複 統合"),
    Place(_("見積を作る"), "orders:new_quote", Permission.MANAGE_QUOTES, "みつもり quote estimate 見積書"),
    Place(_("問い合わせを登録する"), "orders:new_inquiry", Permission.MANAGE_QUOTES, "inquiry 引き合い 見積依頼"),
    Place(_("サービス案件を始める"), "projects:new", Permission.MANAGE_PROJECTS, "あんけん project 無形 新規"),
    Place(_("書類を送る"), "documents:add", Permission.UPLOAD_DOCUMENTS, "upload アップロード 契約書 見積書"),
    Place(_("SLA実績報告書"), "sla:statement", Permission.VIEW_SLA, "statement report 月次 印刷"),
    Place(_("送信記録"), "notices:log", Permission.MANAGE_SETTINGS, "そうしん mail メール log 不達 bounce"),
    Place(_("仮の注文で試す"), "trial", Permission.VIEW_ORDERS, "trial dry run テスト 練習"),
)
_OPERATOR = (Place(_("取引先を作成する"), "admin:new_client", Permission.MANAGE_CLIENTS, "client new 新規 追加"),)
_OWN = (
    Place(_("通知の受け取り方"), "own_notices", Permission.VIEW_HOME, "つうち mail メール notice まとめて"),
    Place(_("多要素認証"), "mfa_index", Permission.VIEW_HOME, "2fa mfa totp passkey パスキー 二要素"),
    Place(_("パスワードを変える"), "account_change_password", Permission.VIEW_HOME, "password"),
    Place(_("ログイン中の端末"), "usersessions_list", Permission.VIEW_HOME, "session device"),
)


def places(side: Side) -> Sequence[Place]:
    """Every place of a side: sections first, then what is done there, then one's own account."""
    sections = [
        Place(label, name, permission, WORDS.get(key, "")) for key, label, name, _icon, permission in SECTIONS[side]
    ]
    settings = [
        Place(
            section.label,
            section.name,
            section.permission,
            f"{group.label} {section.purpose} {section.words}",
        )
        for group in AREAS[side]
        for section in group.sections
    ]
    return [*sections, *settings, *(_CLIENT if side == "client" else _OPERATOR), *_OWN]


def found(request: PortalRequest, side: Side, words: Sequence[str], *, client: str = "") -> list[tuple[Place, str]]:
    """The places that the person may open and whose name has all the words, each with its address.

    client: of whose pages they are, where an operator looks from outside.
    """
    shown = [
        (place, _address(request, place.name, client))
        for place in places(side)
        if place.permission in request.permissions and all(word in _key(place) for word in words)
    ]
    return [(place, address) for place, address in shown if address]


def _key(place: Place) -> str:
    return search_key(f"{place.label} {place.words}")


def _address(request: PortalRequest, name: str, client: str) -> str:
    try:
        return doors.url(request, name, client=client)
    except NoReverseMatch:
        return ""
