"""What is asked of people: what to look for, and what a file is that they send."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import text
from documents import queries
from documents.kinds import missing
from documents.models import Document
from documents.queries import Wanted

NOT_UPLOADED = frozenset({"order_file", "message", "order_slip", "ship_order", "pick_list", "print_run"})


class YenWidget(forms.TextInput):
    """An amount in yen as people write it: ¥1,200 or １２００円."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        return text.narrow(data.get(name) or "").strip().strip("¥\\円").replace(",", "")


def yen_field(label: Any, **options: Any) -> forms.DecimalField:
    """An amount in yen."""
    widget = YenWidget(attrs={"inputmode": "numeric"})
    return forms.DecimalField(label=label, decimal_places=0, max_digits=14, widget=widget, **options)


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, chosen from the browser's calendar."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class Choice(forms.ChoiceField):
    """One of a few; which, is known when the form is made."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.words: dict[str, str] = {}

    def offer(self, blank: str, words: Iterable[tuple[str, str]]) -> None:
        """Let these be chosen, or nothing."""
        self.words = dict(words)
        self.choices = [("", blank), *self.words.items()]


class FilterForm(forms.Form):
    """The search that 電子帳簿保存法 asks for: by date and amount in ranges, and by counterparty, all at once."""

    kind = Choice(label=gettext_lazy("種類"), required=False)
    direction = Choice(label=gettext_lazy("授受"), required=False)
    first = day_field(gettext_lazy("取引日"), required=False)
    last = day_field(gettext_lazy("〜"), required=False)
    least = yen_field(gettext_lazy("金額"), required=False)
    most = yen_field(gettext_lazy("〜"), required=False)
    counterparty = forms.CharField(label=gettext_lazy("取引先名"), required=False, max_length=100)
    standing = Choice(label=gettext_lazy("状態"), required=False)

    def __init__(self, data: Any, *, shown: tuple[str, ...], side: queries.Side) -> None:
        super().__init__(data)
        self.shown = shown
        self._offer("kind", _("すべて"), [(code, queries.kind_label(code)) for code in shown])
        directions = (Document.ISSUED, Document.RECEIVED, Document.EXCHANGED, Document.OUTWARD)
        labels = [(one, queries.direction_label(one, side)) for one in directions]
        self._offer("direction", _("すべて"), labels)
        standings = [("old", _("旧版")), ("rejected", _("受取不可")), ("deleted", _("削除済み")), ("all", _("すべて"))]
        self._offer("standing", _("最新の版"), standings)

    def _offer(self, name: str, blank: str, words: Iterable[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, Choice)
        field.offer(blank, words)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for least, most, sentence in (
            ("first", "last", _("終わりの日は始まりの日と同じか、後の日にしてください。")),
            ("least", "most", _("上限の金額は下限と同じか、大きい額にしてください。")),
        ):
            low, high = found.get(least), found.get(most)
            if low is not None and high is not None and low > high:
                self.add_error(most, sentence)
        return found

    def given(self) -> dict[str, Any]:
        """What is set and makes sense, by field."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    def wanted(self, words: str = "") -> Wanted:
        """What is looked for; a field that makes no sense counts as left out."""
        return Wanted(kinds=self.shown, text=words, **self.given())

    def in_words(self, name: str) -> str:
        """A set field as a chip says it."""
        field, value = self.fields[name], self.cleaned_data[name]
        if isinstance(field, Choice):
            value = field.words[value]
        patterns = {
            "first": _("取引日 %(value)s から"),
            "last": _("取引日 %(value)s まで"),
            "least": _("¥%(value)s 以上"),
            "most": _("¥%(value)s 以下"),
        }
        shown = f"{value:,}" if isinstance(value, Decimal) else value
        return patterns.get(name, "%(label)s: %(value)s") % {"label": field.label, "value": shown}


class UploadForm(forms.Form):
    """A file and by what it is found again."""

    file = forms.FileField(label=gettext_lazy("ファイル"))
    kind = Choice(label=gettext_lazy("書類の種類"))
    title = forms.CharField(
        label=gettext_lazy("件名"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("空欄の場合はファイル名になります。"),
    )
    transaction_date = day_field(gettext_lazy("取引日"))
    counterparty = forms.CharField(label=gettext_lazy("取引先名"), max_length=100, required=False)
    amount = yen_field(gettext_lazy("金額（税込）"), required=False, min_value=0)

    def __init__(self, *data: Any, shown: tuple[str, ...], **options: Any) -> None:
        super().__init__(*data, **options)
        codes = [code for code in shown if code not in NOT_UPLOADED]
        kind = self.fields["kind"]
        assert isinstance(kind, Choice)
        kind.offer(_("選んでください"), [(code, queries.kind_label(code)) for code in codes])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "kind" in given:
            counterparty, amount = given.get("counterparty", ""), given.get("amount")
            for lacking, sentence in missing(given["kind"], counterparty=counterparty, amount=amount).items():
                if lacking not in self.errors:
                    self.add_error(lacking, str(sentence))
        return given
