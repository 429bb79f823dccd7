"""Two people act on one thing at once: one wins, the other reads who did what and when."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connections

from core import scope
from core.batches import Outcome
from core.errors import Refused
from core.events import Actor
from operations.models import WorkItem
from operations.services import take
from orders.models import ChangeRequest, Hold, Order, OrderException, QuoteVersion, Shipment
from orders.queries.quoting import with_lines
from orders.services import cancelling, changes, exceptions, holds, quoting, shipping
from tests.factories.orders import MORNING, orders, packed, slips
from tests.factories.quotes import draft, line, sent, written

pytestmark = [pytest.mark.services, pytest.mark.usefixtures("own_database", "nobody_listens")]

SATO, SUZUKI = Actor("person", "1", "佐藤"), Actor("person", "2", "鈴木")
SOON = MORNING + timedelta(minutes=92)  # 10:32 in Tokyo
NEW = {"postcode": "5300001", "address": "大阪府大阪市北区梅田3-1-3"}

Act = Callable[[], Outcome | None]


def together(*acts: Act) -> list[str]:
    """The acts at once, each as acme in a transaction of its own; what each was told, "" for no refusal."""
    start = Barrier(len(acts))

    def alone(act: Act) -> str:
        try:
            with scope.client("acme"):
                start.wait()
                outcome = act()
        except Refused as refusal:
            return str(refusal)
        finally:
            connections["default"].close()
        return " ".join(str(why) for why in outcome.refused.values()) if isinstance(outcome, Outcome) else ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(alone, acts))


def made(**fields: object) -> int:
    with scope.client("acme"):
        (key,) = orders(1, units=[2], **fields)
    return key


def test_shipping_and_cancelling() -> None:
    key = made()
    with scope.client("acme"):
        (shipment,) = packed(key)

    told = together(
        lambda: shipping.ship([shipment], parcels=slips([shipment]), actor=SATO, at=SOON),
        lambda: cancelling.cancel([key], by="client", reason="不要", actor=SUZUKI, at=SOON),
    )

    # What is packed is never cancelled, whoever comes first.
    assert told[0] == ""
    assert told[1].startswith("梱包または出荷が済んでいるため取り消せません。")
    with scope.client("acme"):
        assert Order.objects.get(pk=key).phase == "shipped"
        late = cancelling.cancel([key], by="client", reason="不要", actor=SUZUKI, at=SOON)
    assert "佐藤さんが 10/1 10:32 に出荷済みにしました。" in str(late.refused[key])


def test_shipping_the_same_twice() -> None:
    key = made()
    with scope.client("acme"):
        (shipment,) = packed(key)
    told = together(
        lambda: shipping.ship([shipment], parcels=slips([shipment]), actor=SATO, at=SOON),
        lambda: shipping.ship([shipment], parcels=slips([shipment]), actor=SUZUKI, at=SOON),
    )
    assert sorted(told) in (
        ["", "出荷済みです。佐藤さんが 10/1 10:32 に出荷済みにしました。"],
        ["", "出荷済みです。鈴木さんが 10/1 10:32 に出荷済みにしました。"],
    )


def test_cancelling_before_release() -> None:
    key = made()
    told = together(
        lambda: cancelling.cancel([key], by="client", reason="不要", actor=SATO, at=SOON),
        lambda: cancelling.cancel([key], by="client", reason="重複", actor=SUZUKI, at=SOON),
    )
    (late,) = filter(None, told)
    assert late.removeprefix("キャンセル済みの注文です。") in (
        "佐藤さんが 10/1 10:32 にキャンセルしました。",
        "鈴木さんが 10/1 10:32 にキャンセルしました。",
    )


def test_another_address_and_the_release() -> None:
    key = made()
    told = together(
        lambda: changes.ask([key], kind="address", wanted=NEW, reason="転居", actor=SUZUKI, at=SOON),
        lambda: shipping.release([key], actor=SATO, at=SOON),
    )
    with scope.client("acme"):
        order, released = Order.objects.get(pk=key), Shipment.objects.filter(order=key).count()
        asked = ChangeRequest.objects.get(order=key)
    # Changed in time, or asked of the operator while the warehouse waits: never packed for the old address unasked.
    assert (told, released) == (["", ""], 1)
    assert (order.ship_prefecture, asked.state) in {("大阪府", "accepted"), ("東京都", "asked")}
    with scope.client("acme"):
        again = shipping.release([key], actor=SUZUKI, at=SOON)
    assert str(again.refused[key]) == "すでに出荷指示済みの注文です。佐藤さんが 10/1 10:32 に出荷指示をしました。"


def test_two_decisions_on_one_exception() -> None:
    key = made()
    with scope.client("acme"):
        exceptions.open_for([key], kind="credit_ng", actor=SATO, at=MORNING)
        found = OrderException.objects.get(order=key)

    def decide(actor: Actor) -> Outcome:
        return exceptions.decide([found.pk], answer=exceptions.Answer("proceed"), by="client", actor=actor, at=SOON)

    told = together(lambda: decide(SATO), lambda: decide(SUZUKI))

    with scope.client("acme"):
        found.refresh_from_db()
    assert sorted(told) == ["", f"すでに対応が決まっています。{found.decided_by}さんが 10/1 10:32 に決めました。"]


def test_two_answers_to_one_question() -> None:
    key = made()
    with scope.client("acme"):
        holds.place([key], reason="question", actor=SATO, at=MORNING)
        hold = Hold.objects.get(order=key)

    def answer(actor: Actor) -> None:
        holds.answer(hold.pk, answer="はい", actor=actor, at=SOON)

    told = together(lambda: answer(SATO), lambda: answer(SUZUKI))

    with scope.client("acme"):
        hold.refresh_from_db()
    late = f"回答済み、または解除済みの確認事項です。{hold.released_by}さんが 10/1 10:32 に済ませました。"
    assert sorted(told) == ["", late]


def test_two_edits_of_one_quote() -> None:
    with scope.client("acme"):
        version = written()
        seen = version.made_at

    def edit(actor: Actor, sku: str, at: datetime) -> None:
        quoting.change(version.pk, draft(line(sku)), seen=seen, actor=actor, at=at)

    told = together(lambda: edit(SATO, "A", SOON), lambda: edit(SUZUKI, "B", SOON))

    with scope.client("acme"):
        kept = with_lines(QuoteVersion.objects.filter(pk=version.pk)).get()
    late = "編集しているあいだに下書きが変わりました。もう一度保存すると、この内容で上書きします。"
    assert sorted(told) == ["", f"{late}{kept.made_by}さんが 10/1 10:32 に保存しました。"]
    assert [each.sku for each in kept.lines.all()] == [{"佐藤": "A", "鈴木": "B"}[kept.made_by]]


def test_a_quote_that_was_taken_back_while_it_was_accepted() -> None:
    with scope.client("acme"):
        version = sent()
        quoting.withdraw([version.quote_id], reason="価格改定", actor=SATO, at=SOON)
        with pytest.raises(Refused) as late:
            quoting.accept(version.pk, quoting.Evidence("購入 一郎"), actor=SUZUKI, at=SOON)
    assert str(late.value) == "この見積は取り下げられています。佐藤さんが 10/1 10:32 に取り下げました。"


def test_two_claims_of_one_item() -> None:
    key = made()
    with scope.operator():
        item = WorkItem.objects.create(
            client="acme", kind="release", subject_kind="order", subject_id=key, order_id=key, created_at=MORNING
        )

    def claim(actor: Actor) -> Outcome:
        with scope.operator():
            return take([item.pk], clients=["acme"], actor=actor, at=SOON)

    told = together(lambda: claim(SATO), lambda: claim(SUZUKI))

    with scope.operator():
        item.refresh_from_db()
    late = f"{item.holder_name}さんが作業中です。引き継ぐときはリーダーに依頼してください。"
    assert sorted(told) == ["", f"{late}{item.holder_name}さんが 10/1 10:32 に始めました。"]
