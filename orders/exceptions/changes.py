"""What a client may ask to have changed in an order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from core.wording import _

ANSWER_WITHIN = timedelta(hours=2)
"""Working time in which a request is answered; after that it has expired and the order goes on as it was."""


@dataclass(frozen=True)
class Change:
    """One kind of change. label: its name (marked text). fields: what the new values may be."""

    code: str
    label: str
    fields: frozenset[str]


CHANGES: Mapping[str, Change] = {
    change.code: change
    for change in (
        Change("address", _("お届け先の変更"), frozenset({"postcode", "address", "name", "phone"})),
        Change("date", _("お届け日時の変更"), frozenset({"date", "slot"})),
        Change("quantity", _("数量を減らす"), frozenset({"lines"})),
        Change("note", _("備考の変更"), frozenset({"note"})),
    )
}
"""Every change by its code."""
