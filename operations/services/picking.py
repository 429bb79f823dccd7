"""The pick list as a paper: what to fetch for a batch of shipments in the order of the walk, then what goes where."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from core.errors import Refused
from core.events import Actor
from core.honorifics import addressed
from core.periods import TOKYO, local_day
from core.wording import Sentence, _
from documents.barcodes import code128
from documents.models import IssuedPaper
from documents.papers import Draft
from documents.services import issuing
from operations.queries import warehouse
from operations.queries.warehouse import ShipmentRow


@transaction.atomic
def issue_pick_list(shipment_ids: Collection[int], *, client: str, actor: Actor, at: datetime) -> IssuedPaper:
    """Issue a pick list of those of the shipments that wait to be picked. Refused where none does.

    Each list is a batch of its own: issued again, it is another list with another number.
    """
    rows = warehouse.listed(shipment_ids, "pick", client)
    if not rows:
        raise Refused(Sentence(_("ピッキングを待っている出荷はありません。")), code="nothing_to_pick")
    draft = Draft(
        subject_kind="batch",
        subject_id=None,
        data=paper_data(rows, actor=actor, at=at),
        transaction_date=local_day(at),
    )
    return issuing.issue("pick_list", [draft], actor=actor, at=at)[0]


def paper_data(rows: Sequence[ShipmentRow], *, actor: Actor, at: datetime) -> dict[str, Any]:
    """What the list says (documents.papers.pick_list.PickList)."""
    fetch = [
        {
            "name": total.name,
            "option": total.option,
            "sku": total.sku,
            "quantity": total.quantity,
            "shipments": total.shipments,
            "location": "",
            "barcode": code128(total.sku),
        }
        for total in warehouse.totals(rows)
    ]
    return {
        "made_at": f"{at.astimezone(TOKYO):%Y年%-m月%-d日 %-H:%M}",
        "made_by": actor.name,
        "fetch": sorted(fetch, key=lambda item: (item["location"], item["sku"])),
        "located": any(item["location"] for item in fetch),
        "boxes": [_box(row) for row in rows],
        "pieces": sum(row.units for row in rows),
    }


def _box(row: ShipmentRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "barcode": code128(row.number),
        "recipient": f"{addressed(row.ship_name)}　{row.prefecture}",
        "items": [
            {"name": part.name, "option": part.option, "sku": part.sku, "quantity": part.quantity}
            for part in row.contents
        ],
        "pieces": row.units,
        "care": "ギフト" if row.is_gift else "",
    }
