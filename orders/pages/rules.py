"""受注の規則: what happens to orders when they arrive, built, tried out and watched by whoever may change settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.batches import Outcome
from core.errors import Refused
from core.periods import TOKYO
from orders.models import ArrivalRule
from orders.pages import acting
from orders.pages.filtering import key_in
from orders.pages.rule_forms import Sheet, blank_sheet, grouped, sheet_in, sheet_of
from orders.queries import rules as queries
from orders.queries import ruling as running
from orders.ruling.actions import ACTIONS, read_actions
from orders.ruling.conditions import read_condition
from orders.ruling.fields import FIELDS
from orders.ruling.running import Rule
from orders.services import ruling
from tenants.doors import PortalRequest, page, url
from tenants.pages.sections import show
from tenants.roles import Permission

MAX_IMPORT = 1 << 20
"""Bytes of a file with rules."""


class SpanForm(forms.Form):
    """Whether a rule runs, and from when until when."""

    on = forms.BooleanField(label=gettext_lazy("この規則を使う"), required=False)
    starts_on = forms.DateField(
        label=gettext_lazy("始まりの日"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=gettext_lazy("終わりの日"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class RulesFile(forms.Form):
    """A file that the export wrote."""

    file = forms.FileField(label=gettext_lazy("規則のファイル"))


@page(Permission.MANAGE_SETTINGS)
def rules(request: PortalRequest) -> HttpResponse:
    """The rules in their order."""
    return _list(request, RulesFile())


def _list(request: PortalRequest, form: RulesFile, *, status: int = 200) -> HttpResponse:
    rows, today = queries.listed(), _today()
    shown = {
        "rows": [(row, _state(row.rule, today)) for row in rows],
        "last": len(rows),
        "form": form,
        "order": queries.order_in_force(),
    }
    return show(request, "orders/rules.html", shown, status=status)


def _today() -> date:
    return clock.now().astimezone(TOKYO).date()


def _state(rule: ArrivalRule, today: date) -> str:
    """off, coming, over or on: whether the rule runs today, and why not."""
    if not rule.is_active:
        return "off"
    if rule.starts_on and today < rule.starts_on:
        return "coming"
    return "over" if rule.ends_on and rule.ends_on < today else "on"


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def new(request: PortalRequest) -> HttpResponse:
    """Build a rule."""

    def save(sheet: Sheet) -> ArrivalRule:
        return ruling.create(sheet.draft(), actor=request.actor, at=clock.now())

    sheet = sheet_in(request.POST) if request.method == "POST" else blank_sheet()
    return _built(request, sheet, save, _("規則を保存しました。試してから、有効にしてください。"))


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def edit(request: PortalRequest, rule_id: int) -> HttpResponse:
    """Change what a rule says; that makes a new version."""
    found = _found(rule_id)
    if request.method == "POST":
        seen = key_in(request.POST.get("seen", "")) or 0
        sheet = sheet_in(request.POST, seen=seen)
    else:
        version = queries.current(found)
        sheet = sheet_of(version.name, version.condition, version.actions, found.version)

    def save(sheet: Sheet) -> ArrivalRule:
        return ruling.change(rule_id, sheet.draft(), seen=sheet.seen, actor=request.actor, at=clock.now())

    return _built(request, sheet, save, _("新しい版を保存しました。"), rule=found)


def _built(
    request: PortalRequest,
    sheet: Sheet,
    save: Callable[[Sheet], ArrivalRule],
    saved: str,
    *,
    rule: ArrivalRule | None = None,
) -> HttpResponse:
    """The form after one of its buttons was pressed: another part, a trial, or the rule kept."""
    press = request.POST.get("press", "")
    if request.method == "GET" or press not in ("save", "try"):
        sheet.press(press, request.POST)
        return _form(request, sheet, rule)
    if not sheet.judge():
        return _form(request, sheet, rule, status=422)
    if press == "try":
        draft = sheet.draft()
        tried = Rule(rule.pk if rule else 0, draft.name, sheet.seen + 1, read_condition(draft.condition),
                     read_actions(draft.actions))  # fmt: skip
        return _form(request, sheet, rule, trial=queries.try_out([tried]))
    try:
        kept = save(sheet)
    except Refused as refusal:
        sheet.error = str(refusal)
        return _form(request, sheet, rule, status=422)
    messages.success(request, saved)
    return HttpResponseRedirect(url(request, "orders:rule", kept.pk))


def _form(
    request: PortalRequest, sheet: Sheet, rule: ArrivalRule | None, *, trial: object = None, status: int = 200
) -> HttpResponse:
    shown = {
        "sheet": sheet,
        "rule": rule,
        "trial": trial,
        "tried": queries.TRIED,
        "fields": grouped(FIELDS),
        "actions": grouped(ACTIONS),
    }
    return show(request, "orders/rule_form.html", shown, status=status)


def _found(rule_id: int) -> ArrivalRule:
    found = queries.find(rule_id)
    if found is None:
        raise Http404
    return found


@page(Permission.MANAGE_SETTINGS)
def rule(request: PortalRequest, rule_id: int) -> HttpResponse:
    """What a rule says and said, and what it did."""
    return _rule(request, _found(rule_id), None)


def _rule(request: PortalRequest, found: ArrivalRule, form: SpanForm | None, *, status: int = 200) -> HttpResponse:
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    versions = queries.versions(found)
    span = {"on": found.is_active, "starts_on": found.starts_on, "ends_on": found.ends_on}
    shown = {
        "rule": found,
        "state": _state(found, _today()),
        "says": versions[0],
        "versions": versions,
        "page": queries.log(found, after=after, before=before),
        "form": form or SpanForm(initial=span),
    }
    return show(request, "orders/rule.html", shown, status=status)


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def switch(request: PortalRequest, rule_id: int) -> HttpResponse:
    """Switch a rule on or off, with its first and last day."""
    found, form = _found(rule_id), SpanForm(request.POST)
    if not form.is_valid():
        return _rule(request, found, form, status=422)
    given = form.cleaned_data
    try:
        ruling.switch(rule_id, **given, actor=request.actor, at=clock.now())
    except Refused as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return _rule(request, found, form, status=422)
    messages.success(request, _("規則を有効にしました。") if given["on"] else _("規則を止めました。"))
    return HttpResponseRedirect(url(request, "orders:rule", rule_id))


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def shift(request: PortalRequest, rule_id: int) -> HttpResponse:
    """Move a rule one place: `by` is up, or anything else for down."""
    by = -1 if request.POST.get("by") == "up" else 1
    ruling.shift(rule_id, by=by, actor=request.actor, at=clock.now())
    return HttpResponseRedirect(f"{url(request, 'orders:rules')}#rule-{rule_id}")


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def arrange(request: PortalRequest) -> HttpResponse:
    """Put the rules in another order: `order` is their ids, parted by commas."""
    keys = [key_in(key) or 0 for key in request.POST.get("order", "").split(",")]
    try:
        ruling.arrange(keys, seen=key_in(request.POST.get("seen", "")) or 0, actor=request.actor, at=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("規則の順番を保存しました。次に届く受注から、この順番で適用します。"))
    return HttpResponseRedirect(url(request, "orders:rules"))


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def duplicate(request: PortalRequest, rule_id: int) -> HttpResponse:
    """Copy a rule and open the copy's form."""
    copy = ruling.duplicate(rule_id, actor=request.actor, at=clock.now())
    messages.success(request, _("規則を写しました。有効にするまで使われません。"))
    return HttpResponseRedirect(url(request, "orders:edit_rule", copy.pk))


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def archive(request: PortalRequest, rule_id: int) -> HttpResponse:
    """Take a rule away."""
    ruling.archive(rule_id, actor=request.actor, at=clock.now())
    messages.success(request, _("規則を削除しました。これまでの変更の記録は受注に残ります。"))
    return HttpResponseRedirect(url(request, "orders:rules"))


