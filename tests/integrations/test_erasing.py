"""Erasing a buyer's personal data: nothing of it is left, what has to be kept is, and nobody else loses any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from core import clock, scope
from core.errors import Refused
from core.models import Event
from customers.models import Buyer
from documents.models import Document, IssuedPaper
from integrations.models import Notice, SuppressedAddress
from integrations.queries import erasing as queries
from integrations.queries import tracking
from integrations.services import erasing
from orders.models import Order, Quote
from orders.services import buyers, cancelling, exceptions, holds, quoting, threads
from orders.services import papers as printing
from orders.services.threads import Words
from projects import services
from projects.blueprints import Blueprint, PlannedMilestone, Question
from tenants import services as tenants
from tenants.roles import ROLES, Permission
from tests.conftest import OPERATOR
from tests.factories import orders, quotes
from tests.factories.buyers import HANAKO
from tests.factories.people import client_person, login

At = Callable[[str], datetime]

WHO: dict[str, Any] = {
    "buyer_name": "忘却寺 綾乃",
    "buyer_kana": "ボウキャクジ アヤノ",
    "buyer_email": "Ayano.Boukyakuji@example.jp",
    "buyer_phone": "+817044445555",
    "buyer_postcode": "9071801",
    "buyer_prefecture": "沖縄県",
    "buyer_address": "沖縄県八重山郡与那国町与那国4022-88",
    "ship_name": "忘却寺 綾乃",
    "ship_kana": "ボウキャクジ アヤノ",
    "ship_phone": "+817044445555",
    "ship_postcode": "9071801",
    "ship_address": "沖縄県八重山郡与那国町与那国4022-88",
}
PLAIN = (
    "忘却寺", "綾乃", "ボウキャクジ", "ボウキャク", "boukyakuji", "7044445555", "070-4444-5555", "9071801", "907-1801",
    "4022-88",
)  # fmt: skip

_COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns
     WHERE table_schema = 'c_acme' AND data_type IN ('text', 'character varying', 'jsonb', 'json') ORDER BY 1, 2
"""


@pytest.fixture(autouse=True)
def morning(db: None, settings: Settings, tmp_path: Path, at: At) -> Iterator[None]:
    """It is Thursday 1 October 2026, 10:00 in Tokyo, and acme is live."""
    settings.MOVED_CLOCK = tmp_path / "clock"
    clock.move(at("2026-10-01 10:00"))
    with scope.operator():
        tenants.go_live("acme", at("2026-01-01 00:00"), actor=OPERATOR, at=at("2026-01-01 00:00"))
    yield
    clock.release()


def left() -> list[str]:
    """Where in acme's schema any of PLAIN still stands."""
    with scope.owner(), connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        columns = cursor.fetchall()
        asked = " UNION ALL ".join(
            f"""SELECT '{table}.{name}', "{name}"::text FROM c_acme."{table}" WHERE "{name}"::text ILIKE ANY(%s)"""
            for table, name in columns
        )
        cursor.execute(asked, [[f"%{value}%" for value in PLAIN]] * len(columns))
        return [f"{place}: {text[:120]}" for place, text in cursor.fetchall()]


def everything() -> int:
    """Somebody who ordered, was written to, talked about, papered and quoted, all of it closed; their id."""
    now = clock.now()
    order = orders.order(**WHO, units=(2,), note="忘却寺様のご実家へ", message="綾乃より").pk
    other = orders.order(**WHO).pk
    buyers.recognise(at=now)
    holds.place([order], reason="question", question="忘却寺 綾乃様の070-4444-5555は?", actor=OPERATOR, at=now)
    holds.release([order], reason="忘却寺綾乃様に電話しました", actor=OPERATOR, at=now)
    threads.write_about(
        order, Words("忘却寺 綾乃様、沖縄県八重山郡与那国町与那国4022-88です"), side="client", actor=OPERATOR, at=now
    )
    exceptions.open_for([order], kind="bad_address", actor=OPERATOR, at=now)
    printing.issue("acknowledgement", [order], actor=OPERATOR, at=now)
    Notice.objects.create(
        kind="buyer.received", audience="buyer", order_id=order, name=WHO["buyer_name"], address=WHO["buyer_email"],
        language="ja", subject="ご注文", body="忘却寺 綾乃 様", written_at=now, due_at=now,
    )  # fmt: skip
    Notice.objects.create(
        kind="client.question", audience="client", order_id=order, name="受注 花子", address="staff@example.jp",
        language="ja", subject="ご確認", body="受注（忘却寺 綾乃 様）", written_at=now, due_at=now,
    )  # fmt: skip
    SuppressedAddress.objects.create(address=WHO["buyer_email"].lower(), reason="bounced", since=now)
    whom = quoting.Buyer(
        name=WHO["buyer_name"], company="", email=WHO["buyer_email"], phone="070-4444-5555", postcode="907-1801",
        address=WHO["buyer_address"],
    )  # fmt: skip
    quoting.receive(whom, subject="相談", text="忘却寺です", owner="営業", actor=OPERATOR, at=now)
    version = quotes.sent(at=now, buyer=whom)
    quoting.ask(version.pk, text="忘却寺 綾乃ですが", actor=quotes.THEMSELVES, at=now)
    quoting.decline(version.pk, reason="忘却寺 綾乃の都合", actor=quotes.THEMSELVES, at=now)
    brief = Blueprint(questions=(Question("目的", "忘却寺 綾乃様のご希望"),), milestones=(PlannedMilestone("初回", 3),))
    begun = services.create(
        services.Draft("忘却寺 綾乃様の導入支援", "営業", now.date(), whom), brief, actor=OPERATOR, at=now
    )
    services.cancel([begun.pk], reason="忘却寺 綾乃様のご都合", actor=OPERATOR, at=now)
    cancelling.cancel([order, other], by="client", reason="忘却寺 綾乃様のご都合", actor=OPERATOR, at=now)
    return int(Order.objects.values_list("buyer__head", flat=True).get(pk=order))


