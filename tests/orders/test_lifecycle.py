from __future__ import annotations

import polars as pl
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders import lifecycle
from orders.lifecycle import MOVES, ORDER_FACTS, PHASES, SHIPMENT_FACTS, fact

NOTHING = dict.fromkeys(ORDER_FACTS, 0)
PLAIN = {**NOTHING, "open": 3, "allocated": 3}
FACTS = st.fixed_dictionaries(dict.fromkeys(ORDER_FACTS, st.integers(0, 3)))
STAGED = st.fixed_dictionaries(
    {**dict.fromkeys(SHIPMENT_FACTS, st.integers(0, 2)), "stage": st.sampled_from(list(lifecycle.STAGES.values()))}
)


@pytest.mark.parametrize(
    ("facts", "phase"),
    [
        ({"open": 0}, "cancelled"),
        ({"exceptions": 1, "holds": 1}, "exception"),
        ({"shipped": 3, "delivered": 3, "in_return": 1}, "returning"),
        ({"shipped": 3, "delivered": 3, "accepted": 3}, "completed"),
        ({"shipped": 3, "delivered": 3, "closed": 1}, "completed"),
        ({"shipped": 1, "holds": 1}, "held"),
        ({"delivered": 3}, "delivered"),
        ({"shipped": 3, "delivered": 2}, "shipped"),
        ({"shipped": 1, "active_shipments": 1}, "partial"),
        ({"active_shipments": 1, "released": 3, "verifications": 1}, "preparing"),
        ({"verifications": 1, "prepaid": 1}, "verifying"),
        ({"prepaid": 1}, "awaiting_payment"),
        ({"prepaid": 1, "paid": 1, "making": 1}, "producing"),
        ({"on_purchase": 1, "backordered": 1, "allocated": 1}, "sourcing"),
        ({"backordered": 1, "allocated": 2}, "awaiting_stock"),
        ({"dated": 1}, "scheduled"),
        ({"dated": 1, "allocated": 2}, "received"),
        ({}, "received"),
    ],
)
def test_the_first_phase_that_holds_is_the_orders(facts: dict[str, int], phase: str) -> None:
    assert lifecycle.phase_of({**PLAIN, **facts}).code == phase


def test_phases_are_sixteen_and_the_last_always_holds() -> None:
    assert len(lifecycle.BY_CODE) == len(PHASES) == 16
    assert PHASES[-1].when is lifecycle.ALWAYS


@settings(deadline=None)
@given(st.lists(FACTS, min_size=1, max_size=30))
def test_a_frame_has_the_phases_of_its_rows(rows: list[dict[str, int]]) -> None:
    columns = pl.DataFrame(rows).select(lifecycle.phase_column().alias("phase"))["phase"].to_list()
    assert columns == [lifecycle.phase_of(row).code for row in rows]


# Nothing is written, so one scope serves all examples.
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(FACTS, min_size=1, max_size=30))
def test_the_database_derives_the_same_phases(acme: str, rows: list[dict[str, int]]) -> None:
    names = ", ".join(ORDER_FACTS)
    values = ", ".join(f"({nth}, {', '.join(str(row[name]) for name in ORDER_FACTS)})" for nth, row in enumerate(rows))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lifecycle.phase_sql()} FROM (VALUES {values}) f (nth, {names}) ORDER BY f.nth")
        stored = [row[0] for row in cursor.fetchall()]
    assert stored == [lifecycle.phase_of(row).code for row in rows]


@settings(deadline=None)
@given(st.lists(FACTS, min_size=1, max_size=20), st.lists(STAGED, min_size=1, max_size=20))
def test_many_are_refused_as_each_one_is(orders: list[dict[str, int]], shipments: list[dict[str, int]]) -> None:
    for move in MOVES.values():
        rows = orders if move.subject == "order" else shipments
        ready, refused = move.sift(pl.DataFrame(rows).with_row_index("id").cast(pl.Int64))
        each = {nth: move.refusal(row) for nth, row in enumerate(rows)}
        assert set(ready["id"]) == {nth for nth, refusal in each.items() if refusal is None}
        assert {nth: refusal.code for nth, refusal in refused.items()} == {
            nth: refusal.code for nth, refusal in each.items() if refusal is not None
        }


@pytest.mark.parametrize(
    ("move", "facts", "code"),
    [
        ("release", {"holds": 1, "verifications": 1}, "held"),
        ("release", {"verifications": 1}, "verifying"),
        ("release", {"prepaid": 1}, "unpaid"),
        ("release", {"allocated": 0}, "nothing_allocated"),
        ("release", {"released": 3}, "released"),
        ("release", {"open": 0}, "cancelled"),
        ("release", {"cancel_requests": 1, "released": 1}, "cancel_requested"),
        ("hold", {"shipped": 3}, "shipped"),
        ("cancel", {"packed": 1}, "packed"),
        ("complete", {"delivered": 2}, "not_delivered"),
        ("verify", {}, "nothing_to_verify"),
    ],
)
def test_a_move_says_why_it_is_not_allowed(move: str, facts: dict[str, int], code: str) -> None:
    refusal = MOVES[move].refusal({**PLAIN, **facts})
    assert refusal is not None
    assert refusal.code == code
    assert str(refusal).endswith("。")


def test_a_plain_order_may_be_held_scheduled_paid_released_and_cancelled() -> None:
    moves = [move.code for move in lifecycle.allowed(PLAIN)]
    assert moves == [
        *("hold", "pay", "rule", "take_over", "schedule", "release"),
        *("cancel", "request_cancel", "open_exception", "change"),
    ]


def test_conditions_read_the_same_in_sql() -> None:
    condition = (fact("open") <= 0) & ((fact("shipped") < fact("open")) | fact("stage").differs(7))
    assert condition.sql("t") == "(t.open <= 0 AND (t.shipped < t.open OR t.stage <> 7))"
