from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.messages import get_messages
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path

from core import scope
from core.errors import Refused
from orders.models import Channel
from portal.urls.shared import handler403, handler404, handler500
from portal.urls.shared import urlpatterns as shared
from tenants import doors
from tenants.doors import PortalRequest, page
from tenants.roles import Permission
from tests.factories.people import client_person, login, somebody, staff

__all__ = ["handler403", "handler404", "handler500"]


@page(Permission.VIEW_ORDERS)
def parcels(request: PortalRequest) -> HttpResponse:
    """Says whose scope the page runs in, and where its own links lead."""
    return HttpResponse(f"{scope.current().client} {doors.url(request, 'parcels:one', 7)}")


@page(Permission.CANCEL_ORDERS, methods=("POST",))
def one(request: PortalRequest, pk: int) -> HttpResponse:
    return HttpResponse(f"{pk}")


@page(Permission.WORK_QUEUE, side="operator")
def queue(request: PortalRequest) -> HttpResponse:
    return HttpResponse(f"{scope.current().client} {doors.url(request, 'parcels:one', 7, client='bravo')}")


@page(None, methods=("POST",))
def write_and_stop(request: PortalRequest, how: str) -> HttpResponse:
    """Writes, and then does not come to an end."""
    Channel.objects.create(code=how, name="x", profile="x")
    if how == "refuse":
        raise Refused("この取込口は使えません。", code="no")
    if how == "miss":
        raise Http404
    return HttpResponse(1 / 0)


class Parcels:
    app_name = "parcels"
    urlpatterns = [
        path("parcels", parcels, name="list"),
        path("parcels/<int:pk>", one, name="one"),
        path("stop/<slug:how>", write_and_stop, name="stop"),
    ]


class Queue:
    app_name = "queue"
    urlpatterns = [path("queue", queue, name="list")]


client_pages = [path("", include((Parcels.urlpatterns, "parcels")))]


class OnTheClientsHost:
    urlpatterns = [*shared, *client_pages]
    handler403, handler404, handler500 = handler403, handler404, handler500


class OnTheOperatorsHost:
    urlpatterns = [
        *shared,
        path("", include((Queue.urlpatterns, "queue"))),
        path("clients/<slug:client_code>/", include((client_pages, doors.MOUNT), namespace=doors.MOUNT)),
    ]
    handler403, handler404, handler500 = handler403, handler404, handler500


@pytest.fixture(autouse=True)
def two_hosts(db: None) -> Iterator[None]:
    with override_settings(ROOT_URLCONF=OnTheOperatorsHost, CLIENT_URLCONF=OnTheClientsHost):
        yield


def test_a_client_page_runs_in_its_clients_scope_and_links_on_its_host() -> None:
    browser = login(Client(), client_person("orders", "acme"), "acme")
    assert browser.get("/parcels").content.decode() == "acme /parcels/7"


def test_the_operator_opens_the_same_page_below_the_clients_code() -> None:
    browser = login(Client(), staff("clerk", serves=["acme"]))
    assert browser.get("/clients/acme/parcels").content.decode() == "acme /clients/acme/parcels/7"
    assert browser.get("/queue").content.decode() == "None /clients/bravo/parcels/7"


def test_staff_open_only_the_clients_that_their_teams_serve() -> None:
    browser = login(Client(), staff("clerk", serves=["acme"]))
    assert browser.get("/clients/bravo/parcels").status_code == 404
    assert browser.get("/clients/nobody/parcels").status_code == 404


def test_the_administrator_opens_every_client() -> None:
    browser = login(Client(), staff("admin"))
    assert browser.get("/clients/bravo/parcels").status_code == 200


def test_a_stranger_is_nobody_on_a_clients_host() -> None:
    assert login(Client(), client_person("owner", "bravo"), "acme").get("/parcels").status_code == 302
    assert login(Client(), staff("admin"), "acme").get("/parcels").status_code == 302


def test_a_stranger_is_nobody_on_the_operators_host() -> None:
    assert login(Client(), client_person("owner", "acme")).get("/queue").status_code == 302
    assert login(Client(), somebody()).get("/clients/acme/parcels").status_code == 302


def test_a_colleague_without_the_permission_is_told() -> None:
    assert login(Client(), client_person("viewer", "acme"), "acme").post("/parcels/1").status_code == 403


def test_nobody_is_sent_to_the_login_and_back() -> None:
    response = Client(headers={"host": "acme.localhost"}).get("/parcels?page=2")
    assert response.status_code == 302
    assert response.headers["Location"] == "/account/login/?next=/parcels%3Fpage%3D2"


def test_a_session_opens_one_host_only() -> None:
    person = client_person("owner", "acme")
    client_person("owner", "bravo", person=person)
    browser = login(Client(), person, "acme")
    assert browser.get("/parcels").status_code == 200
    assert browser.get("/parcels", headers={"host": "bravo.localhost"}).status_code == 302


def test_an_operators_page_is_not_on_a_clients_host() -> None:
    browser = login(Client(), client_person("owner", "acme"), "acme")
    assert browser.get("/queue").status_code == 404
    assert browser.get("/clients/acme/parcels").status_code == 404


def test_a_page_answers_its_methods_alone() -> None:
    browser = login(Client(), client_person("orders", "acme"), "acme")
    assert browser.get("/parcels/1").status_code == 405
    assert browser.post("/parcels/1").status_code == 200


@pytest.mark.parametrize(("how", "status"), [("refuse", 302), ("miss", 404), ("fail", 500)])
def test_a_page_that_stops_half_way_leaves_nothing_behind(how: str, status: int) -> None:
    browser = login(Client(raise_request_exception=False), client_person("orders", "acme"), "acme")
    assert browser.post(f"/stop/{how}").status_code == status
    with scope.client("acme"):
        assert not Channel.objects.exists()


def test_what_a_page_refuses_is_said_on_the_page_before() -> None:
    browser = login(Client(), client_person("orders", "acme"), "acme")
    answer = browser.post("/stop/refuse", headers={"referer": "http://acme.localhost/parcels"})
    assert answer.headers["Location"] == "http://acme.localhost/parcels"
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["この取込口は使えません。"]
    elsewhere = browser.post("/stop/refuse", headers={"referer": "http://evil.example/"})
    assert elsewhere.headers["Location"] == "/"


def test_a_part_of_a_page_leads_the_whole_page_to_the_login() -> None:
    part = {"host": "acme.localhost", "hx-request": "true", "hx-current-url": "http://acme.localhost/parcels?page=2"}
    answer = Client(headers=part).get("/parcels")
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/account/login/?next=/parcels%3Fpage%3D2"


def test_links_are_made_without_a_client_in_sight_too() -> None:
    request: HttpRequest = RequestFactory().get("/")
    request.side, request.client = "operator", None  # type: ignore[attr-defined]
    assert doors.url(request, "queue:list") == "/queue"
