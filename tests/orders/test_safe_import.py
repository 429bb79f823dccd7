"""A file is shown before it is taken, can be stopped and thrown away, and an import can be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.meters import METERS
from billing.services import closing
from core import scope
from core.errors import Refused
from core.models import Event
from documents.models import Document
from operations.models import Tally, WorkItem
from orders.models import Channel, Difference, Intake, Order, RefusedRow, StopRequest
from orders.services import arranging, cancelling, holds, verification
from orders.services import intake as receiving
from sla.models import Clock
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.order_files import order_file, row
from tests.factories.orders import MORNING
from tests.factories.people import client_person, login, staff

LATER = MORNING + timedelta(hours=1)
AFTERWARDS = LATER + timedelta(minutes=5)
GOOD, BAD = row(店舗伝票番号="A-1"), row(店舗伝票番号="A-2", 受注日="2026/13/45")

pytestmark = pytest.mark.usefixtures("acme")


def sent(rows: Iterable[dict[str, str]], *, name: str = "受注.csv", preview: bool = True, **options: Any) -> Intake:
    """The arrival of a file of these rows, read to be shown."""
    data = order_file(rows)
    arrived = receiving.submit(
        orders.channel(), file_name=name, data=data, preview=preview, actor=OPERATOR, at=MORNING, **options
    )
    return receiving.check(arrived.pk, at=MORNING) if preview else receiving.run(arrived.pk, at=MORNING)


def taken(rows: Iterable[dict[str, str]], **options: Any) -> Intake:
    """The arrival of a file that was shown and taken."""
    shown = sent(rows, **options)
    receiving.take(shown.pk, whole=False, actor=OPERATOR, at=LATER)
    return receiving.run(shown.pk, at=LATER)


def numbers() -> set[str]:
    return set(Order.objects.values_list("number", flat=True))


# Shown before it is taken


def test_a_file_that_is_shown_has_written_no_order() -> None:
    taken([row(店舗伝票番号="B-1"), row(店舗伝票番号="B-2")], name="前.csv")
    shown = sent([GOOD, BAD, row(店舗伝票番号="B-1"), row(店舗伝票番号="B-2", 備考="玄関前")])

    assert shown.state == Intake.READY
    assert (shown.rows, shown.orders_new, shown.orders_known, shown.orders_changed) == (4, 1, 2, 1)
    assert (shown.orders_refused, shown.rows_refused) == (1, 1)
    assert numbers() == {"B-1", "B-2"}
    assert [(order["number"], order["standing"]) for order in shown.shown] == [
        ("A-1", "new"),
        ("B-1", "known"),
        ("B-2", "changed"),
    ]
    assert list(RefusedRow.objects.filter(intake=shown).values_list("number", flat=True)) == ["A-2"]
    assert not Event.objects.filter(name="order.received", batch_id=shown.pk).exists()


def test_taking_it_comes_to_what_was_shown_and_its_orders_come_in_then() -> None:
    shown = sent([GOOD, BAD])
    receiving.take(shown.pk, whole=False, actor=OPERATOR, at=LATER)
    done = receiving.run(shown.pk, at=LATER)

    assert done.state == Intake.DONE
    assert (done.rows, done.orders_new, done.orders_refused, done.rows_refused) == (2, 1, 1, 1)
    assert done.shown == []
    assert RefusedRow.objects.filter(intake=shown).count() == 1
    assert Order.objects.get().received_at == LATER
    assert receiving.run(shown.pk, at=LATER).orders_new == 1


def test_all_or_nothing_takes_nothing_and_keeps_what_is_to_be_mended() -> None:
    shown = sent([GOOD, BAD])
    receiving.take(shown.pk, whole=True, actor=OPERATOR, at=LATER)

    refused = Intake.objects.get(pk=shown.pk)
    assert (refused.state, refused.error["code"]) == (Intake.REFUSED, "not_whole")
    assert RefusedRow.objects.filter(intake=shown).count() == 1
    assert not numbers()
    assert sent([GOOD, BAD]).state == Intake.READY


def test_all_or_nothing_looks_again_when_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = sent([GOOD])
    receiving.take(shown.pk, whole=True, actor=OPERATOR, at=LATER)
    assert receiving.run(shown.pk, at=LATER).orders_new == 1


def test_of_two_who_decide_one_wins_and_the_other_is_told() -> None:
    shown = sent([GOOD])
    receiving.take(shown.pk, whole=False, actor=OPERATOR, at=LATER)
    with pytest.raises(Refused, match="受注 花子さんがすでに取込を始めています"):
        receiving.take(shown.pk, whole=False, actor=OPERATOR, at=LATER)
    with pytest.raises(Refused, match="受注 花子さんがすでに取込を始めています"):
        receiving.discard(shown.pk, actor=OPERATOR, at=LATER)
    receiving.run(shown.pk, at=LATER)
    with pytest.raises(Refused, match="受注 花子さんが取り込みました"):
        receiving.take(shown.pk, whole=False, actor=OPERATOR, at=LATER)
    assert Order.objects.count() == 1


def test_what_is_thrown_away_leaves_nothing_and_may_come_again() -> None:
    shown = sent([GOOD, BAD])
    receiving.discard(shown.pk, actor=OPERATOR, at=LATER)

    gone = Intake.objects.get(pk=shown.pk)
    assert (gone.state, gone.shown, gone.storage_key) == (Intake.DISCARDED, [], "")
    assert not RefusedRow.objects.filter(intake=gone).exists()
    assert sent([GOOD, BAD]).state == Intake.READY


def test_a_file_that_waits_for_a_decision_does_not_come_a_second_time() -> None:
    shown = sent([GOOD])
    with pytest.raises(Refused, match="確認を待っています") as refusal:
        sent([GOOD])
    assert refusal.value.params["intake"] == shown.pk


def test_nobody_decides_and_it_goes_after_a_week() -> None:
    shown = sent([GOOD])
    assert receiving.drop_undecided(at=MORNING + timedelta(days=6)) == 0
    assert receiving.drop_undecided(at=MORNING + timedelta(days=8)) == 1
    assert Intake.objects.get(pk=shown.pk).state == Intake.DISCARDED


# Stopped while it is read


@pytest.mark.parametrize("preview", [True, False])
def test_a_reading_that_is_stopped_before_it_began_leaves_nothing(preview: bool) -> None:
    waiting = receiving.submit(
        orders.channel(), file_name="a.csv", data=order_file([GOOD]), preview=preview, actor=OPERATOR, at=MORNING
    )
    assert receiving.stop(waiting.pk, actor=OPERATOR, at=MORNING)
    assert receiving.run(waiting.pk, at=MORNING).state == Intake.DISCARDED
    assert receiving.check(waiting.pk, at=MORNING).state == Intake.DISCARDED
    assert not numbers()


@pytest.mark.parametrize("preview", [True, False])
def test_a_reading_that_is_asked_to_stop_ends_at_its_next_part(preview: bool) -> None:
    waiting = receiving.submit(
        orders.channel(), file_name="a.csv", data=order_file([GOOD]), preview=preview, actor=OPERATOR, at=MORNING
    )
    StopRequest.objects.create(intake=waiting, asked_by="受注 花子")
    ended = receiving.check(waiting.pk, at=MORNING) if preview else receiving.run(waiting.pk, at=MORNING)

    assert (ended.state, ended.decided_by) == (Intake.DISCARDED, "受注 花子")
    assert not numbers()
    assert not StopRequest.objects.exists()
    with pytest.raises(Refused, match="もう終わっています"):
        receiving.stop(waiting.pk, actor=OPERATOR, at=MORNING)


# What a file says again


def test_what_differs_is_shown_and_only_cancellation_and_payment_are_taken() -> None:
    taken([row(店舗伝票番号="B-1"), row(店舗伝票番号="B-2", 支払方法="銀行振込")])
    again = taken([row(店舗伝票番号="B-1", 発送先名="別 人", 備考="玄関前", 日付指定="2026/10/09")], name="再送.csv")

    told = {d.field: (d.before, d.after, d.taken) for d in Difference.objects.filter(intake=again)}
    assert told == {
        "ship_name": ("佐藤 花子", "別 人", False),
        "note": ("", "玄関前", False),
        "wished_date": ("2026-10-05", "2026-10-09", False),
    }
    assert Order.objects.get(number="B-1").ship_name == "佐藤 花子"


def test_a_channel_may_take_changes_until_the_release() -> None:
    Channel.objects.filter(pk=orders.channel().pk).update(takes=["address", "dates"])
    other = {"受注名": "鈴木 一郎", "受注電話番号": "09011112222", "受注日": "2026/09/28 10:00:00"}
    taken([row(店舗伝票番号="B-1"), row(店舗伝票番号="B-2", **other)])
    orders.released(Order.objects.get(number="B-2").pk)
    changed = {"発送先名": "別 人", "備考": "玄関前", "日付指定": "2026/10/09"}
    again = taken([row(店舗伝票番号="B-1", **changed), row(店舗伝票番号="B-2", **other, **changed)], name="再送.csv")

    first, second = Order.objects.order_by("number")
    assert (first.ship_name, str(first.wished_date), first.note) == ("別 人", "2026-10-09", "")
    assert "別人" in first.search or "別 人" in first.search
    assert (second.ship_name, str(second.wished_date)) == ("佐藤 花子", "2026-10-05")
    rows = Difference.objects.filter(intake=again, taken=True).values_list("number", "field")
    assert set(rows) == {("B-1", "ship_name"), ("B-1", "wished_date")}
    assert list(Event.objects.filter(name="order.changed").order_by("id").values_list("data__what", flat=True)) == [
        "address",
        "dates",
    ]


# Taken back

TABLES = (
    "orders_order", "orders_line", "orders_verification", "orders_hold", "orders_shipment", "orders_refusedrow",
    "orders_difference", "orders_ruleeffect", "sla_clock",
)  # fmt: skip


def rows_of(table: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
        return list(cursor.fetchall())


def state_of_everything() -> dict[str, Any]:
    """What pages, bills and promises are made of: rows of orders, open work, figures of the day, what is counted."""
    found: dict[str, Any] = {table: rows_of(table) for table in TABLES}
    with scope.operator():
        found["work"] = sorted(
            WorkItem.objects.filter(state__in=WorkItem.ACTIVE).values_list("order_id", "kind", "due_at")
        )
        found["day"] = sorted(
            (name, sum(values))
            for name in (Tally.RECEIVED, Tally.CANCELLED, Tally.REFUSED)
            if (values := list(Tally.objects.filter(name=name).values_list("orders", flat=True)))
        )
    start, end = MORNING - timedelta(days=400), MORNING + timedelta(days=400)
    found["counted"] = dict(zip(METERS, closing._counts(list(METERS.values()), start, end), strict=True))
    return found


def without_zeros(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "day": [pair for pair in found["day"] if pair[1]]}


rows_of_files = st.lists(
    st.builds(
        lambda number, quantity, way, day: row(
            店舗伝票番号=f"N-{number}",
            受注数量=str(quantity),
            商品計=str(1000 * max(quantity, 1)),
            合計金額=str(1000 * max(quantity, 1) + 550),
            支払方法=way,
            日付指定=day,
        ),
        st.integers(1, 30),
        st.integers(0, 3),
        st.sampled_from(["クレジットカード", "銀行振込", "代金引換"]),
        st.sampled_from(["2026/10/05", "", "2027/12/31"]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda cells: cells["店舗伝票番号"],
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=rows_of_files, rows=rows_of_files, shown=st.booleans())
def test_an_import_that_is_taken_back_leaves_everything_as_it_was(
    acme: str, before: list[dict[str, str]], rows: list[dict[str, str]], shown: bool
) -> None:
    with scope.client(acme), transaction.atomic():
        _come_and_go(before, rows, shown=shown)
        transaction.set_rollback(True)


def _come_and_go(before: list[dict[str, str]], rows: list[dict[str, str]], *, shown: bool) -> None:
    taken(before, name="前.csv") if shown else sent(before, name="前.csv", preview=False)
    known = numbers()
    fresh = [cells for cells in rows if cells["店舗伝票番号"] not in known]
    stands = without_zeros(state_of_everything())
    Intake.objects.update(sha256="")
    came = taken(fresh, name="後.csv") if fresh else None
    if came is not None and came.orders_new:
        outcome = receiving.undo(came.pk, whole=True, actor=OPERATOR, at=LATER)
        assert len(outcome.done) == came.orders_new
        RefusedRow.objects.filter(intake=came).delete()
        assert without_zeros(state_of_everything()) == stands


def test_what_is_taken_back_is_kept_in_the_record_and_may_come_again() -> None:
    came = taken([GOOD, row(店舗伝票番号="A-3")])
    keys = list(Order.objects.values_list("pk", flat=True))
    outcome = receiving.undo(came.pk, whole=True, actor=OPERATOR, at=LATER)

    assert outcome.done == set(keys)
    assert (Order.objects.count(), Clock.objects.count()) == (0, 0)
    assert set(Event.objects.filter(name="order.undone").values_list("order_id", flat=True)) == set(keys)
    assert Event.objects.filter(name="order.received").count() == 2
    undone = Intake.objects.get(pk=came.pk)
    assert (undone.state, undone.orders_undone) == (Intake.UNDONE, 2)
    assert Document.objects.filter(pk=undone.document_id or 0).exists()
    again = taken([GOOD, row(店舗伝票番号="A-3")])
    assert again.orders_new == 2
    with pytest.raises(Refused, match="取り込みが終わったファイルだけ"):
        receiving.undo(came.pk, whole=True, actor=OPERATOR, at=LATER)


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda pk: orders.released(pk, at=AFTERWARDS), "出荷指示が出ている注文です。"),
        (lambda pk: orders.shipped(pk, at=AFTERWARDS), "出荷指示が出ている注文です。"),
        (
            lambda pk: holds.place([pk], reason="question", question="色は?", actor=OPERATOR, at=AFTERWARDS),
            "保留にされたことのある注文です。",
        ),
        (
            lambda pk: cancelling.cancel([pk], by="client", reason="不要", actor=OPERATOR, at=AFTERWARDS),
            "キャンセルの手続きが行われた注文です。",
        ),
        (
            lambda pk: arranging.set_ship_date([pk], ship_on=MORNING.date(), actor=OPERATOR, at=AFTERWARDS),
            "取り込んだあとに変更された注文です。",
        ),
    ],
)
def test_an_order_that_moved_on_is_not_taken_back(act: Any, sentence: str) -> None:
    came = taken([GOOD, row(店舗伝票番号="A-3")])
    moved = Order.objects.get(number="A-1").pk
    act(moved)

    with pytest.raises(Refused, match="何も取り消しませんでした"):
        receiving.undo(came.pk, whole=True, actor=OPERATOR, at=LATER)
    assert numbers() == {"A-1", "A-3"}

    outcome = receiving.undo(came.pk, whole=False, actor=OPERATOR, at=LATER)
    assert [str(refusal) for refusal in outcome.refused.values()] == [sentence]
    assert numbers() == {"A-1"}
    partly = Intake.objects.get(pk=came.pk)
    assert (partly.state, partly.orders_undone) == (Intake.DONE, 1)
    again = taken([GOOD, row(店舗伝票番号="A-3")])
    assert (again.orders_new, again.orders_known) == (1, 1)


def test_an_order_that_a_person_verified_is_not_taken_back() -> None:
    came = taken([row(備考="至急お願いします"), row(店舗伝票番号="A-3")])
    checked = Order.objects.filter(verifications__isnull=False).first()
    assert checked is not None
    verification.answer([checked.pk], answer="確認済み", actor=OPERATOR, at=AFTERWARDS)
    outcome = receiving.undo(came.pk, whole=False, actor=OPERATOR, at=LATER)
    assert {pk: str(why) for pk, why in outcome.refused.items()} == {checked.pk: "担当者が確認に回答した注文です。"}


def test_rows_that_a_file_mended_wait_again_when_it_is_taken_back() -> None:
    first = taken([BAD])
    second = taken([row(店舗伝票番号="A-2")], name="修正.csv", mends=first)
    assert RefusedRow.objects.get(intake=first).mended_by_id == second.pk
    receiving.undo(second.pk, whole=True, actor=OPERATOR, at=LATER)
    assert RefusedRow.objects.get(intake=first).mended_by_id is None


# The pages


@pytest.fixture
def browser(acme: str) -> Client:
    orders.channel()
    return login(Client(), client_person("owner"), "acme")


def post_file(browser: Client, content: bytes) -> str:
    file = SimpleUploadedFile("受注.csv", content, "text/csv")
    return str(browser.post("/intakes", {"channel": "shop", "file": file})["Location"])


def test_the_page_shows_everything_before_it_is_taken(browser: Client) -> None:
    address = post_file(browser, order_file([GOOD, BAD]))
    pk = int(address.rsplit("/", 1)[1])
    with scope.client("acme"):
        assert not receiving.run(pk, at=MORNING).orders_new
        receiving.check(pk, at=MORNING)
    shown = browser.get(address).content.decode()
    for words in ("まだ取り込んでいません", "問題のまとめ", "日付として読めません", "佐藤 花子", "ネクストエンジン"):
        assert words in shown
    assert "判断待ち" in browser.get("/intakes").content.decode()

    browser.post(f"{address}/take")
    assert "すでに取込を始めています" in browser.post(f"{address}/take", follow=True).content.decode()
    with scope.client("acme"):
        assert receiving.run(pk, at=MORNING).orders_new == 1

    confirm = browser.get(f"{address}/undo").content.decode()
    assert "件すべてを取り消す" in confirm
    undone = browser.post(f"{address}/undo", {"whole": "1"}, follow=True).content.decode()
    assert "この取込は取り消されました" in undone
    with scope.client("acme"):
        assert not numbers()
    assert browser.get(f"{address}/undo").status_code == 302


def test_a_channel_that_wants_no_preview_takes_files_at_once(browser: Client) -> None:
    with scope.client("acme"):
        Channel.objects.update(preview=False)
    pk = int(post_file(browser, order_file([GOOD])).rsplit("/", 1)[1])
    with scope.client("acme"):
        assert receiving.run(pk, at=MORNING).orders_new == 1


def test_decisions_about_a_neighbours_file_are_not_found(browser: Client) -> None:
    with scope.client("bravo"):
        other = Intake.objects.create(
            channel=orders.channel(),
            actor_kind="person",
            actor_id="1",
            actor_name="B",
            created_at=MORNING,
            state="ready",
        )
    for action in ("take", "discard", "stop", "undo"):
        assert browser.post(f"/intakes/{other.pk}/{action}").status_code == 404


def test_a_channel_is_set_up_by_its_client_and_by_the_operator(browser: Client) -> None:
    admin = login(Client(), staff("admin", serves=["acme"]))
    values = {"name": "二号店", "profile": "shopify", "takes": ["address"], "is_active": "on"}
    assert admin.post("/clients/acme/intakes/channels", values).status_code == 302
    with scope.client("acme"):
        made = Channel.objects.get(name="二号店")
    assert (made.profile, made.preview, made.takes) == ("shopify", False, ["address"])
    assert browser.post(f"/intakes/channels/{made.pk}", {**values, "preview": "on"}).status_code == 302
    with scope.client("acme"):
        assert Channel.objects.get(pk=made.pk).preview
    assert browser.post(f"/intakes/channels/{made.pk}", {**values, "profile": "nothing"}).status_code == 422
