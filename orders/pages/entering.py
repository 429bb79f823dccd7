"""受注の入力: an order from a phone call, a FAX or a mail is typed, with what it is typed from beside it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from documents import queries as documents
from documents import services as keeping
from documents.models import Document
from documents.pages import shown_kinds
from orders.entering import DAYS_KEPT, WAYS
from orders.models import EntryDraft, Order
from orders.pages.entry_forms import FIRST_WAY, PREFIX, EntryForm, LineForm, Sheet, line_count, sums_of
from orders.pages.entry_moves import pressed
from orders.queries import entering as known
from orders.services import entering
from orders.services.entering import Unfit, Written
from tenants.doors import PortalRequest, page, url
from tenants.pages.sections import show
from tenants.roles import Permission

OFFERED_DOCUMENTS = 30
ACCEPTED = ".pdf,.png,.jpg,.jpeg"
_PLACING = ("place", "place_next", "place_anyway")
_OF_LINE = re.compile(rf"{PREFIX}-\d{{1,2}}-({'|'.join(LineForm.base_fields)})")
_FIND = "find_buyer"


@dataclass
class State:
    """How the form stands in this answer. focus: the field to go on with. finding: which list is open, with its words.

    alike: the orders that this one may be once more. kept: when it was saved.
    """

    draft: EntryDraft | None
    seen: int
    tab: str
    focus: str = ""
    finding: str = ""
    alike: tuple[Order, ...] = ()
    refusal: str = ""


@page(Permission.IMPORT_ORDERS)
def new(request: PortalRequest) -> HttpResponse:
    """A form of its own address, so that going back or loading anew finds what was typed."""
    return HttpResponseRedirect(url(request, "orders:entry", uuid4()))


@page(Permission.IMPORT_ORDERS, methods=("GET", "POST"))
def entry(request: PortalRequest, entry: UUID) -> HttpResponse:
    """The form; POST is one of its buttons, handing in among them."""
    draft = _own_draft(request, entry)
    if draft is not None and draft.order is not None and request.method == "GET":
        return render(request, "orders/entry_placed.html", {"order": draft.order, "draft": draft})
    if request.method == "GET":
        state = State(draft, seen=draft.version if draft else 0, tab=secrets.token_hex(8), focus=_FIND)
        return _shown(request, entry, Sheet(_begun(draft), judged=False), state)
    written = _written(request, entry)
    button = request.POST.get("press", "save")
    state = State(draft, seen=written.seen, tab=written.tab)
    if button in _PLACING:
        return _place(request, written, button, state)
    typed, state.focus = pressed(button, written.content)
    state.finding = button if button.startswith("find") else ""
    _keep(request, Written(entry, typed, written.seen, written.tab), state)
    if button in ("attach", "detach") and not state.refusal:
        chosen = _attached(request, state) if button == "attach" else None
        entering.read_from(entry, chosen, actor=request.actor, at=clock.now())
        return _led(request, url(request, "orders:entry", entry))
    return _shown(request, entry, Sheet(typed, judged=False), state)


def _own_draft(request: PortalRequest, key: UUID) -> EntryDraft | None:
    draft = known.draft_of(key)
    if draft is not None and draft.person_id != request.person.pk:
        raise Http404
    return draft


def _begun(draft: EntryDraft | None) -> dict[str, str]:
    if draft is not None and draft.content:
        return dict(draft.content)
    return {"way": FIRST_WAY, "ordered_at": f"{timezone.localtime(clock.now()):%Y-%m-%dT%H:%M}"}


def _written(request: PortalRequest, key: UUID) -> Written:
    """What was sent, of the fields that there are."""
    sent = {name: value for name, value in request.POST.items() if _is_field(name)}
    typed = {name: str(value).replace("\x00", "") for name, value in sent.items()}
    seen = request.POST.get("seen", "")
    return Written(key, typed, int(seen) if seen.isdecimal() and len(seen) < 9 else 0, request.POST.get("tab", "")[:20])


def _is_field(name: str) -> bool:
    return name in EntryForm.base_fields or name in (_FIND, f"{PREFIX}-TOTAL_FORMS") or bool(_OF_LINE.fullmatch(name))


def _keep(request: PortalRequest, written: Written, state: State) -> bool:
    """Keep what was typed; False where that was refused, which the form then says."""
    try:
        state.draft = entering.keep(written, actor=request.actor, at=clock.now())
        state.seen = state.draft.version
    except Refused as refusal:
        state.refusal = str(refusal)
        state.seen = refusal.params.get("version", state.seen)
        return False
    return True


def _place(request: PortalRequest, written: Written, button: str, state: State) -> HttpResponse:
    if state.draft is not None and state.draft.order is not None:
        return _placed(request, state.draft.order, button)
    sheet, at = Sheet(written.content, judged=True), clock.now()
    if not sheet.is_valid():
        _keep(request, written, state)
        return _shown(request, written.key, sheet, state, status=422)
    facts, rows = sheet.form.facts(at=at), sheet.rows()
    if button != "place_anyway":
        state.alike = _alike(facts, rows, sheet)
        if state.alike:
            _keep(request, written, state)
            return _shown(request, written.key, sheet, state, status=422)
    try:
        order = entering.place(written, facts=facts, lines=rows, sums=sheet.sums(), actor=request.actor, at=at)
    except Unfit as unfit:
        sheet.refuse(unfit.problems)
    except Refused as refusal:
        sheet.say(refusal)
        state.seen = refusal.params.get("version", state.seen)
    else:
        return _placed(request, order, button)
    return _shown(request, written.key, sheet, state, status=422)


def _alike(facts: dict[str, Any], rows: list[dict[str, Any]], sheet: Sheet) -> tuple[Order, ...]:
    return tuple(
        known.alike(
            phone=facts["buyer_phone"],
            name=facts["buyer_name"],
            postcode=facts["buyer_postcode"],
            skus=[row["sku"] for row in rows],
            total=sheet.sums().total,
            at=facts["ordered_at"],
        )
    )


def _placed(request: PortalRequest, order: Order, button: str) -> HttpResponse:
    messages.success(request, _("受注 %(number)s を登録しました。") % {"number": order.number})
    to = url(request, "orders:new") if button == "place_next" else url(request, "orders:detail", order.pk)
    return _led(request, to)


def _led(request: PortalRequest, to: str) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204, headers={"HX-Redirect": to})
    return HttpResponseRedirect(to)


@page(Permission.IMPORT_ORDERS, methods=("POST",))
def keep(request: PortalRequest, entry: UUID) -> HttpResponse:
    """Keep what was typed so far; answers with what it comes to, and what should be looked at."""
    written = _written(request, entry)
    state = State(_own_draft(request, entry), seen=written.seen, tab=written.tab)
    status = 200 if _keep(request, written, state) else 409
    return render(request, "orders/parts/entry_figures.html", _figures(written.content, entry, state), status=status)


@page(Permission.IMPORT_ORDERS, methods=("POST",))
def discard(request: PortalRequest, entry: UUID) -> HttpResponse:
    """Drop a draft of one's own."""
    if _own_draft(request, entry) is None:
        raise Http404
    entering.discard(entry, actor=request.actor, at=clock.now())
    messages.success(request, _("下書きを削除しました。"))
    return HttpResponseRedirect(url(request, "orders:new"))


