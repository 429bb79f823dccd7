"""Thousands of orders in one call: each row has its answer, what breaks off is told, and done again is known."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError

from core import scope
from core.errors import Refused
from core.models import IdempotentCall
from orders.api import bulk, rows
from orders.api.rows import JSON, NDJSON
from orders.models import Intake, Order
from orders.services import intake
from tests.api.conftest import Program, an_order, program
from tests.factories import orders as made

ErrorOf = Callable[..., dict[str, Any]]


def ndjson(*records: object) -> bytes:
    return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)


def sent(who: Program, body: bytes, media: str = NDJSON, key: str = "b-1", query: str = "") -> Any:
    return who.post(f"orders/bulk{query}", body, media, **{"Idempotency-Key": key})


def said(answer: Any) -> list[dict[str, Any]]:
    """The rows of the answer, after a look that its last line says what they come to."""
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == NDJSON
    *found, last = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    results = [row["result"] for row in found]
    counts = {name: results.count(name) for name in ("created", "known", "refused")}
    assert last == {"summary": {"rows": len(found), **counts}}
    assert [row["row"] for row in found] == list(range(1, len(found) + 1))
    for row in found:
        assert (row["result"] == "refused") == bool(row["errors"]) == (row["order_id"] is None)
    return found


def results(answer: Any) -> list[tuple[str, str]]:
    return [(row["number"], row["result"]) for row in said(answer)]


@pytest.fixture
def shop(acme_program: Program) -> Program:
    made.channel()
    return acme_program


def test_every_row_has_its_answer_and_good_ones_go_in(shop: Program) -> None:
    body = ndjson(an_order("A-1"), an_order("A-2", ship_postcode=""), an_order("A-3"))
    found = said(sent(shop, body))
    assert [(row["number"], row["result"]) for row in found] == [
        ("A-1", "created"),
        ("A-2", "refused"),
        ("A-3", "created"),
    ]
    assert [(e["field"], e["code"]) for e in found[1]["errors"]] == [("ship_postcode", "missing")]
    assert found[2]["order_id"] == Order.objects.get(number="A-3").pk
    assert Order.objects.count() == 2


def test_an_array_says_the_same_as_lines(shop: Program) -> None:
    orders = [an_order("A-1", note='"}],{["\\'), an_order("A-2", total=1), "no order", 7, None, []]
    one = said(sent(shop, json.dumps(orders, indent=2).encode(), JSON))
    Order.objects.all().delete()
    other = said(sent(shop, ndjson(*orders), key="b-2"))
    assert [{**row, "order_id": 0} for row in one] == [{**row, "order_id": 0} for row in other]
    assert [row["result"] for row in one] == ["created", *["refused"] * 5]
    assert one[2]["errors"][0]["code"] == "bad_shape"


def test_a_line_that_cannot_be_read_spoils_no_other(shop: Program) -> None:
    body = b"\xef\xbb\xbf" + ndjson(an_order("A-1")) + b'{"number": \n\n   \r\n' + ndjson(an_order("A-2"))
    found = said(sent(shop, body))
    assert [(row["number"], row["result"]) for row in found] == [
        ("A-1", "created"),
        ("", "refused"),
        ("A-2", "created"),
    ]
    assert found[1]["errors"][0]["code"] == "broken_json"


def test_what_is_no_order_is_told_field_by_field(shop: Program) -> None:
    bad = [
        an_order("A-1", color="red"),
        an_order("A-2", lines="x"),
        an_order("A-3", lines=[1]),
        an_order("A-4", note=["x"]),
        an_order("A-5", lines=[{"sku": "S", "name": "n", "quantity": 1, "unit_price": 1}] * 1001),
        {**an_order(), "number": True},
    ]
    found = said(sent(shop, ndjson(*bad)))
    assert [(row["errors"][0]["field"], row["errors"][0]["code"]) for row in found] == [
        ("color", "unknown_field"),
        ("lines", "bad_shape"),
        ("lines[0]", "bad_shape"),
        ("note", "bad_value"),
        ("lines", "too_many_lines"),
        ("number", "bad_value"),
    ]


def test_a_number_that_comes_twice_is_taken_once(shop: Program) -> None:
    found = said(sent(shop, ndjson(an_order("A-1"), an_order("A-1", note="別の内容"))))
    assert [row["result"] for row in found] == ["created", "refused"]
    assert found[1]["errors"][0]["code"] == "repeated_number"
    assert Order.objects.get().note == ""


def test_the_same_call_again_gets_the_same_answer(shop: Program) -> None:
    body = ndjson(an_order("A-1"), an_order("A-2", ship_postcode=""))
    first = said(sent(shop, body))
    again = sent(shop, body)
    assert again["Idempotency-Replayed"] == "true"
    assert said(again) == first
    assert Intake.objects.count() == 1


def test_the_same_orders_under_another_key_are_known(shop: Program) -> None:
    body = ndjson(an_order("A-1"))
    (first,) = said(sent(shop, body))
    (again,) = said(sent(shop, body, key="b-2"))
    assert (again["result"], again["order_id"]) == ("known", first["order_id"])


def test_a_key_that_belongs_to_another_call_is_refused(shop: Program, error_of: ErrorOf) -> None:
    said(sent(shop, ndjson(an_order("A-1"))))
    answer = sent(shop, ndjson(an_order("A-2")))
    assert (answer.status_code, error_of(answer)["code"]) == (422, "idempotency_key_reused")
    assert shop.place(an_order("A-3"), key="b-1").status_code == 422


def test_what_breaks_off_leaves_whole_batches_and_goes_on_when_sent_again(
    shop: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 2)
    body = ndjson(*(an_order(f"A-{nth}") for nth in range(1, 6)))
    answer = sent(shop, body)
    parts: Iterator[bytes] = iter(answer.streaming_content)
    assert len(next(parts).splitlines()) == 2
    answer._iterator.close()  # as the server does when nobody reads on
    assert sorted(Order.objects.values_list("number", flat=True)) == ["A-1", "A-2"]
    again = sent(shop, body)
    assert "Idempotency-Replayed" not in again
    assert results(again) == [
        ("A-1", "known"), ("A-2", "known"), ("A-3", "created"), ("A-4", "created"), ("A-5", "created"),
    ]  # fmt: skip


def test_a_failure_in_the_middle_ends_the_answer_without_a_summary(
    shop: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 1)
    answer = sent(shop, ndjson(an_order("A-1"), an_order("A-2")))
    parts = iter(answer.streaming_content)
    next(parts)

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise Refused("確認項目の設定が正しくありません。", code="bad_checks")

    monkeypatch.setattr(intake, "accept", refuse)
    (last,) = [json.loads(line) for line in b"".join(parts).splitlines()]
    assert last["error"]["code"] == "bad_checks"
    assert list(Order.objects.values_list("number", flat=True)) == ["A-1"]


@pytest.mark.parametrize(
    ("body", "media", "status", "code"),
    [
        (b"\n \n", NDJSON, 422, "no_rows"),
        (b"[]", JSON, 422, "no_rows"),
        (b"{}", JSON, 400, "parse_error"),
        (b"[{}", JSON, 400, "parse_error"),
        (b'[{"a": "', JSON, 400, "parse_error"),
        (b"[{},]", JSON, 400, "parse_error"),
        (b"[,{}]", JSON, 400, "parse_error"),
        (b"[{}] {}", JSON, 400, "parse_error"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b"{}\n" * 10_001, NDJSON, 422, "too_many"),
        (b"[" + b",".join([b"{}"] * 10_001) + b"]", JSON, 422, "too_many"),
        (b'{"note": "' + b"x" * (1 << 20) + b'"}', NDJSON, 422, "record_too_long"),
        (b'[{"note": "' + b"x" * (1 << 20) + b'"}]', JSON, 422, "record_too_long"),
        (b"[" + b"[" * (3 << 20), JSON, 422, "record_too_long"),
    ],
)
def test_what_cannot_be_read_as_a_whole_leaves_nothing(
    body: bytes, media: str, status: int, code: str, shop: Program, error_of: ErrorOf
) -> None:
    answer = sent(shop, body, media)
    assert (answer.status_code, error_of(answer)["code"]) == (status, code)
    assert not Intake.objects.exists()
    assert not IdempotentCall.objects.exists()


def test_a_key_is_asked_for(shop: Program, error_of: ErrorOf) -> None:
    answer = shop.post("orders/bulk", ndjson(an_order()), NDJSON)
    assert (answer.status_code, error_of(answer)["code"]) == (400, "idempotency_key_missing")


def test_a_body_that_says_less_than_it_brings_is_cut_at_the_limit(
    shop: Program, monkeypatch: pytest.MonkeyPatch, error_of: ErrorOf
) -> None:
    monkeypatch.setattr(bulk.BulkOrders, "largest", 1 << 10)
    answer = sent(shop, ndjson(an_order(note="x" * 2000)))
    assert (answer.status_code, error_of(answer)["code"]) == (413, "too_large")


def test_ten_thousand_orders_go_in_by_batches(shop: Program) -> None:
    body = ndjson(*(an_order(f"A-{nth}") for nth in range(10_000)))
    assert {result for _number, result in results(sent(shop, body))} == {"created"}
    assert Order.objects.count() == 10_000
    assert Intake.objects.count() == 10


def test_a_neighbours_orders_are_not_known_here(shop: Program) -> None:
    other = program("bravo")
    with scope.client("bravo"):
        made.channel()
    said(sent(other, ndjson(an_order("A-1"))))
    assert results(sent(shop, ndjson(an_order("A-1")))) == [("A-1", "created")]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(JSON_VALUES, max_size=8), st.sampled_from([None, 1, 3]))
def test_an_array_is_cut_where_its_elements_end(values: list[Any], indent: int | None) -> None:
    data = json.dumps(values, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass")
    assert [json.loads(part) for part in rows.cut(io.BytesIO(data), JSON)] == values


@given(st.binary(max_size=200) | st.text(alphabet='[]{},:" \\x1\n').map(str.encode))
def test_any_bytes_are_cut_or_refused(data: bytes) -> None:
    for media, body in ((NDJSON, data), (JSON, data), (JSON, b"[" + data)):
        try:
            parts = list(rows.cut(io.BytesIO(body), media))
        except (ParseError, Refused) as refusal:
            assert str(refusal)
        else:
            assert all(part == part.strip() != b"" for part in parts)


FIELDS = st.sampled_from(sorted(an_order())) | st.text(max_size=5)
MESS = st.dictionaries(FIELDS, JSON_VALUES, max_size=4)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(MESS | JSON_VALUES, min_size=1, max_size=5), st.integers())
def test_whatever_is_sent_each_row_has_its_answer(shop: Program, mess: list[Any], nth: int) -> None:
    """Orders with anything put into them: never a crash, the good one beside them goes in, and again it is known."""
    scrambled = [{**an_order(f"M-{nth}-{k}"), **one} if isinstance(one, dict) else one for k, one in enumerate(mess)]
    body = ndjson(*scrambled, an_order(f"GOOD-{nth}"))
    first = said(sent(shop, body, key=f"k{abs(nth) % 10**90}-{Intake.objects.count()}-a"))
    again = said(sent(shop, body, key=f"k{abs(nth) % 10**90}-{Intake.objects.count()}-b"))
    assert first[-1]["result"] in ("created", "known")
    for one, other in zip(first, again, strict=True):
        assert other["result"] == ("refused" if one["result"] == "refused" else "known")
        assert other["order_id"] == one["order_id"]
