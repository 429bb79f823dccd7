"""Order files become orders, and the rows that cannot are listed with their reason."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from core import text
from core.errors import Refused
from integrations.channels.nextengine.profile import PROFILE
from integrations.channels.nextengine.sample import HEADER
from orders.intake import REASONS, Intake, explain, frames, from_records, mend_file, read, read_batches
from orders.intake.values import dates, moments, price, slots, tax_rate, yen
from tests.factories.order_files import order_file, row


def taken(*rows: dict[str, str], **options: Any) -> Intake:
    return read(order_file(rows, **options), PROFILE)


def sole(intake: Intake) -> dict[str, Any]:
    """The one order of a file without refusals."""
    assert intake.refused.is_empty(), intake.refused.to_dicts()
    [order] = intake.orders.to_dicts()
    return order


def reasons(intake: Intake) -> list[tuple[int, str, str, str]]:
    return intake.refused.select("row", "column", "value", "code").rows()


def test_an_order_is_read_with_all_its_facts() -> None:
    order = sole(taken(row(備考="玄関前", ギフトフラグ="1", のし="御歳暮", ポイント="100", 合計金額="1450")))

    assert order["number"] == "A-1"
    assert order["ordered_at"] == datetime(2026, 10, 1, 3, 34, 56, tzinfo=UTC)
    assert (order["buyer_name"], order["ship_name"]) == ("山田 太郎", "佐藤 花子")
    assert order["buyer_address"] == "東京都港区芝公園４丁目２－８ 髙橋ビル㈱①"
    assert (order["buyer_phone"], order["ship_phone"]) == ("+819012345678", "+81661234567")
    assert (order["ship_postcode"], order["ship_prefecture"]) == ("5300001", "大阪府")
    assert (order["goods_total"], order["postage"], order["points"], order["total"]) == (1000, 550, 100, 1450)
    assert (order["goods_8"], order["goods_10"]) == (1000, 0)
    assert (order["wished_date"], order["wished_slot"]) == (date(2026, 10, 5), "14-16")
    assert (order["gift"], order["noshi"], order["note"]) == (True, "御歳暮", "玄関前")
    assert (order["paid"], order["prepaid"], order["cancelled"]) == (True, False, False)
    assert (order["line_count"], order["units"], order["skus"]) == (1, 1, ["CHA-100"])


def test_every_frame_has_the_columns_it_promises() -> None:
    intake = taken(row(), row(店舗伝票番号="A-2", 受注数量="0"), row(店舗伝票番号="A-3", 発送電話番号="661234567"))

    assert intake.orders.schema == frames.ORDERS
    assert intake.lines.schema == frames.LINES
    assert intake.refused.schema == frames.REFUSED
    assert intake.repairs.schema == frames.REPAIRED


def test_the_lines_of_an_order_keep_their_order_and_price() -> None:
    intake = taken(
        row(商品計="3500", 合計金額="4050", 受注数量="2"),
        row(商品計="3500", 合計金額="4050", 商品コード="POT", 商品名="急須", 商品価格="1500", **{"消費税率（%）": ""}),
    )

    assert sole(intake)["goods_10"] == 1500
    assert intake.lines.select("line_no", "sku", "quantity", "unit_price", "tax_rate").rows() == [
        (1, "CHA-100", 2, Decimal(1000), 8),
        (2, "POT", 1, Decimal(1500), 10),
    ]


def test_rows_of_an_order_need_not_stand_together() -> None:
    one, two = row(商品計="2000", 合計金額="2550"), row(店舗伝票番号="A-2")

    intake = taken(one, two, {**one, "商品コード": "CHA-200"})

    assert intake.orders["number"].to_list() == ["A-1", "A-2"]
    assert intake.lines.select("number", "row", "line_no").rows() == [("A-1", 2, 1), ("A-1", 4, 2), ("A-2", 3, 1)]


def test_columns_are_found_by_name_wherever_they_stand() -> None:
    header = [name for name in reversed(HEADER) if name != "顧客コード"]
    known = taken(row(), header=["知らない列", *header, ""])
    loose = read(order_file([row()]).replace("受注住所１".encode("cp932"), " 受注住所1".encode("cp932")), PROFILE)

    assert_frame_equal(known.orders, taken(row()).orders)
    assert_frame_equal(loose.orders, taken(row()).orders)


@pytest.mark.parametrize("last", ["出荷済フラグ", "顧客コード", "消費税率（%）", "メッセージ"])
def test_older_files_end_earlier(last: str) -> None:
    order = sole(taken(row(), header=HEADER[: HEADER.index(last) + 1]))
    assert order["goods_10" if last in ("出荷済フラグ", "顧客コード") else "goods_8"] == 1000


@pytest.mark.parametrize(("encoding", "known"), [("cp932", "cp932"), ("utf-8", "utf-8"), ("utf-8-sig", "utf-8")])
@pytest.mark.parametrize("separator", [",", "\t"])
def test_encoding_and_separator_are_recognised(encoding: str, known: str, separator: str) -> None:
    intake = taken(row(), encoding=encoding, separator=separator)
    assert sole(intake)["buyer_address"].endswith("髙橋ビル㈱①")
    assert intake.layout.encoding == known


def test_lost_zeros_and_full_width_digits_are_repaired_and_told() -> None:
    intake = taken(row(発送郵便番号="600000", 発送先住所１="北海道札幌市中央区", 発送電話番号="９０１２３４５６７８"))

    order = sole(intake)
    assert (order["ship_postcode"], order["ship_phone"]) == ("0600000", "+819012345678")
    assert order["ship_phone_text"] == "９０１２３４５６７８"
    assert set(intake.repairs.rows()) == {
        (2, "発送郵便番号", "600000", "0600000", "A-1"),
        (2, "発送電話番号", "９０１２３４５６７８", "09012345678", "A-1"),
    }


def test_hyphens_are_no_repair() -> None:
    intake = taken(row(発送郵便番号="530-0001", 発送電話番号="06-6123-4567", 受注電話番号="+81 90-1234-5678"))
    assert sole(intake)["ship_postcode"] == "5300001"
    assert intake.repairs.is_empty()


def test_an_order_without_ship_to_goes_to_its_buyer() -> None:
    blank = {name: "" for name in HEADER if name.startswith("発送") and name not in ("発送方法", "発送料")}
    order = sole(taken(row(**blank)))
    assert (order["ship_name"], order["ship_postcode"]) == ("山田 太郎", "1050011")


def test_a_missing_prefecture_is_told_from_the_postcode() -> None:
    assert sole(taken(row(発送先住所１="大阪市北区梅田")))["ship_prefecture"] == "大阪府"


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"受注日": "2026/02/30 10:00:00"}, "受注日", "broken_date"),
        ({"受注日": "0026/10/01 10:00:00"}, "受注日", "broken_date"),
        ({"日付指定": "10月上旬"}, "日付指定", "broken_date"),
        ({"商品計": "千円"}, "商品計", "broken_number"),
        ({"商品価格": "1000.505"}, "商品価格", "broken_number"),
        ({"受注数量": "1.5"}, "受注数量", "broken_number"),
        ({"受注数量": "0"}, "受注数量", "quantity_not_positive"),
        ({"受注数量": "-1"}, "受注数量", "quantity_not_positive"),
        ({"消費税率（%）": "9"}, "消費税率（%）", "broken_tax_rate"),
        ({"発送郵便番号": "9999999"}, "発送郵便番号", "unknown_postcode"),
        ({"発送郵便番号": "530"}, "発送郵便番号", "unknown_postcode"),
        ({"発送郵便番号": ""}, "発送郵便番号", "missing"),
        ({"受注日": ""}, "受注日", "missing"),
        ({"商品コード": ""}, "商品コード", "missing"),
        ({"店舗伝票番号": ""}, "店舗伝票番号", "missing"),
        ({"店舗伝票番号": "注文1"}, "店舗伝票番号", "broken_order_number"),
        ({"受注名": "長" * 101}, "受注名", "too_long"),
        ({"商品名": "長" * 256}, "商品名", "too_long"),
        ({"商品計": "1001", "合計金額": "1551"}, "商品計", "lines_total"),
        ({"合計金額": "1551"}, "合計金額", "order_total"),
        ({"出荷済フラグ": "1"}, "出荷済フラグ", "already_shipped"),
    ],
)
def test_a_bad_cell_refuses_its_order_and_no_other(cells: dict[str, str], column: str, code: str) -> None:
    good = row(店舗伝票番号="A-2")
    bad = row(**cells)

    intake = taken(good, bad, row(店舗伝票番号="A-3"))

    assert reasons(intake) == [(3, column, bad[column], code)]
    assert intake.orders["number"].to_list() == ["A-2", "A-3"]
    assert intake.lines["number"].to_list() == ["A-2", "A-3"]
    assert (intake.counts.rows, intake.counts.orders, intake.counts.refused_rows) == (3, 2, 1)


@pytest.mark.parametrize(
    ("spoil", "code", "value"),
    [
        (lambda line: line.rsplit(b",", 12)[0], "too_few_columns", "29"),
        (lambda line: line + b",x", "too_many_columns", "42"),
        (lambda line: line.replace("山田".encode("cp932"), b'"'), "broken_quotes", ""),
        (lambda line: line.replace("山田".encode("cp932"), b"\x81\xff"), "broken_characters", ""),
        (lambda line: line.replace("山田".encode("cp932"), b"\x00"), "broken_characters", ""),
    ],
)
def test_a_bad_row_refuses_its_order_and_no_other(spoil: Any, code: str, value: str) -> None:
    lines = order_file([row(店舗伝票番号="A-0"), row(), row(店舗伝票番号="A-2")]).split(b"\r\n")
    lines[2] = spoil(lines[2])

    intake = read(b"\r\n".join(lines), PROFILE)

    assert reasons(intake) == [(3, "", value, code)]
    assert intake.refused["number"].to_list() == ["A-1"]
    assert intake.orders["number"].to_list() == ["A-0", "A-2"]


def test_one_bad_row_takes_all_rows_of_its_order() -> None:
    intake = taken(row(), row(商品コード="", 商品名="急須"), row(店舗伝票番号="A-2"), row(商品コード="CUP"))

    assert reasons(intake) == [
        (2, "店舗伝票番号", "A-1", "same_order"),
        (3, "商品コード", "", "missing"),
        (5, "店舗伝票番号", "A-1", "same_order"),
    ]
    assert (intake.counts.refused_rows, intake.counts.refused_orders) == (3, 1)


def test_one_number_for_two_different_orders_refuses_both() -> None:
    intake = taken(row(), row(店舗伝票番号="A-2"), row(受注名="別人", 合計金額="1560", 発送料="560"))

    assert reasons(intake) == [(2, "店舗伝票番号", "A-1", "same_order"), (4, "受注名", "別人", "conflicting_order")]


def test_a_row_that_stands_twice_does_not_pass_as_two_pieces() -> None:
    assert reasons(taken(row(), row())) == [
        (2, "商品計", "1000", "lines_total"),
        (3, "店舗伝票番号", "A-1", "same_order"),
    ]


def test_blank_rows_are_passed_over_but_counted_as_a_spreadsheet_does() -> None:
    data = order_file([row(), {}, row(店舗伝票番号="A-2", 受注数量="0")]).replace(b"\r\n,", b"\r\n\r\n,", 1)
    intake = read(data + b"\r\n  \r\n", PROFILE)

    assert [place for place, *_ in reasons(intake)] == [5]
    assert intake.counts.rows == 2


def test_line_ends_and_separators_within_quotes_are_text() -> None:
    assert sole(taken(row(備考='一行目\n二行目, "三"')))["note"] == '一行目\n二行目, "三"'


def test_a_cell_kept_from_being_a_formula_is_read_as_it_was() -> None:
    assert sole(taken(row(備考="'=至急=")))["note"] == "=至急="


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf\r\n", "empty_file"),
        (b"PK\x03\x04 and more", "workbook_broken"),
        (b"%PDF-1.7", "not_text"),
        (b"\x00\x01\x02\x03", "not_text"),
        ("店舗伝票番号".encode("utf-16"), "wrong_encoding"),
        ("注文,番号\r\n1,2\r\n".encode("cp932"), "wrong_header"),
        (",".join(HEADER).encode("euc-jp") + b"\r\n", "wrong_header"),
        (",".join(HEADER).encode("cp932") + b"\r\n", "no_rows"),
        (",".join(HEADER).encode("cp932"), "no_rows"),
    ],
)
def test_what_is_no_order_file_is_refused_with_a_sentence(data: bytes, code: str) -> None:
    for attempt in (lambda: read(data, PROFILE), lambda: list(read_batches(io.BytesIO(data), PROFILE))):
        with pytest.raises(Refused) as refusal:
            attempt()
        assert refusal.value.code == code
        assert str(refusal.value).endswith("。") or str(refusal.value).endswith("）。")


def test_a_file_above_the_limit_is_refused() -> None:
    with pytest.raises(Refused, match="大きすぎます"):
        read(order_file([row()]), PROFILE, limit=100)


def test_a_wrong_header_is_told_by_the_columns_that_are_missing() -> None:
    header = [name for name in HEADER if name not in ("受注日", "商品コード")]
    with pytest.raises(Refused, match="受注日、商品コード"):
        taken(row(), header=header)


def test_every_reason_has_a_sentence_that_can_be_said() -> None:
    for code in REASONS:
        sentence = str(explain(code, column="受注日", value="2026/13/01"))
        assert sentence.endswith("。")
        assert "%(" not in sentence


# Mending


def spoilt_file() -> bytes:
    rows = [
        row(),
        row(店舗伝票番号="A-2", 受注日="2026/13/01 10:00:00", 備考="=SUM(A1)", その他費用="-100", 合計金額="1450"),
        row(店舗伝票番号="A-3", 受注数量="0"),
        row(店舗伝票番号="A-4"),
    ]
    return order_file(rows)


def test_the_file_to_mend_holds_the_refused_rows_with_their_reasons() -> None:
    data = spoilt_file()
    mended = mend_file(data, PROFILE, read(data, PROFILE).refused).decode("cp932").split("\r\n")

    assert mended[0].split(",")[:3] == ["エラー行", "エラー内容", "店舗伝票番号"]
    assert [line.split(",")[0] for line in mended[1:-1]] == ["3", "4"]
    assert "2026/13/01 10:00:00」は日付として読めません" in mended[1]
    assert ",'=SUM(A1)," in mended[1]
    assert ",-100," in mended[1]


def test_a_mended_file_is_read_as_the_orders_it_was_meant_to_be() -> None:
    data = spoilt_file()
    mended = mend_file(data, PROFILE, read(data, PROFILE).refused)
    mended = mended.replace(b"2026/13/01 10", b"2026/10/01 10").replace(b",1000,0,,0,", b",1000,1,,0,")

    intake = read(mended, PROFILE)

    assert intake.refused.is_empty()
    assert intake.orders["number"].to_list() == ["A-2", "A-3"]
    assert intake.orders["note"].to_list() == ["=SUM(A1)", ""]
    assert intake.orders["discount"].to_list() == [100, 0]


@settings(deadline=None, max_examples=30)
@given(spoilt=st.sets(st.integers(1, 5)), mess=st.sampled_from([b'"', b",", b"\r\n", b"\x81", b'","']))
def test_an_unmended_file_is_refused_again_whole(spoilt: set[int], mess: bytes) -> None:
    lines = order_file([row(店舗伝票番号=f"A-{place}") for place in range(1, 6)]).split(b"\r\n")
    for place in spoilt:
        lines[place] = lines[place].replace("山田".encode("cp932"), mess, 1)
    data = b"\r\n".join(lines)
    first = read(data, PROFILE)

    again = mend_file(data, PROFILE, first.refused)

    assert first.counts.orders == 5 - len(spoilt)
    if spoilt:
        second = read(again, PROFILE)
        assert second.counts.orders == 0
        assert second.counts.refused_rows == first.counts.refused_rows


# Batches

NUMBERS = st.lists(st.integers(1, 6), min_size=1, max_size=25)
FLAWS = st.lists(st.sampled_from(["", "", "", "date", "cut", "quote", "number", "buyer"]), min_size=25, max_size=25)


def assembled(numbers: Sequence[int], flaws: Sequence[str]) -> bytes:
    """Rows of orders in any order, some with a flaw, amounts right for as many rows as the order has."""
    counts = {number: numbers.count(number) for number in numbers}
    rows = []
    for place, number in enumerate(numbers):
        goods = 1000 * counts[number]
        cells = {
            "店舗伝票番号": f"A-{number}",
            "商品計": str(goods),
            "合計金額": str(goods + 550),
            "商品コード": f"{place}",
        }
        changes = {"date": {"受注日": "x"}, "number": {"店舗伝票番号": ""}, "buyer": {"受注名": "別人"}}
        rows.append(row(**cells) | changes.get(flaws[place], {}))
    lines = order_file(rows).split(b"\r\n")
    for place, flaw in enumerate(flaws[: len(numbers)], 1):
        if flaw == "cut":
            lines[place] = lines[place].rsplit(b",", 20)[0]
        if flaw == "quote":
            lines[place] = lines[place].replace("東京都".encode("cp932"), b'"', 1)
    return b"\r\n".join(lines)


@settings(deadline=None, max_examples=30)
@given(numbers=NUMBERS, flaws=FLAWS, rows=st.integers(1, 10))
def test_batches_together_say_what_the_whole_file_says(numbers: list[int], flaws: list[str], rows: int) -> None:
    data = assembled(numbers, flaws)
    whole = read(data, PROFILE)

    parts = list(read_batches(io.BytesIO(data), PROFILE, rows=rows))

    for name in ("orders", "lines", "refused", "repairs"):
        expected = getattr(whole, name)
        together = pl.concat([getattr(part, name) for part in parts])
        assert_frame_equal(together.sort(expected.columns[:4]), expected.sort(expected.columns[:4]))
    assert sum((part.counts for part in parts[1:]), parts[0].counts) == whole.counts


def test_no_order_is_split_between_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.intake.reading.LEAST_BLOCK", 1)
    numbers = [place // 3 for place in range(300)] + [7, 7]
    path = tmp_path / "orders.csv"
    path.write_bytes(assembled(numbers, [""] * 302))

    parts = list(read_batches(path, PROFILE, rows=10))

    found = [number for part in parts for number in part.orders["number"]]
    assert len(parts) > 20
    assert len(found) == len(set(found)) == 100
    assert parts[-1].orders["number"].to_list() == ["A-7"]
    assert parts[-1].lines.height == 5


# Records


def record(**facts: Any) -> dict[str, Any]:
    line = {"sku": "CHA-100", "name": "煎茶", "quantity": 2, "unit_price": Decimal("1000"), "tax_rate": 8}
    return {
        "number": "W-1",
        "ordered_at": datetime(2026, 10, 1, 3, 0, tzinfo=UTC),
        "ship_name": "佐藤 花子",
        "ship_postcode": "530-0001",
        "ship_address": "大阪府大阪市北区梅田1-2-3",
        "ship_phone": "06-6123-4567",
        "gift": True,
        "wished_date": date(2026, 10, 5),
        "lines": [line],
        **facts,
    }


def test_records_become_orders_through_the_same_checks() -> None:
    intake = from_records([record(postage=550), record(number="W-2", paid=True, status="paid")])

    assert intake.refused.is_empty()
    first, second = intake.orders.to_dicts()
    assert (first["total"], first["goods_8"], first["gift"]) == (2550, 2000, True)
    assert first["ordered_at"] == datetime(2026, 10, 1, 3, 0, tzinfo=UTC)
    assert (first["buyer_name"], first["ship_phone"]) == ("佐藤 花子", "+81661234567")
    assert (first["paid"], second["paid"]) == (False, True)


def test_what_is_wrong_with_a_record_is_told_by_its_place_and_field() -> None:
    line = {"sku": "CHA-100", "quantity": 1, "unit_price": 100}
    intake = from_records(
        [
            record(),
            record(number="W-2", ordered_at="yesterday"),
            record(number="W-3", lines=[line, {**line, "quantity": 0, "sku": ""}]),
            record(number="W-4", lines=[]),
            record(number="W-5", note="\ud800"),
            record(number="W-6", total=1),
        ]
    )

    assert intake.orders["number"].to_list() == ["W-1"]
    found = {(place, column, code) for place, column, _, code in reasons(intake)}
    assert {
        (2, "ordered_at", "broken_date"),
        (3, "lines[1].sku", "missing"),
        (3, "lines[1].quantity", "quantity_not_positive"),
        (4, "lines[0].sku", "missing"),
        (5, "", "broken_characters"),
        (6, "total", "order_total"),
    } <= found
    assert (intake.counts.rows, intake.counts.orders, intake.counts.refused_rows) == (6, 1, 5)


# Values


def test_moments_in_all_their_spellings() -> None:
    spellings = {
        "2026/10/01 12:34:56": datetime(2026, 10, 1, 3, 34, 56, tzinfo=UTC),
        "2026/1/1 9:05": datetime(2026, 1, 1, 0, 5, tzinfo=UTC),
        "２０２６／１０／０１": datetime(2026, 9, 30, 15, tzinfo=UTC),
        "2026-10-01 10:00:00 +0900": datetime(2026, 10, 1, 1, tzinfo=UTC),
        "2026-10-01 10:00:00 -0530": datetime(2026, 10, 1, 15, 30, tzinfo=UTC),
        "2026-10-01T01:00:00.123Z": datetime(2026, 10, 1, 1, tzinfo=UTC),
        "2026年10月5日(月) 9時5分30秒": datetime(2026, 10, 5, 0, 5, 30, tzinfo=UTC),
        "2026/02/30 10:00:00": None,
        "2026/10/01 25:00:00": None,
        "26/10/01": None,
        "46296.5": datetime(2026, 10, 1, 3, tzinfo=UTC),
        "46296": datetime(2026, 9, 30, 15, tzinfo=UTC),
        "20261001123456": datetime(2026, 10, 1, 3, 34, 56, tzinfo=UTC),
        "202610011234": datetime(2026, 10, 1, 3, 34, tzinfo=UTC),
        "20261001": datetime(2026, 9, 30, 15, tzinfo=UTC),
        "2026/10/1 93309": datetime(2026, 10, 1, 0, 33, 9, tzinfo=UTC),
        "2026-10-01T12:34:56+09:00": datetime(2026, 10, 1, 3, 34, 56, tzinfo=UTC),
        "20261301": None,
        "12345.5": None,
        "1234567": None,
        "": None,
    }
    assert moments(pl.Series(list(spellings)), "Asia/Tokyo").to_list() == list(spellings.values())


def test_dates_pass_over_the_time() -> None:
    assert dates(pl.Series(["2026/10/05", "2026-10-05 12:00", "10/05"])).to_list() == [date(2026, 10, 5)] * 2 + [None]


@given(st.integers(-(10**11) + 1, 10**11 - 1))
def test_yen_are_read_however_they_are_written(amount: int) -> None:
    spellings = [f"{amount}", f"{amount:,}", f"¥{amount:,}", f"{amount}円", f"{amount}.00", f" {amount}"]
    wide = str(amount).translate(str.maketrans("0123456789-", "０１２３４５６７８９−"))
    assert yen(pl.Series([*spellings, wide])).to_list() == [amount] * 7


def test_what_is_no_amount_is_none() -> None:
    assert yen(pl.Series(["1.5", "1e3", "千", "1" * 12, "--1", ""])).to_list() == [None] * 6
    assert price(pl.Series(["1.5", "1.505", "1.500"])).to_list() == [Decimal("1.5"), None, Decimal("1.5")]
    assert tax_rate(pl.Series(["0.1", "8%", "１０", "0", "5", ""])).to_list() == [10, 8, 10, 0, None, None]


def test_wished_times_come_to_the_slots_carriers_have() -> None:
    wishes = {
        "": "none",
        "指定なし": "none",
        "午前中": "am",
        "8時-12時": "am",
        "時間帯指定[14時-16時]": "14-16",
        "14:00～16:00": "14-16",
        "1618": "16-18",
        "18時〜20時": "18-20",
        "１９時から２１時まで": "19-21",
        "12-15": "other",
        "夜": "other",
        "Z": "18-21",
    }
    assert slots(pl.Series(list(wishes)), {"Z": "18-21"}).to_list() == list(wishes.values())


# Finding again


def test_an_order_is_found_by_what_a_person_would_type() -> None:
    order = sole(taken(row(受注メールアドレス="Taro+81@example.jp")))
    for typed in ("a-1", "山田太郎", "やまだ", "花子", "09012345678", "0661234567", "taro+81@"):
        assert text.search_key(typed) in order["search"]


def test_who_receives_is_not_written_twice_where_the_buyer_does() -> None:
    same = {"発送先名": "山田 太郎", "発送先カナ": "ヤマダ タロウ", "発送電話番号": "090-1234-5678"}
    order = sole(taken(row(**same)))
    assert order["search"].split("|") == ["a-1", "山田太郎", "ヤマダタロウ", "09012345678", "taro@example.jp"]


def test_a_column_in_several_pieces_is_read_as_one() -> None:
    pieces = [["2026/10/05"], [], ["2026/10/06 9:05", ""]]
    column = pl.concat([pl.Series(cells, dtype=pl.String) for cells in pieces], rechunk=False)
    assert dates(column).to_list() == [date(2026, 10, 5), date(2026, 10, 6), None]
    assert moments(column, "UTC").to_list()[1] == datetime(2026, 10, 6, 9, 5, tzinfo=UTC)
    assert slots(column, {}).to_list() == ["other", "other", "none"]
