"""What the invoice template (`invoice.typ`) is given.

Amounts are yen; quantities and prices may have decimals. Dates are those of the reader's calendar, and both ends of a
period are included, as the paper says them. Texts are printed as they are, line ends too. Nothing is computed by the
template: what adds up, was added up by billing.

Source of the items: 消費税法57条の4第1項 (適格請求書). A not registered issuer leaves `registration` empty, and the
paper is then an ordinary 請求書 by 区分記載 that never calls itself 適格.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NotRequired, TypedDict

TEMPLATE = "invoice"


class Recipient(TypedDict):
    """Whom the invoice is for. The last named of company, department and person carries 御中 or 様, no other does."""

    name: str
    postcode: NotRequired[str]
    address: NotRequired[Sequence[str]]
    department: NotRequired[str]
    person: NotRequired[str]


class Issuer(TypedDict):
    """Who sends it. registration: T and 13 digits, "" for a not registered issuer. seal: 角印 as a PNG that is one."""

    name: str
    registration: str
    postcode: NotRequired[str]
    address: NotRequired[Sequence[str]]
    phone: NotRequired[str]
    email: NotRequired[str]
    person: NotRequired[str]
    seal: NotRequired[bytes]


class Period(TypedDict):
    """From the first to the last day, both included."""

    first: date
    last: date


class Step(TypedDict):
    """One step of how a line came to its amount: 12 件 × 150 円 = 1,800 円. A step may be words alone."""

    label: str
    quantity: NotRequired[Decimal | int | None]
    unit: NotRequired[str]
    unit_price: NotRequired[Decimal | int | None]
    amount: NotRequired[Decimal | int | None]


class Line(TypedDict):
    """One charge. rate: percent; None is outside of the tax. note: small print under it. because: for the annex."""

    description: str
    amount: Decimal | int
    rate: int | None
    quantity: NotRequired[Decimal | int | None]
    unit: NotRequired[str]
    unit_price: NotRequired[Decimal | int | None]
    reduced: NotRequired[bool]
    note: NotRequired[str]
    because: NotRequired[Sequence[Step]]


class TaxGroup(TypedDict):
    """What is charged at one rate, and its tax, rounded once. rate None: outside of the tax."""

    rate: int | None
    base: int
    tax: int
    reduced: NotRequired[bool]


class Account(TypedDict):
    """Where to pay: 〇〇銀行 〇〇支店 普通 1234567, and the holder as the bank writes it."""

    bank: str
    branch: str
    kind: str
    number: str
    holder: str


class Invoice(TypedDict):
    """An invoice. tax_included: whether line amounts and bases contain the tax (税込) or not (税抜)."""

    number: str
    issued_on: date
    subject: str
    recipient: Recipient
    issuer: Issuer
    period: Period
    due_on: date
    lines: Sequence[Line]
    breakdown: Sequence[TaxGroup]
    tax_included: bool
    subtotal: int
    tax: int
    total: int
    accounts: NotRequired[Sequence[Account]]
    payment_note: NotRequired[str]
    notes: NotRequired[str]
