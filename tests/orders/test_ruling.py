"""What rules may ask and do, without a database: conditions, actions, and rules one after the other."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Refused
from core.text import search_key
from orders.intake import from_records
from orders.ruling.actions import ACTIONS, MAX_ACTIONS, read_action, read_actions, written
from orders.ruling.conditions import MAX_CONDITIONS, MAX_DEPTH, holds, matching, read_condition
from orders.ruling.fields import AMOUNT, CHOICE, CLOCK, COUNTS, DAY, FIELDS, FLAG, OPERATORS, TEXT, TEXTS
from orders.ruling.running import EFFECTS, Applied, Rule, apply
from orders.ruling.subjects import STATE, Subjects
from orders.ruling.words import say, say_action, say_state

LINE = {"sku": "KOME-10", "name": "米", "quantity": 2, "unit_price": 1500}
GIVEN: dict[str, Any] = {"channel": "shop", "received_at": datetime(2026, 10, 2, 0, 0, tzinfo=UTC), "priority": 0}
BLANK = {"carrier": "", "temperature": "", "tags": [], "muted_mails": [], "open_reasons": [], "held_for": []}


def subjects(*changes: dict[str, Any], **state: Any) -> Subjects:
    """Orders as they arrive on Thursday 1 October 2026 at noon, each with these changes."""
    records = [
        {
            "number": f"W-{place}",
            "ordered_at": datetime(2026, 10, 1, 3, 0, tzinfo=UTC),
            "buyer_name": "山田 花子",
            "ship_name": f"佐藤 {place}",
            "ship_postcode": "5300001",
            "ship_address": "大阪府大阪市北区梅田1-2-3",
            "lines": [LINE],
            **change,
        }
        for place, change in enumerate(changes or ({},), 1)
    ]
    intake = from_records(records)
    assert intake.refused.is_empty(), intake.refused.to_dicts()
    orders = intake.orders.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("key"))
    orders = orders.with_columns(
        pl.lit((GIVEN | BLANK | state).get(name), dtype=dtype).alias(name)
        for name, dtype in STATE.items()
        if name != "key"
    )
    lines = intake.lines.join(orders.select("number", "key"), on="number", maintain_order="left")
    return Subjects(orders, lines.with_columns(pl.lit("stock").alias("branch")))


def rule(*actions: dict[str, Any], asks: object = None, nth: int = 1) -> Rule:
    condition = {"all": []} if asks is None else asks
    return Rule(nth, f"規則{nth}", 1, read_condition(condition), read_actions(actions))


def asked(found: Subjects, **comparison: Any) -> list[bool]:
    return found.which(read_condition(comparison)).to_list()


def test_there_is_enough_to_ask_and_to_do() -> None:
    assert len(FIELDS) >= 40
    assert len(ACTIONS) >= 20


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
    CLOCK: st.sampled_from(["00:00", "13:00", "24:00"]),
    COUNTS: st.integers(0, 3),
    FLAG: st.booleans(),
}
COUNTED = st.fixed_dictionaries({"name": st.sampled_from([search_key("KOME-10"), "cup"]), "units": st.integers(0, 3)})
FACTS = {
    TEXT: st.sampled_from(["", "髙橋 たろう", "高橋タロウ", "ABC", "別"]),
    TEXTS: st.lists(st.sampled_from(["KOME-10", "CUP"]), max_size=2),
    AMOUNT: st.none() | st.integers(-1, 3),
    DAY: st.none() | st.dates(date(2026, 10, 1), date(2026, 10, 3)),
    CHOICE: st.sampled_from(["", "mon", "北海道", "am", "chilled", "kanto"]),
    CLOCK: st.none() | st.sampled_from([0, 779, 780, 1440]),
    COUNTS: st.none() | st.lists(COUNTED, max_size=2),
    FLAG: st.none() | st.booleans(),
}
DTYPES: dict[str, Any] = {
    TEXT: pl.String,
    TEXTS: pl.List(pl.String),
    AMOUNT: pl.Int64,
    DAY: pl.Date,
    FLAG: pl.Boolean,
    CHOICE: pl.String,
    CLOCK: pl.Int64,
    COUNTS: pl.List(pl.Struct({"name": pl.String, "units": pl.Int64})),
}


@st.composite
def comparisons(draw: st.DrawFn) -> dict[str, Any]:
    field = draw(st.sampled_from(sorted(FIELDS)))
    kind = FIELDS[field].kind
    op = draw(st.sampled_from(sorted(name for name, operator in OPERATORS.items() if kind in operator.kinds)))
    asked = {"field": field, "op": op} | (
        {"of": draw(st.sampled_from(["KOME-10", "ＣＵＰ"]))} if kind == COUNTS else {}
    )
    if op in ("is_set", "is_blank"):
        return asked
    choices = FIELDS[field].choices
    values = VALUES[kind] if choices is None else st.sampled_from(sorted(choices))
    many = op in ("in", "not_in", "has_any")
    return asked | {"op": op, "value": draw(st.lists(values, max_size=3) if many else values)}


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
    st.fixed_dictionaries({name: FACTS[field.kind] for name, field in FIELDS.items()}), min_size=1, max_size=5
)


@settings(deadline=None)
@given(data=CONDITIONS, rows=ROWS)
def test_a_frame_is_asked_as_its_rows_are(data: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    condition = read_condition(data)
    frame = pl.DataFrame(rows, schema={name: DTYPES[field.kind] for name, field in FIELDS.items()})
    assert matching(condition, frame).to_list() == [holds(condition, row) for row in rows]


# What the fields say


@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        ({}, "ordered_day", date(2026, 10, 1)),
        ({}, "ordered_time", 720),
        ({}, "ordered_weekday", "thu"),
        ({}, "ordered_on_holiday", False),
        ({"ordered_at": datetime(2026, 11, 2, 15, 0, tzinfo=UTC)}, "ordered_on_holiday", True),
        ({"ordered_at": datetime(2026, 10, 3, 3, 0, tzinfo=UTC)}, "ordered_on_day_off", True),
        ({}, "age_days", 1),
        ({"buyer_email": "hanako@Example.com"}, "buyer_mail_domain", "Example.com"),
        ({"buyer_name": "アクメ㈱"}, "buyer_is_company", True),
        ({}, "buyer_is_company", False),
        ({"buyer_name": "佐藤1"}, "buyer_is_recipient", True),
        ({}, "buyer_is_recipient", False),
        ({}, "ship_region", "kinki"),
        ({}, "ship_is_island", False),
        ({"ship_postcode": "1001511", "ship_address": "東京都八丈島八丈町三根1"}, "ship_is_island", True),
        ({"ship_address": "大阪府大阪市北区梅田郵便局留"}, "ship_to_office", True),
        ({"ship_address": "大阪府大阪市北区梅田"}, "ship_without_number", True),
        ({}, "ship_without_number", False),
        ({"ship_postcode": "1050011"}, "ship_misplaced", True),
        ({"ship_phone": "12"}, "ship_phone_broken", True),
        ({}, "ship_phone_broken", False),
        ({"payment_method": "商品代引"}, "cash_on_delivery", True),
        ({"discount": 300}, "discount_percent", 10),
        ({}, "units", 2),
        ({"lines": [LINE, {**LINE, "sku": "B", "quantity": 5, "unit_price": 20}]}, "most_of_one", 5),
        ({"lines": [LINE, {**LINE, "sku": "B", "quantity": 5, "unit_price": 20}]}, "dearest", 1500),
        ({}, "skus", ["KOME-10"]),
        ({}, "item_names", ["米"]),
        ({"lines": [LINE, {**LINE, "unit_price": 0}]}, "with_free_line", True),
        ({"lines": [{**LINE, "tax_rate": 8}]}, "reduced_tax", True),
        ({}, "branches", ["stock"]),
        ({"wished_date": date(2026, 10, 4)}, "days_to_wish", 3),
        ({"wished_date": date(2026, 10, 4)}, "wished_weekday", "sun"),
        ({"wished_date": date(2026, 10, 4)}, "wished_on_day_off", True),
        ({}, "wished_on_day_off", False),
        ({"note": "玄関前"}, "note_length", 3),
    ],
)
def test_what_is_made_of_other_facts(change: dict[str, Any], field: str, expected: object) -> None:
    found = subjects(change).fact(field)[0]
    assert (found.to_list() if isinstance(found, pl.Series) else found) == expected


def test_every_field_can_be_asked_of_every_order() -> None:
    found = subjects({}, {"note": "x"})
    for name, field in FIELDS.items():
        of = {"of": "KOME-10"} if field.kind == COUNTS else {}
        op = {"op": "eq", "value": True} if field.kind == FLAG else {"op": "is_set"}
        assert len(asked(found, field=name, **op, **of)) == 2, name


def test_how_many_of_one_thing() -> None:
    found = subjects({"lines": [LINE, {**LINE, "sku": "ｋｏｍｅ-10"}]}, {}, {"lines": [{**LINE, "sku": "CUP"}]})
    assert asked(found, field="units_of", of="kome-10", op="gte", value=3) == [True, False, False]
    assert asked(found, field="units_of", of="kome-10", op="lt", value=3) == [False, True, False]


def test_a_prefix_of_a_code_and_a_part_of_a_name() -> None:
    found = subjects({}, {"lines": [{**LINE, "sku": "CUP", "name": "湯のみ"}]})
    assert asked(found, field="skus", op="any_prefix", value="kome") == [True, False]
    assert asked(found, field="item_names", op="any_contains", value="のみ") == [False, True]


def test_a_condition_has_a_size() -> None:
    one = {"field": "note", "op": "is_set"}
    deep: object = one
    for _nth in range(MAX_DEPTH):
        deep = {"not": deep}
    for too_large in (deep, {"all": [{"any": [one] * MAX_CONDITIONS}, one]}, {"any": [one] * (MAX_CONDITIONS + 1)}):
        with pytest.raises(Refused):
            read_condition(too_large)
    with pytest.raises(Refused, match="長すぎます"):
        read_condition({"field": "note", "op": "contains", "value": "あ" * 201})
    with pytest.raises(Refused, match="多すぎます"):
        read_condition({"field": "note", "op": "in", "value": ["あ"] * 201})


def test_text_is_no_pattern() -> None:
    found = subjects({"note": "(a+)+$"}, {"note": "aaaa"})
    assert asked(found, field="note", op="contains", value="(a+)+$") == [True, False]


# What the actions do


ACTS: list[tuple[dict[str, Any], dict[str, Any], str, str, str]] = [
    ({"do": "verify", "reason": "stock"}, {}, "open_reasons", "", "stock"),
    (
        {"do": "waive", "reason": "content"},
        {"open_reasons": ["content", "stock"]},
        "open_reasons",
        "content、stock",
        "stock",
    ),
    ({"do": "hold", "reason": "question", "question": "色は？"}, {}, "held_for", "", "question"),
    ({"do": "cancel", "reason": "転売"}, {}, "cancelled", "false", "true"),
    ({"do": "ship_on", "day": "2026-12-24"}, {}, "ship_on", "", "2026-12-24"),
    ({"do": "ship_after", "days": 2}, {}, "ship_on", "", "2026-10-05"),
    ({"do": "ship_after", "days": 0}, {}, "ship_on", "", "2026-10-01"),
    ({"do": "ship_weekday", "weekday": "thu"}, {}, "ship_on", "", "2026-10-08"),
    ({"do": "ship_weekday", "weekday": "fri"}, {}, "ship_on", "", "2026-10-02"),
    ({"do": "ship_before_wish", "days": 2}, {"wished_date": date(2026, 10, 9)}, "ship_on", "", "2026-10-07"),
    ({"do": "promise_after", "days": 2}, {}, "promised_date", "", "2026-10-03"),
    ({"do": "promise_after", "days": 2}, {"ship_on": date(2026, 10, 9)}, "promised_date", "", "2026-10-11"),
    ({"do": "drop_wish"}, {"wished_date": date(2026, 10, 9)}, "wished_date", "2026-10-09", ""),
    ({"do": "set_slot", "slot": "am"}, {}, "wished_slot", "none", "am"),
    ({"do": "set_carrier", "carrier": "yamato"}, {}, "carrier", "", "yamato"),
    ({"do": "set_delivery", "method": "ネコポス"}, {}, "delivery_method", "", "ネコポス"),
    ({"do": "set_temperature", "temperature": "chilled"}, {}, "temperature", "", "chilled"),
    ({"do": "set_priority", "priority": "2"}, {}, "priority", "0", "2"),
    ({"do": "set_gift", "value": "true"}, {}, "gift", "false", "true"),
    ({"do": "set_noshi", "text": "御歳暮"}, {}, "noshi", "", "御歳暮"),
    ({"do": "set_wrapping", "text": "赤"}, {}, "wrapping", "", "赤"),
    ({"do": "set_message", "text": "ありがとう"}, {}, "message", "", "ありがとう"),
    ({"do": "tag", "tag": "VIP"}, {"tags": ["新規"]}, "tags", "新規", "新規、VIP"),
    ({"do": "untag", "tag": "新規"}, {"tags": ["新規"]}, "tags", "新規", ""),
    ({"do": "add_staff_note", "text": "急ぎ"}, {"staff_note": "割れ物"}, "staff_note", "割れ物", "割れ物\n急ぎ"),
    ({"do": "set_staff_note", "text": "急ぎ"}, {"staff_note": "割れ物"}, "staff_note", "割れ物", "急ぎ"),
    ({"do": "move_note"}, {"note": "玄関前"}, "staff_note", "", "玄関前"),
    ({"do": "mark_paid"}, {"payment_method": "銀行振込", "status": "open"}, "paid", "false", "true"),
    ({"do": "set_prepaid", "value": "true"}, {}, "prepaid", "false", "true"),
    (
        {"do": "mute_mail", "mail": "shipped"},
        {"muted_mails": ["received"]},
        "muted_mails",
        "received",
        "received、shipped",
    ),
    ({"do": "mute_all_mails"}, {"muted_mails": ["received"]}, "muted_mails", "received", "all"),
    ({"do": "unmute_mails"}, {"muted_mails": ["received", "shipped"]}, "muted_mails", "received、shipped", ""),
]


@pytest.mark.parametrize(("action", "begun", "column", "before", "after"), ACTS, ids=lambda value: str(value)[:40])
def test_an_action_changes_what_it_says_and_only_once(
    action: dict[str, Any], begun: dict[str, Any], column: str, before: str, after: str
) -> None:
    state = {name: value for name, value in begun.items() if name in STATE}
    found = subjects({name: value for name, value in begun.items() if name not in STATE}, {}, **state)
    only_first = {"field": "number", "op": "eq", "value": "W-1"}
    untouched = found.orders.row(1, named=True)

    first = apply([rule(action, asks=only_first)], found)
    again = apply([rule(action, asks=only_first)], found)

    assert first.effects.select("key", "action", "before", "after").rows() == [(0, action["do"], before, after)]
    assert found.orders[column][0] is not None or after == ""
    assert found.orders.row(1, named=True) == untouched
    assert again.effects.is_empty()
    assert str(say_action(read_action(action)))
    assert str(say_state(action["do"], before))


def test_every_action_is_tried() -> None:
    tried = {action["do"] for action, *_rest in ACTS}
    assert tried | {"add_line", "set_branch", "stop"} == set(ACTIONS)


def test_where_no_mail_goes_one_more_is_not_muted() -> None:
    found = subjects(muted_mails=["all"])
    assert apply([rule({"do": "mute_mail", "mail": "shipped"})], found).effects.is_empty()
    assert found.orders["muted_mails"].to_list() == [["all"]]


def test_muted_mails_read_by_their_names() -> None:
    assert str(say_action(read_action({"do": "mute_mail", "mail": "partial"}))) == "購入者に「分納」のメールを送らない"
    assert str(say_state("mute_all_mails", "received、shipped")) == "受付・出荷"
    assert str(say_state("mute_all_mails", "all")) == "すべてのメール"


def test_a_line_is_added_once_and_counts() -> None:
    found = subjects({}, {"lines": [LINE, {**LINE, "sku": "CARD"}]})
    card = {"do": "add_line", "sku": "CARD", "name": "お礼状", "quantity": 1}

    effects = apply([rule(card)], found).effects

    assert effects.select("key", "after").rows() == [(0, "CARD お礼状 × 1")]
    added = found.lines.filter(pl.col("sku") == "CARD", pl.col("key") == 0).row(0, named=True)
    assert (added["line_no"], added["unit_price"], added["branch"], added["quantity"]) == (2, 0, "stock", 1)
    assert found.fact("units").to_list() == [3, 4]
    assert found.orders["total"].to_list() == [3000, 6000]
    assert apply([rule(card)], found).effects.is_empty()


def test_lines_are_turned_to_another_branch() -> None:
    found = subjects({"lines": [LINE, {**LINE, "sku": "DS-1"}]})
    turn = {"do": "set_branch", "sku": "DS-", "branch": "drop_ship"}
    assert apply([rule(turn)], found).effects.select("before", "after").rows() == [("stock", "drop_ship")]
    assert found.lines["branch"].to_list() == ["stock", "drop_ship"]
    assert asked(found, field="branches", op="has_any", value=["drop_ship"]) == [True]
    assert apply([rule(turn)], found).effects.is_empty()


def run(*rules: Rule, on: Subjects) -> Applied:
    applied = apply(rules, on)
    assert applied.effects.schema == EFFECTS
    return applied


def test_a_later_rule_sees_what_an_earlier_one_did() -> None:
    found = subjects({})
    run(
        rule({"do": "set_gift", "value": "true"}, nth=1),
        rule({"do": "tag", "tag": "贈り物"}, asks={"field": "gift", "op": "eq", "value": True}, nth=2),
        rule({"do": "tag", "tag": "二つ目"}, asks={"field": "tags", "op": "has_any", "value": ["贈り物"]}, nth=3),
        on=found,
    )
    assert found.orders["tags"].to_list() == [["贈り物", "二つ目"]]


def test_stop_spares_an_order_the_rest() -> None:
    found = subjects({"note": "x"}, {})
    noted = {"field": "note", "op": "is_set"}
    applied = run(
        rule({"do": "tag", "tag": "備考"}, {"do": "stop"}, asks=noted, nth=1),
        rule({"do": "tag", "tag": "全部"}, nth=2),
        on=found,
    )
    assert found.orders["tags"].to_list() == [["備考"], ["全部"]]
    assert applied.matched == {1: 1, 2: 1}


def test_a_cancelled_order_is_left_alone_from_then_on() -> None:
    found = subjects({"status": "cancelled"}, {})
    run(rule({"do": "cancel", "reason": "転売"}, nth=1), rule({"do": "tag", "tag": "x"}, nth=2), on=found)
    assert found.orders["tags"].to_list() == [[], []]
    assert found.orders["cancelled"].to_list() == [True, True]


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        ([], "動作を1つ以上"),
        ([{"do": "tag", "tag": "x"}] * (MAX_ACTIONS + 1), "動作が多すぎます"),
        ([{"do": "run_code"}], "「run_code」という動作はありません"),
        ([{"do": "tag"}], "値が必要です"),
        ([{"do": "tag", "tag": "x" * 31}], "長すぎます"),
        ([{"do": "tag", "tag": "x", "schema": "bravo"}], "この項目はありません"),
        ([{"do": "verify", "reason": "nonsense"}], "「nonsense」は選べません"),
        ([{"do": "ship_after", "days": 61}], "60 以下"),
        ([{"do": "ship_after", "days": -1}], "0 以上"),
        ([{"do": "ship_on", "day": "tomorrow"}], "日付"),
        ([{"do": "hold", "reason": "date"}], "いつまで保留"),
    ],
)
def test_actions_that_are_none_are_refused(actions: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_actions(actions)
    assert said in str(refusal.value)


@pytest.mark.parametrize("action", [action for action, *_rest in ACTS], ids=lambda value: str(value)[:40])
def test_an_action_reads_as_it_is_written(action: dict[str, Any]) -> None:
    assert read_action(written(read_action(action))) == read_action(action)


def test_a_condition_in_words() -> None:
    condition = {
        "all": [
            {"field": "ship_prefecture", "op": "in", "value": ["北海道", "沖縄県"]},
            {"any": [{"field": "total", "op": "gte", "value": 10000}, {"field": "gift", "op": "eq", "value": True}]},
            {"not": {"field": "note", "op": "contains", "value": "至急"}},
        ]
    }
    assert str(say(condition)) == (
        "届け先都道府県 が 北海道・沖縄県 のどれか かつ （合計金額 が 10,000円 以上 または ギフト が はい）"
        " かつ 「備考 が「至急」を含む」ではない"
    )
