"""The buyer's page: who finds it, what it shows to whom, and what a buyer can do there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from core import clock, scope
from core.errors import Refused
from core.models import Event
from core.periods import local_day
from core.postcodes import city_of
from integrations.models import TrackingLink, TrackingVisit
from integrations.queries import tracking as queries
from integrations.services import tracking
from integrations.tracking import words
from orders.lifecycle import PHASES
from orders.models import Hold, Order, OrderException
from orders.services import exceptions, holds, shipping
from tests.conftest import OPERATOR
from tests.factories import operations, orders
from tests.factories.people import client_person, host_of, login

At = Callable[[str], datetime]
SECRETS = ("山田 花子", "芝公園", "105-0011", "1050011", "1234-5678", "12345678")


@pytest.fixture(autouse=True)
def nobody_has_looked(db: None) -> None:
    cache.clear()
    with scope.client("acme"):
        cache.clear()


def received(**fields: Any) -> tuple[int, str]:
    """An order of acme and the path of its buyer's page."""
    with scope.client("acme"):
        order_id = operations.received(**{"ship_phone": "+819012345678", **fields})
        return order_id, f"/t/{queries.link_of(order_id)}"


def browser(code: str = "acme") -> Client:
    return Client(HTTP_HOST=host_of(code))


def shown(answer: Any) -> str:
    return str(answer.content.decode())


def proven(path: str) -> Client:
    """A browser that has shown the postcode."""
    visitor = browser()
    assert visitor.post(path, {"act": "prove", "postcode": "105-0011"}).status_code == 302
    return visitor


def asked(order_id: int, question: str = "のしの表書きは?") -> int:
    with scope.client("acme"):
        holds.place([order_id], reason="buyer", question=question, actor=OPERATOR, at=orders.MORNING)
        return Hold.objects.get(order_id=order_id, reason="buyer").pk


def test_the_page_says_where_the_order_is_and_names_nobody(db: None) -> None:
    _order, path = received()
    page = shown(browser().get(path))
    assert "ご注文を承りました" in page
    assert "東京都港区" in page
    assert "アクメ商事株式会社" in page
    assert [secret for secret in SECRETS if secret in page] == []
    assert "受注 花子" not in page


def test_parcels_lead_to_the_carrier_and_say_who_sent_the_visitor_to_nobody(db: None) -> None:
    order_id, path = received()
    with scope.client("acme"):
        orders.shipped(order_id)
    page = shown(browser().get(path))
    assert "お届け中です" in page
    assert "kuronekoyamato.co.jp" in page
    assert 'rel="noreferrer noopener external"' in page


def test_nothing_of_elsewhere_and_nothing_kept(db: None) -> None:
    _order, path = received()
    answer = browser().get(path)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert settings.SESSION_COOKIE_NAME not in answer.cookies
    assert "http://" not in shown(answer).replace("http://www.w3.org", "")


@pytest.mark.parametrize("secret", ["none", "A" * 32, "あ", "%00", "0" * 400])
def test_a_wrong_link_leads_nowhere(secret: str) -> None:
    received()
    assert browser().get(f"/t/{secret}").status_code == 404


def test_a_changed_link_leads_nowhere(db: None) -> None:
    _order, path = received()
    for nth in (3, 10, 20):
        changed = path[:nth] + ("A" if path[nth] != "A" else "B") + path[nth + 1 :]
        assert browser().get(changed).status_code == 404


def test_the_link_of_one_client_opens_nothing_at_another(db: None) -> None:
    order_id, path = received()
    with scope.client("bravo"):
        orders.order(id=order_id)
    assert browser("bravo").get(path).status_code == 404
    assert browser("").get(path).status_code == 404


def test_links_are_different_and_the_same_each_time(acme: str) -> None:
    assert queries.secret_of(1, 0) == queries.secret_of(1, 0)
    assert len({queries.secret_of(pk, serial) for pk in range(50) for serial in range(2)}) == 100


def test_links_outlive_a_change_of_keys(db: None, settings: Any) -> None:
    _order, path = received()
    settings.ENCRYPTION_KEY = f"a-new-key,{settings.ENCRYPTION_KEY}"
    assert browser().get(path).status_code == 200
    settings.ENCRYPTION_KEY = "another-key"
    assert browser().get(path).status_code == 404


