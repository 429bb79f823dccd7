"""The client's rules: kept in versions, run on what arrives, tried out, and run once more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import scope
from core.errors import Refused
from core.models import Event
from operations.models import WorkItem
from orders.lifecycle import phase_of
from orders.models import ArrivalRule, Hold, Line, Order, RuleEffect, RuleOrder, RuleVersion, Shipment, Verification
from orders.queries import facts, rules, timeline
from orders.services import cancelling, ruling, shipping
from orders.services import intake as arriving
from orders.services.ruling import Draft
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.orders import channel
from tests.orders.test_arriving import record

At = Callable[[str], datetime]
EVERY: dict[str, Any] = {"all": []}
TAG = {"do": "tag", "tag": "VIP"}


def keep(*actions: dict[str, Any], asks: dict[str, Any] = EVERY, name: str = "規則", on: bool = True) -> ArrivalRule:
    """A rule that is in force."""
    draft = Draft(name, asks, actions or (TAG,))
    return ruling.create(draft, is_active=on, actor=OPERATOR, at=datetime.fromisoformat("2026-09-01T00:00:00Z"))


def arrive(at: datetime, *records: dict[str, Any]) -> list[Order]:
    arriving.accept(channel(), records or (record("X-1"),), actor=OPERATOR, at=at)
    return list(Order.objects.order_by("number"))


def log() -> list[tuple[Any, ...]]:
    return list(RuleEffect.objects.order_by("id").values_list("rule__name", "version", "action", "before", "after"))


# At arrival


def test_an_order_is_written_as_the_rules_leave_it(acme: str, at: At) -> None:
    keep(
        TAG,
        {"do": "set_carrier", "carrier": "yamato"},
        {"do": "set_temperature", "temperature": "chilled"},
        {"do": "set_priority", "priority": "2"},
        {"do": "ship_on", "day": "2026-10-20"},
        {"do": "promise_after", "days": 1},
        {"do": "add_line", "sku": "CARD", "name": "お礼状", "quantity": 1},
        {"do": "set_branch", "sku": "B-", "branch": "drop_ship"},
        {"do": "mute_mail", "mail": "received"},
        {"do": "mute_mail", "mail": "followup"},
        name="全部",
    )

    (order,) = arrive(at("2026-10-01 10:00"))

    assert (order.tags, order.carrier, order.temperature, order.priority) == (["VIP"], "yamato", "chilled", 2)
    assert (order.ship_on, order.promised_date) == (date(2026, 10, 20), date(2026, 10, 21))
    assert order.muted_mails == ["received", "followup"]
    assert order.phase == phase_of(facts.of_order(order.pk)).code == "received"
    assert list(order.lines.values_list("sku", "ordered", "unit_price", "branch")) == [
        ("A-1", 2, Decimal(1000), "stock"),
        ("B-2", 1, Decimal(300), "drop_ship"),
        ("CARD", 1, Decimal(0), "stock"),
    ]
    assert order.total == 2300
    assert ("全部", 1, "tag", "", "VIP") in log()
    assert ("全部", 1, "mute_mail", "received", "received、followup") in log()
    assert len(log()) == 10
    assert Event.objects.get(name="order.received").data["units"] == 4


def test_a_rule_asks_for_a_look_and_holds(acme: str, at: At) -> None:
    keep({"do": "verify", "reason": "stock"}, {"do": "hold", "reason": "question", "question": "色は？", "days": 3})

    (order,) = arrive(at("2026-10-01 10:00"))

    check = Verification.objects.get()
    assert (check.reason, check.rule, check.rule_version) == ("stock", "規則", 1)
    hold = Hold.objects.get()
    assert (hold.reason, hold.party, hold.question) == ("question", "client", "色は？")
    assert hold.expected_end == at("2026-10-04 10:00")
    assert order.phase == phase_of(facts.of_order(order.pk)).code == "held"
    assert Event.objects.filter(name__in=["order.held", "order.verification_opened"]).count() == 2


def test_a_check_can_be_waived(acme: str, at: At) -> None:
    keep({"do": "waive", "reason": "content"}, asks={"field": "note", "op": "contains", "value": "よろしく"})
    polite, other = arrive(
        at("2026-10-01 10:00"), record("X-1", note="よろしくお願いします"), record("X-2", note="赤で", buyer_phone="")
    )
    assert list(Verification.objects.values_list("order", "reason")) == [(other.pk, "content")]
    assert polite.phase == "received"


def test_a_rule_can_cancel_and_says_why(acme: str, at: At) -> None:
    keep({"do": "cancel", "reason": "転売のため"}, {"do": "verify", "reason": "credit"})
    (order,) = arrive(at("2026-10-01 10:00"))
    assert order.phase == phase_of(facts.of_order(order.pk)).code == "cancelled"
    assert Event.objects.get(name="order.cancelled").data["reason"] == "転売のため"
    assert not Verification.objects.exists()


def test_priority_moves_the_work_ahead(acme: str, at: At) -> None:
    keep({"do": "set_priority", "priority": "2"}, asks={"field": "total", "op": "gte", "value": 3000})
    arrive(at("2026-10-01 10:00"), record("X-1"), record("X-2", postage=900, buyer_phone=""))
    with scope.operator():
        found = dict(WorkItem.objects.filter(client="acme").values_list("title", "priority"))
    assert found == {"X-1 りんご": 0, "X-2 りんご": 2}


def test_the_carrier_goes_with_the_shipment(acme: str, at: At) -> None:
    keep({"do": "set_carrier", "carrier": "sagawa"})
    (order,) = arrive(at("2026-10-01 10:00"))
    shipping.release([order.pk], actor=OPERATOR, at=at("2026-10-01 11:00"))
    assert Shipment.objects.get().carrier == "sagawa"


def test_the_past_of_a_buyer_is_known(acme: str, at: At) -> None:
    keep(TAG, asks={"field": "first_order", "op": "eq", "value": True})
    keep({"do": "tag", "tag": "3回目"}, asks={"field": "past_orders", "op": "eq", "value": 2})
    times = ["2026-10-01 09:00:00", "2026-10-01 09:10:00"]
    arrive(at("2026-10-01 10:00"), *(record(f"X-{nth}", ordered_at=time) for nth, time in enumerate(times, 1)))
    third = record("X-3", ordered_at="2026-10-05 09:00:00")
    found = arrive(at("2026-10-05 10:00"), third, record("X-4", buyer_phone=""))
    assert {order.number: order.tags for order in found} == {
        "X-1": ["VIP"],
        "X-2": [],
        "X-3": ["3回目"],
        "X-4": [],
    }


def test_rules_run_in_their_order_and_while_they_are_in_force(acme: str, at: At) -> None:
    first, second = (
        keep({"do": "set_noshi", "text": "一"}, name="一"),
        keep({"do": "set_noshi", "text": "二"}, name="二"),
    )
    keep({"do": "tag", "tag": "休み"}, on=False)
    future = keep({"do": "tag", "tag": "来月"})
    ruling.switch(future.pk, on=True, starts_on=date(2026, 11, 1), actor=OPERATOR, at=at("2026-09-01 00:00"))
    ruling.shift(second.pk, by=-1, actor=OPERATOR, at=at("2026-09-01 00:00"))

    (order,) = arrive(at("2026-10-01 10:00"))

    assert (order.noshi, order.tags) == ("一", [])
    assert [entry[0] for entry in log()] == ["二", "一"]
    later = arrive(at("2026-11-01 00:00"), record("X-2"))[-1]
    assert later.tags == ["来月"]
    assert first.position == 0


def test_what_rules_did_stands_in_the_timeline(acme: str, at: At) -> None:
    keep(TAG, {"do": "set_noshi", "text": "祝"})
    (order,) = arrive(at("2026-10-01 10:00"))
    (entry,) = [entry for entry in timeline.of_order(order.pk) if "規則" in str(entry.text)]
    assert str(entry.text) == "規則「規則」第1版を適用しました"
    assert "タグを付ける" in str(entry.detail)


def test_rules_cost_no_query_an_order(acme: str, at: At) -> None:
    keep(TAG, {"do": "verify", "reason": "stock"}, {"do": "hold", "reason": "other"})

    def queries(*records: dict[str, Any]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            arrive(at("2026-10-01 10:00"), *records)
        return len(seen)

    queries(record("A-0"))
    few = queries(record("A-1", ordered_at="2026-10-02 09:00:00"))
    assert queries(*(record(f"B-{nth}", ordered_at=f"2026-10-0{nth} 09:00:00") for nth in range(3, 8))) == few


# Keeping


def test_a_change_is_a_new_version_and_the_old_one_stays(acme: str, at: At) -> None:
    rule = keep(TAG, name="古い名前")
    new = Draft("新しい名前", EVERY, [{"do": "tag", "tag": "新"}])
    ruling.change(rule.pk, new, seen=1, actor=OPERATOR, at=at("2026-10-02 09:00"))
    same = ruling.change(rule.pk, new, seen=2, actor=OPERATOR, at=at("2026-10-03 09:00"))
    assert (same.version, same.name) == (2, "新しい名前")
    assert list(RuleVersion.objects.values_list("version", "name", "actions", "made_by", "made_at")) == [
        (2, "新しい名前", [{"do": "tag", "tag": "新"}], OPERATOR.name, at("2026-10-02 09:00")),
        (1, "古い名前", [TAG], OPERATOR.name, at("2026-09-01 09:00")),
    ]
    arrive(at("2026-10-04 10:00"))
    assert log() == [("新しい名前", 2, "tag", "", "新")]


def test_the_second_of_two_editors_is_told(acme: str, at: At) -> None:
    rule = keep()
    ruling.change(rule.pk, Draft("一人目", EVERY, [TAG]), seen=1, actor=OPERATOR, at=at("2026-10-02 09:00"))
    with pytest.raises(Refused, match="受注 花子さんが第2版") as refusal:
        ruling.change(rule.pk, Draft("二人目", EVERY, [TAG]), seen=1, actor=OPERATOR, at=at("2026-10-02 09:01"))
    assert refusal.value.code == "changed_meanwhile"
    assert ArrivalRule.objects.get().name == "一人目"


def test_a_copy_waits_switched_off(acme: str, at: At) -> None:
    copy = ruling.duplicate(keep(name="原本").pk, actor=OPERATOR, at=at("2026-10-02 09:00"))
    assert (copy.name, copy.is_active, copy.position) == ("原本（写し）", False, 1)


def test_an_export_comes_in_again(acme: str, at: At) -> None:
    keep(TAG, asks={"field": "total", "op": "gte", "value": 1})
    exported = rules.export()
    with scope.client("bravo"):
        (taken,) = ruling.import_rules(exported, actor=OPERATOR, at=at("2026-10-02 09:00"))
        assert not taken.is_active
        assert rules.export() == exported


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "項目と値の組"),
        ({"format": "other", "rules": []}, "規則の書き出し"),
        ({"format": "arrival-rules/1", "rules": []}, "1個から"),
        ({"format": "arrival-rules/1", "rules": [{"name": "x", "condition": EVERY, "actions": [TAG]}, {}]}, "rules[1]"),
        (
            {"format": "arrival-rules/1", "rules": [{"name": "x", "condition": {"field": "pg_class"}, "actions": []}]},
            "rules[0]",
        ),
    ],
)
def test_an_export_that_is_none_brings_nothing(acme: str, at: At, data: object, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        ruling.import_rules(data, actor=OPERATOR, at=at("2026-10-02 09:00"))
    assert said in str(refusal.value)
    assert not ArrivalRule.objects.exists()


def test_an_archived_rule_keeps_its_log(acme: str, at: At) -> None:
    rule = keep()
    arrive(at("2026-10-01 10:00"))
    ruling.archive(rule.pk, actor=OPERATOR, at=at("2026-10-02 09:00"))
    arrive(at("2026-10-03 10:00"), record("X-2", ordered_at="2026-10-03 09:00:00"))
    assert RuleEffect.objects.count() == 1
    with pytest.raises(Refused, match="見つかりません"):
        ruling.switch(rule.pk, on=True, actor=OPERATOR, at=at("2026-10-04 09:00"))


# Trying


def test_a_trial_shows_before_and_after_and_writes_nothing(acme: str, at: At) -> None:
    arrive(at("2026-10-01 10:00"), record("X-1"), record("X-2", note="急ぎ", buyer_phone=""))
    doing = TAG, {"do": "ship_on", "day": "2026-10-20"}, {"do": "mute_all_mails"}
    rule = keep(*doing, asks={"field": "note", "op": "is_set"}, on=False)
    before = [list(model.objects.order_by("pk").values()) for model in (Order, Line, Verification, Hold, Event)]

    found = rules.try_out(rules.as_rules([rule]))

    assert (found.orders, found.matched, found.changed) == (2, {rule.pk: 1}, 1)
    (row,) = found.rows
    assert row.number == "X-2"
    shown = [(str(e.action), str(e.before), str(e.after)) for e in row.effects]
    assert shown == [
        ("タグを付ける", "なし", "VIP"),
        ("出荷日を決める", "なし", "2026-10-20"),
        ("購入者通知をすべて止める", "なし", "すべてのメール"),
    ]
    assert [list(model.objects.order_by("pk").values()) for model in (Order, Line, Verification, Hold, Event)] == before
    assert not RuleEffect.objects.exists()


def test_a_trial_takes_the_same_queries_for_few_and_many(acme: str, at: At, django_assert_num_queries: Any) -> None:
    running = rules.as_rules([keep(TAG, asks={"field": "first_order", "op": "eq", "value": True})])
    for count in (1, 3):
        orders.orders(count, buyer_phone="+819011112222")
        with django_assert_num_queries(4):
            rules.try_out(running)


# Once more


def test_rules_run_again_on_request(acme: str, at: At) -> None:
    waiting = orders.order(units=(1, 2), note="急ぎ")
    gone, dropped = orders.order(), orders.order()
    orders.released(gone.pk)
    cancelling.cancel([dropped.pk], by="client", reason="不要", actor=OPERATOR, at=at("2026-10-01 09:30"))
    keep(
        TAG,
        {"do": "verify", "reason": "stock"},
        {"do": "hold", "reason": "other"},
        {"do": "ship_on", "day": "2026-10-20"},
        {"do": "add_line", "sku": "CARD", "name": "お礼状", "quantity": 1},
        {"do": "set_branch", "sku": "SKU-2", "branch": "made_to_order"},
        {"do": "mark_paid"},
        {"do": "move_note"},
    )

    outcome = ruling.run_again([waiting.pk, gone.pk, dropped.pk, 999], actor=OPERATOR, at=at("2026-10-02 09:00"))

    assert outcome.done == outcome.changed == {waiting.pk}
    assert {key: refusal.code for key, refusal in outcome.refused.items()} == {
        gone.pk: "released",
        dropped.pk: "cancelled",
        999: "not_found",
    }
    waiting.refresh_from_db()
    assert (waiting.tags, waiting.ship_on, waiting.payment) == (["VIP"], date(2026, 10, 20), "paid")
    assert (waiting.note, waiting.staff_note) == ("", "急ぎ")
    assert list(waiting.lines.values_list("position", "sku", "branch", "ordered", "allocated")) == [
        (1, "SKU-1", "stock", 1, 1),
        (2, "SKU-2", "made_to_order", 2, 0),
        (3, "CARD", "stock", 1, 1),
    ]
    assert waiting.verifications.get().reason == "stock"
    assert waiting.holds.get().reason == "other"
    assert waiting.phase == phase_of(facts.of_order(waiting.pk)).code == "held"
    assert RuleEffect.objects.filter(again=True).count() == len(log()) == 8
    assert Event.objects.filter(name="order.ruled_again").count() == 1
    assert Event.objects.filter(name="order.scheduled").count() == 1

    again = ruling.run_again([waiting.pk], actor=OPERATOR, at=at("2026-10-02 10:00"))

    assert again.done == {waiting.pk}
    assert not again.changed
    assert len(log()) == 8


def test_a_chosen_rule_runs_again_alone_and_may_waive_or_cancel(acme: str, at: At) -> None:
    looked_at, unwanted = orders.order(verifications=["content"]), orders.order(note="転売")
    keep({"do": "tag", "tag": "他"})
    waive = keep({"do": "waive", "reason": "content"}, on=False)
    drop = keep({"do": "cancel", "reason": "転売"}, asks={"field": "note", "op": "is_set"}, on=False)

    ruling.run_again([looked_at.pk, unwanted.pk], rules=[waive, drop], actor=OPERATOR, at=at("2026-10-02 09:00"))

    check = looked_at.verifications.get()
    assert (check.answer, check.answered_at) == ("規則「規則」第1版により省略", at("2026-10-02 09:00"))
    assert orders.phase_of(unwanted.pk) == "cancelled"
    assert orders.phase_of(looked_at.pk) == "received"
    assert not Order.objects.filter(tags__contains=["他"]).exists()


def test_mails_are_muted_and_let_go_again_on_request(acme: str, at: At) -> None:
    order = orders.order()
    mute = keep({"do": "mute_mail", "mail": "shipped"}, {"do": "mute_mail", "mail": "partial"}, on=False)
    for rule, left in ((mute, ["shipped", "partial"]), (keep({"do": "unmute_mails"}, on=False), [])):
        assert ruling.run_again([order.pk], rules=[rule], actor=OPERATOR, at=at("2026-10-02 09:00")).changed == {
            order.pk
        }
        order.refresh_from_db()
        assert order.muted_mails == left


def test_many_run_again_at_the_price_of_few(acme: str, at: At) -> None:
    keep(TAG, {"do": "hold", "reason": "other"})

    def queries(count: int) -> int:
        ids = orders.orders(count)
        with CaptureQueriesContext(connection) as seen:
            ruling.run_again(ids, actor=OPERATOR, at=at("2026-10-02 09:00"))
        return len(seen)

    queries(1)
    assert queries(1) == queries(4)


def test_the_neighbours_rules_do_nothing_here(acme: str, at: At) -> None:
    with scope.client("bravo"):
        keep()
        neighbours = ArrivalRule.objects.get()
    (order,) = arrive(at("2026-10-01 10:00"))
    assert order.tags == []
    with pytest.raises(Refused):
        ruling.change(neighbours.pk, Draft("x", EVERY, [TAG]), seen=1, actor=OPERATOR, at=at("2026-10-01 10:00"))
    with scope.client("bravo"):
        assert not RuleEffect.objects.exists()
        assert ArrivalRule.objects.get().name == "規則"


def test_rules_are_put_in_another_order_as_a_version(acme: str, at: At) -> None:
    one, two, three = keep(name="一"), keep(name="二"), keep(name="三")
    wanted = [three.pk, one.pk, two.pk]

    assert ruling.arrange(wanted, seen=0, actor=OPERATOR, at=at("2026-09-01 10:00")) == 1
    assert [row.rule.pk for row in rules.listed()] == wanted
    assert ruling.arrange(wanted, seen=1, actor=OPERATOR, at=at("2026-09-01 10:05")) == 1  # nothing new
    ruling.shift(one.pk, by=1, actor=OPERATOR, at=at("2026-09-01 10:10"))
    assert list(RuleOrder.objects.order_by("version").values_list("version", "rules")) == [
        (1, wanted),
        (2, [three.pk, two.pk, one.pk]),
    ]
    assert Event.objects.filter(name="rules.arranged").count() == 2

    with pytest.raises(Refused, match=r"順番が変わりました。.*が 9/1 10:10 に並べ替えました。"):
        ruling.arrange([one.pk, two.pk, three.pk], seen=1, actor=OPERATOR, at=at("2026-09-01 10:20"))
    with pytest.raises(Refused, match="規則が増えたか減りました"):
        ruling.arrange([one.pk, two.pk], seen=2, actor=OPERATOR, at=at("2026-09-01 10:20"))
    assert [row.rule.pk for row in rules.listed()] == [three.pk, two.pk, one.pk]
