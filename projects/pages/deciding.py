"""検収・評価, and the decisions about a whole project: its quote, going without one, giving up."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from orders.pages.quote_files import kept
from orders.services.quoting import Evidence
from projects import services
from projects.models import Acceptance, Milestone
from projects.pages.forms import AnswerForm, EvaluationForm, refuse_in
from projects.pages.found import back_to, head_of, known, selected, show, told
from projects.queries import detail
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission


@page(Permission.VIEW_ORDERS)
def acceptance(request: PortalRequest, project_id: int) -> HttpResponse:
    """What was handed in, and what the buyer says."""
    return _acceptance(request, project_id)


def _acceptance(
    request: PortalRequest,
    project_id: int,
    *,
    answering: tuple[int, AnswerForm] | None = None,
    form: EvaluationForm | None = None,
) -> HttpResponse:
    head = head_of(request, project_id)
    buyer = {"name": head.project.buyer_name}
    asked, answer_form = answering or (0, AnswerForm(initial=buyer))
    rows = detail.milestones(head.project, today=head.today)
    may = Permission.MANAGE_PROJECTS in request.permissions and {"hand_in", "plan"} <= head.moves
    context = {
        "milestones": rows,
        "can_hand_in": may and any(row.can_be_handed_in for row in rows),
        "evaluation": detail.evaluation(head.project),
        "answer_by": detail.answer_by(head.today),
        "answering": asked,
        "answer_form": answer_form,
        "form": form or EvaluationForm(initial=buyer),
    }
    return show(request, "acceptance", head, context, status=422 if answering or form else 200)


@page(Permission.MANAGE_PROJECTS, methods=("POST",))
def hand_in(request: PortalRequest, project_id: int) -> HttpResponse:
    """Hand milestones in, and ask the buyer to accept them."""
    known(project_id)
    keys = selected(request)
    if Milestone.objects.filter(project=project_id, pk__in=keys).count() < len(keys):
        raise Http404
    until = _day(request.POST.get("answer_by", ""))
    outcome = services.hand_in(keys, answer_by=until, actor=request.actor, at=clock.now())
    done = _("%(n)s件の検収を依頼しました。リンクを購入者に伝えてください。")
    return told(request, "acceptance", project_id, outcome, lambda n: done % {"n": n})


def _day(text: str) -> date:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise Refused(_("回答の期限を日付で入れてください。"), code="bad_date")
    return day


def _asked(project_id: int, acceptance_id: int) -> Acceptance:
    rows = Acceptance.objects.filter(milestone__project=project_id, pk=acceptance_id)
    found = rows.select_related("milestone__project").first()
    if found is None:
        raise Http404
    return found


@page(Permission.MANAGE_PROJECTS, methods=("POST",))
def withdraw(request: PortalRequest, project_id: int, acceptance_id: int) -> HttpResponse:
    """Take the question to the buyer back."""
    _asked(project_id, acceptance_id)
    services.withdraw([acceptance_id], actor=request.actor, at=clock.now()).sole()
    return back_to(request, "acceptance", project_id, _("検収の依頼を取り下げました。購入者のページは開けません。"))


@page(Permission.MANAGE_PROJECTS, methods=("POST",))
def renew(request: PortalRequest, project_id: int, acceptance_id: int) -> HttpResponse:
    """A new link for the buyer."""
    _asked(project_id, acceptance_id)
    services.renew_links([acceptance_id])
    return back_to(request, "acceptance", project_id, _("新しいリンクにしました。前のリンクは使えません。"))


@page(Permission.MANAGE_PROJECTS, methods=("POST",))
def record(request: PortalRequest, project_id: int, acceptance_id: int) -> HttpResponse:
    """Write down what the buyer answered on paper, with their 検収書."""
    found = _asked(project_id, acceptance_id)
    form = AnswerForm(request.POST, request.FILES)
    if form.is_valid():
        given, now, milestone = form.cleaned_data, clock.now(), found.milestone
        gross = milestone.amount + detail.tax_of(milestone)
        try:
            with transaction.atomic():  # a file that goes with a refused answer is not kept
                buyer = milestone.project.buyer
                document = kept(request, given["file"], "inspection", counterparty=buyer, amount=gross, at=now)
                services.answer(
                    acceptance_id,
                    Evidence(given["name"]),
                    accept=given["verdict"] == Acceptance.ACCEPTED,
                    reason=given["reason"],
                    document_id=document,
                    actor=request.actor,
                    at=now,
                )
        except Refused as refusal:
            refuse_in(form, refusal)
        else:
            return back_to(request, "acceptance", project_id, _("検収の回答を記録しました。"))
    return _acceptance(request, project_id, answering=(acceptance_id, form))


@page(Permission.MANAGE_PROJECTS, methods=("POST",))
def evaluate(request: PortalRequest, project_id: int) -> HttpResponse:
    """Write down what the buyer thinks of it."""
    known(project_id)
    form = EvaluationForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            services.evaluate(
                project_id,
                Evidence(given["name"]),
                score=given["score"],
                words=given["words"],
                actor=request.actor,
                at=clock.now(),
            )
        except Refused as refusal:
            refuse_in(form, refusal)
        else:
            return back_to(request, "acceptance", project_id, _("評価を記録しました。"))
    return _acceptance(request, project_id, form=form)


@page(Permission.MANAGE_QUOTES, methods=("POST",))
def propose(request: PortalRequest, project_id: int) -> HttpResponse:
    """Write the quote from what is known of the project."""
    known(project_id)
    version = services.propose(project_id, actor=request.actor, at=clock.now())
    return HttpResponseRedirect(url(request, "orders:edit_quote", version.pk))


@page(Permission.MANAGE_PROJECTS, methods=("POST",))
def waive(request: PortalRequest, project_id: int) -> HttpResponse:
    """Go without a quote and contract."""
    known(project_id)
    reason = request.POST.get("reason", "")
    services.waive([project_id], reason=reason, actor=request.actor, at=clock.now()).sole()
    return back_to(request, "detail", project_id, _("契約が要らないことを記録しました。立ち上げに進めます。"))


@page(Permission.MANAGE_PROJECTS, methods=("POST",))
def cancel(request: PortalRequest, project_id: int) -> HttpResponse:
    """Give the project up."""
    known(project_id)
    reason = request.POST.get("reason", "")
    services.cancel([project_id], reason=reason, actor=request.actor, at=clock.now()).sole()
    return back_to(request, "detail", project_id, _("案件を中止しました。"))
