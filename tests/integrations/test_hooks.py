"""The contract every live channel keeps: what is signed becomes an order once; else it is told, or is nobody's."""

from __future__ import annotations

import copy
import json
import logging
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from core import clock, scope
from core.events import SYSTEM
from core.jobs.models import Job
from core.tasks import run
from integrations.channels import hooks as rules
from integrations.channels.hooks import Live, Nothing
from integrations.models import HookDelivery, HookSecret, Notice
from integrations.queries import hooks as queries
from integrations.registry import CHANNELS, LIVE
from integrations.services import choosing
from integrations.services import hooks as services
from orders.intake import from_records
from orders.models import Channel, Order
from orders.services import intake as receiving
from tenants import services as tenants
from tests.conftest import OPERATOR
from tests.factories import orders as made
from tests.factories.people import client_person, host_of, login

MOMENT = "2026-10-01T10:00:00+09:00"
CODES = sorted(LIVE)


class Shop:
    """A shop that tells acme of its orders, by its secret."""

    def __init__(self, live: Live, secret: str, channel: Channel) -> None:
        self.live, self.secret, self.channel = live, secret, channel
        self.browser = Client(HTTP_HOST=host_of("acme"))
        self.sent = 0

    def message(self, number: str = "1001") -> Any:
        return copy.deepcopy(self.live.example(number, MOMENT))

    def send(
        self, payload: Any, *, topic: str = "", event: str = "", secret: str | None = None, body: bytes | None = None
    ) -> Any:
        """The message, signed; each with a name of its own where none is given."""
        self.sent += 1
        raw = orjson.dumps(payload) if body is None else body
        headers = dict(self.message().headers)
        if topic and "X-Shopify-Topic" in headers:
            headers["X-Shopify-Topic"] = topic
        headers[self.live.id_header] = event or f"event-{self.sent}"
        if secret != "":
            headers[self.live.header] = self.live.signature(raw, secret or self.secret)
        path = f"/hooks/{self.channel.code}/"
        return self.browser.post(path, raw, content_type="application/json", headers=headers)

    def told(self, what: str, payload: Any) -> Any:
        """The message about the order as this: created, updated, cancelled, paid."""
        if self.live.code == "shopify":
            return self.send(payload, topic=f"orders/{what.replace('created', 'create')}")
        action = {"created": "created", "cancelled": "deleted"}.get(what, "updated")
        if what == "paid":
            payload["order"]["payment_date"] = MOMENT
        return self.send({**payload, "action": action})


@pytest.fixture(params=CODES)
def shop(request: pytest.FixtureRequest, acme: str) -> Shop:
    live = LIVE[request.param]
    cache.clear()
    channel = made.channel(f"live-{live.code}", profile=live.code)
    given = "a-secret-that-the-shop-made" if live.secret_is_theirs else ""
    return Shop(live, services.make_secret(channel, given=given, actor=OPERATOR, at=made.MORNING), channel)


def work(delivery: HookDelivery | None = None) -> HookDelivery:
    """Do the reading that is waiting; gives the newest message (or this one) as it is then."""
    for pk in Job.objects.filter(task=services.READ_TASK, state=Job.WAITING).values_list("pk", flat=True):
        assert run(pk)
    return HookDelivery.objects.get(pk=delivery.pk) if delivery else HookDelivery.objects.latest("pk")


def order_of(payload: Any) -> Any:
    """The order in a message, to be changed."""
    return payload.get("order", payload)


def test_every_live_channel_is_a_channel_under_the_same_code() -> None:
    assert LIVE.keys() <= CHANNELS.keys()
    assert all(code == live.code for code, live in LIVE.items())


def test_an_order_goes_in_as_it_was_told(shop: Shop) -> None:
    answer = shop.send(shop.message("1001").payload)
    assert (answer.status_code, answer.json()) == (200, {"result": "kept"})
    assert not Order.objects.exists()
    delivery = work()
    order = Order.objects.get()
    assert (delivery.state, delivery.result, delivery.order_id, delivery.number) == (
        "done",
        "created",
        order.pk,
        "1001",
    )
    assert (order.number, order.channel_id, order.ordered_at.isoformat()) == (
        "1001",
        shop.channel.pk,
        "2026-10-01T01:00:00+00:00",
    )
    assert (order.buyer_name, order.ship_phone, order.ship_postcode) == ("山田 花子", "+81312345678", "1050011")
    assert (order.ship_prefecture, order.ship_address) == ("東京都", "東京都港区芝公園4-2-8")
    assert order.total == order.goods_total + order.postage
    assert order.lines.get().name


