"""Shops that tell of orders: where they send to, with which secrets, and what became of their messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q
from django.urls import reverse
from redis.exceptions import RedisError

from core import scope, sealing
from core.errors import Refused
from core.paging import Page, page_of
from core.wording import Sentence, _
from integrations.channels.hooks import REASONS, Live
from integrations.models import HookDelivery, HookSecret
from integrations.registry import LIVE
from orders.intake import REASONS as ORDER_REASONS
from orders.models import Channel
from tenants import queries as tenants

STATES: Mapping[str, tuple[str, str]] = {
    HookDelivery.WAITING: (_("読み取り待ち"), "moving"),
    HookDelivery.DONE: (_("完了"), "done"),
    HookDelivery.PASSED: (_("対象外"), "waiting"),
    HookDelivery.REFUSED: (_("登録できません"), "attention"),
    HookDelivery.FAILED: (_("読み取り失敗"), "trouble"),
}
"""State to words and tone."""

_RESULTS: Mapping[str, str] = {
    "created": _("受注を登録しました。"),
    "known": _("登録済みの受注です。取消と入金だけを反映しました。"),
    "test": _("テスト通知を正しく読み取れました。受注は登録していません。"),
}
_UNSIGNED = {
    "missing": _("署名のない通知が届きました。ショップ側で署名が有効になっているかを確かめてください。"),
    "wrong": _("署名の合わない通知が届きました。ショップ側の秘密鍵が、ここに登録したものと同じかを確かめてください。"),
}


@dataclass(frozen=True)
class Door:
    """A channel that takes messages. secret: the one in force, old: the one before, while it is still taken.

    unsigned: when and why a message was turned away lately.
    """

    channel: Channel
    live: Live
    address: str
    secret: HookSecret | None
    old: HookSecret | None
    unsigned: tuple[datetime, Sentence] | None


@dataclass(frozen=True)
class Row:
    """A message as the log shows it."""

    delivery: HookDelivery
    channel: str
    state: Sentence
    tone: str
    why: Sentence | None
    may_retry: bool


def live_of(channel: Channel) -> Live:
    """How the channel tells of orders; Refused where it does not."""
    live = LIVE.get(channel.profile)
    if live is None:
        raise Refused(Sentence(_("この販売チャネルは通知に対応していません。")), code="not_live")
    return live


def live_channel(code: str) -> Channel | None:
    """The active channel of this code, where it is one that tells of orders."""
    return Channel.objects.filter(code=code, is_active=True, profile__in=list(LIVE)).first()


def secrets_of(channel: Channel, *, at: datetime) -> list[str]:
    """The secrets that are taken now, the one in force first."""
    taken = [secret for secret in HookSecret.objects.filter(channel_id=channel.pk) if _is_taken(secret, at)]
    return [sealing.unseal(secret.sealed) for secret in sorted(taken, key=lambda one: one.ends_at is not None)]


def _is_taken(secret: HookSecret, at: datetime) -> bool:
    return secret.ends_at is None or secret.ends_at > at


def unsigned_key(channel: Channel) -> str:
    """Where the cache holds what was turned away last: {"at", "why"}, why a key of _UNSIGNED."""
    return f"hook_unsigned:{channel.pk}"


def doors(*, at: datetime) -> list[Door]:
    """Every active channel that tells of orders."""
    channels = list(Channel.objects.filter(is_active=True, profile__in=list(LIVE)).order_by("name", "id"))
    found: dict[int, list[HookSecret]] = {}
    for secret in HookSecret.objects.filter(channel_id__in=[channel.pk for channel in channels]):
        found.setdefault(secret.channel_id, []).append(secret)
    unsigned = _unsigned(channels)
    return [_door(channel, found.get(channel.pk, []), unsigned.get(channel.pk), at) for channel in channels]


def _door(channel: Channel, kept: list[HookSecret], unsigned: Any, at: datetime) -> Door:
    return Door(
        channel=channel,
        live=LIVE[channel.profile],
        address=address_of(channel),
        secret=next((one for one in kept if one.ends_at is None), None),
        old=next((one for one in kept if one.ends_at is not None and one.ends_at > at), None),
        unsigned=(unsigned["at"], Sentence(_UNSIGNED[unsigned["why"]])) if unsigned else None,
    )


def _unsigned(channels: list[Channel]) -> dict[int, Any]:
    try:
        said = cache.get_many([unsigned_key(channel) for channel in channels])
    except RedisError:
        return {}
    return {channel.pk: said.get(unsigned_key(channel)) for channel in channels}


def address_of(channel: Channel) -> str:
    """Where the shop sends to."""
    return tenants.address_of(scope.current_client(), reverse("hook", settings.CLIENT_URLCONF, args=[channel.code]))


def deliveries(*, channel: str = "", state: str = "", after: str = "", before: str = "") -> Page[Row]:
    """Messages, newest first. channel: its code, "" for all."""
    names = {pk: (code, name) for pk, code, name in Channel.objects.values_list("pk", "code", "name")}
    wanted = HookDelivery.objects.defer("sealed")
    if channel:
        wanted = wanted.filter(channel_id__in=[pk for pk, (code, _name) in names.items() if code == channel])
    if state:
        wanted = wanted.filter(state=state)
    kept = wanted.annotate(is_kept=~Q(sealed=""))  # the body itself is not read
    found = page_of(kept, order=("-received_at", "-id"), after=after, before=before)
    rows = [_row(delivery, names[delivery.channel_id][1]) for delivery in found.rows]
    return Page(rows=rows, after=found.after, before=found.before)


def _row(delivery: HookDelivery, channel: str) -> Row:
    words, tone = STATES[delivery.state]
    again = delivery.state in (HookDelivery.REFUSED, HookDelivery.FAILED, HookDelivery.PASSED)
    may_retry = again and bool(delivery.is_kept)  # type: ignore[attr-defined]
    return Row(delivery, channel, Sentence(words), tone, _why(delivery), may_retry)


def _why(delivery: HookDelivery) -> Sentence | None:
    code = delivery.result
    if code in _RESULTS or code in REASONS:
        return Sentence({**_RESULTS, **REASONS}[code])
    if code in ORDER_REASONS:
        # The value may be a person's: it stands with the arrival, for those who may see orders.
        return Sentence(ORDER_REASONS[code], column="、".join(delivery.columns), value="…")
    return Sentence(_("受け付けられませんでした（%(code)s）。"), code=code) if code else None
