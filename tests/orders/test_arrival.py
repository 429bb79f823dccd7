"""What arriving orders are looked at for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Refused
from orders.arrival import FINDINGS, Checks, Rule, evaluate, prepared
from orders.conditions import AMOUNT, DAY, FIELDS, FLAG, OPERATORS, TEXT, TEXTS, holds, matching, read_condition
from orders.intake import from_records
from orders.reasons import VERIFICATION_REASONS

NO_CHECKS = Checks(content=False, address=False, credit_from=None, duplicate=False, days_needed=None)
LINE = {"sku": "KOME-10", "name": "米", "quantity": 2, "unit_price": 1500}


def orders(*changes: dict[str, Any]) -> pl.DataFrame:
    records = [
        {
            "number": f"W-{place}",
            "ordered_at": datetime(2026, 10, 1, 3, place, tzinfo=UTC),
            "ship_name": f"佐藤 {place}",
            "ship_postcode": "5300001",
            "ship_address": "大阪府大阪市北区梅田1-2-3",
            "ship_phone": f"06-6123-456{place}",
            "buyer_phone": f"06-6123-456{place}",
            "lines": [LINE],
            **change,
        }
        for place, change in enumerate(changes, 1)
    ]
    intake = from_records(records)
    assert intake.refused.is_empty(), intake.refused.to_dicts()
    return intake.orders


def found(frame: pl.DataFrame, **options: Any) -> list[tuple[str, str]]:
    findings = evaluate(frame, **options)
    assert findings.schema == FINDINGS
    assert set(findings["reason"]) <= set(VERIFICATION_REASONS)
    return findings.select("number", "reason").rows()


def test_an_ordinary_order_needs_no_look() -> None:
    assert found(orders({})) == []


def test_each_check_finds_what_it_is_for() -> None:
    frame = orders(
        {"note": "玄関前に"},
        {"ship_postcode": "1050011"},
        {"lines": [{**LINE, "quantity": 100}]},
        {"wished_date": date(2026, 10, 1)},
        {"wished_slot": "夜遅く"},
        {"wished_date": date(2026, 10, 2), "wished_slot": "14-16"},
    )
    assert found(frame) == [
        ("W-1", "content"),
        ("W-5", "content"),
        ("W-2", "address"),
        ("W-3", "credit"),
        ("W-4", "delivery"),
    ]
    assert found(frame, checks=NO_CHECKS) == []
    assert found(frame, checks=Checks(content=False, address=False, credit_from=300_001, days_needed=0)) == []


def test_a_postcode_that_lies_in_two_prefectures_fits_both() -> None:
    frame = orders(
        {"ship_postcode": "4980000", "ship_address": "三重県桑名郡木曽岬町1"},
        {"ship_postcode": "4980000", "ship_address": "愛知県弥富市1"},
        {"ship_postcode": "4980000", "ship_address": "岐阜県1"},
    )
    assert found(frame) == [("W-3", "address")]


def test_cancelled_orders_are_left_alone() -> None:
    assert found(orders({"note": "玄関前に", "status": "cancelled"})) == []


def test_the_second_order_of_one_buyer_for_one_amount_on_one_day_is_a_duplicate() -> None:
    same = {"buyer_phone": "090-1111-2222", "lines": [LINE]}
    frame = orders(
        same,
        {**same, "ordered_at": datetime(2026, 10, 1, 2, 0, tzinfo=UTC)},
        {**same, "ordered_at": datetime(2026, 10, 1, 15, 0, tzinfo=UTC)},
        {**same, "lines": [{**LINE, "quantity": 3}]},
        {},
    )
    assert found(frame) == [("W-1", "duplicate")]


def test_a_duplicate_may_be_of_an_order_that_came_before() -> None:
    same = {"buyer_name": "髙橋 一郎", "buyer_phone": "", "buyer_postcode": "1050011"}
    before = orders({**same, "number": "OLD", "ordered_at": datetime(2026, 10, 1, 1, 0, tzinfo=UTC)})
    now = orders({**same, "buyer_name": "高橋　一郎"}, {**same, "buyer_postcode": "5300001"})

    assert found(now, earlier=before) == [("W-1", "duplicate")]
    assert found(now, earlier=now) == []


def test_a_rule_of_the_client_finds_under_its_name_and_version() -> None:
    condition = read_condition(
        {
            "all": [
                {"field": "total", "op": "gte", "value": 3000},
                {
                    "any": [
                        {"field": "skus", "op": "has_any", "value": ["kome-10"]},
                        {"field": "gift", "op": "eq", "value": True},
                    ]
                },
                {"not": {"field": "ship_prefecture", "op": "in", "value": ["沖縄県", "北海道"]}},
            ]
        }
    )
    rule = Rule("大口のお米", 3, "stock", condition)
    frame = orders({}, {"lines": [{**LINE, "sku": "CUP"}]}, {"lines": [{**LINE, "quantity": 1}]})

    findings = evaluate(frame, rules=[rule], checks=NO_CHECKS)

    assert findings.rows() == [("W-1", "大口のお米", 3, "stock")]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"field": "colour", "op": "eq", "value": "red"}, "「colour」という項目はありません"),
        ({"field": "total", "op": "contains", "value": 1}, "「contains」はこの項目には使えません"),
        ({"field": "total", "op": "gte", "value": "many"}, "数として読めません"),
        ({"field": "total", "op": "gte", "value": "1.5"}, "整数で指定してください"),
        ({"field": "note", "op": "eq", "value": ""}, "文字を入れてください"),
        ({"field": "note", "op": "eq"}, "値が必要です"),
        ({"field": "wished_date", "op": "lt", "value": "10/1"}, "日付"),
        ({"field": "gift", "op": "eq", "value": 1}, "true か false"),
        ({"field": "note", "op": "is_set", "value": "x"}, "この項目はありません"),
        ({"all": [{"not": {"field": "note", "op": "in", "value": "x"}}]}, "all[0].not.value"),
        ({"all": [], "any": []}, "この項目はありません"),
        ([], "項目と値の組で書いてください"),
    ],
)
def test_a_condition_that_is_none_is_refused_with_its_place(condition: object, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_condition(condition)
    assert said in str(refusal.value)


# The two ways to apply a condition

VALUES = {
    TEXT: st.sampled_from(["髙橋", "高", "タ", "abc", "ＡＢ", "別"]),
    TEXTS: st.sampled_from(["KOME-10", "cup", "ＫＯＭＥ-10"]),
    AMOUNT: st.integers(-1, 3),
    DAY: st.dates(date(2026, 10, 1), date(2026, 10, 3)).map(date.isoformat),
    FLAG: st.booleans(),
}
FACTS = {
    TEXT: st.sampled_from(["", "髙橋 たろう", "高橋タロウ", "ABC", "別"]),
    TEXTS: st.lists(st.sampled_from(["KOME-10", "CUP"]), max_size=2),
    AMOUNT: st.none() | st.integers(-1, 3),
    DAY: st.none() | st.dates(date(2026, 10, 1), date(2026, 10, 3)),
    FLAG: st.booleans(),
}
DTYPES: dict[str, Any] = {TEXT: pl.String, TEXTS: pl.List(pl.String), AMOUNT: pl.Int64, DAY: pl.Date, FLAG: pl.Boolean}


@st.composite
def comparisons(draw: st.DrawFn) -> dict[str, Any]:
    field = draw(st.sampled_from(sorted(FIELDS)))
    kind = FIELDS[field][0]
    op = draw(st.sampled_from(sorted(name for name, (kinds, _) in OPERATORS.items() if kind in kinds)))
    if op in ("is_set", "is_blank"):
        return {"field": field, "op": op}
    many = op in ("in", "has_any")
    return {"field": field, "op": op, "value": draw(st.lists(VALUES[kind], max_size=3) if many else VALUES[kind])}


CONDITIONS = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=5,
)
ROWS = st.lists(
    st.fixed_dictionaries({name: FACTS[kind] for name, (kind, _) in FIELDS.items()}), min_size=1, max_size=5
)


@settings(deadline=None)
@given(data=CONDITIONS, rows=ROWS)
def test_a_frame_is_asked_as_its_rows_are(data: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    condition = read_condition(data)
    frame = pl.DataFrame(rows, schema={name: DTYPES[kind] for name, (kind, _) in FIELDS.items()})
    assert matching(condition, frame).to_list() == [holds(condition, row) for row in rows]


def test_days_to_a_wish_are_counted_from_the_day_at_home() -> None:
    late = datetime(2026, 10, 1, 14, 59, tzinfo=UTC)
    wish = date(2026, 10, 3)
    frame = orders(
        {"ordered_at": late, "wished_date": wish}, {"ordered_at": late + timedelta(minutes=1), "wished_date": wish}, {}
    )
    assert prepared(frame)["days_to_wish"].to_list() == [2, 1, None]
