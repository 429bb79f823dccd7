"""The access log, read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.paging import Page, page_of
from tenants.actions import GROUPS, label_of
from tenants.models import AccessLog
from tenants.roles import ROLES, TOKEN_SCOPES

LOG_ROWS = 100
# What the figures of a line are called.
WORDS: dict[str, str | Promise] = {
    "role": _("権限"),
    "before": _("前"),
    "after": _("後"),
    "scopes": _("使える範囲"),
    "people": _("人数"),
    "clients": _("取引先"),
    "documents": _("書類の数"),
    "mfa_required": _("必須"),
    "state": _("状態"),
    "name": _("会社名"),
    "name_kana": _("会社名（カナ）"),
    "postcode": _("郵便番号"),
    "address": _("住所"),
    "phone": _("電話番号"),
    "hue": _("見分けの色"),
    "live_at": _("稼働開始"),
    "kind": _("種類"),
    "is_on": _("送る"),
    "language": _("言語"),
    "version": _("版"),
}


@dataclass(frozen=True)
class Access:
    """A line of the access log in words."""

    at: datetime
    client: str
    actor: str
    action: str | Promise
    subject: str
    details: str
    ip: str
    request_id: str


@dataclass(frozen=True)
class AccessFilter:
    """Which lines to show: of a group of actions, of a person or subject by part of the name, in [since, until)."""

    group: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    clients: tuple[str, ...] = field(default=())


def access_log(wanted: AccessFilter, *, after: str = "", before: str = "") -> Page[Access]:
    """The lines of the access log in scope that fit, the newest first."""
    rows = AccessLog.objects.filter(_condition(wanted))
    found = page_of(rows, order=("-at", "-id"), after=after, before=before, size=LOG_ROWS)
    return Page([_in_words(row) for row in found.rows], after=found.after, before=found.before)


def _condition(wanted: AccessFilter) -> Q:
    condition = Q(client__in=wanted.clients) if wanted.clients else Q()
    if wanted.group in GROUPS:
        condition &= Q(action__startswith=f"{wanted.group}.")
    if wanted.text:
        condition &= Q(actor_name__icontains=wanted.text) | Q(subject__icontains=wanted.text)
    if wanted.since:
        condition &= Q(at__gte=wanted.since)
    if wanted.until:
        condition &= Q(at__lt=wanted.until)
    return condition


def _in_words(row: AccessLog) -> Access:
    return Access(
        at=row.at,
        client=row.client,
        actor=gettext("システム") if row.actor_kind == "system" and not row.actor_id else row.actor_name,
        action=label_of(row.action),
        subject=row.subject,
        details=_details(row.data),
        ip=row.ip or "",
        request_id=row.request_id,
    )


def _details(data: dict[str, Any]) -> str:
    return "、".join(f"{WORDS.get(key, key)}: {_word(value)}" for key, value in data.items())


def _word(value: object) -> str:
    """A role or a token's scope by its name, several of them in a row, anything else as it is."""
    if isinstance(value, list):
        return "・".join(_word(one) for one in value)
    if isinstance(value, bool):
        return gettext("はい") if value else gettext("いいえ")
    known = ROLES.get(str(value)) or TOKEN_SCOPES.get(str(value))
    return str(known.label if known else value)
