"""Minimum monthly commitments."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.commitments import true_up
from core.periods import Share

yen = st.integers(0, 10**8).map(Decimal)


def test_what_is_missing_is_made_up_for() -> None:
    (line,) = true_up(Decimal(100_000), Decimal(83_000)).parts

    assert (str(line.text), int(line.amount)) == ("最低利用額との差額", 17_000)


def test_a_part_month_owes_its_part() -> None:
    (line,) = true_up(Decimal(100_000), Decimal(10_000), Share(7, 28)).parts

    assert (str(line.text), int(line.amount)) == ("最低利用額（日割り 7日／28日）との差額", 15_000)


def test_nothing_is_added_where_the_commitment_is_met() -> None:
    assert true_up(Decimal(100_000), Decimal(100_000)).parts == ()
    assert true_up(Decimal(100_000), Decimal(25_000), Share(7, 28)).parts == ()


@given(yen, yen)
def test_with_the_true_up_the_higher_of_both_is_paid(committed: Decimal, charged: Decimal) -> None:
    assert charged + true_up(committed, charged).amount == max(committed, charged)
