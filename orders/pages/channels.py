"""販売チャネル: how each is read, whether its files are shown before they are taken, and which changes are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.wording import Sentence
from orders import registry
from orders.intake.differing import TAKEN
from orders.models import Channel
from orders.services import channels as arranging
from tenants.doors import PortalRequest, page, url
from tenants.pages.sections import show
from tenants.roles import Permission


class ChannelForm(forms.Form):
    """One channel as it is set up."""

    name = forms.CharField(label=gettext_lazy("名前"), max_length=60)
    profile = forms.ChoiceField(label=gettext_lazy("取込形式"))
    preview = forms.BooleanField(
        label=gettext_lazy("取り込む前に内容を確認する"),
        required=False,
        help_text=gettext_lazy(
            "外すと、画面から送ったファイルもすぐに取り込みます。APIで送ったファイルはいつもすぐに取り込みます。"
        ),
    )
    takes = forms.MultipleChoiceField(
        label=gettext_lazy("登録済みの受注が変わっていたときに反映するもの"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("出荷指示の前に限ります。キャンセルと入金は、いつも反映します。"),
    )
    is_active = forms.BooleanField(label=gettext_lazy("使う"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        forms_known = [(profile.code, profile.name) for profile in registry.profiles().values()]
        # What a channel was read by may have been put away since: another form is chosen, and none by accident.
        unknown = [("", _("選んでください"))] if self.initial.get("profile", "") not in dict(forms_known) else []
        self.fields["profile"].choices = [*unknown, *forms_known]  # type: ignore[attr-defined]
        self.fields["takes"].choices = [(key, str(Sentence(one.label))) for key, one in TAKEN.items()]  # type: ignore[attr-defined]


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def channels(request: PortalRequest) -> HttpResponse:
    """The channels there are; POST adds one."""
    form = ChannelForm(request.POST or None, initial={"preview": True, "is_active": True})
    if request.method == "POST" and form.is_valid():
        return _arranged(request, None, form)
    names = {code: profile.name for code, profile in registry.profiles().items()}
    rows = [(one, names.get(one.profile, one.profile)) for one in Channel.objects.order_by("name", "pk")]
    context = {"channels": rows, "form": form}
    return show(request, "orders/channels.html", context, status=422 if form.errors else 200)


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def channel(request: PortalRequest, channel_id: int) -> HttpResponse:
    """One channel to be set up."""
    found = Channel.objects.filter(pk=channel_id).first()
    if found is None:
        raise Http404
    known = {name: getattr(found, name) for name in ("name", "profile", "preview", "takes", "is_active")}
    form = ChannelForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        return _arranged(request, found, form)
    context = {"channel": found, "form": form}
    return show(request, "orders/channel.html", context, status=422 if form.errors else 200)


def _arranged(request: PortalRequest, found: Channel | None, form: ChannelForm) -> HttpResponse:
    arranging.arrange(found, **form.cleaned_data, actor=request.actor, at=clock.now())
    messages.success(request, _("販売チャネル「%(name)s」を保存しました。") % {"name": form.cleaned_data["name"]})
    return HttpResponseRedirect(url(request, "orders:channels"))
