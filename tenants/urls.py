"""The addresses of the pages of companies and people."""

from __future__ import annotations

from django.urls import path, re_path

from tenants.pages import accounts, admin, people, settings

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

# A client's settings: namespace "tenants".
client_patterns = [
    re_path(r"^settings/?$", settings.settings, name="settings"),
    path("settings/company", settings.company, name="company"),
    path("settings/company/change", settings.change_company, name="change_company"),
    path("settings/security", settings.security, name="security"),
    path("settings/roles", settings.roles, name="roles"),
    path("settings/access-log", settings.access_log, name="access_log"),
    path("settings/tokens", settings.tokens, name="tokens"),
    path("settings/tokens/<int:pk>/revoke", settings.revoke_token, name="revoke_token"),
    path("settings/people", people.people, name="people"),
    path("settings/people/invite", people.invite, name="invite"),
    path("settings/people/<int:pk>/role", people.change_role, name="change_role"),
    path("settings/people/<int:pk>/remove", people.remove, name="remove"),
    path("settings/people/<int:pk>/second-factor", people.reset_factor, name="reset_factor"),
    path("settings/invitations/<int:pk>/again", people.again, name="invite_again"),
    path("settings/invitations/<int:pk>/revoke", people.revoke, name="revoke_invitation"),
]

# The operator's administration: namespace "admin".
operator_patterns = [
    path("admin", admin.overview, name="overview"),
    path("admin/clients", admin.clients, name="clients"),
    path("admin/clients/new", admin.new_client, name="new_client"),
    path("admin/clients/<slug:code>", admin.client, name="client"),
    path("admin/clients/<slug:code>/switch", admin.switch, name="switch"),
    path("admin/teams", admin.teams, name="teams"),
    path("admin/teams/new", admin.new_team, name="new_team"),
    path("admin/teams/<int:pk>", admin.team, name="team"),
    path("admin/teams/<int:pk>/remove", admin.remove_team, name="remove_team"),
    path("admin/roles", settings.all_roles, name="roles"),
    path("admin/access-log", settings.access_log, name="access_log"),
    path("admin/people", people.staff, name="people"),
    path("admin/people/invite", people.invite_staff, name="invite"),
    path("admin/people/<int:pk>/role", people.change_role_staff, name="change_role"),
    path("admin/people/<int:pk>/remove", people.remove_staff, name="remove"),
    path("admin/people/<int:pk>/second-factor", people.reset_factor_staff, name="reset_factor"),
    path("admin/invitations/<int:pk>/again", people.again_staff, name="invite_again"),
    path("admin/invitations/<int:pk>/revoke", people.revoke_staff, name="revoke_invitation"),
]