def test_nothing_of_it_is_left_in_any_column_and_what_has_to_stay_does(db: None) -> None:
    with scope.client("acme"):
        buyer = everything()
        someone_else = orders.order(**HANAKO)
        buyers.recognise(at=clock.now())
        totals = list(Order.objects.order_by("pk").values_list("number", "total", "ordered_at", "phase"))
        paper = IssuedPaper.objects.get(kind="acknowledgement")
    assert left()
    with scope.client("acme"):
        held = erasing.erase(buyer, reason="本人請求 2026-10-01", actor=OPERATOR, at=clock.now())

    assert left() == []
    with scope.client("acme"):
        assert list(Order.objects.order_by("pk").values_list("number", "total", "ordered_at", "phase")) == totals
        kept = Document.objects.get(pk=paper.document_id)
        assert (kept.deleted_at, kept.amount, kept.transaction_date) == (
            None,
            paper.document.amount,
            paper.document.transaction_date,
        )
        assert kept.storage_key == paper.document.storage_key
        assert Quote.objects.get().number
        told = Event.objects.get(name="buyer.erased")
        assert told.data == {"reason": "本人請求 2026-10-01", "orders": 2, "quotes": 1}
        assert (len(held.orders), tracking.link_of(held.orders[0])) == (2, "")
        other = Order.objects.get(pk=someone_else.pk)
        assert (other.buyer_name, other.buyer_email) == ("山田 花子", "hanako@example.jp")
        assert Buyer.objects.filter(pk=other.buyer_id or 0, name="山田 花子").exists()


def test_a_later_order_of_the_same_person_is_somebody_new(db: None) -> None:
    with scope.client("acme"):
        buyer = everything()
        erasing.erase(buyer, reason="本人請求", actor=OPERATOR, at=clock.now())
        again = orders.order(**WHO).pk
        buyers.recognise(at=clock.now())
        assert Order.objects.get(pk=again).buyer_id not in (None, buyer)


def test_it_is_refused_while_anything_moves_without_a_reason_and_twice(db: None) -> None:
    with scope.client("acme"):
        buyer = everything()
        moving = orders.order(**WHO)
        buyers.recognise(at=clock.now())
        with pytest.raises(Refused, match=moving.number):
            erasing.erase(buyer, reason="本人請求", actor=OPERATOR, at=clock.now())
        assert Order.objects.get(pk=moving.pk).buyer_name == WHO["buyer_name"]
        cancelling.cancel([moving.pk], by="client", reason="不要", actor=OPERATOR, at=clock.now())
        with pytest.raises(Refused, match="理由"):
            erasing.erase(buyer, reason=" ", actor=OPERATOR, at=clock.now())
        erasing.erase(buyer, reason="本人請求", actor=OPERATOR, at=clock.now())
        with pytest.raises(Refused, match="すでに"):
            erasing.erase(buyer, reason="本人請求", actor=OPERATOR, at=clock.now())


def test_a_quote_that_waits_for_them_moves_too(db: None) -> None:
    with scope.client("acme"):
        buyer = everything()
        whom = quoting.Buyer(name=WHO["buyer_name"], email=WHO["buyer_email"])
        version = quotes.sent(at=clock.now(), buyer=whom)
        assert queries.held(buyer).moving == [version.quote.number]


def test_the_page_says_what_goes_and_what_stays_and_asks_twice(db: None) -> None:
    owner = client_person("owner", "acme")
    with scope.client("acme"):
        buyer = everything()
    browser = login(Client(), owner, "acme")
    page = browser.get(f"/buyers/{buyer}/erase").content.decode()
    for said in ("2件の受注から個人情報を消去する", "電子帳簿保存法", "元に戻せない"):
        assert said in page
    assert browser.post(f"/buyers/{buyer}/erase", {"reason": "本人請求"}).status_code == 422
    done = browser.post(f"/buyers/{buyer}/erase", {"reason": "本人請求", "understood": "on"})
    assert done.status_code == 302
    assert "消去済みです" in browser.get(f"/buyers/{buyer}").content.decode()
    assert left() == []


def test_only_the_clients_owner_and_the_operators_admin_may(db: None) -> None:
    may = {key for key, role in ROLES.items() if Permission.ERASE_BUYERS in role.permissions}
    assert may == {"owner", "admin"}
