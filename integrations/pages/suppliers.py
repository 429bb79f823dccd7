"""The supplier's page of an order to it: behind a link that nobody can guess, to be answered from a phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, cast

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.errors import Refused
from core.events import Actor
from core.periods import local_day
from documents.models import Document, IssuedPaper
from integrations.pages import behind_links
from integrations.queries import supplies as sent
from integrations.queries import tracking
from integrations.tracking import ordered
from orders.models import Supply
from orders.queries import supplies as queries
from orders.queries import supply_links
from orders.services import supplying
from orders.tracking import CARRIERS
from tenants.doors import PortalRequest

_DAY = {"type": "date"}


class ConfirmForm(forms.Form):
    """The supplier delivers by the day that was asked for, or before."""

    expected_on = forms.DateField(
        label=gettext_lazy("納品する日"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )
    answer = forms.CharField(label=gettext_lazy("ご連絡事項（あれば）"), max_length=500, required=False)


class ProposeForm(forms.Form):
    """The supplier delivers later than was asked for, and says why."""

    expected_on = forms.DateField(
        label=gettext_lazy("納品できる日"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )
    answer = forms.CharField(label=gettext_lazy("理由"), max_length=500)


class DeclineForm(forms.Form):
    """The supplier cannot deliver."""

    answer = forms.CharField(
        label=gettext_lazy("納品できない理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class ShipForm(forms.Form):
    """What the supplier has sent: carrier and numbers; how much of what stands in fields of its own."""

    carrier = forms.ChoiceField(label=gettext_lazy("運送会社"), required=False)
    numbers = forms.CharField(
        label=gettext_lazy("伝票番号"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        help_text=gettext_lazy("荷物がいくつかあるときは、1行に1つずつ入れます。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["carrier"].choices = [(code, _(one.name)) for code, one in CARRIERS.items()]  # type: ignore[attr-defined]


_FORMS: Mapping[str, type[forms.Form]] = {
    "confirm": ConfirmForm,
    "propose": ProposeForm,
    "decline": DeclineForm,
    "ship": ShipForm,
}


def _supply(secret: str) -> Supply | None:
    return Supply.objects.select_related("supplier").filter(pk=supply_links.supply_of(secret) or 0).first()


@behind_links.page(_supply, policy=behind_links.FORM_POLICY)
def order(request: HttpRequest, secret: str, supply: Supply) -> HttpResponse:
    """The order. Posting confirms it, proposes another day, declines it, or tells what was sent."""
    with translation.override(_language(request, supply)):
        if request.method == "POST":
            return behind_links.posted(
                request,
                _FORMS,
                lambda act, given: _ACTS[act](request, supply, given),
                lambda typed: _show(request, secret, supply, typed=typed, status=422),
            )
        return _show(request, secret, supply)


@behind_links.file(_supply)
def paper(supply: Supply) -> Document | None:
    """The 発注書 as it was printed."""
    found = sent.paper_of(supply.pk)
    return found.document if found else None


def _language(request: HttpRequest, supply: Supply) -> str:
    """What the supplier chose here, else what it is written to in."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    assert supply.supplier is not None
    return chosen if chosen in dict(settings.LANGUAGES) else supply.supplier.language


def _actor(supply: Supply) -> Actor:
    assert supply.supplier is not None
    return Actor("supplier", supply.supplier.code[:40], supply.supplier.name[:100])


def _confirm(_request: HttpRequest, supply: Supply, given: Mapping[str, Any]) -> str:
    if given["expected_on"] > max(supply.asked_on, local_day(clock.now())):
        sentence = _("希望納期より遅い日は、「別の納期を提案する」から理由とあわせてお知らせください。")
        raise Refused(sentence, code="later", field="expected_on")
    return _dated(supply, given)


def _propose(_request: HttpRequest, supply: Supply, given: Mapping[str, Any]) -> str:
    return _dated(supply, given)


def _dated(supply: Supply, given: Mapping[str, Any]) -> str:
    day, answer = given["expected_on"], given["answer"]
    outcome = supplying.confirm([supply.pk], expected_on=day, answer=answer, actor=_actor(supply), at=clock.now())
    if outcome.refused:
        raise outcome.refused[supply.pk]
    return _("納期のご回答を受け付けました。ありがとうございました。")


def _decline(_request: HttpRequest, supply: Supply, given: Mapping[str, Any]) -> str:
    outcome = supplying.decline([supply.pk], answer=given["answer"], actor=_actor(supply), at=clock.now())
    if outcome.refused:
        raise outcome.refused[supply.pk]
    return _("納品できないとのご連絡を受け付けました。担当者からご連絡します。")


def _ship(request: HttpRequest, supply: Supply, given: Mapping[str, Any]) -> str:
    supplying.dispatch(
        supply.pk,
        _units(request, supply),
        carrier=given["carrier"],
        numbers=given["numbers"].split(),
        actor=_actor(supply),
        at=clock.now(),
    )
    return _("出荷のご連絡を受け付けました。ありがとうございました。")


_ACTS: Mapping[str, Callable[[HttpRequest, Supply, Mapping[str, Any]], str]] = {
    "confirm": _confirm,
    "propose": _propose,
    "decline": _decline,
    "ship": _ship,
}


def _units(request: HttpRequest, supply: Supply) -> dict[str, int]:
    """SKU to pieces, from the fields `item-<nth>` of the items as the page shows them."""
    found = queries.of_supply(supply.pk, today=local_day(clock.now()))
    units: dict[str, int] = {}
    for nth, item in enumerate(found.items if found else ()):
        given = request.POST.get(f"item-{nth}", "").strip() or "0"
        if not (given.isascii() and given.isdecimal() and len(given) < 10):
            raise Refused(_("数は0以上の整数で入れてください。"), code="bad_quantity", field="pieces")
        units[item.sku] = units.get(item.sku, 0) + int(given)
    return units


def _days(paper: IssuedPaper | None) -> dict[str, date | None]:
    """The days that the paper states, for the page to write them as it writes days."""
    if paper is None:
        return {}
    inspected = paper.data["inspected_by"]
    return {
        "inspected_by": date.fromisoformat(inspected) if inspected else None,
        "due_on": date.fromisoformat(paper.data["payment"]["due_on"]),
    }


def _show(
    request: HttpRequest,
    secret: str,
    supply: Supply,
    *,
    typed: Mapping[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    given = typed or {}
    today = local_day(clock.now())
    found = queries.of_supply(supply.pk, today=today)
    if found is None:
        raise Http404
    client = cast(PortalRequest, request).client
    document = sent.paper_of(supply.pk)
    day = max(found.row.by, today)
    empty = {
        "confirm": ConfirmForm(auto_id="confirm_%s", initial={"expected_on": min(day, max(supply.asked_on, today))}),
        "propose": ProposeForm(auto_id="propose_%s"),
        "decline": DeclineForm(auto_id="decline_%s"),
        "ship": ShipForm(auto_id="ship_%s"),
    }
    context = {
        "detail": found,
        "supply": found.row.supply,
        "said": ordered.STATES[supply.state],
        "overdue": ordered.OVERDUE.get(supply.overdue, ""),
        "paper": document,
        "to_send": [
            (item, request.POST.get(f"item-{nth}", item.to_send) if "ship" in given else item.to_send)
            for nth, item in enumerate(found.items)
        ],
        **_days(document),
        "secret": secret,
        "shop": tracking.shop(),
        "hue": client.hue if client else 0,
        "languages": settings.LANGUAGES,
        "form": {**empty, **given},
    }
    return render(request, "tracking/supply.html", context, status=status)
