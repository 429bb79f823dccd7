"""Suppliers, and how the goods of which SKU are got."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from core.errors import Refused
from core.events import Actor, Happening, publish
from core.wording import Sentence, _
from orders.models import Supplier, SupplyItem
from orders.supplying import BRANCHES, CHASERS, DROP_SHIP, LONGEST_LEAD

LONGEST_PAYMENT = 60
"""Days after the delivery in which an order under 取適法 must be paid."""


@dataclass(frozen=True)
class SupplierDraft:
    """A supplier as it is to be kept; the fields of Supplier."""

    code: str
    name: str
    email: str = ""
    phone: str = ""
    postcode: str = ""
    address: str = ""
    payment_means: str = "銀行振込"
    pays_after_days: int = 30
    transit_days: int = 1
    answer_days: int = 2
    chased_by: str = "operator"
    language: str = "ja"
    is_protected: bool = False
    is_active: bool = True


@dataclass(frozen=True)
class ItemDraft:
    """How the goods whose SKU starts so are got; the fields of SupplyItem, supplier_id None for nobody."""

    sku: str
    branch: str
    supplier_id: int | None = None
    lead_days: int = 0
    cost: Decimal = Decimal(0)


@transaction.atomic
def keep_supplier(draft: SupplierDraft, *, actor: Actor, at: datetime) -> Supplier:
    """Write a supplier down, by its code: a new one, or the one that is there."""
    _check_supplier(draft)
    values = asdict(draft)
    code = values.pop("code")
    kept, _new = Supplier.objects.update_or_create(code=code, defaults=values)
    _tell("supplier.kept", "supplier", kept.pk, {"code": code, "name": draft.name}, actor=actor, at=at)
    return kept


def _check_supplier(draft: SupplierDraft) -> None:
    for field, label in (("code", _("仕入先コード")), ("name", _("仕入先の名前"))):
        if not getattr(draft, field).strip():
            raise Refused(
                Sentence(_("%(label)sを入れてください。"), label=Sentence(label)), code="missing", field=field
            )
    if draft.email:
        try:
            validate_email(draft.email)
        except ValidationError:
            raise Refused(Sentence(_("メールアドレスを確かめてください。")), code="bad_email", field="email") from None
    if draft.chased_by not in CHASERS:
        raise Refused(Sentence(_("催促する側を選んでください。")), code="unknown_side", field="chased_by")
    if draft.is_protected and draft.pays_after_days > LONGEST_PAYMENT:
        sentence = _("取適法の対象になる発注の支払期日は、受け取りから60日以内にしてください。")
        raise Refused(Sentence(sentence), code="pays_too_late", field="pays_after_days")


@transaction.atomic
def keep_item(draft: ItemDraft, *, actor: Actor, at: datetime) -> SupplyItem:
    """Write down how goods are got, by the SKU or its beginning. It holds for orders that arrive from now on."""
    _check_item(draft)
    values: dict[str, Any] = asdict(draft)
    sku = values.pop("sku").strip()
    kept, _new = SupplyItem.objects.update_or_create(sku=sku, defaults=values)
    _tell("supply_item.kept", "supply_item", kept.pk, {"sku": sku, "branch": draft.branch}, actor=actor, at=at)
    return kept


def _check_item(draft: ItemDraft) -> None:
    if not draft.sku.strip():
        raise Refused(Sentence(_("商品コードを入れてください。")), code="missing", field="sku")
    if draft.branch not in BRANCHES:
        raise Refused(Sentence(_("手配の区分を選んでください。")), code="unknown_branch", field="branch")
    if draft.branch == DROP_SHIP and draft.supplier_id is None:
        raise Refused(Sentence(_("直送の商品には仕入先を選んでください。")), code="no_supplier", field="supplier_id")
    if draft.supplier_id is not None and not Supplier.objects.filter(pk=draft.supplier_id).exists():
        raise Refused(Sentence(_("仕入先を選んでください。")), code="no_supplier", field="supplier_id")
    if not 0 <= draft.lead_days <= LONGEST_LEAD:
        sentence = Sentence(_("手配にかかる日数は%(most)s営業日までにしてください。"), most=LONGEST_LEAD)
        raise Refused(sentence, code="too_long", field="lead_days")


@transaction.atomic
def drop_item(item_id: int, *, actor: Actor, at: datetime) -> bool:
    """Forget how goods are got; what was ordered stays. False where it was forgotten before."""
    item = SupplyItem.objects.select_for_update().filter(pk=item_id).first()
    if item is None:
        return False
    item.delete()
    _tell("supply_item.dropped", "supply_item", item_id, {"sku": item.sku}, actor=actor, at=at)
    return True


def _tell(name: str, kind: str, key: int, data: dict[str, str], *, actor: Actor, at: datetime) -> None:
    publish([Happening(name, kind, key, data)], actor=actor, at=at)
