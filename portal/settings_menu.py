"""Everything that can be set, in groups: the whole list. A further page is one line; the list at its side, the overview
and the search are drawn from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.registry import Area, Group, Section
from tenants.roles import Permission

CLIENT = (
    Group(
        _("会社と人"),
        (
            Section(
                "tenants:company", _("会社"), _("会社名・住所・連絡先"), Permission.VIEW_HOME, "company 会社情報 住所"
            ),
            Section(
                "tenants:people",
                pgettext_lazy("menu", "担当者"),
                _("だれがログインできるか。招待と役割"),
                Permission.MANAGE_PEOPLE,
                "invite 招待 member user ユーザー 権限",
            ),
            Section(
                "tenants:roles",
                pgettext_lazy("menu", "権限"),
                _("役割ごとに、何を見て何をできるか"),
                Permission.VIEW_ROLES,
                "role permission 権限表",
            ),
        ),
    ),
    Group(
        _("受注の受け方"),
        (
            Section(
                "orders:channels",
                _("販売チャネル"),
                _("どの店舗のファイルを、どう読み取るか"),
                Permission.MANAGE_SETTINGS,
                "channel shop 店舗 モール",
            ),
            Section(
                "orders:formats",
                _("取込形式"),
                _("自由な列のファイルを、項目に割り当てる"),
                Permission.MANAGE_SETTINGS,
                "format csv 列 割り当て",
            ),
            Section(
                "orders:rules",
                _("受注の規則"),
                _("届いた受注に自動で行うこと"),
                Permission.MANAGE_SETTINGS,
                "rule きそく 自動 条件",
            ),
            Section(
                "orders:entry_settings",
                pgettext_lazy("menu", "受注の入力"),
                _("電話・FAXの受注を、別の人が確かめるか"),
                Permission.MANAGE_SETTINGS,
                "entry 手入力 確認",
            ),
            Section(
                "orders:quote_settings",
                _("見積の設定"),
                _("新しい見積の初めの値と、承諾されたとき"),
                Permission.MANAGE_SETTINGS,
                "quote みつもり",
            ),
            Section(
                "projects:settings",
                _("案件のひな形"),
                _("要望書の質問、作業の並び、品質の検査"),
                Permission.MANAGE_SETTINGS,
                "ひながた template project あんけん 要望書 作業 検査",
            ),
            Section(
                "definition",
                _("状態の定義"),
                _("受注が進む順番と、各段階の呼び名"),
                Permission.VIEW_ORDERS,
                "status phase ステータス 定義書 表示名 工程",
            ),
        ),
    ),
    Group(
        _("出荷と書類"),
        (
            Section(
                "orders:supply_settings",
                _("商品の手配"),
                _("在庫を持たない商品と、その仕入先"),
                Permission.MANAGE_SETTINGS,
                "supplier 仕入先 直送 発注 商品",
            ),
            Section(
                "orders:letterhead",
                pgettext_lazy("menu", "帳票"),
                _("納品書や領収書の発行者名・ロゴ・文面"),
                Permission.MANAGE_SETTINGS,
                "letterhead logo seal ロゴ 角印 納品書",
            ),
        ),
    ),
    Group(
        pgettext_lazy("menu", "通知"),
        (
            Section(
                "notices:settings",
                _("通知の内容"),
                _("だれに、いつ、どんな文面で知らせるか"),
                Permission.MANAGE_SETTINGS,
                "つうち mail メール 文面 notice 稼働",
            ),
        ),
    ),
    Group(
        _("連携"),
        (
            Section(
                "hooks:settings",
                _("ショップとの接続"),
                _("注文・取消・入金をショップから自動で受け取る"),
                Permission.MANAGE_SETTINGS,
                "shopify eccube webhook 接続",
            ),
            Section(
                "tenants:tokens",
                pgettext_lazy("menu", "APIトークン"),
                _("基幹システムなどのプログラムをつなぐ鍵"),
                Permission.MANAGE_TOKENS,
                "api token 連携",
                own=True,
            ),
        ),
    ),
    Group(
        _("セキュリティ"),
        (
            Section(
                "tenants:security",
                _("ログインの条件"),
                _("ログインに、パスワードのほか何を求めるか"),
                Permission.MANAGE_SETTINGS,
                "security 2fa mfa 多要素認証 セキュリティ 二要素 必須",
            ),
            Section(
                "tenants:access_log",
                _("アクセス記録"),
                _("だれが、いつ、何を見て何を変えたか"),
                Permission.VIEW_ACCESS_LOG,
                "log ログ 監査 audit",
            ),
        ),
    ),
)

OPERATOR = (
    Group("", (Section("admin:overview", _("概要"), _("いまの取引先・担当者・チーム"), Permission.VIEW_ROLES),)),
    Group(
        pgettext_lazy("menu", "取引先"),
        (
            Section(
                "admin:clients",
                _("取引先の管理"),
                _("追加・停止・再開と稼働の開始"),
                Permission.MANAGE_CLIENTS,
                "client setting 停止 再開 設定",
            ),
        ),
    ),
    Group(
        _("人と体制"),
        (
            Section(
                "admin:people",
                pgettext_lazy("menu", "担当者"),
                _("社内のだれがログインできるか"),
                Permission.MANAGE_STAFF,
                "staff invite 招待 ユーザー 社内",
            ),
            Section(
                "admin:teams",
                pgettext_lazy("menu", "チーム"),
                _("どのチームがどの取引先を担当するか"),
                Permission.MANAGE_STAFF,
                "team 体制",
            ),
            Section(
                "admin:roles",
                pgettext_lazy("menu", "権限"),
                _("役割ごとに、何を見て何をできるか"),
                Permission.VIEW_ROLES,
                "role permission 権限表",
            ),
        ),
    ),
    Group(
        _("記録"),
        (
            Section(
                "admin:access_log",
                _("アクセス記録"),
                _("だれが、いつ、何を見て何を変えたか"),
                Permission.VIEW_ACCESS_LOG,
                "log ログ 監査 audit",
            ),
        ),
    ),
)

AREAS: Mapping[Area, Sequence[Group]] = {"client": CLIENT, "operator": OPERATOR}
