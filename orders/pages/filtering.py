"""What the list of orders is narrowed to, as addresses and forms say it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import PREFECTURES
from orders.lifecycle import BY_CODE
from orders.models import Channel
from orders.queries.listing import AT_RISK, DUE_TODAY, LATE, SORTS, Filters

KEPT = ("phase", "channel", "q", "first", "last", "prefecture", "due", "intake", "sort")
"""The parameters that make up a view."""

_DUE = {LATE: gettext_lazy("遅れ"), AT_RISK: gettext_lazy("まもなく期限"), DUE_TODAY: gettext_lazy("本日期限")}
_LONGEST_KEY = 18
_ANY = ("", gettext_lazy("すべて"))


class FilterForm(forms.Form):
    """What the list can be narrowed to, besides phase and text."""

    channel = forms.ChoiceField(label=gettext_lazy("チャネル"), required=False)
    due = forms.ChoiceField(label=gettext_lazy("出荷期限"), required=False, choices=[_ANY, *_DUE.items()])
    first = forms.DateField(
        label=gettext_lazy("受注日（から）"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label=gettext_lazy("受注日（まで）"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    prefecture = forms.ChoiceField(
        label=gettext_lazy("お届け先"), required=False, choices=[_ANY, *((name, name) for name in PREFECTURES)]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = Channel.objects.order_by("name").values_list("code", "name")
        self.fields["channel"].choices = [_ANY, *channels]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and first > last:
            self.add_error("last", _("受注日の「まで」が「から」より前です。日付を入れ替えてください。"))
        return self.cleaned_data


def filters_of(query: QueryDict) -> tuple[Filters, FilterForm]:
    """The filters of an address; what makes no sense in it narrows nothing and is said by the form's errors."""
    form = FilterForm(query)
    form.is_valid()
    clean = form.cleaned_data
    sort = query.get("sort", "")
    return (
        Filters(
            phases=tuple(code for code in query.getlist("phase") if code in BY_CODE),
            channel=clean.get("channel", ""),
            text=query.get("q", "").strip(),
            first=clean.get("first"),
            last=clean.get("last"),
            prefecture=clean.get("prefecture", ""),
            due=clean.get("due", ""),
            intake=key_in(query.get("intake", "")),
            sort=sort if sort in SORTS else "-ordered_at",
        ),
        form,
    )


def key_in(text: str) -> int | None:
    """The key of a row as a form or an address writes it, None where the text is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_KEY else None


def kept(query: QueryDict) -> str:
    """The part of an address that makes up a view, always written the same way."""
    return urlencode([(name, value) for name in KEPT for value in query.getlist(name) if value])
