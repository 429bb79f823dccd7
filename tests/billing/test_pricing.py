"""Every way to price, its explanation, and what no rate card may say."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import pricing
from billing.pricing import KINDS, Cell, Part, Priced, Rate, Run, Usage
from billing.pricing.tiers import Graduated, Tier, Volume
from core.errors import Refused
from core.periods import WHOLE, Share

quantities = st.decimals(0, 10**6, places=2)
prices = st.decimals(0, 10**4, places=2)
shares = st.tuples(st.integers(0, 31), st.integers(28, 31)).map(lambda p: Share(min(p), p[1]))

SIZES: list[Cell] = [("60", "関東"), ("80", "関東"), ("60", "九州")]
CARD: dict[str, dict[str, Any]] = {
    "flat": {"amount": "50000"},
    "per_unit": {"unit_price": "120.5"},
    "graduated": {
        "tiers": [
            {"up_to": "100", "unit_price": "300"},
            {"up_to": "500", "unit_price": "250", "flat_fee": "1000"},
            {"unit_price": "200"},
        ]
    },
    "volume": {"tiers": [{"up_to": "100", "unit_price": "300"}, {"unit_price": "200", "flat_fee": "500"}]},
    "package": {"size": "100", "package_price": "1500", "free": "250"},
    "first_additional": {"first": "30", "additional": "10"},
    "base_additional": {"base": "800", "up_to": "2", "additional": "110", "step": "0.5"},
    "percentage": {"percent": "3.5", "fixed": "10", "free": "10000", "least": "50", "most": "500"},
    "matrix": {"axes": ["サイズ", "地域"], "cells": [{"at": list(cell), "unit_price": "700"} for cell in SIZES]},
    "pass_through": {"markup_percent": "5"},
}

usages = st.one_of(
    quantities.map(Usage),
    st.lists(st.builds(Run, quantities, st.integers(1, 50)), max_size=6).map(Usage.of_facts),
    st.dictionaries(st.sampled_from(SIZES), quantities).map(Usage.of_cells),
)
kinds = st.sampled_from(sorted(KINDS))


def rate(kind: str, **more: object) -> Rate:
    return pricing.from_json({"kind": kind, **CARD[kind], **more})


def price(kind: str, usage: Usage | str, share: Share = WHOLE, **more: object) -> Priced:
    return rate(kind, **more).price(Usage(Decimal(usage)) if isinstance(usage, str) else usage, share)


def facts(*runs: str | tuple[str, int]) -> Usage:
    return Usage.of_facts(Run(Decimal(r)) if isinstance(r, str) else Run(Decimal(r[0]), r[1]) for r in runs)


def said(priced: Priced) -> list[tuple[str, object]]:
    return [(str(part.text), part.amount) for part in priced.parts]


def test_the_card_has_every_kind() -> None:
    assert CARD.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_rates_survive_json(kind: str) -> None:
    bounded = {"minimum": "100", "maximum": "99999.5", "prorate": False}
    for made in (rate(kind), rate(kind, **bounded)):
        assert pricing.from_json(json.loads(json.dumps(made.to_json()))) == made


@given(kinds, usages, shares, st.none() | prices, st.none() | prices)
def test_the_parts_are_products_and_add_up(
    kind: str, usage: Usage, share: Share, minimum: Decimal | None, maximum: Decimal | None
) -> None:
    if minimum is not None and maximum is not None:
        minimum, maximum = sorted((minimum, maximum))
    bounds = {"minimum": minimum and str(minimum), "maximum": maximum and str(maximum)}
    priced = price(kind, usage, share, **bounds)

    assert priced.amount == sum(part.amount for part in priced.parts)
    assert all(part.amount == part.quantity * part.unit_price for part in priced.parts if part.unit_price is not None)
    assert priced.amount >= 0


@given(kinds, usages, shares)
def test_parts_survive_json(kind: str, usage: Usage, share: Share) -> None:
    parts = price(kind, usage, share).parts

    assert tuple(Part.from_json(json.loads(json.dumps(part.to_json()))) for part in parts) == parts


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"flat"}))
def test_no_use_costs_nothing_and_explains_nothing(kind: str) -> None:
    assert price(kind, "0") == Priced()


@pytest.mark.parametrize(
    ("kind", "quantity", "amount"),
    [
        ("flat", "0", "50000"),
        ("flat", "7", "50000"),
        ("per_unit", "10", "1205"),
        ("graduated", "100", "30000"),
        ("graduated", "100.5", "31125"),  # 100 × 300 + 0.5 × 250 + 1,000
        ("graduated", "500", "131000"),
        ("graduated", "600", "151000"),
        ("volume", "100", "30000"),
        ("volume", "100.1", "20520"),  # 100.1 × 200 + 500
        ("package", "250", "0"),
        ("package", "250.1", "1500"),
        ("package", "350", "1500"),
        ("package", "351", "3000"),
        ("first_additional", "3", "50"),
        ("base_additional", "2", "800"),
        ("base_additional", "2.1", "910"),
        ("base_additional", "3", "1020"),
        ("percentage", "10000", "0"),
        ("percentage", "12000", "80"),
        ("percentage", "11000", "50"),
        ("percentage", "99999", "500"),
        ("pass_through", "1234", "1295.70"),
    ],
)
def test_amounts(kind: str, quantity: str, amount: str) -> None:
    assert price(kind, quantity).amount == Decimal(amount)


def test_graduated_explains_each_tier() -> None:
    assert said(price("graduated", "620")) == [
        ("0超〜100以下", 30000),
        ("100超〜500以下", 100000),
        ("段階の固定額", 1000),
        ("500超", 24000),
    ]


tier_lists = st.lists(st.tuples(quantities.filter(bool), prices), max_size=5, unique_by=lambda tier: tier[0]).flatmap(
    lambda tiers: prices.map(lambda last: (*(Tier(up_to, at) for up_to, at in sorted(tiers)), Tier(None, last)))
)


@given(tier_lists, quantities, quantities)
def test_graduated_is_monotone_and_continuous(tiers: tuple[Tier, ...], one: Decimal, other: Decimal) -> None:
    lower, upper = sorted((one, other))
    amounts = [Graduated(tiers).price(Usage(quantity), WHOLE).amount for quantity in (lower, upper)]

    assert 0 <= amounts[1] - amounts[0] <= (upper - lower) * max(tier.unit_price for tier in tiers)


@given(tier_lists, quantities)
def test_tiers_cover_every_quantity_once(tiers: tuple[Tier, ...], quantity: Decimal) -> None:
    graduated, volume = (way(tiers).price(Usage(quantity), WHOLE) for way in (Graduated, Volume))
    home = next(tier for tier in tiers if tier.up_to is None or quantity <= tier.up_to)

    assert sum(part.quantity for part in graduated.parts) == sum(part.quantity for part in volume.parts) == quantity
    assert volume.amount == quantity * home.unit_price


@given(tier_lists, st.integers(0, 5))
def test_a_border_belongs_to_the_tier_below(tiers: tuple[Tier, ...], nth: int) -> None:
    tier = tiers[nth % len(tiers)]
    if tier.up_to is not None:
        assert Volume(tiers).price(Usage(tier.up_to), WHOLE).parts[0].unit_price == tier.unit_price


def test_first_and_additional_count_every_fact() -> None:
    priced = price("first_additional", facts(("1", 10), ("4", 2), "0"))

    assert said(priced) == [("1点目", 360), ("2点目以降", 60)]
    assert [part.quantity for part in priced.parts] == [12, 6]


def test_base_and_additional_begin_steps_on_every_fact() -> None:
    assert said(price("base_additional", facts(("2", 3), ("2.6", 2)))) == [
        ("基本（2まで）", 4000),
        ("追加（0.5ごと）", 440),
    ]


def test_a_percentage_explains_free_amount_fixed_least_and_most() -> None:
    priced = price("percentage", facts("4000", "8000", ("500", 2), "20000"))

    assert said(priced) == [
        ("無料枠", 0),  # 4,000, and 6,000 of the 8,000
        ("料率 3.5%", Decimal("805.0")),  # of 2,000 + 2 × 500 + 20,000
        ("1件あたりの固定額", 40),
        ("1件あたりの下限までの差額", Decimal("45.0")),  # 17.5 + 10 is lifted to 50, twice
        ("1件あたりの上限を超える額", Decimal("-210.0")),  # 700 + 10 is cut to 500
    ]
    assert priced.amount == 80 + 2 * 50 + 500


def test_a_bare_percentage_has_one_line() -> None:
    assert said(pricing.from_json({"kind": "percentage", "percent": "3"}).price(facts("500"))) == [("料率 3%", 15)]


@given(st.lists(st.builds(Run, quantities, st.integers(1, 50)), max_size=8), prices, quantities)
def test_a_plain_percentage_does_not_depend_on_the_order(runs: list[Run], percent: Decimal, free: Decimal) -> None:
    way = pricing.from_json({"kind": "percentage", "percent": str(percent), "free": str(free)})
    usage = Usage.of_facts(runs)

    assert way.price(usage).amount == max(Decimal(0), usage.quantity - free) * percent / 100
    assert way.price(Usage.of_facts(runs[::-1])).amount == way.price(usage).amount


def test_a_matrix_prices_cells_and_names_those_it_cannot() -> None:
    usage = Usage.of_cells({("60", "関東"): Decimal(3), ("160", "沖縄"): Decimal(2), ("80", "関東"): Decimal(0)})
    priced = price("matrix", usage)

    assert said(priced) == [("60／関東", 2100)]
    assert priced.unpriced == {("160", "沖縄"): 2}


def test_an_allowance_is_taken_off_and_named() -> None:
    priced = price("per_unit", "130", included="100")

    assert said(priced) == [("定額に含む数量", 0), ("従量", Decimal("3615.0"))]
    assert price("per_unit", "80", included="100").amount == 0
    assert said(price("per_unit", "80", included="100")) == [("定額に含む数量", 0)]


@given(st.sampled_from(["per_unit", "graduated", "package"]), quantities, quantities)
def test_an_allowance_never_raises_the_price(kind: str, quantity: Decimal, included: Decimal) -> None:
    usage = Usage(quantity)

    assert rate(kind, included=str(included)).price(usage).amount <= rate(kind).price(usage).amount


@pytest.mark.parametrize(
    ("quantity", "amount", "last"),
    [("1", "1000", "最低料金との差額"), ("10", "1205", "従量"), ("100", "5000", "上限料金を超える額の値引き")],
)
def test_least_and_most_a_period(quantity: str, amount: str, last: str) -> None:
    priced = price("per_unit", quantity, minimum="1000", maximum="5000")

    assert priced.amount == Decimal(amount)
    assert said(priced)[-1][0] == last


def test_a_minimum_is_due_without_any_use() -> None:
    assert said(price("per_unit", "0", minimum="1000")) == [("最低料金との差額", 1000)]


def test_a_part_month_is_charged_by_its_own_days() -> None:
    half = Share(14, 28)

    assert said(price("flat", "0", half)) == [("月額固定（日割り 14日／28日）", 25000)]
    assert price("flat", "0", half, prorate=False).amount == 50000
    assert price("per_unit", "10", half).amount == 1205
    assert price("per_unit", "0", half, minimum="1000").amount == 500
    assert price("per_unit", "100", half, maximum="5000").amount == 2500
    assert price("per_unit", "100", Share(10, 31), included="100").parts[0].quantity == 33  # 32.26 rounded up


@given(st.integers(1, 31), st.integers(0, 31))
def test_parts_of_a_month_cost_the_whole_month(days: int, cut: int) -> None:
    cut = min(cut, days)
    parts = [price("flat", "0", Share(part, days)).amount for part in (cut, days - cut)]

    assert abs(sum(parts, Decimal(-50000))) < Decimal("1e-9")


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ([], "項目と値"),
        ({"kind": "mystery"}, "mystery"),
        ({}, "「kind」"),
        ({"kind": "per_unit"}, "「unit_price」"),
        ({"kind": "per_unit", "unit_price": "-1"}, "「unit_price」"),
        ({"kind": "per_unit", "unit_price": 1.5}, "「unit_price」"),
        ({"kind": "per_unit", "unit_price": "abc"}, "「unit_price」"),
        ({"kind": "per_unit", "unit_price": "1", "minumum": "5"}, "minumum"),
        ({"kind": "per_unit", "unit_price": "1", "minimum": "5", "maximum": "4"}, "「maximum」"),
        ({"kind": "flat", "amount": "1", "included": "5"}, "included"),
        ({"kind": "volume"}, "「tiers」"),
        ({"kind": "volume", "tiers": [{"up_to": "5", "unit_price": "1"}]}, "「tiers」"),
        (
            {"kind": "graduated", "tiers": [{"up_to": v, "unit_price": "1"} for v in ("5", "5", None)]},
            r"tiers\[1\]\.up_to",
        ),
        (
            {"kind": "graduated", "tiers": [{"up_to": v, "unit_price": "1"} for v in (None, None)]},
            r"tiers\[0\]\.up_to",
        ),
        ({"kind": "graduated", "tiers": [{"unit_price": "1", "from": "0"}]}, r"tiers\[0\]\.from"),
        ({"kind": "package", "size": "0", "package_price": "1"}, "「size」"),
        ({"kind": "percentage", "percent": "3", "least": "5", "most": "4"}, "「most」"),
        ({"kind": "matrix", "cells": []}, "「axes」"),
        ({"kind": "matrix", "axes": ["a"], "cells": [{"at": ["1", "2"], "unit_price": "1"}]}, r"cells\[0\]\.at"),
        ({"kind": "matrix", "axes": ["a"], "cells": [{"at": ["1"], "unit_price": "1"}] * 2}, "2つ"),
        ({"kind": "base_additional", "base": "1", "up_to": "1", "additional": "1", "step": "0"}, "「step」"),
    ],
)
def test_cards_that_make_no_sense_are_refused(data: Mapping[str, object], where: str) -> None:
    with pytest.raises(Refused, match=where) as refusal:
        pricing.from_json(data)
    assert refusal.value.code == "definition"


@pytest.mark.parametrize("build", [lambda: Usage(Decimal(-1)), lambda: facts("-1"), lambda: facts("5", "-1")])
def test_use_is_never_negative(build: Any) -> None:
    with pytest.raises(ValueError, match="never negative"):
        build()
