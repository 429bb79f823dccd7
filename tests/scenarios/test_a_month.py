"""One client's October 2026 on the moved clock: every promise and every yen of it, computed by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import override_settings

from billing.models import Invoice
from billing.series.models import Issuer
from billing.services import closing, issuing, review, terms
from billing.services.presets import PLANS
from core import clock, scope
from core.errors import Refused
from core.events import Actor
from core.periods import Period
from documents import services as documents
from orders.models import Hold, Line, Order, Shipment
from orders.services import cancelling, holds, intake, shipping, verification
from sla import queries as promised
from sla import services as promises
from sla.models import Clock
from tests.conftest import OPERATOR
from tests.factories.order_files import order_file, row
from tests.factories.orders import channel, phase_of, slips

At = Callable[[str], datetime]
OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))
CLIENT = Actor("person", "7", "経理 太郎")
PLACES = {
    "大阪府": {"発送郵便番号": "5300001", "発送先住所１": "大阪府大阪市北区梅田"},
    "東京都": {"発送郵便番号": "1050011", "発送先住所１": "東京都港区芝公園"},
    "北海道": {"発送郵便番号": "0600001", "発送先住所１": "北海道札幌市中央区北一条西"},
    "沖縄県": {"発送郵便番号": "9000001", "発送先住所１": "沖縄県那覇市港町"},
    "福岡県": {"発送郵便番号": "8120011", "発送先住所１": "福岡県福岡市博多区博多駅前"},
}


@pytest.fixture
def month(acme: str, at: At, tmp_path: Path) -> Iterator[None]:
    """acme pays by use, with the two promises that everybody has, on 1 October at nine."""
    with scope.owner():
        Issuer.objects.create(name="ひかりアウトソーシング株式会社", registration="T7000012050002")
    name, charges, included = PLANS["usage"]
    with override_settings(MOVED_CLOCK=tmp_path / "clock"):
        clock.move(at("2026-10-01 09:00"))
        channel()
        promises.set_up_defaults(at=clock.now())
        terms.agree(plan=name, starts_on=OCTOBER.start, recipient={"name": "アクメ商事株式会社"})
        terms.publish_card(name=name, starts_on=OCTOBER.start, charges=charges, included=included, actor=OPERATOR)
        yield


def ordered(number: str, when: str, *, place: str = "大阪府", note: str = "", pieces: int = 1) -> dict[str, str]:
    """A row of the client's file: pieces of 1,000 yen. The phone is the order's own, so that nobody orders twice."""
    more = {"受注電話番号": f"0901234{ord(number):04}", "備考": note, "日付指定": ""}
    more |= {"受注数量": str(pieces), "商品計": str(1000 * pieces), "合計金額": str(1000 * pieces + 550)}
    return row(店舗伝票番号=number, 受注日=when.replace("-", "/"), **PLACES[place], **more)


def arrive(*rows: dict[str, str]) -> None:
    """A file comes in, and is read."""
    now = clock.now()
    arrived = intake.submit(channel(), file_name="orders.csv", data=order_file(rows), actor=CLIENT, at=now)
    done = intake.run(arrived.pk, at=now)
    assert (done.orders_new, done.rows_refused) == (len({r["店舗伝票番号"] for r in rows}), 0)


def the(number: str) -> int:
    """The id of the order with that number."""
    return Order.objects.values_list("pk", flat=True).get(number=number)


def send_out(number: str, *, size: int = 60, parcels: int = 1, pieces: int | None = None) -> None:
    """Release, pick, pack and hand over an order of one line, or so many pieces of it."""
    now, order_id = clock.now(), the(number)
    part = {Line.objects.get(order_id=order_id).pk: pieces} if pieces else None
    shipping.release([order_id], quantities=part, actor=OPERATOR, at=now)
    shipment = Shipment.objects.filter(order_id=order_id).latest("position").pk
    shipping.pick([shipment], actor=OPERATOR, at=now)
    shipping.pack([shipment], size=size, parcels=parcels, actor=OPERATOR, at=now)
    carried = [slip for _nth in range(parcels) for slip in slips([shipment])[shipment]]
    outcome = shipping.ship([shipment], parcels={shipment: carried}, actor=OPERATOR, at=now)
    assert not outcome.refused, outcome.reasons()


def the_clock(number: str, code: str) -> Clock:
    return Clock.objects.get(order_id=the(number), promise__code=code)


def amounts(invoice: Invoice) -> dict[str, tuple[int, int]]:
    """Quantity and yen of each line."""
    return {line.charge_code: (int(line.quantity), int(line.amount)) for line in invoice.lines.all()}


def test_a_month_of_one_client(month: None, at: At) -> None:
    _the_first_of_october(at)
    _a_question_over_the_weekend(at)
    _a_holiday(at)
    _our_own_delay(at)
    _the_promises_of_the_month(at)
    _the_bill_of_the_month(at)


def _the_first_of_october(at: At) -> None:
    """A goes at once, B has a note to look at, D is cancelled at once, E when the warehouse has it."""
    clock.move(at("2026-10-01 12:30"))
    file = (
        ordered("A", "2026-10-01 10:00:00"),
        ordered("B", "2026-10-01 12:59:59", place="東京都", note="のし紙をつけてください", pieces=2),
        ordered("D", "2026-10-01 11:00:00"),
        ordered("E", "2026-10-01 11:30:00"),
    )
    arrive(*file)
    with pytest.raises(Refused, match="同じファイル"):
        arrive(*file)
    assert [phase_of(the(number)) for number in "ABDE"] == ["received", "verifying", "received", "received"]
    cancelling.cancel([the("D")], by="client", reason="購入者の都合", actor=CLIENT, at=clock.now())
    shipping.release([the("E")], actor=OPERATOR, at=clock.now())

    clock.move(at("2026-10-01 15:00"))
    asked = cancelling.cancel([the("E")], by="client", reason="購入者の都合", actor=CLIENT, at=clock.now())
    assert asked.requested == {the("E")}
    cancelling.answer_request([the("E")], accept=True, answer="承りました", actor=OPERATOR, at=clock.now())
    assert [phase_of(the(number)) for number in "DE"] == ["cancelled", "cancelled"]

    # B came in the lunch break: its four hours begin at 13:00, and the instant they are used up still keeps them.
    clock.move(at("2026-10-01 17:00"))
    verification.answer([the("B")], answer="確認しました", actor=OPERATOR, at=clock.now())
    assert (the_clock("B", "verify-4h").phase, the_clock("B", "verify-4h").elapsed) == ("hit", 4 * 3600)
    send_out("A")
    send_out("B", size=80)


def _a_question_over_the_weekend(at: At) -> None:
    """C waits for its client from Friday 11:30 to Monday 10:30: 7 working hours, by which its shipping is due later."""
    clock.move(at("2026-10-02 11:00"))
    arrive(ordered("C", "2026-10-02 10:30:00", place="北海道", note="色は青でお願いします", pieces=3))
    clock.move(at("2026-10-02 11:30"))
    holds.place([the("C")], reason="question", question="在庫は紺のみです。", actor=OPERATOR, at=clock.now())
    assert phase_of(the("C")) == "held"

    clock.move(at("2026-10-05 10:30"))
    holds.answer(Hold.objects.get().pk, answer="紺で構いません。", actor=CLIENT, at=clock.now())
    assert the_clock("C", "ship-13").due_at == at("2026-10-05 17:00")
    clock.move(at("2026-10-05 14:00"))
    verification.answer([the("C")], answer="確認しました", actor=OPERATOR, at=clock.now())
    assert (the_clock("C", "verify-4h").phase, the_clock("C", "verify-4h").elapsed) == ("hit", 3 * 3600)

    clock.move(at("2026-10-05 16:00"))
    send_out("C", pieces=2)
    assert phase_of(the("C")) == "partial"
    clock.move(at("2026-10-05 18:30"))
    assert promises.tell(at=clock.now()) == 1
    clock.move(at("2026-10-06 11:00"))
    send_out("C", size=100, parcels=2)
    assert (phase_of(the("C")), the_clock("C", "ship-13").phase) == ("shipped", "miss")


def _a_holiday(at: At) -> None:
    """F is ordered on a Friday at the very cut-off, and Monday is a holiday: it is due on Tuesday."""
    clock.move(at("2026-10-09 13:05"))
    arrive(ordered("F", "2026-10-09 13:00:00", place="沖縄県"))
    clock.move(at("2026-10-13 18:00"))
    send_out("F")
    assert the_clock("F", "ship-13").phase == "hit"


def _our_own_delay(at: At) -> None:
    """What we have to look for ourselves pauses nothing: G is late."""
    clock.move(at("2026-10-15 10:00"))
    arrive(ordered("G", "2026-10-15 09:30:00", place="福岡県", pieces=4))
    holds.place([the("G")], reason="stock", actor=OPERATOR, at=clock.now())
    clock.move(at("2026-10-16 10:00"))
    holds.release([the("G")], reason="見つかりました", actor=OPERATOR, at=clock.now())
    send_out("G", size=80)
    assert the_clock("G", "ship-13").phase == "miss"


def _the_promises_of_the_month(at: At) -> None:
    """A, B and F left in time, C and G did not, D and E do not count. B and C were verified in time.

    Working minutes until they left: A 360, B 240, C 570, F 780, G 510.
    """
    clock.move(at("2026-10-31 23:59"))
    with pytest.raises(Refused, match="まだ終わっていません"):
        promises.freeze(OCTOBER, actor=OPERATOR, at=clock.now())

    clock.move(at("2026-11-02 09:00"))
    promises.freeze(OCTOBER, actor=OPERATOR, at=clock.now())
    shown = promised.month_shown(OCTOBER, at=clock.now())
    assert {f.code: (f.hits, f.misses, f.running, f.excluded, f.minutes) for f in shown.figures} == {
        "ship-13": (3, 2, 0, 2, (360 + 240 + 570 + 780 + 510) // 5),
        "verify-4h": (2, 0, 0, 0, (240 + 180) // 2),
        "thread-4h": (0, 0, 0, 0, 0),
    }


def _the_bill_of_the_month(at: At) -> None:
    """Parcels: A 650, B 780, C 1,050 and twice 1,340, F 1,250, G 930. Tax once over all, rounded down: 983.5."""
    invoice = closing.draft(OCTOBER.start, actor=OPERATOR, at=clock.now())
    lines = {
        "orders": (7, 7 * 120),
        "units_picked": (11, 11 * 25),
        "shipments": (6, 6 * 180),
        "parcels": (7, 7340),
        "cancellations": (1, 300),
    }
    assert (amounts(invoice), invoice.unrated) == (lines, [])
    assert [int(yen) for yen in (invoice.subtotal, invoice.tax, invoice.total)] == [9835, 983, 10818]
    assert invoice.due_on == date(2026, 11, 30)

    raised = review.dispute(invoice.pk, "shipments", "出荷は5件のはずです。", actor=CLIENT, at=clock.now())
    with pytest.raises(Refused, match="回答待ち"):
        review.approve(invoice.pk, actor=CLIENT, at=clock.now())
    review.answer(raised.pk, "Cは2回に分けて出荷しました。", actor=OPERATOR, at=clock.now())
    assert amounts(closing.draft(OCTOBER.start, actor=OPERATOR, at=clock.now())) == lines
    review.approve(invoice.pk, actor=CLIENT, at=clock.now())

    clock.move(at("2026-11-04 10:00"))
    final = issuing.finalise(invoice.pk, actor=OPERATOR, at=clock.now())
    paper = issuing.issue(invoice.pk, actor=OPERATOR, at=clock.now())
    assert (final.number, final.issued_on) == ("INV-2026-00001", date(2026, 11, 4))
    assert paper.amount == Decimal(10818)
    with documents.open_content(paper) as content:
        assert content.read(5) == b"%PDF-"

    november = closing.draft(date(2026, 11, 30), actor=OPERATOR, at=at("2026-12-01 09:00"))
    assert amounts(november) == {}
    assert november.total == Decimal(0)
