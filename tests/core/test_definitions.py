"""Reading of definitions kept as JSON."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.definitions import Definition, clock_face, exact, read_day, read_minute, reading
from core.errors import Refused


def test_every_kind_of_value() -> None:
    data = {"name": "保管", "price": "12.50", "size": 3, "open": False, "tiers": [1, 2], "none": None}
    with reading(data) as terms:
        assert terms.text("name") == "保管"
        assert terms.decimal("price") == Decimal("12.50")
        assert terms.whole("size") == 3
        assert terms.flag("open", default=True) is False
        assert terms.items("tiers") == [("tiers[0]", 1), ("tiers[1]", 2)]
        assert terms.optional_decimal("none") is None
    assert terms.names() == list(data)


def test_what_is_absent_has_its_default() -> None:
    with reading({"b": None}) as terms:
        assert terms.decimal("a", default=Decimal(7)) == 7
        assert terms.whole("b", default=1) == 1
        assert terms.flag("c", default=True) is True
        assert terms.items("d") == []


def test_a_misspelt_key_is_refused_with_its_place() -> None:
    with pytest.raises(Refused) as refusal, reading({"minumum": "1"}, "charges[2]"):
        pass
    assert (refusal.value.field, refusal.value.code) == ("charges[2].minumum", "definition")
    assert "「charges[2].minumum」" in str(refusal.value)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (None, lambda d: d.decimal("x")),
        (0.1, lambda d: d.decimal("x")),
        (True, lambda d: d.decimal("x")),
        ("1,000", lambda d: d.decimal("x")),
        ("NaN", lambda d: d.decimal("x")),
        ("-1", lambda d: d.decimal("x", least=Decimal(0))),
        ("1.5", lambda d: d.whole("x")),
        (-1, lambda d: d.whole("x")),
        (" ", lambda d: d.text("x")),
        (3, lambda d: d.text("x")),
        ("yes", lambda d: d.flag("x", default=True)),
        ("abc", lambda d: d.items("x")),
    ],
)
def test_what_does_not_fit_is_refused_where_it_stands(value: object, read: Callable[[Definition], object]) -> None:
    with pytest.raises(Refused, match="「x」"):
        read(Definition({"x": value}))


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_only_objects_are_read(data: object) -> None:
    with pytest.raises(Refused, match="項目と値"):
        Definition(data)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_number_survives_its_text(number: Decimal) -> None:
    assert exact(str(number), "x") == number


@given(st.integers(0, 1440))
def test_a_time_survives_its_text(minute: int) -> None:
    assert read_minute(clock_face(minute), "x") == minute


@pytest.mark.parametrize("text", ["24:01", "9", "09:60", "09:5", "-1:00", "९:00", "", None, 900])
def test_no_time(text: object) -> None:
    with pytest.raises(Refused, match="時刻"):
        read_minute(text, "x")


def test_days() -> None:
    assert read_day("2026-02-28", "x") == date(2026, 2, 28)
    with pytest.raises(Refused, match="2026-02-29"):
        read_day("2026-02-29", "closures[0]")
