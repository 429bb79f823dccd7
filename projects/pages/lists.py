"""案件: the list, and how a project begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from core.periods import local_day
from orders.models import Contract, Inquiry, Quote
from orders.pages.filtering import key_in
from projects.lifecycle import BY_CODE
from projects.models import Project
from projects.pages.forms import ProjectForm, refuse_in
from projects.queries import listing, templates
from projects.queries.standing import label_of
from projects.services import create
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission

PARTS = ("company", "name", "email", "phone", "postcode", "address")


@page(Permission.VIEW_ORDERS)
def projects(request: PortalRequest) -> HttpResponse:
    """The list."""
    filters, counts = _filters(request), listing.by_phase()
    today = local_day(clock.now())
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    found = listing.page(filters, today=today, side=request.side, after=after, before=before)
    shown = {
        "page": found,
        "filters": filters,
        "phases": [(c, label_of(c, side=request.side), n) for c, n in counts.items() if n or c == filters.phase],
        "all": sum(counts.values()),
        "owners": listing.owners(),
    }
    return render(request, "projects/list.html", shown)


def _filters(request: PortalRequest) -> listing.Filters:
    phase, due = request.GET.get("phase", ""), request.GET.get("due", "")
    return listing.Filters(
        phase=phase if phase in BY_CODE else "",
        text=request.GET.get("q", "").strip(),
        owner=request.GET.get("owner", ""),
        due=due if due == listing.LATE else "",
    )


@dataclass(frozen=True)
class Origin:
    """What a project begins with: an inquiry or an accepted quote, and what that says of it."""

    inquiry: Inquiry | None = None
    quote: Quote | None = None

    @property
    def initial(self) -> dict[str, Any]:
        """What the form takes over."""
        one = self.quote or self.inquiry
        if one is None:
            return {}
        return {"subject": one.subject, "owner": one.owner, **{name: getattr(one, f"buyer_{name}") for name in PARTS}}

    @property
    def ids(self) -> dict[str, int | None]:
        """As the service is told of it."""
        return {
            "inquiry_id": self.inquiry.pk if self.inquiry else None,
            "quote_id": self.quote.pk if self.quote else None,
        }


@page(Permission.MANAGE_PROJECTS, methods=("GET", "POST"))
def new(request: PortalRequest) -> HttpResponse:
    """Begin a project: ?inquiry= or ?quote= says of what, else blank."""
    origin = Origin(_asked(request, "inquiry", Inquiry), _asked(request, "quote", Quote))
    offered = templates.choices()
    begins = {"starts_on": local_day(clock.now()), "owner": request.person.name, **origin.initial}
    form = ProjectForm(request.POST or None, templates=offered, initial=begins)
    if request.method == "POST" and form.is_valid():
        try:
            return _begun(request, form, origin, offered)
        except Refused as refusal:
            refuse_in(form, refusal)
    status = 422 if form.is_bound else 200
    return render(request, "projects/new.html", {"form": form, "origin": origin}, status=status)


def _begun(request: PortalRequest, form: ProjectForm, origin: Origin, offered: list[templates.Choice]) -> HttpResponse:
    chosen = next((one for one in offered if one.key == form.cleaned_data["template"]), None)
    blueprint = chosen.blueprint if chosen else None
    project = create(form.draft(), blueprint, **origin.ids, actor=request.actor, at=clock.now())
    messages.success(request, _("案件を始めました。要望を確かめるところから進めます。"))
    return HttpResponseRedirect(url(request, "projects:detail", project.pk))


def _asked(request: PortalRequest, name: str, model: type[Any]) -> Any:
    key = key_in(request.GET.get(name, ""))
    if key is None:
        return None
    found = model.objects.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


@page(Permission.VIEW_ORDERS)
def of_contract(request: PortalRequest, contract_id: int) -> HttpResponse:
    """The project of a contract; where there is none yet, the form that begins it."""
    quote = Contract.objects.filter(pk=contract_id).values_list("version__quote_id", flat=True).first()
    return _of(request, "quote", quote, lambda key: Project.objects.filter(quote=key))


@page(Permission.VIEW_ORDERS)
def of_inquiry(request: PortalRequest, inquiry_id: int) -> HttpResponse:
    """The project of an inquiry; where there is none yet, the form that begins it."""
    inquiry = Inquiry.objects.filter(pk=inquiry_id).values_list("pk", flat=True).first()
    return _of(request, "inquiry", inquiry, lambda key: Project.objects.filter(Q(inquiry=key) | Q(quote__inquiry=key)))


def _of(request: PortalRequest, name: str, key: int | None, those: Callable[[int], Any]) -> HttpResponse:
    if key is None:
        raise Http404
    known = those(key).values_list("pk", flat=True).first()
    if known is not None:
        return HttpResponseRedirect(url(request, "projects:detail", known))
    if Permission.MANAGE_PROJECTS not in request.permissions:
        messages.info(request, _("サービス案件はまだありません。"))
        return HttpResponseRedirect(url(request, "projects:list"))
    return HttpResponseRedirect(f"{url(request, 'projects:new')}?{name}={key}")
