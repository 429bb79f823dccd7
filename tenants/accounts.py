"""Log-in as this house wants it: only the people of the company whose host it is, mail by task, secrets sealed.

These are the hooks that allauth offers; what they decide is written to the access log.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import ResetPasswordForm as AnyResetPasswordForm
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm as AnyAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AnyReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from core import clock, mailing, scope, sealing
from core.events import SYSTEM, Actor
from tenants import queries, services
from tenants.models import Person
from tenants.secrecy import hashed

# A code is taken in its own half minute and the ones beside it.
CODE_SECONDS = 120


def display_name(person: Person) -> str:
    """How allauth's texts name a person."""
    return person.name


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Knows the people of the company in scope; everybody else is a stranger, whatever their password."""

    def get_user(self, user_id: int) -> Person | None:
        return queries.member(user_id)

    def _check_password(self, user: Person | None, password: str) -> Person | None:
        # A stranger is not asked for the password: allauth then spends the time that asking would have taken.
        if user is None or queries.member(user.pk) is None:
            return None
        checked: Person | None = super()._check_password(user, password)
        return checked


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What log-in, passwords and mails do."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Person, **given: Any) -> HttpResponse | None:
        """A passkey says who somebody is, not that they belong here."""
        if queries.member(user.pk) is None:
            messages.error(request, _("このパスキーではログインできません。"))
            return HttpResponseRedirect(reverse("account_login"))
        response: HttpResponse | None = super().pre_login(request, user, **given)
        return response

    def login(self, request: HttpRequest, user: Person) -> None:
        super().login(request, user)
        self._note("account.logged_in", user)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        self._note("account.login_failed", None, subject=str(credentials.get("email", ""))[:100])

    def set_password(self, user: Person, password: str) -> None:
        super().set_password(user, password)
        self._note("account.password_set", user)

    def reauthenticate(self, user: Person, password: str) -> bool:
        """Whoever has a second factor confirms with it: an older session may have been opened by the password alone."""
        return not is_mfa_enabled(user, queries.SECOND_FACTORS) and bool(super().reauthenticate(user, password))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        with_factor = [method for method in methods if method["id"] != "reauthenticate"]
        return with_factor or methods

    def is_safe_url(self, url: str) -> bool:
        return url_has_allowed_host_and_scheme(url, {context.request.get_host()})

    def format_email_subject(self, subject: str) -> str:
        return _("【受注代行ポータル】{subject}").format(subject=subject)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render the mail in its reader's language and have it sent after the commit."""
        reader = context.get("user") or getattr(self.request, "user", None)
        client = scope.current().client or ""
        with translation.override(getattr(reader, "language", "") or translation.get_language()):
            frame = {
                "name": getattr(reader, "name", ""),
                "company": queries.name_of(client) or _("受注代行ポータル"),
                "home": queries.address_of(client),
            }
            mail = self.render_mail(template_prefix, email, {"email": email, **frame, **context})
        mailing.send(to=email, subject=mail.subject, text=mail.body)

    def send_notification_mail(
        self, template_prefix: str, user: Person, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        # Some of allauth's notices come after the commit, when the request's own transaction is over.
        with scope.enter(scope.current()):
            super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Attempts count for an address, not for an address on one host."""
        return str(credentials.get("email", "")).lower()

    def _note(self, action: str, person: Person | None, *, subject: str = "") -> None:
        actor = Actor("person", str(person.pk), person.name) if person else SYSTEM
        services.note_access(
            action=action,
            subject=subject or (person.email if person else ""),
            client=scope.current().client or "",
            actor=actor,
            at=clock.now(),
        )


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors, named for the deployment, their secrets sealed."""

    def encrypt(self, text: str) -> str:
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        return _("受注代行ポータル")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """One passkey opens every host of the deployment; browsers allow that below a domain with a dot only."""
        here = context.request.get_host().partition(":")[0]
        return {"id": settings.BASE_DOMAIN if "." in settings.BASE_DOMAIN else here, "name": _("受注代行ポータル")}

    def generate_authenticator_name(self, user: Person, type: Authenticator.Type) -> str:
        return _("パスキー{number}").format(number=Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1)


class OnceOnly:
    """A code opens the door once: allauth remembers it for its own 30 seconds, not for those of its neighbours."""

    user: Person

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        if not cache.add(f"allauth:code:{self.user.pk}:{hashed(code)}", 1, timeout=CODE_SECONDS):
            raise get_mfa_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(OnceOnly, AnyAuthenticateForm):  # type: ignore[misc]
    """The code at the log-in."""


class ReauthenticateForm(OnceOnly, AnyReauthenticateForm):  # type: ignore[misc]
    """The code that confirms."""


class ResetPasswordForm(AnyResetPasswordForm):  # type: ignore[misc]
    """Asks for a new password: the mail goes to people of this company only, the answer is the same for all."""

    def clean_email(self) -> str:
        email: str = super().clean_email()
        self.users: list[Person] = [user for user in self.users if queries.member(user.pk) is not None]
        return email
