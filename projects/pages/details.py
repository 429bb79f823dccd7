"""One project: what it is about, what was wished for, and what happened."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from projects import services
from projects.models import Requirement
from projects.pages.forms import QuestionForm, refuse_in
from projects.pages.found import back_to, head_of, known, selected, show, told
from projects.queries import detail, templates, timeline
from tenants.doors import PortalRequest, page
from tenants.roles import Permission

ANSWER = "answer_"


@page(Permission.VIEW_ORDERS)
def overview(request: PortalRequest, project_id: int) -> HttpResponse:
    """Where it stands, what is agreed on, and what it is worth."""
    head = head_of(request, project_id)
    rows = detail.milestones(head.project, today=head.today)
    context = {
        "offer": detail.offer(head.project),
        "milestones": rows,
        "total": detail.agreed_total(rows),
        "evaluation": detail.evaluation(head.project),
    }
    return show(request, "detail", head, context)


@page(Permission.VIEW_ORDERS)
def history(request: PortalRequest, project_id: int) -> HttpResponse:
    """Everything that happened to it."""
    head = head_of(request, project_id)
    found = timeline.of_project(project_id, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    return show(request, "history", head, {"page": found})


@page(Permission.VIEW_ORDERS)
def requirements(request: PortalRequest, project_id: int) -> HttpResponse:
    """要望書: questions, answers, and what both sides agreed on."""
    return _requirements(request, project_id)


def _requirements(
    request: PortalRequest, project_id: int, form: QuestionForm | None = None, *, wrong: str = ""
) -> HttpResponse:
    head = head_of(request, project_id)
    sections = detail.requirements(head.project)
    if wrong:
        _keep_typed(request, [row for _section, rows in sections for row in rows])
    context = {
        "sections": sections,
        "form": form or QuestionForm(),
        "wrong": wrong,
        "templates": templates.choices() if not sections else [],
        "can_write": "clarify" in head.moves and Permission.MANAGE_PROJECTS in request.permissions,
    }
    return show(request, "requirements", head, context, status=422 if wrong or form else 200)


def _keep_typed(request: PortalRequest, rows: list[Requirement]) -> None:
    """Show what was typed; nothing of it is saved."""
    for row in rows:
        row.answer = request.POST.get(f"{ANSWER}{row.pk}", row.answer)


@page(Permission.MANAGE_PROJECTS, methods=("POST",))
def write_answers(request: PortalRequest, project_id: int) -> HttpResponse:
    """Keep the answers, and agree on those that are marked."""
    known(project_id)
    answers = {
        int(name.removeprefix(ANSWER)): text
        for name, text in request.POST.items()
        if name.startswith(ANSWER) and name.removeprefix(ANSWER).isdecimal()
    }
    agree = [int(key) for key in request.POST.getlist("agree") if key.isdecimal()]
    try:
        changed = services.write_answers(
            project_id,
            {key: str(text) for key, text in answers.items()},
            agree=agree,
            actor=request.actor,
            at=clock.now(),
        )
    except Refused as refusal:
        return _requirements(request, project_id, wrong=str(refusal))
    return back_to(request, "requirements", project_id, _("要望を%(n)s件保存しました。") % {"n": changed})


@page(Permission.MANAGE_PROJECTS, methods=("POST",))
def add_question(request: PortalRequest, project_id: int) -> HttpResponse:
    """Add a question to the sheet."""
    known(project_id)
    form = QuestionForm(request.POST)
    if form.is_valid():
        try:
            services.ask(project_id, [form.typed()], actor=request.actor, at=clock.now())
        except Refused as refusal:
            refuse_in(form, refusal)
        else:
            return back_to(request, "requirements", project_id, _("質問を加えました。"))
    return _requirements(request, project_id, form)


@page(Permission.MANAGE_PROJECTS, methods=("POST",))
def drop_questions(request: PortalRequest, project_id: int) -> HttpResponse:
    """Take questions off the sheet."""
    known(project_id)
    outcome = services.drop_questions(selected(request), actor=request.actor, at=clock.now())
    return told(request, "requirements", project_id, outcome, lambda n: _("質問を%(n)s件外しました。") % {"n": n})


@page(Permission.MANAGE_PROJECTS, methods=("POST",))
def apply_template(request: PortalRequest, project_id: int) -> HttpResponse:
    """Add what a template has."""
    known(project_id)
    chosen = templates.chosen(request.POST.get("template", ""))
    if chosen is None:
        raise Refused(_("ひな形を選んでください。"), code="missing")
    services.apply(project_id, chosen.blueprint, actor=request.actor, at=clock.now())
    said = _("ひな形「%(name)s」の質問・作業・マイルストーン・検査を加えました。")
    return back_to(request, "requirements", project_id, said % {"name": chosen.name})
