"""The pages about rules: the builder as a browser without scripts sends it, the list, a rule, a trial."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core import scope
from orders.models import ArrivalRule, Order, RuleEffect, RuleVersion
from orders.services import ruling
from orders.services.ruling import Draft
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.people import client_person, login, staff

RULE = {
    "name": "沖縄は確認",
    "seen": "0",
    "how.0": "all",
    "part": ["1", "2", "3"],
    "in.1": "0",
    "field.1": "ship_prefecture",
    "op.1": "in",
    "value.1": ["沖縄県", "北海道"],
    "in.2": "0",
    "how.2": "none",
    "in.3": "2",
    "field.3": "total",
    "op.3": "gte",
    "value.3": "10,000",
    "act": ["4"],
    "do.4": "tag",
    "tag.4": "要確認",
}
CONDITION = {
    "all": [
        {"field": "ship_prefecture", "op": "in", "value": ["沖縄県", "北海道"]},
        {"not": {"any": [{"field": "total", "op": "gte", "value": "10000"}]}},
    ]
}
TAG = {"do": "tag", "tag": "VIP"}


@pytest.fixture
def browser(db: None) -> Client:
    """An owner of acme, logged in on acme's host."""
    return login(Client(), client_person("owner"), "acme")


def keep(name: str = "規則", condition: Any = None, *actions: dict[str, Any], on: bool = False) -> int:
    draft = Draft(name, condition or {"all": []}, actions or [TAG])
    with scope.client("acme"):
        return ruling.create(draft, is_active=on, actor=OPERATOR, at=orders.MORNING).pk


def kept() -> list[tuple[str, Any, Any]]:
    with scope.client("acme"):
        return list(RuleVersion.objects.order_by("rule", "version").values_list("name", "condition", "actions"))


def test_a_rule_is_built_and_saved(browser: Client) -> None:
    response = browser.post("/settings/rules/new", RULE | {"press": "save"}, follow=True)
    assert response.status_code == 200
    assert kept() == [("沖縄は確認", CONDITION, [{"do": "tag", "tag": "要確認"}])]
    shown = response.content.decode()
    assert "届け先都道府県 が 沖縄県・北海道 のどれか かつ 「合計金額 が 10,000円 以上」ではない" in shown
    assert "タグ「要確認」を付ける" in shown


def test_the_form_of_a_kept_rule_saves_the_same_again(browser: Client) -> None:
    browser.post("/settings/rules/new", RULE | {"press": "save"})
    with scope.client("acme"):
        rule = ArrivalRule.objects.get()
    form = browser.get(f"/settings/rules/{rule.pk}/edit")
    sheet = form.context["sheet"]
    assert sheet.draft() == Draft("沖縄は確認", CONDITION, [{"do": "tag", "tag": "要確認"}])
    assert sheet.seen == 1


def test_parts_are_added_and_dropped_without_a_script(browser: Client) -> None:
    def pressed(post: dict[str, Any], **more: str) -> Any:
        response = browser.post("/settings/rules/new", {**post, **more})
        assert response.status_code == 200
        return response.context["sheet"]

    asked = pressed(RULE, press="ask:2", **{"new.2": "note"}).root.parts[1].parts
    assert [part.name for part in asked] == ["total", "note"]
    assert pressed(RULE, press="group:0").root.parts[-1].is_group
    assert [part.id for part in pressed(RULE, press="drop:2").root.parts] == ["1"]
    assert [act.code for act in pressed(RULE, press="act:", new_act="hold").acts] == ["tag", "hold"]
    assert pressed(RULE, press="drop_act:4").acts == []
    two = RULE | {"act": ["4", "5"], "do.5": "stop"}
    assert [act.code for act in pressed(two, press="up_act:5").acts] == ["stop", "tag"]
    for nonsense in ("", "ask:99", "ask:2", "act:", "drop:x", "up_act:99", "explode:1"):
        assert pressed(RULE, press=nonsense).draft() == pressed(RULE).draft()
    assert kept() == []


def test_what_is_wrong_is_said_beside_it(browser: Client) -> None:
    wrong = RULE | {"name": "", "value.1": [], "value.3": "たくさん", "tag.4": "", "press": "save"}
    response = browser.post("/settings/rules/new", wrong)
    assert response.status_code == 422
    sheet = response.context["sheet"]
    assert sheet.name_error == "規則の名前を入れてください。"
    assert sheet.root.parts[0].error == "1つ以上選んでください。"
    assert "数を文字" in sheet.root.parts[1].parts[0].error or "数として" in sheet.root.parts[1].parts[0].error
    assert sheet.acts[0].inputs[0].error == "値が必要です。"
    shown = response.content.decode()
    assert shown.count('class="field-error"') == 4
    assert "定義の「" not in shown
    assert 'value="たくさん"' in shown
    assert kept() == []


def test_a_draft_is_tried_before_it_is_saved(browser: Client) -> None:
    with scope.client("acme"):
        orders.order(number="OKI-1", ship_prefecture="沖縄県")
        orders.order(number="TOK-1")
    shown = browser.post("/settings/rules/new", RULE | {"press": "try"}).content.decode()
    trial = shown[shown.index('id="trial"') :]
    assert "OKI-1" in trial
    assert "TOK-1" not in trial
    assert "要確認" in trial
    assert kept() == []
    with scope.client("acme"):
        assert not Order.objects.exclude(tags=[]).exists()


