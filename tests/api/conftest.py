from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from core import clock, scope
from tenants import services
from tenants.roles import TOKEN_SCOPES
from tests.conftest import OPERATOR
from tests.factories.people import host_of


class Program(NamedTuple):
    """A client's program: it talks to one host, with one token."""

    browser: Client
    headers: dict[str, str]

    def get(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.browser.get(f"/api/v1/{path}", data, headers={**self.headers, **headers})

    def post(self, path: str, data: object = None, content_type: str = "application/json", **headers: str) -> Any:
        return self.browser.post(
            f"/api/v1/{path}", data, content_type=content_type, headers={**self.headers, **headers}
        )

    def place(self, orders: object, key: str = "k-1", query: str = "") -> Any:
        return self.post(f"orders{query}", orders, **{"Idempotency-Key": key})


def program(code: str, scopes: Iterable[str] = tuple(TOKEN_SCOPES), *, host: str = "") -> Program:
    """A program with a new token of the client `code`, talking to its host (or to that of `host`)."""
    at = clock.now()
    with scope.client(code):
        _token, secret = services.create_token(
            name="基幹", scopes=list(scopes), expires_at=at + timedelta(days=30), actor=OPERATOR, at=at
        )
    return Program(Client(HTTP_HOST=host_of(host or code)), {"Authorization": f"Bearer {secret}"})


@pytest.fixture
def acme_program(acme: str) -> Program:
    """acme's program, which may do everything."""
    return program("acme")


@pytest.fixture(autouse=True)
def unlimited() -> None:
    """No calls of another test count."""
    cache.clear()


@pytest.fixture
def error_of() -> Callable[[HttpResponse], dict[str, Any]]:
    """The error that an answer speaks of, after a look that it has the one shape."""

    def read(answer: HttpResponse) -> dict[str, Any]:
        body: dict[str, Any] = answer.json()  # type: ignore[attr-defined]
        assert set(body) == {"error"}, body
        assert {"code", "message"} <= set(body["error"]) <= {"code", "message", "field", "details"}
        assert body["error"]["message"]
        error: dict[str, Any] = body["error"]
        return error

    return read


def an_order(number: str = "A-1", **fields: object) -> dict[str, object]:
    """An order as a program sends it."""
    return {
        "number": number,
        "ordered_at": "2026-10-01T10:00:00+09:00",
        "buyer_name": "山田 花子",
        "buyer_phone": "03-1234-5678",
        "ship_name": "山田 花子",
        "ship_postcode": "105-0011",
        "ship_address": "東京都港区芝公園4-2-8",
        "ship_phone": "03-1234-5678",
        "total": 2200,
        "goods_total": 2200,
        "lines": [{"sku": "S-1", "name": "手ぬぐい", "quantity": 2, "unit_price": 1100, "tax_rate": 10}],
        **fields,
    }
