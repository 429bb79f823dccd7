"""Who may do what: the whole table. Pages and endpoints name a permission, people have a role, this joins them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """What a page, an endpoint or a button asks for."""

    VIEW_HOME = "view_home"
    VIEW_ORDERS = "view_orders"
    EXPORT_ORDERS = "export_orders"
    VIEW_BUYERS = "view_buyers"
    EXPORT_BUYERS = "export_buyers"
    MERGE_BUYERS = "merge_buyers"
    ERASE_BUYERS = "erase_buyers"
    IMPORT_ORDERS = "import_orders"
    MANAGE_QUOTES = "manage_quotes"
    MANAGE_PROJECTS = "manage_projects"
    LOG_WORK = "log_work"
    CANCEL_ORDERS = "cancel_orders"
    CHANGE_ORDERS = "change_orders"
    ANSWER_QUESTIONS = "answer_questions"
    WRITE_MESSAGES = "write_messages"
    VIEW_SLA = "view_sla"
    VIEW_BILLING = "view_billing"
    REVIEW_BILLING = "review_billing"
    VIEW_DOCUMENTS = "view_documents"
    UPLOAD_DOCUMENTS = "upload_documents"
    ISSUE_PAPERS = "issue_papers"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_TOKENS = "manage_tokens"
    MANAGE_SETTINGS = "manage_settings"
    MANAGE_SEAL = "manage_seal"
    VIEW_ACCESS_LOG = "view_access_log"
    WORK_QUEUE = "work_queue"
    REASSIGN_WORK = "reassign_work"
    VERIFY_ORDERS = "verify_orders"
    HOLD_ORDERS = "hold_orders"
    OPEN_EXCEPTIONS = "open_exceptions"
    DECIDE_EXCEPTIONS = "decide_exceptions"
    RELEASE_ORDERS = "release_orders"
    SOURCE_GOODS = "source_goods"
    PICK_AND_PACK = "pick_and_pack"
    SHIP_ORDERS = "ship_orders"
    CLOSE_MONTH = "close_month"
    FINALISE_INVOICES = "finalise_invoices"
    MANAGE_RATE_CARDS = "manage_rate_cards"
    MANAGE_CLIENTS = "manage_clients"
    MANAGE_STAFF = "manage_staff"
    VIEW_ROLES = "view_roles"
    VIEW_HEALTH = "view_health"


P = Permission

LABELS: dict[Permission, str | Promise] = {
    P.VIEW_HOME: _("ホームを見る"),
    P.VIEW_ORDERS: _("受注を見る"),
    P.EXPORT_ORDERS: _("受注を書き出す"),
    P.VIEW_BUYERS: _("購入者を見る"),
    P.EXPORT_BUYERS: _("購入者を書き出す"),
    P.MERGE_BUYERS: _("購入者の名寄せをする"),
    P.ERASE_BUYERS: _("購入者の個人情報を消去する"),
    P.IMPORT_ORDERS: _("受注を取り込む"),
    P.MANAGE_QUOTES: _("見積・契約を扱う"),
    P.MANAGE_PROJECTS: _("サービス案件を扱う"),
    P.LOG_WORK: _("サービス案件の作業を記録する"),
    P.CANCEL_ORDERS: _("受注を取り消す"),
    P.CHANGE_ORDERS: _("受注の変更・返品を扱う"),
    P.ANSWER_QUESTIONS: _("確認事項に答える"),
    P.WRITE_MESSAGES: _("やりとりを書く"),
    P.VIEW_SLA: _("SLAを見る"),
    P.VIEW_BILLING: _("請求を見る"),
    P.REVIEW_BILLING: _("請求案を確認する"),
    P.VIEW_DOCUMENTS: _("書類を見る"),
    P.UPLOAD_DOCUMENTS: _("書類を送る"),
    P.ISSUE_PAPERS: _("帳票を発行する"),
    P.MANAGE_PEOPLE: _("担当者を管理する"),
    P.MANAGE_TOKENS: _("APIトークンを管理する"),
    P.MANAGE_SETTINGS: _("設定を変える"),
    P.MANAGE_SEAL: _("角印を登録する"),
    P.VIEW_ACCESS_LOG: _("アクセス記録を見る"),
    P.WORK_QUEUE: _("キューの作業をする"),
    P.REASSIGN_WORK: _("作業を割り当て直す"),
    P.VERIFY_ORDERS: _("受注を確認する"),
    P.HOLD_ORDERS: _("保留と解除をする"),
    P.OPEN_EXCEPTIONS: _("例外を登録する"),
    P.DECIDE_EXCEPTIONS: _("例外への対応を決める"),
    P.RELEASE_ORDERS: _("出荷指示をする"),
    P.SOURCE_GOODS: _("商品を手配する"),
    P.PICK_AND_PACK: _("ピッキングと梱包をする"),
    P.SHIP_ORDERS: _("出荷を確定する"),
    P.CLOSE_MONTH: _("月次を締める"),
    P.FINALISE_INVOICES: _("請求を確定する"),
    P.MANAGE_RATE_CARDS: _("料金表を管理する"),
    P.MANAGE_CLIENTS: _("取引先を管理する"),
    P.MANAGE_STAFF: _("社内の担当者を管理する"),
    P.VIEW_ROLES: _("権限表を見る"),
    P.VIEW_HEALTH: _("稼働状況を見る"),
}


# The permissions as the table of roles groups them; each stands in exactly one group.
GROUPS: tuple[tuple[str | Promise, tuple[tuple[Permission, str | Promise], ...]], ...] = tuple(
    (label, tuple((permission, LABELS[permission]) for permission in permissions))
    for label, permissions in (
        (_("見る"), (P.VIEW_HOME, P.VIEW_ORDERS, P.VIEW_BUYERS, P.VIEW_SLA, P.VIEW_DOCUMENTS, P.VIEW_BILLING)),
        (
            _("受注"),
            (
                P.IMPORT_ORDERS,
                P.MANAGE_QUOTES,
                P.MANAGE_PROJECTS,
                P.EXPORT_ORDERS,
                P.CANCEL_ORDERS,
                P.CHANGE_ORDERS,
                P.ANSWER_QUESTIONS,
                P.WRITE_MESSAGES,
                P.VERIFY_ORDERS,
                P.HOLD_ORDERS,
                P.OPEN_EXCEPTIONS,
                P.DECIDE_EXCEPTIONS,
                P.RELEASE_ORDERS,
                P.MERGE_BUYERS,
                P.EXPORT_BUYERS,
                P.ERASE_BUYERS,
                P.SOURCE_GOODS,
            ),
        ),
        (_("作業"), (P.WORK_QUEUE, P.REASSIGN_WORK, P.PICK_AND_PACK, P.SHIP_ORDERS, P.LOG_WORK)),
        (
            _("請求と書類"),
            (
                P.REVIEW_BILLING,
                P.CLOSE_MONTH,
                P.FINALISE_INVOICES,
                P.MANAGE_RATE_CARDS,
                P.UPLOAD_DOCUMENTS,
                P.ISSUE_PAPERS,
            ),
        ),
        (
            _("管理"),
            (
                P.MANAGE_PEOPLE,
                P.MANAGE_TOKENS,
                P.MANAGE_SETTINGS,
                P.MANAGE_SEAL,
                P.VIEW_ACCESS_LOG,
                P.VIEW_ROLES,
                P.MANAGE_CLIENTS,
                P.MANAGE_STAFF,
                P.VIEW_HEALTH,
            ),
        ),
    )
)


@dataclass(frozen=True)
class Role:
    """A role: on which side it exists, its name, and what it may do."""

    key: str
    side: Literal["client", "operator"]
    label: str | Promise
    permissions: frozenset[Permission]


_READ = frozenset({P.VIEW_HOME, P.VIEW_ORDERS, P.VIEW_SLA, P.VIEW_DOCUMENTS})
_WRITE = _READ | {P.WRITE_MESSAGES, P.UPLOAD_DOCUMENTS}
_CLIENT_ORDERS = _WRITE | {
    P.VIEW_BUYERS,
    P.MERGE_BUYERS,
    P.EXPORT_ORDERS,
    P.IMPORT_ORDERS,
    P.MANAGE_QUOTES,
    P.MANAGE_PROJECTS,
    P.CANCEL_ORDERS,
    P.CHANGE_ORDERS,
    P.ANSWER_QUESTIONS,
    P.SOURCE_GOODS,
    P.ISSUE_PAPERS,
}
_CLIENT_MONEY = _WRITE | {P.VIEW_BILLING, P.REVIEW_BILLING, P.ISSUE_PAPERS}
_CLIENT_OWNER = (
    _CLIENT_ORDERS
    | _CLIENT_MONEY
    | {
        P.EXPORT_BUYERS,
        P.ERASE_BUYERS,
        P.MANAGE_PEOPLE,
        P.MANAGE_TOKENS,
        P.MANAGE_SETTINGS,
        P.MANAGE_SEAL,
        P.VIEW_ACCESS_LOG,
        P.VIEW_ROLES,
    }
)
_FLOOR = _READ | {P.WORK_QUEUE, P.OPEN_EXCEPTIONS}
_CLERK = _FLOOR | {
    P.WRITE_MESSAGES,
    P.VIEW_BUYERS,
    P.MERGE_BUYERS,
    P.EXPORT_ORDERS,
    P.IMPORT_ORDERS,
    P.MANAGE_QUOTES,
    P.MANAGE_PROJECTS,
    P.LOG_WORK,
    P.CANCEL_ORDERS,
    P.CHANGE_ORDERS,
    P.VERIFY_ORDERS,
    P.HOLD_ORDERS,
    P.RELEASE_ORDERS,
    P.SOURCE_GOODS,
    P.UPLOAD_DOCUMENTS,
    P.ISSUE_PAPERS,
}
_WAREHOUSE = _FLOOR | {P.PICK_AND_PACK, P.SHIP_ORDERS, P.ISSUE_PAPERS}
_LEAD = _CLERK | _WAREHOUSE | {P.EXPORT_BUYERS, P.REASSIGN_WORK, P.DECIDE_EXCEPTIONS, P.VIEW_BILLING, P.VIEW_ROLES}
_BILLING = _READ | {
    P.WRITE_MESSAGES,
    P.EXPORT_ORDERS,
    P.VIEW_BILLING,
    P.CLOSE_MONTH,
    P.FINALISE_INVOICES,
    P.MANAGE_RATE_CARDS,
    P.UPLOAD_DOCUMENTS,
}
_ADMIN = (
    _LEAD
    | _BILLING
    | {
        P.ERASE_BUYERS,
        P.MANAGE_CLIENTS,
        P.MANAGE_STAFF,
        P.MANAGE_PEOPLE,
        P.MANAGE_SETTINGS,
        P.VIEW_ACCESS_LOG,
        P.VIEW_HEALTH,
    }
)

ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        Role("owner", "client", _("管理者"), _CLIENT_OWNER),
        Role("orders", "client", _("受注担当"), _CLIENT_ORDERS),
        Role("approver", "client", _("承認者"), _CLIENT_ORDERS | _CLIENT_MONEY),
        Role("accounting", "client", _("経理"), _CLIENT_MONEY),
        Role("viewer", "client", _("閲覧のみ"), _READ),
        Role("clerk", "operator", _("受注担当"), _CLERK),
        Role("warehouse", "operator", _("倉庫担当"), _WAREHOUSE),
        Role("lead", "operator", _("チームリーダー"), _LEAD),
        Role("billing", "operator", _("請求担当"), _BILLING),
        Role("admin", "operator", _("システム管理者"), _ADMIN),
    )
}


@dataclass(frozen=True)
class TokenScope:
    """What a program may be allowed to do with a token; no more than the person who makes it may do."""

    key: str
    label: str | Promise
    permission: Permission


TOKEN_SCOPES: dict[str, TokenScope] = {
    scope.key: scope
    for scope in (
        TokenScope("orders:read", _("受注を読む"), P.VIEW_ORDERS),
        TokenScope("orders:write", _("受注を登録・取消する"), P.IMPORT_ORDERS),
        TokenScope("uploads:write", _("ファイルを取り込む"), P.IMPORT_ORDERS),
        TokenScope("messages:write", _("やりとりに書く"), P.WRITE_MESSAGES),
        TokenScope("shipments:read", _("出荷を読む"), P.VIEW_ORDERS),
        TokenScope("projects:read", _("サービス案件を読む"), P.VIEW_ORDERS),
        TokenScope("invoices:read", _("請求書を読む"), P.VIEW_BILLING),
    )
}


def side_of(client: str) -> Literal["client", "operator"]:
    """On which side the company with that client code is: "" is the operator."""
    return "client" if client else "operator"


def roles_of(side: str) -> list[Role]:
    """The roles that exist on a side."""
    return [role for role in ROLES.values() if role.side == side]


def permissions_of(role: str) -> frozenset[Permission]:
    """What the role may do; nothing for a role that does not exist."""
    found = ROLES.get(role)
    return found.permissions if found else frozenset()


def holders(permission: Permission) -> list[Role]:
    """Which roles have the permission."""
    return [role for role in ROLES.values() if permission in role.permissions]
