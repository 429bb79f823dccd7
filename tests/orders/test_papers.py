"""Papers of orders and shipments: what they say, what they leave out, how they are numbered and issued again."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from core import scope
from core.batches import Outcome
from core.errors import Refused
from core.jobs.models import Job
from documents.models import Document, IssuedPaper, PrintRun
from documents.services import issuing, letterheads, open_content
from orders.models import Line, Order, Shipment
from orders.services import papers, shipping
from orders.services.cancelling import cancel
from tests.conftest import OPERATOR
from tests.factories import operations, orders
from tests.factories.people import client_person, login, staff

At = Callable[[str], datetime]
NOON = orders.MORNING

pytestmark = pytest.mark.django_db


def lettered(**changes: Any) -> None:
    """Give the client a letterhead."""
    texts = {
        "name": "青山茶舗株式会社",
        "registration": "T7000012050002",
        "address": "東京都渋谷区神宮前1-5-8",
        "receipt_for": "お茶代として",
        "greeting": "このたびはありがとうございます。",
        "return_policy": "到着後7日以内にご連絡ください。",
        **{name: value for name, value in changes.items() if name != "show_prices"},
    }
    letterheads.change(texts, show_prices=changes.get("show_prices", True), pictures_given={}, actor=OPERATOR, at=NOON)


def paid(**fields: Any) -> Order:
    """A paid order of two pieces at the reduced rate and one at the standard rate, with carriage and a coupon."""
    usual: dict[str, Any] = {
        "payment": Order.PAID,
        "payment_method": "クレジットカード",
        "goods_total": Decimal(3000),
        "postage": Decimal(550),
        "discount": Decimal(355),
        "total": Decimal(3195),
        "units": (2, 1),
    }
    order = orders.order(**{**usual, **fields})
    Line.objects.filter(order=order, position=1).update(tax_rate=8, name="深蒸し煎茶")
    return order


def issued(kind: str, *subjects: int, at: datetime = NOON) -> list[IssuedPaper]:
    made, outcome = papers.issue(kind, subjects, actor=OPERATOR, at=at)
    assert not outcome.refused, outcome.reasons()
    return made


def content(document: Document | None) -> bytes:
    assert document is not None
    with open_content(document) as stream:
        return stream.read()


def pages(document: Document | None) -> list[str]:
    """The text of each page, without the spaces that layout puts between words."""
    reader = PdfReader(io.BytesIO(content(document)))
    return [re.sub(r"\s+", "", page.extract_text()) for page in reader.pages]


def text(paper: IssuedPaper) -> str:
    return "".join(pages(paper.document))


def everything(document: Document | None) -> str:
    """Whatever a reader of the file could find: its text, its metadata, and its attachments' names."""
    reader = PdfReader(io.BytesIO(content(document)))
    xmp = reader.xmp_metadata
    return "".join(pages(document)) + str(reader.metadata) + (xmp.stream.get_data().decode() if xmp else "")


def test_a_delivery_note_comes_from_the_client_and_names_nobody_else(acme: str) -> None:
    lettered()
    order = paid(ship_name="髙橋 𠮷子", buyer_name="山田 太郎")
    (shipment,) = orders.released(order.pk)

    (note,) = issued("delivery_note", shipment)

    said = text(note)
    for needed in ("納品書", "髙橋𠮷子様", "青山茶舗株式会社", "登録番号T7000012050002", "山田太郎様", "¥3,195"):
        assert needed in said
    for stranger in (OPERATOR.name, "受注花子", "フルフィルメント"):
        assert stranger not in re.sub(r"\s", "", everything(note.document))


def test_a_gift_has_no_price_anywhere_in_the_file(acme: str) -> None:
    lettered()
    order = paid(is_gift=True, message="お誕生日おめでとう", buyer_name="山田 太郎")
    (shipment,) = orders.released(order.pk)

    (note,) = issued("delivery_note", shipment)

    found = everything(note.document)
    assert "お誕生日おめでとう" in found
    assert "深蒸し煎茶" in found
    for price in ("1,000", "2,000", "3,195", "550", "¥", "合計金額"):
        assert price not in found
    assert "amount" not in str(note.data)
    assert "price" not in str(note.data).replace("priced", "")
    assert note.document.amount is None


def test_a_client_may_leave_the_prices_off_every_note(acme: str) -> None:
    lettered(show_prices=False)
    (shipment,) = orders.released(paid().pk)

    assert "¥" not in text(issued("delivery_note", shipment)[0])


