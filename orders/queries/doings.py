"""Who has done what a refusal speaks of, from the record."""

from __future__ import annotations

from collections.abc import Mapping

from core.doings import because
from core.errors import Refused
from core.models import Event
from core.wording import _

_CANCELLED = _("%(who)sが %(when)s にキャンセルしました。")
_RELEASED = _("%(who)sが %(when)s に出荷指示をしました。")
_PICKED = _("%(who)sが %(when)s にピッキング済みにしました。")
_PACKED = _("%(who)sが %(when)s に梱包済みにしました。")
_SHIPPED = _("%(who)sが %(when)s に出荷済みにしました。")

_DID: Mapping[str, Mapping[str, str]] = {
    "cancelled": {"order.cancelled": _CANCELLED, "shipment.cancelled": _CANCELLED},
    "released": {"shipment.released": _RELEASED},
    "picked": {"shipment.picked": _PICKED},
    "packed": {"shipment.packed": _PACKED, "shipment.shipped": _SHIPPED},
    "shipped": {"shipment.shipped": _SHIPPED},
    "paid": {"order.paid": _("%(who)sが %(when)s に入金済みにしました。")},
    "completed": {"order.completed": _("%(who)sが %(when)s に完了にしました。")},
}
"""By the code of a refusal, the events that brought it about, each with what was done."""


def with_who(refused: Mapping[int, Refused], orders: Mapping[int, int], *, kind: str = "order") -> dict[int, Refused]:
    """The refusals, each with who did last what it speaks of. orders: the order of each subject. One query, or none.

    kind: of the subjects; what happened to shipments is then asked of these very ones.
    """
    asked = {key: _DID[why.code] for key, why in refused.items() if why.code in _DID}
    if not asked:
        return dict(refused)
    names = {name for did in asked.values() for name in did}
    found = Event.objects.filter(order_id__in={orders[key] for key in asked}, name__in=names).order_by("id")
    rows = found.values_list("order_id", "subject_kind", "subject_id", "name", "actor_name", "at")
    last = {}
    for order_id, subject_kind, subject_id, name, who, at in rows:
        last[order_id, name, subject_id if subject_kind == kind == "shipment" else None] = (at, who, name)
    answers = dict(refused)
    for key, did in asked.items():
        mine = [last[place] for name in did for place in _places(orders[key], name, key, kind) if place in last]
        if mine:
            at, who, name = max(mine)
            answers[key] = because(refused[key], did[name], who=who, at=at)
    return answers


def _places(order_id: int, name: str, key: int, kind: str) -> list[tuple[int, str, int | None]]:
    of_shipment = kind == "shipment" and name.startswith("shipment.")
    return [(order_id, name, key if of_shipment else None)]