def test_a_replaced_or_closed_link_leads_nowhere(db: None) -> None:
    order_id, path = received()
    with scope.client("acme"):
        tracking.renew([order_id], actor=OPERATOR, at=orders.MORNING)
        renewed = f"/t/{queries.link_of(order_id)}"
    assert browser().get(path).status_code == 404
    assert browser().get(renewed).status_code == 200
    with scope.client("acme"):
        tracking.close([order_id], actor=OPERATOR, at=orders.MORNING)
        assert queries.address_of(order_id) == ""
    assert browser().get(renewed).status_code == 404


def test_trying_many_links_is_stopped(db: None) -> None:
    _order, path = received()
    visitor = browser()
    answers = [visitor.get(f"/t/{'B' * 30}{nth:02}").status_code for nth in range(25)]
    assert answers == [404] * 20 + [429] * 5
    assert visitor.get(path).status_code == 429


def test_the_postcode_shows_name_and_address_in_this_browser_alone(db: None) -> None:
    _order, path = received()
    page = shown(proven(path).get(path))
    assert all(secret in page for secret in ("山田 花子", "芝公園", "090-1234-5678"))
    assert "山田 花子" not in shown(browser().get(path))


def test_the_proof_ends_with_the_browser(db: None) -> None:
    _order, path = received()
    answer = browser().post(path, {"act": "prove", "postcode": "1050011"})
    assert answer.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == ""


def test_the_proof_of_one_order_shows_no_other(db: None) -> None:
    _first, path = received()
    _second, other = received()
    assert "山田 花子" not in shown(proven(path).get(other))


def test_a_new_link_asks_for_the_postcode_again(db: None) -> None:
    order_id, path = received()
    visitor = proven(path)
    with scope.client("acme"):
        tracking.renew([order_id], actor=OPERATOR, at=orders.MORNING)
        renewed = f"/t/{queries.link_of(order_id)}"
    assert "山田 花子" not in shown(visitor.get(renewed))


def test_guessing_the_postcode_is_limited(db: None) -> None:
    order_id, path = received()
    answers = [browser().post(path, {"act": "prove", "postcode": f"105000{nth}"}).status_code for nth in range(1, 8)]
    assert answers == [422] * 5 + [429] * 2
    assert browser().post(path, {"act": "prove", "postcode": "1050011"}).status_code == 429
    with scope.client("acme"):
        assert TrackingLink.objects.get(pk=order_id).wrong == 5


def test_after_three_days_of_guessing_it_is_over(acme: str, at: At) -> None:
    order = orders.order()
    for day in ("2026-10-01", "2026-10-02", "2026-10-03"):
        for nth in range(5):
            assert not tracking.prove(order.pk, f"100000{nth}", at=at(f"{day} 12:00"))
    with pytest.raises(Refused) as refused:
        tracking.prove(order.pk, order.ship_postcode, at=at("2026-11-01 12:00"))
    assert refused.value.code == "too_many_guesses"


def test_an_order_without_a_postcode_is_proven_by_nothing(acme: str) -> None:
    order = orders.order(ship_postcode="")
    assert not tracking.prove(order.pk, "", at=orders.MORNING)
    assert not tracking.prove(order.pk, "0000000", at=orders.MORNING)


def test_a_question_is_shown_to_whoever_proved_the_postcode(db: None) -> None:
    order_id, path = received()
    asked(order_id)
    assert "のしの表書きは?" not in shown(browser().get(path))
    assert "お答えをお待ちしています" in shown(browser().get(path))
    assert "のしの表書きは?" in shown(proven(path).get(path))


def test_a_buyer_answers_and_proposes_a_date(db: None) -> None:
    order_id, path = received()
    hold_id = asked(order_id)
    wished = clock.now().date().replace(day=28) if clock.now().day < 27 else None
    form = {"act": "answer", "hold": hold_id, "text": "御祝でお願いします", "wished": wished or ""}
    assert proven(path).post(path, form).status_code == 302
    with scope.client("acme"):
        hold = Hold.objects.get(pk=hold_id)
        assert hold.released_at is not None
        assert hold.released_by == "購入者"
        assert "御祝でお願いします" in hold.answer
        assert (f"{wished}" in hold.answer) == (wished is not None)
        assert orders.phase_of(order_id) != "held"


