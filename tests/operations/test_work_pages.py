"""One item on its page: everything to do it, the command behind each button, and on to the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.utils.html import strip_tags

from core import scope
from operations.models import WorkItem
from orders.models import CancelRequest, Hold, Order, Shipment, Verification
from orders.services import cancelling, holds
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.operations import received, work_on
from tests.factories.people import login, staff

At = Callable[[str], datetime]

pytestmark = pytest.mark.usefixtures("moved_clock")


def item_of(order_id: int, kind: str) -> WorkItem:
    """The order's newest item of the kind."""
    with scope.operator():
        return WorkItem.objects.filter(order_id=order_id, kind=kind).latest("id")


def url(order_id: int, kind: str, verb: str = "") -> str:
    """The address of the item's page, or of what is done with it."""
    path = f"/clients/acme/work/{item_of(order_id, kind).pk}"
    return f"{path}/{verb}" if verb else path


def text(browser: Client, address: str) -> str:
    """What the page says."""
    response = browser.get(address)
    assert response.status_code == 200, address
    return strip_tags(response.content.decode())


def told(browser: Client, address: str, data: dict[str, object]) -> str:
    """What the page says after a command."""
    return strip_tags(browser.post(address, data, HTTP_REFERER="/queue", follow=True).content.decode())


def test_the_page_holds_everything_that_is_needed(clerk: Client, acme: str) -> None:
    order = received(verifications=("address", "duplicate"), number="NE-7", note="時間指定できますか", units=(2,))

    page = text(clerk, url(order, "verify"))

    for word in (
        "NE-7",
        "住所",
        "重複",
        "山田 花子",
        "東京都港区芝公園4-2-8",
        "時間指定できますか",
        "商品1",
        "受注を取り込みました",
    ):
        assert word in page


@pytest.mark.parametrize("kind", ["verify", "release", "resolve", "cancel"])
def test_every_kind_of_a_clerk_has_a_page(kind: str, clerk: Client, acme: str, at: At) -> None:
    order = received(verifications=("address",) if kind == "verify" else ())
    if kind == "resolve":
        holds.place([order], reason="stock", question="棚を確認", actor=OPERATOR, at=at("2026-10-01 09:30"))
    if kind == "cancel":
        orders.released(order)
        cancelling.cancel([order], by="client", reason="不要になった", actor=OPERATOR, at=at("2026-10-01 09:30"))

    page = text(clerk, url(order, kind))

    expected = {"verify": "住所", "release": "1点を出荷指示する", "resolve": "棚を確認", "cancel": "不要になった"}
    assert expected[kind] in page


def test_answering_one_reason_stays_answering_the_last_goes_on(clerk: Client, acme: str) -> None:
    order = received(verifications=("address", "duplicate"))
    following = received()
    clerk.post("/queue/next")

    first = clerk.post(url(order, "verify", "verify"), {"reason": "address", "answer": "電話で確認"})
    assert first["Location"] == url(order, "verify")
    last = clerk.post(url(order, "verify", "verify"), {"reason": "duplicate"})

    assert last["Location"] in (url(following, "release"), url(order, "release"))
    answers = dict(Verification.objects.filter(order_id=order).values_list("reason", "answer"))
    assert answers == {"address": "電話で確認", "duplicate": "内容を確認し、問題ありません。"}
    assert work_on(order)["verify"] == "done"


def test_after_the_last_item_the_queue_says_that_all_is_done(clerk: Client, acme: str) -> None:
    order = received()
    clerk.post("/queue/next")

    page = told(clerk, url(order, "release", "release"), {})

    assert "出荷指示をしました。" in page
    assert "いま対応できる作業はありません" in page


def test_releasing_a_part(clerk: Client, acme: str) -> None:
    order = received(units=(3, 2))
    line = Order.objects.get(pk=order).lines.all()[0]

    response = clerk.post(url(order, "release", "release"), {"part": "1", f"line-{line.pk}": "2"})

    assert response["Location"] == url(order, "release")
    assert [part.quantity for part in Shipment.objects.get(order_id=order).lines.all()] == [2]


@pytest.mark.parametrize(("quantity", "sentence"), [("many", "0以上の整数"), ("9", "引当済みの数を超えています")])
def test_a_part_that_cannot_be_is_refused_in_words(quantity: str, sentence: str, clerk: Client, acme: str) -> None:
    order = received(units=(3,))
    line = Order.objects.get(pk=order).lines.all()[0]

    page = told(clerk, url(order, "release", "release"), {"part": "1", f"line-{line.pk}": quantity})

    assert sentence in page
    assert not Shipment.objects.filter(order_id=order).exists()


def test_asking_the_client(clerk: Client, acme: str, at: At) -> None:
    order = received()

    clerk.post(
        url(order, "release", "hold"),
        {"reason": "address", "question": "番地を教えてください", "expected_end": "2026-10-02T12:00"},
    )

    hold = Hold.objects.get(order_id=order)
    assert (hold.party, hold.question, hold.expected_end) == ("client", "番地を教えてください", at("2026-10-02 12:00"))
    assert work_on(order) == {"release": "void"}


def test_a_hold_that_ends_at_no_date_is_refused(clerk: Client, acme: str) -> None:
    order = received()

    page = told(clerk, url(order, "release", "hold"), {"reason": "address", "expected_end": "2026-99-99T12:00"})

    assert "日付と時刻で入れてください" in page
    assert not Hold.objects.exists()


def test_resolving_a_hold(clerk: Client, acme: str, at: At) -> None:
    order = received()
    holds.place([order], reason="stock", actor=OPERATOR, at=at("2026-10-01 09:30"))

    refused = told(clerk, url(order, "resolve", "release-hold"), {"why": ""})
    clerk.post(url(order, "resolve", "release-hold"), {"why": "在庫を確認しました"})

    assert "理由や回答を入れてください。" in refused
    assert work_on(order, "done") == {"resolve": "done"}


