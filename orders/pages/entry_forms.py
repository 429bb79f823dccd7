"""The form in which an order is typed: what is asked, and what is made of what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import text
from core.errors import Refused
from core.money import ZERO
from orders import entering
from orders.entering import WAYS, Sums, Typed
from orders.intake import explain
from orders.intake.values import SLOTS
from orders.queries.entering import towns
from orders.queries.troubles import slot_label
from orders.services.entering import Problem

MOST_LINES = 100
FIRST_WAY = next(iter(WAYS))
RATES = ((10, "10%"), (8, gettext_lazy("8%（軽減）")), (0, gettext_lazy("非課税")))
WITH_TAX, WITHOUT_TAX = "with", "without"
PARTY = ("name", "kana", "phone", "postcode", "address")
AMOUNTS = ("postage", "fee", "discount")
_YEN = {"inputmode": "numeric", "autocomplete": "off"}
_PLAIN = {"autocomplete": "off"}


def _text(label: Any, longest: int, *, required: bool = False, **attrs: str) -> forms.CharField:
    widget = forms.TextInput({**_PLAIN, **attrs})
    return forms.CharField(label=label, max_length=longest, required=required, widget=widget)


def _long(label: Any, **attrs: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=2000, required=False, widget=forms.Textarea({"rows": 2, **attrs}))


class Yen(forms.CharField):
    """Whole yen as people type them: full-width digits, separators and ¥ are passed over. Blank is nothing."""

    def __init__(self, label: Any, *, required: bool = False) -> None:
        super().__init__(label=label, required=required, max_length=20, widget=forms.TextInput(_YEN))

    def clean(self, value: Any) -> Decimal:
        """The amount; whatever else was typed is refused."""
        typed = super().clean(value) or ""
        amount = number_in(typed)
        if typed and amount is None:
            raise forms.ValidationError(_("0以上の金額を数字で入れてください。"))
        return amount if amount is not None else ZERO


def number_in(typed: str) -> Decimal | None:
    """What was typed as an amount or a count, from 0 on with at most two decimals; None where it is none."""
    plain = text.narrow(typed).strip().translate(str.maketrans("", "", "¥\\円,個 "))
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    fits = number.is_finite() and 0 <= number < 10**9 and number == round(number, 2)
    return number if fits else None


class EntryForm(forms.Form):
    """An order but for its lines. A blank number is made; a blank time is that of handing in."""

    way = forms.ChoiceField(
        label=gettext_lazy("受付方法"),
        choices=[(way.code, gettext_lazy(way.label)) for way in WAYS.values()],
        required=False,
    )
    ordered_at = forms.DateTimeField(
        label=gettext_lazy("受付日時"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    number = _text(gettext_lazy("注文番号"), 60)
    buyer_name = _text(gettext_lazy("お名前"), 100, required=True)
    buyer_kana = _text(gettext_lazy("ふりがな"), 100)
    buyer_phone = _text(gettext_lazy("電話番号"), 30, inputmode="tel")
    buyer_email = forms.EmailField(
        label=gettext_lazy("メールアドレス"), max_length=254, required=False, widget=forms.EmailInput(_PLAIN)
    )
    buyer_postcode = _text(gettext_lazy("郵便番号"), 10, inputmode="numeric")
    buyer_address = _text(gettext_lazy("住所"), 255)
    elsewhere = forms.BooleanField(label=gettext_lazy("購入者とは別の宛先に届ける"), required=False)
    ship_name = _text(gettext_lazy("お届け先のお名前"), 100)
    ship_kana = _text(gettext_lazy("お届け先のふりがな"), 100)
    ship_phone = _text(gettext_lazy("お届け先の電話番号"), 30, inputmode="tel")
    ship_postcode = _text(gettext_lazy("お届け先の郵便番号"), 10, inputmode="numeric")
    ship_address = _text(gettext_lazy("お届け先の住所"), 255)
    prices = forms.ChoiceField(
        label=gettext_lazy("単価"),
        choices=((WITH_TAX, gettext_lazy("税込")), (WITHOUT_TAX, gettext_lazy("税抜"))),
        required=False,
    )
    postage = Yen(gettext_lazy("送料"))
    fee = Yen(gettext_lazy("手数料"))
    discount = Yen(gettext_lazy("値引"))
    payment_method = _text(gettext_lazy("支払方法"), 60, list="payment-methods")
    paid = forms.BooleanField(label=gettext_lazy("入金済み"), required=False)
    wished_date = forms.DateField(
        label=gettext_lazy("お届け希望日"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    wished_slot = forms.ChoiceField(label=gettext_lazy("お届け時間帯"), required=False)
    gift = forms.BooleanField(label=gettext_lazy("ギフト"), required=False)
    noshi = _text(gettext_lazy("のし"), 100)
    wrapping = _text(gettext_lazy("包装"), 100)
    message = _long(gettext_lazy("メッセージ"))
    note = _long(gettext_lazy("購入者からの要望"))
    staff_note = _long(gettext_lazy("社内メモ"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        slots = [(slot, str(slot_label(slot))) for slot in SLOTS]
        self.fields["wished_slot"].choices = slots  # type: ignore[attr-defined]

    def clean_way(self) -> str:
        """A form that does not say is one of a call."""
        return self.cleaned_data["way"] or FIRST_WAY

    def clean(self) -> dict[str, Any]:
        """Refuse phones and postcodes that are none, and an order that has nowhere to go."""
        found: dict[str, Any] = super().clean() or {}
        ship = "ship" if found.get("elsewhere") else "buyer"
        for party in {"buyer", ship}:
            self._check_party(party, found)
        for part in ("name", "postcode", "address"):
            if not found.get(f"{ship}_{part}") and f"{ship}_{part}" not in self.errors:
                self.add_error(f"{ship}_{part}", _("お届けに必要です。入れてください。"))
        return found

    def _check_party(self, party: str, found: Mapping[str, Any]) -> None:
        phone, postcode = found.get(f"{party}_phone", ""), found.get(f"{party}_postcode", "")
        if phone and text.phone(phone) is None:
            self.add_error(f"{party}_phone", _("電話番号として読めません。市外局番から入れてください。"))
        if postcode and not towns(postcode):
            self.add_error(f"{party}_postcode", _("この郵便番号はありません。7桁の番号を確かめてください。"))

    def facts(self, *, at: datetime) -> dict[str, Any]:
        """What was typed as orders.services.entering.place takes it. Only of a valid form."""
        found = dict(self.cleaned_data)
        elsewhere = found.pop("elsewhere")
        for part in PARTY:
            ship = found.pop(f"ship_{part}")
            found[f"ship_{part}"] = ship if elsewhere else found[f"buyer_{part}"]
        del found["prices"]
        return {**found, "ordered_at": found["ordered_at"] or at}


class LineForm(forms.Form):
    """One line. A line with nothing in it but its rate is passed over."""

    sku = _text(gettext_lazy("商品コード"), 100)
    name = _text(gettext_lazy("商品名"), 255)
    option = _text(gettext_lazy("種類・色など"), 255)
    quantity = forms.CharField(label=gettext_lazy("数量"), required=False, widget=forms.TextInput(_YEN))
    unit_price = Yen(gettext_lazy("単価"))
    tax_rate = forms.TypedChoiceField(label=gettext_lazy("税率"), choices=RATES, coerce=int, initial=10)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select" if isinstance(field.widget, forms.Select) else "form-control"

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return not any(self.data.get(self.add_prefix(name)) for name in ("sku", "name", "quantity", "unit_price"))

    def clean(self) -> dict[str, Any]:
        """Refuse a line that lacks what every order line needs."""
        found: dict[str, Any] = super().clean() or {}
        if self.is_blank:
            return found
        for name in ("sku", "unit_price"):
            if not self.data.get(self.add_prefix(name)) and name not in self.errors:
                self.add_error(name, _("入れてください。"))
        count = number_in(found.get("quantity", ""))
        if count is None or count != int(count) or not 0 < count < 10**6:
            self.add_error("quantity", _("1以上の整数を入れてください。"))
        found["quantity"] = int(count or 0)
        return found


Lines = formset_factory(LineForm, extra=0, max_num=MOST_LINES, absolute_max=MOST_LINES)
PREFIX = "line"


class Sheet:
    """The whole form: the order and its lines, bound to what was typed or filled from what was kept."""

    def __init__(self, typed: Mapping[str, str], *, judged: bool) -> None:
        count = line_count(typed)
        held = {**typed, f"{PREFIX}-TOTAL_FORMS": str(count), f"{PREFIX}-INITIAL_FORMS": "0"}
        self.is_judged = judged
        self.typed = held
        self.form = EntryForm(held if judged else None, initial=held)
        rows = [{name: held.get(f"{PREFIX}-{nth}-{name}", "") for name in LineForm.base_fields} for nth in range(count)]
        self.lines: BaseFormSet[LineForm] = Lines(held, prefix=PREFIX) if judged else Lines(prefix=PREFIX, initial=rows)

    def is_valid(self) -> bool:
        """Whether everything that was typed can be an order; what is wrong stands at the fields."""
        fine = [self.form.is_valid(), self.lines.is_valid()]
        if not any(not line.is_blank for line in self.lines.forms):
            self.form.add_error(None, _("商品を1つ以上入れてください。"))
            return False
        return all(fine)

    def rows(self) -> list[dict[str, Any]]:
        """The lines as orders.services.entering.place takes them. Only of a valid form."""
        return [dict(line.cleaned_data) for line in self.lines.forms if not line.is_blank]

    def sums(self) -> Sums:
        """What can be added up of what was typed so far."""
        return sums_of(self.typed)

    def refuse(self, problems: Sequence[Problem]) -> None:
        """Say at its field what the checks of every way in have against the order."""
        for problem in problems:
            where, _dot, name = problem.column.rpartition(".")
            form: forms.Form = self.form
            if where:
                filled = [line for line in self.lines.forms if not line.is_blank]
                form = filled[int(where.removeprefix("lines[").removesuffix("]"))]
            label = str(form.fields[name].label) if name in form.fields else name
            sentence = str(explain(problem.code, column=label, value=problem.value))
            form.add_error(name if name in form.fields else None, sentence)

    def say(self, refusal: Refused) -> None:
        """Show a refusal at its field, or above the form."""
        self.form.add_error(refusal.field or None, str(refusal))


def line_count(typed: Mapping[str, str]) -> int:
    """How many lines a form has, one at least."""
    given = typed.get(f"{PREFIX}-TOTAL_FORMS", "")
    return min(max(int(given), 1), MOST_LINES) if given.isascii() and given.isdigit() and len(given) < 4 else 1


def sums_of(typed: Mapping[str, str]) -> Sums:
    """What the order comes to, as far as it can be read."""
    lines = []
    for nth in range(line_count(typed)):
        quantity, price = (number_in(typed.get(f"{PREFIX}-{nth}-{name}", "")) for name in ("quantity", "unit_price"))
        rate = typed.get(f"{PREFIX}-{nth}-tax_rate", "10")
        if quantity and price is not None:
            lines.append(Typed(int(quantity), price, int(rate) if rate in ("10", "8", "0") else 10))
    postage, fee, discount = (number_in(typed.get(name, "")) or ZERO for name in AMOUNTS)
    with_tax = typed.get("prices", WITH_TAX) != WITHOUT_TAX
    return entering.sums(lines, postage=postage, fee=fee, discount=discount, with_tax=with_tax)
