"""What a client decides about its mails, and a person about theirs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import mailing
from core.errors import Refused
from core.events import Actor
from core.scope import current_client
from integrations.models import NoticeSettings, NoticeSwitch, NoticeText
from integrations.notices import rendering
from integrations.notices.catalogue import KINDS, LANGUAGES, MODES, Kind
from integrations.queries import previews
from integrations.services import sending
from tenants.queries import Reader
from tenants.services import note_access

MOST_FOLLOW_UP_DAYS = 60

_PREFER = """
    INSERT INTO preferences_preference (client, person_id, kind, mode)
    SELECT %s, %s, t.kind, t.mode FROM unnest(%s::text[], %s::text[]) AS t (kind, mode)
        ON CONFLICT (client, person_id, kind) DO UPDATE SET mode = excluded.mode
"""


@transaction.atomic
def change_settings(
    *, sender: str, reply_to: str, buyer_language: str, follow_up_days: int, actor: Actor, at: datetime
) -> None:
    """In whose name buyers are written to, where their answers go, in which language, and when they are asked again."""
    if buyer_language not in LANGUAGES:
        raise Refused(_("言語を選んでください。"), code="unknown_language", field="buyer_language")
    if not 1 <= follow_up_days <= MOST_FOLLOW_UP_DAYS:
        sentence = _("1日から%(most)s日までにしてください。") % {"most": MOST_FOLLOW_UP_DAYS}
        raise Refused(sentence, code="bad_days", field="follow_up_days")
    values = {
        "sender": " ".join(sender.split()),
        "reply_to": reply_to,
        "buyer_language": buyer_language,
        "follow_up_days": follow_up_days,
        "changed_at": at,
        "changed_by": actor.name,
    }
    NoticeSettings.objects.update_or_create(pk=1, defaults=values)
    note_access(action="notice.settings", subject="", client=current_client(), actor=actor, at=at)


@transaction.atomic
def switch(kinds: Mapping[str, bool], *, actor: Actor, at: datetime) -> None:
    """Which kinds of mail go out to buyers and suppliers. Others are Refused."""
    for code in kinds:
        _kind(code, outside=True)
    before = dict(NoticeSwitch.objects.values_list("kind", "is_on"))
    changed = {code: is_on for code, is_on in kinds.items() if before.get(code, KINDS[code].is_on) != is_on}
    rows = [NoticeSwitch(kind=code, is_on=is_on) for code, is_on in changed.items()]
    NoticeSwitch.objects.bulk_create(rows, update_conflicts=True, unique_fields=["kind"], update_fields=["is_on"])
    for code, is_on in changed.items():
        note_access(
            action="notice.settings",
            subject=_(KINDS[code].label),
            client=current_client(),
            actor=actor,
            at=at,
            is_on=is_on,
        )


@transaction.atomic
def save_text(code: str, language: str, *, subject: str, body: str, actor: Actor, at: datetime) -> NoticeText:
    """Put the client's own words in force, as a new version. Refused with what to mend where a place is wrong."""
    kind = _kind(code)
    rendering.check(subject, body, kind.places)
    return _new_version(kind, language, " ".join(subject.split()), body.replace("\r\n", "\n").strip(), actor, at)


@transaction.atomic
def take_usual(code: str, language: str, *, actor: Actor, at: datetime) -> NoticeText:
    """Put the usual words in force again; the client's own stay among the versions."""
    return _new_version(_kind(code), language, "", "", actor, at)


def _kind(code: str, *, outside: bool = False) -> Kind:
    kind = KINDS.get(code)
    if kind is None or (outside and not kind.is_outside):
        raise Refused(_("この種類の通知はありません。"), code="unknown_kind")
    return kind


def _new_version(kind: Kind, language: str, subject: str, body: str, actor: Actor, at: datetime) -> NoticeText:
    if language not in LANGUAGES:
        raise Refused(_("言語を選んでください。"), code="unknown_language", field="language")
    with connection.cursor() as cursor:  # two who save at once get two versions
        cursor.execute("LOCK TABLE integrations_noticetext IN SHARE ROW EXCLUSIVE MODE")
    last = NoticeText.objects.filter(kind=kind.code, language=language).order_by("-version").first()
    saved = NoticeText.objects.create(
        kind=kind.code,
        language=language,
        version=last.version + 1 if last else 1,
        subject=subject,
        body=body,
        saved_at=at,
        saved_by=actor.name,
    )
    note_access(
        action="notice.text",
        subject=_(kind.label),
        client=current_client(),
        actor=actor,
        at=at,
        language=language,
        version=saved.version,
    )
    return saved


def send_test(code: str, language: str, *, subject: str, body: str, order_id: int | None, to: Reader) -> None:
    """Send a mail in these words, filled with a real order, to the person who asks for it."""
    kind = _kind(code)
    rendering.check(subject, body, kind.places)
    filled = previews.preview(kind, language, subject=subject, body=body, order_id=order_id)
    mailing.send(to=to.email, name=to.name, subject=_("【テスト】%s") % filled.subject, text=filled.body)


@transaction.atomic
def prefer(person_id: int, client: str, modes: Mapping[str, str]) -> None:
    """How a person of the company ("" for the operator) wants their notices: kind to mode of catalogue.MODES."""
    for code, mode in modes.items():
        kind = _kind(code)
        if mode not in MODES or kind.audience != ("client" if client else "operator"):
            raise Refused(_("届け方を選んでください。"), code="unknown_mode", field=code)
    with connection.cursor() as cursor:
        cursor.execute(_PREFER, [client, person_id, list(modes), list(modes.values())])


def open_address(address: str, *, actor: Actor, at: datetime) -> None:
    """Write to an address again that had taken no mail. Refused where it is not closed."""
    if not sending.open_address(address):
        raise Refused(_("このアドレスは止まっていません。"), code="not_closed")
    note_access(action="notice.address_opened", subject=address, client=current_client(), actor=actor, at=at)
