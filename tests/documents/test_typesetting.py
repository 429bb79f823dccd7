"""Papers as their readers get them: what the PDF says, looks up and carries."""

from __future__ import annotations

import io
import os
import re
import struct
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import pytest
from pypdf import PdfReader

from documents.papers import invoice as paper
from documents.papers.invoice import Invoice, Line, Step
from documents.typesetting import Attachment, compile_paper

AT = datetime(2026, 10, 31, 15, tzinfo=UTC)


def red_square() -> bytes:
    """A PNG of one red pixel."""
    chunks = (
        (b"IHDR", struct.pack(">LLBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\x00\xff\x00\x00")),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(body)) + name + body + struct.pack(">L", zlib.crc32(name + body)) for name, body in chunks
    )


def line(description: str = "受注処理料", amount: int = 1500, **more: object) -> Line:
    plain = {"quantity": 10, "unit": "件", "unit_price": 150, "rate": 10}
    return cast(Line, {"description": description, "amount": amount, **plain, **more})


def invoice(*lines: Line, **changes: object) -> Invoice:
    """An invoice of those lines; changes replace parts of it, those of recipient and issuer part by part."""
    made: dict[str, Any] = {
        "number": "INV-2026-00042",
        "issued_on": date(2026, 10, 31),
        "subject": "2026年10月分 受注・出荷代行業務",
        "recipient": {
            "name": "株式会社𠮷野家具",
            "postcode": "150-0001",
            "address": ["東京都渋谷区神宮前一丁目5番8号"],
        },
        "issuer": {
            "name": "東日本フルフィルメント株式会社",
            "registration": "T7000012050002",
            "postcode": "135-0061",
            "address": ["東京都江東区豊洲三丁目2番24号"],
            "phone": "03-1234-5678",
        },
        "period": {"first": date(2026, 10, 1), "last": date(2026, 10, 31)},
        "due_on": date(2026, 11, 30),
        "lines": lines or [line()],
        "breakdown": [{"rate": 10, "base": 1500, "tax": 150}],
        "tax_included": False,
        "subtotal": 1500,
        "tax": 150,
        "total": 1650,
        "accounts": [
            {
                "bank": "みずほ銀行",
                "branch": "豊洲支店",
                "kind": "普通",
                "number": "1234567",
                "holder": "ヒガシニホン（カ",
            }
        ],
        "payment_note": "振込手数料は貴社にてご負担ください。",
        "notes": "ご不明な点は担当までご連絡ください。",
    }
    for name, value in changes.items():
        made[name] = {**made[name], **value} if name in {"recipient", "issuer"} and isinstance(value, dict) else value
    return cast(Invoice, made)


def printed(data: Invoice, attachments: Sequence[Attachment] = ()) -> bytes:
    return compile_paper(paper.TEMPLATE, data, issued_at=AT, attachments=attachments)


