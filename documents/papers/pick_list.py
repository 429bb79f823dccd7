"""What the pick list (`pick_list.typ`, ピッキングリスト) is given: what to fetch in all, then what goes where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NotRequired, TypedDict

from documents.papers.common import Head, Item


class Fetch(Item):
    """An article to fetch, in the order of the walk. location: where it lies, "" where that is not known."""

    location: str
    shipments: int
    jan: NotRequired[str]
    lot: NotRequired[str]


class Box(TypedDict):
    """A shipment of the batch. barcode: Code 128 of its number. care: ギフト and the like, "" for nothing."""

    number: str
    barcode: Sequence[int]
    recipient: str
    items: Sequence[Item]
    pieces: int
    care: str


class PickList(Head):
    """A batch. fetch: sorted by location. located: whether any location is known."""

    made_at: datetime
    made_by: str
    fetch: Sequence[Fetch]
    boxes: Sequence[Box]
    pieces: int
    located: bool
