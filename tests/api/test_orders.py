from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orders.models import Order
from tests.api.conftest import Program, an_order
from tests.factories import orders as made


def test_orders_are_placed_with_a_result_for_each(acme_program: Program) -> None:
    made.channel()
    known = acme_program.place(an_order("A-1")).json()["results"][0]["id"]
    answer = acme_program.place([an_order("A-1"), an_order("A-2"), an_order("A-3", ship_postcode="")], key="k-2")
    assert answer.status_code == 201
    body = answer.json()
    assert (body["created"], body["known"], body["refused"]) == (1, 1, 1)
    assert [(r["place"], r["number"], r["result"]) for r in body["results"]] == [
        (1, "A-1", "known"),
        (2, "A-2", "created"),
        (3, "A-3", "refused"),
    ]
    assert [r["id"] for r in body["results"]] == [known, Order.objects.get(number="A-2").pk, None]
    assert [(p["field"], p["code"]) for p in body["results"][2]["problems"]] == [("ship_postcode", "missing")]


def test_orders_are_placed_while_the_cache_that_counts_calls_is_away(acme_program: Program, no_cache: None) -> None:
    made.channel()
    assert acme_program.place(an_order("A-1")).status_code == 201


def test_an_order_is_read_as_it_was_sent(acme_program: Program) -> None:
    made.channel()
    sent = an_order("A-1")
    pk = acme_program.place(sent).json()["results"][0]["id"]
    read = acme_program.get(f"orders/{pk}").json()
    assert read["lines"][0] | {"unit_price": 1100} == {
        "position": 1, "sku": "S-1", "name": "手ぬぐい", "option": "", "unit_price": 1100, "discount": 0,
        "tax_rate": 10, "ordered": 2, "cancelled": 0, "shipped": 0, "delivered": 0,
    }  # fmt: skip
    same = ("number", "buyer_name", "ship_name", "ship_address", "total", "goods_total")
    assert {name: read[name] for name in same} == {name: sent[name] for name in same}
    assert (read["channel"], read["ordered_at"], read["phase_label"] != "") == (
        "shop",
        "2026-10-01T01:00:00+00:00",
        True,
    )


def test_the_list_goes_through_pages_newest_first(acme_program: Program) -> None:
    numbers = [made.order(ordered_at=made.MORNING.replace(minute=nth)).number for nth in range(5)]
    seen: list[str] = []
    cursor = ""
    pages = 0
    while pages == 0 or cursor:
        page = acme_program.get("orders", {"limit": 2, "cursor": cursor}).json()
        seen += [row["number"] for row in page["data"]]
        cursor, pages = page["next"] or "", pages + 1
    assert (seen, pages) == (numbers[::-1], 3)


def test_a_page_that_is_just_full_is_the_last(acme_program: Program) -> None:
    made.orders(2)
    page = acme_program.get("orders", {"limit": 2}).json()
    assert (len(page["data"]), page["next"]) == (2, None)


def test_a_row_says_the_same_in_the_list_and_alone(acme_program: Program) -> None:
    pk = made.order().pk
    row = acme_program.get("orders").json()["data"][0]
    whole = acme_program.get(f"orders/{pk}").json()
    assert row == {name: whole[name] for name in row}


def test_filters_narrow_the_list(acme_program: Program) -> None:
    old = made.order(ordered_at=made.MORNING.replace(day=1), buyer_name="佐藤 次郎")
    new = made.order(ordered_at=made.MORNING.replace(day=20))

    def found(**query: str) -> list[int]:
        return [row["id"] for row in acme_program.get("orders", query).json()["data"]]

    assert found(q="佐藤") == [old.pk]
    assert found(ordered_from="2026-10-02") == [new.pk]
    assert found(ordered_to="2026-10-01") == [old.pk]
    assert found(phase=old.phase) == [new.pk, old.pk]
    assert found(phase="completed") == []
    assert found(channel="elsewhere") == []


