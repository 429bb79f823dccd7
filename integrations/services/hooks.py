"""Messages of shops: kept when they are rightly signed, read by a task, read again when a person asks for it.

What a message says of an order goes through the same intake as files. A message that comes again is known by its name,
an order that comes again by its number.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import structlog
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from core import sealing
from core.batches import Outcome
from core.errors import Refused
from core.events import Actor
from core.jobs.models import Job
from core.scope import current_client
from core.tasks import declared
from integrations.channels.hooks import PASSED_OVER, Headers, Live, Nothing, Record
from integrations.models import HookDelivery, HookSecret
from integrations.queries import hooks as queries
from orders.intake import from_records
from orders.models import Channel, Order
from orders.queries import arrivals
from orders.services import intake
from tenants.services import note_access

OLD_SECRET_FOR = timedelta(days=7)
"""How long the secret before the one in force is still taken: time enough to change it in the shop."""
BODY_KEPT, ROW_KEPT = timedelta(days=30), timedelta(days=180)
READ_TASK = "integrations.tasks.read_hook"
SHORTEST_SECRET, LONGEST_SECRET = 16, 200

_REMEMBERED = 7 * 24 * 60 * 60
_NAME = re.compile(r"[!-~]{1,100}")
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/hook_secret/' || %s::text, 0))"
log = structlog.get_logger(__name__)


@transaction.atomic
def make_secret(channel: Channel, *, given: str = "", actor: Actor, at: datetime) -> str:
    """Put a new secret in force and return it; the one before is taken for OLD_SECRET_FOR more, older ones no longer.

    given: the shop's own, where the shop makes it. Refused where it is missing or too short to be one.
    """
    live = queries.live_of(channel)
    secret = given.strip() if live.secret_is_theirs else secrets.token_urlsafe(32)
    _check(secret, live)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [channel.pk])
    mine = HookSecret.objects.filter(channel_id=channel.pk)
    mine.filter(ends_at__gt=at).update(ends_at=at)
    mine.filter(ends_at__isnull=True).update(ends_at=at + OLD_SECRET_FOR)
    HookSecret.objects.create(
        channel_id=channel.pk, sealed=sealing.seal(secret), hint=secret[-4:], made_at=at, made_by=actor.name
    )
    _note("secret_made", channel, actor=actor, at=at)
    return secret


def _check(secret: str, live: Live) -> None:
    if not SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET or not secret.isascii() or not secret.isprintable():
        sentence = _("%s の管理画面に表示されている署名の鍵を、そのまま貼り付けてください。")
        raise Refused(sentence % live.name, code="bad_secret", field="secret")


@transaction.atomic
def end_old_secret(channel: Channel, *, actor: Actor, at: datetime) -> None:
    """Take the secret before the one in force no longer. Refused where there is none."""
    if not HookSecret.objects.filter(channel_id=channel.pk, ends_at__gt=at).update(ends_at=at):
        raise Refused(_("前の秘密鍵は、もう使えなくなっています。"), code="no_old_secret")
    _note("secret_ended", channel, actor=actor, at=at)


def _note(action: str, channel: Channel, *, actor: Actor, at: datetime) -> None:
    note_access(action=f"hook.{action}", subject=channel.name, client=current_client(), actor=actor, at=at)


def take(
    channel: Channel, body: bytes, headers: Headers, *, at: datetime, is_test: bool = False
) -> HookDelivery | None:
    """Keep a message and have it read; None where it is not rightly signed. One that came before is counted alone."""
    live = queries.live_of(channel)
    signature = headers.get(live.header, "")
    if not live.is_signed(body, signature, queries.secrets_of(channel, at=at)):
        _remember_unsigned(channel, "wrong" if signature else "missing", at=at)
        return None
    values = {
        "topic": "",
        "size": len(body),
        "sealed": _sealed(body, {name: headers.get(name, "") for name in live.kept}),
        "received_at": at,
        "is_test": is_test,
    }
    name = _name_of(body, headers.get(live.id_header, ""))
    delivery, is_new = HookDelivery.objects.get_or_create(channel_id=channel.pk, event=name, defaults=values)
    if is_new:
        _have_read(delivery)
    else:
        HookDelivery.objects.filter(pk=delivery.pk).update(repeats=F("repeats") + 1)
    return delivery


def _name_of(body: bytes, said: str) -> str:
    """What the shop calls the message; what its body is, where the shop says nothing that could be a name."""
    return said if _NAME.fullmatch(said) else hashlib.sha256(body).hexdigest()


def _have_read(delivery: HookDelivery) -> None:
    delivery.job_id = declared()[READ_TASK].enqueue(delivery_id=delivery.pk)
    delivery.save(update_fields=["job_id"])


def _remember_unsigned(channel: Channel, why: str, *, at: datetime) -> None:
    """Such a message is kept nowhere, since anybody can send one; that it came is shown for a while."""
    log.warning("hook_unsigned", channel=channel.code, why=why)
    try:
        cache.set(queries.unsigned_key(channel), {"at": at, "why": why}, _REMEMBERED)
    except RedisError:
        return


def _sealed(body: bytes, headers: Headers) -> str:
    kept = {"headers": dict(headers), "body": base64.b64encode(body).decode("ascii")}
    return sealing.seal(orjson.dumps(kept).decode())


def _unsealed(delivery: HookDelivery) -> tuple[Mapping[str, str], bytes]:
    kept = orjson.loads(sealing.unseal(delivery.sealed))
    return kept["headers"], base64.b64decode(kept["body"])


def send_test(channel: Channel, *, actor: Actor, at: datetime) -> HookDelivery:
    """A message as the shop would send it, signed with the secret in force: through the same door, but no order."""
    live = queries.live_of(channel)
    valid = queries.secrets_of(channel, at=at)
    if not valid:
        raise Refused(_("先に秘密鍵を登録してください。"), code="no_secret")
    message = live.example("TEST-1", at.isoformat(timespec="seconds"))
    body = orjson.dumps(message.payload)
    signed = {live.header: live.signature(body, valid[0]), live.id_header: f"test-{uuid4()}"}
    delivery = take(channel, body, {**message.headers, **signed}, at=at, is_test=True)
    assert delivery is not None  # it was signed just now
    _note("tested", channel, actor=actor, at=at)
    return delivery


@transaction.atomic
def retry(delivery_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """Have messages read again. Refused: what went in, is being read, or is no longer kept."""
    found = HookDelivery.objects.select_for_update().in_bulk(list(delivery_ids))
    channels = Channel.objects.in_bulk([delivery.channel_id for delivery in found.values()])
    refused = {pk: _not_again(found.get(pk)) for pk in delivery_ids}
    ready = [found[pk] for pk, why in refused.items() if why is None]
    for delivery in ready:
        delivery.state, delivery.result, delivery.columns = HookDelivery.WAITING, "", []
    jobs = declared()[READ_TASK].enqueue_many([{"delivery_id": delivery.pk} for delivery in ready])
    for delivery, job in zip(ready, jobs, strict=True):
        delivery.job_id = job
    HookDelivery.objects.bulk_update(ready, ["state", "result", "columns", "job_id"])
    for channel_id in {delivery.channel_id for delivery in ready}:
        _note("retried", channels[channel_id], actor=actor, at=at)
    return Outcome.of([one.pk for one in ready], {pk: why for pk, why in refused.items() if why is not None})


def _not_again(delivery: HookDelivery | None) -> Refused | None:
    if delivery is None or delivery.state not in (HookDelivery.REFUSED, HookDelivery.FAILED, HookDelivery.PASSED):
        return Refused(_("読み直せるのは、登録されなかった通知だけです。"), code="not_refused")
    if not delivery.sealed:
        return Refused(_("保存期間を過ぎたため、通知の内容はもうありません。"), code="not_kept")
    return None


def read(delivery_id: int, *, at: datetime) -> None:
    """Read a message and take the order it tells of. Done once, however often it is asked for."""
    delivery = HookDelivery.objects.select_for_update().get(pk=delivery_id)
    if delivery.state != HookDelivery.WAITING:
        return
    channel = Channel.objects.get(pk=delivery.channel_id)
    headers, body = _unsealed(delivery)
    live = queries.live_of(channel)
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:
        meaning: Record | Nothing = Nothing("broken_json")
    else:
        delivery.topic = _storable(live.topic(headers, payload))
        meaning = live.meaning(headers, payload)
    if isinstance(meaning, Nothing):
        _conclude(delivery, meaning.code)
    elif delivery.is_test:
        _try(delivery, meaning)
    else:
        _accept(delivery, channel, meaning, at=at)
    delivery.read_at = at
    delivery.save()


def _storable(text: str) -> str:
    return text.replace("\0", "")[:60]


def _conclude(delivery: HookDelivery, code: str, columns: Collection[str] = ()) -> None:
    states = {"created": HookDelivery.DONE, "known": HookDelivery.DONE, "test": HookDelivery.DONE}
    fallback = HookDelivery.PASSED if code in PASSED_OVER else HookDelivery.REFUSED
    delivery.state, delivery.result = states.get(code, fallback), code
    delivery.columns = list(columns)


def _try(delivery: HookDelivery, record: Record) -> None:
    """Read as an order would be, and write none."""
    delivery.number = _storable(record["number"])
    refused = from_records([record]).refused
    _conclude(delivery, refused["code"][0] if refused.height else "test", refused["column"].unique().sort().to_list())


def _accept(delivery: HookDelivery, channel: Channel, record: Record, *, at: datetime) -> None:
    number = record["number"]
    delivery.number = _storable(number)
    # That an order we have has left is no news, and no reason to refuse what else is said of it.
    if "\0" not in number and Order.objects.filter(channel=channel, number=number).exists():
        record = {**record, "shipped": False}
    actor = Actor("system", "", channel.name)
    try:
        with transaction.atomic():
            arrived = intake.accept(channel, [record], actor=actor, at=at, source="hook")
            (found,) = arrivals.results(arrived, [number])
    except Refused as refusal:
        return _conclude(delivery, refusal.code)
    problems: list[dict[str, Any]] = found["problems"]
    delivery.intake_id, delivery.order_id = arrived.pk, found["id"]
    code = problems[0]["code"] if problems else found["result"]
    return _conclude(delivery, code, sorted({problem["field"] for problem in problems}))


def tidy(*, at: datetime) -> None:
    """Close messages whose reading failed for good; forget bodies after BODY_KEPT and all of them after ROW_KEPT."""
    waiting = dict(HookDelivery.objects.filter(state=HookDelivery.WAITING).values_list("job_id", "pk"))
    failed = Job.objects.filter(pk__in=[job for job in waiting if job], state=Job.FAILED).values_list("pk", flat=True)
    HookDelivery.objects.filter(pk__in=[waiting[job] for job in failed]).update(state=HookDelivery.FAILED)
    old = HookDelivery.objects.exclude(state=HookDelivery.WAITING).filter(received_at__lt=at - BODY_KEPT)
    old.exclude(sealed="").update(sealed="")
    old.filter(received_at__lt=at - ROW_KEPT).delete()
    HookSecret.objects.filter(ends_at__lte=at).delete()
