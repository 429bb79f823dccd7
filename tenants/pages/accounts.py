"""One's own account: what allauth's pages leave to us, joining by invitation, sessions, language."""

from __future__ import annotations

from typing import Any

from allauth.account.fields import PasswordField, SetPasswordField
from allauth.account.forms import PasswordVerificationMixin
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import EmailAddress, Login
from allauth.account.views import ConfirmEmailView
from allauth.core.internal.ratelimit import consume
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.i18n import set_language

from core import clock, scope
from core.errors import Refused
from tenants import queries, services
from tenants.doors import public
from tenants.models import Person


class KeepsSessionInStep:
    """A page that adds or takes away a second factor: the session then counts as opened with one, or no longer.

    Only the first factor counts as shown by setting it up. Where there was one already, it has to be shown itself.
    """

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        person = self.request.user
        factors = Authenticator.objects.filter(user_id=person.pk, type__in=queries.SECOND_FACTORS).count()
        if factors == 0:
            _forget_factor(self.request)
        elif isinstance(self, AddWebAuthnView | ActivateTOTPView) and factors == 1:
            record_authentication(self.request, person, "mfa", type="set_up")
        return response


def _forget_factor(request: HttpRequest) -> None:
    records = request.session.get("account_authentication_methods", [])
    request.session["account_authentication_methods"] = [r for r in records if r.get("method") != "mfa"]


class ActivateTotp(KeepsSessionInStep, ActivateTOTPView):  # type: ignore[misc]
    """Set up an authenticator app."""


class DeactivateTotp(KeepsSessionInStep, DeactivateTOTPView):  # type: ignore[misc]
    """Take the authenticator app away."""


class AddPasskey(KeepsSessionInStep, AddWebAuthnView):  # type: ignore[misc]
    """Add a passkey or a security key."""


class RemovePasskey(KeepsSessionInStep, RemoveWebAuthnView):  # type: ignore[misc]
    """Take a passkey or a security key away."""


class ConfirmAddress(ConfirmEmailView):  # type: ignore[misc]
    """Confirm a new address. Whoever reads its mail is told where it already opens another account."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        address: EmailAddress = self.get_object().email_address
        if _taken(address):
            address.delete()
            messages.error(self.request, _("このメールアドレスは別のアカウントで使われています。変更しませんでした。"))
            return redirect("account_email")
        response: HttpResponse = super().post(*args, **kwargs)
        return response


def _taken(address: EmailAddress) -> bool:
    with scope.operator():
        others = Person.objects.exclude(pk=address.user_id)
        return others.filter(email__iexact=address.email).exists()


@login_required
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Log one of the person's own sessions out."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    session = get_object_or_404(UserSession, pk=pk, user_id=request.user.pk)
    end_sessions(request, [session])
    messages.success(request, _("ログアウトしました。"))
    return redirect("usersessions_list" if request.user.is_authenticated else "account_login")


@public
def choose_language(request: HttpRequest) -> HttpResponse:
    """Change the language of the pages, and of the mails where somebody is logged in."""
    wished = request.POST.get("language", "")
    if request.user.is_authenticated and wished in dict(settings.LANGUAGES):
        Person.objects.filter(pk=request.user.pk).update(language=wished)
    return set_language(request)


class JoinForm(PasswordVerificationMixin, forms.Form):  # type: ignore[misc]
    """Name and password of somebody new."""

    name = forms.CharField(label=gettext_lazy("お名前"), max_length=60)
    password1 = SetPasswordField(label=gettext_lazy("パスワード"))
    password2 = PasswordField(label=gettext_lazy("パスワード（確認）"), autocomplete="new-password")

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].user = Person(email=email)  # type: ignore[attr-defined]


@public
@never_cache
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Join the company whose host this is, by the link from the invitation's mail."""
    if not consume(request, app="allauth.account", action="reset_password_from_key"):
        return HttpResponse(status=429)
    try:
        return _invitation(request, secret)
    except Refused as refusal:
        return render(request, "tenants/invitation_closed.html", {"message": str(refusal)}, status=410)


def _invitation(request: HttpRequest, secret: str) -> HttpResponse:
    found = queries.open_invitation(secret, at=clock.now())
    known = queries.has_account(found.email)
    form = None if known else JoinForm(request.POST or None, email=found.email, initial={"name": found.name})
    if request.method == "POST" and (form is None or form.is_valid()):
        return _join(request, secret, form)
    context = {"form": form, "invitation": found, "company": queries.name_of(found.client), "known": known}
    return render(request, "tenants/invitation.html", context, status=422 if form and form.errors else 200)


def _join(request: HttpRequest, secret: str, form: JoinForm | None) -> HttpResponse:
    given = form.cleaned_data if form else {"name": "", "password1": ""}
    person = services.accept(secret, name=given["name"], password=given["password1"], at=clock.now())
    if form is None:
        messages.success(request, _("参加の手続きが終わりました。いつものパスワードでログインしてください。"))
        return HttpResponseRedirect(reverse("account_login"))
    record_authentication(request, person, method="password", email=person.email)
    response: HttpResponse = perform_login(request, Login(user=person, email=person.email))
    return response
