"""People of a company: the client's own, and the operator's staff. The same pages, each behind its own door."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from tenants import doors, queries, services
from tenants.doors import PortalRequest, View, page
from tenants.pages.forms import InviteForm, RoleForm
from tenants.pages.sections import area_of, company_of, show
from tenants.roles import Permission
from tenants.services import Guest


def _people(request: PortalRequest) -> HttpResponse:
    form = InviteForm(client=company_of(request))
    return _show(request, form)


def _show(request: PortalRequest, form: InviteForm, status: int = 200) -> HttpResponse:
    client = company_of(request)
    found = queries.people_of(client, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "people": [(row, RoleForm(client=client, initial={"role": row.role}, auto_id=False)) for row in found.rows],
        "page": found,
        "total": queries.count_people(client)[0],
        "invitations": queries.invitations_of(client, at=clock.now()),
        "form": form,
        "is_staff": not client,
    }
    return show(request, "tenants/people.html", context, status)


def _invite(request: PortalRequest) -> HttpResponse:
    form = InviteForm(request.POST, client=company_of(request))
    if form.is_valid():
        given = form.cleaned_data
        guest = Guest(email=given["email"], name=given["name"], role=given["role"], team=given.get("team"))
        try:
            services.invite(guest, client=company_of(request), actor=request.actor, at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("%sへ招待メールを送りました。48時間有効です。") % given["email"])
            return _back(request)
    return _show(request, form, status=422)


def _again(request: PortalRequest, pk: int) -> HttpResponse:
    sent = services.send_again(pk, client=company_of(request), actor=request.actor, at=clock.now())
    messages.success(request, _("%sへ招待メールを送り直しました。前のリンクは使えません。") % sent.email)
    return _back(request)


def _revoke(request: PortalRequest, pk: int) -> HttpResponse:
    services.revoke_invitations([pk], client=company_of(request), actor=request.actor, at=clock.now()).sole()
    messages.success(request, _("招待を取り消しました。"))
    return _back(request)


def _change_role(request: PortalRequest, pk: int) -> HttpResponse:
    role = request.POST.get("role", "")
    services.change_role([pk], client=company_of(request), role=role, actor=request.actor, at=clock.now()).sole()
    messages.success(request, _("%sさんの権限を変えました。") % _known(request, pk).name)
    return _back(request)


def _remove(request: PortalRequest, pk: int) -> HttpResponse:
    name = _known(request, pk).name
    services.remove_members([pk], client=company_of(request), actor=request.actor, at=clock.now()).sole()
    messages.success(request, _("%sさんを担当者から外しました。") % name)
    return _back(request)


def _reset_factor(request: PortalRequest, pk: int) -> HttpResponse:
    person = _known(request, pk)
    services.reset_second_factor(pk, client=company_of(request), actor=request.actor, at=clock.now())
    messages.success(request, _("%sさんの多要素認証を解除しました。次のログインで設定し直せます。") % person.name)
    return _back(request)


def _known(request: PortalRequest, pk: int) -> queries.Colleague:
    person = queries.colleague(company_of(request), pk)
    if person is None:
        raise Http404
    return person


def _back(request: PortalRequest) -> HttpResponse:
    return HttpResponseRedirect(doors.url(request, f"{area_of(request)}:people"))


def _client(view: View, *methods: str) -> View:
    return page(Permission.MANAGE_PEOPLE, methods=methods)(view)


def _staff(view: View, *methods: str) -> View:
    return page(Permission.MANAGE_STAFF, methods=methods, side="operator")(view)


people, staff = _client(_people, "GET"), _staff(_people, "GET")
invite, invite_staff = _client(_invite, "POST"), _staff(_invite, "POST")
again, again_staff = _client(_again, "POST"), _staff(_again, "POST")
revoke, revoke_staff = _client(_revoke, "POST"), _staff(_revoke, "POST")
change_role, change_role_staff = _client(_change_role, "POST"), _staff(_change_role, "POST")
remove, remove_staff = _client(_remove, "POST"), _staff(_remove, "POST")
reset_factor, reset_factor_staff = _client(_reset_factor, "POST"), _staff(_reset_factor, "POST")