@pytest.mark.parametrize(
    "form", [{"text": ""}, {"text": "", "wished": "2020-01-01"}, {"text": "x", "wished": "2999-01-01"}]
)
def test_an_answer_that_says_nothing_or_a_bad_date_is_refused(db: None, form: dict[str, str]) -> None:
    order_id, path = received()
    hold_id = asked(order_id)
    assert proven(path).post(path, {"act": "answer", "hold": hold_id, **form}).status_code == 422
    with scope.client("acme"):
        assert Hold.objects.get(pk=hold_id).released_at is None


def test_nobody_answers_without_the_postcode(db: None) -> None:
    order_id, path = received()
    hold_id = asked(order_id)
    assert browser().post(path, {"act": "answer", "hold": hold_id, "text": "x"}).status_code == 403
    with scope.client("acme"):
        assert Hold.objects.get(pk=hold_id).released_at is None


def test_a_buyer_answers_neither_for_another_order_nor_for_the_client(db: None) -> None:
    order_id, path = received()
    other, _path = received()
    theirs = asked(other)
    with scope.client("acme"):
        holds.place([order_id], reason="question", question="在庫は?", actor=OPERATOR, at=orders.MORNING)
        inside = Hold.objects.get(order_id=order_id, reason="question").pk
    visitor = proven(path)
    assert "在庫は?" not in shown(visitor.get(path))
    for hold_id in (theirs, inside):
        assert visitor.post(path, {"act": "answer", "hold": hold_id, "text": "x"}).status_code == 422
    with scope.client("acme"):
        assert Hold.objects.filter(released_at=None).count() == 2


def test_looks_are_counted_by_order_and_day_without_anybody(db: None) -> None:
    order_id, path = received()
    visitor = browser()
    visitor.get(path)
    visitor.get(path)
    visitor.head(path)
    visitor.get(path, headers={"sec-purpose": "prefetch"})
    with scope.client("acme"):
        (row,) = TrackingVisit.objects.values()
        assert row.keys() == {"id", "order_id", "day", "views"}
        assert (row["order_id"], row["views"]) == (order_id, 2)


def test_the_home_page_says_how_often_the_page_answered(db: None) -> None:
    _order, path = received()
    browser().get(path)
    page = shown(login(Client(), client_person("viewer"), "acme").get("/"))
    assert "追跡ページが答えた回数" in page


def test_a_visitor_chooses_the_language(db: None) -> None:
    _order, path = received()
    visitor = browser()
    assert visitor.get(f"{path}?language=en").status_code == 302
    page = shown(visitor.get(path))
    assert "We have received your order" in page
    assert '<html lang="en">' in page


def test_the_buyer_sees_what_the_shop_is_called_in_mails(live: str) -> None:
    from integrations.services import choosing

    _order, path = received()
    with scope.client("acme"):
        choosing.change_settings(
            sender="花の店", reply_to="", buyer_language="ja", follow_up_days=7, actor=OPERATOR, at=orders.MORNING
        )
    assert "花の店" in shown(browser().get(path))
    assert "アクメ" not in shown(browser().get(path))


def test_every_phase_has_words_for_the_buyer() -> None:
    assert {phase.code for phase in PHASES} <= words.PHASES.keys()


def test_delivered_parcels_are_told(db: None) -> None:
    order_id, path = received()
    with scope.client("acme"):
        shipping.deliver(orders.shipped(order_id), actor=OPERATOR, at=orders.MORNING)
    page = shown(browser().get(path))
    assert "お届けしました" in page
    assert "商品をお届けしました" in page


