"""Erasing a buyer's personal data on their request: what goes, what has to stay, and doing it for good."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.errors import Refused
from customers.models import Buyer
from integrations.queries import erasing as queries
from integrations.services import erasing as services
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission


class ErasingForm(forms.Form):
    """Why, and that there is no way back."""

    reason = forms.CharField(
        label=gettext_lazy("消去する理由"),
        max_length=services.LONGEST_REASON,
        help_text=gettext_lazy("ご本人からの請求の日付や受付番号などを入れます。お名前や連絡先は入れないでください。"),
    )
    understood = forms.BooleanField(
        label=gettext_lazy("消去した個人情報は元に戻せないことを確認しました"),
        error_messages={"required": gettext_lazy("内容を確認のうえ、印を付けてください。")},
    )


@page(Permission.ERASE_BUYERS, methods=("GET", "POST"))
def erase(request: PortalRequest, buyer_id: int) -> HttpResponse:
    """What would go and what would stay; posting does it."""
    found = Buyer.objects.filter(pk=buyer_id).first()
    if found is None:
        raise Http404
    if found.head_id != found.pk:
        return HttpResponseRedirect(url(request, "erasing:erase", found.head_id))
    form = ErasingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.erase(buyer_id, reason=form.cleaned_data["reason"], actor=request.actor, at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("個人情報を消去しました。"))
            return HttpResponseRedirect(url(request, "customers:detail", buyer_id))
    shown = {"buyer": found, "held": queries.held(buyer_id), "form": form}
    return render(request, "erasing/erase.html", shown, status=422 if form.errors else 200)
