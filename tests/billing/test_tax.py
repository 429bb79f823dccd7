"""Consumption tax, once per rate."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.tax import (
    NONE,
    REDUCED,
    STANDARD,
    RateTotal,
    breakdown,
    deductible_percent,
    needs_return_note,
    total_gross,
    total_tax,
)
from core.money import Rounding

amounts = st.decimals(-(10**9), 10**9, places=3)
rates = st.sampled_from([STANDARD, REDUCED, NONE])
lines = st.lists(st.tuples(rates, amounts), max_size=30)
roundings = st.sampled_from(Rounding)


def taxes(amount: str, rate: Decimal, *, included: bool) -> list[Decimal]:
    return [breakdown([(rate, Decimal(amount))], rounding=mode, included=included)[0].tax for mode in Rounding]


@pytest.mark.parametrize(
    ("amount", "rate", "included", "down", "up", "half"),
    [
        ("3700", REDUCED, True, 274, 275, 274),
        ("12345", STANDARD, False, 1234, 1235, 1235),
        ("-12345", STANDARD, False, -1234, -1235, -1235),
        ("10000", STANDARD, False, 1000, 1000, 1000),
        ("20000", REDUCED, False, 1600, 1600, 1600),
        ("11000", STANDARD, True, 1000, 1000, 1000),
        ("500", NONE, False, 0, 0, 0),
    ],
)
def test_the_three_roundings(amount: str, rate: Decimal, included: bool, down: int, up: int, half: int) -> None:
    assert taxes(amount, rate, included=included) == [down, up, half]


def test_tax_is_rounded_once_for_all_lines_of_a_rate() -> None:
    ten_of_370 = breakdown([(REDUCED, Decimal(370))] * 10, rounding=Rounding.DOWN, included=True)

    assert ten_of_370 == (RateTotal(REDUCED, Decimal(3426), Decimal(274)),)  # not ten times 27


def test_each_rate_that_occurs_has_one_total() -> None:
    lines = [(REDUCED, Decimal(333)), (STANDARD, Decimal(777)), (REDUCED, Decimal(333)), (NONE, Decimal(84))]

    totals = breakdown(lines, rounding=Rounding.DOWN)

    assert [tuple(map(int, (t.rate, t.base, t.tax))) for t in totals] == [(10, 777, 77), (8, 666, 53), (0, 84, 0)]
    assert total_tax(totals) == 130
    assert total_gross(totals) == 1657
    assert [total.is_reduced for total in totals] == [False, True, False]


def test_no_lines_have_no_totals() -> None:
    assert breakdown([], rounding=Rounding.HALF) == ()


@given(lines, roundings, st.booleans())
def test_a_full_return_cancels_to_the_yen(lines: list[tuple[Decimal, Decimal]], how: Rounding, included: bool) -> None:
    there = breakdown(lines, rounding=how, included=included)
    back = breakdown([(rate, -amount) for rate, amount in lines], rounding=how, included=included)

    assert [(t.rate, t.base, t.tax) for t in back] == [(t.rate, -t.base, -t.tax) for t in there]


@given(lines, roundings, st.booleans())
def test_the_order_of_lines_does_not_matter(
    lines: list[tuple[Decimal, Decimal]], how: Rounding, included: bool
) -> None:
    assert breakdown(lines[::-1], rounding=how, included=included) == breakdown(lines, rounding=how, included=included)


@given(rates, amounts, roundings)
def test_included_tax_leaves_the_price_as_it_was(rate: Decimal, amount: Decimal, how: Rounding) -> None:
    price = amount.to_integral_value()
    (total,) = breakdown([(rate, price)], rounding=how, included=True)

    assert total.gross == price
    assert abs(total.tax - price * rate / (100 + rate)) < 1


@given(rates, amounts, roundings)
def test_amounts_are_whole_yen(rate: Decimal, amount: Decimal, how: Rounding) -> None:
    (total,) = breakdown([(rate, amount)], rounding=how)

    assert total.base == total.base.to_integral_value()
    assert total.tax == total.tax.to_integral_value()
    assert abs(total.base - amount) < 1


@pytest.mark.parametrize(("gross", "needed"), [("9999", False), ("10000", True), ("-9999", False), ("-10000", True)])
def test_small_returns_need_no_note(gross: str, needed: bool) -> None:
    assert needs_return_note(Decimal(gross)) is needed


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        ("2023-09-30", 100),
        ("2023-10-01", 80),
        ("2026-09-30", 80),
        ("2026-10-01", 70),
        ("2028-10-01", 50),
        ("2030-10-01", 30),
        ("2031-09-30", 30),
        ("2031-10-01", 0),
    ],
)
def test_the_transitional_deduction(day: str, percent: int) -> None:
    assert deductible_percent(date.fromisoformat(day)) == percent
