"""Projects and what hangs below them, locked and sifted by what may be done; and what the record keeps of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from core.errors import Refused
from core.events import Actor, Happening, publish
from core.wording import Sentence, _
from projects.lifecycle import MOVES, refusal
from projects.models import Project
from projects.queries import facts
from projects.services.phases import refresh

Row = TypeVar("Row", bound=Model)


def locked(move: str, project_ids: Collection[int]) -> tuple[dict[int, Project], dict[int, Refused]]:
    """The projects for which the move is allowed, locked, and why the others are refused."""
    found = {one.pk: one for one in Project.objects.select_for_update().filter(pk__in=set(project_ids)).order_by("pk")}
    known = facts.of_projects(found)
    refused = {pk: not_found() for pk in project_ids if pk not in found}
    refused |= {pk: why for pk in found if (why := refusal(MOVES[move], known[pk])) is not None}
    return {pk: one for pk, one in found.items() if pk not in refused}, refused


def one(move: str, project_id: int) -> Project:
    """The project, locked; Refused where the move is not allowed."""
    going, refused = locked(move, [project_id])
    for why in refused.values():
        raise why
    return going[project_id]


def below(
    move: str, rows: QuerySet[Row], ids: Collection[int], *, project: str = "project_id"
) -> tuple[list[Row], dict[int, Refused]]:
    """Those rows of projects for which the move is allowed, their projects locked, and why the others are refused.

    project: where a row's project is found, as a lookup.
    """
    owners = dict(rows.filter(pk__in=list(ids)).values_list("pk", project))
    _going, refusals = locked(move, set(owners.values()))
    refused = {pk: not_found() for pk in ids if pk not in owners}
    refused |= {pk: refusals[owner] for pk, owner in owners.items() if owner in refusals}
    going = [pk for pk in owners if pk not in refused]
    return list(rows.select_for_update(of=("self",)).filter(pk__in=going).order_by("pk")), refused


def tell(
    name: str,
    of: Iterable[tuple[int, Mapping[str, Any]]],
    *,
    actor: Actor,
    at: datetime,
    when: Sequence[datetime] = (),
) -> list[Happening]:
    """Derive the phases of these projects, and say that this happened to them.

    of: project and figures, as pairs. when: the time of each, where it is not that at which it is written down.
    """
    pairs = list(of)
    ids = {pk for pk, _data in pairs}
    refresh(ids)
    names = {one.pk: one for one in Project.objects.filter(pk__in=ids)}
    told = [
        Happening(name, "project", pk, {"number": names[pk].number, "subject": names[pk].subject, **data}, at=then)
        for (pk, data), then in zip(pairs, when or [at] * len(pairs), strict=True)
    ]
    return publish(told, actor=actor, at=at)


def not_found() -> Refused:
    """There is no such thing."""
    return Refused(Sentence(_("この案件、またはその項目はありません。")), code="not_found")
