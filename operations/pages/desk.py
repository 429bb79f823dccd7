"""Who sits at the desk: what a person may do, what they chose to do, and how they go on to the next item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from core import clock, scope
from core.batches import Outcome
from operations import services
from operations.kinds import kinds_of
from tenants import queries
from tenants.doors import PortalRequest
from tenants.queries import ClientInfo

_KEY = "desk"


@dataclass(frozen=True)
class Desk:
    """What a person may do at most, and what of it they have chosen ("" for all)."""

    kinds: tuple[str, ...]
    served: Mapping[str, ClientInfo]
    kind: str = ""
    client: str = ""

    @property
    def wanted_kinds(self) -> tuple[str, ...]:
        """The kinds chosen."""
        return (self.kind,) if self.kind else self.kinds

    @property
    def wanted_clients(self) -> tuple[str, ...]:
        """The clients chosen, by code."""
        return (self.client,) if self.client else tuple(self.served)


def desk_of(request: PortalRequest, *, kind: str = "", client: str = "") -> Desk:
    """The person's desk. A kind or client that they may not have is as good as none chosen."""
    with scope.operator():
        served = {one.code: one for one in queries.served_by(request.person.pk, request.role)}
    kinds = kinds_of(request.permissions)
    return Desk(kinds, served, kind if kind in kinds else "", client if client in served else "")


def chosen(request: PortalRequest) -> Desk:
    """The desk with what the person chose when they last asked for work."""
    kept = request.session.get(_KEY, {})
    return desk_of(request, kind=kept.get("kind", ""), client=kept.get("client", ""))


def choose(request: PortalRequest, desk: Desk) -> None:
    """Go on with this choice until another is made."""
    request.session[_KEY] = {"kind": desk.kind, "client": desk.client}


def next_item(request: PortalRequest, desk: Desk) -> HttpResponse:
    """Claim what comes first and open it; back to the queue with a word where nothing is left."""
    found = services.claim_next(
        request.person.pk,
        request.person.name,
        clients=desk.wanted_clients,
        kinds=desk.wanted_kinds,
        at=clock.now(),
    )
    if found is None:
        messages.info(request, _("いま対応できる作業はありません。新しい作業が入るとここに出ます。"))
        return HttpResponseRedirect(queue_url(desk))
    return HttpResponseRedirect(reverse("operations:work", args=[found.client, found.pk]))


def queue_url(desk: Desk) -> str:
    """The queue, narrowed as the person chose."""
    query = "&".join(f"{name}={value}" for name, value in (("kind", desk.kind), ("client", desk.client)) if value)
    return reverse("operations:queue") + (f"?{query}" if query else "")


def back_to(request: HttpRequest, fallback: str) -> HttpResponse:
    """Back to the page that the form stood on."""
    back = request.POST.get("next") or request.headers.get("Referer", "")
    allowed = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if allowed else fallback)


def tell(request: HttpRequest, outcome: Outcome, done: str) -> None:
    """Say how many went (`done` has a place %(count)s) and why the others did not."""
    if outcome.done:
        messages.success(request, done % {"count": f"{len(outcome.done):,}"})
    for sentence, count in outcome.reasons().items():
        messages.warning(request, _("%(count)s件は対象外です: %(why)s") % {"count": count, "why": sentence})
