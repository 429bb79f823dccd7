"""案件のひな形: the client's own templates, typed as tables whose columns' cells share a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from core.text import narrow
from core.wording import Sentence
from projects import services
from projects.blueprints import (
    MOST_ROWS,
    STAGES,
    Blueprint,
    PlannedCheck,
    PlannedMilestone,
    PlannedTask,
    Question,
)
from projects.models import Template
from projects.queries import templates
from tenants.doors import PortalRequest, page, url
from tenants.pages.sections import show
from tenants.roles import Permission

BLANK_ROWS = 3
MORE_ROWS = 5
Cells = tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table of the form. columns: the cells' names; blank: what an empty row says already."""

    part: str
    columns: tuple[str, ...]
    blank: Cells
    row: Callable[[Cells], Any]


def _whole(text: str) -> int:
    number = _number(text)
    if number != number.to_integral_value():
        raise ValueError(text)
    return int(number)


def _number(text: str) -> Decimal:
    try:
        number = Decimal(narrow(text).strip() or "0")
    except InvalidOperation:
        raise ValueError(text) from None
    if not number.is_finite() or abs(number) >= 10**6:
        raise ValueError(text)
    return number


def _task(cells: Cells) -> PlannedTask:
    stage, name, first, last, hours = cells
    return PlannedTask(stage, name, _whole(first), _whole(last), round(_number(hours) * 60))


GRIDS: Mapping[str, Grid] = {
    grid.part: grid
    for grid in (
        Grid("questions", ("section", "question"), ("", ""), lambda cells: Question(*cells)),
        Grid("tasks", ("stage", "name", "first_day", "last_day", "hours"), ("delivery", "", "", "", ""), _task),
        Grid("milestones", ("name", "day"), ("", ""), lambda cells: PlannedMilestone(cells[0], _whole(cells[1]))),
        Grid("checks", ("milestone", "name"), ("1", ""), lambda cells: PlannedCheck(_whole(cells[0]), cells[1])),
    )
}

Typed = dict[str, list[Cells]]


def typed(post: QueryDict) -> Typed:
    """The rows of every table as they were posted, blank ones left out."""
    found: Typed = {}
    for part, grid in GRIDS.items():
        columns = [post.getlist(f"{part}_{name}")[: MOST_ROWS + 1] for name in grid.columns]
        rows = [tuple(cell.strip() for cell in row) for row in zip(*columns, strict=False)]
        found[part] = [row for row in rows if any(cell and cell != usual for cell, usual in _beside(row, grid.blank))]
    return found


def _beside(row: Cells, blank: Cells) -> list[tuple[str, str]]:
    return list(zip(row, blank, strict=True))


def read(rows: Typed) -> Blueprint:
    """The template that the rows say. Refused, naming table and row, where a number is none."""
    return Blueprint(**{part: tuple(_rows(grid, rows[part])) for part, grid in GRIDS.items()})


def _rows(grid: Grid, rows: Sequence[Cells]) -> list[Any]:
    made = []
    for nth, row in enumerate(rows, 1):
        try:
            made.append(grid.row(row))
        except ValueError as error:
            sentence = _("%(nth)s行目: 「%(text)s」は数値として読めません。半角の数字で入れてください。")
            raise Refused(sentence % {"nth": nth, "text": error}, code="bad_number", field=grid.part) from None
    return made


def _hours(minutes: int) -> str:
    return f"{Decimal(minutes) / 60:.2f}".rstrip("0").rstrip(".")


def cells_of(blueprint: Blueprint) -> Typed:
    """The rows of a template, ready to be changed."""
    plain: Typed = {
        part: [tuple(str(value) for value in astuple(one)) for one in getattr(blueprint, part)] for part in GRIDS
    }
    hours = [_hours(task.minutes) for task in blueprint.tasks]
    plain["tasks"] = [(*row[:-1], cell) for row, cell in zip(plain["tasks"], hours, strict=True)]
    return plain


@page(Permission.MANAGE_SETTINGS)
def settings(request: PortalRequest) -> HttpResponse:
    """The templates that a project can be made of."""
    return show(request, "projects/templates.html", {"choices": templates.choices()})


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def new(request: PortalRequest) -> HttpResponse:
    """A new template, blank or from another one (?copy=)."""
    if request.method == "POST":
        return _posted(request, None)
    copied = templates.chosen(request.GET.get("copy", ""))
    return _show(request, copied.name if copied else "", cells_of(copied.blueprint if copied else Blueprint()), None)


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def template(request: PortalRequest, template_id: int) -> HttpResponse:
    """Change a template, or with press=drop forget it."""
    found = Template.objects.filter(pk=template_id).first()
    if found is None:
        raise Http404
    if request.POST.get("press") == "drop":
        services.drop_template(template_id)
        messages.success(request, _("ひな形「%s」を削除しました。") % found.name)
        return HttpResponseRedirect(url(request, "projects:settings"))
    if request.method == "POST":
        return _posted(request, found)
    chosen = next(one for one in templates.choices() if one.pk == template_id)
    return _show(request, found.name, cells_of(chosen.blueprint), found)


def _posted(request: PortalRequest, found: Template | None) -> HttpResponse:
    name, rows = request.POST.get("name", "").strip(), typed(request.POST)
    if request.POST.get("press") == "more":
        return _show(request, name, rows, found, more=True)
    try:
        kept = services.keep_template(
            name, read(rows), template_id=found.pk if found else None, actor=request.actor, at=clock.now()
        )
    except Refused as refusal:
        return _show(request, name, rows, found, wrong=refusal)
    messages.success(request, _("ひな形「%s」を保存しました。") % kept.name)
    return HttpResponseRedirect(url(request, "projects:settings"))


def _show(
    request: PortalRequest,
    name: str,
    rows: Typed,
    found: Template | None,
    *,
    more: bool = False,
    wrong: Refused | None = None,
) -> HttpResponse:
    blanks = BLANK_ROWS + (MORE_ROWS if more else 0)
    context = {
        "name": name,
        "grids": {part: [*rows[part], *([grid.blank] * blanks)] for part, grid in GRIDS.items()},
        "stages": [(code, Sentence(label)) for code, label in STAGES.items()],
        "template": found,
        "wrong": wrong,
    }
    return show(request, "projects/template.html", context, 422 if wrong else 200)
