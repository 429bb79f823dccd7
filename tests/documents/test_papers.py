"""Every paper as its readers get it: what the PDF says, on which page, and what it does not hold."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from documents.kinds import KINDS
from documents.papers import PAPERS
from documents.typesetting import PAPERS as FOLDER
from documents.typesetting import compile_paper
from tests.factories import papers
from tests.factories.papers import TEMPLATES, item, paper, run, unpriced

AT = datetime(2026, 11, 27, tzinfo=UTC)

SAID: Mapping[str, tuple[str, ...]] = {
    "acknowledgement": ("注文請書", "お請けいたします", "ご注文金額（税込）¥9,770", "納入場所東京都港区"),
    "delivery_note": ("納品書", "髙橋𠮷子様", "合計金額（税込）¥9,770", "返品・交換について", "またのご利用を"),
    "inspection": ("検収書", "検収結果一部合格", "不合格の理由:箱の角に潰れ", "検収金額¥1,080", "承認"),
    "order_slip": ("受注伝票", "出荷前に確認が必要です住所", "購入者", "山田太郎様", "お届け先", "置き配希望"),
    "pick_list": ("ピッキングリスト", "A-01-03", "JAN4901234567894", "ロット2027-03", "NE-100234-1", "ギフト"),
    "purchase_order": (
        "発注書", "納期2026年12月20日", "納入場所東日本物流センター", "検査完了日2026年12月25日",
        "支払期日2027年1月31日", "支払方法銀行振込", "発注日2026年11月27日", "有償支給原材料", "陶土",
        "定められない事項", "振込手数料は当社が負担します", "発注金額（税込）¥98,000", "第4条に基づく明示",
    ),
    "project_report": (
        "作業報告書", "2026年11月", "受注管理の導入支援", "当月の作業時間12.25時間", "▲0.25", "検収済み", "1,204件",
    ),
    "quote": ("見積書", "有効期限2026年12月25日", "納期ご注文後30日", "前回のお見積りからの変更", "再発行第2版"),
    "receipt": ("領収書", "適格簡易請求書", "￥9,770―", "但しお品代として", "登録番号T7000012050002", "8%対象※"),
    "ship_order": ("出荷指示書", "注意", "のし:御歳暮", "CHA-001", "検品", "合計2点"),
}  # fmt: skip
NO_GOODS = ("pick_list", "inspection", "ship_order", "project_report")
"""Papers whose lines are a table of their own."""


def printed(template: str, *made: Mapping[str, Any], **sender: Any) -> bytes:
    return compile_paper(template, run(*(made or (paper(template),)), **sender), issued_at=AT)


def pages(pdf: bytes) -> list[str]:
    """The text of each page, without the spaces that layout puts between words."""
    return [re.sub(r"\s+", "", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def text(template: str, *made: Mapping[str, Any], **sender: Any) -> str:
    return "".join(pages(printed(template, *made, **sender)))


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_paper_says_everything_it_is_for(template: str) -> None:
    said = text(template)

    for needed in (*SAID[template], "青山茶舗株式会社", "1/1"):
        assert needed in said


def test_every_paper_has_a_template_a_shape_and_a_kind_of_document() -> None:
    assert {one.template for one in PAPERS.values()} == set(TEMPLATES)
    assert set(PAPERS) <= set(KINDS)
    for template in TEMPLATES:
        assert (FOLDER / f"{template}.typ").is_file()
        assert (FOLDER / f"{template}.py").is_file()


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_paper_is_for_the_archive_and_for_screen_readers(template: str) -> None:
    reader = PdfReader(io.BytesIO(printed(template, logo=papers.LOGO, logo_format="svg", seal=papers.png())))

    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert root["/Lang"] == "ja-JP"  # type: ignore[index]
    xmp = reader.xmp_metadata
    assert xmp is not None
    declared = xmp.stream.get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in declared
    assert "<pdfuaid:part>1</pdfuaid:part>" in declared


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_paper_shows_an_empty_box_for_a_name(template: str) -> None:
    assert "〓" not in text(template)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_paper_issued_again_says_which_revision_it_is(template: str) -> None:
    assert "再発行第3版" in text(template, paper(template, revision=3))
    assert "再発行" not in text(template, paper(template, revision=1))


@pytest.mark.parametrize("template", [one for one in TEMPLATES if one not in NO_GOODS])
def test_forty_lines_go_on_with_their_head_and_end_with_their_sums(template: str) -> None:
    goods = [item(nth, name=f"とても長い商品名の深蒸し煎茶 桐箱入り 贈答用 その{nth}番") for nth in range(1, 41)]

    said = pages(printed(template, paper(template, items=goods, revision=1)))

    assert len(said) > 1
    for number, page in enumerate(said, 1):
        assert f"{number}/{len(said)}" in page
        assert ("次ページに続く" in page) == (number < len(said))
        assert ("No.商品数量単価金額税率" in page) == bool(re.search(r"その\d+番", page))
    label = next(one.label for one in PAPERS.values() if one.template == template)
    assert all(page.startswith(f"{label}{papers.paper(template)['number']}") for page in said[1:])
    whole = "".join(said)
    places = [whole.index(f"その{nth}番") for nth in range(1, 41)]
    assert places == sorted(places)


def test_without_prices_none_is_in_the_file() -> None:
    plain = {
        key: value
        for key, value in paper("delivery_note", priced=False, items=[unpriced(1), unpriced(2)]).items()
        if key not in ("total", "sums", "breakdown")
    }

    said = text("delivery_note", plain)

    assert "深蒸し煎茶その2" in said
    assert "合計4点" in said
    for price in ("¥", "1,080", "単価", "税率", "合計金額"):
        assert price not in said


def test_many_papers_are_numbered_each_by_itself() -> None:
    goods = [item(nth) for nth in range(1, 41)]
    made = [
        paper("delivery_note", number="A-1"),
        paper("delivery_note", number="B-1", items=goods),
        paper("delivery_note", number="C-1"),
    ]

    said = pages(printed("delivery_note", *made))

    long = len(said) - 2
    assert [re.findall(r"(\d+)/(\d+)", page)[-1] for page in said] == [
        ("1", "1"),
        *((str(nth), str(long)) for nth in range(1, long + 1)),
        ("1", "1"),
    ]
    assert "A-1" in said[0]
    assert said[2].startswith("納品書B-1")
    assert "C-1" in said[-1]


def test_each_paper_of_a_file_has_its_own_sender() -> None:
    data = run(paper("order_slip", number="A"), paper("order_slip", number="B", sender="2"))
    data["senders"]["2"] = {**papers.SENDER, "name": "青山ティーサロン"}

    first, second = pages(compile_paper("order_slip", data, issued_at=AT))

    assert "青山茶舗" in first
    assert "青山ティーサロン" not in first
    assert "青山ティーサロン" in second


def test_pictures_are_in_the_file_where_they_belong() -> None:
    seal = papers.png(8, 8)

    with_both = PdfReader(io.BytesIO(printed("receipt", logo=papers.png(), logo_format="png", seal=seal)))
    note = PdfReader(io.BytesIO(printed("delivery_note", logo=papers.png(), logo_format="png", seal=seal)))

    assert len(with_both.pages[0].images) == 2
    assert len(note.pages[0].images) == 1  # a delivery note carries no seal


@pytest.mark.parametrize("template", TEMPLATES)
def test_very_long_names_and_addresses_stay_on_the_page(template: str) -> None:
    name = "独立行政法人国際文化芸術交流推進機構附属東京総合研究開発センター第二営業企画本部髙﨑太郎左衛門"
    address = "北海道空知郡中富良野町字中富良野基線北十五号五千九百九十九番地九九九グランドメゾン弐番館1203号室" * 2
    party = {"name": name, "honorific": "様", "postcode": "0710700", "address": address}
    long = paper(template)
    long |= {key: party for key in ("recipient", "buyer") if key in long}

    pdf = printed(template, long, name=name, address=address)

    for page in PdfReader(io.BytesIO(pdf)).pages:
        assert float(page.mediabox.width) == pytest.approx(595.28, abs=0.1)
    if "recipient" in long:
        assert name in "".join(pages(pdf))


def test_who_is_not_registered_never_calls_a_receipt_qualified() -> None:
    said = text("receipt", registration="")

    assert "適格" not in said
    assert "登録番号" not in said


def test_the_stamp_duty_is_spoken_of_for_cards_alone() -> None:
    assert "収入印紙は貼付しておりません" in text("receipt")
    assert "収入印紙" not in text("receipt", paper("receipt", by_card=False))


def test_a_purchase_order_without_inspection_says_so() -> None:
    assert "検査完了日検査なし" in text("purchase_order", paper("purchase_order", inspected_by=None))


@pytest.mark.parametrize("missing", ["deliver_to", "deliver_by", "payment", "ordered_on", "inspected_by", "materials"])
def test_a_purchase_order_that_lacks_what_the_law_asks_for_cannot_be_made(missing: str) -> None:
    import typst

    made = paper("purchase_order")
    del made[missing]

    with pytest.raises(typst.TypstError):
        printed("purchase_order", made)


def test_a_list_without_locations_has_no_column_for_them() -> None:
    made = paper("pick_list", located=False)

    assert "ロケーション" not in text("pick_list", made)
    assert "ロケーション" in text("pick_list")
