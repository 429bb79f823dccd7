"""作業: one item with everything that is needed to do it, and the buttons for what may be done now.

Every button does one domain command. Where that ends the item (the facts decide), the person goes on with the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _

from core import clock
from core.batches import Outcome
from core.errors import Refused
from core.periods import local_day
from operations import services
from operations.models import WorkItem
from operations.pages import desk as desks
from operations.queries import queue
from operations.queries import work as queries
from orders.models import Question
from orders.pages.threads import panel, typed, who_is, words_of
from orders.reasons import HOLD_REASONS, PARTIES
from orders.services import cancelling, holds, shipping, supplying, threads, verification
from orders.services.shipping import SIZES
from orders.tracking import CARRIERS
from tenants.doors import PortalRequest, page
from tenants.roles import Permission


def item_at(request: PortalRequest, item_id: int) -> WorkItem:
    """The item of the client at hand; 404 for a stranger's."""
    assert request.client is not None
    found = queries.item_of(item_id, request.client.code)
    if found is None:
        raise Http404
    return found


@page(Permission.WORK_QUEUE, side="operator")
def show(request: PortalRequest, item_id: int) -> HttpResponse:
    """The page of one item."""
    item = item_at(request, item_id)
    if item.subject_kind == "question":
        return _show_reply(request, item)
    if item.subject_kind == "supply":
        return _show_chase(request, item)
    if item.subject_kind == "project":
        return _show_project(request, item)
    work = queries.work(item, request.permissions)
    if work is None:
        raise Http404
    desk, shown = _at_desk(request, item)
    shown |= {
        "work": work,
        "order": work.order.order,
        "others": [queue.row_of(one, desk.served, request.person.pk) for one in work.others],
        "parties": PARTIES,
        "hold_reasons": {code: _(reason.staff) for code, reason in HOLD_REASONS.items()},
        "carriers": {code: _(carrier.name) for code, carrier in CARRIERS.items()},
        "sizes": SIZES,
    }
    return render(request, "operations/work.html", shown)


def _at_desk(request: PortalRequest, item: WorkItem) -> tuple[desks.Desk, dict[str, Any]]:
    """The desk of the person, who is noted as present, and what the page of any item shows of both."""
    services.note_presence(request.person.pk, at=clock.now())
    desk = desks.chosen(request)
    row = queue.row_of(item, desk.served, request.person.pk)
    return desk, {"row": row, "desk": desk, "may_do": item.kind in desk.kinds}


def _show_chase(request: PortalRequest, item: WorkItem) -> HttpResponse:
    """The page of a supplier that does not answer or deliver."""
    work = queries.chase(item, today=local_day(clock.now()))
    if work is None:
        raise Http404
    _desk, shown = _at_desk(request, item)
    shown |= {"work": work, "detail": work.detail, "supply": work.detail.row.supply}
    return render(request, "operations/chase.html", shown)