def test_a_question_that_cannot_be_read_is_refused_in_a_sentence(
    acme_program: Program, error_of: Callable[..., dict[str, Any]]
) -> None:
    for query, code, field in (
        ({"limit": "0"}, "bad_limit", "limit"),
        ({"limit": "²"}, "bad_number", "limit"),
        ({"phase": "lost"}, "bad_choice", "phase"),
        ({"ordered_from": "10/1"}, "bad_date", "ordered_from"),
        ({"q": "a\0"}, "bad_text", "q"),
        ({"cursor": "!!"}, "bad_cursor", None),
        ({"cursor": "WzEsMl0"}, "bad_cursor", None),
    ):
        answer = acme_program.get("orders", query)
        assert answer.status_code == 422, query
        error = error_of(answer)
        assert (error["code"], error.get("field")) == (code, field)


def test_what_has_not_the_shape_of_orders_is_refused_whole(
    acme_program: Program, error_of: Callable[..., dict[str, Any]]
) -> None:
    made.channel()
    for body, code, field in (
        ([], "no_rows", None),
        ([1], "bad_shape", "1"),
        (an_order(lines="x"), "bad_shape", "1.lines"),
        (an_order(lines=[1]), "bad_shape", "1.lines[0]"),
        (an_order(shp_name="x"), "unknown_field", "1.shp_name"),
        (an_order(note={"a": 1}), "bad_value", "1.note"),
        ([an_order()] * 10_001, "too_many", None),
    ):
        answer = acme_program.place(body)
        assert answer.status_code == 422
        error = error_of(answer)
        assert (error["code"], error.get("field")) == (code, field)
    assert not Order.objects.exists()


def test_a_channel_must_be_named_where_there_are_several(
    acme_program: Program, error_of: Callable[..., dict[str, Any]]
) -> None:
    made.channel("shop")
    made.channel("mall")
    assert error_of(acme_program.place(an_order()))["code"] == "no_channel"
    assert error_of(acme_program.place(an_order(), query="?channel=none"))["code"] == "no_channel"
    assert acme_program.place(an_order(), query="?channel=mall").status_code == 201
    assert Order.objects.get().channel.code == "mall"


def test_an_order_is_cancelled_at_once_before_release_and_by_request_after(
    acme_program: Program, error_of: Callable[..., dict[str, Any]]
) -> None:
    early, working, packed = (made.order() for _nth in range(3))
    made.released(working.pk)
    made.packed(packed.pk)
    reason = {"reason": "お客様のご都合"}
    assert acme_program.post(f"orders/{early.pk}/cancel", reason).json() == {"result": "cancelled"}
    assert acme_program.post(f"orders/{working.pk}/cancel", reason).json() == {"result": "requested"}
    late = acme_program.post(f"orders/{packed.pk}/cancel", reason)
    assert late.status_code == 422
    assert error_of(late)["message"]
    assert made.phase_of(early.pk) == "cancelled"
    assert made.phase_of(packed.pk) != "cancelled"


def test_no_reason_no_cancelling(acme_program: Program, error_of: Callable[..., dict[str, Any]]) -> None:
    pk = made.order().pk
    answer = acme_program.post(f"orders/{pk}/cancel", {})
    assert answer.status_code == 422
    assert list(error_of(answer)["details"]) == ["reason"]


def test_shipments_are_listed_and_read_with_their_parcels(acme_program: Program) -> None:
    first, second = made.order(), made.order()
    (gone,) = made.shipped(first.pk)
    (waiting,) = made.released(second.pk)
    page = acme_program.get("shipments").json()
    assert [row["id"] for row in page["data"]] == [waiting, gone]
    assert [row["id"] for row in acme_program.get("shipments", {"state": "handed_over"}).json()["data"]] == [gone]
    assert [row["id"] for row in acme_program.get("shipments", {"order": second.pk}).json()["data"]] == [waiting]
    read = acme_program.get(f"shipments/{gone}").json()
    assert {name: read[name] for name in page["data"][1]} == page["data"][1]
    (parcel,) = read["parcels"]
    assert parcel["number"] in parcel["url"]
