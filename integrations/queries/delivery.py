"""Which mails went where, and what became of them: the log, one letter, and those of an order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from core.paging import Page, page_of
from core.wording import Sentence, _
from integrations.models import Notice, SuppressedAddress
from integrations.notices import rendering
from integrations.notices.catalogue import AUDIENCES, KINDS
from integrations.queries import links
from tenants.roles import Permission

ROWS = 50

STATES: Mapping[str, tuple[str, str]] = {
    Notice.WAITING: (_("予定"), "waiting"),
    Notice.QUEUED: (_("送信中"), "moving"),
    Notice.SENT: (_("送信済み"), "done"),
    Notice.BOUNCED: (_("届かなかった"), "trouble"),
    Notice.SUPPRESSED: (_("止めている宛先"), "attention"),
    Notice.FAILED: (_("送信できなかった"), "trouble"),
    Notice.DROPPED: (_("取りやめ"), "waiting"),
}
"""What became of a mail: in words, and the tone."""

BUNDLE_LABEL = _("まとめ")

# Whoever may read what somebody is to act upon may read the mail about it.
_READ_WITH = {
    Permission.ANSWER_QUESTIONS: Permission.VIEW_ORDERS,
    Permission.REVIEW_BILLING: Permission.VIEW_BILLING,
}


@dataclass(frozen=True)
class Row:
    """A mail as lists show it. at: when it was sent, or is to be."""

    pk: int
    kind: Sentence
    audience: Sentence
    order_id: int | None
    number: str
    name: str
    address: str
    subject: str
    state: Sentence
    tone: str
    at: datetime


@dataclass(frozen=True)
class Letter:
    """One mail with its words as they were sent, why it did not arrive, and what was in it or around it."""

    row: Row
    body: str
    error: str
    version: int
    language: str
    written_at: datetime
    is_closed: bool
    bundle: int | None
    held: Sequence[Row]


@dataclass(frozen=True)
class Wanted:
    """Which mails to show: by part of the order number, name, address or subject; of a kind, in a state."""

    words: str = ""
    kind: str = ""
    state: str = ""


def log(
    wanted: Wanted, *, side: str, permissions: Collection[Permission], after: str = "", before: str = ""
) -> Page[Row]:
    """The mails that whoever has these permissions may see, the newest first."""
    rows = _visible(side, permissions).filter(_condition(wanted))
    found = page_of(rows, order=("-id",), after=after, before=before, size=ROWS)
    return Page([row_of(notice) for notice in found.rows], after=found.after, before=found.before)


def letter(pk: int, *, side: str, permissions: Collection[Permission]) -> Letter | None:
    """One mail, None for one that is not there or not for these eyes."""
    notice = _visible(side, permissions).filter(pk=pk).first()
    if notice is None:
        return None
    allowed = _kinds(side, permissions)
    return Letter(
        row=row_of(notice),
        body=_body(notice),
        error=notice.error,
        version=notice.version,
        language=notice.language,
        written_at=notice.written_at,
        is_closed=SuppressedAddress.objects.filter(address=notice.address.lower()).exists(),
        bundle=notice.sent_in_id,
        held=[row_of(each) for each in notice.holds.filter(kind__in=allowed).order_by("pk")[:ROWS]],
    )


def of_order(order_id: int, *, side: str, permissions: Collection[Permission]) -> list[Row]:
    """The mails about an order, the newest first; at most fifty."""
    rows = _visible(side, permissions).filter(order_id=order_id).order_by("-id")[:ROWS]
    return [row_of(notice) for notice in rows]


def _kinds(side: str, permissions: Collection[Permission]) -> list[str]:
    return [
        kind.code
        for kind in KINDS.values()
        if _READ_WITH.get(kind.permission, kind.permission) in permissions
        and (side == "operator" or kind.audience != "operator")
    ]


def _visible(side: str, permissions: Collection[Permission]) -> QuerySet[Notice]:
    """A bundle is for whoever may see every kind of its audience: it may hold any of them."""
    allowed = _kinds(side, permissions)
    whole = [
        audience
        for audience in ("client", "operator")
        if all(kind.code in allowed for kind in KINDS.values() if kind.audience == audience)
    ]
    return Notice.objects.filter(Q(kind__in=allowed) | Q(kind=Notice.BUNDLE, audience__in=whole))


def _condition(wanted: Wanted) -> Q:
    condition = Q()
    if wanted.words:
        for field in ("number", "name", "address", "subject"):
            condition |= Q(**{f"{field}__icontains": wanted.words})
    if wanted.kind in KINDS:
        condition &= Q(kind=wanted.kind)
    if wanted.state in STATES:
        condition &= Q(state=wanted.state)
    return condition


def row_of(notice: Notice) -> Row:
    """The mail as a list shows it."""
    state, tone = STATES[notice.state]
    label = KINDS[notice.kind].label if notice.kind in KINDS else BUNDLE_LABEL
    return Row(
        pk=notice.pk,
        kind=Sentence(label),
        audience=Sentence(AUDIENCES[notice.audience]),
        order_id=notice.order_id,
        number=notice.number if notice.order_id else "",
        name=notice.name,
        address=notice.address,
        subject=notice.subject.replace(rendering.LINK, ""),
        state=Sentence(state),
        tone=tone,
        at=notice.sent_at or notice.due_at,
    )


def _body(notice: Notice) -> str:
    if rendering.LINK not in notice.body:
        return notice.body
    return notice.body.replace(rendering.LINK, links.address_for(notice))
