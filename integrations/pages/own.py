"""How one wants to be told oneself: at once, gathered, or not at all."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from integrations.notices.catalogue import MODES, Kind, of_audience
from integrations.notices.times import GATHERED_AT
from integrations.pages.forms import chosen_modes
from integrations.queries import preferences
from integrations.services import choosing
from tenants.doors import PortalRequest, page


@page(None, methods=("GET", "POST"))
def own(request: PortalRequest) -> HttpResponse:
    """One's own notices, kind by kind: those that one's role has to do with."""
    kinds = _kinds(request)
    company = request.client.code if request.client else ""
    if request.method == "POST":
        choosing.prefer(request.person.pk, company, chosen_modes(request.POST, kinds))
        messages.success(request, _("通知の受け取り方を保存しました。"))
        return HttpResponseRedirect(request.path)
    chosen = preferences.of_person(request.person.pk, company)
    context = {
        "lines": [(kind, _(kind.label), chosen.get(kind.code, kind.mode)) for kind in kinds],
        "modes": [(mode, _(words)) for mode, words in MODES.items()],
        "hours": "・".join(_("%s時") % hour for hour in GATHERED_AT),
    }
    return render(request, "notices/own.html", context)


def _kinds(request: PortalRequest) -> list[Kind]:
    return [kind for kind in of_audience(request.side) if kind.permission in request.permissions]
