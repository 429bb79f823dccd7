"""Where a client's orders come from: what each channel is called, how its files are read, what is taken from them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from core.errors import Refused
from core.events import Actor, Happening, publish
from core.wording import Sentence, _
from orders import registry
from orders.intake.differing import TAKEN
from orders.models import Channel


@transaction.atomic
def arrange(
    channel: Channel | None,
    *,
    name: str,
    profile: str,
    preview: bool,
    takes: Collection[str],
    is_active: bool,
    actor: Actor,
    at: datetime,
) -> Channel:
    """Set up a channel, a new one where it is None. Refused where there is no such form of files to choose."""
    if profile not in registry.profiles():
        sentence = _("「%(name)s」の取込形式は使えません。別の取込形式を選んでください。")
        raise Refused(Sentence(sentence, name=name), code="unknown_profile", field="profile")
    own = channel or Channel(code=f"shop-{uuid4().hex[:8]}")
    own.name, own.profile, own.preview, own.is_active = name, profile, preview, is_active
    own.takes = [key for key in TAKEN if key in takes]
    own.save()
    data = {"name": name, "profile": profile, "preview": preview, "takes": own.takes, "is_active": is_active}
    publish([Happening("channel.arranged", "channel", own.pk, data)], actor=actor, at=at)
    return own
