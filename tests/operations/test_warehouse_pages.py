"""Picking, packing and shipping by the list."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import strip_tags

from orders.models import Order, Parcel, Shipment
from orders.services import shipping
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.operations import received
from tests.factories.people import login, staff

At = Callable[[str], datetime]
HOME = "/clients/acme/warehouse"

pytestmark = pytest.mark.usefixtures("moved_clock")


def text(browser: Client, address: str) -> str:
    """What the page says."""
    response = browser.get(address)
    assert response.status_code == 200, address
    return strip_tags(response.content.decode())


def states() -> list[str]:
    """The states of all shipments, oldest first."""
    return list(Shipment.objects.order_by("id").values_list("state", flat=True))


def test_the_overview_leads_to_each_stage(warehouse: Client, acme: str) -> None:
    orders.released(received(), received())
    orders.packed(received())

    page = warehouse.get("/warehouse").content.decode()

    assert f'href="{HOME}/pick"' in page
    assert f'href="{HOME}/ship"' in page
    assert f'href="{HOME}/pack"' not in page


@pytest.mark.parametrize("kind", ["pick", "pack", "ship"])
def test_a_stage_without_shipments_says_what_comes_next(kind: str, warehouse: Client, acme: str) -> None:
    assert "この工程で待っている出荷はありません" in text(warehouse, f"{HOME}/{kind}")


def test_there_are_no_other_stages(warehouse: Client, acme: str) -> None:
    assert warehouse.get(f"{HOME}/verify").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_a_stage_asks_as_often_for_one_as_for_three(
    count: int, warehouse: Client, acme: str, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    orders.released(*[received(units=(1, 2)) for _nth in range(count)])
    warehouse.get(f"{HOME}/pick")

    with django_assert_max_num_queries(15):
        warehouse.get(f"{HOME}/pick")


def test_a_shipment_shows_what_and_for_whom(warehouse: Client, acme: str) -> None:
    orders.released(received(number="NE-5", units=(3,), ship_name="髙橋 健", is_gift=True, staff_note="割れ物"))

    page = text(warehouse, f"{HOME}/pick")

    for word in ("NE-5-1", "髙橋 健", "商品1 ×3", "ギフト", "割れ物", "東京都"):
        assert word in page


@pytest.mark.parametrize(("slot", "written", "shown"), [("16-18", "1618", "16時〜18時"), ("other", "夜遅く", "夜遅く")])
def test_the_wished_time_is_said_in_words(slot: str, written: str, shown: str, warehouse: Client, acme: str) -> None:
    orders.released(received(wished_slot=slot, wished_slot_text=written))

    page = text(warehouse, f"{HOME}/pick")

    assert shown in page
    assert "1618" not in page


@pytest.mark.parametrize("address", ["東京都港区芝公園4-2-8", "港区芝公園4-2-8"])
def test_the_list_to_print_says_the_prefecture_once(address: str, warehouse: Client, acme: str) -> None:
    orders.released(received(ship_prefecture="東京都", ship_address=address))

    assert text(warehouse, f"{HOME}/pick-list").count("東京都") == 1


def test_a_stage_of_a_client_belongs_to_the_warehouse_in_the_menu(warehouse: Client, acme: str) -> None:
    page = warehouse.get(f"{HOME}/pick").content.decode()

    assert re.findall(r'href="([^"]+)" title="[^"]+" aria-current="page"', page) == ["/warehouse"]


def test_the_list_to_print_adds_up_and_lists_each(warehouse: Client, acme: str) -> None:
    first, second = orders.released(received(number="NE-5", units=(3,)), received(number="NE-6", units=(2, 1)))

    page = text(warehouse, f"{HOME}/pick-list")
    chosen = strip_tags(warehouse.post(f"{HOME}/pick-list", {"selected": [second]}).content.decode())

    assert "出荷 2件・6点" in page
    assert "NE-5-1（3点）" in page
    assert "出荷 1件・3点" in chosen
    assert "NE-5-1" not in chosen
    assert first != second


def test_many_are_picked_and_packed_at_once_and_the_rest_is_told(warehouse: Client, acme: str) -> None:
    first, second = orders.released(received(), received())
    warehouse.post(f"{HOME}/pick/done", {"selected": [first]})

    response = warehouse.post(f"{HOME}/pick/done", {"selected": [first, second]}, follow=True)
    page = strip_tags(response.content.decode())
    assert "1件のピッキングを完了しました。" in page
    assert "1件は対象外です: ピッキング済みの出荷です。" in page

    warehouse.post(f"{HOME}/pack/done", {"all": "1", "size": "100"})
    assert states() == ["packed", "packed"]
    assert set(Shipment.objects.values_list("size", flat=True)) == {100}


def test_a_size_that_is_none_is_refused(warehouse: Client, acme: str) -> None:
    shipments = orders.released(received())
    warehouse.post(f"{HOME}/pick/done", {"selected": shipments})

    response = warehouse.post(f"{HOME}/pack/done", {"selected": shipments, "size": "61"}, follow=True)

    assert "サイズは" in response.content.decode()
    assert states() == ["picking"]


def test_tracking_numbers_are_pasted_line_by_line(warehouse: Client, acme: str) -> None:
    orders.packed(received(number="NE-1"), received(number="NE-2"), received(number="NE-3"))
    one, two, three = (orders.tracking_number() for _nth in range(3))
    pasted = (
        f"注文番号,伝票番号\nNE-1,{one}\nNE-2-1\t{two}\t佐川急便\nNE-2-1\t{three}\t佐川急便\nNE-3,111\nNE-9,{one}\nなし"
    )

    response = warehouse.post(f"{HOME}/ship/done", {"slips": pasted, "carrier": "yamato"})
    page = strip_tags(response.content.decode())

    assert response.status_code == 200
    assert states() == ["handed_over", "handed_over", "packed"]
    assert list(Parcel.objects.order_by("id").values_list("carrier", "tracking_number")) == [
        ("yamato", one),
        ("sagawa", two),
        ("sagawa", three),
    ]
    assert "6行のうち 3行は登録できませんでした" in page
    assert "「NE-9」という注文番号・出荷番号はありません。" in page
    assert "12桁の数字で入れてください" in page
    assert "注文番号と伝票番号を" in page
    assert f"NE-3,111\nNE-9,{one}\nなし" in page


def test_tracking_numbers_come_in_a_file_of_windows(warehouse: Client, acme: str) -> None:
    orders.packed(received(number="NE-1"))
    content = f"お客様管理番号,送り状番号,運送会社\r\nNE-1,{orders.tracking_number()},ヤマト運輸\r\n".encode("cp932")
    file = SimpleUploadedFile("slips.csv", content, content_type="text/csv")

    warehouse.post(f"{HOME}/ship/done", {"file": file, "carrier": "sagawa"})

    assert states() == ["handed_over"]
    assert Parcel.objects.get().carrier == "yamato"


def test_an_order_with_two_packed_shipments_must_say_which(warehouse: Client, acme: str, at: At) -> None:
    order = received(number="NE-1", units=(2,))
    line = Order.objects.get(pk=order).lines.all()[0]
    for _nth in range(2):
        shipping.release([order], quantities={line.pk: 1}, actor=OPERATOR, at=at("2026-10-01 09:00"))
    shipments = list(Shipment.objects.order_by("id").values_list("pk", flat=True))
    warehouse.post(f"{HOME}/pick/done", {"selected": shipments})
    warehouse.post(f"{HOME}/pack/done", {"selected": shipments, "size": "60"})
    number = orders.tracking_number()

    unclear = warehouse.post(f"{HOME}/ship/done", {"slips": f"NE-1,{number}", "carrier": "yamato"})
    assert "梱包済みの出荷が複数あります" in unclear.content.decode()
    assert unclear.status_code == 422
    warehouse.post(f"{HOME}/ship/done", {"slips": f"NE-1-2,{number}", "carrier": "yamato"})
    assert states() == ["packed", "handed_over"]

    warehouse.post(f"{HOME}/ship/done", {"slips": f"NE-1,{orders.tracking_number()}", "carrier": "yamato"})
    assert states() == ["handed_over", "handed_over"]


def test_a_number_used_twice_ships_neither(warehouse: Client, acme: str) -> None:
    orders.packed(received(number="NE-1"), received(number="NE-2"))
    number = orders.tracking_number()

    response = warehouse.post(f"{HOME}/ship/done", {"slips": f"NE-1,{number}\nNE-2,{number}", "carrier": "yamato"})

    assert "別の荷物に使われています" in response.content.decode()
    assert states() == ["packed", "packed"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"slips": ""}, "1行に1件ずつ貼り付けるか"),
        ({"file": SimpleUploadedFile("x.csv", b"\x00\x01")}, "文字コードを読み取れません"),
        ({"file": SimpleUploadedFile("x.csv", b"1" * (2 * 1024 * 1024 + 1))}, "ファイルが大きすぎます"),
    ],
)
def test_what_holds_no_numbers_is_refused_in_words(
    data: dict[str, Any], sentence: str, warehouse: Client, acme: str
) -> None:
    response = warehouse.post(f"{HOME}/ship/done", {**data, "carrier": "yamato"}, follow=True)

    assert sentence in response.content.decode()


def test_a_clerk_looks_but_does_not_ship(clerk: Client, acme: str) -> None:
    orders.packed(received(number="NE-1"))

    assert "伝票番号をまとめて登録" not in text(clerk, f"{HOME}/ship")
    assert clerk.post(f"{HOME}/ship/done", {"slips": "NE-1,1"}).status_code == 403


@pytest.mark.parametrize("path", ["pick", "pick-list"])
def test_who_does_not_serve_the_client_finds_nothing(path: str, db: None) -> None:
    assert login(Client(), staff("warehouse", serves=["bravo"])).get(f"{HOME}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["pick/done", "pack/done", "ship/done"])
def test_nor_can_they_do_anything(path: str, acme: str) -> None:
    orders.released(received())
    stranger = login(Client(), staff("warehouse", serves=["bravo"]))

    assert stranger.post(f"{HOME}/{path}", {"all": "1", "size": "60"}).status_code == 404
    assert states() == ["released"]