@page(Permission.IMPORT_ORDERS)
def buyers(request: PortalRequest) -> HttpResponse:
    """Who ordered before under these words."""
    return render(request, "orders/parts/entry_buyers.html", _buyers(request.GET.get(_FIND, "")))


@page(Permission.IMPORT_ORDERS)
def items(request: PortalRequest) -> HttpResponse:
    """What was ordered before under the words in the line `row`."""
    row = request.GET.get("row", "")
    words = request.GET.get(f"{PREFIX}-{row}-sku", "")
    return render(request, "orders/parts/entry_items.html", _items(words, row if row.isdecimal() else "0"))


@page(Permission.IMPORT_ORDERS)
def towns(request: PortalRequest) -> HttpResponse:
    """What lies under the postcode of `party`."""
    party = "ship" if request.GET.get("party") == "ship" else "buyer"
    return render(request, "orders/parts/entry_towns.html", _towns(request.GET.get(f"{party}_postcode", ""), party))


@page(Permission.IMPORT_ORDERS)
def pane(request: PortalRequest, entry: UUID) -> HttpResponse:
    """What the order is typed from, asked again until its check is over."""
    draft = _own_draft(request, entry)
    state = State(draft, seen=0, tab="")
    return render(request, "orders/parts/entry_pane.html", {"key": entry, **_pane(request, state)})