@pytest.mark.parametrize("secret", ["another-secret-altogether", ""])
def test_what_is_not_rightly_signed_is_nobodys(shop: Shop, secret: str) -> None:
    answer = shop.send(shop.message().payload, secret=secret)
    assert (answer.status_code, answer.json()) == (401, {"error": {"code": "bad_signature"}})
    assert not HookDelivery.objects.exists()
    (door,) = queries.doors(at=made.MORNING)
    assert door.unsigned is not None


def test_a_signature_is_of_every_byte(shop: Shop) -> None:
    body = orjson.dumps(shop.message().payload)
    signature = shop.live.signature(body, shop.secret)
    headers = {shop.live.header: signature}
    address = f"/hooks/{shop.channel.code}/"
    for other in (body + b" ", body[:-1], b""):
        assert shop.browser.post(address, other, content_type="application/json", headers=headers).status_code == 401
    for bad in (signature[:-1], signature.swapcase(), "あ", "\xff"):
        assert not shop.live.is_signed(body, bad, [shop.secret])


def test_a_message_that_comes_again_is_read_once(shop: Shop) -> None:
    for _time in range(3):
        assert shop.send(shop.message().payload, event="same").status_code == 200
    assert work().repeats == 2
    assert (HookDelivery.objects.count(), Order.objects.count()) == (1, 1)
    assert Job.objects.filter(task=services.READ_TASK).count() == 1


def test_an_order_that_is_told_twice_is_one(shop: Shop) -> None:
    for what in ("created", "updated"):
        assert shop.told(what, shop.message().payload).status_code == 200
    assert work().result == "known"
    assert Order.objects.count() == 1


def test_a_topic_that_is_none_of_ours_is_noted(shop: Shop) -> None:
    payload = shop.message().payload
    if "entity" in payload:
        payload["entity"] = "product"
    assert shop.send(payload, topic="products/update").status_code == 200
    delivery = work()
    assert (delivery.state, delivery.result) == ("passed", "unknown_topic")
    assert not Order.objects.exists()


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b"[1", b'{"a": NaN}'])
def test_broken_json_is_noted_and_answered(shop: Shop, body: bytes) -> None:
    assert shop.send(None, body=body).status_code == 200
    delivery = work()
    assert (delivery.state, delivery.result) == ("refused", "broken_json")


def test_a_cancellation_is_taken_over(shop: Shop) -> None:
    for what in ("created", "cancelled"):
        shop.told(what, shop.message().payload)
    work()
    assert Order.objects.get().phase == "cancelled"


def test_a_cancellation_that_overtakes_its_order_wins(shop: Shop) -> None:
    for what in ("cancelled", "created"):
        shop.told(what, shop.message().payload)
    work()
    assert Order.objects.get().phase == "cancelled"


def test_a_payment_is_taken_over(shop: Shop) -> None:
    payload = shop.message().payload
    order = order_of(payload)
    order |= {"financial_status": "pending", "payment_gateway_names": ["銀行振込"]}
    shop.told("created", copy.deepcopy(payload))
    work()
    assert (Order.objects.get().payment, Order.objects.get().prepaid) == (Order.UNPAID, True)
    shop.told("paid", payload)
    work()
    assert Order.objects.get().payment == Order.PAID


def test_an_order_that_has_left_meanwhile_is_known(shop: Shop) -> None:
    shop.told("created", shop.message().payload)
    payload = shop.message().payload
    order_of(payload)["fulfillment_status"] = "fulfilled"
    order_of(payload)["OrderStatus"] = {"id": 5}
    shop.told("updated", payload)
    assert work().result == "known"
    payload = shop.message("1002").payload
    order_of(payload)["fulfillment_status"] = "fulfilled"
    order_of(payload)["OrderStatus"] = {"id": 5}
    shop.told("updated", payload)
    assert work().result == "already_shipped"


