"""計画: tasks and milestones, planned, changed, started and finished."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import clock
from core.batches import Outcome
from core.errors import Refused
from core.events import Actor
from projects import services
from projects.models import Milestone, Task
from projects.pages.forms import MilestoneForm, TaskForm, initial_of_milestone, initial_of_task, refuse_in
from projects.pages.found import back_to, head_of, known, selected, show, told
from projects.queries import detail, listing
from tenants.doors import PortalRequest, page
from tenants.roles import Permission

Command = Callable[..., Outcome]


@page(Permission.VIEW_ORDERS)
def plan(request: PortalRequest, project_id: int) -> HttpResponse:
    """The plan beside what was done."""
    return _plan(request, project_id)


def _plan(
    request: PortalRequest,
    project_id: int,
    task_form: TaskForm | None = None,
    milestone_form: MilestoneForm | None = None,
) -> HttpResponse:
    head = head_of(request, project_id)
    rows = detail.tasks(head.project, today=head.today)
    begins = max(head.project.starts_on, head.today)
    context = {
        "tasks": rows,
        "chart": detail.chart_of(rows, detail.minutes_without_task(head.project)),
        "milestones": detail.milestones(head.project, today=head.today),
        "task_form": task_form or TaskForm(initial={"plan_start": begins, "plan_end": begins}),
        "milestone_form": milestone_form or MilestoneForm(initial={"due_on": begins}),
        "people": listing.people(),
    }
    return show(request, "plan", head, context, status=422 if task_form or milestone_form else 200)


@page(Permission.MANAGE_PROJECTS, methods=("POST",))
def add_task(request: PortalRequest, project_id: int) -> HttpResponse:
    """Plan a task."""
    known(project_id)
    form = TaskForm(request.POST)
    if form.is_valid():
        try:
            services.add_tasks(project_id, [form.draft()], actor=request.actor, at=clock.now())
        except Refused as refusal:
            refuse_in(form, refusal)
        else:
            return back_to(request, "plan", project_id, _("作業を加えました。"))
    return _plan(request, project_id, task_form=form)


@page(Permission.MANAGE_PROJECTS, methods=("GET", "POST"))
def task(request: PortalRequest, project_id: int, task_id: int) -> HttpResponse:
    """Change a task of the plan."""
    found = Task.objects.filter(project=project_id, pk=task_id).select_related("project").first()
    if found is None:
        raise Http404
    form = TaskForm(request.POST or None, initial=initial_of_task(found))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_task(task_id, form.draft(), actor=request.actor, at=clock.now())
        except Refused as refusal:
            refuse_in(form, refusal)
        else:
            return back_to(request, "plan", project_id, _("作業の計画を変えました。"))
    context = {"form": form, "task": found, "project": found.project, "people": listing.people()}
    return render(request, "projects/task.html", context, status=422 if form.is_bound else 200)


@page(Permission.MANAGE_PROJECTS, methods=("POST",))
def add_milestone(request: PortalRequest, project_id: int) -> HttpResponse:
    """Plan a milestone."""
    known(project_id)
    form = MilestoneForm(request.POST)
    if form.is_valid():
        try:
            services.add_milestones(project_id, [form.draft()], actor=request.actor, at=clock.now())
        except Refused as refusal:
            refuse_in(form, refusal)
        else:
            return back_to(request, "plan", project_id, _("マイルストーンを加えました。"))
    return _plan(request, project_id, milestone_form=form)


@page(Permission.MANAGE_PROJECTS, methods=("GET", "POST"))
def milestone(request: PortalRequest, project_id: int, milestone_id: int) -> HttpResponse:
    """Change a milestone of the plan, or with press=drop take it out."""
    found = Milestone.objects.filter(project=project_id, pk=milestone_id).select_related("project").first()
    if found is None:
        raise Http404
    if request.POST.get("press") == "drop":
        services.drop_milestones([milestone_id], actor=request.actor, at=clock.now()).sole()
        return back_to(request, "plan", project_id, _("マイルストーンを計画から外しました。"))
    form = MilestoneForm(request.POST or None, initial=initial_of_milestone(found))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_milestone(milestone_id, form.draft(), actor=request.actor, at=clock.now())
        except Refused as refusal:
            refuse_in(form, refusal)
        else:
            return back_to(request, "plan", project_id, _("マイルストーンを変えました。"))
    context = {"form": form, "milestone": found, "project": found.project}
    return render(request, "projects/milestone.html", context, status=422 if form.is_bound else 200)


def _own(project_id: int, request: PortalRequest) -> Collection[int]:
    """The tasks that a form names, all of this project."""
    known(project_id)
    keys = selected(request)
    if Task.objects.filter(project=project_id, pk__in=keys).count() < len(keys):
        raise Http404
    return keys


def _do(request: PortalRequest, project_id: int, command: Command, done: Callable[[int], str]) -> HttpResponse:
    actor: Actor = request.actor
    at: datetime = clock.now()
    return told(request, "plan", project_id, command(_own(project_id, request), actor=actor, at=at), done)


@page(Permission.LOG_WORK, methods=("POST",))
def start(request: PortalRequest, project_id: int) -> HttpResponse:
    """Begin with tasks."""
    return _do(request, project_id, services.start, lambda n: _("%(n)s件の作業に着手しました。") % {"n": n})


@page(Permission.LOG_WORK, methods=("POST",))
def finish(request: PortalRequest, project_id: int) -> HttpResponse:
    """Tasks are done."""
    return _do(request, project_id, services.finish, lambda n: _("%(n)s件の作業を終えました。") % {"n": n})


@page(Permission.LOG_WORK, methods=("POST",))
def reopen(request: PortalRequest, project_id: int) -> HttpResponse:
    """Tasks are not done after all."""
    return _do(request, project_id, services.reopen, lambda n: _("%(n)s件の作業を未完了に戻しました。") % {"n": n})


@page(Permission.MANAGE_PROJECTS, methods=("POST",))
def drop(request: PortalRequest, project_id: int) -> HttpResponse:
    """Take tasks out of the plan."""
    return _do(request, project_id, services.drop_tasks, lambda n: _("%(n)s件の作業を計画から外しました。") % {"n": n})
