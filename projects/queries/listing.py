"""The list of projects: filtered, page by page, and found by words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from core.paging import PAGE_ROWS, Page, page_of
from orders.queries.listing import search_words
from projects.lifecycle import OVER, PHASES
from projects.models import Project, Task
from projects.queries.standing import Side, Standing, standing_of, with_standing

LATE = "late"


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; empty values narrow nothing. due: LATE or ""."""

    phase: str = ""
    text: str = ""
    owner: str = ""
    due: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether it narrows at all."""
        return bool(self.phase or self.text or self.owner or self.due)


def page(
    filters: Filters, *, today: date, side: Side, after: str = "", before: str = "", size: int = PAGE_ROWS
) -> Page[Standing]:
    """One page of the list, the newest first: one query."""
    found = page_of(_matching(filters, today), order=("-id",), after=after, before=before, size=size)
    return Page([standing_of(one, side=side) for one in found.rows], found.after, found.before)


def _matching(filters: Filters, today: date) -> QuerySet[Project]:
    found: QuerySet[Any] = with_standing(Project.objects.all(), today=today)
    if filters.phase:
        found = found.filter(phase=filters.phase)
    if filters.owner:
        found = found.filter(owner=filters.owner)
    if filters.due == LATE:
        found = found.filter(late=True).exclude(phase__in=OVER)
    for word in search_words(filters.text):
        found = found.filter(search__contains=word)
    return found


def by_phase() -> dict[str, int]:
    """How many projects stand in each phase; every phase is there, in the order of the way."""
    counted = dict(Project.objects.order_by().values_list("phase").annotate(n=Count("id")))
    return {phase.code: counted.get(phase.code, 0) for phase in reversed(PHASES)}


def owners() -> list[str]:
    """Who answers for projects."""
    return list(Project.objects.order_by("owner").values_list("owner", flat=True).distinct())


def people() -> Sequence[str]:
    """Who works on projects, or answers for one: what a form offers."""
    assigned = Task.objects.exclude(assignee="").order_by().values_list("assignee", flat=True).distinct()
    return sorted({*owners(), *assigned})
