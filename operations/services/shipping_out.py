"""Handing over by the list: tracking numbers as they were scanned, pasted or exported, matched to shipments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import Refused
from core.events import Actor
from core.wording import Sentence, _
from operations import slips
from operations.queries import warehouse
from operations.slips import Slip
from orders.services import shipping


@dataclass(frozen=True)
class Result:
    """What became of one line: shipped, or why not."""

    line: int
    text: str
    refusal: Refused | None

    @property
    def is_shipped(self) -> bool:
        """Whether the parcel of this line is on its way."""
        return self.refusal is None


def ship_by_list(text: str, *, carrier: str, actor: Actor, at: datetime) -> list[Result]:
    """Ship what the lines of a text name; see operations.slips for their form. In the client's scope.

    carrier: for lines that name none. Several lines of one shipment are its several parcels. One result a line, in
    order; a shipment that is refused is refused on each of its lines.
    """
    read, misread = slips.read(text)
    shipments, refused = _assign(read)
    parcels: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for slip in read:
        if slip.line in shipments:
            parcels[shipments[slip.line]].append((slip.carrier or carrier, slip.number))
    outcome = shipping.ship(parcels.keys(), parcels=parcels, actor=actor, at=at)
    results = [
        Result(
            slip.line,
            slip.text,
            refused.get(slip.line) or outcome.refused.get(shipments.get(slip.line, 0)),
        )
        for slip in read
    ]
    results += [Result(bad.line, bad.text, bad.why) for bad in misread]
    return sorted(results, key=lambda result: result.line)


def _assign(read: Sequence[Slip]) -> tuple[Mapping[int, int], Mapping[int, Refused]]:
    """Which shipment each line means, and why some mean none."""
    meant = warehouse.meant({slip.key for slip in read})
    found: dict[int, int] = {}
    refused: dict[int, Refused] = {}
    for slip in read:
        candidates = meant[slip.key]
        if len(candidates) == 1:
            found[slip.line] = candidates[0]
        else:
            refused[slip.line] = _unclear(slip.key, several=bool(candidates))
    return found, refused


def _unclear(key: str, *, several: bool) -> Refused:
    if several:
        sentence = _("「%(key)s」には梱包済みの出荷が複数あります。出荷番号（注文番号-便）で指定してください。")
        return Refused(Sentence(sentence, key=key), code="several")
    return Refused(Sentence(_("「%(key)s」という注文番号・出荷番号はありません。"), key=key), code="not_found")
