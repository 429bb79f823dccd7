"""The tabs over the settings and over the administration, and how their pages are shown."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants import doors
from tenants.doors import PortalRequest
from tenants.roles import Permission

Tab = tuple[str, str | Promise, Permission]

CLIENT_TABS: tuple[Tab, ...] = (
    ("tenants:settings", _("会社"), Permission.VIEW_HOME),
    ("tenants:people", pgettext_lazy("menu", "担当者"), Permission.MANAGE_PEOPLE),
    ("tenants:roles", pgettext_lazy("menu", "権限"), Permission.VIEW_ROLES),
    ("definition", _("状態の定義"), Permission.VIEW_ORDERS),
    ("tenants:tokens", pgettext_lazy("menu", "APIトークン"), Permission.MANAGE_TOKENS),
    ("hooks:settings", _("ショップとの接続"), Permission.MANAGE_SETTINGS),
    ("orders:rules", _("受注の規則"), Permission.MANAGE_SETTINGS),
    ("orders:entry_settings", pgettext_lazy("menu", "受注の入力"), Permission.MANAGE_SETTINGS),
    ("orders:quote_settings", pgettext_lazy("menu", "見積"), Permission.MANAGE_SETTINGS),
    ("orders:supply_settings", pgettext_lazy("menu", "手配"), Permission.MANAGE_SETTINGS),
    ("orders:letterhead", pgettext_lazy("menu", "帳票"), Permission.MANAGE_SETTINGS),
    ("tenants:security", _("セキュリティ"), Permission.MANAGE_SETTINGS),
    ("notices:settings", pgettext_lazy("menu", "通知"), Permission.MANAGE_SETTINGS),
    ("tenants:access_log", _("アクセス記録"), Permission.VIEW_ACCESS_LOG),
)
OPERATOR_TABS: tuple[Tab, ...] = (
    ("admin:overview", _("概要"), Permission.VIEW_ROLES),
    ("admin:clients", pgettext_lazy("menu", "取引先"), Permission.MANAGE_CLIENTS),
    ("admin:people", pgettext_lazy("menu", "担当者"), Permission.MANAGE_STAFF),
    ("admin:teams", pgettext_lazy("menu", "チーム"), Permission.MANAGE_STAFF),
    ("admin:roles", pgettext_lazy("menu", "権限"), Permission.VIEW_ROLES),
    ("admin:access_log", _("アクセス記録"), Permission.VIEW_ACCESS_LOG),
)


def company_of(request: PortalRequest) -> str:
    """The code of the company whose settings are looked at; "" is the operator."""
    return request.client.code if request.client else ""


def area_of(request: PortalRequest) -> str:
    """The namespace of the pages at hand: a client's settings, or the operator's administration."""
    return "tenants" if request.client else "admin"


def show(request: PortalRequest, template: str, context: Mapping[str, object], status: int = 200) -> HttpResponse:
    """Answer with the page under its tabs."""
    return render(request, template, {"area": area_of(request), "tabs": _tabs(request), **context}, status=status)


def _tabs(request: PortalRequest) -> list[tuple[str | Promise, str, bool]]:
    wanted = CLIENT_TABS if request.client else OPERATOR_TABS
    shown = [
        (label, doors.url(request, name)) for name, label, permission in wanted if _opens(request, name, permission)
    ]
    here = max((address for _label, address in shown if request.path.startswith(address)), key=len, default="")
    return [(label, address, address == here) for label, address in shown]


def _opens(request: PortalRequest, name: str, permission: Permission) -> bool:
    # Tokens are the client's own affair: their page is not on the operator's host.
    return permission in request.permissions and not (name == "tenants:tokens" and request.side == "operator")