def test_what_cannot_go_in_says_why_and_is_read_again_when_asked(shop: Shop) -> None:
    payload = shop.message().payload
    text = json.dumps(payload, ensure_ascii=False).replace("105-0011", "000-0000").replace("1050011", "0000000")
    shop.send(None, body=text.encode())
    delivery = work()
    assert (delivery.state, delivery.result, delivery.columns) == ("refused", "unknown_postcode", ["ship_postcode"])
    (row,) = queries.deliveries().rows
    assert row.may_retry
    assert "0000000" not in str(row.why)
    services.retry([delivery.pk], actor=OPERATOR, at=made.MORNING).sole()
    assert HookDelivery.objects.get().state == "waiting"
    assert work().state == "refused"


def test_what_went_in_is_not_read_again(shop: Shop) -> None:
    shop.send(shop.message().payload)
    outcome = services.retry([work().pk, 0], actor=OPERATOR, at=made.MORNING)
    assert {why.code for why in outcome.refused.values()} == {"not_refused"}
    assert len(outcome.refused) == 2


def test_a_test_message_goes_through_the_same_door_and_is_no_order(shop: Shop) -> None:
    delivery = services.send_test(shop.channel, actor=OPERATOR, at=made.MORNING)
    delivery = work(delivery)
    assert (delivery.state, delivery.result, delivery.is_test) == ("done", "test", True)
    assert not Order.objects.exists()


def test_two_secrets_are_taken_while_they_are_changed(shop: Shop) -> None:
    at = made.MORNING

    def another(nth: int) -> str:
        given = f"another-secret-{nth}-of-the-shop" if shop.live.secret_is_theirs else ""
        return services.make_secret(shop.channel, given=given, actor=OPERATOR, at=at)

    second = another(2)
    assert queries.secrets_of(shop.channel, at=at) == [second, shop.secret]
    assert queries.secrets_of(shop.channel, at=at + services.OLD_SECRET_FOR) == [second]
    third = another(3)
    assert queries.secrets_of(shop.channel, at=at) == [third, second]
    services.end_old_secret(shop.channel, actor=OPERATOR, at=at)
    assert queries.secrets_of(shop.channel, at=at) == [third]


def test_a_live_order_is_no_import_to_write_about_unless_it_cannot_go_in(shop: Shop) -> None:
    tenants.go_live("acme", made.MORNING - timedelta(days=1), actor=OPERATOR, at=made.MORNING)
    owner = client_person("owner")
    choosing.prefer(owner.pk, "acme", {"client.intake_done": "immediate", "client.intake_errors": "immediate"})
    shop.send(shop.message("1001").payload)
    assert work().result == "created"
    told = Notice.objects.filter(audience="client", kind__startswith="client.intake_")
    assert not told.exists()
    message = shop.message("1002")
    record: Any = shop.live.meaning(message.headers, message.payload)
    assert receiving.accept(shop.channel, [record], actor=SYSTEM, at=clock.now()).orders_new == 1
    assert list(told.values_list("kind", "person_id")) == [("client.intake_done", owner.pk)]
    text = json.dumps(shop.message("1003").payload, ensure_ascii=False)
    shop.send(None, body=text.replace("105-0011", "000-0000").replace("1050011", "0000000").encode())
    assert work().state == "refused"
    letter = told.get(kind="client.intake_errors")
    assert shop.channel.name in letter.subject