def pages(pdf: bytes) -> list[str]:
    """The text of each page, without the spaces that layout puts between words."""
    return [re.sub(r"\s+", "", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def root(pdf: bytes) -> Any:
    """The PDF's catalogue, to look things up in."""
    return PdfReader(io.BytesIO(pdf)).trailer["/Root"]


def text(data: Invoice) -> str:
    return "".join(pages(printed(data)))


def test_everything_the_law_asks_for_is_on_it() -> None:
    said = text(invoice())

    for required in (
        "東日本フルフィルメント株式会社",
        "登録番号T7000012050002",
        "2026年10月1日〜2026年10月31日",
        "受注処理料",
        "10%対象1,500150",
        "株式会社𠮷野家具御中",
    ):
        assert required in said


def test_everything_a_payer_needs_is_on_it() -> None:
    said = text(invoice())

    for needed in (
        "請求書適格請求書",
        "請求番号INV-2026-00042",
        "発行日2026年10月31日",
        "件名2026年10月分受注・出荷代行業務",
        "お支払期限2026年11月30日",
        "ご請求金額（税込）¥1,650",
        "1受注処理料10件1501,50010%",
        "小計（税抜）¥1,500",
        "消費税額¥150",
        "合計（税込）¥1,650",
        "みずほ銀行豊洲支店普通1234567",
        "口座名義ヒガシニホン（カ",
        "振込手数料は貴社にてご負担ください。",
        "備考ご不明な点は",
        "〒135-0061東京都江東区豊洲三丁目2番24号",
        "TEL03-1234-5678",
        "1/1",
    ):
        assert needed in said


def test_who_is_not_registered_never_calls_it_qualified() -> None:
    pdf = printed(invoice(issuer={"registration": ""}))

    said = "".join(pages(pdf))
    assert "請求書" in said
    assert "10%対象1,500150" in said
    for word in ("適格", "登録番号", "T7000012050002"):
        assert word not in said
        assert word not in str(PdfReader(io.BytesIO(pdf)).metadata)


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ({}, "株式会社𠮷野家具御中"),
        ({"department": "経理部"}, "株式会社𠮷野家具経理部御中"),
        ({"department": "経理部", "person": "髙橋花子"}, "株式会社𠮷野家具経理部髙橋花子様"),
    ],
)
def test_one_honorific_stands_after_the_last_name(to: dict[str, str], said: str) -> None:
    whole = text(invoice(recipient=to))

    assert said in whole
    assert whole.count("御中") + whole.count("様") == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "¥0"),
        (999, "¥999"),
        (1_000, "¥1,000"),
        (123_456, "¥123,456"),
        (1_234_567_890_123, "¥1,234,567,890,123"),
        (-1, "▲¥1"),
        (-123_456, "▲¥123,456"),
    ],
)
def test_yen_are_written_as_people_read_them(value: int, said: str) -> None:
    assert f"ご請求金額（税込）{said}" in text(invoice(total=value))


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        (Decimal("12.50"), "12.5"),
        (Decimal("1234.125"), "1,234.125"),
        (Decimal("3E+4"), "30,000"),
        (Decimal("0.1"), "0.1"),
        (-3, "▲3"),
        (None, ""),
    ],
)
def test_quantities_keep_their_decimals(quantity: Decimal | int | None, said: str) -> None:
    assert f"受注処理料{said}件150" in text(invoice(line(quantity=quantity)))


def test_the_reduced_rate_is_marked_and_explained() -> None:
    data = invoice(
        line("食品の保管"),
        line("弁当", rate=8, reduced=True),
        line("切手", rate=None),
        breakdown=[
            {"rate": 10, "base": 1500, "tax": 150},
            {"rate": 8, "base": 1500, "tax": 120, "reduced": True},
            {"rate": None, "base": 1500, "tax": 0},
        ],
    )

    said = text(data)

    assert "弁当※" in said
    assert "食品の保管※" not in said
    assert "8%対象※1,500120" in said
    assert "対象外1,500–" in said
    assert "※は軽減税率対象です。" in said
    assert "※" not in text(invoice())


def test_amounts_that_contain_the_tax_say_so() -> None:
    included, excluded = text(invoice(tax_included=True)), text(invoice())

    assert "金額（税込）" in included
    assert "うち消費税額" in included
    assert "税抜" not in included
    assert "金額（税抜）" in excluded


def test_a_long_invoice_carries_its_head_and_page_numbers_along() -> None:
    lines = [line(f"明細その{number}番") for number in range(1, 201)]

    said = pages(printed(invoice(*lines)))

    assert len(said) > 4
    for number, page in enumerate(said, 1):
        assert f"{number}/{len(said)}" in page
        assert ("次ページに続く" in page) == (number < len(said))
        assert ("No.内容数量単位単価金額（税抜）税率" in page) == ("明細その" in page)
    for page in said[1:]:
        assert page.startswith("請求書INV-2026-00042株式会社𠮷野家具")
    whole = "".join(said)
    places = [whole.index(f"明細その{number}番") for number in range(1, 201)]
    assert places == sorted(places)
    assert whole.count("合計（税込）") == 1


@pytest.mark.parametrize("count", range(18, 34))
def test_the_totals_are_never_torn_apart(count: int) -> None:
    said = pages(printed(invoice(*[line() for _ in range(count)])))

    with_parts = [
        number
        for number, page in enumerate(said)
        for part in ("小計（税抜）", "合計（税込）", "お振込先")
        if part in page
    ]
    assert len(set(with_parts)) == 1