def test_a_part_of_an_order_costs_what_it_holds(acme: str) -> None:
    lettered()
    order = paid()
    lines = {line.position: line.pk for line in order.lines.all()}
    shipping.release([order.pk], quantities={lines[1]: 1}, actor=OPERATOR, at=NOON)
    shipment = Shipment.objects.get(order=order)

    (note,) = issued("delivery_note", shipment.pk)

    assert "今回お届け分の商品代金¥1,000" in text(note)
    assert note.document.amount == 1000
    assert "¥3,195" not in text(note)


def test_a_receipt_says_what_the_tax_office_and_the_buyer_ask_for(acme: str) -> None:
    lettered()
    order = paid(buyer_name="山田 太郎")

    (receipt,) = issued("buyer_receipt", order.pk)

    said = text(receipt)
    for needed in (
        "領収書適格簡易請求書",
        "山田太郎様",
        "￥3,195―",
        "但しお茶代として",
        "R-2026-00001",
        "登録番号T7000012050002",
        "クレジットカードでのお支払いのため、収入印紙は貼付しておりません。",
        "※は軽減税率（8%）対象です。",
    ):
        assert needed in said
    assert "再発行" not in said
    parts = receipt.data["breakdown"]
    assert sum(part["base"] for part in parts) == 3195
    assert [(part["rate"], part["base"], part["tax"]) for part in parts] == [(10, 1395, 126), (8, 1800, 133)]
    document = receipt.document
    assert (document.kind, document.direction, document.counterparty) == ("buyer_receipt", "outward", "山田 太郎")
    assert (document.amount, document.order_id) == (Decimal(3195), order.pk)
    assert document.transaction_date == date(2026, 10, 1)


def test_who_is_not_registered_gives_no_qualified_receipt(acme: str) -> None:
    lettered(registration="")

    said = text(issued("buyer_receipt", paid().pk)[0])

    assert "適格" not in said
    assert "登録番号" not in said


def test_a_paper_issued_again_is_the_next_revision_and_says_so(acme: str, at: At) -> None:
    lettered()
    order = paid(buyer_name="山田 太郎")
    (first,) = issued("buyer_receipt", order.pk)
    before = content(first.document)

    Order.objects.filter(pk=order.pk).update(buyer_name="株式会社山田商店")
    (second,) = issued("buyer_receipt", order.pk, at=at("2026-10-05 10:00"))

    assert (second.number, second.revision) == (first.number, 2)
    assert "再発行第2版" in text(second)
    assert "株式会社山田商店" in text(second)
    assert second.document.supersedes_id == first.document_id
    assert content(Document.objects.get(pk=first.document_id)) == before


def test_an_issued_paper_keeps_the_letterhead_it_was_made_with(acme: str) -> None:
    lettered(name="青山茶舗株式会社")
    order = paid()
    (slip,) = issued("order_slip", order.pk)
    lettered(name="青山ティーサロン株式会社")

    run = papers.ask_for_print("order_slip", [order.pk], actor=OPERATOR, at=NOON)
    papers.fulfil(run.pk, at=NOON)

    run.refresh_from_db()
    assert "青山茶舗株式会社" in pages(run.document)[0]
    assert "青山ティーサロン株式会社" in text(issued("order_slip", order.pk)[0])
    assert slip.letterhead.name == "青山茶舗株式会社"


def test_receipts_are_numbered_without_gaps(acme: str) -> None:
    good, unpaid, last = paid(), paid(payment=Order.UNPAID), paid()

    made, outcome = papers.issue("buyer_receipt", [good.pk, unpaid.pk, last.pk], actor=OPERATOR, at=NOON)

    assert [paper.number for paper in made] == ["R-2026-00001", "R-2026-00002"]
    assert "入金が確認できていない" in str(outcome.refused[unpaid.pk])


