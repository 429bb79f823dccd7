"""Orders typed by hand: what they come to, and that they pass the same checks as every other way in, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.errors import Refused
from core.events import Actor
from core.models import Event
from documents import services as documents
from documents.models import Document
from orders import entering as rules
from orders.entering import DAYS_KEPT, Typed
from orders.models import Channel, EntryDraft, Intake, Order, Verification
from orders.queries import entering as known
from orders.services import entering, shipping, verification
from orders.services.entering import Unfit, Written
from tests.conftest import OPERATOR
from tests.factories import orders

COLLEAGUE = Actor("person", "2", "検品 次郎")
FACTS: dict[str, Any] = {
    "way": "fax",
    "ordered_at": orders.MORNING,
    "buyer_name": "佐藤 一郎",
    "buyer_phone": "03-1234-5678",
    "buyer_postcode": "105-0011",
    "buyer_address": "東京都港区芝公園4-2-8",
    "ship_name": "佐藤 一郎",
    "ship_phone": "03-1234-5678",
    "ship_postcode": "105-0011",
    "ship_address": "東京都港区芝公園4-2-8",
}
LINE = {"sku": "TEA-1", "name": "煎茶", "quantity": 2, "unit_price": Decimal(540), "tax_rate": 8}
Place = Callable[..., Order]


def written(key: UUID, *, seen: int = 0, tab: str = "one", **content: str) -> Written:
    return Written(key, {"way": "fax", **content}, seen, tab)


@pytest.fixture
def place(acme: str) -> Place:
    def place(key: UUID | None = None, *, actor: Actor = OPERATOR, **facts: Any) -> Order:
        lines = [facts.pop("line", LINE)]
        sums = rules.sums(
            [Typed(line["quantity"], line["unit_price"], line["tax_rate"]) for line in lines],
            postage=facts.get("postage", Decimal(0)),
            fee=Decimal(0),
            discount=Decimal(0),
            with_tax=facts.pop("with_tax", True),
        )
        return entering.place(
            written(key or uuid4()), facts={**FACTS, **facts}, lines=lines, sums=sums, actor=actor, at=orders.MORNING
        )

    return place


def test_prices_with_tax_come_to_their_sum_and_say_the_tax_in_it_by_rate() -> None:
    lines = [Typed(2, Decimal(1100), 10), Typed(1, Decimal(540), 8)]

    come_to = rules.sums(lines, postage=Decimal(660), fee=Decimal(0), discount=Decimal(0), with_tax=True)

    assert (int(come_to.goods), int(come_to.total), len(come_to.tax)) == (2740, 3400, 0)
    assert [(part.rate, int(part.base), int(part.tax)) for part in come_to.parts] == [(10, 2860, 260), (8, 540, 40)]


def test_tax_on_top_is_rounded_down_once_for_each_rate() -> None:
    lines = [Typed(1, Decimal(105), 10), Typed(1, Decimal(104), 10), Typed(1, Decimal(99), 8), Typed(3, Decimal(5), 0)]

    come_to = rules.sums(lines, postage=Decimal(0), fee=Decimal(0), discount=Decimal(0), with_tax=False)

    assert dict(come_to.tax) == {10: 20, 8: 7}
    assert come_to.total == 105 + 104 + 99 + 15 + 27


def test_a_typed_order_is_an_order_like_every_other(place: Place) -> None:
    order = place(postage=Decimal(660), note="不在時は宅配ボックスへ")

    assert (order.channel.code, order.channel.profile) == ("fax", Channel.BY_HAND)
    assert order.number.startswith("F261001-")
    assert (int(order.total), int(order.postage), order.buyer_phone) == (1740, 660, "+81312345678")
    assert (order.intake.source, order.intake.orders_new) == ("hand", 1)  # type: ignore[union-attr]
    assert list(order.verifications.values_list("reason", flat=True)) == ["content"]
    assert Event.objects.filter(name="order.received", order_id=order.pk).count() == 1


def test_prices_without_tax_are_kept_with_the_tax_that_comes_on_top(place: Place) -> None:
    order = place(with_tax=False)

    assert (int(order.goods_total), int(order.tax), int(order.total)) == (1080, 86, 1166)
    assert order.tax_by_rate["8"]["tax"] == 86


def test_handing_in_twice_makes_one_order(place: Place) -> None:
    key = uuid4()

    assert place(key) == place(key)
    assert Order.objects.count() == Intake.objects.count() == 1


def test_a_number_that_is_taken_is_refused_and_leaves_nothing(place: Place) -> None:
    place(number="PO-77")

    with pytest.raises(Refused) as refusal:
        place(number="PO-77")

    assert (refusal.value.code, refusal.value.field) == ("number_taken", "number")
    assert Intake.objects.count() == 1


def test_what_no_file_may_bring_no_person_may_type(place: Place) -> None:
    with pytest.raises(Unfit) as unfit:
        place(ship_postcode="999-9999", line={**LINE, "sku": ""})

    assert {(problem.column, problem.code) for problem in unfit.value.problems} >= {
        ("ship_postcode", "unknown_postcode"),
        ("lines[0].sku", "missing"),
    }
    assert not Order.objects.exists()
    assert not EntryDraft.objects.exists()


def test_where_a_second_look_is_asked_for_another_person_has_to_take_it(place: Place) -> None:
    entering.ask_second_looks({"fax": True, "phone": False}, actor=OPERATOR, at=orders.MORNING)
    order = place()

    assert place(way="phone", number="P-1", buyer_phone="").verifications.count() == 0
    assert shipping.release([order.pk], actor=OPERATOR, at=orders.MORNING).refused
    for reason in (None, "second_look"):
        own = verification.answer([order.pk], reason=reason, answer="よし", actor=OPERATOR, at=orders.MORNING)
        assert own.refused[order.pk].code == "own_entry"
    assert Verification.objects.get(order=order).answered_at is None

    verification.answer([order.pk], answer="よし", actor=COLLEAGUE, at=orders.MORNING).sole()
    assert shipping.release([order.pk], actor=OPERATOR, at=orders.MORNING).done == {order.pk}


def test_other_reasons_may_be_answered_by_whoever_typed(place: Place) -> None:
    entering.ask_second_looks({"fax": True}, actor=OPERATOR, at=orders.MORNING)
    order = place(note="急ぎ")

    verification.answer([order.pk], reason="content", answer="確認", actor=OPERATOR, at=orders.MORNING).sole()

    assert [one.reason for one in order.verifications.filter(answered_at=None)] == ["second_look"]


def test_the_document_belongs_to_the_order_that_was_typed_from_it(place: Place) -> None:
    sheet = documents.file(
        kind="order_sheet",
        title="注文書",
        file_name="fax.png",
        content=b"\x89PNG",
        content_type="image/png",
        direction=Document.RECEIVED,
        actor=OPERATOR,
        at=orders.MORNING,
    )
    key = uuid4()
    entering.read_from(key, sheet.pk, actor=OPERATOR, at=orders.MORNING)

    order = place(key)

    sheet.refresh_from_db()
    assert (sheet.order_id, sheet.counterparty, int(sheet.amount or 0)) == (order.pk, "佐藤 一郎", 1080)
    assert Event.objects.filter(name="document.assigned", order_id=order.pk).count() == 1


def test_two_tabs_notice_one_another_and_one_tab_does_not_trip_over_itself(acme: str) -> None:
    key, at = uuid4(), orders.MORNING
    entering.keep(written(key, note="一"), actor=OPERATOR, at=at)
    entering.keep(written(key, note="二"), actor=OPERATOR, at=at)  # sent before the answer to the first came

    with pytest.raises(Refused) as refusal:
        entering.keep(written(key, tab="two", note="三"), actor=OPERATOR, at=at)
    assert (refusal.value.code, EntryDraft.objects.get().content["note"]) == ("other_tab", "二")

    entering.keep(written(key, tab="two", seen=refusal.value.params["version"], note="三"), actor=OPERATOR, at=at)
    assert EntryDraft.objects.get().content["note"] == "三"


def test_a_draft_is_its_persons_own(place: Place) -> None:
    key = uuid4()
    entering.keep(written(key), actor=OPERATOR, at=orders.MORNING)

    with pytest.raises(Refused, match="ほかの人"):
        place(key, actor=COLLEAGUE)

    assert known.drafts(2) == []
    assert [draft.key for draft in known.drafts(1)] == [key]


def test_drafts_that_nobody_touches_are_forgotten_and_their_orders_stay(place: Place) -> None:
    order = place()
    entering.keep(written(uuid4()), actor=OPERATOR, at=orders.MORNING + timedelta(days=1))

    assert entering.forget(at=orders.MORNING + timedelta(days=DAYS_KEPT, minutes=1)) == 1
    assert EntryDraft.objects.count() == 1
    assert Order.objects.filter(pk=order.pk).exists()


@pytest.mark.parametrize(
    "words", ["佐藤", "さとう", "ｻﾄｳ", "0312345678", "03-1234-5678", "1050011", "105-0011", "サトウ 03"]
)
def test_a_buyer_is_found_by_name_kana_phone_and_postcode(place: Place, words: str) -> None:
    place(buyer_kana="サトウ イチロウ")
    place(buyer_kana="サトウ イチロウ", ship_name="母", ship_address="東京都港区芝公園1")
    other = {"ship_name": "鈴木", "ship_phone": "090-0000-1111", "buyer_postcode": "5300001"}
    place(buyer_name="鈴木", buyer_phone="090-0000-1111", buyer_kana="スズキ", **other)

    found = known.buyers(words)

    assert {(buyer.name, bool(buyer.ship_to)) for buyer in found} == {("佐藤 一郎", False), ("佐藤 一郎", True)}


@pytest.mark.parametrize("words", ["tea", "ＴＥＡ-1", "せんちゃ 玄", "センチャ"])
def test_an_item_is_found_at_its_last_price(place: Place, words: str) -> None:
    name = "センチャ 玄米"
    for price, hour in ((500, 0), (540, 1)):
        place(line={**LINE, "name": name, "unit_price": Decimal(price)}, number=f"N-{hour}")
    place(line={**LINE, "sku": "CUP", "name": "湯のみ"}, number="N-2")

    (item,) = known.items(words)

    assert (item.sku, int(item.price), item.rate, item.with_tax) == ("TEA-1", 540, 8, True)


def test_an_order_of_the_same_buyer_is_told_of_where_items_or_total_are_the_same(place: Place) -> None:
    first = place()
    asked: dict[str, Any] = {"phone": "03-1234-5678", "name": "", "postcode": "", "at": orders.MORNING}

    assert known.alike(**asked, skus=["TEA-1"], total=Decimal(1)) == [first]
    assert known.alike(**asked, skus=[], total=first.total) == [first]
    assert known.alike(**asked, skus=["CUP"], total=Decimal(1)) == []
    assert known.alike(**{**asked, "phone": "03-9999-9999"}, skus=["TEA-1"], total=first.total) == []
    late: datetime = orders.MORNING + timedelta(days=8)
    assert known.alike(**{**asked, "at": late}, skus=["TEA-1"], total=first.total) == []


def test_one_postcode_may_lie_in_two_prefectures() -> None:
    found = known.towns("498-0000")

    assert {town.prefecture for town in found} == {"愛知県", "三重県"}
    assert known.fits("三重県桑名郡木曽岬町1-1", found)
    assert known.fits("", found)
    assert not known.fits("東京都港区芝公園4-2-8", found)
    assert known.towns("0") == known.towns("999-9999") == []
