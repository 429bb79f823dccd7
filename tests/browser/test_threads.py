"""A question with a file and a name in it, asked and answered in real browsers."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core import scope
from documents.models import Document
from orders.models import Message
from tests.browser.conftest import Site, assert_accessible
from tests.factories import operations

pytestmark = pytest.mark.browser


def test_a_question_is_asked_with_a_file_and_a_name_and_answered_from_the_queue(
    client_side: Page, operator_side: Page, site: Site, tmp_path: Path
) -> None:
    with scope.client("acme"):
        order = operations.received(number="TALK-1")
    slip = tmp_path / "控え.txt"
    slip.write_text("控え")
    client_side.goto(site.address(f"/orders/{order}", "acme"))
    field = client_side.get_by_label("メッセージ", exact=True)
    field.fill("TALK-1 の件、")
    field.press_sequentially("@")
    first = client_side.locator(".names > li").first
    name = first.text_content() or ""
    first.click()
    field.press_sequentially("と話しました。<b>いつ</b>届きますか")
    client_side.locator("#composer input[type=file]").set_input_files(slip)
    field.press("Control+Enter")

    said = client_side.locator("#talk-feed article").first
    expect(said).to_contain_text("<b>いつ</b>届きますか")
    expect(said.locator(".said-name")).to_have_text(f"@{name}")
    expect(said.locator(".said-files")).to_contain_text("控え.txt")
    expect(field).to_have_value("")
    assert_accessible(client_side)
    with scope.client("acme"):
        assert (Message.objects.get().mentions[0][1], Document.objects.get(kind="message").order_id) == (name, order)

    operator_side.goto(site.address("/queue?kind=answer"))
    operator_side.get_by_role("link", name="TALK-1").first.click()
    expect(operator_side.locator("main")).to_contain_text("いつ</b>届きますか")
    assert_accessible(operator_side)
    operator_side.get_by_label("社内メモ").check()
    operator_side.get_by_label("メッセージ", exact=True).fill("倉庫に確認中")
    operator_side.get_by_role("button", name="送る").click()
    expect(operator_side.locator(".said.is-note")).to_contain_text("倉庫に確認中")
    operator_side.get_by_label("メッセージ", exact=True).fill("明日の午前に着きます")
    operator_side.get_by_role("button", name="送る").click()
    expect(operator_side.get_by_text("返信しました。")).to_be_visible()

    client_side.goto(site.address("/threads", "acme"))
    expect(client_side.locator(".rail-count").first).to_have_text("1")
    assert_accessible(client_side)
    client_side.get_by_role("link", name="TALK-1").first.click()
    expect(client_side.locator("#talk-feed")).to_contain_text("明日の午前に着きます")
    expect(client_side.locator("#talk-feed")).not_to_contain_text("倉庫に確認中")
