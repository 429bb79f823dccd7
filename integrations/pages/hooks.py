"""Shops that tell of orders: the address they send to, and the settings and the log of it."""

from __future__ import annotations

from typing import Any

import orjson
from django import forms
from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from core import clock
from core.errors import Refused
from integrations.queries import hooks as queries
from integrations.queries.hooks import STATES
from integrations.services import hooks as services
from orders.models import Channel
from tenants import doors
from tenants.doors import PortalRequest, page, public
from tenants.pages.sections import show
from tenants.roles import Permission

LARGEST = 1 << 20
"""Bytes of a message. Orders of a shop take a few thousand."""


class SecretForm(forms.Form):
    """The shop's own secret."""

    secret = forms.CharField(
        label=gettext_lazy("署名の鍵"),
        max_length=services.LONGEST_SECRET,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class LogForm(forms.Form):
    """Which messages to show."""

    channel = forms.ChoiceField(label=gettext_lazy("販売チャネル"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("状態"), required=False)

    def __init__(self, *args: Any, shown: list[queries.Door], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = [(door.channel.code, door.channel.name) for door in shown]
        self.fields["channel"].choices = [("", _("すべての販売チャネル")), *channels]  # type: ignore[attr-defined]
        states = [(state, _(words)) for state, (words, _tone) in STATES.items()]
        self.fields["state"].choices = [("", _("すべての状態")), *states]  # type: ignore[attr-defined]


@public
@csrf_exempt
def hook(request: HttpRequest, channel_code: str) -> HttpResponse:
    """Take a message of the client's shop: kept and answered at once, read by a task. What is not signed is nobody's.

    Whatever is rightly signed is answered 200, also what means nothing to us: a shop would send it again for days.
    """
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    channel = queries.live_channel(channel_code)
    if channel is None:
        return _said("not_found", status=404)
    given = request.META.get("CONTENT_LENGTH") or "0"
    if not given.isdecimal() or int(given) > LARGEST:
        return _said("too_large", status=413)
    try:
        body = request.body
    except RequestDataTooBig:
        return _said("too_large", status=413)
    taken = services.take(channel, body, request.headers, at=clock.now())
    return _said("kept") if taken else _said("bad_signature", status=401)


def _said(word: str, *, status: int = 200) -> HttpResponse:
    body = {"result": word} if status == 200 else {"error": {"code": word}}
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/json")


@page(Permission.MANAGE_SETTINGS)
def overview(request: PortalRequest) -> HttpResponse:
    """Every shop that can tell of orders: its address and its secrets."""
    return _overview(request)


def _overview(
    request: PortalRequest, *, status: int = 200, form: SecretForm | None = None, **made: Any
) -> HttpResponse:
    shown = [(door, _form_of(door, form)) for door in queries.doors(at=clock.now())]
    context = {"doors": shown, "days": services.OLD_SECRET_FOR.days, **made}
    return show(request, "hooks/settings.html", context, status)


def _form_of(door: queries.Door, given: SecretForm | None) -> SecretForm:
    own = SecretForm(auto_id=f"id_{door.channel.code}_%s")
    return given if given is not None and given.auto_id == own.auto_id else own


@page(Permission.MANAGE_SETTINGS)
def log(request: PortalRequest) -> HttpResponse:
    """Every message, and what became of it."""
    form = LogForm(request.GET, shown=queries.doors(at=clock.now()))
    wanted = {name: request.GET.get(name, "") for name in ("channel", "state", "after", "before")}
    found = queries.deliveries(**wanted)
    filtered = bool(wanted["channel"] or wanted["state"])
    return show(request, "hooks/log.html", {"form": form, "page": found, "filtered": filtered})


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def secret(request: PortalRequest, channel_code: str) -> HttpResponse:
    """A new secret: ours is shown this once, the shop's is pasted."""
    channel = _channel(channel_code)
    live = queries.live_of(channel)
    form = SecretForm(request.POST, auto_id=f"id_{channel.code}_%s")
    if live.secret_is_theirs and not form.is_valid():
        return _overview(request, status=422, form=form)
    try:
        made = services.make_secret(channel, given=request.POST.get("secret", ""), actor=request.actor, at=clock.now())
    except Refused as refusal:
        form.add_error("secret", str(refusal))
        return _overview(request, status=422, form=form)
    if live.secret_is_theirs:
        messages.success(request, _("署名の鍵を登録しました。これから届く通知に使われます。"))
        return _back(request)
    return _overview(request, status=201, made=made, made_for=channel)


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def end_old(request: PortalRequest, channel_code: str) -> HttpResponse:
    """Take the old secret no longer."""
    services.end_old_secret(_channel(channel_code), actor=request.actor, at=clock.now())
    messages.success(request, _("前の秘密鍵を使えなくしました。"))
    return _back(request)


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def test(request: PortalRequest, channel_code: str) -> HttpResponse:
    """A message of our own through the same door."""
    services.send_test(_channel(channel_code), actor=request.actor, at=clock.now())
    messages.success(request, _("テスト通知を送りました。結果は数秒で通知の記録に出ます。"))
    return HttpResponseRedirect(doors.url(request, "hooks:log"))


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def retry(request: PortalRequest, delivery_id: int) -> HttpResponse:
    """Read a message again."""
    services.retry([delivery_id], actor=request.actor, at=clock.now()).sole()
    messages.success(request, _("通知をもう一度読み取っています。"))
    return HttpResponseRedirect(doors.url(request, "hooks:log"))


def _channel(code: str) -> Channel:
    found = queries.live_channel(code)
    if found is None:
        raise Http404
    return found


def _back(request: PortalRequest) -> HttpResponse:
    return HttpResponseRedirect(doors.url(request, "hooks:settings"))