def test_the_rules_in_force_are_tried_together(browser: Client) -> None:
    one = keep(on=True)
    keep("休み", None, {"do": "tag", "tag": "x"})
    with scope.client("acme"):
        orders.order(number="A-1")
    trial = browser.get("/settings/rules/try").context["trial"]
    assert trial.by_rule == [(one, "規則", 1)]
    assert [row.number for row in trial.rows] == ["A-1"]


def test_the_second_of_two_editors_is_told_and_loses_nothing(browser: Client) -> None:
    rule = keep()
    mine = {"name": "二人目", "seen": "1", "how.0": "all", "act": ["1"], "do.1": "tag", "tag.1": "y", "press": "save"}
    other = login(Client(), client_person("owner"), "acme")
    assert other.post(f"/settings/rules/{rule}/edit", mine | {"name": "一人目"}).status_code == 302
    response = browser.post(f"/settings/rules/{rule}/edit", mine)
    assert response.status_code == 422
    assert "第2版を保存しました" in response.content.decode()
    assert 'value="二人目"' in response.content.decode()
    assert [name for name, *_rest in kept()] == ["規則", "一人目"]


def test_rules_are_switched_moved_copied_and_taken_away(browser: Client) -> None:
    first, second = keep("一"), keep("二")
    browser.post(f"/settings/rules/{second}/shift", {"by": "up"})
    browser.post(f"/settings/rules/{first}/switch", {"on": "1", "starts_on": "2026-12-01"})
    browser.post(f"/settings/rules/{second}/copy")
    browser.post(f"/settings/rules/{second}/archive")
    with scope.client("acme"):
        found = ArrivalRule.objects.filter(archived_at=None)
        assert [(rule.name, rule.is_active, str(rule.starts_on)) for rule in found] == [
            ("一", True, "2026-12-01"),
            ("二（写し）", False, "None"),
        ]
    listed = browser.get("/settings/rules").content.decode()
    assert "開始待ち" in listed or "有効" in listed
    assert browser.get(f"/settings/rules/{second}").status_code == 404


def test_days_in_the_wrong_order_are_refused_beside_the_field(browser: Client) -> None:
    rule = keep()
    days = {"on": "1", "starts_on": "2026-12-02", "ends_on": "2026-12-01"}
    response = browser.post(f"/settings/rules/{rule}/switch", days)
    assert response.status_code == 422
    assert response.context["form"].errors["ends_on"] == ["終わりの日が始まりの日より前です。"]


def test_rules_go_out_and_come_in_as_a_file(browser: Client) -> None:
    keep("控え", CONDITION)
    out = browser.get("/settings/rules/export")
    assert out["Content-Type"] == "application/json"
    file = SimpleUploadedFile("rules.json", out.content)
    assert browser.post("/settings/rules/import", {"file": file}).status_code == 302
    assert [name for name, *_rest in kept()] == ["控え", "控え"]
    broken = browser.post("/settings/rules/import", {"file": SimpleUploadedFile("x.json", b"{")})
    assert broken.status_code == 422
    assert "JSONとして読めません" in broken.content.decode()


def test_the_list_takes_as_many_queries_for_three_as_for_one(browser: Client, django_assert_num_queries: Any) -> None:
    keep()
    browser.get("/settings/rules")
    with django_assert_num_queries(8):
        browser.get("/settings/rules")
    keep("二")
    keep("三")
    with django_assert_num_queries(8):
        browser.get("/settings/rules")


def test_an_orders_page_shows_what_rules_did_and_runs_them_again(browser: Client) -> None:
    quiet = {"do": "mute_mail", "mail": "followup"}
    keep(
        "お得意様",
        {"field": "total", "op": "gte", "value": 1},
        quiet,
        {"do": "mute_mail", "mail": "delivered"},
        on=True,
    )
    with scope.client("acme"):
        order = orders.order()
    response = browser.post("/orders/run-rules", {"selected": [order.pk]}, follow=True)
    assert "1件に規則を適用し直し、1件が変わりました。" in response.content.decode()
    shown = browser.get(f"/orders/{order.pk}").content.decode()
    assert "規則による変更" in shown
    assert "送らないメール" in shown
    assert re.search(r"購入者通知の一部を止める</strong> フォロー → フォロー・お届け", shown)
    assert re.search(r"規則「お得意様」第1版をもう一度適用しました", shown)
    with scope.client("acme"):
        assert list(RuleEffect.objects.values_list("again", flat=True)) == [True, True]


def test_the_operators_administrator_keeps_them_too_and_others_do_not(browser: Client) -> None:
    rule = keep()
    admin, clerk = login(Client(), staff("admin", serves=["acme"])), login(Client(), staff("clerk", serves=["acme"]))
    assert "規則" in admin.get(f"/clients/acme/settings/rules/{rule}").content.decode()
    assert clerk.get("/clients/acme/settings/rules").status_code == 403
    viewer = login(Client(), client_person("viewer"), "acme")
    assert viewer.post("/settings/rules/new", RULE | {"press": "save"}).status_code == 403


def test_a_neighbour_finds_no_rule_of_acme(browser: Client) -> None:
    rule = keep()
    neighbour = login(Client(), client_person("owner", "bravo"), "bravo")
    for address in (f"/settings/rules/{rule}", f"/settings/rules/{rule}/edit", f"/settings/rules/try?rule={rule}"):
        assert neighbour.get(address).status_code == 404
    neighbour.post(f"/settings/rules/{rule}/archive")
    with scope.client("acme"):
        assert ArrivalRule.objects.get().archived_at is None