@pytest.mark.parametrize(("accept", "phase"), [("1", "cancelled"), ("0", "preparing")])
def test_a_request_to_cancel_is_answered(accept: str, phase: str, clerk: Client, acme: str, at: At) -> None:
    order = received()
    orders.released(order)
    cancelling.cancel([order], by="client", reason="不要になった", actor=OPERATOR, at=at("2026-10-01 09:30"))

    clerk.post(url(order, "cancel", "answer-cancel"), {"accept": accept, "answer": "承知しました"})

    assert orders.phase_of(order) == phase
    assert CancelRequest.objects.get(order_id=order).accepted is (accept == "1")
    assert work_on(order)["cancel"] == "done"


def test_cancelling_needs_a_reason(clerk: Client, acme: str) -> None:
    order = received()

    assert "理由や回答を入れてください。" in told(clerk, url(order, "release", "cancel"), {})
    clerk.post(url(order, "release", "cancel"), {"why": "委託元の連絡による"})

    assert orders.phase_of(order) == "cancelled"


def test_the_warehouse_picks_packs_and_ships_one(warehouse: Client, acme: str) -> None:
    order = received(units=(2,))
    orders.released(order)

    assert "ピッキングを完了する" in text(warehouse, url(order, "pick"))
    warehouse.post(url(order, "pick", "pick"))
    assert "サイズ" in text(warehouse, url(order, "pack"))
    warehouse.post(url(order, "pack", "pack"), {"size": "80", "parcels": "2"})
    assert "伝票番号" in text(warehouse, url(order, "ship"))
    numbers = [orders.tracking_number(), orders.tracking_number()]
    warehouse.post(url(order, "ship", "ship"), {"carrier": "yamato", "numbers": "\n".join(numbers)})

    shipment = Shipment.objects.get(order_id=order)
    assert (shipment.size, shipment.state) == (80, "handed_over")
    assert [parcel.tracking_number for parcel in shipment.parcels.order_by("id")] == numbers


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"carrier": "yamato", "numbers": "123456789012"}, "検査数字が合いません"),
        ({"carrier": "yamato", "numbers": "12"}, "12桁の数字で入れてください"),
        ({"carrier": "yamato", "numbers": ""}, "伝票番号を入れてください"),
        ({"carrier": "鳩", "numbers": "444412345671"}, "「鳩」という運送会社はありません"),
    ],
)
def test_a_wrong_tracking_number_is_refused_in_words(
    data: dict[str, object], sentence: str, warehouse: Client, acme: str
) -> None:
    order = received()
    orders.packed(order)

    assert sentence in told(warehouse, url(order, "ship", "ship"), data)
    assert work_on(order, "open") == {"ship": "open"}


def test_the_wrong_verb_for_an_item_is_refused(warehouse: Client, lead: Client, acme: str) -> None:
    order = received()

    page = told(lead, url(order, "release", "pick"), {})

    assert "この作業は出荷の作業ではありません。" in page


def test_who_comes_second_is_told(clerk: Client, acme: str, at: At) -> None:
    order = received()
    address = url(order, "release", "release")
    orders.released(order)

    assert "すでに出荷指示済みの注文です。" in told(clerk, address, {})
    assert "この作業は終わっています" in text(clerk, url(order, "release"))


def test_claiming_from_the_page_and_giving_back(clerk: Client, acme: str) -> None:
    order = received()

    clerk.post(url(order, "release", "take"))
    assert item_of(order, "release").holder_name == "受注 花子"
    clerk.post(url(order, "release", "give-back"))

    assert item_of(order, "release").state == "open"


def test_a_lead_takes_over_a_clerk_does_not(clerk: Client, lead: Client, acme: str) -> None:
    order = received()
    lead.post(url(order, "release", "take"))

    assert "主任 三郎さんが作業中です" in told(clerk, url(order, "release", "take"), {"over": "1"})
    assert "主任 三郎さんが担当しています" in text(clerk, url(order, "release"))
    clerk_holds = received()
    clerk.post(url(clerk_holds, "release", "take"))
    lead.post(url(clerk_holds, "release", "take"), {"over": "1"})

    assert item_of(clerk_holds, "release").holder_name == "主任 三郎"


def test_the_warehouse_sees_a_clerks_item_but_cannot_do_it(warehouse: Client, acme: str) -> None:
    order = received(verifications=("address",))

    assert "この作業をする権限がありません" in text(warehouse, url(order, "verify"))
    assert warehouse.post(url(order, "verify", "verify")).status_code == 403
    assert work_on(order) == {"verify": "open"}


VERBS = ["", "here", "take", "give-back", "verify", "release", "hold", "release-hold", "cancel", "answer-cancel"]


@pytest.mark.parametrize("verb", [*VERBS, "pick", "pack", "ship"])
def test_who_does_not_serve_the_client_finds_nothing(verb: str, db: None, acme: str) -> None:
    stranger = login(Client(), staff("lead", serves=["bravo"]))
    order = received(verifications=("address",))

    address = url(order, "verify", verb)

    assert (stranger.post(address) if verb else stranger.get(address)).status_code == 404
    assert work_on(order) == {"verify": "open"}


@pytest.mark.parametrize("verb", ["", "take", "verify"])
def test_an_item_is_not_found_under_another_client(verb: str, lead: Client, acme: str) -> None:
    order = received(verifications=("address",))
    address = url(order, "verify", verb).replace("/acme/", "/bravo/")

    assert (lead.post(address) if verb else lead.get(address)).status_code == 404
    assert work_on(order) == {"verify": "open"}