def test_how_a_line_came_about_stands_in_the_annex() -> None:
    because: list[Step] = [
        {"label": "出荷数", "quantity": 110, "unit": "件"},
        {"label": "無料枠を超える分", "quantity": 10, "unit": "件", "unit_price": 150, "amount": 1500},
    ]

    said = pages(printed(invoice(line("固定料"), line("超過料", because=because))))

    assert len(said) == 2
    assert "明細の根拠" in said[1]
    assert "2超過料¥1,500" in said[1]
    assert "無料枠を超える分10件1501,500" in said[1]
    assert "固定料" not in said[1]
    assert "明細の根拠" not in text(invoice())


def test_an_explanation_longer_than_a_page_goes_on() -> None:
    because: list[Step] = [{"label": f"第{number}段", "amount": number} for number in range(1, 121)]

    said = pages(printed(invoice(line(because=because))))

    assert len(said) >= 3
    assert "第120段120" in "".join(said)


def test_long_remarks_go_on_too() -> None:
    said = pages(printed(invoice(notes="とても長い備考です。" * 400)))

    assert "".join(said).count("とても長い備考です。") > 300
    assert len(said) >= 2


def test_what_people_typed_is_text_and_never_typesetting() -> None:
    typed = '#panic("x") *太字* $1+1$ <label> @ref \\ "引用" [括弧] // 注 {}'

    assert re.sub(r"\s+", "", typed) in text(invoice(line(typed), subject=typed, notes=typed))


def test_rare_characters_are_shown_and_unknown_ones_leave_a_mark() -> None:
    said = text(invoice(line("髙﨑㈱①𩸽㌔ｶﾅ\ufa19社📦❤️≒\x07\u202e終")))

    assert "髙﨑㈱①𩸽㌔ｶﾅ\ufa19社〓〓≈終" in said


def test_the_same_data_gives_the_same_bytes() -> None:
    assert printed(invoice()) == printed(invoice())
    assert printed(invoice()) != printed(invoice(total=1651))


def test_it_is_made_for_the_archive_and_for_everybody() -> None:
    pdf = printed(invoice())
    reader = PdfReader(io.BytesIO(pdf))

    xmp = root(pdf)["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert root(pdf)["/Lang"] == "ja-JP"
    assert reader.metadata is not None
    assert reader.metadata.title == "請求書 INV-2026-00042"
    assert reader.metadata.author == "東日本フルフィルメント株式会社"
    assert reader.metadata.creation_date == AT
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]


def test_every_font_is_ours_and_inside() -> None:
    page: Any = PdfReader(io.BytesIO(printed(invoice(line("𠮷 Αβγ Яж 한"))))).pages[0]

    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]

    assert fonts
    for font in fonts:
        descendant = font["/DescendantFonts"][0].get_object()
        assert re.search("Noto(Sans|Serif)JP", descendant["/BaseFont"])
        assert "/FontFile3" in descendant["/FontDescriptor"]


def test_files_travel_inside() -> None:
    xml = Attachment("invoice.xml", "application/xml", "<Invoice>請求</Invoice>", "JP PINT")

    pdf = printed(invoice(), [xml])

    assert PdfReader(io.BytesIO(pdf)).attachments["invoice.xml"] == ["<Invoice>請求</Invoice>".encode()]
    (specification,) = root(pdf)["/AF"]
    assert specification.get_object()["/AFRelationship"] == "/Data"


def test_a_seal_is_pressed_on_where_there_is_one() -> None:
    sealed, plain = (
        PdfReader(io.BytesIO(printed(invoice(issuer=issuer)))).pages[0] for issuer in ({"seal": red_square()}, {})
    )

    assert len(sealed.images) == 1
    assert len(plain.images) == 0


def test_threads_take_turns() -> None:
    wanted = [printed(invoice(total=total)) for total in range(8)]

    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda total: printed(invoice(total=total)), range(8)))

    assert got == wanted


def test_a_forked_child_is_told_instead_of_waiting_for_ever() -> None:
    printed(invoice())

    child = os.fork()
    if child == 0:
        try:
            printed(invoice())
        except RuntimeError:
            os._exit(7)
        os._exit(0)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


@pytest.mark.parametrize("value", [1.5, object(), {1, 2}, Decimal("NaN")])
def test_data_that_would_be_printed_wrongly_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="cannot hold"):
        printed(invoice(subject=value))
