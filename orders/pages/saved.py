"""Saved views: filters of the order list under a name, each person's own."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _

from core.errors import Refused
from orders.models import SavedView
from orders.pages.filtering import kept
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission

LONGEST_NAME, LONGEST_QUERY, MOST = 60, 1000, 30


@dataclass(frozen=True)
class View:
    """A saved view with its addresses. is_shown: its filters are those of the list at hand."""

    name: str
    url: str
    rename_url: str
    delete_url: str
    is_shown: bool


def views_of(request: PortalRequest, query: str) -> list[View]:
    """The person's views on this side. query: what the list shows, as `kept` writes it."""
    own = SavedView.objects.filter(person_id=request.person.pk, side=request.side).order_by("name")
    base = url(request, "orders:list")
    return [
        View(
            name=view.name,
            url=f"{base}?{view.query}",
            rename_url=url(request, "orders:rename_view", view.pk),
            delete_url=url(request, "orders:delete_view", view.pk),
            is_shown=bool(query) and view.query == query,
        )
        for view in own
    ]


@page(Permission.VIEW_ORDERS, methods=("POST",))
def save(request: PortalRequest) -> HttpResponse:
    """Keep the filters at hand under a name; the same name again replaces."""
    name, query = _name(request), kept(QueryDict(request.POST.get("query", "")))
    if len(query) > LONGEST_QUERY:
        raise Refused(_("条件が長すぎて保存できません。検索の言葉を短くしてください。"), code="too_long", field="query")
    own = SavedView.objects.filter(person_id=request.person.pk, side=request.side)
    if own.exclude(name=name).count() >= MOST:
        sentence = _("保存できる表示は%(most)s個までです。使わない表示を削除してください。")
        raise Refused(sentence % {"most": MOST}, code="too_many")
    own.update_or_create(person_id=request.person.pk, side=request.side, name=name, defaults={"query": query})
    messages.success(request, _("表示「%s」を保存しました。") % name)
    return HttpResponseRedirect(f"{url(request, 'orders:list')}?{query}")


@page(Permission.VIEW_ORDERS, methods=("POST",))
def rename(request: PortalRequest, view_id: int) -> HttpResponse:
    """Give a view of one's own another name; one that is taken is refused."""
    view, name = _own(request, view_id), _name(request)
    taken = SavedView.objects.filter(person_id=request.person.pk, side=view.side, name=name).exclude(pk=view.pk)
    if taken.exists():
        sentence = _("「%s」という表示はすでにあります。別の名前を入れてください。")
        raise Refused(sentence % name, code="name_taken", field="name")
    view.name = name
    view.save(update_fields=["name"])
    messages.success(request, _("表示の名前を「%s」に変えました。") % name)
    return HttpResponseRedirect(f"{url(request, 'orders:list')}?{view.query}")


@page(Permission.VIEW_ORDERS, methods=("POST",))
def delete(request: PortalRequest, view_id: int) -> HttpResponse:
    """Forget a view of one's own."""
    view = _own(request, view_id)
    view.delete()
    messages.success(request, _("表示「%s」を削除しました。") % view.name)
    return HttpResponseRedirect(url(request, "orders:list"))


def _own(request: PortalRequest, view_id: int) -> SavedView:
    view = SavedView.objects.filter(pk=view_id, person_id=request.person.pk, side=request.side).first()
    if view is None:
        raise Http404
    return view


def _name(request: PortalRequest) -> str:
    name = request.POST.get("name", "").strip()
    if not name:
        raise Refused(_("表示の名前を入れてください。"), code="no_name", field="name")
    if len(name) > LONGEST_NAME:
        sentence = _("表示の名前は%(longest)s文字以内で入れてください。")
        raise Refused(sentence % {"longest": LONGEST_NAME}, code="too_long", field="name")
    return name
