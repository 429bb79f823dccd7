"""やりとり: the threads of client and operator, one by one and as a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from orders.conversation import LONGEST, LONGEST_SUBJECT
from orders.models import Message, Order, Thread
from orders.pages.filtering import key_in
from orders.queries import threads as queries
from orders.queries.threads import Talk, Who
from orders.services import threads as services
from orders.services.threads import Sent, Words
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission

PANEL = "orders/parts/conversation.html"
FEED = "orders/parts/feed.html"
ALL = "all"


def who_is(request: PortalRequest) -> Who:
    """Who looks."""
    return Who(request.person.pk, request.side)


def panel(request: PortalRequest, talk: Talk) -> dict[str, Any]:
    """What the panel of a conversation shows."""
    where = url(request, "orders:write", talk.thread.pk) if talk.thread else ""
    if talk.thread is None and talk.order is not None:
        where = url(request, "orders:write_about", talk.order.pk)
    return {
        "talk": talk,
        "write_url": where,
        "awaited": request.side == "client",
        "longest": LONGEST,
    }


def words_of(request: PortalRequest) -> Words:
    """What a form says."""
    return Words(
        body=request.POST.get("body", ""),
        internal=request.POST.get("internal") == "1",
        answer_awaited=request.POST.get("awaited") == "1",
        files=[Sent(sent.name or _("ファイル"), sent.file) for sent in request.FILES.getlist("files")],  # type: ignore[arg-type]
    )


@page(Permission.VIEW_ORDERS)
def threads(request: PortalRequest) -> HttpResponse:
    """The list: what is new to the person first. `turn`: only those where it is "us" or "them" to answer, or "over"."""
    who, turn, text = who_is(request), request.GET.get("turn", ""), request.GET.get("q", "").replace("\0", "").strip()
    turns = {"us": who.side, "them": _other(who.side), "over": Thread.NOBODY}
    found = queries.list_page(
        who,
        at=clock.now(),
        waits_for=turns.get(turn),
        text=text,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    counts = queries.counts(who)
    labels = {"us": _("こちらの返信待ち"), "them": _("相手の返信待ち"), "over": _("対応済み")}
    tabs = [{"label": _("すべて"), "url": "?", "active": turn not in turns, "count": sum(counts.values())}]
    tabs += [
        {"label": label, "url": f"?turn={key}", "active": turn == key, "count": counts.get(turns[key], 0)}
        for key, label in labels.items()
    ]
    shown = {"page": found, "tabs": tabs, "turn": turn, "text": text, "everything": sum(counts.values())}
    return render(request, "orders/threads.html", shown)


def _other(side: str) -> str:
    return Thread.OPERATOR if side == "client" else Thread.CLIENT


@page(Permission.WRITE_MESSAGES, methods=("GET", "POST"))
def new(request: PortalRequest) -> HttpResponse:
    """Begin a thread about no order."""
    shown = {
        "write_url": url(request, "orders:new_thread"),
        "awaited": request.side == "client",
        "longest": LONGEST,
        "longest_subject": LONGEST_SUBJECT,
    }
    if request.method == "GET":
        return render(request, "orders/new_thread.html", shown)
    subject = request.POST.get("subject", "")
    try:
        message = services.open_general(
            subject, words_of(request), side=request.side, actor=request.actor, at=clock.now()
        )
    except Refused as refusal:
        shown |= {"typed": typed(request), "subject": subject, "problem": refusal}
        return render(request, "orders/new_thread.html", shown, status=422)
    return HttpResponseRedirect(url(request, "orders:thread", message.thread_id))


@page(Permission.VIEW_ORDERS)
def thread(request: PortalRequest, thread_id: int) -> HttpResponse:
    """One conversation; opening it notes that the person has read it. `edit`: a message of theirs that they change."""
    talk = _talk(request, thread_id, after=request.GET.get("after", ""))
    _note_read(request, talk)
    chosen = key_in(request.GET.get("edit", ""))
    editing = next((entry for entry in talk.entries if entry.pk == chosen and entry.is_changeable), None)
    return render(request, "orders/thread.html", {**panel(request, talk), "editing": editing})


@page(Permission.VIEW_ORDERS)
def feed(request: PortalRequest, thread_id: int) -> HttpResponse:
    """What stands in the thread, where that is more than the page has (`seen`: its stamp); else nothing."""
    known = queries.threads_for(request.side).filter(pk=thread_id).first()
    if known is None:
        raise Http404
    if request.GET.get("seen") == str(queries.stamp_of(known, request.side)):
        return HttpResponse(status=204)
    return render(request, FEED, panel(request, _talk(request, thread_id)))


@page(Permission.VIEW_ORDERS, methods=("POST",))
def read(request: PortalRequest, thread_id: int) -> HttpResponse:
    """The person has the messages before their eyes, up to `upto`."""
    upto = key_in(request.POST.get("upto", ""))
    seen = queries.seen_by(request.side).filter(thread=thread_id, pk__lte=upto or 0).order_by("-pk").first()
    if seen is None:
        raise Http404
    services.mark_read(thread_id, upto=seen.pk, person_id=request.person.pk)
    return HttpResponse(status=204)


@page(Permission.WRITE_MESSAGES, methods=("POST",))
def write(request: PortalRequest, thread_id: int) -> HttpResponse:
    """Write in a thread."""
    talk = _talk(request, thread_id)
    return _written(request, talk, lambda words, **by: services.write(thread_id, words, **by))


@page(Permission.WRITE_MESSAGES, methods=("POST",))
def write_about(request: PortalRequest, order_id: int) -> HttpResponse:
    """Write about an order."""
    order = Order.objects.filter(pk=order_id).first()
    if order is None:
        raise Http404
    talk = queries.of_order(order, who_is(request), at=clock.now())
    return _written(request, talk, lambda words, **by: services.write_about(order_id, words, **by))


def _written(request: PortalRequest, talk: Talk, send: Callable[..., Message]) -> HttpResponse:
    """The conversation with what was sent; where it was refused, with what was typed and why."""
    try:
        message = send(words_of(request), side=request.side, actor=request.actor, at=clock.now())
    except Refused as refusal:
        return _shown(request, talk, problem=refusal, typed=typed(request))
    return _shown(request, _talk(request, message.thread_id))


def typed(request: PortalRequest) -> dict[str, Any]:
    """What a form that was refused is shown with again."""
    return {
        "body": request.POST.get("body", ""),
        "internal": request.POST.get("internal") == "1",
        "awaited": request.POST.get("awaited") == "1",
        "files": bool(request.FILES),
    }


def _shown(request: PortalRequest, talk: Talk, **more: Any) -> HttpResponse:
    """The panel to htmx; to others the page, after a redirect where all went well."""
    status = 422 if more else 200
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, PANEL, {**panel(request, talk), **more}, status=status)
    if more:
        return render(request, "orders/thread.html", {**panel(request, talk), **more}, status=status)
    return HttpResponseRedirect(url(request, "orders:thread", talk.thread.pk if talk.thread else 0))


@page(Permission.WRITE_MESSAGES, methods=("POST",))
def close(request: PortalRequest, thread_id: int) -> HttpResponse:
    """Nobody has to answer any more."""
    _talk(request, thread_id)
    reason = request.POST.get("reason", "")
    services.close(thread_id, reason=reason, side=request.side, actor=request.actor, at=clock.now())
    messages.success(request, _("対応済みにしました。"))
    return _shown(request, _talk(request, thread_id))


@page(Permission.WRITE_MESSAGES, methods=("POST",))
def edit(request: PortalRequest, message_id: int) -> HttpResponse:
    """Change a message of one's own."""
    talk = _talk(request, _thread_of(request, message_id))
    body = request.POST.get("body", "")
    try:
        services.edit(message_id, body, side=request.side, actor=request.actor, at=clock.now())
    except Refused as refusal:
        editing = next((entry for entry in talk.entries if entry.pk == message_id), None)
        return _shown(request, talk, problem=refusal, editing=editing, typed={"body": body})
    return _shown(request, _talk(request, _thread_of(request, message_id)))


