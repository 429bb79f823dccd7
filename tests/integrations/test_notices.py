"""Who is told what: written with the fact, sent once, never too early, never to an address that took no mail."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core import clock, mailing, scope, tasks
from core.errors import Refused
from core.events import Actor, Happening, Told
from core.jobs.models import Job
from core.mailing import Undeliverable
from core.models import Event
from integrations.models import Notice, SuppressedAddress
from integrations.notices import catalogue
from integrations.queries import tracking
from integrations.services import bouncing, choosing, noticing, sending
from orders.mails import MAILS
from orders.models import Hold, Line, Order, Shipment
from orders.queries import timeline
from orders.services import cancelling, exceptions, holds, phases, shipping, threads
from tenants import services as tenants
from tenants.queries import Reader
from tests.factories import operations, orders
from tests.factories.people import client_person, staff

At = Callable[[str], datetime]
MAIL = "buyer@example.com"
OPERATOR = Actor("person", "0", "受注 花子")
"""Nobody of the tests: whoever does something is not told of it."""


def written(kind: str = "", **wanted: Any) -> list[Notice]:
    rows = Notice.objects.filter(**wanted).order_by("id")
    return list(rows.filter(kind=kind) if kind else rows)


def received(**fields: Any) -> int:
    return operations.received(**{"buyer_email": MAIL, **fields})


def send(at: datetime) -> None:
    """What the worker does: take what is due, and send each."""
    while taken := sending.take_due(at=at):
        for pk in taken:
            sending.deliver(pk, at=at)


def test_a_buyer_is_told_that_the_order_came(live_acme: str) -> None:
    order_id = received()
    (notice,) = written("buyer.received")
    assert (notice.order_id, notice.address, notice.state) == (order_id, MAIL, Notice.WAITING)
    assert notice.number in notice.subject
    assert "山田 花子 様" in notice.body
    assert "商品1 × 1" in notice.body


def test_the_mail_goes_out_once_with_the_buyers_link(live_acme: str) -> None:
    order_id = received()
    choosing.change_settings(
        sender="花の店",
        reply_to="shop@example.jp",
        buyer_language="ja",
        follow_up_days=7,
        actor=OPERATOR,
        at=orders.MORNING,
    )
    send(orders.MORNING)
    send(orders.MORNING)
    (letter,) = mail.outbox
    assert letter.to == [MAIL]
    assert letter.from_email.endswith("<portal@localhost>")
    assert letter.reply_to == ["shop@example.jp"]
    assert tracking.address_of(order_id) in letter.body
    assert tracking.link_of(order_id) not in Notice.objects.get(kind="buyer.received").body


def test_what_was_sent_stands_on_the_timeline(live_acme: str) -> None:
    order_id = received()
    send(orders.MORNING)
    entries = [entry for entry in timeline.of_order(order_id) if entry.notice_id]
    assert [str(entry.text) for entry in entries] == ["メールを送りました（受付・購入者）"]
    assert MAIL not in str(Event.objects.get(name="notice.sent").data)


def test_nothing_is_written_before_the_client_is_live(acme: str) -> None:
    received()
    assert written() == []


def test_nothing_is_ever_written_about_an_older_order(live_acme: str, at: At) -> None:
    order_id = received(ordered_at=at("2026-09-30 08:59"))
    orders.shipped(order_id)
    assert written(audience="buyer") == []


def test_muting_ends_it(live_acme: str, at: At) -> None:
    tenants.go_live("acme", None, actor=OPERATOR, at=orders.MORNING)
    received()
    assert written() == []


def test_an_order_without_an_address_is_passed_over(live_acme: str) -> None:
    received(buyer_email="")
    assert written(audience="buyer") == []


def test_the_client_chooses_which_mails_go(live_acme: str) -> None:
    choosing.switch({"buyer.received": False}, actor=OPERATOR, at=orders.MORNING)
    received()
    assert written("buyer.received") == []


def test_what_was_switched_off_meanwhile_is_dropped(live_acme: str) -> None:
    received()
    choosing.switch({"buyer.received": False}, actor=OPERATOR, at=orders.MORNING)
    send(orders.MORNING)
    assert [notice.state for notice in written("buyer.received")] == [Notice.DROPPED]
    assert mail.outbox == []


def test_a_mail_that_the_order_keeps_back_is_not_written(live_acme: str) -> None:
    quiet, silent, loud = received(muted_mails=["received"]), received(muted_mails=["all"]), received()
    for order_id in (quiet, silent, loud):
        orders.shipped(order_id)
    assert [(notice.kind, notice.order_id) for notice in written(audience="buyer")] == [
        ("buyer.received", loud),
        ("buyer.shipped", quiet),
        ("buyer.shipped", loud),
    ]


def test_a_mail_that_the_order_keeps_back_meanwhile_is_dropped(live_acme: str) -> None:
    muted, other = received(), received()
    Order.objects.filter(pk=muted).update(muted_mails=["received"])
    send(orders.MORNING)
    assert {notice.order_id: notice.state for notice in written("buyer.received")} == {
        muted: Notice.DROPPED,
        other: Notice.SENT,
    }


def test_muting_the_buyers_mails_leaves_everybody_elses(live_acme: str) -> None:
    client_person()
    order_id = received(muted_mails=["all"])
    holds.place([order_id], reason="question", question="色は？", actor=OPERATOR, at=orders.MORNING)
    assert [notice.kind for notice in written(order_id=order_id)] == ["client.question"]


def test_every_mail_to_the_buyer_of_an_order_can_be_muted() -> None:
    about_orders = [
        kind for kind in catalogue.of_audience("buyer") if not kind.event.startswith(("quote.", "project."))
    ]
    assert {kind.tells: kind.label for kind in about_orders} == MAILS


def test_a_part_and_the_rest_are_told_apart(live_acme: str) -> None:
    order_id = received(units=(2,))
    line_id = Line.objects.get(order_id=order_id).pk
    for pieces in (1, 1):
        shipping.release([order_id], quantities={line_id: pieces}, actor=OPERATOR, at=orders.MORNING)
        shipment = list(
            Shipment.objects.filter(order_id=order_id).order_by("-position").values_list("pk", flat=True)[:1]
        )
        shipping.pick(shipment, actor=OPERATOR, at=orders.MORNING)
        shipping.pack(shipment, actor=OPERATOR, at=orders.MORNING)
        shipping.ship(shipment, parcels=orders.slips(shipment), actor=OPERATOR, at=orders.MORNING)
    told = written(order_id=order_id, kind__in=["buyer.partial", "buyer.shipped"])
    assert [notice.kind for notice in told] == ["buyer.partial", "buyer.shipped"]
    assert "ヤマト運輸 4444" in told[1].body
    assert "kuronekoyamato.co.jp" in told[1].body


def test_the_follow_up_waits_for_its_morning(live_acme: str, at: At) -> None:
    choosing.switch({"buyer.followup": True}, actor=OPERATOR, at=orders.MORNING)
    shipments = orders.shipped(received())
    shipping.deliver(shipments, actor=OPERATOR, at=at("2026-10-02 15:00"))
    (notice,) = written("buyer.followup")
    assert notice.due_at == at("2026-10-09 10:00")
    send(at("2026-10-09 09:59"))
    assert written("buyer.followup")[0].state == Notice.WAITING
    send(at("2026-10-09 10:00"))
    assert written("buyer.followup")[0].state == Notice.SENT


def test_no_follow_up_for_an_order_that_is_in_trouble(live_acme: str, at: At) -> None:
    choosing.switch({"buyer.followup": True}, actor=OPERATOR, at=orders.MORNING)
    order_id = received()
    shipping.deliver(orders.shipped(order_id), actor=OPERATOR, at=at("2026-10-02 15:00"))
    Line.objects.filter(order_id=order_id).update(return_requested=1)
    phases.refresh([order_id])
    send(at("2026-10-09 10:00"))
    assert written("buyer.followup")[0].state == Notice.DROPPED


def test_the_client_is_asked_with_the_deadline(live_acme: str, at: At) -> None:
    person = client_person("orders", name="注文 太郎")
    client_person("accounting")
    order_id = received()
    holds.place(
        [order_id],
        reason="question",
        question="色は?",
        expected_end=at("2026-10-03 17:00"),
        actor=OPERATOR,
        at=orders.MORNING,
    )
    (notice,) = written("client.question")
    assert (notice.person_id, notice.state) == (person.pk, Notice.WAITING)
    assert "色は?" in notice.body
    assert "2026年10月3日(土) 17:00" in notice.body


def test_a_question_to_the_buyer_goes_to_the_buyer_alone(live_acme: str) -> None:
    client_person("orders")
    order_id = received()
    holds.place([order_id], reason="buyer", question="のしは?", actor=OPERATOR, at=orders.MORNING)
    assert [n.kind for n in written(order_id=order_id)] == ["buyer.received", "buyer.question"]
    assert "のしは?" not in written("buyer.question")[0].body


def test_an_exception_is_told_to_whoever_decides_and_noted_to_the_client(live_acme: str) -> None:
    client_person("orders")
    leader = staff("lead", serves=["acme"])
    short, late, wrong = received(), received(), received()
    orders.shipped(wrong)
    for order_id, kind in ((short, "shortage"), (late, "reschedule"), (wrong, "wrong_item")):
        exceptions.open_for([order_id], kind=kind, actor=OPERATOR, at=orders.MORNING)
    asked = {(n.kind, n.order_id) for n in written() if "exception" in n.kind or "decision" in n.kind}
    assert asked == {
        ("client.decision", short),
        ("buyer.decision", late),
        ("client.exception", late),
        ("operator.exception", wrong),
        ("client.exception", wrong),
    }
    (to_client,) = written("client.decision")
    assert "欠品" in to_client.subject
    assert "どのように進めるかをお選びください。" in to_client.body
    (to_buyer,) = written("buyer.decision")
    assert "欠品" not in to_buyer.body
    assert "ご都合をお知らせください。" in to_buyer.body
    (to_operator,) = written("operator.exception")
    assert to_operator.person_id == leader.pk


def test_a_message_is_told_to_the_other_side_and_a_mention_to_whoever_is_named(live_acme: str) -> None:
    hanako, taro = client_person("orders", name="注文 花子"), client_person("orders", name="注文 太郎")
    leader = staff("lead", serves=["acme"], name="統括 美咲")
    order_id = received()
    for words in (
        threads.Words("@注文 花子 色をご確認ください。"),
        threads.Words("@統括 美咲 内密に", internal=True),
    ):
        threads.write_about(order_id, words, side="operator", actor=OPERATOR, at=orders.MORNING)
    told = [(n.kind, n.person_id) for n in written() if "message" in n.kind or "mention" in n.kind or "noted" in n.kind]
    assert told == [
        ("client.mentioned", hanako.pk),
        ("client.message", taro.pk),
        ("operator.noted", leader.pk),
    ]
    assert [n.pk for n in written(audience="client") if "内密" in n.body] == []


def test_people_of_the_neighbour_are_told_nothing(live_acme: str) -> None:
    client_person("orders", "bravo")
    staff("lead", serves=["bravo"])
    order_id = received()
    holds.place([order_id], reason="question", question="色は?", actor=OPERATOR, at=orders.MORNING)
    cancelling.cancel([order_id], by="operator", reason="終売", actor=OPERATOR, at=orders.MORNING)
    assert written(audience__in=["client", "operator"]) == []


def test_the_operators_people_are_told_who_serve_the_client(live_acme: str) -> None:
    with scope.operator():
        lead = staff("lead", serves=["acme"])
    order_id = received()
    orders.released(order_id)
    cancelling.cancel([order_id], by="client", reason="重複", actor=Actor("person", "999", "客"), at=orders.MORNING)
    (notice,) = written("operator.cancel_requested")
    assert notice.person_id == lead.pk
    assert "/clients/acme/orders/" in notice.body


def test_whoever_did_it_is_not_told(live_acme: str) -> None:
    person = client_person("orders")
    order_id = received()
    me = Actor("person", str(person.pk), person.name)
    holds.place([order_id], reason="question", question="色は?", actor=me, at=orders.MORNING)
    assert written("client.question") == []


def test_gathered_notices_become_one_mail(live_acme: str, at: At) -> None:
    person = client_person("orders")
    ids = [received(), received()]
    cancelling.cancel(ids, by="operator", reason="終売", actor=OPERATOR, at=at("2026-10-01 10:00"))
    assert {notice.due_at for notice in written("client.cancelled")} == {at("2026-10-01 13:00")}
    send(at("2026-10-01 13:00"))
    (letter,) = [letter for letter in mail.outbox if person.email in letter.to[0]]
    assert "お知らせ2件" in letter.subject
    assert all(notice.state == Notice.SENT and notice.sent_in_id for notice in written("client.cancelled"))
    assert Event.objects.filter(name="notice.sent", order_id__in=ids, data__audience="client").count() == 2


def test_a_person_chooses_at_once_or_not_at_all(live_acme: str) -> None:
    person = client_person("orders")
    order_id = received()
    choosing.prefer(person.pk, "acme", {"client.question": "off", "client.cancelled": "immediate"})
    holds.place([order_id], reason="question", question="色は?", actor=OPERATOR, at=orders.MORNING)
    assert written("client.question") == []
    cancelling.cancel([order_id], by="operator", reason="終売", actor=OPERATOR, at=orders.MORNING)
    assert [n.due_at for n in written("client.cancelled")] == [orders.MORNING]


def test_nobody_chooses_for_the_other_side(live_acme: str) -> None:
    with pytest.raises(Refused):
        choosing.prefer(1, "acme", {"operator.sla_missed": "off"})
    with pytest.raises(Refused):
        choosing.prefer(1, "acme", {"client.question": "sometimes"})


def test_many_cost_no_more_statements_than_one(live_acme: str) -> None:
    events = itertools.count(1)
    when: dict[str, Any] = {"at": orders.MORNING, "actor": OPERATOR}
    few, many = orders.orders(2, buyer_email=MAIL), orders.orders(40, buyer_email=MAIL)

    def statements(ids: list[int]) -> int:
        told = [Happening("order.received", "order", pk, order_id=pk, event_id=next(events), **when) for pk in ids]
        with CaptureQueriesContext(connection) as queries:
            assert noticing.note(Told.of(told))
        return len(queries)

    statements(few)
    assert statements(few) == statements(many)
    assert len(written("buyer.received")) == 44


def test_one_notice_for_each_event_and_recipient(live_acme: str) -> None:
    received()
    (notice,) = written("buyer.received")
    notice.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        notice.save(force_insert=True)


def test_a_new_kind_is_a_row(live_acme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = catalogue.Kind(
        "buyer.paid", "order.paid", "入金", "件名 {order_number}\n\n本文", "Subject\n\nWords", ("order_number",)
    )
    monkeypatch.setattr(noticing, "_BY_EVENT", {"order.paid": (kind,)})
    order = orders.order(buyer_email=MAIL)

    noticing.note(
        Told.of(
            [
                Happening(
                    "order.paid", "order", order.pk, order_id=order.pk, at=orders.MORNING, actor=OPERATOR, event_id=1
                )
            ]
        )
    )
    assert [notice.subject for notice in written("buyer.paid")] == [f"件名 {order.number}"]


def test_own_words_are_versions_and_freeze_what_was_written(live_acme: str) -> None:
    received()
    choosing.save_text(
        "buyer.received", "ja", subject="承りました", body="{buyer_name} 様", actor=OPERATOR, at=orders.MORNING
    )
    received()
    choosing.take_usual("buyer.received", "ja", actor=OPERATOR, at=orders.MORNING)
    received()
    first, second, third = written("buyer.received")
    assert (second.subject, second.body, second.version) == ("承りました", "山田 花子 様", 1)
    assert (first.version, third.version) == (0, 0)
    assert first.body != second.body
    assert third.subject.startswith("【アクメ商事株式会社】")


def test_buyers_are_written_to_in_the_language_chosen(live_acme: str) -> None:
    choosing.change_settings(
        sender="", reply_to="", buyer_language="en", follow_up_days=7, actor=OPERATOR, at=orders.MORNING
    )
    received()
    assert written("buyer.received")[0].body.startswith("Dear 山田 花子")


def test_a_test_mail_goes_to_oneself_and_leaves_no_notice(live_acme: str) -> None:
    order_id = received(buyer_email="")
    me = client_person("owner")
    to = Reader(me.pk, me.name, me.email, "ja")
    choosing.send_test("buyer.shipped", "ja", subject="{order_number}", body="{buyer_name}", order_id=order_id, to=to)
    job = Job.objects.filter(task="core.mailing.deliver").latest("pk")
    assert me.email in job.arguments["to"]
    assert job.arguments["subject"].startswith("【テスト】")
    assert written() == []


class TestBouncing:
    """Mails that do not arrive."""

    @pytest.fixture
    def sent(self, live_acme: str) -> Notice:
        received()
        send(orders.MORNING)
        return Notice.objects.get(kind="buyer.received")

    def test_a_bounce_closes_the_address_and_is_told(self, sent: Notice) -> None:
        person = client_person("orders")
        assert bouncing.report(sent.pk, event="bounced", address=MAIL.upper(), detail="550 unknown", at=orders.MORNING)
        sent.refresh_from_db()
        assert (sent.state, sent.error) == (Notice.BOUNCED, "550 unknown")
        texts = [str(entry.text) for entry in timeline.of_order(sent.order_id or 0)]
        assert "メールが届きませんでした（受付・購入者）" in texts
        assert [n.person_id for n in written("client.bounced")] == [person.pk]
        assert "550 unknown" in written("client.bounced")[0].body

    def test_the_next_mail_is_not_sent(self, sent: Notice) -> None:
        bouncing.report(sent.pk, event="bounced", address=MAIL, detail="", at=orders.MORNING)
        received()
        assert [n.state for n in written("buyer.received")] == [Notice.BOUNCED, Notice.SUPPRESSED]
        choosing.open_address(MAIL, actor=OPERATOR, at=orders.MORNING)
        received()
        assert written("buyer.received")[-1].state == Notice.WAITING

    def test_told_twice_it_is_written_once(self, sent: Notice) -> None:
        assert bouncing.report(sent.pk, event="bounced", address=MAIL, detail="", at=orders.MORNING)
        assert not bouncing.report(sent.pk, event="bounced", address=MAIL, detail="", at=orders.MORNING)
        assert Event.objects.filter(name="notice.bounced").count() == 1

    @pytest.mark.parametrize(("event", "address"), [("delivered", MAIL), ("deferred", MAIL), ("bounced", "x@y.jp")])
    def test_other_reports_change_nothing(self, sent: Notice, event: str, address: str) -> None:
        assert not bouncing.report(sent.pk, event=event, address=address, detail="", at=orders.MORNING)
        assert SuppressedAddress.objects.count() == 0

    def test_a_refusal_on_the_way_is_a_bounce(self, live_acme: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(letter: mailing.Letter) -> str:
            raise Undeliverable("550")

        received()
        monkeypatch.setattr(mailing, "post", refuse)
        send(orders.MORNING)
        assert written("buyer.received")[0].state == Notice.BOUNCED

    def test_what_its_job_gave_up_is_marked(self, live_acme: str) -> None:
        received()
        taken = sending.take_due(at=orders.MORNING)
        job = Job.objects.create(client="acme", task="integrations.tasks.deliver", state=Job.WAITING)
        sending.note_jobs(taken, [job.pk])
        with scope.operator():
            Job.objects.filter(pk=job.pk).update(state=Job.FAILED, error="ConnectionRefusedError")
        assert sending.give_up() == 1
        assert written("buyer.received")[0].error == "ConnectionRefusedError"

    def test_what_waited_too_long_says_nothing_any_more(self, live_acme: str) -> None:
        received()
        send(orders.MORNING + sending.QUIET_DAYS + timedelta(seconds=1))
        assert written("buyer.received")[0].state == Notice.DROPPED


def test_an_answer_of_the_buyer_is_told_to_the_client(live_acme: str) -> None:
    client_person("orders")
    order_id = received()
    holds.place([order_id], reason="buyer", question="のしは?", actor=OPERATOR, at=orders.MORNING)
    hold = Hold.objects.get(order_id=order_id)
    holds.answer(hold.pk, answer="御祝で", actor=Actor("buyer", "", "購入者"), at=orders.MORNING)
    assert "御祝で" in written("client.buyer_answered")[0].body


def test_a_mail_leaves_by_its_jobs(committed: None) -> None:
    now = clock.now()
    tenants.go_live("acme", now - timedelta(days=1), actor=OPERATOR, at=now)
    with scope.client("acme"):
        received(ordered_at=now, received_at=now)
    for name in ("integrations.tasks.send_due", "integrations.tasks.deliver"):
        with scope.operator():
            jobs = list(Job.objects.filter(task=name, client="acme").values_list("pk", flat=True))
        assert [tasks.run(pk) for pk in jobs] == [True]
        assert not tasks.run(jobs[0])
    with scope.client("acme"):
        assert [notice.state for notice in written("buyer.received")] == [Notice.SENT]
    assert len(mail.outbox) == 1
