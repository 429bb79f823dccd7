"""Buyers as pages show them: everything that is known of a head and of those merged into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F

from core.text import phone_label, postcode_label
from customers import ports
from customers.models import Address, Buyer, Mark
from customers.ports import OrderFigures


@dataclass(frozen=True)
class Person:
    """A buyer in full. names: every way in which the name was written, the head's first."""

    pk: int
    name: str
    kana: str
    names: Sequence[str]
    emails: Sequence[str]
    phones: Sequence[str]
    addresses: Sequence[Address]
    ordered: OrderFigures

    @property
    def place(self) -> str:
        """The newest address's postcode and prefecture."""
        newest = self.addresses[-1] if self.addresses else None
        return f"{_postcode(newest)} {newest.prefecture}".strip() if newest else ""


def people(heads: Sequence[Buyer]) -> list[Person]:
    """These heads in full, in their order. Four queries, however many they are."""
    ids = [head.pk for head in heads]
    names = _names(ids)
    marks = Mark.objects.filter(buyer__head__in=ids, kind__in=["email", "phone"]).order_by("id")
    found: dict[tuple[int, str], list[str]] = {}
    for head, kind, value in marks.values_list("buyer__head", "kind", "value"):
        found.setdefault((head, kind), []).append(value)
    addresses: dict[int, list[Address]] = {}
    for address in Address.objects.filter(buyer__head__in=ids).select_related("buyer").order_by("id"):
        addresses.setdefault(address.buyer.head_id, []).append(address)
    ordered = ports.figures(ids)
    return [
        Person(
            pk=head.pk,
            name=head.name,
            kana=head.kana,
            names=_once(names.get(head.pk, [])),
            emails=_once(found.get((head.pk, "email"), [])),
            phones=[phone_label(number) for number in _once(found.get((head.pk, "phone"), []))],
            addresses=_distinct(addresses.get(head.pk, [])),
            ordered=ordered[head.pk],
        )
        for head in heads
    ]


def _names(heads: Sequence[int]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    members = Buyer.objects.filter(head__in=heads).order_by(F("merged_into").asc(nulls_first=True), "id")
    for head, name in members.values_list("head", "name"):
        found.setdefault(head, []).append(name)
    return found


def _once(values: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _distinct(addresses: Sequence[Address]) -> list[Address]:
    """Each address once, though several who are one wrote it."""
    return list({address.key: address for address in addresses}.values())


def _postcode(address: Address) -> str:
    return postcode_label(address.postcode) if address.postcode else ""
