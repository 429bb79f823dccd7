"""What the pages of a project have in common: who is looked at, and what is said after something was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import clock
from core.batches import Outcome
from core.errors import Refused
from core.periods import local_day
from orders.pages.filtering import key_in
from projects.models import Project
from projects.queries import detail
from tenants.doors import PortalRequest, url


def head_of(request: PortalRequest, project_id: int) -> detail.Head:
    """The project as its pages begin; 404 where there is none."""
    found = detail.head(project_id, today=local_day(clock.now()), side=request.side)
    if found is None:
        raise Http404
    return found


def known(project_id: int) -> Project:
    """The project itself; 404 where there is none."""
    found = Project.objects.filter(pk=project_id).first()
    if found is None:
        raise Http404
    return found


def show(
    request: PortalRequest, part: str, head: detail.Head, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """A part of a project under its head and tabs."""
    context = {"head": head, "project": head.project, "part": part, **context}
    return render(request, f"projects/{part}.html", context, status=status)


def selected(request: PortalRequest) -> list[int]:
    """The rows that a form names. Refused where it names none."""
    keys = [key for key in map(key_in, request.POST.getlist("selected")) if key is not None]
    if not keys:
        raise Refused(_("行を選んでください。"), code="nothing_selected")
    return list(dict.fromkeys(keys))


def back_to(request: PortalRequest, part: str, project_id: int, said: str = "") -> HttpResponse:
    """Back to a part of the project, with what was done."""
    if said:
        messages.success(request, said)
    return HttpResponseRedirect(url(request, f"projects:{part}", project_id))


def told(
    request: PortalRequest, part: str, project_id: int, outcome: Outcome, done: Callable[[int], str]
) -> HttpResponse:
    """Say how many went and why the others did not."""
    if outcome.done:
        messages.success(request, done(len(outcome.done)))
    for sentence, count in outcome.reasons().items():
        messages.warning(request, _("%(count)s件は対象外です: %(why)s") % {"count": count, "why": sentence})
    return back_to(request, part, project_id)
