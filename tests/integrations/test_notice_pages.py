"""The pages about notices, and the provider's reports."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from core import mailing, scope
from core.jobs.models import Job
from integrations.models import Notice, NoticeSettings, NoticeSwitch, NoticeText
from integrations.preferences.models import Preference
from integrations.queries import tracking
from integrations.services import sending
from tenants.models import AccessLog
from tests.factories import operations, orders
from tests.factories.people import client_person, host_of, login, staff

MAIL = "buyer@example.com"
At = Callable[[str], datetime]


@pytest.fixture
def owner(db: None) -> Client:
    return login(Client(), client_person("owner"), "acme")


@pytest.fixture
def sent(live: str) -> Notice:
    """A mail to a buyer of acme that went out."""
    with scope.client("acme"):
        operations.received(buyer_email=MAIL)
        for pk in sending.take_due(at=orders.MORNING):
            sending.deliver(pk, at=orders.MORNING)
        return Notice.objects.get(kind="buyer.received")


def test_the_switches_are_kept_and_noted(owner: Client) -> None:
    assert owner.post("/settings/notices/switch", {"on": ["buyer.received", "buyer.delivered"]}).status_code == 302
    with scope.client("acme"):
        kept = dict(NoticeSwitch.objects.values_list("kind", "is_on"))
        assert kept["buyer.delivered"] is True
        assert kept["buyer.shipped"] is False
        assert "buyer.received" not in kept
        assert AccessLog.objects.filter(action="notice.settings").exists()


def test_the_sender_is_kept_or_refused_with_the_form(owner: Client) -> None:
    form = {"sender": "花の店", "reply_to": "shop@example.jp", "buyer_language": "en", "follow_up_days": "5"}
    assert owner.post("/settings/notices/sender", form).status_code == 302
    answer = owner.post("/settings/notices/sender", {**form, "reply_to": "nowhere"})
    assert answer.status_code == 422
    with scope.client("acme"):
        assert NoticeSettings.objects.get().reply_to == "shop@example.jp"


def test_the_client_goes_live_and_mutes_again(owner: Client, at: At) -> None:
    assert owner.post("/settings/notices/live", {"live_at": "2026-10-01T09:00"}).status_code == 302
    with scope.client("acme"):
        from tenants.models import Client as Company

        assert Company.objects.get(code="acme").live_at == at("2026-10-01 09:00")
    owner.post("/settings/notices/live", {"mute": "1"})
    with scope.client("acme"):
        assert Company.objects.get(code="acme").live_at is None


def test_words_are_saved_as_a_version_and_a_bad_place_is_refused(owner: Client) -> None:
    address = "/settings/notices/texts/buyer.shipped"
    words = {"in": "ja", "act": "save", "subject": "発送 {order_number}", "body": "{buyer_name} 様"}
    assert owner.post(address, words).status_code == 302
    refused = owner.post(address, {**words, "body": "{question}"})
    assert refused.status_code == 422
    assert "{question} という差し込みはありません" in refused.content.decode()
    with scope.client("acme"):
        assert NoticeText.objects.get().version == 1
    assert owner.post(f"{address}/usual", {"in": "ja"}).status_code == 302
    with scope.client("acme"):
        assert list(NoticeText.objects.order_by("version").values_list("version", "body")) == [
            (1, "{buyer_name} 様"),
            (2, ""),
        ]


def test_the_preview_is_filled_with_the_order_asked_for(owner: Client) -> None:
    with scope.client("acme"):
        first, _second = orders.order(buyer_name="佐藤 一郎"), orders.order()
    form = {"in": "ja", "subject": "{order_number}", "body": "{buyer_name} 様\n{tracking_page}", "number": first.number}
    page = owner.post("/settings/notices/texts/buyer.shipped/preview", form).content.decode()
    assert "佐藤 一郎 様" in page
    with scope.client("acme"):
        assert tracking.link_of(first.pk) in page


@pytest.mark.parametrize("code", ["buyer.received", "client.intake_errors", "client.invoice_issued", "client.question"])
def test_every_kind_is_previewed_before_there_is_an_order(owner: Client, code: str) -> None:
    assert owner.get(f"/settings/notices/texts/{code}").status_code == 200


def test_what_a_preview_shows_is_text(owner: Client) -> None:
    form = {"in": "ja", "subject": "x", "body": "<script>alert(1)</script>"}
    page = owner.post("/settings/notices/texts/buyer.shipped/preview", form).content.decode()
    assert "<script>" not in page


def test_a_test_mail_goes_to_whoever_asks(owner: Client) -> None:
    form = {"in": "ja", "act": "test", "subject": "件名", "body": "本文"}
    assert owner.post("/settings/notices/texts/buyer.shipped", form).status_code == 200
    with scope.operator():
        job = Job.objects.filter(task="core.mailing.deliver").latest("pk")
    assert "@example.jp" in job.arguments["to"]
    assert job.arguments["subject"] == "【テスト】件名"


def test_the_operators_words_are_not_the_clients(owner: Client) -> None:
    assert owner.get("/settings/notices/texts/operator.sla_missed").status_code == 404


def test_the_log_finds_a_mail_by_its_address(sent: Notice, owner: Client) -> None:
    assert sent.subject in owner.get("/settings/notices/log?q=BUYER@").content.decode()
    assert sent.subject not in owner.get("/settings/notices/log?q=somebody").content.decode()
    assert sent.subject not in owner.get("/settings/notices/log?state=bounced").content.decode()


def test_a_letter_is_shown_as_it_was_sent(sent: Notice, owner: Client) -> None:
    page = owner.get(f"/letters/{sent.pk}").content.decode()
    assert "ご注文を承りました" in page
    with scope.client("acme"):
        assert tracking.address_of(sent.order_id or 0) in page


def test_letters_about_money_are_for_those_who_may_see_it(live: str) -> None:
    with scope.client("acme"):
        notice = Notice.objects.create(
            kind="client.invoice_issued",
            audience="client",
            address="a@example.jp",
            language="ja",
            subject="請求",
            body="¥1",
            written_at=orders.MORNING,
            due_at=orders.MORNING,
        )
    assert login(Client(), client_person("viewer"), "acme").get(f"/letters/{notice.pk}").status_code == 404
    assert login(Client(), client_person("accounting"), "acme").get(f"/letters/{notice.pk}").status_code == 200


def test_the_clients_people_see_no_letter_to_the_operators(live: str, owner: Client) -> None:
    with scope.client("acme"):
        notice = Notice.objects.create(
            kind="operator.sla_missed",
            audience="operator",
            address="a@example.jp",
            language="ja",
            subject="SLA",
            body="x",
            written_at=orders.MORNING,
            due_at=orders.MORNING,
        )
    assert owner.get(f"/letters/{notice.pk}").status_code == 404
    lead = login(Client(), staff("lead", serves=["acme"]))
    assert lead.get(f"/clients/acme/letters/{notice.pk}").status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_log_asks_as_often_for_three_as_for_one(
    live: str, owner: Client, rows: int, django_assert_num_queries: Any
) -> None:
    with scope.client("acme"):
        for _nth in range(rows):
            operations.received(buyer_email=MAIL)
    owner.get("/settings/notices/log")
    with django_assert_num_queries(5):
        owner.get("/settings/notices/log")


def test_the_buyers_page_is_closed_and_opened_from_the_order(owner: Client) -> None:
    with scope.client("acme"):
        order = orders.order()
        link = tracking.link_of(order.pk)
    assert link in owner.get(f"/orders/{order.pk}/buyer").content.decode()
    owner.post(f"/orders/{order.pk}/buyer/close")
    assert "閉じています" in owner.get(f"/orders/{order.pk}/buyer").content.decode()
    owner.post(f"/orders/{order.pk}/buyer/renew")
    page = owner.get(f"/orders/{order.pk}/buyer").content.decode()
    assert link not in page
    assert "/t/" in page


def test_one_chooses_for_oneself(owner: Client, db: None) -> None:
    assert owner.get("/account/notices").status_code == 200
    form = {"client.question": "digest", "operator.sla_missed": "off", "client.shipped": "often"}
    assert owner.post("/account/notices", form).status_code == 302
    with scope.operator():
        assert list(Preference.objects.values_list("client", "kind", "mode")) == [("acme", "client.question", "digest")]


def test_the_operators_people_choose_on_their_own_host(db: None) -> None:
    lead = staff("lead", serves=["acme"])
    browser = login(Client(), lead)
    assert "SLA未達" in browser.get("/account/notices").content.decode()
    browser.post("/account/notices", {"operator.sla_missed": "immediate"})
    with scope.operator():
        assert Preference.objects.get().client == ""


def test_a_clients_role_sees_its_own_preferences_alone(db: None) -> None:
    with scope.operator():
        Preference.objects.create(client="", person_id=1, kind="operator.sla_missed", mode="off")
        Preference.objects.create(client="bravo", person_id=1, kind="client.question", mode="off")
    with scope.client("acme"):
        assert Preference.objects.count() == 0


class TestReports:
    """What the mail provider says."""

    URL = "/mail/reports"

    @pytest.fixture(autouse=True)
    def provider(self, settings: Any) -> None:
        settings.MAIL_URL = "anymail+postmark://?POSTMARK_SERVER_TOKEN=token"
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "token", "WEBHOOK_SECRET": "portal:secret"}

    def report(self, notice: Notice, secret: str = "portal:secret", **changes: Any) -> Any:
        body = {
            "RecordType": "Bounce",
            "Type": "HardBounce",
            "TypeCode": 1,
            "ID": 1,
            "MessageID": "abc",
            "Email": MAIL,
            "Description": "The server was unable to deliver",
            "BouncedAt": "2026-10-01T00:00:00Z",
            "Metadata": {"client": "acme", "notice": str(notice.pk)},
            **changes,
        }
        basic = base64.b64encode(secret.encode()).decode()
        return Client(HTTP_HOST=host_of("")).post(
            self.URL, json.dumps(body), content_type="application/json", headers={"authorization": f"Basic {basic}"}
        )

    def state(self, notice: Notice) -> str:
        with scope.client("acme"):
            notice.refresh_from_db()
        return notice.state

    def test_a_bounce_reaches_its_notice(self, sent: Notice) -> None:
        assert self.report(sent).status_code == 200
        assert self.state(sent) == Notice.BOUNCED

    def test_without_the_secret_nothing_happens(self, sent: Notice) -> None:
        assert self.report(sent, secret="portal:guess").status_code == 400
        assert self.state(sent) == Notice.SENT

    @pytest.mark.parametrize(
        "marks",
        [{}, {"client": "bravo", "notice": "1"}, {"client": "../x", "notice": "1"}, {"client": "acme", "notice": "x"}],
    )
    def test_what_is_about_nothing_of_ours_is_passed_over(self, sent: Notice, marks: dict[str, str]) -> None:
        assert self.report(sent, Metadata=marks).status_code == 200
        assert self.state(sent) == Notice.SENT

    def test_there_is_no_such_page_without_a_secret_or_on_a_clients_host(self, sent: Notice, settings: Any) -> None:
        assert Client(HTTP_HOST=host_of("acme")).post(self.URL).status_code == 404
        settings.ANYMAIL = {"WEBHOOK_SECRET": ""}
        assert self.report(sent).status_code == 404

    def test_a_provider_is_read_from_the_mail_url(self) -> None:
        assert mailing.provider("anymail+postmark://?x=1") == "postmark"
        assert mailing.provider("smtp://localhost") == ""
        assert mailing.options("anymail+postmark://?x=1") == {"backend": "anymail.backends.postmark.EmailBackend"}