def test_what_is_kept_is_sealed_and_forgotten_in_time(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shop.send(shop.message().payload)
    shop.send(shop.message().payload, secret="wrong-secret-for-this-shop")
    delivery = work()
    assert "山田" not in delivery.sealed
    assert shop.secret not in HookSecret.objects.get().sealed
    assert not any(word in caplog.text for word in ("山田", "芝公園", "hanako", "312345678", shop.secret))
    now = delivery.received_at
    services.tidy(at=now + services.BODY_KEPT + timedelta(seconds=1))
    assert HookDelivery.objects.get().sealed == ""
    services.tidy(at=now + services.ROW_KEPT + timedelta(seconds=1))
    assert not HookDelivery.objects.exists()


def test_a_reading_that_failed_for_good_is_closed_and_may_be_tried_again(shop: Shop) -> None:
    shop.send(shop.message().payload)
    with scope.operator():
        Job.objects.filter(task=services.READ_TASK).update(state=Job.FAILED)
    services.tidy(at=made.MORNING)
    delivery = HookDelivery.objects.get()
    assert delivery.state == "failed"
    services.retry([delivery.pk], actor=OPERATOR, at=made.MORNING).sole()
    assert work().result == "created"


def test_a_body_that_is_too_large_is_refused_before_it_is_read(shop: Shop) -> None:
    assert shop.send(None, body=b"x" * ((1 << 20) + 1)).status_code == 413
    assert not HookDelivery.objects.exists()


def test_there_is_nothing_to_be_read(shop: Shop) -> None:
    address = f"/hooks/{shop.channel.code}/"
    assert shop.browser.get(address).status_code == 405
    assert shop.browser.post("/hooks/none/", b"{}", content_type="application/json").status_code == 404
    assert (
        shop.browser.post(f"/hooks/{made.channel().code}/", b"{}", content_type="application/json").status_code == 404
    )
    Channel.objects.update(is_active=False)
    assert shop.send(shop.message().payload).status_code == 404


def test_a_neighbours_secret_opens_nothing_here(shop: Shop) -> None:
    with scope.client("bravo"):
        theirs = made.channel(shop.channel.code, profile=shop.live.code)
        given = "a-secret-of-the-neighbours" if shop.live.secret_is_theirs else ""
        secret = services.make_secret(theirs, given=given, actor=OPERATOR, at=made.MORNING)
    assert shop.send(shop.message().payload, secret=secret).status_code == 401
    shop.browser.defaults["HTTP_HOST"] = host_of("bravo")
    assert shop.send(shop.message().payload).status_code == 401
    shop.browser.defaults["HTTP_HOST"] = host_of("")
    assert shop.send(shop.message().payload).status_code == 404
    with scope.client("bravo"):
        assert not HookDelivery.objects.exists()


def test_the_settings_show_a_secret_once(shop: Shop) -> None:
    owner = login(Client(), client_person("owner"), "acme")
    address = f"/settings/hooks/{shop.channel.code}"
    given = "the-next-secret-of-this-shop"
    answer = owner.post(f"{address}/secret", {"secret": given}, follow=True)
    with scope.client("acme"):
        new = queries.secrets_of(shop.channel, at=made.MORNING)[0]
    assert (new == given) == shop.live.secret_is_theirs
    assert (new in answer.content.decode()) != shop.live.secret_is_theirs
    shown = owner.get("/settings/hooks").content.decode()
    assert new not in shown
    assert f"/hooks/{shop.channel.code}/" in shown
    assert owner.post(f"{address}/test", follow=True).status_code == 200
    assert "テスト" in owner.get("/settings/hooks/log").content.decode()
    assert owner.post(f"{address}/end-old").status_code == 302
    if shop.live.secret_is_theirs:
        assert owner.post(f"{address}/secret", {"secret": "short"}).status_code == 422


def test_the_log_is_filtered_and_read_again_by_a_person(shop: Shop) -> None:
    shop.send(None, body=b"{")
    delivery = work()
    owner = login(Client(), client_person("owner"), "acme")
    assert "読み直す" in owner.get("/settings/hooks/log", {"state": "refused"}).content.decode()
    assert "読み直す" not in owner.get("/settings/hooks/log", {"state": "done"}).content.decode()
    assert owner.post(f"/settings/hooks/log/{delivery.pk}/retry").status_code == 302
    assert HookDelivery.objects.get().state == "waiting"


def read(code: str, payload: Any, topic: str = "orders/create") -> Any:
    """The payload as an order, through the checks of every order."""
    live = LIVE[code]
    record = live.meaning({"X-Shopify-Topic": topic}, payload)
    assert not isinstance(record, Nothing), record
    found = from_records([record])
    assert found.refused.is_empty(), found.refused.to_dicts()
    return {**found.orders.to_dicts()[0], "lines": found.lines.to_dicts()}


def test_shopify_with_everything_at_once() -> None:
    order = LIVE["shopify"].example("#1001", MOMENT).payload
    order["shipping_address"] |= {
        "zip": "〒１０５－００１１", "province": "東京都", "city": "港区", "address1": "東京都港区芝公園4-2-8",
        "address2": "ヒカリビル3F", "company": "株式会社ヒカリ", "phone": "+81 (0)90-1234-5678",
    }  # fmt: skip
    order["line_items"] = [
        {"title": "米 5kg", "sku": "", "product_id": 7, "variant_id": 8, "quantity": 2, "price": "3240",
         "tax_lines": [{"rate": 0.08, "price": "480"}], "discount_allocations": [{"amount": "648"}]},
        {"title": "箱", "sku": "BOX", "quantity": 1, "price": "550.00", "tax_lines": [{"rate": "0.1", "price": "50"}]},
        {"title": "商品券", "sku": "GIFT", "quantity": 1, "price": "1000", "taxable": False, "tax_lines": []},
    ]  # fmt: skip
    order |= {
        "subtotal_price": "7382", "total_tax": "482", "total_price": "7382", "total_discounts": "1198",
        "tax_lines": [{"rate": 0.08, "price": "432"}, {"rate": 0.1, "price": "50"}],
        "shipping_lines": [{"title": "通常配送", "price": "550", "discounted_price": "0"}],
        "note_attributes": [
            {"name": "配送希望日", "value": "2026/10/05"}, {"name": "お届け希望時間帯", "value": "14時-16時"},
        ],
        "note": "置き配で", "tags": "VIP, 定期",
    }  # fmt: skip
    found = read("shopify", order)
    assert found["ship_address"] == "東京都港区芝公園4-2-8 ヒカリビル3F 株式会社ヒカリ"
    assert (found["ship_postcode"], found["ship_phone"], found["ship_prefecture"]) == (
        "1050011",
        "+819012345678",
        "東京都",
    )
    assert (found["goods_total"], found["discount"], found["postage"], found["total"]) == (8030, 648, 0, 7382)
    assert (found["tax_8"], found["tax_10"]) == (432, 50)
    assert (str(found["wished_date"]), found["wished_slot"], found["note"], found["staff_note"]) == (
        "2026-10-05", "14-16", "置き配で", "VIP, 定期",
    )  # fmt: skip
    assert [(line["sku"], line["tax_rate"]) for line in found["lines"]] == [("7-8", 8), ("BOX", 10), ("GIFT", 0)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"province_code": "JP-13", "province": "Tokyo", "city": "港区", "address1": "芝公園1"}, "東京都港区芝公園1"),
        (
            {"province_code": "JP-01", "province": "Hokkaido", "city": "札幌市", "address1": "札幌市中央区1"},
            "北海道札幌市中央区1",
        ),
        ({"province_code": "13", "city": "東京都港区", "address1": "芝公園1"}, "東京都港区芝公園1"),
        ({"province": "京都府", "city": "京都市", "address1": "京都市1"}, "京都府京都市1"),
        ({"province_code": "JP-13", "city": "", "address1": "東京都港区芝公園1"}, "東京都港区芝公園1"),
        ({"province_code": None, "province": None, "city": None, "address1": "大阪府大阪市北区1"}, "大阪府大阪市北区1"),
    ],
)
def test_an_address_is_said_once(given: dict[str, Any], expected: str) -> None:
    order = LIVE["shopify"].example("#1", MOMENT).payload
    order["shipping_address"] = {"name": "山田", "zip": "105-0011", **given}
    assert read("shopify", order)["ship_address"] == expected


