"""The queue, the board and the home, as the people of the floor see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags

from core import scope
from operations import services
from operations.models import WorkItem
from tests.factories.operations import item, items, received
from tests.factories.people import client_person, login, staff

At = Callable[[str], datetime]
PAGES = ["/", "/queue", "/board", "/warehouse", "/clients"]

pytestmark = pytest.mark.usefixtures("moved_clock")


def held(name: str) -> list[WorkItem]:
    """What somebody of that name holds."""
    with scope.operator():
        return list(WorkItem.objects.filter(state="claimed", holder_name=name).order_by("rank", "id"))


def text(browser: Client, url: str) -> str:
    """What the page says, which must be there."""
    response = browser.get(url)
    assert response.status_code == 200, (url, response.status_code)
    return strip_tags(response.content.decode())


@pytest.mark.parametrize("url", PAGES)
def test_every_page_opens_with_nothing_to_show(url: str, lead: Client) -> None:
    assert "受注代行" in text(lead, url)


@pytest.mark.parametrize("url", PAGES)
def test_who_serves_nobody_is_told_what_to_do(url: str, db: None) -> None:
    assert "担当する取引先がありません" in text(login(Client(), staff("clerk")), url)


@pytest.mark.parametrize("url", ["/queue", "/board", "/warehouse", "/clients", "/clients/acme/warehouse/pick"])
def test_a_client_has_none_of_it(url: str, db: None) -> None:
    browser = login(Client(), client_person("owner", "acme"), "acme")

    assert browser.get(url).status_code == 404


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_as_often_for_one_as_for_three(
    url: str, count: int, lead: Client, at: At, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for client in ("acme", "bravo"):
        items(count, client=client, due_at=at("2026-10-01 18:00"))
        items(count, client=client, kind="pick", due_at=at("2026-10-01 09:00"))
        items(
            count,
            client=client,
            kind="ship",
            state="claimed",
            holder_id=9,
            holder_name="次郎",
            claimed_at=at("2026-10-01 09:00"),
        )
    lead.get(url)

    with django_assert_max_num_queries(16):
        assert lead.get(url).status_code == 200


def test_the_queue_shows_only_what_one_serves_and_may_do(clerk: Client, at: At) -> None:
    item(title="A-1 皿", due_at=at("2026-10-01 18:00"))
    item(title="A-2 鉢", kind="pick")
    item(title="B-1 椀", client="bravo")

    page = text(clerk, "/queue")

    assert "A-1 皿" in page
    assert "A-2 鉢" not in page
    assert "B-1 椀" not in page


def test_the_queue_is_narrowed_by_kind_client_due_holder_and_text(lead: Client, at: At) -> None:
    item(title="A-1 皿", due_at=at("2026-10-01 09:00"))
    item(title="A-2 鉢", kind="pick", due_at=at("2026-10-01 18:00"))
    item(
        title="B-1 椀", client="bravo", due_at=at("2026-10-02 18:00"), state="claimed", holder_id=9, holder_name="次郎"
    )

    def shown(query: str) -> set[str]:
        page = text(lead, f"/queue?{query}")
        return {title for title in ("A-1 皿", "A-2 鉢", "B-1 椀") if title in page}

    assert shown("") == {"A-1 皿", "A-2 鉢"}
    assert shown("kind=pick") == {"A-2 鉢"}
    assert shown("client=bravo") == set()
    assert shown("client=bravo&held=others") == {"B-1 椀"}
    assert shown("held=mine") == set()
    assert shown("due=late") == {"A-1 皿"}
    assert shown("due=today") == {"A-1 皿", "A-2 鉢"}
    assert shown("held=others") == {"B-1 椀"}
    assert shown("q=鉢") == {"A-2 鉢"}
    assert shown("kind=nonsense&client=nobody&due=never&held=x") == {"A-1 皿", "A-2 鉢"}


def test_the_list_goes_on_page_by_page(clerk: Client) -> None:
    items(60)

    first = clerk.get("/queue")
    page = first.context["page"]
    second = clerk.get(f"/queue?after={page.after}").context["page"]

    assert (len(page.rows), len(second.rows), second.after) == (50, 10, "")
    assert not {row.pk for row in page.rows} & {row.pk for row in second.rows}


def test_a_broken_cursor_is_said_so(clerk: Client) -> None:
    items(2)

    response = clerk.get("/queue?after=zzz", follow=True)

    assert response.status_code in (200, 400, 404)


def test_next_claims_what_comes_first_and_opens_it(clerk: Client, acme: str, at: At) -> None:
    late = received(verifications=("address",), ship_due_at=at("2026-10-02 18:00"))
    early = received(ship_due_at=at("2026-10-01 18:00"))

    response = clerk.post("/queue/next")

    (mine,) = held("受注 花子")
    assert (mine.order_id, mine.kind) == (early, "release")
    assert response["Location"] == f"/clients/acme/work/{mine.pk}"
    assert late != early


def test_next_keeps_to_the_kind_that_was_chosen(clerk: Client, acme: str, at: At) -> None:
    received(ship_due_at=at("2026-10-01 18:00"))
    checked = received(verifications=("address",), ship_due_at=at("2026-10-02 18:00"))

    clerk.post("/queue/next", {"kind": "verify", "client": "acme"})

    assert [mine.order_id for mine in held("受注 花子")] == [checked]


def test_with_nothing_left_next_says_so_and_stays(clerk: Client) -> None:
    item(kind="pick")

    response = clerk.post("/queue/next", {"kind": "verify"}, follow=True)

    assert "いま対応できる作業はありません" in response.content.decode()
    assert response.redirect_chain[-1][0] == "/queue?kind=verify"


def test_taking_and_giving_back_the_chosen(clerk: Client) -> None:
    first, second, third = items(3)

    clerk.post("/queue/take", {"selected": [first.pk, second.pk]})
    assert {one.pk for one in held("受注 花子")} == {first.pk, second.pk}

    clerk.post("/queue/give-back", {"selected": [first.pk]})
    assert {one.pk for one in held("受注 花子")} == {second.pk}

    clerk.post("/queue/leave")
    assert held("受注 花子") == []
    assert third.pk


def test_what_is_refused_is_said_and_the_rest_is_done(clerk: Client) -> None:
    free = item()
    taken = item(state="claimed", holder_id=9, holder_name="倉庫 次郎")

    response = clerk.post("/queue/take", {"selected": [free.pk, taken.pk]}, HTTP_REFERER="/queue", follow=True)

    page = response.content.decode()
    assert "1件を自分の担当にしました。" in page
    assert "1件は対象外です: 倉庫 次郎さんが作業中です" in page


def test_everything_that_the_filter_shows_can_be_taken_at_once(clerk: Client, at: At) -> None:
    items(60, due_at=at("2026-10-01 18:00"))
    item(due_at=at("2026-10-05 18:00"))

    clerk.post("/queue/take?due=today", {"all": "1"})

    assert len(held("受注 花子")) == 60


def test_nothing_chosen_is_said(clerk: Client) -> None:
    response = clerk.post("/queue/take", HTTP_REFERER="/queue", follow=True)

    assert "作業を選んでください。" in response.content.decode()


def test_another_clients_item_is_nobodys_to_take(clerk: Client) -> None:
    strange = item(client="bravo")

    clerk.post("/queue/take", {"selected": [strange.pk]})

    assert held("受注 花子") == []


def test_a_lead_assigns_and_puts_ahead(lead: Client) -> None:
    hanako = staff("clerk", serves=["acme"], name="受注 花子")
    first, second = items(2)

    lead.post("/queue/reassign", {"selected": [first.pk], "to": hanako.pk})
    lead.post("/queue/prioritise", {"selected": [second.pk], "priority": "1"})

    assert [mine.pk for mine in held("受注 花子")] == [first.pk]
    with scope.operator():
        second.refresh_from_db()
    assert second.priority == 1


def test_a_clerk_does_not(clerk: Client) -> None:
    mine = item()

    assert clerk.post("/queue/reassign", {"selected": [mine.pk], "to": 1}).status_code == 403
    assert clerk.post("/queue/prioritise", {"selected": [mine.pk], "priority": "1"}).status_code == 403


def test_the_board_foretells_and_names_who_holds_what(lead: Client, at: At) -> None:
    items(30, kind="pick", due_at=at("2026-10-01 18:00"))
    for minute in range(2):
        item(kind="pick", state="done", holder_id=9, finished_at=at(f"2026-10-01 09:5{minute}"))
    item(kind="pack", state="claimed", holder_id=9, holder_name="倉庫 次郎", claimed_at=at("2026-10-01 09:00"))

    page = text(lead, "/board")

    assert "7時間遅れる見込み" in page
    assert "あと1人で18:00に間に合います" in page
    assert "倉庫 次郎" in page


def test_the_home_shows_the_day(lead: Client, acme: str) -> None:
    received(units=(2,))

    page = text(lead, "/")

    assert "アクメ商事株式会社" in page
    assert "ブラボー物産株式会社" in page
    found = lead.get("/").context
    assert (found["total"].open, found["today"].received) == (1, 1)
    assert [one.orders for _client, one in found["arrivals"]] == [1]


def test_presence_is_noted_where_somebody_works(
    clerk: Client, acme: str, at: At, moved_clock: Callable[[str], None]
) -> None:
    received()
    clerk.post("/queue/next")
    (mine,) = held("受注 花子")
    moved_clock("2026-10-01 10:25")

    assert clerk.post(f"/clients/acme/work/{mine.pk}/here").status_code == 204

    assert services.return_abandoned(at=at("2026-10-01 10:50")) == 0
    assert services.return_abandoned(at=at("2026-10-01 10:56")) == 1
