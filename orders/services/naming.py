"""A client's own names for the phases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from core.errors import Refused
from core.events import Actor, Happening, publish
from core.wording import Sentence, _
from orders.lifecycle import BY_CODE
from orders.models import PhaseLabel

LONGEST = {"ja": 20, "en": 40}
"""Characters that fit a badge."""


@transaction.atomic
def rename_phases(names: Mapping[str, Mapping[str, str]], *, actor: Actor, at: datetime) -> int:
    """Call phases otherwise on everything that the client sees. Returns how many names have changed.

    names: phase code to {"ja", "en"}; blank is the usual name. Refused with the field "<code>-<language>" where a name
    is too long or there is no such phase.
    """
    before = {label.phase: label for label in PhaseLabel.objects.select_for_update()}
    changed: list[PhaseLabel] = []
    for code, given in names.items():
        label = PhaseLabel(phase=code, **{language: _name(code, language, given) for language in LONGEST})
        known = before.get(code, PhaseLabel(phase=code))
        if (label.ja, label.en) != (known.ja, known.en):
            changed.append(label)
    PhaseLabel.objects.bulk_create(changed, update_conflicts=True, unique_fields=["phase"], update_fields=["ja", "en"])
    if changed:
        said = {label.phase: {"ja": label.ja, "en": label.en} for label in changed}
        publish([Happening("labels.changed", "labels", 0, {"names": said})], actor=actor, at=at)
    return len(changed)


def _name(code: str, language: str, given: Mapping[str, str]) -> str:
    if code not in BY_CODE:
        raise Refused(Sentence(_("「%(code)s」という状態はありません。"), code=code), code="no_phase", field=code)
    name = given.get(language, "").strip()
    if len(name) > LONGEST[language]:
        sentence = Sentence(_("表示名は%(longest)s文字以内で入れてください。"), longest=LONGEST[language])
        raise Refused(sentence, code="too_long", field=f"{code}-{language}")
    return name
