"""The ten kinds of exceptions from opening to end: who is asked, until when, and what the answer does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from core.errors import Refused
from orders.exceptions import CHOICES, ESCALATE, KINDS, REMIND
from orders.lifecycle import BY_CODE
from orders.models import Order, OrderException, Return, Shipment
from orders.reasons import PARTIES
from orders.services import arranging, exceptions, returning, shipping
from orders.services.exceptions.effects import EFFECTS
from tests.conftest import OPERATOR
from tests.scenarios.conftest import Story

Begin = Callable[..., Story]


def test_shortage_asks_the_client_and_ships_what_there_is(story: Begin) -> None:
    tale = story(units=[3, 2])
    shipping.release([tale.key], actor=OPERATOR, at=tale.at("2026-10-01 10:30"))
    tale.go("2026-10-01 11:00")

    found = tale.opens("shortage", quantities={tale.line(1).pk: 2}, note="棚に1個しかない")

    assert (found.decider, found.party, found.billable) == ("client", "client", True)
    assert found.decide_by == tale.at("2026-10-01 16:00")  # four hours, lunch does not count
    assert tale.asked == ["shortage"]
    assert tale.ship_clock.phase == "paused"
    assert "decide" not in tale.work

    tale.go("2026-10-01 14:00")
    tale.decides(found, "ship_part", words="先に送ってください")

    assert tale.asked == []
    assert tale.ship_clock.phase == "running"
    assert tale.ship_clock.idle == 2 * 3600
    line = tale.line(1)
    assert (line.allocated, line.backordered, line.released) == (1, 2, 1)
    assert [one["units"] for one in tale.told("shipment.reduced")] == [3]
    assert tale.phase == "preparing"
    tale.ships()
    assert tale.phase == "partial"
    arranging.allocate([tale.key], actor=OPERATOR, at=tale.at("2026-10-02 09:00"))
    tale.go("2026-10-02 10:00")
    tale.ships()
    assert tale.phase == "shipped"
    assert tale.metered("shipments") == 2


def test_shortage_can_wait_for_all_of_it(story: Begin) -> None:
    tale = story(units=[3])
    shipping.release([tale.key], actor=OPERATOR, at=tale.at("2026-10-01 10:30"))
    found = tale.opens("shortage", quantities={tale.line().pk: 1})

    with pytest.raises(Refused, match="今日以降") as refusal:
        tale.decides(found, "wait", date=date(2026, 9, 30))
    assert refusal.value.field == "date"
    tale.decides(found, "wait", date=date(2026, 10, 9))

    assert (tale.order.ship_on, tale.line().released, tale.line().backordered) == (date(2026, 10, 9), 0, 1)
    assert Shipment.objects.get(order=tale.key).state == "cancelled"
    assert tale.phase == "awaiting_stock"


def test_shortage_can_be_substituted(story: Begin) -> None:
    tale = story(units=[2, 1])
    found = tale.opens("shortage", quantities={tale.line(2).pk: 1})

    tale.decides(found, "substitute", item="深蒸し茶 200g")

    assert tale.line(2).cancelled == 1
    added = tale.line(3)
    assert (added.name, added.ordered, added.allocated) == ("深蒸し茶 200g", 1, 1)
    tale.ships()
    assert tale.phase == "shipped"


def test_shortage_of_everything_cancels_the_order_for_a_fee_where_the_warehouse_had_begun(story: Begin) -> None:
    tale = story(units=[2])
    shipping.release([tale.key], actor=OPERATOR, at=tale.at("2026-10-01 10:30"))
    found = tale.opens("shortage")

    tale.decides(found, "cancel_lines")

    assert tale.phase == "cancelled"
    assert [(one["zone"], one["party"]) for one in tale.told("order.cancelled")] == [("by_request", "client")]
    assert tale.metered("cancellations") == 1
    assert tale.ship_clock.phase == "cancelled"


def test_a_shortage_that_the_operator_caused_neither_pauses_nor_costs(story: Begin) -> None:
    tale = story(units=[2])
    shipping.release([tale.key], actor=OPERATOR, at=tale.at("2026-10-01 10:30"))
    found = tale.opens("shortage", party="operator")
    assert not found.billable
    assert tale.ship_clock.phase == "running"

    tale.decides(found, "cancel_order")

    assert tale.metered("cancellations") == 0


def test_a_shortage_nobody_answers_is_reminded_and_then_decided_by_the_operator(story: Begin) -> None:
    tale = story(units=[2])
    found = tale.opens("shortage")
    deadline = tale.at("2026-10-01 15:00")
    assert found.decide_by == deadline

    tale.go("2026-10-01 14:55")
    assert tale.told("order.exception_reminded") == []
    tale.go("2026-10-01 15:00")
    assert len(tale.told("order.exception_reminded")) == 1
    tale.go("2026-10-01 15:05")
    assert len(tale.told("order.exception_reminded")) == 1
    tale.go("2026-10-02 10:00")
    assert len(tale.told("order.exception_reminded")) == 2
    assert tale.asked == ["shortage"]
    tale.go("2026-10-02 15:00")

    found.refresh_from_db()
    assert (found.decider, len(tale.told("order.exception_escalated"))) == ("operator", 1)
    assert tale.asked == []
    assert tale.work == {"decide": "open"}
    assert tale.ship_clock.phase == "running"
    with pytest.raises(Refused, match="相手側"):
        tale.decides(found, "cancel_order")
    tale.decides(found, "cancel_order", by="operator")
    assert tale.phase == "cancelled"


def test_a_change_of_specification_is_the_suppliers_to_decide(story: Begin) -> None:
    tale = story(units=[1])
    found = tale.opens("spec_change", note="名入れの文字を変えたい")

    assert (found.decider, found.party, found.billable) == ("supplier", "buyer", True)
    assert found.decide_by == tale.at("2026-10-02 10:00")  # one working day
    assert tale.asked == []
    assert tale.work == {"decide": "open"}
    assert tale.ship_clock.phase == "running"  # nobody waits for the client
    with pytest.raises(Refused, match="相手側"):
        tale.decides(found, "proceed")

    tale.go("2026-10-02 10:00")
    assert len(tale.told("order.exception_escalated")) == 1
    tale.decides(found, "new_date", by="operator", date=date(2026, 10, 20))

    assert tale.order.ship_on == date(2026, 10, 20)
    assert tale.phase == "scheduled"
    assert tale.work == {"release": "open"}


def test_a_new_date_that_nobody_contradicts_is_taken(story: Begin) -> None:
    tale = story(units=[2], promised_date=date(2026, 10, 3))
    found = tale.opens("reschedule", expected_date=date(2026, 10, 8))

    assert (found.decider, found.party) == ("buyer", "supplier")
    assert tale.asked == ["reschedule"]  # the client answers for its buyer
    assert tale.ship_clock.phase == "paused"

    tale.go("2026-10-02 10:00")

    found.refresh_from_db()
    assert (found.decision, found.decided_by) == ("new_date", "システム")
    assert (tale.order.ship_on, tale.order.promised_date) == (date(2026, 10, 8), None)
    assert tale.phase == "scheduled"
    assert tale.ship_clock.phase == "running"


def test_a_new_date_without_a_proposal_goes_to_the_operator(story: Begin) -> None:
    tale = story(units=[2])
    found = tale.opens("reschedule")

    tale.go("2026-10-02 10:00")

    found.refresh_from_db()
    assert (found.decider, found.decision) == ("operator", "")
    assert tale.phase == "exception"


def test_a_bad_address_is_put_right_and_the_order_goes_on(story: Begin) -> None:
    tale = story(units=[1])
    found = tale.opens("bad_address", note="番地がない")
    assert (found.decider, found.decide_by) == ("client", tale.at("2026-10-01 15:00"))
    assert tale.asked == ["bad_address"]
    assert tale.ship_clock.phase == "paused"

    with pytest.raises(Refused) as refusal:
        tale.decides(found, "correct_address", address={"postcode": "0000001", "address": "どこか"})
    assert refusal.value.field == "postcode"
    assert tale.phase == "exception"
    tale.decides(found, "correct_address", address={"postcode": "530-0001", "address": "大阪市北区梅田3-1-3"})

    order = tale.order
    assert (order.ship_postcode, order.ship_prefecture) == ("5300001", "大阪府")
    assert order.ship_address == "大阪府大阪市北区梅田3-1-3"
    assert tale.phase == "received"
    assert tale.work == {"release": "open"}
    tale.ships()
    assert tale.metered("shipments") == 1


def test_an_accident_on_the_way_is_made_good_at_nobodys_cost(story: Begin) -> None:
    tale = story(units=[2, 1])
    tale.ships()
    assert tale.ship_clock.phase == "hit"
    tale.go("2026-10-02 09:00")
    found = tale.opens("accident", quantities={tale.line(1).pk: 2, tale.line(2).pk: 1})

    assert (found.decider, found.party, found.billable) == ("operator", "carrier", False)
    assert found.decide_by == tale.at("2026-10-05 18:00")  # two working days, a weekend between
    assert tale.asked == []
    assert tale.work == {"decide": "open"}
    tale.decides(found, "reship", by="operator")

    assert Shipment.objects.get(order=tale.key, position=1).state == "lost"
    again = Shipment.objects.get(order=tale.key, position=2)
    assert (again.state, again.party, again.billable) == ("released", "carrier", False)
    assert (tale.line(1).shipped, tale.line(1).released) == (0, 2)
    assert tale.phase == "preparing"
    assert tale.ship_clock.phase == "running"  # it goes on where it stopped
    tale.ships(deliver=True)
    assert tale.phase == "delivered"
    assert tale.ship_clock.phase == "hit"
    assert (tale.metered("shipments"), tale.metered("units_picked"), tale.metered("parcels")) == (1, 3, 1)


def test_a_lost_piece_that_is_not_sent_again_is_written_off(story: Begin) -> None:
    tale = story(units=[2, 1])
    tale.ships()
    found = tale.opens("accident", quantities={tale.line(1).pk: 1})

    tale.decides(found, "write_off", by="operator")

    line = tale.line(1)
    assert (line.written_off, line.shipped, line.allocated) == (1, 1, 1)
    assert tale.phase == "shipped"
    shipping.deliver(
        list(Shipment.objects.values_list("pk", flat=True)), actor=OPERATOR, at=tale.at("2026-10-02 12:00")
    )
    assert tale.phase == "delivered"
    assert tale.line(1).delivered == 1


def test_an_order_that_was_lost_as_a_whole_and_written_off_is_complete_not_cancelled(story: Begin) -> None:
    tale = story(units=[2])
    tale.ships()

    tale.decides(tale.opens("accident"), "write_off", by="operator")

    assert tale.phase == "completed"


def test_a_parcel_that_nobody_takes_in_goes_back_when_nobody_answers(story: Begin) -> None:
    tale = story(units=[2])
    (shipment,) = tale.ships()
    tale.go("2026-10-02 09:00")
    found = tale.opens("undelivered")

    assert (found.decider, found.party) == ("buyer", "buyer")
    assert found.decide_by == tale.at("2026-10-06 18:00")  # three working days
    assert tale.asked == ["undelivered"]

    tale.go("2026-10-06 18:00")

    found.refresh_from_db()
    assert found.decision == "send_back"
    assert Shipment.objects.get(pk=shipment).state == "returned"
    assert (tale.phase, tale.work) == ("returning", {"return": "open"})
    back = Return.objects.get(order=tale.key)
    returning.receive([back.pk], actor=OPERATOR, at=tale.at("2026-10-08 10:00"))
    returning.inspect([back.pk], finding="未開封", actor=OPERATOR, at=tale.at("2026-10-08 11:00"))
    assert tale.phase == "completed"
    assert tale.metered("returns_inspected") == 2


def test_a_parcel_is_brought_again_on_the_day_that_the_buyer_names(story: Begin) -> None:
    tale = story(units=[1])
    tale.ships()
    found = tale.opens("undelivered")

    tale.decides(found, "redeliver", date=date(2026, 10, 4))

    assert tale.order.promised_date == date(2026, 10, 4)
    assert tale.phase == "shipped"


def test_a_wrong_item_is_sent_again_and_never_billed(story: Begin) -> None:
    tale = story(units=[3])
    tale.ships(deliver=True)
    assert (tale.metered("shipments"), tale.metered("units_picked")) == (1, 3)
    tale.go("2026-10-02 10:00")
    found = tale.opens("wrong_item", quantities={tale.line().pk: 1})

    assert (found.decider, found.party, found.billable) == ("operator", "operator", False)
    assert found.decide_by == tale.at("2026-10-02 15:00")
    tale.decides(found, "reship", by="operator")

    assert (tale.line().shipped, tale.line().delivered) == (2, 2)
    assert (tale.phase, tale.work) == ("partial", {"pick": "open"})
    assert [one["party"] for one in tale.told("shipment.released")] == ["", "operator"]
    tale.ships(deliver=True)
    assert tale.phase == "delivered"
    assert (tale.metered("shipments"), tale.metered("units_picked"), tale.metered("parcels")) == (1, 3, 1)


def test_a_wrong_item_that_nobody_decides_is_escalated_twice_and_stays_the_operators(story: Begin) -> None:
    tale = story(units=[1])
    tale.ships()
    tale.opens("wrong_item")

    for moment in ("2026-10-01 15:00", "2026-10-02 10:00", "2026-10-02 15:00", "2026-10-05 18:00"):
        tale.go(moment)

    assert len(tale.told("order.exception_escalated")) == 2
    assert tale.work == {"decide": "open"}


@pytest.mark.parametrize(("party", "billed"), [("", 1), ("client", 2)])
def test_what_was_broken_is_sent_again_and_billed_by_who_answers_for_it(story: Begin, party: str, billed: int) -> None:
    tale = story(units=[2])
    tale.ships(deliver=True)
    found = tale.opens("damaged", quantities={tale.line().pk: 1}, party=party)
    assert (found.decider, found.party) == ("operator", party or "operator")

    tale.decides(found, "reship", by="operator")
    tale.ships(deliver=True)

    assert tale.phase == "delivered"
    assert tale.metered("shipments") == billed


def test_what_breaks_before_it_leaves_can_be_cancelled(story: Begin) -> None:
    tale = story(units=[2])
    shipping.release([tale.key], actor=OPERATOR, at=tale.at("2026-10-01 10:30"))
    found = tale.opens("damaged", quantities={tale.line().pk: 1})

    with pytest.raises(Refused, match="まだ出荷していない"):
        tale.decides(found, "reship", by="operator")
    tale.decides(found, "cancel_lines", by="operator")

    assert (tale.line().cancelled, tale.line().released) == (1, 1)
    tale.ships()
    assert tale.phase == "shipped"


def test_bad_credit_ends_the_order_when_nobody_answers(story: Begin) -> None:
    tale = story(units=[1])
    found = tale.opens("credit_ng")

    assert (found.decider, found.party) == ("client", "buyer")
    assert found.decide_by == tale.at("2026-10-05 10:00")  # two working days, a weekend between
    assert tale.asked == ["credit_ng"]
    assert tale.ship_clock.phase == "paused"

    tale.go("2026-10-05 10:00")

    found.refresh_from_db()
    assert (found.decision, tale.phase) == ("cancel_order", "cancelled")
    assert tale.metered("cancellations") == 0  # the warehouse had not begun


def test_bad_credit_can_be_paid_ahead(story: Begin) -> None:
    tale = story(units=[1])
    shipping.release([tale.key], actor=OPERATOR, at=tale.at("2026-10-01 10:30"))
    found = tale.opens("credit_ng")

    tale.decides(found, "prepay")

    assert (tale.phase, tale.line().released, tale.work) == ("awaiting_payment", 0, {})
    arranging.mark_paid([tale.key], actor=OPERATOR, at=tale.at("2026-10-02 10:00"))
    assert (tale.phase, tale.work) == ("received", {"release": "open"})


def test_a_return_is_accepted_received_inspected_and_billed(story: Begin) -> None:
    tale = story(units=[3])
    tale.ships(deliver=True)
    tale.go("2026-10-05 10:00")
    found = tale.opens("return", quantities={tale.line().pk: 2}, note="サイズ違い")

    assert (found.decider, found.party, found.billable) == ("client", "buyer", True)
    assert found.decide_by == tale.at("2026-10-07 10:00")
    assert tale.asked == ["return"]
    tale.decides(found, "accept_return")

    assert (tale.phase, tale.work) == ("returning", {"return": "open"})
    back = Return.objects.get(order=tale.key)
    early = returning.inspect([back.pk], finding="良好", actor=OPERATOR, at=tale.at("2026-10-06 10:00"))
    assert early.refused[back.pk].code == "not_received"
    returning.receive([back.pk], actor=OPERATOR, at=tale.at("2026-10-06 11:00"))
    assert tale.phase == "returning"
    accepted = {tale.line().pk: 1}
    returning.inspect([back.pk], accepted=accepted, finding="1点に汚れ", actor=OPERATOR, at=tale.at("2026-10-06 12:00"))

    line = tale.line()
    assert (line.return_requested, line.return_received, line.return_accepted, line.return_rejected) == (2, 2, 1, 1)
    assert (tale.phase, tale.work) == ("delivered", {})
    assert tale.metered("returns_inspected") == 2


def test_a_return_can_be_refused(story: Begin) -> None:
    tale = story(units=[1])
    tale.ships(deliver=True)

    tale.decides(tale.opens("return"), "refuse_return", words="開封済みのため")

    assert tale.phase == "delivered"
    assert not Return.objects.exists()


def test_a_kind_opens_only_where_it_can_occur(story: Begin) -> None:
    tale = story(units=[1])

    refused = exceptions.open_for([tale.key], kind="accident", actor=OPERATOR, at=tale.at("2026-10-01 10:00"))
    assert refused.refused[tale.key].code == "wrong_phase"
    tale.opens("shortage")
    again = exceptions.open_for([tale.key], kind="shortage", actor=OPERATOR, at=tale.at("2026-10-01 10:00"))
    assert again.refused[tale.key].code == "open_already"
    too_many = exceptions.open_for(
        [tale.key], kind="bad_address", quantities={tale.line().pk: 9}, actor=OPERATOR, at=tale.at("2026-10-01 10:00")
    )
    assert too_many.refused[tale.key].code == "too_many"


def test_an_exception_is_withdrawn_and_opened_again(story: Begin) -> None:
    tale = story(units=[1])
    found = tale.opens("bad_address")

    exceptions.withdraw([found.pk], note="勘違い", actor=OPERATOR, at=tale.at("2026-10-01 11:00")).sole()
    assert (tale.phase, tale.asked, tale.ship_clock.phase) == ("received", [], "running")
    exceptions.reopen([found.pk], note="やはり不備", actor=OPERATOR, at=tale.at("2026-10-01 13:00")).sole()

    assert (tale.phase, tale.asked, tale.ship_clock.phase) == ("exception", ["bad_address"], "paused")
    tale.decides(found, "proceed")
    late = exceptions.withdraw([found.pk], note="遅い", actor=OPERATOR, at=tale.at("2026-10-01 14:00"))
    assert late.refused[found.pk].code == "decided"


def test_many_are_decided_at_once_and_each_refusal_has_its_reason(story: Begin) -> None:
    tale = story(units=[1])
    first, second = tale.opens("shortage"), tale.opens("bad_address")
    answer = exceptions.Answer("cancel_order")

    outcome = exceptions.decide(
        [first.pk, second.pk, 10**9], answer=answer, by="client", actor=OPERATOR, at=tale.at("2026-10-01 11:00")
    )

    assert outcome.done == {first.pk}
    assert {key: why.code for key, why in outcome.refused.items()} == {
        second.pk: "one_at_a_time",
        10**9: "not_found",
    }
    assert not OrderException.objects.filter(closed_at=None).exists()  # a cancelled order waits for nothing
    assert Order.objects.get(pk=tale.key).phase == "cancelled"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_table_of_kinds_names_what_there_is(kind: object) -> None:
    known = KINDS[kind.code]  # type: ignore[attr-defined]
    assert known.phases <= set(BY_CODE)
    assert set(known.choices) <= set(CHOICES)
    assert known.party in PARTIES
    assert known.overdue in {REMIND, ESCALATE, *known.choices}


def test_every_choice_is_offered_by_a_kind_and_has_an_effect() -> None:
    assert {code for kind in KINDS.values() for code in kind.choices} == set(CHOICES)
    assert {choice.effect for choice in CHOICES.values()} == set(EFFECTS)