def test_a_number_is_given_back_where_nothing_was_issued(acme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    order = paid()
    with monkeypatch.context() as broken, pytest.raises(OSError, match="full"), transaction.atomic():
        broken.setattr(issuing, "file_all", lambda *_args, **_more: (_ for _ in ()).throw(OSError("full")))
        issued("buyer_receipt", order.pk)

    assert issued("buyer_receipt", order.pk)[0].number == "R-2026-00001"


def test_each_client_counts_for_itself(db: None) -> None:
    for code in ("acme", "bravo"):
        with scope.client(code):
            assert issued("buyer_receipt", paid().pk)[0].number == "R-2026-00001"


def test_cancelled_orders_have_no_papers_and_what_is_left_costs_less(acme: str) -> None:
    gone, part = paid(), paid()
    cancel([gone.pk], by="operator", reason="-", actor=OPERATOR, at=NOON)
    Line.objects.filter(order=part, position=2).update(cancelled=1, allocated=0)

    made, outcome = papers.issue("acknowledgement", [gone.pk, part.pk], actor=OPERATOR, at=NOON)

    assert set(outcome.refused) == {gone.pk}
    assert "キャンセル分▲¥1,000" in text(made[0])
    assert "¥2,195" in text(made[0])


def test_prices_without_tax_are_brought_to_prices_with_it(acme: str) -> None:
    order = paid(
        tax=Decimal(260), goods_total=Decimal(3000), discount=Decimal(0), postage=Decimal(0), total=Decimal(3260)
    )

    (receipt,) = issued("buyer_receipt", order.pk)

    assert [(part["rate"], part["base"]) for part in receipt.data["breakdown"]] == [(10, 1100), (8, 2160)]


def test_the_order_slip_and_the_shipping_order_say_what_to_mind(acme: str) -> None:
    lettered()
    order = orders.order(
        number="NE-77", is_gift=True, noshi="御歳暮", wrapping="和紙", message="どうぞ", staff_note="割れ物",
        verifications=["address"],
    )  # fmt: skip
    slip = text(issued("order_slip", order.pk)[0])
    assert "出荷前に確認が必要です" in slip
    assert "のし:御歳暮" in slip

    other = orders.order(number="NE-78", is_gift=True, noshi="御歳暮", message="どうぞ", staff_note="割れ物")
    (shipment,) = orders.released(other.pk)
    order_to_ship = text(issued("ship_order", shipment)[0])
    for needed in ("NE-78-1", "納品書に価格を載せない", "メッセージを同梱", "のし:御歳暮", "割れ物", "SKU-1"):
        assert needed in order_to_ship


def test_many_are_printed_in_the_order_asked_for_and_once_each(acme: str) -> None:
    lettered()
    made = [paid() for _nth in range(5)]
    shipments = {order.pk: orders.released(order.pk)[0] for order in made}
    asked = [shipments[order.pk] for order in (made[3], made[0], made[4], made[1], made[2])]
    early = issued("delivery_note", asked[2])[0]

    run = papers.ask_for_print("delivery_note", asked, actor=OPERATOR, at=NOON)
    papers.fulfil(run.pk, at=NOON)
    papers.fulfil(run.pk, at=NOON)

    run.refresh_from_db()
    numbers = [f"{made[nth].number}-1" for nth in (3, 0, 4, 1, 2)]
    said = pages(run.document)
    assert len(said) == 5
    assert "<pdfaid:part>3</pdfaid:part>" in everything(run.document)
    assert all(number in page for number, page in zip(numbers, said, strict=True))
    assert all("1/1" in page for page in said)
    assert IssuedPaper.objects.filter(kind="delivery_note").count() == 5
    assert IssuedPaper.objects.get(subject_id=asked[2]).pk == early.pk
    assert Document.objects.filter(kind="delivery_note").count() == 5


def test_receipts_are_never_printed_twice_by_the_batch(acme: str) -> None:
    first, second = paid(), paid()
    issued("buyer_receipt", first.pk)

    run = papers.ask_for_print("buyer_receipt", [first.pk, second.pk], actor=OPERATOR, at=NOON)
    papers.fulfil(run.pk, at=NOON)

    run.refresh_from_db()
    assert run.papers == 1
    assert set(run.skipped) == {str(first.pk)}
    assert len(pages(run.document)) == 1


def test_a_run_of_nothing_ends_and_says_why(acme: str) -> None:
    order = paid(payment=Order.UNPAID)

    run = papers.ask_for_print("buyer_receipt", [order.pk], actor=OPERATOR, at=NOON)
    papers.fulfil(run.pk, at=NOON)

    run.refresh_from_db()
    assert (run.state, run.document_id) == (PrintRun.EMPTY, None)
    assert str(order.pk) in run.skipped


def test_more_than_a_thousand_are_refused(acme: str) -> None:
    with pytest.raises(Refused, match="1,000件まで") as refusal:
        papers.ask_for_print("order_slip", list(range(1, 1002)), actor=OPERATOR, at=NOON)
    assert refusal.value.code == "too_many"
    assert not PrintRun.objects.exists()


@pytest.mark.parametrize("kind", ["buyer_quote", "invoice", "nonsense"])
def test_a_paper_that_comes_from_no_order_is_refused(acme: str, kind: str) -> None:
    with pytest.raises(Refused):
        papers.issue(kind, [1], actor=OPERATOR, at=NOON)
    with pytest.raises(Refused):
        papers.ask_for_print(kind, [1], actor=OPERATOR, at=NOON)


def test_papers_cost_the_same_queries_for_one_and_for_three(acme: str) -> None:
    lettered()
    counts = []
    for many in (1, 3, 4):
        keys = [paid().pk for _nth in range(many)]
        with CaptureQueriesContext(connection) as queries:
            issued("buyer_receipt", *keys)
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]


