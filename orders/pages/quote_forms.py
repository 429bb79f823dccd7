"""The forms of inquiries, quotes and contracts. The lines of a quote are a table: a column's cells share a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from core.errors import Refused
from core.money import ZERO
from core.text import narrow
from core.wording import Sentence, _
from orders.models import Contract, Inquiry, QuoteVersion
from orders.queries.entering import phone_shown
from orders.queries.quoting import wanted
from orders.quoting import RATES, Terms, Wanted
from orders.quoting.lines import MOST_LINES, UNIT
from orders.services.quoting import Buyer

CELLS = ("sku", "name", "quantity", "unit", "unit_price", "discount", "tax_rate")
BLANK_ROWS = 3
MORE_ROWS = 5
_DAY = {"type": "date"}


class BuyerForm(forms.Form):
    """Who asks or is offered."""

    company = forms.CharField(label=gettext_lazy("会社名"), max_length=50, required=False)
    name = forms.CharField(label=gettext_lazy("お名前"), max_length=40)
    email = forms.EmailField(label=gettext_lazy("メールアドレス"), max_length=254, required=False)
    phone = forms.CharField(label=gettext_lazy("電話番号"), max_length=30, required=False)
    postcode = forms.CharField(label=gettext_lazy("郵便番号"), max_length=10, required=False)
    address = forms.CharField(
        label=gettext_lazy("住所"), max_length=200, required=False, widget=forms.TextInput({"list": "places"})
    )


class InquiryForm(BuyerForm):
    """What somebody asks for."""

    subject = forms.CharField(label=gettext_lazy("件名"), max_length=100)
    text = forms.CharField(
        label=gettext_lazy("問い合わせの内容"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    owner = forms.CharField(label=gettext_lazy("担当"), max_length=100)

    def buyer(self) -> Buyer:
        """The buyer as typed."""
        return _buyer(self.cleaned_data)


class QuoteForm(BuyerForm):
    """A quote but for its lines."""

    subject = forms.CharField(label=gettext_lazy("件名"), max_length=100)
    owner = forms.CharField(label=gettext_lazy("担当"), max_length=100)
    ship_name = forms.CharField(label=gettext_lazy("納入先の名前"), max_length=100, required=False)
    ship_phone = forms.CharField(label=gettext_lazy("納入先の電話番号"), max_length=30, required=False)
    ship_postcode = forms.CharField(label=gettext_lazy("納入先の郵便番号"), max_length=10, required=False)
    ship_address = forms.CharField(
        label=gettext_lazy("納入先の住所"),
        max_length=200,
        required=False,
        widget=forms.TextInput({"list": "ship_places"}),
    )
    valid_until = forms.DateField(label=gettext_lazy("有効期限"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    delivery_time = forms.CharField(label=gettext_lazy("納期"), max_length=100, required=False)
    payment = forms.CharField(label=gettext_lazy("支払条件"), max_length=60, required=False)
    postage = forms.DecimalField(
        label=gettext_lazy("送料（税抜）"), min_value=0, max_digits=9, decimal_places=0, required=False
    )
    notes = forms.CharField(
        label=gettext_lazy("備考"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def buyer(self) -> Buyer:
        """The buyer and the destination as typed."""
        return _buyer(self.cleaned_data)

    def terms(self) -> Terms:
        """What is agreed besides the goods."""
        given = self.cleaned_data
        return Terms(
            given["valid_until"],
            given["delivery_time"],
            given["payment"],
            given["postage"] or ZERO,
            given["notes"].replace("\r\n", "\n"),
        )


def _buyer(given: dict[str, Any]) -> Buyer:
    return Buyer(**{name: given[name] for name in Buyer.__dataclass_fields__ if name in given})


@dataclass
class Cells:
    """A line of the editor as it is typed."""

    sku: str = ""
    name: str = ""
    quantity: str = ""
    unit: str = UNIT
    unit_price: str = ""
    discount: str = ""
    tax_rate: str = "10"

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed; unit and rate are there from the beginning."""
        return not any((self.sku, self.name, self.quantity, self.unit_price, self.discount))

    def wanted(self) -> Wanted:
        """The line. ValueError where a cell that should be a number is none."""
        return Wanted(
            sku=self.sku[:100],
            name=self.name[:255],
            quantity=_whole(self.quantity),
            unit_price=_number(self.unit_price),
            unit=self.unit[:10] or UNIT,
            tax_rate=_whole(self.tax_rate),
            discount=_number(self.discount or "0"),
        )


def _whole(text: str) -> int:
    number = _number(text)
    if number != number.to_integral_value() or abs(number) >= 10**7:
        raise ValueError(text)
    return int(number)