def _show_reply(request: PortalRequest, item: WorkItem, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a question in a thread. more: what was typed and why it was refused."""
    work = queries.reply(item, who_is(request), at=clock.now())
    if work is None:
        raise Http404
    _desk, shown = _at_desk(request, item)
    write_url = reverse("operations:answer", args=[item.client, item.pk])
    shown = {**panel(request, work.talk), **shown, "work": work, "write_url": write_url, "plain": True, **more}
    return render(request, "operations/reply.html", shown, status=status)


def _show_project(request: PortalRequest, item: WorkItem) -> HttpResponse:
    """The page of what is late of a service project; it is done on the project's own pages."""
    work = queries.late_project(item, today=local_day(clock.now()))
    if work is None:
        raise Http404
    _desk, shown = _at_desk(request, item)
    return render(request, "operations/project.html", {**shown, "work": work})


@page(Permission.WRITE_MESSAGES, methods=("POST",), side="operator")
def answer(request: PortalRequest, item_id: int) -> HttpResponse:
    """Answer the client's question, or leave a note beside it; what was typed stays where that is refused."""
    item, thread_id = _question(request, item_id)
    words = words_of(request)
    try:
        threads.write(thread_id, words, side="operator", actor=request.actor, at=clock.now())
    except Refused as refusal:
        return _show_reply(request, item, status=422, problem=refusal, typed=typed(request))
    said = _("社内メモを残しました。") if words.internal else _("返信しました。")
    return _go_on(request, item, Outcome.of([item.pk]), said)


@page(Permission.WRITE_MESSAGES, methods=("POST",), side="operator")
def close_question(request: PortalRequest, item_id: int) -> HttpResponse:
    """The client's question needs no answer, for a reason."""
    item, thread_id = _question(request, item_id)
    threads.close(thread_id, reason=_words(request, "reason"), side="operator", actor=request.actor, at=clock.now())
    return _go_on(request, item, Outcome.of([item.pk]), _("返信は不要として閉じました。"))


def _question(request: PortalRequest, item_id: int) -> tuple[WorkItem, int]:
    """The item and the thread of the question that it is about."""
    item = item_at(request, item_id)
    question = Question.objects.filter(pk=item.subject_id).first() if item.subject_kind == "question" else None
    if question is None:
        raise Refused(_("この作業は質問への返信ではありません。"), code="no_question")
    return item, question.thread_id


@page(Permission.WORK_QUEUE, methods=("POST",), side="operator")
def here(request: PortalRequest, item_id: int) -> HttpResponse:
    """The open page says now and then that somebody is still at it."""
    item_at(request, item_id)
    services.note_presence(request.person.pk, at=clock.now())
    return HttpResponse(status=204)


@page(Permission.WORK_QUEUE, methods=("POST",), side="operator")
def take(request: PortalRequest, item_id: int) -> HttpResponse:
    """Claim this item; `over=1` takes it from whoever holds it, where the person leads."""
    item = item_at(request, item_id)
    over = Permission.REASSIGN_WORK in request.permissions and request.POST.get("over") == "1"
    services.take([item.pk], clients=[item.client], actor=request.actor, at=clock.now(), from_others=over).sole()
    return HttpResponseRedirect(_url(item))


@page(Permission.WORK_QUEUE, methods=("POST",), side="operator")
def give_back(request: PortalRequest, item_id: int) -> HttpResponse:
    """Put this item back and return to the queue."""
    item = item_at(request, item_id)
    leads = Permission.REASSIGN_WORK in request.permissions
    services.give_back([item.pk], clients=[item.client], actor=request.actor, at=clock.now(), of_others=leads).sole()
    messages.success(request, _("「%s」をキューに戻しました。") % item.title)
    return HttpResponseRedirect(desks.queue_url(desks.chosen(request)))


@page(Permission.VERIFY_ORDERS, methods=("POST",), side="operator")
def verify(request: PortalRequest, item_id: int) -> HttpResponse:
    """Answer one reason to verify, or all of them."""
    item = item_at(request, item_id)
    outcome = verification.answer(
        [_order(item)],
        reason=request.POST.get("reason") or None,
        answer=_words(request, "answer") or _("内容を確認し、問題ありません。"),
        actor=request.actor,
        at=clock.now(),
    )
    return _go_on(request, item, outcome, _("確認に回答しました。"))


@page(Permission.RELEASE_ORDERS, methods=("POST",), side="operator")
def release(request: PortalRequest, item_id: int) -> HttpResponse:
    """Hand the order to the warehouse, all of it or the quantities given."""
    item = item_at(request, item_id)
    quantities = _quantities(request) if request.POST.get("part") == "1" else None
    outcome = shipping.release([_order(item)], quantities=quantities, actor=request.actor, at=clock.now())
    return _go_on(request, item, outcome, _("出荷指示をしました。"))


@page(Permission.SOURCE_GOODS, methods=("POST",), side="operator")
def source(request: PortalRequest, item_id: int) -> HttpResponse:
    """Order what the order needs, as drafts."""
    item = item_at(request, item_id)
    outcome = supplying.place([_order(item)], actor=request.actor, at=clock.now())
    return _go_on(request, item, outcome, _("手配の下書きを作りました。"))


@page(Permission.HOLD_ORDERS, methods=("POST",), side="operator")
def hold(request: PortalRequest, item_id: int) -> HttpResponse:
    """Hold the order, with a question where somebody has to answer."""
    item = item_at(request, item_id)
    outcome = holds.place(
        [_order(item)],
        reason=request.POST.get("reason", ""),
        party=request.POST.get("party", ""),
        question=_words(request, "question"),
        expected_end=_moment(request.POST.get("expected_end", "")),
        actor=request.actor,
        at=clock.now(),
    )
    return _go_on(request, item, outcome, _("保留にしました。"))


@page(Permission.HOLD_ORDERS, methods=("POST",), side="operator")
def release_hold(request: PortalRequest, item_id: int) -> HttpResponse:
    """Release all holds of the order."""
    item = item_at(request, item_id)
    outcome = holds.release([_order(item)], reason=_words(request, "why"), actor=request.actor, at=clock.now())
    return _go_on(request, item, outcome, _("保留を解除しました。"))


@page(Permission.CANCEL_ORDERS, methods=("POST",), side="operator")
def cancel(request: PortalRequest, item_id: int) -> HttpResponse:
    """Cancel the order."""
    item = item_at(request, item_id)
    outcome = cancelling.cancel(
        [_order(item)], by="operator", reason=_words(request, "why"), actor=request.actor, at=clock.now()
    )
    return _go_on(request, item, outcome, _("キャンセルしました。"))


@page(Permission.CANCEL_ORDERS, methods=("POST",), side="operator")
def answer_cancel(request: PortalRequest, item_id: int) -> HttpResponse:
    """Accept or decline the client's request to cancel."""
    item = item_at(request, item_id)
    accept = request.POST.get("accept") == "1"
    outcome = cancelling.answer_request(
        [_order(item)], accept=accept, answer=_words(request, "answer"), actor=request.actor, at=clock.now()
    )
    said = _("依頼を受けてキャンセルしました。") if accept else _("キャンセルの依頼をお断りしました。")
    return _go_on(request, item, outcome, said)


@page(Permission.PICK_AND_PACK, methods=("POST",), side="operator")
def pick(request: PortalRequest, item_id: int) -> HttpResponse:
    """Everything in the shipment is picked."""
    item = item_at(request, item_id)
    outcome = shipping.pick([_shipment(item)], actor=request.actor, at=clock.now())
    return _go_on(request, item, outcome, _("ピッキングを完了しました。"))


@page(Permission.PICK_AND_PACK, methods=("POST",), side="operator")
def pack(request: PortalRequest, item_id: int) -> HttpResponse:
    """The shipment is packed."""
    item = item_at(request, item_id)
    outcome = shipping.pack(
        [_shipment(item)],
        size=_number(request, "size", SIZES[0]),
        parcels=_number(request, "parcels", 1),
        actor=request.actor,
        at=clock.now(),
    )
    return _go_on(request, item, outcome, _("梱包を完了しました。"))


@page(Permission.SHIP_ORDERS, methods=("POST",), side="operator")
def ship(request: PortalRequest, item_id: int) -> HttpResponse:
    """The carrier has it: one tracking number a line."""
    item = item_at(request, item_id)
    carrier = request.POST.get("carrier", "")
    numbers = request.POST.get("numbers", "").split()
    parcels = {_shipment(item): [(carrier, number) for number in numbers]}
    outcome = shipping.ship([_shipment(item)], parcels=parcels, actor=request.actor, at=clock.now())
    return _go_on(request, item, outcome, _("出荷を確定しました。"))


def _go_on(request: PortalRequest, item: WorkItem, outcome: Outcome, said: str) -> HttpResponse:
    """Say what was done and go on: with the same item while it is unfinished, else with the next one."""
    outcome.sole()
    messages.success(request, said)
    item.refresh_from_db()
    if item.state in WorkItem.ACTIVE or request.POST.get("stay") == "1":
        return HttpResponseRedirect(_url(item))
    return desks.next_item(request, desks.chosen(request))


def _url(item: WorkItem) -> str:
    return reverse("operations:work", args=[item.client, item.pk])


def _order(item: WorkItem) -> int:
    if item.order_id is None:
        raise Refused(_("この作業は受注の作業ではありません。"), code="no_order")
    return item.order_id


def _shipment(item: WorkItem) -> int:
    if item.subject_kind != "shipment":
        raise Refused(_("この作業は出荷の作業ではありません。"), code="no_shipment")
    return item.subject_id


def _words(request: PortalRequest, name: str) -> str:
    return request.POST.get(name, "").strip()


def _number(request: PortalRequest, name: str, default: int) -> int:
    given = request.POST.get(name, "")
    return int(given) if given.isdigit() else default


def _moment(text: str) -> datetime | None:
    """A date and time of a form, on the operator's clock."""
    try:
        found = parse_datetime(text) if text else None
    except ValueError:
        found = None
    if text and found is None:
        raise Refused(_("保留の期限は日付と時刻で入れてください。"), code="bad_moment", field="expected_end")
    return (make_aware(found) if is_naive(found) else found).astimezone(UTC) if found else None


def _quantities(request: PortalRequest) -> Mapping[int, int]:
    """Line id to pieces, from the fields `line-<id>`; an empty field is nothing."""
    given = {
        int(name.removeprefix("line-")): value.strip() or "0"
        for name, value in request.POST.items()
        if name.startswith("line-") and name.removeprefix("line-").isdigit() and isinstance(value, str)
    }
    if any(not value.isdigit() for value in given.values()):
        raise Refused(_("出荷する数は0以上の整数で入れてください。"), code="bad_quantity", field="quantities")
    return {line: int(value) for line, value in given.items()}