@page(Permission.MANAGE_SETTINGS)
def export(request: PortalRequest) -> HttpResponse:
    """All rules as JSON, or with `rule` one of them."""
    key = key_in(request.GET.get("rule", ""))
    content = orjson.dumps(queries.export(None if key is None else _found(key)), option=orjson.OPT_INDENT_2)
    header = content_disposition_header(as_attachment=True, filename=f"{_('受注の規則')}.json") or "attachment"
    return HttpResponse(content, content_type="application/json", headers={"Content-Disposition": header})


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def take(request: PortalRequest) -> HttpResponse:
    """Take the rules of a file; they wait switched off."""
    form = RulesFile(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form, status=422)
    try:
        taken = ruling.import_rules(_json_in(form), actor=request.actor, at=clock.now())
    except Refused as refusal:
        form.add_error("file", str(refusal))
        return _list(request, form, status=422)
    messages.success(request, _("%s個の規則を読み込みました。有効にするまで使われません。") % len(taken))
    return HttpResponseRedirect(url(request, "orders:rules"))


def _json_in(form: RulesFile) -> Any:
    file = form.cleaned_data["file"]
    if file.size > MAX_IMPORT:
        raise Refused(_("ファイルが大きすぎます。規則の書き出しを選んでください。"), code="too_large")
    try:
        return orjson.loads(file.read())
    except orjson.JSONDecodeError as error:
        raise Refused(_("JSONとして読めません。規則の書き出しを選んでください。"), code="not_json") from error


@page(Permission.MANAGE_SETTINGS)
def try_out(request: PortalRequest) -> HttpResponse:
    """What the rules in force, or with `rule` one of them, would do to the latest orders."""
    key = key_in(request.GET.get("rule", ""))
    found = None if key is None else _found(key)
    tried = running.in_force(_today()) if found is None else running.as_rules([found])
    shown = {"rule": found, "trial": queries.try_out(tried), "tried": queries.TRIED}
    return show(request, "orders/rule_trial.html", shown)


@page(Permission.IMPORT_ORDERS, methods=("POST",))
def run_again(request: PortalRequest) -> HttpResponse:
    """Apply the rules in force to the selected orders once more."""
    outcome = ruling.run_again(acting.selected(request), actor=request.actor, at=clock.now())
    changed = len(outcome.changed)

    def done(count: int) -> str:
        words = {"count": f"{count:,}", "changed": f"{changed:,}"}
        return _("%(count)s件に規則を適用し直し、%(changed)s件が変わりました。") % words

    return acting.told(request, Outcome.of(outcome.done, outcome.refused), done)