# The pages


@pytest.fixture
def owner(db: None) -> Client:
    return login(Client(), client_person("owner"), "acme")


def test_a_paper_is_issued_and_issued_again_from_the_order(owner: Client) -> None:
    with scope.client("acme"):
        order = paid(number="A-1")

    page = owner.post("/orders/papers/issue", {"kind": "buyer_receipt", "selected": order.pk}, follow=True)
    assert "「領収書 R-2026-00001」を発行しました。" in page.content.decode()
    owner.post("/orders/papers/issue", {"kind": "buyer_receipt", "selected": order.pk})

    shown = owner.get(f"/orders/{order.pk}").content.decode()
    assert "R-2026-00001" in shown
    assert "第2版" in shown
    assert "領収書 R-2026-00001（第2版）" in shown


def test_what_cannot_be_issued_is_said(owner: Client) -> None:
    with scope.client("acme"):
        order = paid(payment=Order.UNPAID)

    page = owner.post("/orders/papers/issue", {"kind": "buyer_receipt", "selected": order.pk}, follow=True)

    assert "入金が確認できていない" in page.content.decode()


def test_a_neighbours_order_has_no_paper_here(owner: Client) -> None:
    with scope.client("bravo"):
        order = paid()
        (paper,) = issued("buyer_receipt", order.pk)

    owner.post("/orders/papers/issue", {"kind": "buyer_receipt", "selected": order.pk})

    with scope.client("acme"):
        assert not IssuedPaper.objects.exists()
    with scope.client("bravo"):
        assert IssuedPaper.objects.count() == 1
    assert owner.get(f"/documents/{paper.document_id}").status_code == 404


def test_who_may_only_read_issues_nothing(db: None) -> None:
    viewer = login(Client(), client_person("viewer"), "acme")
    with scope.client("acme"):
        order = paid()

    assert viewer.post("/orders/papers/issue", {"kind": "buyer_receipt", "selected": order.pk}).status_code == 403
    assert "発行" not in viewer.get(f"/orders/{order.pk}").content.decode().split("<main")[1].split("履歴")[0]


def test_a_run_goes_from_the_list_to_a_file(owner: Client) -> None:
    with scope.client("acme"):
        chosen = [paid(), paid()]
        for order in chosen:
            orders.released(order.pk)

    asked = owner.post("/orders/papers/print", {"kind": "delivery_note", "selected": [order.pk for order in chosen]})
    waiting = owner.get(asked.headers["Location"]).content.decode()
    assert "順番を待っています" in waiting
    with scope.client("acme"):
        run = PrintRun.objects.get()
        assert Job.objects.get(task="orders.tasks.print_papers").pk == run.job_id
        papers.fulfil(run.pk, at=NOON)

    polled = owner.get(f"{asked.headers['Location']}/progress")
    assert polled.headers["HX-Redirect"] == asked.headers["Location"]
    made = owner.get(asked.headers["Location"]).content.decode()
    assert "件を1つのPDFにまとめました" in made
    file: Any = owner.get(f"/documents/{run_document()}/view")
    assert file.headers["Content-Type"] == "application/pdf"
    assert b"".join(file.streaming_content).startswith(b"%PDF-")


def run_document() -> int:
    with scope.client("acme"):
        document_id = PrintRun.objects.get().document_id
    assert document_id is not None
    return document_id


def test_the_floor_prints_notes_and_a_numbered_pick_list(db: None) -> None:
    floor = login(Client(), staff("warehouse", serves=["acme"]))
    with scope.client("acme"):
        keys = orders.released(*(operations.received(units=(2, 1)) for _nth in range(3)))

    asked = floor.post("/clients/acme/warehouse/pick/papers", {"paper": "delivery_note", "selected": keys[:2]})
    assert "/orders/papers/runs/" in asked.headers["Location"]
    shown = floor.post("/clients/acme/warehouse/pick-list/issue", {"selected": keys})

    with scope.client("acme"):
        assert PrintRun.objects.get().subjects == keys[:2]
        document = Document.objects.get(kind="pick_list")
        (said,) = pages(document)
    assert shown.headers["Location"].endswith(f"/documents/{document.pk}/view")
    assert "PL-20" in said
    assert "集める商品" in said
    assert said.count("SKU-1") >= 4


def test_an_outcome_names_every_subject_once(acme: str) -> None:
    good, bad = paid(), paid(payment=Order.UNPAID)

    _made, outcome = papers.issue("buyer_receipt", [good.pk, bad.pk], actor=OPERATOR, at=NOON)

    assert isinstance(outcome, Outcome)
    assert outcome.done == {good.pk}
    assert set(outcome.refused) == {bad.pk}
