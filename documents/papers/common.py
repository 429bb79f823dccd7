"""What several papers are given, in the words of `common.typ`.

A paper that goes out for a client is printed from `Run`: who sends, by the version of the settings, and the papers one
after the other. So a thousand papers carry their sender's logo once. Amounts are yen. What may be left out is simply
not printed; a price that is not to be seen is not in the data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NotRequired, TypedDict


class Sender(TypedDict):
    """In whose name a paper goes out. registration: T and 13 digits, "" where not registered.

    logo, seal: a picture's bytes; logo_format: "png" or "svg".
    """

    name: str
    registration: str
    postcode: NotRequired[str]
    address: NotRequired[str]
    phone: NotRequired[str]
    email: NotRequired[str]
    logo: NotRequired[bytes]
    logo_format: NotRequired[str]
    seal: NotRequired[bytes]


class Run(TypedDict):
    """What a template is given: papers in the order of their pages, each naming its sender by a key of `senders`."""

    title: str
    senders: Mapping[str, Sender]
    papers: Sequence[Mapping[str, Any]]


class Head(TypedDict):
    """What stands on every paper. number: as it is called; revision from 1, from 2 on the paper says 再発行,
    or `again` where it was issued again because something changed (改訂).

    sender: a key of the run's senders. barcode: Code 128 of the number, as widths; none where the code cannot say it.
    """

    sender: str
    number: str
    barcode: Sequence[int]
    revision: int
    issued_on: date
    again: NotRequired[str]


class Party(TypedDict):
    """Somebody with an address. honorific: 様, or 御中 for a company. person: in it, with 様, on a line below."""

    name: str
    honorific: str
    postcode: NotRequired[str]
    address: NotRequired[str]
    phone: NotRequired[str]
    person: NotRequired[str]


class Item(TypedDict):
    """A line of goods or work. rate: percent. barcode: the widths of Code 128, none for no barcode."""

    name: str
    quantity: Decimal | int
    sku: NotRequired[str]
    option: NotRequired[str]
    unit: NotRequired[str]
    unit_price: NotRequired[Decimal | int]
    amount: NotRequired[Decimal | int]
    rate: NotRequired[int]
    reduced: NotRequired[bool]
    barcode: NotRequired[Sequence[int]]
    note: NotRequired[str]


class Sum(TypedDict):
    """A line of what adds up to the total: 商品計, 送料 …"""

    label: str
    amount: Decimal | int


class TaxPart(TypedDict):
    """What of the total falls on one rate, with the tax in it. base: with the tax where `included`, else without."""

    rate: int
    base: int
    tax: int
    reduced: bool


class Fact(TypedDict):
    """A thing worth knowing, as a label and what it says."""

    label: str
    text: str