def _buyers(words: str) -> dict[str, Any]:
    return {"buyers": known.buyers(words) if len(words.strip()) > 1 else [], "asked": len(words.strip()) > 1}


def _items(words: str, row: str) -> dict[str, Any]:
    asked = bool(words.strip())
    return {"items": known.items(words) if asked else [], "asked": asked, "row": row}


def _towns(postcode: str, party: str) -> dict[str, Any]:
    return {"towns": known.towns(postcode), "asked": len(postcode) >= 7, "party": party}


def _attached(request: PortalRequest, state: State) -> int:
    """The document that the order is typed from: the file that was sent, or the one that was chosen."""
    sent = request.FILES.get("file")
    return _uploaded(request, sent, state).pk if sent is not None else _offered(request)


def _uploaded(request: PortalRequest, sent: Any, state: State) -> Document:
    if Permission.UPLOAD_DOCUMENTS not in request.permissions:
        raise Refused(_("書類を送る権限がありません。"), code="forbidden")
    way = state.draft.content.get("way", "") if state.draft else ""
    return keeping.upload(
        sent.file,
        file_name=sent.name,
        kind="order_sheet",
        title=_("注文書（%(way)s） %(name)s") % {"way": _(WAYS[way].label) if way in WAYS else "", "name": sent.name},
        actor=request.actor,
        at=clock.now(),
    )


def _offered(request: PortalRequest) -> int:
    chosen = request.POST.get("document", "")
    offered = {document.pk for document in _offers(request)}
    if not chosen.isdecimal() or int(chosen) not in offered:
        raise Refused(_("ファイルか書類を選んでください。"), code="nothing")
    return int(chosen)


def _offers(request: PortalRequest) -> list[Document]:
    may = Permission.VIEW_DOCUMENTS in request.permissions
    return documents.without_order(shown_kinds(request), most=OFFERED_DOCUMENTS) if may else []


def _shown(request: PortalRequest, key: UUID, sheet: Sheet, state: State, status: int = 200) -> HttpResponse:
    typed = sheet.typed
    _wire(request, sheet, state.focus)
    finding, _colon, of = state.finding.partition(":")
    context = {
        "key": key,
        "form": sheet.form,
        "lines": sheet.lines,
        "total_forms": line_count(typed),
        "alike": state.alike,
        "found": _buyers(typed.get(_FIND, "")) if finding == "find_buyer" else {},
        "found_items": _items(typed.get(f"{PREFIX}-{of}-sku", ""), of) if finding == "find_item" else {},
        "found_towns": _towns(typed.get(f"{of}_postcode", ""), of) if finding == "find_town" else {},
        "words": typed.get(_FIND, ""),
        "focus": state.focus,
        "history": known.past_orders(
            phone=typed.get("buyer_phone", ""),
            name=typed.get("buyer_name", ""),
            postcode=typed.get("buyer_postcode", ""),
            side=request.side,
        ),
        "drafts": [draft for draft in known.drafts(request.person.pk) if draft.key != key],
        "methods": known.payment_methods(),
        "days_kept": DAYS_KEPT,
        "is_placed": state.draft is not None and state.draft.order is not None,
        **_figures(typed, key, state),
        **_pane(request, state),
    }
    return render(request, "orders/entry.html", context, status=status)


