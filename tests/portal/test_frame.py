"""The frame: the rail and a phone's bar, and the list of what can be set."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from portal.settings_menu import AREAS
from tests.factories.people import client_person, login, staff

pytestmark = pytest.mark.usefixtures("db")


def in_bar(page: str) -> list[str]:
    entries = re.findall(r'<li class="rail-entry([^"]*)"><a [^>]*title="([^"]+)"', page)
    return [label for classes, label in entries if "in-bar" in classes]


@pytest.mark.parametrize("role", ["owner", "viewer", "accounting"])
def test_a_phones_bar_holds_at_most_four_and_the_rest_is_a_tap_away(role: str) -> None:
    page = login(Client(), client_person(role), "acme").get("/").content.decode()

    labels = re.findall(r'class="rail-link[^"]*" href="[^"]+" title="([^"]+)"', page)
    bar = in_bar(page)
    more = re.findall(r'<a class="menu-item"[^>]*><svg.*?</svg>([^<]+)', page.split('class="rail-more"')[1])
    assert len(bar) == 4
    assert bar[0] == "ホーム"
    assert set(labels) <= {*bar, *more}
    assert not set(bar) & set(more)


def test_the_operators_bar_has_the_floor() -> None:
    page = login(Client(), staff("lead", serves=["acme"])).get("/").content.decode()
    assert in_bar(page) == ["ホーム", "キュー", "当日ボード", "倉庫"]


@pytest.mark.parametrize("path", ["/settings", "/settings/"])
def test_the_overview_has_everything_that_the_person_may_set(path: str) -> None:
    owner = login(Client(), client_person("owner"), "acme").get(path).content.decode()
    assert all(str(section.purpose) in owner for group in AREAS["client"] for section in group.sections)

    viewer = login(Client(), client_person("viewer"), "acme").get(path).content.decode()
    assert "会社名・住所・連絡先" in viewer
    assert "だれがログインできるか。招待と役割" not in viewer
    assert "連携" not in viewer.split("<main")[1]  # a group of which nothing may be opened


def test_wherever_a_setting_lies_the_list_and_the_rail_say_where_one_is() -> None:
    owner = login(Client(), client_person("owner"), "acme")
    for path, label in (
        ("/intakes/channels", "販売チャネル"),
        ("/settings/company", "会社"),
        ("/definition", "状態の定義"),
    ):
        page = owner.get(path).content.decode()
        here = re.findall(r'aria-current="page">(?:<svg.*?</svg>)?(?:<span[^>]*>)?([^<]+)', page)
        assert set(here) >= {label, "設定"}, (path, here)
        assert "取込" not in here


def test_the_clients_own_affairs_are_not_on_the_operators_host() -> None:
    lead = login(Client(), staff("admin", serves=["acme"])).get("/clients/acme/settings").content.decode()
    assert "ショップとの接続" in lead
    assert "APIトークン" not in lead
