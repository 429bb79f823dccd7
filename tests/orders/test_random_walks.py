"""Whatever is done with orders, in whatever order: quantities obey their laws and the phase is what the facts say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.batches import Outcome
from orders.exceptions import CHOICES, KINDS
from orders.lifecycle import BY_CODE, graph, phase_of
from orders.models import ChangeRequest, Line, Order, OrderException, Return, Shipment, ShipmentLine, Supply, SupplyLine
from orders.queries import facts
from orders.services import (
    arranging,
    cancelling,
    changes,
    completing,
    exceptions,
    holds,
    returning,
    shipping,
    supplying,
    verification,
)
from orders.supplying import KINDS as WAYS
from orders.supplying import OPEN
from tests.conftest import OPERATOR
from tests.factories.orders import MORNING, order, slips
from tests.factories.supplies import item, supplier

pytestmark = pytest.mark.usefixtures("nobody_listens")

AGREED: dict[str, frozenset[str]] = {
    "received": frozenset({"scheduled", "held", "preparing", "producing", "sourcing", "cancelled"}),
    "scheduled": frozenset({"received", "held", "preparing", "cancelled"}),
    "producing": frozenset({"received", "scheduled", "held", "preparing", "cancelled"}),
    "sourcing": frozenset({"received", "scheduled", "held", "preparing", "partial", "shipped", "cancelled"}),
    "awaiting_payment": frozenset({"received", "scheduled", "held", "cancelled"}),
    "verifying": frozenset({"received", "scheduled", "awaiting_payment", "held", "cancelled"}),
    "preparing": frozenset({"held", "partial", "shipped", "delivered", "cancelled"}),
    "partial": frozenset({"held", "shipped", "delivered"}),
    "held": frozenset(
        {
            *("received", "scheduled", "awaiting_payment", "verifying", "producing", "sourcing"),
            *("preparing", "partial", "shipped", "delivered", "cancelled"),
        }
    ),
    "shipped": frozenset({"delivered"}),
    "delivered": frozenset({"held", "completed"}),
    "completed": frozenset(),
    "cancelled": frozenset(),
}
"""Which phases one command may lead to. A phase that nothing brings about yet is not here."""

TROUBLED = frozenset({"exception", "returning", "awaiting_stock"})
ANYWHERE = frozenset(AGREED) | TROUBLED
"""What exceptions, changes and returns may lead to: they hide where an order stands, and show it again."""

ALWAYS: dict[str, Any] = {"actor": OPERATOR, "at": MORNING}


def _halves(order_ids: Sequence[int]) -> dict[int, int]:
    """One piece of every line that has one to give."""
    lines = Line.objects.filter(order__in=order_ids, allocated__gt=F("released"))
    return {line.pk: 1 for line in lines}


def _shipments(order_ids: Sequence[int]) -> list[int]:
    return list(Shipment.objects.filter(order__in=order_ids).values_list("pk", flat=True))


def _ship(order_ids: Sequence[int]) -> Outcome:
    shipments = _shipments(order_ids)
    return shipping.ship(shipments, parcels=slips(shipments), **ALWAYS)


def _lines(order_ids: Sequence[int]) -> list[int]:
    return list(Line.objects.filter(order__in=order_ids).values_list("pk", flat=True))


def _sent(order_ids: Sequence[int]) -> dict[int, int]:
    """One piece of every line of which something was shipped."""
    return dict.fromkeys(Line.objects.filter(order__in=order_ids, shipped__gt=0).values_list("pk", flat=True), 1)


def _exceptions(order_ids: Sequence[int]) -> list[int]:
    return list(OrderException.objects.filter(order__in=order_ids).values_list("pk", flat=True))


def _returns(order_ids: Sequence[int]) -> list[int]:
    return list(Return.objects.filter(order__in=order_ids).values_list("pk", flat=True))


def _changes(order_ids: Sequence[int]) -> list[int]:
    return list(ChangeRequest.objects.filter(order__in=order_ids).values_list("pk", flat=True))


def _supplies(order_ids: Sequence[int]) -> list[int]:
    found = Supply.objects.filter(lines__line__order__in=order_ids)
    return list(found.order_by("pk").distinct().values_list("pk", flat=True))


def _arrive(order_ids: Sequence[int], *, part: bool = False) -> Outcome:
    """What these orders wait for comes, or one piece of each; what goes straight to buyers has its numbers."""
    supplies = _supplies(order_ids)
    lots = SupplyLine.objects.filter(supply__in=supplies, quantity__gt=F("arrived") + F("cancelled"))
    pieces = dict.fromkeys(lots.values_list("pk", flat=True), 1) if part else None
    return supplying.arrive(supplies, pieces=pieces, parcels=slips(supplies), **ALWAYS)


Command = Callable[[Sequence[int]], Outcome]


def _opener(kind: str) -> Command:
    """Opens the kind, about one piece of every line or of those that were shipped."""

    def opens(order_ids: Sequence[int]) -> Outcome:
        lines = _sent(order_ids) or dict.fromkeys(_lines(order_ids), 1)
        return exceptions.open_for(order_ids, kind=kind, quantities=lines, **ALWAYS)

    return opens


def _decider(choice: str) -> Command:
    """Chooses, for whichever side decides."""
    answer = exceptions.Answer(
        choice,
        date=date(2026, 10, 9),
        address={"postcode": "5300001", "address": "大阪府大阪市北区梅田3"},
        item="別の品",
    )

    def decides(order_ids: Sequence[int]) -> Outcome:
        keys = _exceptions(order_ids)
        first = exceptions.decide(keys, answer=answer, by="client", **ALWAYS)
        left = [key for key in keys if key not in first.done]
        second = exceptions.decide(left, answer=answer, by="operator", **ALWAYS)
        return Outcome.of(first.done | second.done, second.refused)

    return decides


COMMANDS: dict[str, Command] = {
    "verify": lambda ids: verification.answer(ids, answer="可", **ALWAYS),
    "verify_address": lambda ids: verification.answer(ids, reason="address", answer="可", **ALWAYS),
    "hold": lambda ids: holds.place(ids, reason="stock", **ALWAYS),
    "release_hold": lambda ids: holds.release(ids, reason="済", **ALWAYS),
    "pay": lambda ids: arranging.mark_paid(ids, **ALWAYS),
    "schedule": lambda ids: arranging.set_ship_date(ids, ship_on=date(2026, 10, 9), **ALWAYS),
    "unschedule": lambda ids: arranging.set_ship_date(ids, ship_on=None, **ALWAYS),
    "release": lambda ids: shipping.release(ids, **ALWAYS),
    "release_part": lambda ids: shipping.release(ids, quantities=_halves(ids), **ALWAYS),
    "pick": lambda ids: shipping.pick(_shipments(ids), **ALWAYS),
    "pack": lambda ids: shipping.pack(_shipments(ids), **ALWAYS),
    "ship": _ship,
    "deliver": lambda ids: shipping.deliver(_shipments(ids), **ALWAYS),
    "cancel": lambda ids: cancelling.cancel(ids, by="client", reason="不要", **ALWAYS),
    "cancel_here": lambda ids: cancelling.cancel(ids, by="operator", reason="欠品", **ALWAYS),
    "refuse_cancel": lambda ids: cancelling.answer_request(ids, accept=False, answer="不可", **ALWAYS),
    "accept_cancel": lambda ids: cancelling.answer_request(ids, accept=True, answer="可", **ALWAYS),
    "complete": lambda ids: completing.complete(ids, **ALWAYS),
    "allocate": lambda ids: arranging.allocate(ids, **ALWAYS),
    "change": lambda ids: changes.ask(ids, kind="note", wanted={"note": "玄関前に"}, reason="希望", **ALWAYS),
    "answer_change": lambda ids: changes.answer(_changes(ids), accept=True, answer="可", **ALWAYS),
    "request_return": lambda ids: returning.request(ids, quantities=_sent(ids), reason="不要", **ALWAYS),
    "receive_return": lambda ids: returning.receive(_returns(ids), **ALWAYS),
    "inspect_return": lambda ids: returning.inspect(
        _returns(ids), accepted=dict.fromkeys(_lines(ids), 1), finding="可", **ALWAYS
    ),
    "source": lambda ids: supplying.place(ids, **ALWAYS),
    "send_supply": lambda ids: supplying.send(_supplies(ids), **ALWAYS),
    "confirm_supply": lambda ids: supplying.confirm(_supplies(ids), expected_on=date(2026, 10, 5), **ALWAYS),
    "delay_supply": lambda ids: supplying.confirm(_supplies(ids), expected_on=date(2026, 11, 5), **ALWAYS),
    "supply_arrives": _arrive,
    "supply_arrives_in_part": lambda ids: _arrive(ids, part=True),
    "cancel_supply": lambda ids: supplying.cancel(_supplies(ids), reason="終売", **ALWAYS),
    "reopen": lambda ids: exceptions.reopen(_exceptions(ids), note="再度", **ALWAYS),
    "withdraw": lambda ids: exceptions.withdraw(_exceptions(ids), note="誤り", **ALWAYS),
    **{f"open_{kind}": _opener(kind) for kind in KINDS},
    **{f"decide_{choice}": _decider(choice) for choice in CHOICES},
}
TROUBLES = {
    name
    for name in COMMANDS
    if name.startswith(("open_", "decide_"))
    or name in {"change", "answer_change", "reopen", "withdraw", "allocate", "delay_supply", "source", "confirm_supply"}
    or name.endswith("_return")
}
BY_OTHERS: Mapping[str, Callable[[Sequence[int]], list[int]]] = {
    "answer_change": _changes,
    **{name: _supplies for name in COMMANDS if "supply" in name},
    "receive_return": _returns,
    "inspect_return": _returns,
    "reopen": _exceptions,
    "withdraw": _exceptions,
    **{f"decide_{choice}": _exceptions for choice in CHOICES},
}
"""Commands whose subjects are not orders or shipments."""
BY_SHIPMENT = {"pick", "pack", "ship", "deliver"}
SOURCING = ("verify", "pay", "source", "send_supply", "confirm_supply", "supply_arrives_in_part", "supply_arrives")
USUAL = ("verify", "pay", "release", "pick", "pack", "ship", "deliver", "complete")
CHOSEN = st.sets(st.integers(0, 4), min_size=1)
Step = tuple[str, set[int]]


def _usual(chosen: set[int], first: int, last: int) -> list[Step]:
    """A stretch of the way that most orders go."""
    return [(name, chosen) for name in USUAL[first:last]]


STRETCHES = st.builds(_usual, CHOSEN, st.integers(0, 3), st.integers(3, len(USUAL)))
SINGLE = st.tuples(st.sampled_from(sorted(COMMANDS)), CHOSEN).map(lambda step: [step])
DECIDED = st.sampled_from([(kind.code, choice) for kind in KINDS.values() for choice in kind.choices])
TROUBLE = st.tuples(DECIDED, CHOSEN).map(
    lambda part: [(f"open_{part[0][0]}", part[1]), (f"decide_{part[0][1]}", part[1])]
)
SOURCED = st.builds(lambda chosen, last: [(name, chosen) for name in SOURCING[:last]], CHOSEN, st.integers(3, 7))
WALKS = st.lists(SINGLE | TROUBLE | SOURCED | STRETCHES, min_size=1, max_size=10).map(
    lambda parts: [s for part in parts for s in part]
)


def _make() -> list[int]:
    item("SKU-1", "drop_ship", supplier())
    item("SKU-2", "made_to_order")
    return [
        order(units=[2, 1]).pk,
        order(units=[2], verifications=["address", "credit"]).pk,
        order(units=[1, 1], prepaid=True).pk,
        order(units=[3], branch="drop_ship").pk,
        order(units=[2, 2], branch="made_to_order", wished_date=date(2026, 10, 20)).pk,
    ]


def _stand(keys: Sequence[int]) -> dict[int, tuple[str, int]]:
    """Phase and version of each order."""
    found = Order.objects.filter(pk__in=keys).values_list("pk", "phase", "version")
    return {key: (phase, version) for key, phase, version in found}


def _forward(keys: Sequence[int]) -> list[int]:
    """The counters that never go back, one after the other."""
    lines = Line.objects.filter(order__in=keys).order_by("pk")
    return [count for row in lines.values_list("packed", "shipped", "delivered", "cancelled") for count in row]


def _check_laws(keys: Sequence[int]) -> None:
    for row in facts.of_orders(keys).to_dicts():
        assert Order.objects.values_list("phase", flat=True).get(pk=row["id"]) == phase_of(row).code
    under_way = ShipmentLine.objects.filter(line=OuterRef("pk")).exclude(shipment__state="cancelled")
    going = under_way.order_by().values("line").annotate(n=Sum(F("quantity") - F("voided"))).values("n")
    for line in Line.objects.filter(order__in=keys).annotate(going=Coalesce(Subquery(going), 0)):
        sourced = line.allocated + line.backordered + line.on_purchase + line.making
        assert sourced <= line.ordered - line.cancelled
        assert line.shipped <= line.packed <= line.picked <= line.released <= line.allocated
        assert line.released == line.going
        assert line.cancelled + line.written_off <= line.ordered
        assert line.return_accepted + line.return_rejected <= line.return_received <= line.return_requested
        assert line.return_requested <= line.shipped


def _check_supplies(keys: Sequence[int]) -> None:
    """What lines have on order and in production is what the orders to suppliers say is still to come."""
    for line in Line.objects.filter(order__in=keys).prefetch_related("supply_lines__supply"):
        coming = dict.fromkeys(WAYS, 0)
        made = 0
        for lot in line.supply_lines.all():
            coming[lot.supply.kind] += lot.quantity - lot.arrived - lot.cancelled
            made += lot.arrived if lot.supply.kind == "production" else 0
        assert line.making == coming["production"]
        assert line.on_purchase == coming["purchase"] + coming["direct"]
        assert line.produced == made
    for supply in Supply.objects.prefetch_related("lines"):
        left = sum(lot.quantity - lot.arrived - lot.cancelled for lot in supply.lines.all())
        assert (supply.state in OPEN) == (left > 0) == (supply.finished_at is None)


def _check_step(name: str, keys: Sequence[int], chosen: Sequence[int]) -> None:
    before, counted = _stand(keys), _forward(keys)
    subjects = set(_shipments(chosen)) if name in BY_SHIPMENT else set(BY_OTHERS.get(name, list)(chosen))
    outcome = COMMANDS[name](chosen)
    after = _stand(keys)
    assert outcome.done | set(outcome.refused) == subjects
    assert not outcome.done & set(outcome.refused)
    if not name.startswith("decide_"):  # a decision corrects what was counted, and may add a line
        assert all(new >= old for old, new in zip(counted, _forward(keys), strict=True))
    for key in keys:
        old, new = before[key], after[key]
        # What waits for stock shows as soon as nothing else is in the way.
        agreed = ANYWHERE if name in TROUBLES or old[0] in TROUBLED else AGREED[old[0]] | {"awaiting_stock"}
        assert new[0] == old[0] or new[0] in agreed, f"{name}: {old[0]} to {new[0]}"
        assert (new[1] > old[1]) or new == old
    _check_laws(keys)
    _check_supplies(keys)


# Every example undoes what it wrote, so one scope serves them all.
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=WALKS)
def test_any_walk_obeys_the_laws(acme: str, steps: list[Step]) -> None:
    with transaction.atomic():
        keys = _make()
        _check_laws(keys)
        for name, chosen in steps:
            _check_step(name, keys, [keys[nth] for nth in sorted(chosen)])
        transaction.set_rollback(True)


def test_the_agreed_graph_names_phases_that_exist() -> None:
    assert set(AGREED) <= set(BY_CODE)
    assert set().union(*AGREED.values()) <= set(AGREED)


def test_the_drawn_graph_has_every_agreed_way() -> None:
    drawn = {(edge.before, edge.after) for edge in graph()}
    agreed = {(before, after) for before, ways in AGREED.items() for after in ways}
    assert agreed <= drawn
