"""How a client's papers look and in whose name they go out: versions, of which the newest is in force."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

import typst
from django.db import connection, transaction

from core import scope
from core.errors import Refused
from core.events import Actor, Happening, publish
from core.wording import Sentence, _
from documents import pictures, queries
from documents.models import Letterhead, Picture
from documents.papers.common import Sender
from documents.ports import key_for
from documents.services.keeping import store
from documents.typesetting import picture_of_paper
from tenants.queries import client_record
from tenants.services import note_access

TEXTS = (
    "name",
    "registration",
    "postcode",
    "address",
    "phone",
    "email",
    "greeting",
    "footer",
    "return_policy",
    "receipt_for",
)
RECEIPT_FOR = "お品代として"
_REGISTRATION = re.compile(r"T[1-9][0-9]{12}")
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/letterhead', 0))"


@transaction.atomic
def in_force(*, at: datetime) -> Letterhead:
    """The newest version; a client that never set anything begins with its company's name and address."""
    newest = queries.letterhead()
    if newest is not None:
        return newest
    _one_at_a_time()
    newest = queries.letterhead()
    if newest is not None:
        return newest
    first = proposed()
    first.created_at, first.created_by = at, "システム"
    first.save(force_insert=True)
    return first


def proposed() -> Letterhead:
    """What a client begins with, not saved."""
    company = client_record(scope.current_client())
    return Letterhead(
        version=1,
        name=company.name if company else "",
        postcode=company.postcode.replace("-", "") if company else "",
        address=company.address if company else "",
        phone=company.phone if company else "",
        receipt_for=RECEIPT_FOR,
    )


@transaction.atomic
def change(
    texts: Mapping[str, str],
    *,
    show_prices: bool,
    pictures_given: Mapping[str, bytes | None],
    actor: Actor,
    at: datetime,
) -> Letterhead:
    """Make the next version, where anything changes.

    texts: the fields of TEXTS. pictures_given: `logo` and `seal`; None takes one away, and one that is not named stays.
    Refused, with the field, where something cannot be printed.
    """
    _one_at_a_time()
    before = in_force(at=at)
    after = draft(before, texts, show_prices=show_prices)
    for field, content in pictures_given.items():
        setattr(after, field, _kept(field, content, at=at))
    if _says(after) == _says(before):
        return before
    after.version, after.created_at, after.created_by = before.version + 1, at, actor.name
    after.save(force_insert=True)
    changed = sorted(name for name, value in _says(after).items() if _says(before)[name] != value)
    told = Happening("letterhead.changed", "letterhead", after.pk, {"version": after.version, "fields": changed})
    publish([told], actor=actor, at=at)
    code = scope.current_client()
    note_access(action="settings.letterhead", subject="、".join(changed), client=code, actor=actor, at=at)
    return after


def draft(before: Letterhead, texts: Mapping[str, str], *, show_prices: bool) -> Letterhead:
    """The version that would follow, not saved, with the pictures of the one before. Refused where it says nonsense."""
    said = {name: texts.get(name, "").strip() for name in TEXTS}
    if not said["name"]:
        raise Refused(Sentence(_("発行者名を入力してください。")), code="no_name", field="name")
    if said["registration"] and not is_registration(said["registration"]):
        sentence = _("登録番号が正しくありません。Tと13桁の数字を、国税庁の通知どおりに入力してください。")
        raise Refused(Sentence(sentence), code="bad_registration", field="registration")
    return Letterhead(version=before.version, show_prices=show_prices, logo=before.logo, seal=before.seal, **said)


def is_registration(number: str) -> bool:
    """Whether it can be the number of a registered issuer: T and 13 digits, the first of them checking the others.

    Source: 財務省令第70号第2条 (weights 1 and 2 from the right, modulo 9).
    """
    if not _REGISTRATION.fullmatch(number):
        return False
    body = sum(int(digit) * (1 if nth % 2 else 2) for nth, digit in enumerate(reversed(number[2:]), 1))
    return int(number[1]) == 9 - body % 9


def sender_of(letterhead: Letterhead, given: Mapping[str, pictures.Picture | None] | None = None) -> Sender:
    """The letterhead as papers print it, with its pictures; those in `given` stand for the kept ones."""
    shown: dict[str, pictures.Picture | None] = {"logo": None, "seal": None}
    for field, picture in (("logo", letterhead.logo), ("seal", letterhead.seal)):
        shown[field] = pictures.Picture(_bytes(picture), picture.content_type) if picture else None
    shown.update(given or {})
    sender = Sender(
        name=letterhead.name,
        registration=letterhead.registration,
        postcode=letterhead.postcode,
        address=letterhead.address,
        phone=letterhead.phone,
        email=letterhead.email,
    )
    if shown["logo"]:
        sender["logo"] = shown["logo"].content
        sender["logo_format"] = "svg" if shown["logo"].content_type == pictures.SVG else "png"
    if shown["seal"]:
        sender["seal"] = shown["seal"].content
    return sender


def _says(letterhead: Letterhead) -> dict[str, Any]:
    facts: dict[str, Any] = {name: getattr(letterhead, name) for name in TEXTS}
    return {**facts, "show_prices": letterhead.show_prices, "logo": letterhead.logo_id, "seal": letterhead.seal_id}


def _one_at_a_time() -> None:
    """Two changes follow one another, so that each version follows the one before."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)


def _kept(field: str, content: bytes | None, *, at: datetime) -> Picture | None:
    """The picture in the store, after a look whether it is one and can be printed."""
    if content is None:
        return None
    clean = taken(field, content)
    key = key_for(scope.current_client(), uuid4())
    stored = store().put(io.BytesIO(clean.content), key=key)
    return Picture.objects.create(content_type=clean.content_type, storage_key=key, sha256=stored.sha256, created_at=at)


def taken(field: str, content: bytes) -> pictures.Picture:
    """The picture, cleaned and proven to print. Refused with its field, where it is not to be taken."""
    clean = pictures.logo(content) if field == "logo" else pictures.seal(content)
    try:
        picture_of_paper("picture", {"content": clean.content, "format": clean.content_type}, pixels_an_inch=24)
    except typst.TypstError:
        sentence = _("この画像は印刷できませんでした。別の形式で書き出し直してください。")
        raise Refused(Sentence(sentence), code="unprintable", field=field) from None
    return clean


def _bytes(picture: Picture) -> bytes:
    with store().open(picture.storage_key) as content:
        return content.read()
