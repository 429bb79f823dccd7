"""How people want to be told."""

from __future__ import annotations

from integrations.preferences.models import Preference


def of_person(person_id: int, client: str) -> dict[str, str]:
    """What a person of the company ("" for the operator) chose: kind to mode. The others go as is usual."""
    return dict(Preference.objects.filter(client=client, person_id=person_id).values_list("kind", "mode"))


def of_kind(kind: str, client: str) -> dict[int, str]:
    """What the people of the company chose for one kind: person to mode."""
    return dict(Preference.objects.filter(client=client, kind=kind).values_list("person_id", "mode"))
