"""A mapped layout is renamed, put away and taken out again; and one that reads two files as one."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core import scope
from core.errors import Refused
from core.models import Event
from orders import registry
from orders.models import Channel, FileFormat, Intake, Order
from orders.queries import formats as asked
from orders.services import channels, formats
from orders.services import intake as receiving
from tests.conftest import OPERATOR
from tests.factories.orders import MORNING
from tests.factories.people import client_person, login

ORDERS = [
    ["番号", "注文日時", "届け先", "〒", "住所", "備考"],
    ["P-1", "2026/10/01 10:00", "山田 花子", "1050011", "東京都港区芝公園4-2-8", "玄関前"],
    ["P-2", "2026/10/01 11:00", "佐藤 次郎", "5300001", "大阪府大阪市北区梅田1-2-3", ""],
]
ITEMS = [
    ["番号", "品番", "数", "単価", "備考"],
    ["P-1", "CHA", "2", "500", "赤"],
    ["P-2", "POT", "1", "1500", ""],
    ["P-1", "CUP", "1", "300", ""],
]
FIELDS = {
    "number": "番号", "ordered_at": "注文日時", "ship_name": "届け先", "ship_postcode": "〒", "ship_address": "住所",
    "note": "備考", "sku": "品番", "quantity": "数", "unit_price": "単価", "option": "備考#2",
}  # fmt: skip


def table(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("cp932")


def file(name: str, rows: Sequence[Sequence[str]]) -> tuple[str, io.BytesIO]:
    return name, io.BytesIO(table(rows))


def begun(*files: tuple[str, io.BytesIO]) -> FileFormat:
    return formats.begin(name="自社", files=files or [file("注文.csv", ORDERS), file("明細.csv", ITEMS)])


def definition_of(own: FileFormat) -> dict[str, Any]:
    return {**own.draft, "fields": {fact: {"columns": [column]} for fact, column in FIELDS.items()}}


def saved() -> FileFormat:
    own = begun()
    formats.save(own.pk, definition_of(own), actor=OPERATOR, at=MORNING)
    own.refresh_from_db()
    return own


def channel_of(own: FileFormat, **more: Any) -> Channel:
    facts = {"name": "自社EC", "preview": False, "takes": [], "is_active": True, **more}
    return channels.arrange(None, profile=own.code, **facts, actor=OPERATOR, at=MORNING)


def told() -> list[str]:
    return list(Event.objects.filter(name__startswith="format.").order_by("id").values_list("name", flat=True))


# Two files as one


@pytest.mark.parametrize("turned", [False, True])
def test_two_files_are_joined_on_the_column_that_names_each_order(acme: str, turned: bool) -> None:
    files = [file("注文.csv", ORDERS), file("明細.csv", ITEMS)]
    own = begun(*(files[::-1] if turned else files))
    assert own.draft["pair"] == {"key": "番号", "orders": ORDERS[0], "items": ITEMS[0]}
    assert own.draft["fields"]["number"] == {"columns": ["番号"]}
    names = [column.name for column in asked.columns(own, own.draft)]
    assert names == ["番号", "注文日時", "届け先", "〒", "住所", "備考", "品番", "数", "単価", "備考#2"]
    trial = asked.trial(own, definition_of(own))
    assert trial is not None
    assert trial.read is not None
    assert (trial.read.counts.rows, trial.read.counts.orders, trial.problems) == (3, 2, [])
    assert asked.joined_on(own.draft) == "番号"


@pytest.mark.parametrize(
    "items",
    [
        [["品番", "数"], ["CHA", "2"]],
        [["番号", "品番"], ["X-1", "CHA"]],
        [["備考", "品番"], ["玄関前", "CHA"], ["玄関前", "POT"]],
    ],
    ids=["no common column", "no common value", "not of every order"],
)
def test_two_files_that_have_nothing_in_common_are_refused(acme: str, items: list[list[str]]) -> None:
    with pytest.raises(Refused, match="つなぐ列が見つかりません"):
        begun(file("注文.csv", ORDERS), file("明細.csv", items))
    assert not FileFormat.objects.exists()


def test_three_files_are_too_many(acme: str) -> None:
    with pytest.raises(Refused, match="1つか2つ"):
        begun(*[file("a.csv", ORDERS)] * 3)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"number": {"columns": ["品番"]}}, "二つのファイルをつなぐ列「番号」"),
        (
            {"sku": {"default": "X"}, "quantity": {"default": "1"}, "unit_price": {"default": "1"}, "option": None},
            "それぞれにしかない列",
        ),
    ],
)
def test_a_pair_that_could_not_be_told_apart_is_not_saved(acme: str, change: dict[str, Any], words: str) -> None:
    own = begun()
    definition = definition_of(own)
    fields = {fact: source for fact, source in {**definition["fields"], **change}.items() if source}
    if "sku" in change:
        fields["note"] = {"columns": ["備考"]}
    with pytest.raises(Refused, match=words):
        formats.save(own.pk, {**definition, "fields": fields}, actor=OPERATOR, at=MORNING)


@pytest.mark.parametrize("first", ["orders", "items"])
def test_the_files_of_a_pair_come_one_after_the_other_and_make_the_orders_once(acme: str, first: str) -> None:
    channel = channel_of(saved())
    parts = [("注文.csv", table(ORDERS)), ("明細.csv", table(ITEMS))]
    arrived = [
        receiving.submit(channel, file_name=name, data=data, actor=OPERATOR, at=MORNING)
        for name, data in (parts if first == "orders" else parts[::-1])
    ]
    assert arrived[0].state == Intake.HALF
    done = receiving.run(arrived[1].pk, at=MORNING)
    assert (done.state, done.orders_new, done.rows, done.rows_refused) == (Intake.DONE, 2, 3, 0)
    order = Order.objects.get(number="P-1")
    assert list(order.lines.order_by("position").values_list("sku", "ordered", "option")) == [
        ("CHA", 2, "赤"),
        ("CUP", 1, ""),
    ]
    assert (order.note, int(order.total)) == ("玄関前", 1300)
    both = {"data": parts[0][1], "beside": ("明細.csv", io.BytesIO(parts[1][1]))}
    with pytest.raises(Refused, match="同じファイル"):
        receiving.submit(channel, file_name="注文.csv", **both, actor=OPERATOR, at=MORNING)  # type: ignore[arg-type]


def test_another_sample_of_a_pair_is_two_files_again(acme: str) -> None:
    own = saved()
    definition = asked.definition_of(own)
    with pytest.raises(Refused, match="二つを選んで"):
        formats.sample_again(own.pk, files=[file("注文.csv", ORDERS)], definition=definition)
    more = [*ITEMS, ["P-2", "NORI", "1", "800", ""]]
    formats.sample_again(own.pk, files=[file("注文.csv", ORDERS), file("明細.csv", more)], definition=definition)
    own.refresh_from_db()
    trial = asked.trial(own, definition)
    assert trial is not None
    assert trial.counts is not None
    assert trial.counts.rows == 4
    single = begun(file("一つ.csv", [[*ORDERS[0], *ITEMS[0][1:4]], [*ORDERS[1], *ITEMS[1][1:4]]]))
    with pytest.raises(Refused, match="1つだけ"):
        formats.sample_again(single.pk, files=[file("a.csv", ORDERS), file("b.csv", ITEMS)], definition=single.draft)


def test_a_pair_goes_to_another_company_as_a_file(acme: str) -> None:
    content = formats.exported(saved())
    with scope.client("bravo"):
        own = formats.import_json(content, actor=OPERATOR, at=MORNING)
        pair = registry.profile(own.code).pair
        assert pair is not None
        assert (pair.key, pair.orders[0], pair.items) == ("番号", "注文日時", ("品番", "数", "単価"))


# Renamed, put away, taken out


def test_a_layout_that_nothing_was_read_by_is_deleted(acme: str) -> None:
    own = saved()
    assert formats.remove(own.pk, actor=OPERATOR, at=MORNING)
    assert not FileFormat.objects.exists()
    assert told() == ["format.saved", "format.deleted"]


def test_a_layout_is_not_put_away_while_a_channel_reads_by_it(acme: str) -> None:
    own = saved()
    channel_of(own)
    with pytest.raises(Refused, match="販売チャネル「自社EC」"):
        formats.remove(own.pk, actor=OPERATOR, at=MORNING)
    assert not FileFormat.objects.get().is_archived


def test_what_was_read_by_a_layout_is_still_shown_when_it_was_put_away(acme: str) -> None:
    own = saved()
    channel = channel_of(own)
    both = {"data": table(ORDERS), "beside": ("明細.csv", io.BytesIO(table(ITEMS)))}
    arrived = receiving.submit(channel, file_name="注文.csv", **both, actor=OPERATOR, at=MORNING)  # type: ignore[arg-type]
    receiving.run(arrived.pk, at=MORNING)
    other = channel_of(own, name="予備", is_active=False)
    channels.arrange(
        channel, name="自社EC", profile="nextengine", preview=True, takes=[], is_active=True, actor=OPERATOR, at=MORNING
    )
    assert not formats.remove(own.pk, actor=OPERATOR, at=MORNING)
    assert FileFormat.objects.get().is_archived
    assert own.code not in registry.profiles()
    assert registry.profile_of(own.code, 1).name == "自社"
    with pytest.raises(Refused, match="使えません"):
        channels.arrange(
            other, name="予備", profile=own.code, preview=True, takes=[], is_active=True, actor=OPERATOR, at=MORNING
        )
    formats.restore(own.pk, actor=OPERATOR, at=MORNING)
    assert own.code in registry.profiles()
    assert told() == ["format.saved", "format.archived", "format.restored"]


@pytest.fixture
def browser(acme: str) -> Client:
    return login(Client(), client_person("owner"), "acme")


def upload(name: str, rows: Sequence[Sequence[str]]) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, table(rows), content_type="text/csv")


def test_all_of_it_from_the_pages(browser: Client) -> None:
    files = [upload("注文.csv", ORDERS), upload("明細.csv", ITEMS)]
    begun = browser.post("/intakes/formats", {"name": "自社EC", "file": files})
    address = str(begun["Location"])
    assert "二つのファイルを合わせて読み取ります" in browser.get(address).content.decode()
    with scope.client("acme"):
        own = FileFormat.objects.get()
    chosen = {f"column-{nth}": fact for nth, fact in enumerate(FIELDS)}
    assert browser.post(address, {**chosen, "action": "save", "tax_rate": "10"}).status_code == 302
    assert "2ファイル" in browser.get("/intakes/formats").content.decode()

    assert browser.post(f"{address}/rename", {"name": "直営店"}).status_code == 302
    assert "直営店" in browser.get("/intakes/formats").content.decode()
    assert "名前を60文字まで" in browser.post(f"{address}/rename", {"name": ""}, follow=True).content.decode()
    browser.post("/intakes/channels", {"name": "直営", "profile": own.code, "is_active": "on"})
    assert "先に販売チャネルの取込形式を変える" in browser.post(f"{address}/remove", follow=True).content.decode()
    with scope.client("acme"):
        Channel.objects.update(is_active=False)
        channel = Channel.objects.get()
    assert "無効にしました" in browser.post(f"{address}/remove", follow=True).content.decode()
    assert "無効にした取込形式です" in browser.get(address).content.decode()
    assert "選んでください" in browser.get(f"/intakes/channels/{channel.pk}").content.decode()
    assert "もう一度使えるようにしました" in browser.post(f"{address}/restore", follow=True).content.decode()
    with scope.client("acme"):
        Channel.objects.all().delete()
    assert "削除しました" in browser.post(f"{address}/remove", follow=True).content.decode()
    assert browser.get(address).status_code == 404