def test_shopify_without_an_address_of_its_own_goes_to_its_buyer() -> None:
    order = LIVE["shopify"].example("#1", MOMENT).payload
    order["shipping_address"] = None
    assert read("shopify", order)["ship_address"] == "東京都港区芝公園4-2-8"


def test_shopify_with_taxes_on_top() -> None:
    order = LIVE["shopify"].example("#1", MOMENT).payload
    order |= {"taxes_included": False, "total_price": "4906", "total_tax": "396"}
    assert (read("shopify", order)["tax"], read("shopify", order)["total"]) == (396, 4906)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"test": True}, "test_order"),
        ({"currency": "USD"}, "foreign_currency"),
        ({"name": None}, "no_order"),
    ],
)
def test_shopify_orders_that_are_none_for_us(change: dict[str, Any], code: str) -> None:
    order = LIVE["shopify"].example("#1", MOMENT).payload | change
    assert LIVE["shopify"].meaning({"X-Shopify-Topic": "orders/create"}, order) == Nothing(code)


def test_eccube_with_everything_at_once() -> None:
    message = LIVE["eccube"].example("20261001-1", MOMENT).payload
    order = message["order"]
    order["OrderItems"] += [
        {"OrderItemType": {"id": 1}, "id": 9, "product_name": "米", "class_category_name1": "5kg",
         "class_category_name2": "無洗米", "price": "1111.00", "quantity": 1, "tax_rate": 8},
        {"OrderItemType": {"id": 3}, "product_name": "手数料", "price": 330, "quantity": 1},
        {"OrderItemType": {"id": 4}, "product_name": "割引", "price": -200, "quantity": 1},
        {"OrderItemType": {"id": 6}, "product_name": "ポイント", "price": -100, "quantity": 1},
    ]  # fmt: skip
    order |= {"subtotal": "3400", "payment_total": "3980", "message": "急ぎません", "note": "店舗メモ"}
    order["Shippings"][0] |= {
        "Pref": {"id": "27"}, "addr01": "大阪市北区", "addr02": "1-1", "postal_code": "530-0001",
        "phone_number": "06-1234-5678",
        "shipping_delivery_date": "2026-10-06T00:00:00+09:00", "shipping_delivery_time": "午前中",
        "company_name": "支店",
    }  # fmt: skip
    found = read("eccube", message)
    assert (found["ship_address"], found["ship_prefecture"], found["ship_phone"]) == (
        "大阪府大阪市北区1-1 支店", "大阪府", "+81612345678",
    )  # fmt: skip
    amounts = [found[name] for name in ("goods_total", "postage", "fee", "discount", "points", "total")]
    assert amounts == [3400, 550, 330, 200, 100, 3980]
    assert [(line["sku"], line["option"], int(line["unit_price"]), line["tax_rate"]) for line in found["lines"]] == [
        ("TENUGUI", "", 1100, 10),
        ("9", "5kg / 無洗米", 1200, 8),
    ]
    assert (str(found["wished_date"]), found["wished_slot"], found["buyer_kana"]) == (
        "2026-10-06",
        "am",
        "ヤマダ ハナコ",
    )


