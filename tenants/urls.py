"""The addresses of the pages of companies and people."""

from __future__ import annotations

from django.urls import path, re_path

from tenants.pages import accounts

# One's own account, on every host; these come before allauth's own of the same names.
account_patterns = [
    path("account/invitation/<str:secret>", accounts.invitation, name="invitation"),
    path("account/language", accounts.choose_language, name="set_language"),
    path("account/sessions/<int:pk>/end", accounts.end_session, name="end_session"),
    path("account/2fa/totp/activate/", accounts.ActivateTotp.as_view(), name="mfa_activate_totp"),
    path("account/2fa/totp/deactivate/", accounts.DeactivateTotp.as_view(), name="mfa_deactivate_totp"),
    path("account/2fa/webauthn/add/", accounts.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("account/2fa/webauthn/keys/<int:pk>/remove/", accounts.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    re_path(
        r"^account/confirm-email/(?P<key>[-:\w]+)/$", accounts.ConfirmAddress.as_view(), name="account_confirm_email"
    ),
]
