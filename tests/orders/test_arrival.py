"""What arriving orders are looked at for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from orders.arrival import FINDINGS, Checks, evaluate, prepared
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


def test_days_to_a_wish_are_counted_from_the_day_at_home() -> None:
    late = datetime(2026, 10, 1, 14, 59, tzinfo=UTC)
    wish = date(2026, 10, 3)
    frame = orders(
        {"ordered_at": late, "wished_date": wish}, {"ordered_at": late + timedelta(minutes=1), "wished_date": wish}, {}
    )
    assert prepared(frame)["days_to_wish"].to_list() == [2, 1, None]
