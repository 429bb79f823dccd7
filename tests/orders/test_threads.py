"""Conversations: whose turn it is, who sees what, who is named, what is new, how long an answer took."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from core import scope
from core.errors import Refused
from core.events import Actor
from core.models import Event
from documents.models import Document
from operations.models import WorkItem
from orders.models import Message, Question, Thread
from orders.queries import threads as queries
from orders.queries.threads import Who
from orders.services import threads
from orders.services.threads import Sent, Words
from sla import queries as promised
from sla import services as promises
from sla.models import Clock
from tenants.models import Person
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.people import client_person, login, staff

At = Callable[[str], datetime]
NOON = datetime(2026, 10, 1, 3, 0, tzinfo=UTC)
SECRET = "単価は内緒ですZQX"
HANA, TARO = Actor("person", "900001", "委託 花子"), Actor("person", "900002", "委託 太郎")


@pytest.fixture
def order(acme: str, at: At) -> int:
    """An order of a client whose promises are in force."""
    promises.set_up_defaults(at=at("2026-09-01 00:00"))
    return orders.order(number="T-1001").pk


def ask(order: int, at: datetime, body: str = "いつ届きますか", by: Actor = HANA, **more: Any) -> Message:
    return threads.write_about(order, Words(body, **more), side="client", actor=by, at=at)


def reply(order: int, at: datetime, body: str = "明日です", *, awaited: bool = False, **more: Any) -> Message:
    words = Words(body, answer_awaited=awaited, **more)
    return threads.write_about(order, words, side="operator", actor=OPERATOR, at=at)


def turn(message: Message) -> str:
    return Thread.objects.get(pk=message.thread_id).waits_for


def work_on_questions() -> list[tuple[str, str, datetime | None]]:
    with scope.operator():
        return list(WorkItem.objects.filter(kind="answer").order_by("id").values_list("title", "state", "due_at"))


def names_of_events() -> list[str]:
    return list(Event.objects.filter(name__startswith="thread.").order_by("id").values_list("name", flat=True))


def test_a_question_waits_for_the_operator_until_it_is_answered(order: int, at: At) -> None:
    asked = ask(order, at("2026-10-01 09:00"))
    assert turn(asked) == "operator"
    assert work_on_questions() == [("T-1001", "open", at("2026-10-01 14:00"))]

    ask(order, at("2026-10-01 09:30"), "急いでいます")
    reply(order, at("2026-10-01 10:00"), "確かめます", internal=True)
    assert [(title, state) for title, state, _due in work_on_questions()] == [("T-1001", "open")]

    reply(order, at("2026-10-01 11:00"), awaited=True)
    assert turn(asked) == "client"
    assert [(title, state) for title, state, _due in work_on_questions()] == [("T-1001", "done")]
    assert names_of_events() == [
        "thread.written", "thread.asked", "thread.written", "thread.noted", "thread.written", "thread.answered",
    ]  # fmt: skip


def test_the_minutes_of_a_story_are_working_minutes(order: int, at: At) -> None:
    ask(order, at("2026-10-01 11:30"))  # Thursday, half an hour before the break
    reply(order, at("2026-10-01 13:20"))  # 30 + 20
    ask(order, at("2026-10-01 17:30"))  # half an hour before the evening
    reply(order, at("2026-10-02 13:01"))  # 30 + 180 + 1
    ask(order, at("2026-10-02 17:00"))  # Friday: an hour, and on Monday three more
    reply(order, at("2026-10-05 13:01"))  # one minute too late

    clocks = Clock.objects.exclude(question_id=None).order_by("id")
    assert [(clock.elapsed // 60, clock.phase) for clock in clocks] == [(50, "hit"), (211, "hit"), (241, "miss")]
    assert clocks[2].due_at == at("2026-10-05 12:00")
    for clock in clocks:
        reading = promised.replayed(clock, at=at("2026-10-05 18:00"))
        assert (reading.phase.value, int(reading.elapsed.total_seconds())) == (clock.phase, clock.elapsed)


def test_closing_without_an_answer_says_why_and_stops_the_clock(order: int, at: At) -> None:
    asked = ask(order, at("2026-10-01 09:00"), "ありがとうございました")

    with pytest.raises(Refused, match="理由"):
        threads.close(asked.thread_id, side="operator", actor=OPERATOR, at=at("2026-10-01 10:00"))
    threads.close(asked.thread_id, reason="お礼のみ", side="operator", actor=OPERATOR, at=at("2026-10-01 10:00"))

    assert Clock.objects.get(question_id__isnull=False).elapsed == 3600
    assert Question.objects.values_list("ended", "reason").get() == ("closed", "お礼のみ")
    assert [state for _title, state, _due in work_on_questions()] == ["done"]
    with pytest.raises(Refused, match="すでに"):
        threads.close(asked.thread_id, reason="x", side="operator", actor=OPERATOR, at=at("2026-10-01 10:00"))


def test_a_question_that_is_taken_back_counts_for_nothing(order: int, at: At) -> None:
    asked = ask(order, at("2026-10-01 09:00"))
    threads.withdraw(asked.pk, side="client", actor=HANA, at=at("2026-10-01 09:05"))

    assert Clock.objects.get(question_id__isnull=False).phase == "cancelled"
    assert [state for _title, state, _due in work_on_questions()] == ["void"]
    assert turn(asked) == ""


def test_an_answer_that_is_taken_back_leaves_the_question_open(order: int, at: At) -> None:
    asked = ask(order, at("2026-10-01 09:00"))
    answered = reply(order, at("2026-10-01 10:00"))
    threads.withdraw(answered.pk, side="operator", actor=OPERATOR, at=at("2026-10-01 10:05"))

    assert turn(asked) == "operator"
    assert [state for _title, state, _due in work_on_questions()] == ["done", "open"]
    assert Clock.objects.get(question_id__isnull=False).stopped_at is None


def test_what_needs_no_answer_starts_no_clock(order: int, at: At) -> None:
    told = ask(order, at("2026-10-01 09:00"), "ご連絡まで", answer_awaited=False)

    assert (turn(told), Clock.objects.exclude(question_id=None).count(), work_on_questions()) == ("", 0, [])


def test_a_general_thread_has_its_question_in_the_queue_by_its_subject(order: int, at: At) -> None:
    threads.open_general("年末の出荷について", Words("いつまで?"), side="client", actor=HANA, at=at("2026-10-01 09:00"))
    assert [title for title, _state, _due in work_on_questions()] == ["年末の出荷について"]

    orders.released(order)  # what happens to orders leaves questions alone
    assert [state for _title, state, _due in work_on_questions()] == ["open"]


def test_an_order_that_moves_on_leaves_its_question_in_the_queue(order: int, at: At) -> None:
    ask(order, at("2026-10-01 09:00"))
    orders.shipped(order)
    assert work_on_questions() == [("T-1001", "open", at("2026-10-01 14:00"))]


def test_only_the_author_changes_a_message_and_only_for_ten_minutes(order: int, at: At) -> None:
    written = at("2026-10-01 09:00")
    asked = ask(order, written)

    with pytest.raises(Refused, match="ほかの人"):
        threads.edit(asked.pk, "x", side="client", actor=TARO, at=written)
    with pytest.raises(Refused, match="10分"):
        threads.edit(asked.pk, "x", side="client", actor=HANA, at=written + timedelta(minutes=10))
    changed = threads.edit(asked.pk, "いつ着きますか", side="client", actor=HANA, at=written + timedelta(minutes=9))

    assert (changed.body, changed.edited_at) == ("いつ着きますか", written + timedelta(minutes=9))
    assert Event.objects.get(name="thread.edited").data["before"] == "いつ届きますか"


def test_what_is_withdrawn_is_gone_but_for_the_record(order: int, at: At) -> None:
    asked = ask(order, at("2026-10-01 09:00"), "口座番号は1234567です")
    threads.withdraw(asked.pk, side="client", actor=HANA, at=at("2026-10-01 09:01"))

    row = Message.objects.values().get(pk=asked.pk)
    assert "1234567" not in str(row)
    assert Event.objects.get(name="thread.withdrawn").data["before"] == "口座番号は1234567です"
    assert queries.matching(Who(1, "operator"), text="1234567").count() == 0


def test_notes_are_nothing_to_the_client(order: int, at: At) -> None:
    reply(order, at("2026-10-01 09:00"), SECRET, internal=True)
    client, operator = Who(1, "client"), Who(2, "operator")
    thread = Thread.objects.get()

    assert queries.of_thread(thread.pk, client, at=at("2026-10-01 10:00")) is None
    assert (queries.count_new(client, at=NOON), queries.counts(client)) == (0, {})
    assert queries.matching(client, text="内緒").count() == 0
    assert (queries.count_new(operator, at=NOON), queries.matching(operator, text="内緒").count()) == (1, 1)
    with pytest.raises(Refused):
        threads.write(thread.pk, Words("x"), side="client", actor=HANA, at=at("2026-10-01 10:00"))

    ask(order, at("2026-10-01 10:00"))
    seen = queries.of_thread(thread.pk, client, at=at("2026-10-01 10:00"))
    assert seen is not None
    assert [entry.body for entry in seen.entries] == ["いつ届きますか"]
    stamp = seen.stamp
    reply(order, at("2026-10-01 11:00"), SECRET, internal=True)
    again = queries.of_thread(thread.pk, client, at=at("2026-10-01 11:00"))
    assert again is not None
    assert again.stamp == stamp
    assert Thread.objects.get().last_at == at("2026-10-01 10:00")


def test_a_note_takes_no_files_and_a_client_writes_none(order: int, at: At) -> None:
    file = Sent("控え.txt", io.BytesIO("控え".encode()))
    with pytest.raises(Refused, match="付けられません"):
        reply(order, at("2026-10-01 09:00"), "x", internal=True, files=[file])
    with pytest.raises(Refused, match="書けません"):
        ask(order, at("2026-10-01 09:00"), "x", internal=True)
    assert (Message.objects.count(), Document.objects.count()) == (0, 0)


def test_a_file_is_a_document_of_the_order(order: int, at: At) -> None:
    ask(order, at("2026-10-01 09:00"), files=[Sent("控え.txt", io.BytesIO("控え".encode()))])

    document = Document.objects.get()
    assert (document.kind, document.order_id, document.direction, document.created_by) == (
        "message", order, "received", HANA.name,
    )  # fmt: skip


@pytest.fixture
def people(acme: str) -> dict[str, Person]:
    return {
        "owner": client_person("owner", "acme", name="委託 一郎"),
        "clerk": staff("clerk", serves=["acme"], name="佐藤 健"),
        "other": staff("clerk", serves=["bravo"], name="鈴木 他社"),
        "neighbour": client_person("owner", "bravo", name="隣人 次郎"),
    }


def test_people_are_named_as_far_as_the_thread_reaches(people: dict[str, Person], order: int, at: At) -> None:
    everybody = "@委託一郎 ＠佐藤 健 @鈴木 他社 @隣人 次郎"
    asked = ask(order, at("2026-10-01 09:00"), everybody)
    noted = reply(order, at("2026-10-01 09:10"), everybody, internal=True)
    assert [name for _id, name in asked.mentions] == ["委託 一郎"]
    assert [name for _id, name in noted.mentions] == ["佐藤 健"]
    assert [one.name for one in queries.nameable(asked.thread_id, "client", internal=False)] == ["委託 一郎"]

    clerk = people["clerk"]
    by = Actor("person", str(clerk.pk), clerk.name)
    threads.write(asked.thread_id, Words("お調べします"), side="operator", actor=by, at=at("2026-10-01 09:20"))
    again = ask(order, at("2026-10-01 09:30"), everybody)
    again.refresh_from_db()
    assert again.mentions == [[people["owner"].pk, "委託 一郎"], [clerk.pk, "佐藤 健"]]
    assert Event.objects.filter(name="thread.written").latest("id").data["mentioned"] == [people["owner"].pk, clerk.pk]


def test_what_is_new_is_new_to_each_person(order: int, at: At) -> None:
    hana, taro = Who(int(HANA.id), "client"), Who(int(TARO.id), "client")
    ask(order, at("2026-10-01 09:00"))
    assert (queries.count_new(hana, at=NOON), queries.count_new(taro, at=NOON)) == (0, 1)

    reply(order, at("2026-10-01 10:00"), awaited=True)
    last = reply(order, at("2026-10-01 10:01"), "訂正です", awaited=True)
    assert [row.new for row in queries.list_page(hana, at=NOON).rows] == [2]
    threads.mark_read(last.thread_id, upto=last.pk, person_id=hana.person_id)
    threads.mark_read(last.thread_id, upto=last.pk - 1, person_id=hana.person_id)  # never back
    assert (queries.count_new(hana, at=NOON), queries.count_new(taro, at=NOON)) == (0, 1)


def test_what_is_new_comes_first_in_the_list(order: int, at: At) -> None:
    who = Who(int(HANA.id), "client")
    ask(order, at("2026-10-01 09:00"))
    reply(order, at("2026-10-01 09:30"), awaited=True)
    ask(orders.order(number="T-2002").pk, at("2026-10-01 12:00"))

    first = queries.list_page(who, at=NOON, size=1)
    assert [row.title for row in first.rows] == ["T-1001"]
    assert [row.title for row in queries.list_page(who, at=NOON, size=1, after=first.after).rows] == ["T-2002"]
    assert [row.title for row in queries.list_page(who, at=NOON, waits_for="client").rows] == ["T-1001"]


def test_what_was_over_long_ago_is_not_new_to_who_comes_later(order: int, at: At) -> None:
    told = reply(order, at("2026-10-01 09:00"), "お知らせです")
    who = Who(int(TARO.id), "client")
    assert queries.count_new(who, at=told.written_at + timedelta(days=13)) == 1
    assert queries.count_new(who, at=told.written_at + timedelta(days=15)) == 0


# ---- pages ----


def page_of(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_no_byte_of_a_note_reaches_the_client(people: dict[str, Person], order: int, at: At) -> None:
    ask(order, at("2026-10-01 09:00"))
    clerk = people["clerk"]
    by = Actor("person", str(clerk.pk), clerk.name)
    note = threads.write_about(
        order, Words(SECRET, internal=True), side="operator", actor=by, at=at("2026-10-01 09:10")
    )
    owner, ours = login(Client(), people["owner"], "acme"), login(Client(), clerk)
    addresses = [
        f"/orders/{order}", "/threads", "/threads?q=内緒", f"/threads/{note.thread_id}",
        f"/threads/{note.thread_id}/feed?seen=0", "/threads/names", "/search?q=内緒", "/orders/export", "/sla", "/",
    ]  # fmt: skip
    for address in addresses:
        shown = page_of(owner, address)
        assert "ZQX" not in shown
        assert "佐藤" not in shown, address
    assert "ZQX" in page_of(ours, f"/clients/acme/orders/{order}")
    assert "社内メモ" in page_of(ours, f"/clients/acme/threads/{note.thread_id}")
    for act in ("edit", "withdraw"):
        assert owner.post(f"/messages/{note.pk}/{act}", {"body": "x"}).status_code == 404
    assert owner.post(f"/threads/{note.thread_id}/read", {"upto": 0}).status_code == 404


def test_the_neighbour_finds_no_thread_of_ours(people: dict[str, Person], order: int, at: At) -> None:
    asked = ask(order, at("2026-10-01 09:00"))
    neighbour = login(Client(), people["neighbour"], "bravo")
    for address in (f"/threads/{asked.thread_id}", f"/threads/{asked.thread_id}/feed"):
        assert neighbour.get(address).status_code == 404
    for address in (f"/threads/{asked.thread_id}/messages", f"/orders/{order}/messages", f"/messages/{asked.pk}/edit"):
        assert neighbour.post(address, {"body": "x"}).status_code == 404
    assert login(Client(), people["other"]).get(f"/clients/acme/threads/{asked.thread_id}").status_code == 404


@pytest.mark.parametrize(
    "tried",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "javascript:alert(1)",
        'https://example.jp/"onmouseover="alert(1)',
        "@<b>委託 一郎</b>",
        "{{ 7|add:7 }}{% now 'Y' %}",
    ],
)
def test_whatever_is_written_is_shown_as_text(tried: str, people: dict[str, Person], order: int, at: At) -> None:
    asked = ask(order, at("2026-10-01 09:00"), tried)
    shown = page_of(login(Client(), people["owner"], "acme"), f"/threads/{asked.thread_id}")

    for mark in ("<script>alert", "<img src=x", '"onmouseover="', 'href="javascript:', "<b>委託"):
        assert mark not in shown
    assert Message.objects.get().body == tried


def test_addresses_and_known_numbers_are_links(people: dict[str, Person], order: int, at: At) -> None:
    body = "T-1001とT-9999、https://example.jp/a?b=1。を見てください"
    asked = ask(order, at("2026-10-01 09:00"), body)
    shown = page_of(login(Client(), people["owner"], "acme"), f"/threads/{asked.thread_id}")

    assert f'<a href="/orders/{order}">T-1001</a>' in shown
    assert '<a href="https://example.jp/a?b=1" rel="noopener noreferrer nofollow" target="_blank">' in shown
    assert ">T-9999</a>" not in shown


def test_what_was_typed_stays_where_it_is_refused(people: dict[str, Person], order: int) -> None:
    browser = login(Client(), people["owner"], "acme")
    long = "長" * 4001
    for headers in ({}, {"HX-Request": "true"}):
        answer = browser.post(f"/orders/{order}/messages", {"body": long, "awaited": "1"}, headers=headers)
        assert answer.status_code == 422
        assert long in answer.content.decode()
    assert Message.objects.count() == 0


def test_a_message_is_sent_from_the_order_and_read_by_opening(people: dict[str, Person], order: int) -> None:
    owner, clerk = login(Client(), people["owner"], "acme"), login(Client(), people["clerk"])
    sent = owner.post(
        f"/orders/{order}/messages", {"body": "いつですか", "awaited": "1"}, headers={"HX-Request": "true"}
    )
    assert "いつですか" in sent.content.decode()
    thread = Thread.objects.get()
    badge = '<span class="rail-count">'
    assert badge in page_of(clerk, "/clients/acme/orders")
    seen = f"/clients/acme/threads/{thread.pk}/feed?seen={thread.version}"
    assert clerk.get(seen).status_code == 204

    page_of(clerk, f"/clients/acme/threads/{thread.pk}")
    assert badge not in page_of(clerk, "/clients/acme/orders")
    assert badge not in page_of(owner, "/orders")


def test_the_question_is_answered_from_the_queue(people: dict[str, Person], order: int, at: At) -> None:
    ask(order, at("2026-10-01 09:00"))
    clerk = login(Client(), people["clerk"])
    with scope.operator():
        item = WorkItem.objects.get(kind="answer")
    address = f"/clients/acme/work/{item.pk}"
    assert "いつ届きますか" in page_of(clerk, address)

    assert "明日です" in clerk.post(f"{address}/answer", {"body": "明日です" * 2000}).content.decode()
    clerk.post(f"{address}/answer", {"body": "倉庫に確認", "internal": "1"})
    assert [state for _title, state, _due in work_on_questions()] == ["open"]
    clerk.post(f"{address}/answer", {"body": "明日です"})
    assert [state for _title, state, _due in work_on_questions()] == ["done"]
    with scope.operator():
        assert WorkItem.objects.get(kind="answer").holder_name == "佐藤 健"
    assert "この作業は終わっています" in page_of(clerk, address)


def test_who_only_looks_writes_nothing(order: int) -> None:
    viewer = login(Client(), client_person("viewer", "acme"), "acme")
    assert viewer.post(f"/orders/{order}/messages", {"body": "x"}).status_code == 403
    assert "composer" not in page_of(viewer, f"/orders/{order}")
