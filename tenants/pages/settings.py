"""A client's settings: the company, security, who may see what, tokens; and the access log of both sides."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from core import clock
from core.errors import Refused
from tenants import doors, queries, services
from tenants.doors import PortalRequest, page
from tenants.models import Client
from tenants.pages.forms import AccessForm, CompanyForm, TokenForm
from tenants.pages.sections import company_of, show
from tenants.queries import ClientInfo
from tenants.roles import GROUPS, Permission, Role, roles_of

COMPANY_FIELDS = ("name", "name_kana", "postcode", "address", "phone", "hue")


def _client(request: PortalRequest) -> ClientInfo:
    return cast(ClientInfo, request.client)


@page(Permission.VIEW_HOME)
def settings(request: PortalRequest) -> HttpResponse:
    """Everything that can be set, in groups."""
    return show(request, "tenants/settings.html", {})


@page(Permission.VIEW_HOME)
def company(request: PortalRequest) -> HttpResponse:
    """The company's name, address and colour."""
    record = cast(Client, queries.client_record(_client(request).code))
    form = CompanyForm(initial={name: getattr(record, name) for name in COMPANY_FIELDS})
    return _show_company(request, record, form)


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def change_company(request: PortalRequest) -> HttpResponse:
    """Change them."""
    form = CompanyForm(request.POST)
    code = _client(request).code
    if form.is_valid():
        services.change_client(code, form.cleaned_data, actor=request.actor, at=clock.now())
        messages.success(request, _("会社情報を保存しました。"))
        return HttpResponseRedirect(doors.url(request, "tenants:company"))
    return _show_company(request, cast(Client, queries.client_record(code)), form, status=422)


def _show_company(request: PortalRequest, record: Client, form: CompanyForm, status: int = 200) -> HttpResponse:
    context = {"record": record, "address": queries.address_of(record.code), "form": form}
    return show(request, "tenants/company.html", context, status)


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def security(request: PortalRequest) -> HttpResponse:
    """Whether the company's people need a second factor."""
    client = _client(request)
    if request.method == "POST":
        required = request.POST.get("required") == "1"
        services.require_second_factor(client.code, required, actor=request.actor, at=clock.now())
        messages.success(request, _("多要素認証を必須にしました。") if required else _("多要素認証を任意にしました。"))
        return HttpResponseRedirect(doors.url(request, "tenants:security"))
    people, without = queries.count_people(client.code)
    record = cast(Client, queries.client_record(client.code))
    context = {"required": record.mfa_required, "people": people, "without": without}
    return show(request, "tenants/security.html", context)


def _matrix(roles: list[Role], names: dict[str, list[str]]) -> dict[str, object]:
    """The table of roles and permissions: groups of rows, a cell for each role, and who has each role."""
    held = frozenset().union(*(role.permissions for role in roles))
    groups = [
        (label, [(words, [p in role.permissions for role in roles]) for p, words in permissions if p in held])
        for label, permissions in GROUPS
    ]
    return {
        "roles": [(role, names.get(role.key, [])) for role in roles],
        "groups": [(label, rows) for label, rows in groups if rows],
    }


@page(Permission.VIEW_ROLES)
def roles(request: PortalRequest) -> HttpResponse:
    """Who may see and do what, at the client at hand."""
    tables = [_matrix(roles_of("client"), queries.names_by_role(company_of(request)))]
    return show(request, "tenants/roles.html", {"tables": tables})


@page(Permission.VIEW_ROLES, side="operator")
def all_roles(request: PortalRequest) -> HttpResponse:
    """Who may see and do what: the operator's roles with who has them, and the clients'."""
    tables = [_matrix(roles_of("operator"), queries.names_by_role("")), _matrix(roles_of("client"), {})]
    return show(request, "tenants/roles.html", {"tables": tables})


@never_cache
@page(Permission.MANAGE_TOKENS, methods=("GET", "POST"), side="client")
def tokens(request: PortalRequest) -> HttpResponse:
    """The tokens of the client's programs; a new one shows its secret this once."""
    if request.method == "GET":
        return _show_tokens(request, TokenForm(permissions=request.permissions))
    form = TokenForm(request.POST, permissions=request.permissions)
    if not form.is_valid():
        return _show_tokens(request, form, status=422)
    given, at = form.cleaned_data, clock.now()
    try:
        _token, secret = services.create_token(
            name=given["name"], scopes=given["scopes"], expires_at=form.expires_at(), actor=request.actor, at=at
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _show_tokens(request, form, status=422)
    return _show_tokens(request, TokenForm(permissions=request.permissions), secret=secret, status=201)


def _show_tokens(request: PortalRequest, form: TokenForm, *, secret: str = "", status: int = 200) -> HttpResponse:
    found = queries.tokens_of(
        company_of(request), at=clock.now(), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    return show(request, "tenants/tokens.html", {"page": found, "form": form, "secret": secret}, status)


@page(Permission.MANAGE_TOKENS, methods=("POST",), side="client")
def revoke_token(request: PortalRequest, pk: int) -> HttpResponse:
    """Make a token useless from now on."""
    services.revoke_tokens([pk], actor=request.actor, at=clock.now()).sole()
    messages.success(request, _("トークンを取り消しました。"))
    return HttpResponseRedirect(doors.url(request, "tenants:tokens"))


@page(Permission.VIEW_ACCESS_LOG)
def access_log(request: PortalRequest) -> HttpResponse:
    """Who looked at, changed or took out what; on the operator's own page of all companies."""
    form = AccessForm(request.GET)
    words = request.GET.get("q", "").strip()
    found = queries.access_log(
        form.wanted(words), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    filtered = bool(words or any(request.GET.get(name) for name in form.fields))
    context = {"form": form, "words": words, "page": found, "filtered": filtered}
    return show(request, "tenants/access_log.html", context)
