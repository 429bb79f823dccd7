"""Rounding and sharing of yen."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import Rounding, allocate, round_yen, slice_of

amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=4)
whole_yen = st.integers(-(10**10), 10**10).map(Decimal)
weights = st.lists(st.decimals(0, 10**6, places=3), min_size=1, max_size=30).filter(any)


@pytest.mark.parametrize(
    ("amount", "down", "up", "half"),
    [
        ("1234.5", 1234, 1235, 1235),
        ("1234.4", 1234, 1235, 1234),
        ("-1234.5", -1234, -1235, -1235),
        ("1234", 1234, 1234, 1234),
        ("-0.4", 0, -1, 0),
    ],
)
def test_the_three_roundings(amount: str, down: int, up: int, half: int) -> None:
    assert [round_yen(Decimal(amount), mode) for mode in Rounding] == [down, up, half]


def test_dust_of_a_division_never_decides() -> None:
    third = Decimal(10000) / 3

    assert round_yen(third + third + third, Rounding.DOWN) == 10000
    assert round_yen(Decimal("9999.9999999999999999999999"), Rounding.DOWN) == 10000
    assert round_yen(Decimal("10000.0000000000000000000001"), Rounding.UP) == 10000


def test_rounding_to_another_unit() -> None:
    assert round_yen(Decimal("1234.567"), Rounding.HALF, unit=Decimal("0.01")) == Decimal("1234.57")
    assert round_yen(Decimal(1234), Rounding.DOWN, unit=Decimal(100)) == 1200


@given(amounts, st.sampled_from(Rounding))
def test_rounding_mirrors_at_zero_and_stays_within_a_yen(amount: Decimal, mode: Rounding) -> None:
    rounded = round_yen(amount, mode)

    assert round_yen(-amount, mode) == -rounded
    assert abs(rounded - amount) < 1
    assert str(round_yen(Decimal("-0.1"), Rounding.DOWN)) == "0"


@given(whole_yen, weights)
def test_shares_add_up_and_are_fair(total: Decimal, by: list[Decimal]) -> None:
    shares = allocate(total, by)

    assert sum(shares) == total
    assert all(share == 0 for share, weight in zip(shares, by, strict=True) if weight == 0)
    assert all(abs(share - total * weight / sum(by)) <= 1 for share, weight in zip(shares, by, strict=True))
    assert allocate(-total, by) == [-share for share in shares]


def test_the_odd_yen_goes_to_the_largest_remainder_then_to_the_first() -> None:
    assert allocate(Decimal(100), [Decimal(1)] * 3) == [34, 33, 33]
    assert allocate(Decimal(10), [Decimal("0.1"), Decimal("0.25"), Decimal("0.65")]) == [1, 3, 6]


@pytest.mark.parametrize(("total", "by"), [("1.5", ["1"]), ("1", []), ("1", ["0", "0"]), ("1", ["2", "-1"])], ids=str)
def test_sharing_of_nonsense_raises(total: str, by: list[str]) -> None:
    with pytest.raises(ValueError, match=r"yen|Weights"):
        allocate(Decimal(total), [Decimal(weight) for weight in by])


@given(whole_yen, st.lists(st.integers(0, 1000), min_size=1, max_size=12), st.integers(1, 1000))
def test_slices_of_any_cut_add_up(total: Decimal, cuts: list[int], last: int) -> None:
    whole = Decimal(max(cuts) + last)
    borders = [Decimal(0), *map(Decimal, sorted(cuts)), whole]

    parts = [slice_of(total, start, end, whole) for start, end in pairwise(borders)]

    assert sum(parts) == total


def test_a_slice_outside_of_its_whole_raises() -> None:
    with pytest.raises(ValueError, match="must lie in it"):
        slice_of(Decimal(100), Decimal(2), Decimal(4), Decimal(3))
