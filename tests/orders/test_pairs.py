"""Two files that belong together become orders, together or one after the other."""

from __future__ import annotations

import io

import pytest

from core import scope
from core.errors import Refused
from core.events import SYSTEM
from integrations.channels.samples import example, make
from integrations.channels.yahoo.profile import PROFILE
from integrations.channels.yahoo.sample import PACKED, SHOP, as_pair
from orders.intake import bundled, half_of, mend_file, read
from orders.models import Channel, Intake, Order
from orders.services import intake as receiving
from tests.factories.orders import MORNING
from tests.factories.workbooks import from_text, workbook

SAMPLE = make(SHOP, orders=400, seed=7, month="2026-10")
ORDERS, ITEMS = as_pair(example(SHOP))


def pair(orders: bytes, items: bytes) -> bytes:
    return bundled([("Orders.csv", io.BytesIO(orders)), ("Items.csv", io.BytesIO(items))], PROFILE)


def test_a_file_is_known_for_the_half_that_it_is() -> None:
    halves = [half_of(io.BytesIO(data), PROFILE) for data in (ORDERS, ITEMS, example(SHOP), b"a,b\r\n1,2\r\n")]
    assert halves == ["orders", "items", None, None]


def test_a_file_that_holds_items_packed_into_its_orders_is_whole() -> None:
    packed = example(PACKED)
    assert half_of(io.BytesIO(packed), PROFILE) is None


def test_two_files_say_what_the_whole_one_says() -> None:
    clean = read(example(SHOP), PROFILE)
    joined = read(pair(ORDERS, ITEMS), PROFILE)
    assert joined.refused.is_empty()
    assert joined.orders.equals(clean.orders)
    assert joined.lines.equals(clean.lines)


def test_the_dirt_of_two_files_is_refused_order_by_order() -> None:
    whole, joined = read(SAMPLE.data, PROFILE), read(pair(*as_pair(SAMPLE.data)), PROFILE)
    lost = set(whole.orders["number"]) - set(joined.orders["number"])
    assert lost == set()
    assert joined.counts.orders >= whole.counts.orders


def test_the_same_two_files_make_the_same_bytes_in_whichever_order_they_are_chosen() -> None:
    files = [("Orders.csv", io.BytesIO(ORDERS)), ("Items.csv", io.BytesIO(ITEMS))]
    assert bundled(files, PROFILE) == bundled(files[::-1], PROFILE)


def test_two_halves_of_one_kind_are_no_pair() -> None:
    with pytest.raises(Refused, match="組になっていません"):
        pair(ORDERS, ORDERS)


def test_an_order_without_items_and_an_item_without_an_order_are_refused() -> None:
    orders, items = ORDERS.split(b"\r\n"), ITEMS.split(b"\r\n")
    number = orders[1].split(b",")[0]
    fewer = b"\r\n".join(line for line in items if not line.startswith(number))
    without_items = read(pair(ORDERS, fewer), PROFILE)
    without_order = read(pair(b"\r\n".join([orders[0], *orders[2:]]), ITEMS), PROFILE)
    for refused in (without_items.refused, without_order.refused):
        assert set(refused["number"]) == {number.decode()}
        assert "missing" in set(refused["code"])
    assert without_items.counts.orders == without_order.counts.orders == 2


def test_the_rows_of_a_pair_come_back_as_one_file_to_mend() -> None:
    spoilt = ORDERS.replace(b"202610", b"202613", 1)
    data = pair(spoilt, ITEMS)
    first = read(data, PROFILE)
    mended = mend_file(data, PROFILE, first.refused)
    again = read(mended.replace(b"202613", b"202610"), PROFILE)
    assert first.counts.refused_orders == again.counts.orders == 1
    assert again.refused.is_empty()


def test_a_half_may_be_a_workbook() -> None:
    book = workbook({"Items": from_text(ITEMS, "cp932")})
    assert read(pair(ORDERS, book), PROFILE).counts.orders == 3


# Sent


@pytest.fixture
def mall(acme: str) -> Channel:
    return Channel.objects.create(code="mall", name="ヤフー店", profile="yahoo")


def send(channel: Channel, data: bytes, name: str, *, beside: tuple[str, bytes] | None = None) -> Intake:
    second = (beside[0], io.BytesIO(beside[1])) if beside else None
    return receiving.submit(channel, file_name=name, data=data, beside=second, actor=SYSTEM, at=MORNING)


@pytest.mark.parametrize("first", ["orders", "items"])
def test_the_first_file_waits_for_the_second(mall: Channel, first: str) -> None:
    files = [("Orders.csv", ORDERS), ("Items.csv", ITEMS)]
    (one, one_data), (two, two_data) = files if first == "orders" else files[::-1]

    waiting = send(mall, one_data, one)
    assert (waiting.state, waiting.job_id) == (Intake.HALF, None)

    whole = receiving.run(send(mall, two_data, two).pk, at=MORNING)

    assert (whole.state, whole.orders_new, whole.file_name) == (Intake.DONE, 3, "Items.csv + Orders.csv")
    assert Intake.objects.count() == 1


def test_two_files_together_are_read_at_once_and_only_once(mall: Channel) -> None:
    whole = receiving.run(send(mall, ORDERS, "Orders.csv", beside=("Items.csv", ITEMS)).pk, at=MORNING)
    assert whole.orders_new == 3
    with pytest.raises(Refused, match="同じファイルが"):
        send(mall, ITEMS, "Items.csv", beside=("Orders.csv", ORDERS))
    send(mall, ITEMS, "Items.csv")
    with pytest.raises(Refused, match="同じファイルが"):
        send(mall, ORDERS, "Orders.csv")
    assert Order.objects.count() == 3


def test_a_half_of_another_channel_is_left_alone(mall: Channel) -> None:
    other = Channel.objects.create(code="mall2", name="ヤフー二号店", profile="yahoo")
    send(mall, ORDERS, "Orders.csv")
    assert send(other, ITEMS, "Items.csv").state == Intake.HALF
    with scope.client("bravo"):
        assert not Intake.objects.exists()