@pytest.mark.parametrize(
    ("address", "prefecture", "shown_as"),
    [
        ("東京都港区芝公園4-2-8", "東京都", "東京都港区"),
        ("神奈川県横浜市港北区日吉1-1", "神奈川県", "神奈川県横浜市港北区"),
        ("北海道どこかの村1", "北海道", "北海道"),
        ("芝公園4-2-8", "東京都", "東京都"),
    ],
)
def test_a_stranger_sees_the_city_alone(address: str, prefecture: str, shown_as: str) -> None:
    assert city_of(address, prefecture) == shown_as


def in_trouble(order_id: int, kind: str = "reschedule") -> int:
    with scope.client("acme"):
        exceptions.open_for([order_id], kind=kind, actor=OPERATOR, at=clock.now())
        return OrderException.objects.get(order_id=order_id).pk


def test_a_buyer_chooses_a_new_date_and_the_order_goes_on(db: None) -> None:
    order_id, path = received()
    trouble = in_trouble(order_id)
    visitor = proven(path)
    assert "お選びください" in shown(visitor.get(path))
    day = local_day(clock.now()) + timedelta(days=5)
    sent = {
        "act": "decide",
        "exception": trouble,
        "choice": "new_date",
        "date": day.isoformat(),
        "words": "夜がよいです",
    }
    assert visitor.post(path, sent).status_code == 302
    with scope.client("acme"):
        decided = OrderException.objects.get(pk=trouble)
        assert (decided.decision, decided.answer, decided.decided_by) == ("new_date", "夜がよいです", "購入者")
        assert Order.objects.get(pk=order_id).phase != "exception"
        assert Event.objects.get(name="order.exception_decided").actor_kind == "buyer"
    visitor.get(path)
    again = visitor.post(path, sent, follow=True)
    assert "この確認はすでに済んでいます" in shown(again)


def test_whoever_has_not_shown_the_postcode_chooses_nothing(db: None) -> None:
    order_id, path = received()
    trouble = in_trouble(order_id)
    page = shown(browser().get(path))
    assert "お選びください" not in page
    assert "下で郵便番号を入れていただくと、内容が表示されます。" in page
    assert browser().post(path, {"act": "decide", "exception": trouble, "choice": "cancel_order"}).status_code == 403
    with scope.client("acme"):
        assert OrderException.objects.get(pk=trouble).closed_at is None


def test_what_the_client_decides_is_not_the_buyers_to_choose(db: None) -> None:
    order_id, path = received()
    shortage = in_trouble(order_id, "shortage")
    other, _path = received()
    others = in_trouble(other)
    visitor = proven(path)
    for trouble in (shortage, others):
        answer = visitor.post(path, {"act": "decide", "exception": trouble, "choice": "cancel_order"})
        assert answer.status_code == 422
    with scope.client("acme"):
        assert not OrderException.objects.exclude(closed_at=None).exists()


def test_a_day_that_is_past_is_refused_and_the_words_stay(db: None) -> None:
    order_id, path = received()
    trouble = in_trouble(order_id)
    sent = {"act": "decide", "exception": trouble, "choice": "new_date", "date": "2020-01-01", "words": "早めに"}
    answer = proven(path).post(path, sent)
    assert answer.status_code == 422
    assert "早めに" in shown(answer)
    assert "明日から90日以内の日にしてください" in shown(answer)


def test_the_number_of_the_month_opens_to_the_looks_it_was_counted_from(
    db: None, at: At, settings: Any, tmp_path: Path
) -> None:
    settings.MOVED_CLOCK = tmp_path / "clock"
    (first, path), (second, other) = received(), received()
    for day in ("2026-10-01 10:00", "2026-10-02 09:00"):
        clock.move(at(day))
        browser().get(path)
        browser().get(path)
    browser().get(other)
    reader = login(Client(), client_person("viewer"), "acme")
    page = shown(reader.get("/sla/answered?month=2026-10"))
    assert "数え方" in page
    assert (page.count(f'/orders/{first}"'), page.count(f'/orders/{second}"')) == (2, 1)
    card = shown(reader.get("/sla/answered/card?month=2026-10"))
    assert "/sla/answered?month=2026-10" in card
    assert [int(n) for n in re.findall(r">(\d+)<", card)] == [3, 2, 5]
    assert "この月はまだ見られていません" in shown(reader.get("/sla/answered?month=2026-09"))
    clock.release()
