"""What every template knows of the portal: whose side, whose name, which sections."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock, scope
from orders.queries import overview, threads
from orders.queries.threads import Who
from tenants import doors, registry
from tenants.doors import PortalRequest
from tenants.roles import Permission

# (key, label, url name, icon, permission) in the order of the rail.
SECTIONS: dict[str, tuple[tuple[str, Any, str, str, Permission], ...]] = {
    "client": (
        ("home", _("ホーム"), "home", "home", Permission.VIEW_HOME),
        ("orders", _("受注"), "orders:list", "package", Permission.VIEW_ORDERS),
        ("intake", _("取込"), "orders:intakes", "upload", Permission.IMPORT_ORDERS),
        ("questions", _("確認事項"), "orders:questions", "message-question", Permission.VIEW_ORDERS),
        ("threads", _("やりとり"), "orders:threads", "messages", Permission.VIEW_ORDERS),
        ("quotes", pgettext_lazy("menu", "見積"), "orders:quotes", "file-text", Permission.VIEW_ORDERS),
        ("projects", pgettext_lazy("menu", "案件"), "projects:list", "clipboard-list", Permission.VIEW_ORDERS),
        ("supplies", _("手配"), "orders:supplies", "truck-loading", Permission.VIEW_ORDERS),
        ("buyers", pgettext_lazy("menu", "購入者"), "customers:list", "users", Permission.VIEW_BUYERS),
        ("documents", _("書類"), "documents:list", "files", Permission.VIEW_DOCUMENTS),
        ("sla", _("SLA"), "sla:overview", "clock-check", Permission.VIEW_SLA),
        ("billing", _("請求"), "billing:overview", "receipt-yen", Permission.VIEW_BILLING),
        ("settings", _("設定"), "tenants:settings", "settings", Permission.VIEW_HOME),
    ),
    "operator": (
        ("home", _("ホーム"), "home", "home", Permission.VIEW_HOME),
        ("queue", _("キュー"), "operations:queue", "list-check", Permission.WORK_QUEUE),
        ("board", _("当日ボード"), "operations:board", "layout-kanban", Permission.WORK_QUEUE),
        ("warehouse", _("倉庫"), "operations:warehouse", "building-warehouse", Permission.WORK_QUEUE),
        ("clients", pgettext_lazy("menu", "取引先"), "clients:list", "building", Permission.VIEW_HOME),
        ("closings", _("締め・請求"), "closings:list", "receipt-yen", Permission.CLOSE_MONTH),
        ("admin", _("管理"), "admin:overview", "settings", Permission.VIEW_ROLES),
    ),
}

BEGINNINGS = frozenset({"quotes", "buyers", "settings", "clients", "admin"})
"""Sections before which the rail draws a line: the day's orders, what leads to them, what is looked up, the rest."""

BAR = ("home", "orders", "questions", "threads", "queue", "board", "warehouse")
"""What a phone's bar holds, where the person may open it: what one looks up and answers on the way."""

PLACES_IN_BAR = 5
"""All sections where they are that few; else one place less, and その他 with the others."""

_FLOOR = re.compile(r"/clients/[\w-]+/(work|warehouse)/")
_FLOOR_SECTIONS = {"work": "operations:queue", "warehouse": "operations:warehouse"}


def portal(request: HttpRequest) -> dict[str, Any]:
    """The `portal` variable of the templates, and `may`: what the person may do, by permission."""
    met = cast(PortalRequest, request)
    side = getattr(request, "side", "auth")
    client = getattr(request, "client", None)
    permissions: frozenset[Permission] = getattr(request, "permissions", frozenset())
    inside = bool(permissions) and not doors.second_factor_missing(met)
    return {
        "portal": {
            "side": side if permissions else "auth",
            "name": client.name if client else "",
            "client": client,
            "hue": client.hue if client else 0,
            "sections": _sections(met, side, permissions) if inside else [],
            "client_sections": _sections(met, "client", permissions) if inside and client and side != "client" else [],
            "person": getattr(request, "person", None),
            "languages": settings.LANGUAGES,
            "search_url": _address(met, "search"),
            "accent": "default",
        },
        "may": {permission.value: True for permission in permissions},
    }


def _sections(request: PortalRequest, side: str, permissions: frozenset[Permission]) -> list[dict[str, Any]]:
    """The sections that the person may open; the one with the longest address above the page's is active."""
    shown: list[dict[str, Any]] = [
        {"key": key, "label": label, "url": url, "icon": icon, "active": False, "count": _counted(request, key)}
        for key, label, name, icon, permission in SECTIONS[side]
        if permission in permissions and (url := _address(request, name, own=side == "operator"))
    ]
    in_bar = _in_bar([section["key"] for section in shown])
    for section in shown:
        section |= {"begins": section["key"] in BEGINNINGS, "in_bar": section["key"] in in_bar}
    place = _place(request)
    above = {
        section["key"]: _longest_above(place, [section["url"], *_within(request, section["key"])]) for section in shown
    }
    here = max(shown, key=lambda section: above[section["key"]], default=None)
    if here and above[here["key"]]:
        here["active"] = True
    return shown


def _in_bar(keys: Sequence[str]) -> set[str]:
    if len(keys) <= PLACES_IN_BAR:
        return set(keys)
    return set(sorted(keys, key=lambda key: key not in BAR)[: PLACES_IN_BAR - 1])


def _within(request: PortalRequest, key: str) -> list[str]:
    """Where the pages of a section are that do not lie below its own address."""
    if key != "settings":
        return []
    groups = registry.groups("client")
    return [_address(request, section.name) for group in groups for section in group.sections]


def _longest_above(place: str, addresses: Sequence[str]) -> int:
    return max((len(url) for url in addresses if url and _lies_below(place, url)), default=0)


def _place(request: PortalRequest) -> str:
    """The page's address. What the floor does for one client stands below that client's, but belongs to the floor."""
    done_for_client = _FLOOR.match(request.path)
    section = _address(request, _FLOOR_SECTIONS[done_for_client[1]], own=True) if done_for_client else ""
    return section or request.path


def _counted(request: PortalRequest, key: str) -> Callable[[], int] | None:
    """What asks, once and only where the rail is drawn, how much is new or waits in that section; None for others.

    An error page may be drawn when the work as the client is over: then nothing is asked.
    """
    counting = COUNTED.get(key)

    @cache
    def count() -> int:
        if scope.connection().scope is None or scope.current().client != request.client.code:  # type: ignore[union-attr]
            return 0
        return counting(request) if counting else 0

    return count if counting and request.client is not None else None


def _new_messages(request: PortalRequest) -> int:
    return threads.count_new(Who(request.person.pk, request.side), at=clock.now())


def _unanswered(_request: PortalRequest) -> int:
    return overview.unanswered_count()


COUNTED: Mapping[str, Callable[[PortalRequest], int]] = {"threads": _new_messages, "questions": _unanswered}
"""By section, what the rail counts beside its name. One query each."""


def _lies_below(path: str, url: str) -> bool:
    return path == url or (not url.endswith("/") and path.startswith(f"{url}/"))


def _address(request: PortalRequest, name: str, *, own: bool = False) -> str:
    """Where the page is, "" where it is not on this host. own: the operator's own, whatever client is at hand."""
    try:
        return reverse(name) if own else doors.url(request, name)
    except NoReverseMatch:
        return ""
