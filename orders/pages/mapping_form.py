"""The form that maps the columns of a sample to facts, and the definition that it comes to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.wording import Sentence
from orders.intake.differing import SLOT_NAMES
from orders.intake.mapped import DATES, LABELS, LINE_LABELS, NEEDED, ORDER_LABELS
from orders.intake.sampling import Column
from orders.intake.values import SLOTS

STATUS_NAMES = {
    "open": gettext_lazy("受付"),
    "paid": gettext_lazy("入金済み"),
    "shipped": gettext_lazy("出荷済み"),
    "cancelled": gettext_lazy("キャンセル"),
}
COMBINE = [
    ("join", gettext_lazy("つなげる")),
    ("first", gettext_lazy("空でない最初の値")),
    ("sum", gettext_lazy("足し合わせる")),
]
_OPTIONS = ("combine", "glue", "widths", "date", "words", "default")
_PAIR = re.compile(r"^(.*?)\s*(?:=|＝|→|\t)\s*(.*)$")
_GROUPS = (("order", gettext_lazy("注文の項目"), ORDER_LABELS), ("line", gettext_lazy("明細の項目"), LINE_LABELS))
_LINES = {"rows": 3, "class": "form-control"}


class MappingForm(forms.Form):
    """Which column holds which fact, and how its text is put right. Built from the columns and from a definition."""

    carry_forward = forms.BooleanField(
        label=gettext_lazy("注文の項目は、注文の最初の行だけに書かれている"), required=False
    )
    tax_rate = forms.ChoiceField(
        label=gettext_lazy("税率が書かれていない商品の税率"), choices=[("10", "10%"), ("8", "8%"), ("0", "0%")]
    )
    statuses = forms.CharField(
        label=gettext_lazy("状態の読み替え"),
        required=False,
        widget=forms.Textarea(attrs=_LINES),
        help_text=gettext_lazy(
            "1行に1つ「元の値=入金済み」のように書きます。使える言葉：受付、入金済み、出荷済み、キャンセル"
        ),
    )
    slots = forms.CharField(
        label=gettext_lazy("時間帯の読み替え"),
        required=False,
        widget=forms.Textarea(attrs=_LINES),
        help_text=gettext_lazy(
            "1行に1つ「元の値=14-16」のように書きます。午前中、14時～16時などはそのままで読み取れます。"
        ),
    )

    def __init__(
        self, columns: Sequence[Column], definition: Mapping[str, Any], data: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(data, initial=_initial(columns, definition))
        self.columns = columns
        self.pair = definition.get("pair")
        choices = [("", _("使わない")), *((str(name), _named(labels)) for _key, name, labels in _GROUPS)]
        for nth, column in enumerate(columns):
            attrs = {"class": "form-select", "aria-label": _("「%(column)s」の項目") % {"column": column.name}}
            self.fields[f"column-{nth}"] = forms.ChoiceField(
                choices=choices, required=False, widget=forms.Select(attrs=attrs)
            )
        for field in LABELS:
            self._add_options(field)

    def _add_options(self, field: str) -> None:
        self.fields[f"combine-{field}"] = forms.ChoiceField(label=_("複数の列"), choices=COMBINE, required=False)
        self.fields[f"glue-{field}"] = forms.CharField(
            label=_("間に入れる文字"), required=False, max_length=20, strip=False
        )
        self.fields[f"widths-{field}"] = forms.CharField(
            label=_("桁数"), required=False, help_text=_("0で埋める桁数を列の順に「3,4」のように書きます。")
        )
        self.fields[f"date-{field}"] = forms.CharField(
            label=_("日付の書き方"), required=False, help_text=_("例：YYYY/MM/DD hh:mm。空なら自動で読み取ります。")
        )
        self.fields[f"words-{field}"] = forms.CharField(
            label=_("値の読み替え"),
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("1行に1つ「元の値=読み替え」のように書きます。"),
        )
        self.fields[f"default-{field}"] = forms.CharField(
            label=_("空のときの値"), required=False, help_text=_("列がないときは、すべての行にこの値を入れます。")
        )

    def column_rows(self) -> list[tuple[Column, forms.BoundField]]:
        """Each column with the field that says what it holds."""
        return [(column, self[f"column-{nth}"]) for nth, column in enumerate(self.columns)]

    def option_groups(self) -> list[tuple[str, bool, list[forms.BoundField]]]:
        """The facts that are mapped or needed: name, whether no column holds it yet, and how its text is put right."""
        mapped = self._mapped()
        return [
            (str(Sentence(LABELS[field])), field not in mapped, self._options(field, len(mapped.get(field, []))))
            for field in LABELS
            if field != "number" and (field in mapped or field in NEEDED or self[f"default-{field}"].value())
        ]

    def _options(self, field: str, columns: int) -> list[forms.BoundField]:
        wanted = [
            *(["combine", "glue"] if columns > 1 else []),
            *(["widths"] if columns and field.endswith(("postcode", "phone")) else []),
            *(["date"] if columns and field in DATES else []),
            *(["words"] if columns else []),
            "default",
        ]
        return [self[f"{option}-{field}"] for option in wanted]

    def _mapped(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for nth, column in enumerate(self.columns):
            field = str(self[f"column-{nth}"].value() or "")
            if field in LABELS:
                found.setdefault(field, []).append(column.name)
        return found

    def definition(self) -> dict[str, Any]:
        """What was chosen, as orders.intake.mapped reads it."""
        mapped = self._mapped()
        sources = {field: self._source(field, mapped.get(field, [])) for field in LABELS}
        names = {str(name): code for code, name in STATUS_NAMES.items()}
        slots = {str(Sentence(name)): code for code, name in SLOT_NAMES.items()}
        return {
            "fields": {field: source for field, source in sources.items() if source},
            "statuses": {word: names.get(said, said) for word, said in _pairs(self._text("statuses")).items()},
            "slots": {word: slots.get(said, said) for word, said in _pairs(self._text("slots")).items()},
            "carry_forward": bool(self["carry_forward"].value()),
            "tax_rate": int(self._text("tax_rate") or 10) if self._text("tax_rate").isdigit() else 10,
            **({"pair": self.pair} if self.pair else {}),
        }

    def _source(self, field: str, columns: list[str]) -> dict[str, Any]:
        told = {
            option: self._text(f"{option}-{field}")
            for option in ("combine", "glue", "widths", "date", "words", "default")
        }
        source: dict[str, Any] = {"columns": columns} if columns else {}
        if field == "number":
            return source
        if len(columns) > 1:
            source |= {"combine": told["combine"] or "join", "glue": told["glue"]}
        if columns and told["widths"]:
            source["widths"] = [int(part) if part.strip().isdigit() else part for part in told["widths"].split(",")]
        if columns and told["date"].strip():
            source["date"] = told["date"].strip()
        if columns and told["words"]:
            source["words"] = _pairs(told["words"])
        return source | ({"default": told["default"].strip()} if told["default"].strip() else {})

    def _text(self, name: str) -> str:
        return str(self[name].value() or "")


def _named(labels: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(field, str(Sentence(label)) + (" *" if field in NEEDED else "")) for field, label in labels.items()]


def _pairs(text: str) -> dict[str, str]:
    """ "word=meaning" by lines; a line without a sign between them is left as a word without meaning."""
    found = [_PAIR.match(line.strip()) or line.strip() for line in text.splitlines() if line.strip()]
    return dict((one, "") if isinstance(one, str) else (one[1], one[2]) for one in found)


def _lines(pairs: object, names: Mapping[str, object] | None = None) -> str:
    if not isinstance(pairs, Mapping):
        return ""
    return "\n".join(f"{word}={(names or {}).get(said, said)}" for word, said in pairs.items())


def _initial(columns: Iterable[Column], definition: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the form for a definition."""
    fields: Mapping[str, Any] = definition.get("fields") or {}
    places = {name: field for field, source in fields.items() for name in source.get("columns", [])}
    initial: dict[str, Any] = {f"column-{nth}": places.get(column.name, "") for nth, column in enumerate(columns)}
    for field, source in fields.items():
        for option in ("combine", "glue", "date", "default"):
            initial[f"{option}-{field}"] = source.get(option, "")
        initial[f"widths-{field}"] = ",".join(map(str, source.get("widths", [])))
        initial[f"words-{field}"] = _lines(source.get("words"))
    initial["carry_forward"] = definition.get("carry_forward", False)
    initial["tax_rate"] = str(definition.get("tax_rate", 10))
    initial["statuses"] = _lines(definition.get("statuses"), STATUS_NAMES)
    names = {code: str(Sentence(name)) for code, name in SLOT_NAMES.items() if code in SLOTS}
    initial["slots"] = _lines(definition.get("slots"), names)
    return initial
