"""作業記録・品質・報告: what was worked, how checks went, and what is reported of it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from projects import services
from projects.models import Check, Milestone, WorkLog
from projects.pages.forms import CheckForm, MonthForm, ResultForm, WorkForm, refuse_in
from projects.pages.found import back_to, head_of, known, selected, show, told
from projects.queries import detail, listing
from tenants.doors import PortalRequest, page
from tenants.roles import Permission


@page(Permission.VIEW_ORDERS)
def work(request: PortalRequest, project_id: int) -> HttpResponse:
    """The work log."""
    return _work(request, project_id)


def _work(request: PortalRequest, project_id: int, form: WorkForm | None = None) -> HttpResponse:
    head = head_of(request, project_id)
    tasks = detail.tasks(head.project, today=head.today)
    begins = {"day": head.today, "person": request.person.name}
    context = {
        "log": detail.work(head.project, after=request.GET.get("after", ""), before=request.GET.get("before", "")),
        "form": form or WorkForm(tasks=tasks, initial=begins),
        "people": listing.people(),
    }
    return show(request, "work", head, context, status=422 if form else 200)


@page(Permission.LOG_WORK, methods=("POST",))
def log(request: PortalRequest, project_id: int) -> HttpResponse:
    """Write work down."""
    head = head_of(request, project_id)
    form = WorkForm(request.POST, tasks=detail.tasks(head.project, today=head.today))
    if form.is_valid():
        try:
            services.log(project_id, [form.typed()], actor=request.actor, at=clock.now())
        except Refused as refusal:
            refuse_in(form, refusal)
        else:
            return back_to(request, "work", project_id, _("作業を記録しました。"))
    return _work(request, project_id, form)


@page(Permission.LOG_WORK, methods=("POST",))
def undo(request: PortalRequest, project_id: int, work_id: int) -> HttpResponse:
    """Take a row of the work log back."""
    if not WorkLog.objects.filter(project=project_id, pk=work_id).exists():
        raise Http404
    reason = request.POST.get("reason", "")
    services.undo([work_id], reason=reason, actor=request.actor, at=clock.now()).sole()
    return back_to(request, "work", project_id, _("作業の記録を取り消しました。取り消した行も残ります。"))


@page(Permission.VIEW_ORDERS)
def quality(request: PortalRequest, project_id: int) -> HttpResponse:
    """The quality checks by milestone."""
    return _quality(request, project_id)


def _quality(
    request: PortalRequest, project_id: int, result: ResultForm | None = None, check: CheckForm | None = None
) -> HttpResponse:
    head = head_of(request, project_id)
    rows = detail.milestones(head.project, today=head.today)
    context = {
        "milestones": rows,
        "result_form": result or ResultForm(),
        "check_form": check or CheckForm(milestones=[row.milestone for row in rows]),
        "chosen": request.POST.getlist("selected"),
    }
    return show(request, "quality", head, context, status=422 if result or check else 200)


@page(Permission.LOG_WORK, methods=("POST",))
def record_checks(request: PortalRequest, project_id: int) -> HttpResponse:
    """Write down how checks went."""
    known(project_id)
    keys = selected(request)
    if Check.objects.filter(milestone__project=project_id, pk__in=keys).count() < len(keys):
        raise Http404
    form = ResultForm(request.POST)
    if form.is_valid():
        try:
            outcome = services.record_checks(keys, **form.cleaned_data, actor=request.actor, at=clock.now())
        except Refused as refusal:
            refuse_in(form, refusal)
        else:
            done = _("%(n)s件の検査の結果を記録しました。")
            return told(request, "quality", project_id, outcome, lambda n: done % {"n": n})
    return _quality(request, project_id, result=form)


@page(Permission.MANAGE_PROJECTS, methods=("POST",))
def add_check(request: PortalRequest, project_id: int) -> HttpResponse:
    """Add a check to a milestone."""
    known(project_id)
    form = CheckForm(request.POST, milestones=list(Milestone.objects.filter(project=project_id)))
    if form.is_valid():
        given = form.cleaned_data
        try:
            services.add_checks(given["milestone"], [given["name"]], actor=request.actor, at=clock.now())
        except Refused as refusal:
            refuse_in(form, refusal)
        else:
            return back_to(request, "quality", project_id, _("検査の項目を加えました。"))
    return _quality(request, project_id, check=form)


@page(Permission.VIEW_ORDERS)
def reports(request: PortalRequest, project_id: int) -> HttpResponse:
    """The monthly reports."""
    head = head_of(request, project_id)
    context = {
        "reports": detail.reports(head.project),
        "form": MonthForm(project=head.project, today=head.today),
    }
    return show(request, "reports", head, context)


@page(Permission.MANAGE_PROJECTS, methods=("POST",))
def report(request: PortalRequest, project_id: int) -> HttpResponse:
    """Issue the report of a month."""
    head = head_of(request, project_id)
    form = MonthForm(request.POST, project=head.project, today=head.today)
    if not form.is_valid():
        raise Refused(_("報告する月を選んでください。"), code="missing")
    made = services.report(project_id, month=form.cleaned_data["month"], actor=request.actor, at=clock.now())
    said = _("作業報告書 %(number)s を発行し、書類に保管しました。") % {"number": made.number}
    return back_to(request, "reports", project_id, said)