@page(Permission.WRITE_MESSAGES, methods=("POST",))
def withdraw(request: PortalRequest, message_id: int) -> HttpResponse:
    """Take a message of one's own back."""
    thread_id = _thread_of(request, message_id)
    services.withdraw(message_id, side=request.side, actor=request.actor, at=clock.now())
    messages.success(request, _("メッセージを取り消しました。"))
    return _shown(request, _talk(request, thread_id))


@page(Permission.VIEW_ORDERS)
def names(request: PortalRequest) -> JsonResponse:
    """Whom the person can name with an @, in a message and in a note, in the thread `thread`."""
    thread_id = key_in(request.GET.get("thread", ""))
    return JsonResponse(
        {
            kind: sorted({one.name for one in queries.nameable(thread_id, request.side, internal=kind == "note")})
            for kind in ("message", "note")
        }
    )


def _talk(request: PortalRequest, thread_id: int, *, after: str = "") -> Talk:
    talk = queries.of_thread(thread_id, who_is(request), at=clock.now(), after=after)
    if talk is None:
        raise Http404
    return talk


def _thread_of(request: PortalRequest, message_id: int) -> int:
    found = queries.seen_by(request.side).filter(pk=message_id).values_list("thread_id", flat=True).first()
    if found is None:
        raise Http404
    return found


def _note_read(request: PortalRequest, talk: Talk) -> None:
    if talk.thread is not None and talk.entries:
        services.mark_read(talk.thread.pk, upto=talk.entries[-1].pk, person_id=request.person.pk)
