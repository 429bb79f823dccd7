"""商品の手配: which goods are got how, and from whom."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.errors import Refused
from orders.models import Supplier
from orders.queries import supplies as queries
from orders.services import supplying
from orders.services.supplying import ItemDraft, SupplierDraft
from orders.supplying import BRANCHES, CHASERS, LONGEST_LEAD
from tenants.doors import PortalRequest, page, url
from tenants.pages.sections import show
from tenants.roles import Permission

NOBODY = ("", gettext_lazy("自社で用意する"))


class ItemForm(forms.Form):
    """How the goods whose SKU starts so are got."""

    sku = forms.CharField(
        label=gettext_lazy("商品コード"),
        max_length=100,
        help_text=gettext_lazy("先頭の文字だけでもかまいません。いちばん長く一致するものを使います。"),
    )
    branch = forms.ChoiceField(label=gettext_lazy("手配の区分"), choices=list(BRANCHES.items()))
    supplier_id = forms.TypedChoiceField(
        label=gettext_lazy("仕入先"), required=False, coerce=int, empty_value=None, choices=[NOBODY]
    )
    lead_days = forms.IntegerField(
        label=gettext_lazy("手配にかかる日数（営業日）"), min_value=0, max_value=LONGEST_LEAD, initial=3
    )
    cost = forms.DecimalField(
        label=gettext_lazy("仕入単価（税抜）"), min_value=Decimal(0), max_digits=12, decimal_places=2, initial=0
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = [(code, _(label)) for code, label in BRANCHES.items()]  # type: ignore[attr-defined]
        suppliers = Supplier.objects.filter(is_active=True).values_list("pk", "name")
        self.fields["supplier_id"].choices = [NOBODY, *suppliers]  # type: ignore[attr-defined]


class SupplierForm(forms.Form):
    """A supplier."""

    code = forms.CharField(
        label=gettext_lazy("仕入先コード"),
        max_length=30,
        help_text=gettext_lazy("登録済みのコードを入れると、その仕入先を書き換えます。"),
    )
    name = forms.CharField(label=gettext_lazy("仕入先の名前"), max_length=100)
    email = forms.EmailField(
        label=gettext_lazy("発注書の送り先（メール）"),
        required=False,
        help_text=gettext_lazy("空欄のときはメールを送らず、発注書を書類に保管します。"),
    )
    phone = forms.CharField(label=gettext_lazy("電話番号"), max_length=30, required=False)
    postcode = forms.CharField(label=gettext_lazy("郵便番号"), max_length=8, required=False)
    address = forms.CharField(
        label=gettext_lazy("住所"), max_length=255, required=False, widget=forms.TextInput({"list": "places"})
    )
    payment_means = forms.CharField(label=gettext_lazy("支払方法"), max_length=60, initial="銀行振込")
    pays_after_days = forms.IntegerField(
        label=gettext_lazy("納品から支払までの日数"), min_value=0, max_value=180, initial=30
    )
    transit_days = forms.IntegerField(
        label=gettext_lazy("直送でお届けまでの日数（営業日）"), min_value=0, max_value=30, initial=1
    )
    answer_days = forms.IntegerField(
        label=gettext_lazy("納期回答の期限（営業日）"),
        min_value=0,
        max_value=30,
        initial=2,
        help_text=gettext_lazy("発注した日から数えます。過ぎても回答がないと、催促の作業が出ます。"),
    )
    chased_by = forms.ChoiceField(label=gettext_lazy("催促する側"), choices=list(CHASERS.items()), initial="operator")
    language = forms.ChoiceField(
        label=gettext_lazy("メールとページの言語"), choices=[("ja", "日本語"), ("en", "English")], initial="ja"
    )
    is_protected = forms.BooleanField(label=gettext_lazy("取適法の対象になる仕入先"), required=False)
    is_active = forms.BooleanField(label=gettext_lazy("取引中"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chased_by"].choices = [(code, _(label)) for code, label in CHASERS.items()]  # type: ignore[attr-defined]


@page(Permission.MANAGE_SETTINGS)
def settings(request: PortalRequest) -> HttpResponse:
    """What is kept, and the forms; `supplier` in the address opens one to change it."""
    code = request.GET.get("supplier", "")
    known = Supplier.objects.filter(code=code).first() if code else None
    supplier = SupplierForm(
        initial={name: getattr(known, name) for name in SupplierForm.base_fields} if known else None
    )
    return _shown(request, ItemForm(), supplier)


def _shown(request: PortalRequest, item: ItemForm, supplier: SupplierForm, *, status: int = 200) -> HttpResponse:
    shown = {
        "items": queries.kept_items(),
        "suppliers": queries.kept_suppliers(),
        "item_form": item,
        "supplier_form": supplier,
    }
    return show(request, "orders/supply_settings.html", shown, status=status)


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def keep_item(request: PortalRequest) -> HttpResponse:
    """Write down how goods are got."""
    form = ItemForm(request.POST)
    if form.is_valid():
        try:
            supplying.keep_item(ItemDraft(**form.cleaned_data), actor=request.actor, at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return _back(request, _("「%s」の手配を保存しました。") % form.cleaned_data["sku"])
    return _shown(request, form, SupplierForm(), status=422)


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def drop_item(request: PortalRequest, supply_item_id: int) -> HttpResponse:
    """Forget how goods are got."""
    if not supplying.drop_item(supply_item_id, actor=request.actor, at=clock.now()):
        raise Http404
    return _back(request, _("手配の登録を外しました。これから届く受注は在庫品として扱います。"))


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def keep_supplier(request: PortalRequest) -> HttpResponse:
    """Write a supplier down, or another state of one."""
    form = SupplierForm(request.POST)
    if form.is_valid():
        try:
            supplying.keep_supplier(SupplierDraft(**form.cleaned_data), actor=request.actor, at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return _back(request, _("仕入先「%s」を保存しました。") % form.cleaned_data["name"])
    return _shown(request, ItemForm(), form, status=422)


def _back(request: PortalRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return HttpResponseRedirect(url(request, "orders:supply_settings"))
