"""A client's settings for its mails: which go out, in whose name, since when, in which words."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from core.periods import TOKYO
from integrations.notices.catalogue import AUDIENCES, KINDS, LANGUAGES, MODES, PLACES, Kind, of_audience
from integrations.pages.forms import LANGUAGE_NAMES, LiveForm, SenderForm, TextForm
from integrations.queries import previews
from integrations.queries import standing as queries
from integrations.services import choosing
from tenants import doors
from tenants import services as tenants
from tenants.doors import PortalRequest, page
from tenants.pages.sections import show
from tenants.queries import ClientInfo, Reader
from tenants.roles import Permission


@page(Permission.MANAGE_SETTINGS)
def overview(request: PortalRequest) -> HttpResponse:
    """Every kind of mail, whether it goes out and in which words; since when; in whose name."""
    return _overview(request)


def _overview(request: PortalRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    standing, now = queries.of_client(), clock.now()
    settings = standing.settings
    initial = {name: getattr(settings, name) for name in SenderForm.base_fields}
    audiences = [one for one in AUDIENCES if one != "operator" or request.side == "operator"]
    context = {
        "standing": standing,
        "is_live": standing.is_live(now),
        "groups": [(_(AUDIENCES[audience]), audience, _lines(standing, audience)) for audience in audiences],
        "sender_form": SenderForm(initial=initial),
        "live_form": LiveForm(initial={"live_at": (standing.live_at or now).astimezone(TOKYO)}),
        **forms,
    }
    return show(request, "notices/settings.html", context, status)


def _lines(standing: queries.Standing, audience: str) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "label": _(kind.label),
            "is_on": standing.is_on(kind),
            "mode": _(MODES[kind.mode]),
            "own": [str(name) for code, name in LANGUAGE_NAMES if standing.wording(kind, code).version],
        }
        for kind in of_audience(audience)
    ]


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def switch(request: PortalRequest) -> HttpResponse:
    """Which kinds of mail go out to buyers, or to suppliers."""
    on = set(request.POST.getlist("on"))
    kinds = {
        kind.code: kind.code in on for kind in of_audience(request.POST.get("audience", "buyer")) if kind.is_outside
    }
    choosing.switch(kinds, actor=request.actor, at=clock.now())
    messages.success(request, _("送るメールの設定を保存しました。"))
    return _back(request)


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def sender(request: PortalRequest) -> HttpResponse:
    """In whose name buyers are written to, and where their answers go."""
    form = SenderForm(request.POST)
    if not form.is_valid():
        return _overview(request, status=422, sender_form=form)
    choosing.change_settings(**form.cleaned_data, actor=request.actor, at=clock.now())
    messages.success(request, _("差出人の設定を保存しました。"))
    return _back(request)


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def live(request: PortalRequest) -> HttpResponse:
    """The switch: from when mails go out, or that none do."""
    code, at = cast(ClientInfo, request.client).code, clock.now()
    if request.POST.get("mute") == "1":
        tenants.go_live(code, None, actor=request.actor, at=at)
        messages.success(request, _("メールを止めました。"))
        return _back(request)
    form = LiveForm(request.POST)
    if not form.is_valid():
        return _overview(request, status=422, live_form=form)
    tenants.go_live(code, form.cleaned_data["live_at"], actor=request.actor, at=at)
    messages.success(request, _("稼働開始の日時を決めました。"))
    return _back(request)


def _back(request: PortalRequest) -> HttpResponse:
    return HttpResponseRedirect(doors.url(request, "notices:settings"))


def _kind(request: PortalRequest, code: str) -> Kind:
    kind = KINDS.get(code)
    if kind is None or (kind.audience == "operator" and request.side == "client"):
        raise Http404
    return kind


def _language(request: PortalRequest) -> str:
    wished = request.POST.get("in") or request.GET.get("in") or get_language() or ""
    return wished if wished in LANGUAGES else LANGUAGES[0]


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def text(request: PortalRequest, notice_kind: str) -> HttpResponse:
    """The words of one kind of mail, with the mail as it would look beside them."""
    kind, language = _kind(request, notice_kind), _language(request)
    if request.method == "GET":
        return _editor(request, kind, language, _form_in_force(request, kind, language))
    form = TextForm(request.POST)
    if not form.is_valid():
        return _editor(request, kind, language, form, status=422)
    subject, body = form.cleaned_data["subject"], form.cleaned_data["body"]
    try:
        done = _act(request, kind, language, subject, body, form.cleaned_data["number"])
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _editor(request, kind, language, form, status=422)
    messages.success(request, done)
    if request.POST.get("act") == "test":
        return _editor(request, kind, language, form)
    return HttpResponseRedirect(f"{doors.url(request, 'notices:text', kind.code)}?in={language}")


def _act(request: PortalRequest, kind: Kind, language: str, subject: str, body: str, number: str) -> str:
    """Send a test, or save; what was done, in words."""
    if request.POST.get("act") == "test":
        me = Reader(request.person.pk, request.person.name, request.person.email, language)
        order_id = previews.order_named(number) if number else None
        choosing.send_test(kind.code, language, subject=subject, body=body, order_id=order_id, to=me)
        return _("%s 宛にテストメールを送りました。") % me.email
    choosing.save_text(kind.code, language, subject=subject, body=body, actor=request.actor, at=clock.now())
    return _("文面を保存しました。これから送るメールに使われます。")


def _form_in_force(request: PortalRequest, kind: Kind, language: str) -> TextForm:
    """The words in force, or those of an older version where one is looked at."""
    wording = queries.of_client().wording(kind, language)
    found = {"subject": wording.subject, "body": wording.body}
    for version in queries.versions(kind.code, language):
        if str(version.version) == request.GET.get("version") and version.body:
            found = {"subject": version.subject, "body": version.body}
    return TextForm(initial=found)


def _editor(request: PortalRequest, kind: Kind, language: str, form: TextForm, *, status: int = 200) -> HttpResponse:
    context = {
        "kind": kind,
        "label": _(kind.label),
        "audience": _(AUDIENCES[kind.audience]),
        "language": language,
        "languages": LANGUAGE_NAMES,
        "form": form,
        "places": [(f"{{{name}}}", _(PLACES[name])) for name in kind.places],
        "versions": queries.versions(kind.code, language),
        **_previewed(kind, language, form),
    }
    return show(request, "notices/text.html", context, status)


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def preview(request: PortalRequest, notice_kind: str) -> HttpResponse:
    """The mail beside its words, while they are written."""
    kind, language = _kind(request, notice_kind), _language(request)
    return render(request, "notices/parts/preview.html", _previewed(kind, language, TextForm(request.POST)))


def _previewed(kind: Kind, language: str, form: TextForm) -> dict[str, Any]:
    given = form.data if form.is_bound else form.initial
    number = str(given.get("number", ""))
    order_id = previews.order_named(number) if number else None
    subject, body = str(given.get("subject", "")), str(given.get("body", ""))
    return {
        "preview": previews.preview(kind, language, subject=subject, body=body, order_id=order_id),
        "unknown_number": bool(number) and order_id is None,
    }


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def take_usual(request: PortalRequest, notice_kind: str) -> HttpResponse:
    """Back to the usual words."""
    kind, language = _kind(request, notice_kind), _language(request)
    choosing.take_usual(kind.code, language, actor=request.actor, at=clock.now())
    messages.success(request, _("標準の文面に戻しました。"))
    return HttpResponseRedirect(f"{doors.url(request, 'notices:text', kind.code)}?in={language}")
