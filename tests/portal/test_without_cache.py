"""The cache is away: whoever is in goes on working."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.context import SECTIONS
from portal.settings import CLIENT_URLCONF
from tests.factories.people import client_person, login, staff

pytestmark = pytest.mark.usefixtures("db", "no_cache")


@pytest.mark.parametrize("name", [name for _key, _label, name, _icon, _permission in SECTIONS["client"]])
def test_every_section_of_a_client_opens(name: str) -> None:
    owner = login(Client(), client_person("owner"), "acme")
    assert owner.get(reverse(name, urlconf=CLIENT_URLCONF)).status_code == 200


@pytest.mark.parametrize("name", [name for _key, _label, name, _icon, _permission in SECTIONS["operator"]])
def test_every_section_of_the_operator_opens(name: str) -> None:
    admin = login(Client(), staff("admin", serves=["acme"]))
    assert admin.get(reverse(name)).status_code == 200


def test_a_search_finds() -> None:
    owner = login(Client(), client_person("owner"), "acme")
    assert owner.get(reverse("search", urlconf=CLIENT_URLCONF), {"q": "山田"}).status_code == 200