def test_eccube_that_goes_to_several_places_is_to_be_divided() -> None:
    message = LIVE["eccube"].example("1", MOMENT).payload
    message["order"]["Shippings"] *= 2
    assert LIVE["eccube"].meaning({}, message) == Nothing("several_destinations")


def test_eccube_that_announces_alone_brings_no_order() -> None:
    assert LIVE["eccube"].meaning({}, {"entity": "order", "id": 1, "action": "updated"}) == Nothing("no_order")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["1e999", "\0", "-1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def scrambled(payload: Any, mess: list[tuple[int, Any]]) -> Any:
    """The payload with other things in some of its places."""
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        for key in list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
            places.append((node, key))
            walk(node[key])

    walk(payload)
    for nth, thing in mess:
        node, key = places[nth % len(places)]
        node[key] = thing
    return payload


@pytest.mark.parametrize("code", CODES)
@given(mess=st.lists(st.tuples(st.integers(0, 10_000), JSON), max_size=4), whole=st.none() | st.tuples(JSON))
def test_whatever_stands_in_a_message_it_is_an_order_or_a_reason(code: str, mess: Any, whole: Any) -> None:
    live = LIVE[code]
    example = live.example("1001", MOMENT)
    payload = whole[0] if whole else scrambled(example.payload, mess)
    meaning = live.meaning(example.headers, payload)
    if isinstance(meaning, Nothing):
        assert meaning.code in rules.REASONS
    else:
        found = from_records([meaning])
        assert found.orders.height + found.refused.height > 0
