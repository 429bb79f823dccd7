"""A client maps a layout of its own: from a sample to orders, in versions, as data that can do nothing else."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import scope
from core.errors import Refused
from integrations.registry import CHANNELS
from orders import registry
from orders.intake import mapped, read
from orders.intake.sampling import columns_of, sample_of, suggested
from orders.models import Channel, FileFormat, Intake, Order
from orders.services import formats
from orders.services import intake as receiving
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.orders import MORNING
from tests.factories.people import client_person, login, staff
from tests.factories.workbooks import workbook

HEADER = ("受付番号", "受付日", "氏名", "〒上", "〒下", "県", "市町村番地", "TEL", "品番", "品名", "数", "単価", "入金")
ROW = (
    "W-1",
    "26.10.01",
    "山田 花子",
    "105",
    "11",
    "東京都",
    "港区芝公園4-2-8",
    "0312345678",
    "CHA",
    "煎茶",
    "2",
    "500",
    "済",
)
DEFINITION: dict[str, Any] = {
    "fields": {
        "number": {"columns": ["受付番号"]},
        "ordered_at": {"columns": ["受付日"], "date": "YY.MM.DD"},
        "ship_name": {"columns": ["氏名"]},
        "ship_postcode": {"columns": ["〒上", "〒下"], "widths": [3, 4]},
        "ship_address": {"columns": ["県", "市町村番地"], "combine": "join"},
        "ship_phone": {"columns": ["TEL"]},
        "status": {"columns": ["入金"]},
        "sku": {"columns": ["品番"]},
        "name": {"columns": ["品名"]},
        "quantity": {"columns": ["数"], "default": "1"},
        "unit_price": {"columns": ["単価"]},
        "payment_method": {"default": "銀行振込"},
    },
    "statuses": {"済": "paid", "未": "open", "取消": "cancelled"},
}


def table(rows: Sequence[Sequence[str]], *, header: Sequence[str] = HEADER, encoding: str = "cp932") -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([header, *rows])
    return text.getvalue().encode(encoding)


def taken(rows: Sequence[Sequence[str]], definition: Any = None, **options: Any) -> Any:
    profile = mapped.profile(definition or DEFINITION, code="own", name="自社", version=1)
    return read(table(rows, **options), profile)


def changed(**fields: Any) -> dict[str, Any]:
    """DEFINITION with these sources; None takes one away."""
    kept = {**DEFINITION["fields"], **fields}
    return {**DEFINITION, "fields": {field: source for field, source in kept.items() if source is not None}}


# What a definition comes to


def test_a_mapped_file_becomes_orders() -> None:
    intake = taken([ROW, ("W-2", "26.10.02", *ROW[2:10], "", *ROW[11:12], "未")])
    assert intake.refused.is_empty(), intake.refused.to_dicts()
    first, second = intake.orders.to_dicts()
    assert (first["number"], first["ordered_at"].isoformat()) == ("W-1", "2026-09-30T15:00:00+00:00")
    assert (first["ship_postcode"], first["ship_address"]) == ("1050011", "東京都港区芝公園4-2-8")
    assert (first["paid"], second["paid"], first["prepaid"]) == (True, False, True)
    assert (first["total"], second["total"], second["units"]) == (1000, 500, 1)


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
def test_columns_may_be_in_another_order_more_or_fewer(encoding: str) -> None:
    header, row = [*reversed(HEADER), "余分"], [*reversed(ROW), "x"]
    plain = taken([ROW]).orders
    assert taken([row], header=header, encoding=encoding).orders.drop("row").equals(plain.drop("row"))
    full_width = [name.replace("TEL", "ＴＥＬ ") for name in HEADER]
    assert taken([ROW], header=full_width, encoding=encoding).orders.equals(plain)
    short = [name for name in HEADER if name != "TEL"]
    without = [cell for name, cell in zip(HEADER, ROW, strict=True) if name != "TEL"]
    assert taken([without], header=short).orders["ship_phone"].to_list() == [""]


def test_a_column_that_is_needed_and_missing_is_named() -> None:
    with pytest.raises(Refused, match="品番"):
        taken([ROW[:8]], header=HEADER[:8])


def test_what_a_date_or_a_word_does_not_fit_stays_and_is_refused_as_it_is() -> None:
    refused = taken([("W-1", "十月一日", *ROW[2:])]).refused
    assert refused.select("column", "value", "code").rows() == [("受付日", "十月一日", "broken_date")]


def test_order_cells_may_stand_on_the_first_row_only() -> None:
    more = ("W-1", *[""] * 7, "POT", "急須", "1", "1500", "")
    intake = taken([ROW, more], {**DEFINITION, "carry_forward": True})
    assert intake.lines["sku"].to_list() == ["CHA", "POT"]
    assert intake.orders["total"].to_list() == [2500]


def test_words_firsts_and_sums() -> None:
    definition = changed(
        name={"columns": ["品名", "品番"], "combine": "first"},
        fee={"columns": ["数", "単価"], "combine": "sum"},
        delivery_method={"columns": ["県"], "words": {"東京都": "自社便"}},
    )
    intake = taken([(*ROW[:9], "", *ROW[10:])], definition)
    assert intake.lines["name"].to_list() == ["CHA"]
    assert intake.orders.select("fee", "delivery_method").rows() == [(502, "自社便")]


@pytest.mark.parametrize(
    ("definition", "place"),
    [
        (None, ""),
        ({}, "fields"),
        ({"fields": []}, "fields"),
        (changed(sku=None), "fields"),
        (changed(colour={"columns": ["色"]}), "fields.colour"),
        (changed(number={"columns": ["受付番号", "品番"]}), "fields.number"),
        (changed(number={"columns": ["受付番号"], "default": "x"}), "fields.number"),
        (changed(sku={"columns": []}), "fields.sku"),
        (changed(sku={"columns": [1]}), "fields.sku.columns[0]"),
        (changed(sku={"columns": ["品番"] * 7}), "fields.sku.columns"),
        (changed(sku={"columns": ["品番"], "run": "os.system"}), "fields.sku.run"),
        (changed(sku={"columns": ["品番"], "combine": "eval"}), "fields.sku.combine"),
        (changed(sku={"columns": ["品番"], "widths": [10**9]}), "fields.sku.widths[0]"),
        (changed(sku={"columns": ["品番"], "widths": [3, 4]}), "fields.sku.widths"),
        (changed(ordered_at={"columns": ["受付日"], "date": "%Y%c"}), "fields.ordered_at.date"),
        (changed(ordered_at={"columns": ["受付日"], "date": "YYYY"}), "fields.ordered_at.date"),
        (changed(sku={"columns": ["品番"], "words": {"a": 1}}), "fields.sku.words.a"),
        ({**DEFINITION, "statuses": {"済": "done"}}, "statuses.済"),
        ({**DEFINITION, "tax_rate": 9}, "tax_rate"),
        ({**DEFINITION, "expression": "pl.col('x')"}, "expression"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused_with_its_place(definition: Any, place: str) -> None:
    with pytest.raises(Refused) as refusal:
        mapped.profile(definition, code="own", name="自社", version=1)
    assert refusal.value.field == place


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
sources = st.fixed_dictionaries(
    {},
    optional={
        "columns": st.lists(st.sampled_from(HEADER) | st.text(max_size=5), max_size=4) | json_values,
        "combine": st.sampled_from(["join", "first", "sum"]) | json_values,
        "glue": json_values,
        "widths": st.lists(st.integers(1, 20), max_size=4) | json_values,
        "date": st.sampled_from(["YYYY/MM/DD", "YY.MM.DD hh:mm"]) | json_values,
        "words": st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3) | json_values,
        "default": st.text(max_size=5) | json_values,
    },
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(fields=st.dictionaries(st.sampled_from([*mapped.LABELS]), sources, max_size=6), rest=json_values)
def test_any_definition_is_read_or_refused_and_nothing_else(fields: dict[str, Any], rest: Any) -> None:
    definition = {**DEFINITION, "fields": {**DEFINITION["fields"], **fields}, "slots": rest}
    try:
        intake = taken([ROW], definition)
    except Refused as refusal:
        assert str(refusal)
    else:
        assert intake.counts.orders + intake.counts.refused_orders <= 1


# From a sample


def test_a_sample_is_told_by_its_columns_and_values_however_it_is_written() -> None:
    plain = columns_of(sample_of(io.BytesIO(table([ROW]))))
    assert [column.name for column in plain] == list(HEADER)
    assert plain[0].values == ("W-1",)
    book = workbook({"注文": [["2026年10月の注文"], [], list(HEADER), list(ROW)]})
    assert columns_of(sample_of(io.BytesIO(book))) == plain
    tabs = table([ROW]).decode("cp932").replace(",", "\t").encode()
    assert columns_of(sample_of(io.BytesIO(tabs))) == plain


def test_a_second_column_of_the_same_name_is_told_apart_and_read() -> None:
    header = [*HEADER, "品名"]
    columns = columns_of(sample_of(io.BytesIO(table([[*ROW, "ギフト"]], header=header))))
    assert columns[-1].name == "品名#2"
    intake = taken([[*ROW, "ギフト"]], changed(wrapping={"columns": ["品名#2"]}), header=header)
    assert intake.orders["wrapping"].to_list() == ["ギフト"]


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"one\r\ntwo\r\n", b"a,b\r\n"])
def test_what_is_no_table_is_no_sample(data: bytes) -> None:
    with pytest.raises(Refused):
        sample_of(io.BytesIO(data))


def test_columns_of_known_names_are_mapped_at_once() -> None:
    columns = columns_of(sample_of(io.BytesIO(table([ROW], header=["注文番号", *HEADER[1:-1], "発送電話番号"]))))
    fields = suggested(columns, CHANNELS.values())["fields"]
    assert fields["number"] == {"columns": ["注文番号"]}
    assert fields["ship_phone"] == {"columns": ["発送電話番号"]}


# Kept in versions


@pytest.fixture
def own(acme: str) -> FileFormat:
    """A layout with its first version in force, read by the channel "shop"."""
    made = formats.begin(name="自社EC", files=[("見本.csv", io.BytesIO(table([ROW])))])
    formats.save(made.pk, DEFINITION, actor=OPERATOR, at=MORNING)
    orders.channel(profile=made.code)
    made.refresh_from_db()
    return made


def arrive(rows: Sequence[Sequence[str]], name: str = "a.csv") -> Intake:
    sent = receiving.submit(Channel.objects.get(), file_name=name, data=table(rows), actor=OPERATOR, at=MORNING)
    return receiving.run(sent.pk, at=MORNING)


def test_an_import_keeps_the_version_it_was_read_by(own: FileFormat) -> None:
    first = arrive([ROW])
    assert (first.profile, first.profile_version, first.orders_new) == (own.code, 1, 1)
    formats.save(own.pk, changed(note={"columns": ["品名"]}), actor=OPERATOR, at=MORNING)
    second = arrive([("W-2", *ROW[1:])])
    assert second.profile_version == 2
    assert list(Order.objects.order_by("number").values_list("note", flat=True)) == ["", "煎茶"]

    formats.use(own.pk, 1, actor=OPERATOR, at=MORNING)
    assert arrive([("W-3", *ROW[1:])], "c.csv").profile_version == 1
    with pytest.raises(Refused):
        formats.use(own.pk, 9, actor=OPERATOR, at=MORNING)


def test_a_file_that_waits_is_taken_as_it_was_shown(own: FileFormat) -> None:
    sent = receiving.submit(
        Channel.objects.get(), file_name="a.csv", data=table([ROW]), preview=True, actor=OPERATOR, at=MORNING
    )
    receiving.check(sent.pk, at=MORNING)
    formats.save(own.pk, changed(note={"columns": ["品名"]}), actor=OPERATOR, at=MORNING)
    receiving.take(sent.pk, whole=True, actor=OPERATOR, at=MORNING)
    receiving.run(sent.pk, at=MORNING)
    assert Order.objects.get().note == ""


def test_the_registry_knows_built_in_and_own_forms(own: FileFormat) -> None:
    assert set(registry.profiles()) == {*CHANNELS, own.code}
    assert registry.profile(own.code).name == "自社EC"
    assert not registry.is_built_in(own.code)
    with scope.client("bravo"):
        assert own.code not in registry.profiles()
        with pytest.raises(Refused):
            registry.profile(own.code)


def test_what_is_exported_is_the_same_when_it_is_imported(own: FileFormat) -> None:
    content = formats.exported(own)
    assert "W-1" not in content.decode()
    again = formats.import_json(content, actor=OPERATOR, at=MORNING)
    assert again.code != own.code
    assert formats.exported(again) == content


@pytest.mark.parametrize(
    "content", [b"", b"[1]", b"{}", b'{"kind": "order-file-format"}', b"[" * 100_000, b"\xff", b"1" * 300_000]
)
def test_what_is_no_export_is_refused(acme: str, content: bytes) -> None:
    with pytest.raises(Refused):
        formats.import_json(content, actor=OPERATOR, at=MORNING)


# The pages


@pytest.fixture
def browser(db: None) -> Client:
    return login(Client(), client_person("owner"), "acme")


def upload(content: bytes, name: str = "見本.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/csv")


CHOICES = {
    "受付番号": "number", "受付日": "ordered_at", "氏名": "ship_name", "〒上": "ship_postcode", "〒下": "ship_postcode",
    "県": "ship_address", "市町村番地": "ship_address", "TEL": "ship_phone", "品番": "sku", "品名": "name",
    "数": "quantity", "単価": "unit_price", "入金": "status",
}  # fmt: skip


def chosen(**more: str) -> dict[str, str]:
    return {
        **{f"column-{nth}": CHOICES[name] for nth, name in enumerate(HEADER)},
        "date-ordered_at": "YY.MM.DD",
        "widths-ship_postcode": "3,4",
        "statuses": "済=入金済み\n未＝受付",
        "tax_rate": "10",
        **more,
    }


def test_a_layout_is_mapped_tried_saved_and_used_in_the_browser(browser: Client) -> None:
    begun = browser.post("/intakes/formats", {"name": "自社EC", "file": upload(table([ROW]))})
    assert begun.status_code == 302
    address = str(begun["Location"])
    shown = browser.get(address).content.decode()
    for words in ("受付番号", "W-1", "まだ読み取れません"):
        assert words in shown

    tried = browser.post(address, chosen(action="preview")).content.decode()
    assert "山田 花子" in tried
    assert "まだ読み取れません" not in tried
    assert "保存していない変更があります" in browser.get(address).content.decode()
    assert browser.post(address, chosen(action="save")).status_code == 302
    with scope.client("acme"):
        made = FileFormat.objects.get()
        assert (made.current, made.draft) == (1, {})
        definition = made.versions.get().definition
        assert definition["statuses"] == {"済": "paid", "未": "open"}
        assert definition["fields"]["ship_postcode"]["widths"] == [3, 4]
    browser.post("/intakes/channels", {"name": "自社EC", "profile": made.code, "is_active": "on"})
    with scope.client("acme"):
        assert arrive([ROW]).orders_new == 1
    assert "自社EC（第1版）" in browser.get(f"/intakes/{newest_intake()}").content.decode()


def newest_intake() -> int:
    with scope.client("acme"):
        return Intake.objects.latest("pk").pk


def test_a_mapping_that_cannot_be_is_not_saved_and_says_why(browser: Client) -> None:
    address = str(browser.post("/intakes/formats", {"name": "自社EC", "file": upload(table([ROW]))})["Location"])
    refused = browser.post(address, {**chosen(action="save"), "column-8": ""})
    assert refused.status_code == 422
    assert "商品コード" in refused.content.decode()
    assert "定義の" not in refused.content.decode()
    refused = browser.post(address, {**chosen(action="save"), "widths-ship_postcode": "three"})
    assert refused.status_code == 422
    assert "「届け先の郵便番号」: 桁数は" in refused.content.decode()
    with scope.client("acme"):
        assert not FileFormat.objects.get().versions.exists()


def test_a_layout_goes_from_one_company_to_the_other_as_a_file(browser: Client) -> None:
    address = str(browser.post("/intakes/formats", {"name": "自社EC", "file": upload(table([ROW]))})["Location"])
    browser.post(address, chosen(action="save"))
    content = browser.get(f"{address}/export").content
    assert json.loads(content)["name"] == "自社EC"
    other = login(Client(), staff("admin", serves=["bravo"]))
    sent = other.post("/clients/bravo/intakes/formats", {"action": "import", "json-file": upload(content, "own.json")})
    assert sent.status_code == 302
    assert "受付番号" in other.get(str(sent["Location"])).content.decode()
    bad = other.post("/clients/bravo/intakes/formats", {"action": "import", "json-file": upload(b"{}", "own.json")})
    assert bad.status_code == 422
    again = other.post(str(sent["Location"]), {"action": "sample", "file": upload(table([ROW]))}, follow=True)
    assert "山田 花子" in again.content.decode()


def test_a_neighbours_layout_is_not_there(browser: Client) -> None:
    with scope.client("bravo"):
        other = formats.begin(name="他社", files=[("a.csv", io.BytesIO(table([ROW])))])
    for path in ("", "/export"):
        assert browser.get(f"/intakes/formats/{other.pk}{path}").status_code == 404
    assert browser.post(f"/intakes/formats/{other.pk}/use", {"version": "1"}).status_code == 404