def _number(text: str) -> Decimal:
    try:
        number = Decimal(narrow(text).replace(",", "").replace("¥", "").strip())
    except InvalidOperation:
        raise ValueError(text) from None
    if not number.is_finite() or abs(number) >= 10**9 or number != round(number, 2):
        raise ValueError(text)
    return round(number, 2)


def typed(post: QueryDict) -> list[Cells]:
    """The lines as they were posted, blank ones left out."""
    columns = [post.getlist(f"line_{name}")[: MOST_LINES + 1] for name in CELLS]
    rows = [Cells(*(cell.strip() for cell in row)) for row in zip(*columns, strict=False)]
    return [row for row in rows if not row.is_blank]


def cells_of(version: QuoteVersion) -> list[Cells]:
    """The lines of a version, ready to be changed."""
    return [
        Cells(
            line.sku,
            line.name,
            f"{line.quantity}",
            line.unit,
            f"{line.unit_price.normalize():f}",
            f"{line.discount:f}" if line.discount else "",
            f"{line.tax_rate}",
        )
        for line in wanted(version)
    ]


def with_blanks(rows: Sequence[Cells], *, more: bool = False) -> list[Cells]:
    """The rows, with some to type in below."""
    blanks = max(BLANK_ROWS, 6 - len(rows)) + (MORE_ROWS if more else 0)
    return [*rows, *(Cells() for _nth in range(blanks))]


def read(rows: Sequence[Cells]) -> list[Wanted]:
    """The lines that the rows say. Refused, naming the row, where a number is none."""
    lines = []
    for nth, row in enumerate(rows, 1):
        try:
            lines.append(row.wanted())
        except ValueError as error:
            sentence = _("%(nth)s行目: 「%(text)s」は数値として読めません。半角の数字で入れてください。")
            raise Refused(Sentence(sentence, nth=nth, text=error), code="bad_number", field="lines") from None
    return lines


def readable(rows: Sequence[Cells]) -> list[Wanted]:
    """Those of the lines that can be read already, for a look while they are typed."""
    lines = []
    for row in rows:
        try:
            lines.append(row.wanted())
        except ValueError:
            continue
    return [line for line in lines if line.tax_rate in RATES and line.quantity > 0]


def initial_of(version: QuoteVersion) -> dict[str, Any]:
    """What the form of a version begins with."""
    quote = version.quote
    said = {name: getattr(quote, f"buyer_{name}") for name in BuyerForm.base_fields}
    said |= {name: getattr(quote, name) for name in ("subject", "owner")}
    said |= {f"ship_{part}": getattr(quote, f"ship_{part}") for part in ("name", "phone", "postcode", "address")}
    said |= {name: phone_shown(said[name]) for name in ("phone", "ship_phone")}
    own = ("valid_until", "delivery_time", "payment", "notes")
    return said | {name: getattr(version, name) for name in own} | {"postage": version.postage or None}


def initial_from(inquiry: Inquiry) -> dict[str, Any]:
    """What the form of a quote takes over from the inquiry."""
    said = {name: getattr(inquiry, f"buyer_{name}") for name in BuyerForm.base_fields}
    said["phone"] = phone_shown(said["phone"])
    return said | {"subject": inquiry.subject, "owner": inquiry.owner}


class AcceptanceForm(forms.Form):
    """How the buyer accepted, where not on their page."""

    kind = forms.ChoiceField(
        label=gettext_lazy("承諾の方法"),
        choices=[
            (Contract.PURCHASE_ORDER, gettext_lazy("発注書を受け取った")),
            (Contract.PAPER, gettext_lazy("紙の契約書を交わす（締結まで待つ）")),
        ],
    )
    name = forms.CharField(label=gettext_lazy("承諾した人の名前"), max_length=100)
    reference = forms.CharField(label=gettext_lazy("発注番号"), max_length=60, required=False)
    file = forms.FileField(label=gettext_lazy("発注書のファイル"), required=False)


class SignatureForm(forms.Form):
    """A contract on paper that was signed."""

    starts_on = forms.DateField(label=gettext_lazy("開始日"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    ends_on = forms.DateField(
        label=gettext_lazy("終了日"), required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )
    terms = forms.CharField(
        label=gettext_lazy("契約条件"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    file = forms.FileField(label=gettext_lazy("署名された契約書"))


class SettingsForm(forms.Form):
    """What quotes begin with."""

    validity_days = forms.IntegerField(label=gettext_lazy("有効期間"), min_value=1, max_value=365)
    payment = forms.CharField(label=gettext_lazy("支払条件"), max_length=60, required=False)
    delivery_time = forms.CharField(label=gettext_lazy("納期"), max_length=100, required=False)
    orders_at_once = forms.BooleanField(label=gettext_lazy("承諾されたら受注を自動で作る"), required=False)