def _wire(request: PortalRequest, sheet: Sheet, focus: str) -> None:
    """Have the fields that search ask while one types, and the one to go on with take the focus."""
    for party in ("buyer", "ship"):
        address = f"{url(request, 'orders:entry_towns')}?party={party}"
        _finds(sheet.form.fields[f"{party}_postcode"], address, f"towns-{party}")
    for nth, line in enumerate(sheet.lines.forms):
        _finds(line.fields["sku"], f"{url(request, 'orders:entry_items')}?row={nth}", f"items-{nth}")
        for name in line.fields:
            _focused(line.fields[name], line.add_prefix(name) == focus)
    for name, field in sheet.form.fields.items():
        _focused(field, name == focus)


def _finds(field: forms.Field, address: str, into: str) -> None:
    field.widget.attrs |= {
        "hx-get": address,
        "hx-trigger": "input changed delay:250ms",
        "hx-target": f"#{into}",
        "data-finder": into,
        "aria-controls": into,
    }


def _focused(field: forms.Field, wanted: bool) -> None:
    if wanted:
        field.widget.attrs |= {"data-focus": "", "autofocus": True}


def _figures(typed: Mapping[str, str], key: UUID, state: State) -> dict[str, Any]:
    return {
        "key": key,
        "sums": sums_of(typed),
        "checks": _checks(typed),
        "seen": state.seen,
        "tab": state.tab,
        "refusal": state.refusal,
        "saved_at": state.draft.saved_at if state.draft and not state.refusal else None,
    }


def _checks(typed: Mapping[str, str]) -> list[str]:
    """What does not fit together in the addresses. It is said, and never put right without being asked."""
    found = []
    for party in ("buyer", *(("ship",) if typed.get("elsewhere") else ())):
        candidates = known.towns(typed.get(f"{party}_postcode", ""))
        if candidates and not known.fits(typed.get(f"{party}_address", ""), candidates):
            lies = "、".join(dict.fromkeys(town.prefecture + town.city for town in candidates))
            words = {"field": EntryForm.base_fields[f"{party}_postcode"].label, "lies": lies}
            found.append(_("%(field)sは%(lies)sのものです。住所と合っているか確かめてください。") % words)
    return found


def _pane(request: PortalRequest, state: State) -> dict[str, Any]:
    """What the order is typed from, or what may be chosen."""
    document_id = state.draft.document_id if state.draft else None
    document = documents.of(document_id, shown_kinds(request)) if document_id else None
    return {
        "document": document,
        "document_is_image": document is not None and document.content_type.startswith("image/"),
        "document_in_browser": document is not None and document.content_type in documents.IN_BROWSER,
        "offers": [] if document else _offers(request),
        "accepted": ACCEPTED,
        "largest": keeping.LARGEST,
    }


class SettingsForm(forms.Form):
    """For each way whether another person has to look."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for way in WAYS.values():
            label = _("%(way)sの受注") % {"way": _(way.label)}
            self.fields[way.code] = forms.BooleanField(label=label, required=False)


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def settings(request: PortalRequest) -> HttpResponse:
    """Which typed orders need a second look."""
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=known.second_looks())
    if request.method == "POST" and form.is_valid():
        entering.ask_second_looks(form.cleaned_data, actor=request.actor, at=clock.now())
        messages.success(request, _("二重確認の設定を保存しました。これから入力する受注に使われます。"))
        return HttpResponseRedirect(url(request, "orders:entry_settings"))
    return show(request, "orders/entry_settings.html", {"form": form})
