from __future__ import annotations

from django.test import Client
from openapi_spec_validator import validate

from tests.factories.people import client_person, host_of, login


def test_the_description_is_valid_and_open_to_those_who_write_programs(acme: str) -> None:
    described = Client(HTTP_HOST=host_of("acme")).get("/api/v1/schema").json()
    validate(described)
    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) >= {
        "/orders",
        "/orders/{order_id}/cancel",
        "/invoices/{invoice_id}/pdf",
    }
    scopes = {(path, method): op["x-scope"] for path, ops in described["paths"].items() for method, op in ops.items()}
    assert scopes["/orders", "get"] == "orders:read"
    assert scopes["/orders", "post"] == "orders:write"
    assert all(scopes.values())


def test_the_reference_names_every_operation_and_runs_no_inline_script(acme: str) -> None:
    page = Client(HTTP_HOST=host_of("acme")).get("/api/v1/")
    words = page.content.decode()
    for said in (
        "受注の登録",
        "POST /api/v1/orders",
        "Idempotency-Key",
        "lines[].unit_price",
        "results[].problems[].code",
    ):
        assert said in words
    assert 'style="' not in words
    assert "unsafe" not in page["Content-Security-Policy"]


def test_the_reference_opens_in_the_frame_of_whoever_is_logged_in(acme: str) -> None:
    person = login(Client(), client_person(), "acme")
    assert "rail" in person.get("/api/v1/").content.decode()


def test_the_operators_host_has_no_api(as_operator: None) -> None:
    answer = Client(HTTP_HOST=host_of("")).get("/api/v1/orders")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
