"""What a quote adds up to, what changed in it, and what may become of it: the rules alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from orders.quoting import (
    MOVES,
    QUOTES,
    Past,
    PastLine,
    Terms,
    Wanted,
    add_up,
    against_past,
    between,
    changes,
    check_lines,
    refusal,
)
from tests.factories.quotes import line

LINES = st.lists(
    st.builds(
        Wanted,
        sku=st.sampled_from(["A", "B"]),
        name=st.just("品"),
        quantity=st.integers(1, 1000),
        unit_price=st.decimals(1, 9999, places=2),
        tax_rate=st.sampled_from([10, 8, 0]),
    ),
    min_size=1,
    max_size=20,
)


def test_tax_is_rounded_once_per_rate() -> None:
    sums = add_up([line("A", 3, "33"), line("B", 3, "33"), line(price="101", tax_rate=8)])
    assert [(part.rate, int(part.base), int(part.tax)) for part in sums.parts] == [(10, 198, 19), (8, 1010, 80)]
    assert (int(sums.goods), int(sums.tax), int(sums.total)) == (1208, 99, 1307)


def test_reductions_and_carriage_are_in_the_total() -> None:
    sums = add_up([line(discount=Decimal(500))], postage=Decimal(800))
    shown = [int(part) for part in (sums.goods, sums.discount, sums.postage, sums.tax, sums.total)]
    assert shown == [10000, 500, 800, 1030, 11330]


@given(LINES)
def test_what_is_shown_adds_up_to_the_total(lines: list[Wanted]) -> None:
    sums = add_up(lines, postage=Decimal(700))
    assert sums.goods - sums.discount + sums.postage + sums.tax == sums.total
    assert sum(part.base + part.tax for part in sums.parts) == sums.total
    assert sums.total == sums.total.to_integral_value()


def test_lines_are_held_against_what_the_buyer_paid_last() -> None:
    past = Past({"TEA-1": PastLine(Decimal(800), date(2026, 9, 1), "Q-1")}, on=date(2026, 9, 1))
    known, new = against_past([line(), line("NEW")], past)
    assert (known.change, known.percent) == (Decimal(200), Decimal("25.0"))
    assert (new.before, new.change) == (None, None)


def test_two_versions_stand_side_by_side() -> None:
    before, after = [line("A"), line("B"), line("B", 2)], [line("B", 5), line("C"), line("A")]
    pairs = [(pair.sku, pair.before, pair.after, pair.is_changed) for pair in between(before, after)]
    assert pairs == [
        ("B", line("B"), line("B", 5), True),
        ("C", None, line("C"), True),
        ("A", line("A"), line("A"), False),
        ("B", line("B", 2), None, True),
    ]


def test_changes_are_said_in_sentences() -> None:
    old, new = (Terms(date(2026, 10, 31), payment=words) for words in ("前払い", "月末締め"))
    said = changes([line(), line("B")], [line(price="950.5", quantity=12), line("C")], old, new)
    assert list(map(str, said)) == [
        "煎茶 TEA-1 の数量 10 → 12",
        "煎茶 TEA-1 の単価 1,000円 → 950.5円",
        "煎茶 C を加えました（10個）",
        "煎茶 B を外しました",
        "支払条件 前払い → 月末締め",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"sku": ""},
        {"name": " "},
        {"quantity": 0},
        {"price": "-1"},
        {"discount": Decimal(10001)},
        {"discount": Decimal("0.5")},
        {"tax_rate": 5},
    ],
)
def test_a_line_that_no_order_could_have_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Refused, match="2行目"):
        check_lines([line(), line(**wrong)])  # type: ignore[arg-type]


def test_only_what_waits_for_the_buyer_can_be_accepted() -> None:
    assert [state for state in QUOTES if refusal("accept", state) is None] == ["sent"]


def test_every_move_leads_from_states_to_a_state_that_there_are() -> None:
    known = {*QUOTES, "open", "answered", "closed", "in_force", "ended"}
    assert {state for move in MOVES.values() for state in (*move.sources, move.target)} <= known
