"""A page of 100 orders by the API, against psycopg and orjson on the same rows; a deep page against the first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import orjson
import psycopg
from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.test import Client, override_settings
from psycopg.rows import dict_row
from rest_framework.request import Request

from bench import ground
from bench.figures import Figure, Size, alternating
from core import clock, scope
from core.events import SYSTEM
from core.json_lists import page_json
from core.paging import cursor_at
from orders.api.shaped import LIST_FIELDS
from orders.models import Order
from orders.queries import listing
from tenants import services

ORDER = ("-ordered_at", "-id")
_FILL = """
    INSERT INTO orders_order (channel_id, number, ordered_at, received_at, phase, buyer_name, ship_name, ship_postcode,
                              ship_prefecture, ship_address, payment_method, total, tax_by_rate, tags)
    SELECT (SELECT min(id) FROM orders_channel), 'L-' || g, timestamptz '2026-10-01' - g * interval '1 min',
           timestamptz '2026-10-01', 'received', '山田 花子', '山田 花子', '1050011', '東京都', '東京都港区芝公園4-2-8',
           'クレジットカード', 1000 + g %% 5000, '{}', '[]'
      FROM generate_series(1, %s) g
"""


def measure(size: Size) -> list[Figure]:
    """The list itself, the whole request with its token, and the page far down."""
    _fill(size.listed_orders)
    with psycopg.connect(ground.SUPERUSER, autocommit=True, row_factory=dict_row) as session:
        session.execute(b'SET search_path = "c_acme", public')
        bare = _bare(session)
        with scope.client(ground.CLIENT):
            listed, least = alternating(_page(""), bare, size.rounds)
            first, deep = alternating(_page(""), _page(_far_down(size.listed_orders)), size.rounds)
        with override_settings(API_CALLS_PER_MINUTE=10**9):
            asked, least_too = alternating(_whole_request(), bare, size.rounds)
    return [
        Figure("API list of 100 / psycopg + orjson", listed / least, "×", 1.3, detail=_against(listed, least)),
        Figure(
            "the same with host, token, limits, middleware", asked / least_too, "×", 1.3,
            detail=_against(asked, least_too),
        ),
        Figure(
            "deep page / first page", deep / first, "×", 1.2,
            detail=f"{_against(deep, first)}, {size.listed_orders} orders down",
        ),
    ]  # fmt: skip


def _against(one: float, other: float) -> str:
    return f"{one * 1e3:.2f} against {other * 1e3:.2f} ms"


def _fill(orders: int) -> None:
    with ground.superuser() as session:
        session.execute(b'SET search_path = "c_acme", public')
        session.execute("TRUNCATE orders_order CASCADE")
        session.execute(_FILL, [orders])
        session.execute("VACUUM ANALYZE orders_order")


def _far_down(orders: int) -> str:
    at, pk = Order.objects.order_by(*ORDER).values_list("ordered_at", "pk")[orders - 200]
    return cursor_at([at, pk])


def _page(cursor: str) -> Callable[[], object]:
    """What the endpoint does for the page behind the cursor."""
    asked = HttpRequest()
    asked.GET = QueryDict(urlencode({"limit": "100", "cursor": cursor}))
    request = Request(asked)

    def page() -> bytes:
        rows = listing.matching(listing.Filters(), at=clock.now())
        return page_json(request, rows, fields=LIST_FIELDS, order=ORDER)

    return page


def _bare(session: psycopg.Connection[dict[str, object]]) -> Callable[[], object]:
    """The least that the same page takes in Python: one query, its rows as dicts, and orjson."""
    names = ", ".join(f"o.{name}" for name in LIST_FIELDS if name != "channel")
    statement = (
        f"SELECT {names}, c.code AS channel FROM orders_order o JOIN orders_channel c ON c.id = o.channel_id"
        " ORDER BY o.ordered_at DESC, o.id DESC LIMIT 101"
    ).encode()
    return lambda: orjson.dumps(session.execute(statement).fetchall(), default=str)


def _whole_request() -> Callable[[], object]:
    at = clock.now()
    with scope.client(ground.CLIENT):
        expires = at + timedelta(days=1)
        scopes = ["orders:read"]
        _token, secret = services.create_token(name="基幹", scopes=scopes, expires_at=expires, actor=SYSTEM, at=at)
    program = Client(HTTP_HOST=f"{ground.CLIENT}.{settings.BASE_DOMAIN}")

    def ask() -> None:
        answer = program.get("/api/v1/orders?limit=100", headers={"Authorization": f"Bearer {secret}"})
        if answer.status_code != 200:
            raise RuntimeError(f"The API answered {answer.status_code}: {answer.content.decode()[:200]}")

    return ask
