"""Forms: a field with its label, hint and error, the summary above, and buttons that say what happens."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm, BoundField
from django.forms.widgets import (
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    Input,
    RadioSelect,
    Select,
    Textarea,
    Widget,
)
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.look.icons import icon as draw
from portal.look.markup import WIDTHS, component, one_of, trusted

CONTROL_CLASSES = {"text": "form-control", "file": "form-control", "select": "form-select", "check": "form-check-input"}
BUTTONS = {"primary": "btn btn-primary", "danger": "btn btn-danger", "plain": "btn"}


def field(
    field: BoundField,
    *,
    hint: str = "",
    width: str = "",
    label: str = "",
    autofocus: bool = False,
    prefix: str = "",
    suffix: str = "",
) -> SafeString:
    """A form's field: label, input, hint, and what is wrong beside it. Keeps what was typed."""
    one_of("width", width, WIDTHS)
    kind = _kind(field.field.widget)
    if kind == "hidden":
        return field.as_hidden()
    return component(
        "field",
        field=field,
        control=field.as_widget(attrs=_attributes(field, kind, hint, autofocus)),
        marked=field.field.required and _mixes(field.form),
        kind=kind,
        hint=hint or field.help_text,
        label=label or field.label,
        width=width,
        prefix=prefix,
        suffix=suffix,
    )


def _attributes(field: BoundField, kind: str, hint: str, autofocus: bool) -> dict[str, Any]:
    attrs: dict[str, Any] = {"class": CONTROL_CLASSES[kind]} if kind in CONTROL_CLASSES else {}
    if autofocus:
        attrs["autofocus"] = True
    if field.field.widget.attrs.get("placeholder") == field.label:
        attrs["placeholder"] = False  # a label that is said twice
    described = _described_by(field, bool(hint or field.help_text))
    if described:
        attrs["aria-describedby"] = described
    return attrs


def _mixes(form: BaseForm) -> bool:
    """Whether some fields may stay empty: only then is it worth marking those that may not."""
    return any(not one.field.required for one in form.visible_fields())


def _kind(widget: Widget) -> str:
    if widget.is_hidden:
        return "hidden"
    kinds: tuple[tuple[type[Widget], str], ...] = (
        (CheckboxSelectMultiple, "group"),
        (RadioSelect, "group"),
        (CheckboxInput, "check"),
        (Select, "select"),
        (Textarea, "text"),
        (FileInput, "file"),
        (Input, "text"),
    )
    return next((name for kind, name in kinds if isinstance(widget, kind)), "text")


def _described_by(field: BoundField, has_hint: bool) -> str:
    """What a screen reader reads after the label: the error first, then the hint."""
    parts = [f"{field.id_for_label}_error"] if field.errors else []
    return " ".join([*parts, f"{field.id_for_label}_hint"] if has_hint else parts)


def form_errors(form: BaseForm) -> SafeString:
    """What is wrong with the form, at its top; each line leads to its field. Nothing where nothing is wrong."""
    if not form.errors:
        return SafeString("")
    whole = list(form.non_field_errors())
    fields = [(form[name], errors) for name, errors in form.errors.items() if name in form.fields]
    return component("form_errors", whole=whole, fields=fields, number=len(whole) + len(fields))


def form_actions(content: str, *, sticky: bool = False) -> SafeString:
    """The line of buttons that ends a form; `sticky` keeps it in sight below a long one."""
    return format_html('<div class="form-actions{}">{}</div>', " is-sticky" if sticky else "", trusted(content))


def submit(
    label: str,
    *,
    busy: str = "",
    tone: str = "primary",
    name: str = "",
    value: str = "",
    icon: str = "",
    form: str = "",
) -> SafeString:
    """The button that sends the form; a second press while it runs does nothing."""
    one_of("tone", tone, BUTTONS)
    return component(
        "submit",
        label=label,
        busy=busy or _("送信しています…"),
        classes=BUTTONS[tone],
        name=name,
        value=value,
        drawing=draw(icon) if icon else "",
        form=form,
    )


def dropzone(field: BoundField, *, hint: str = "", accept: str = "", limit: str = "") -> SafeString:
    """A file field that also takes a drop. accept: as in HTML (`.csv,text/csv`). limit: the size, in words."""
    attrs: dict[str, Any] = {"class": "dropzone-input"}
    if accept:
        attrs["accept"] = accept
    described = _described_by(field, bool(hint or limit))
    if described:
        attrs["aria-describedby"] = described
    return component(
        "dropzone", field=field, control=field.as_widget(attrs=attrs), hint=hint, limit=limit, label=field.label
    )


def confirm(
    context: Context,
    content: str,
    id: str,
    title: str,
    *,
    url: str,
    submit: str,
    tone: str = "danger",
    cancel: str = "",
) -> SafeString:
    """A dialog that asks before it sends; opened by `opens`. Inputs may stand in its content."""
    one_of("tone", tone, BUTTONS)
    return component(
        "confirm",
        id=id,
        title=title,
        url=url,
        label=submit,
        tone=tone,
        cancel=cancel or _("やめる"),
        body=trusted(content),
        csrf_token=context.get("csrf_token"),
    )
