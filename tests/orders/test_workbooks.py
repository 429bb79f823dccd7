"""Excel workbooks become orders by the same path as text, and a hostile one harms nobody."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from core.errors import Refused
from integrations.channels.nextengine.profile import PROFILE
from integrations.channels.nextengine.sample import HEADER, SHOP
from integrations.channels.samples import make
from orders.intake import Intake, mend_file, read, read_batches
from tests.factories.order_files import row
from tests.factories.workbooks import Cell, Formula, Number, from_text, workbook


def cells(**changes: Cell) -> list[Cell]:
    """A good order as the cells of a sheet, with these changed."""
    good: dict[str, Any] = {**row(), **changes}
    return [good.get(name, "") for name in HEADER]


def taken(*rows: list[Cell], above: int = 0) -> Intake:
    title: list[list[Cell]] = [["受注一覧 10月"], [], ["出力日", "2026/10/31"]]
    return read(workbook({"受注": [*title[:above], list(HEADER), *rows]}), PROFILE)


def sole(intake: Intake) -> dict[str, Any]:
    assert intake.refused.is_empty(), intake.refused.to_dicts()
    [order] = intake.orders.to_dicts()
    return order


def test_a_workbook_says_what_its_text_says() -> None:
    sample = make(SHOP, orders=400, seed=3, month="2026-10")
    rows = from_text(sample.data, "cp932", numbers=["商品計", "合計金額", "受注数量", "発送電話番号", "発送郵便番号"])
    text, book = read(sample.data, PROFILE), read(workbook({"受注": rows}), PROFILE)

    assert (book.layout.sheet, book.layout.encoding) == ("受注", "utf-8")
    assert book.orders.drop("row", "search", "ship_phone_text").equals(
        text.orders.drop("row", "search", "ship_phone_text")
    )
    assert book.lines.equals(text.lines)
    # A row that ends early has blank cells in a sheet.
    early = text.refused.filter(text.refused["code"] == "too_few_columns").height
    assert book.counts.refused_orders + early >= text.counts.refused_orders


def test_a_workbook_is_read_in_batches_too() -> None:
    sample = make(SHOP, orders=200, seed=3, month="2026-10")
    data = workbook({"受注": from_text(sample.data, "cp932")})
    parts = list(read_batches(io.BytesIO(data), PROFILE, rows=50))
    assert sum(part.counts.orders for part in parts) == read(data, PROFILE).counts.orders


def test_numbers_and_dates_of_excel_are_the_text_they_were_meant_to_be() -> None:
    order = sole(
        taken(
            cells(
                店舗伝票番号=Number("12345"),
                受注日=Number("46296.524259259", as_date=True),
                発送郵便番号=Number("600000"),
                発送先住所１="北海道札幌市中央区",
                発送電話番号=Number("9012345678"),
                日付指定=Number("46300"),
                合計金額=Number("1550.0"),
            )
        )
    )
    assert order["number"] == "12345"
    assert order["ordered_at"].isoformat() == "2026-10-01T03:34:56+00:00"
    assert (order["ship_postcode"], order["ship_phone"]) == ("0600000", "+819012345678")
    assert (order["wished_date"].isoformat(), order["total"]) == ("2026-10-05", 1550)


def test_rows_are_counted_as_excel_shows_them() -> None:
    intake = taken(cells(), [], cells(店舗伝票番号="A-2", 受注数量=Number("0")), above=3)
    assert intake.refused.select("row", "column", "code").rows() == [(7, "受注数量", "quantity_not_positive")]
    assert intake.orders["row"].to_list() == [5]


@pytest.mark.parametrize(
    ("name", "cell", "said"),
    [
        ("受注名", Formula("#N/A"), "#N/A"),
        ("商品価格", Formula("#REF!"), "#REF!"),
        ("備考", Formula(None), "#CALC!"),
    ],
)
def test_a_formula_that_came_to_nothing_is_refused_by_row_and_column(name: str, cell: Formula, said: str) -> None:
    intake = taken(cells(), cells(店舗伝票番号="A-2", **{name: cell}))
    assert intake.refused.select("row", "column", "value", "code", "number").rows() == [
        (3, name, said, "broken_formula", "A-2")
    ]
    assert intake.orders["number"].to_list() == ["A-1"]


def test_the_result_of_a_formula_is_what_counts() -> None:
    assert sole(taken(cells(合計金額=Formula("1550"))))["total"] == 1550


def test_a_number_too_long_for_excel_is_no_order_number() -> None:
    bent = taken(cells(店舗伝票番号=Number("1.2345678901234568E+17")))
    assert bent.refused["code"].to_list() == ["broken_order_number"]
    assert bent.refused["value"].to_list() == ["1.2345678901234568E+17"]


def test_the_first_sheet_with_the_right_header_is_taken() -> None:
    book = workbook(
        {
            "説明": [["このファイルの使い方"]],
            "控え": [list(HEADER), cells(店舗伝票番号="OLD")],
            "受注": [list(HEADER), cells()],
            "先月": [list(HEADER), cells(店舗伝票番号="A-9")],
        },
        hidden=["控え"],
    )
    intake = read(book, PROFILE)
    assert (intake.layout.sheet, intake.orders["number"].to_list()) == ("受注", ["A-1"])


def test_a_title_above_the_header_is_passed_over_in_text_too() -> None:
    text = ["受注一覧", "", ",".join(HEADER), ",".join(str(cell) for cell in cells(受注数量="0"))]
    assert read("\r\n".join(text).encode(), PROFILE).refused["row"].to_list() == [4]


def test_the_rows_to_mend_come_as_a_file_that_excel_opens_and_that_can_be_sent_again() -> None:
    data = workbook({"受注": [["題"], list(HEADER), cells(), cells(店舗伝票番号="A-2", 受注日="2026/13/45")]})
    intake = read(data, PROFILE)

    mended = mend_file(data, PROFILE, intake.refused)

    assert mended.startswith(b"\xef\xbb\xbf")
    assert "日付として読めません" in mended.decode()
    again = read(mended.replace(b"2026/13/45", b"2026/10/01"), PROFILE)
    assert again.orders["number"].to_list() == ["A-2"]


def bomb() -> bytes:
    """Two gigabytes of blanks in two megabytes, in a workbook that says it is small."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", "<Types/>")
        with parts.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(500):
                part.write(b" " * (1 << 20))
    return target.getvalue()


def far_corners() -> bytes:
    corner = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return workbook({"受注": corner})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (bomb, "workbook_too_large"),
        (far_corners, "workbook_too_large"),
        (lambda: workbook({"受注": [list(HEADER), cells()]})[:-200], "workbook_broken"),
        (lambda: workbook({"受注": [list(HEADER), cells()]})[:200], "workbook_broken"),
        (lambda: workbook({"受注": '<row r="1"><c r="A1"><v>1</c></row>'}), "workbook_broken"),
        (lambda: workbook({"受注": ""}), "empty_file"),
        (lambda: workbook({"在庫": [["品番", "数"], ["A", "1"]]}), "wrong_header"),
        (lambda: b"\xd0\xcf\x11\xe0" + bytes(600), "not_text"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_refused_with_a_sentence(data: Any, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        read(data(), PROFILE)
    assert refusal.value.code == code
    assert str(refusal.value).endswith(("。", "）。"))
