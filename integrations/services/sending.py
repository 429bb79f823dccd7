"""Getting written notices out: what is due, what goes together, and what the mail server says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import ngettext

from core import mailing, scope
from core.events import SYSTEM, Happening, publish
from core.jobs.models import Job
from core.mailing import Letter, Undeliverable
from integrations.models import Notice, SuppressedAddress
from integrations.notices import rendering
from integrations.notices.catalogue import KINDS, OUTSIDE, Kind
from integrations.queries import links, supplies
from integrations.queries import standing as standings
from integrations.services import bouncing
from orders.mails import is_muted
from orders.models import Order

AT_ONCE = 1000
"""How many notices one call takes up."""
SHOWN_IN_BUNDLE = 200
QUIET_DAYS = timedelta(days=3)
"""A mail that could not leave for so long says nothing new any more."""


@transaction.atomic
def take_due(*, at: datetime) -> list[int]:
    """The notices that are to go out now, each as one mail; they are queued from here on. AT_ONCE at most.

    A person's notices that are due together become one mail. What has become pointless meanwhile is dropped.
    """
    waiting = Notice.objects.select_for_update(skip_locked=True).filter(state=Notice.WAITING, due_at__lte=at)
    due = list(waiting.order_by("due_at", "id")[:AT_ONCE])
    pointless = _pointless(due, at=at)
    Notice.objects.filter(pk__in=pointless).update(state=Notice.DROPPED)
    going = [notice for notice in due if notice.pk not in pointless]
    alone = [notice.pk for notice in going if notice.person_id is None]
    alone += [mine[0].pk if len(mine) == 1 else _bundle(mine, at=at) for mine in _by_person(going).values()]
    Notice.objects.filter(pk__in=alone).update(state=Notice.QUEUED)
    return alone


def _pointless(due: Sequence[Notice], *, at: datetime) -> set[int]:
    """Those that the client or a rule has switched off since, whose order is elsewhere by now, or that are too old."""
    switches = standings.switches()
    to_buyers = [notice for notice in due if notice.audience == "buyer" and notice.kind in KINDS]
    orders = Order.objects.only("phase", "muted_mails").in_bulk([n.order_id for n in to_buyers if n.order_id])
    gone = {n.pk for n in to_buyers if n.order_id and _is_over(KINDS[n.kind], orders.get(n.order_id))}
    off = {n.pk for n in due if n.audience in OUTSIDE and not switches.get(n.kind, _is_on(n.kind))}
    return gone | off | {notice.pk for notice in due if notice.due_at < at - QUIET_DAYS}


def _is_over(kind: Kind, order: Order | None) -> bool:
    """Whether the buyer is not to be told this of the order any more."""
    if order is None or is_muted(kind.tells, order.muted_mails):
        return True
    return bool(kind.phases) and order.phase not in kind.phases


def _is_on(kind: str) -> bool:
    return kind in KINDS and KINDS[kind].is_on


def _by_person(notices: Iterable[Notice]) -> Mapping[tuple[int, str], list[Notice]]:
    grouped: dict[tuple[int, str], list[Notice]] = defaultdict(list)
    for notice in notices:
        if notice.person_id is not None:
            grouped[notice.person_id, notice.audience].append(notice)
    return grouped


def _bundle(notices: Sequence[Notice], *, at: datetime) -> int:
    """One mail that holds several; returns its id. They count as sent with it."""
    first = notices[0]
    shop = standings.of_client().shop
    with translation.override(first.language):
        count = len(notices)
        subject = ngettext("【%(shop)s】お知らせ%(count)s件", "【%(shop)s】お知らせ%(count)s件", count)
        bundle = Notice.objects.create(
            kind=Notice.BUNDLE,
            audience=first.audience,
            person_id=first.person_id,
            name=first.name,
            address=first.address,
            language=first.language,
            subject=subject % {"shop": shop, "count": count},
            body=_bundled(notices),
            written_at=at,
            due_at=at,
        )
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(
        state=Notice.SENT, sent_at=at, sent_in=bundle
    )
    return bundle.pk


def _bundled(notices: Sequence[Notice]) -> str:
    parts = [f"■ {notice.subject}\n\n{notice.body}" for notice in notices[:SHOWN_IN_BUNDLE]]
    left = len(notices) - len(parts)
    if left:
        parts.append(ngettext("ほか%(count)s件", "ほか%(count)s件", left) % {"count": left})
    return "\n\n----------------------------------------\n\n".join(parts)


def note_jobs(notice_ids: Sequence[int], job_ids: Sequence[int]) -> None:
    """Write which job sends which notice, so that one whose job gave up is found."""
    rows = [Notice(pk=pk, job_id=job) for pk, job in zip(notice_ids, job_ids, strict=True)]
    Notice.objects.bulk_update(rows, ["job_id"], batch_size=AT_ONCE)


def deliver(notice_id: int, *, at: datetime) -> None:
    """Send one queued notice. Sent, refused or taken back already: nothing happens."""
    notice = Notice.objects.select_for_update().filter(pk=notice_id, state=Notice.QUEUED).first()
    if notice is None:
        return
    if standings.suppressed([notice.address.lower()]):
        notice.state = Notice.SUPPRESSED
        notice.save(update_fields=["state"])
        return
    try:
        notice.message_id = mailing.post(_letter(notice))[:200]
    except Undeliverable as refusal:
        bouncing.bounce(notice, reason="refused", detail=str(refusal), at=at)
        return
    notice.state, notice.sent_at = Notice.SENT, at
    notice.save(update_fields=["state", "sent_at", "message_id"])
    _tell_sent(notice, at=at)


def _letter(notice: Notice) -> Letter:
    is_outside = notice.audience in OUTSIDE
    standing = standings.of_client() if is_outside else None
    link = links.address_for(notice) if is_outside else ""
    return Letter(
        to=notice.address,
        subject=notice.subject.replace(rendering.LINK, ""),
        text=notice.body.replace(rendering.LINK, link),
        sender=standing.shop if standing else "",
        reply_to=standing.settings.reply_to if standing else "",
        attachments=supplies.attachments_of(notice) if notice.audience == "supplier" else (),
        marks={"client": scope.current_client(), "notice": str(notice.pk)},
    )


def _tell_sent(notice: Notice, *, at: datetime) -> None:
    """Say on the orders' timelines that a mail went out. What the operator's own people are told is theirs alone."""
    if notice.audience == "operator":
        return
    if notice.audience == "supplier":
        orders = supplies.orders_of(notice)
        publish([_sent(notice, order_id) for order_id in orders], actor=SYSTEM, at=at)
        return
    held = list(notice.holds.all()) if notice.kind == Notice.BUNDLE else [notice]
    publish([_sent(each, each.order_id) for each in held if each.order_id is not None], actor=SYSTEM, at=at)


def _sent(notice: Notice, order_id: int) -> Happening:
    data = {
        "label": KINDS[notice.kind].label if notice.kind in KINDS else notice.kind,
        "audience": notice.audience,
        "to": "" if notice.audience == "buyer" else notice.name,
        "notice_id": notice.pk,
        "text": notice.subject.replace(rendering.LINK, ""),
    }
    return Happening("notice.sent", "notice", notice.pk, data, order_id=order_id)


def drop_of(order_ids: Collection[int]) -> None:
    """These orders were taken back: what is not out yet about them is not sent."""
    waiting = Notice.objects.filter(order_id__in=list(order_ids), state__in=[Notice.WAITING, Notice.QUEUED])
    waiting.update(state=Notice.DROPPED)


def give_up() -> int:
    """Mark the notices whose jobs failed for good; returns how many."""
    queued = dict(Notice.objects.filter(state=Notice.QUEUED).values_list("job_id", "pk"))
    failed = Job.objects.filter(pk__in=[job for job in queued if job], state=Job.FAILED).values_list("pk", "error")
    for job, error in failed:
        Notice.objects.filter(pk=queued[job]).update(state=Notice.FAILED, error=error[-500:])
    return len(failed)


@transaction.atomic
def open_address(address: str) -> bool:
    """Let an address that was closed receive mail again; False where it was open."""
    deleted, _kinds = SuppressedAddress.objects.filter(address=address.lower()).delete()
    return bool(deleted)
