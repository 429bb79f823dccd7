"""Orders: listed, placed, read, cancelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.idempotency import once
from core.json_lists import choices, day, page_json, text
from core.rest import Endpoint, raw
from core.wire import OrjsonParser
from orders.api import rows
from orders.api.described import (
    CHANNEL,
    CURSOR,
    KEY,
    LIMIT,
    CancelIn,
    CancelOut,
    DecideIn,
    OrderIn,
    OrderOut,
    OrderPage,
    PlacedOut,
)
from orders.api.shaped import LIST_FIELDS, order_json
from orders.intake.profiles import LINE_FIELDS, ORDER_FIELDS
from orders.lifecycle import BY_CODE
from orders.models import Order, OrderException
from orders.queries import arrivals, detail, listing
from orders.queries.listing import Filters
from orders.services import cancelling, exceptions, intake
from orders.services.exceptions import Answer
from tenants.api import actor_of
from tenants.openapi import errors

JSON: list[type[BaseParser]] = [OrjsonParser]


class Orders(Endpoint):
    """受注の一覧と登録。"""

    required_scopes = {"GET": "orders:read", "POST": "orders:write"}
    parser_classes = JSON

    @extend_schema(
        operation_id="orders_list",
        summary="受注の一覧",
        tags=["受注"],
        parameters=[
            OpenApiParameter("phase", str, enum=list(BY_CODE), many=True, description="状態（複数可）"),
            OpenApiParameter("channel", str, description="販売チャネルのコード"),
            OpenApiParameter("q", str, description="注文番号・氏名などの一部"),
            OpenApiParameter("ordered_from", date, description="受注日（この日以降）"),
            OpenApiParameter("ordered_to", date, description="受注日（この日以前）"),
            CURSOR,
            LIMIT,
        ],
        responses={200: OrderPage, **errors(401, 403, 422, 429)},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """受注を新しい順に返します。"""
        filters = Filters(
            phases=choices(request, "phase", list(BY_CODE)),
            channel=text(request, "channel"),
            text=text(request, "q"),
            first=day(request, "ordered_from"),
            last=day(request, "ordered_to"),
        )
        found = listing.matching(filters, at=clock.now())
        return raw(page_json(request, found, fields=LIST_FIELDS, order=("-ordered_at", "-id")))

    @extend_schema(
        operation_id="orders_create",
        summary="受注の登録",
        tags=["受注"],
        parameters=[KEY, CHANNEL],
        request=PolymorphicProxySerializer(
            component_name="OrderOrOrders",
            serializers=[OrderIn, OrderIn(many=True)],
            resource_type_field_name=None,
            many=False,
        ),
        responses={200: PlacedOut, 201: PlacedOut, **errors(400, 401, 403, 409, 413, 415, 422, 429)},
    )
    @once
    def post(self, request: Request) -> Response:
        """受注を1件、または配列で10,000件まで登録します。

        1件ごとに結果を返します。1件でも新しく登録されれば201、すべてが登録済みか受け付けられないものなら200です。
        """
        channel = arrivals.channel_for(text(request, "channel"))
        records = _records(request.data)
        arrived = intake.accept(channel, records, actor=actor_of(request), at=clock.now())
        results = arrivals.results(arrived, [str(record.get("number", "")).strip() for record in records])
        body = {
            "intake": arrived.pk,
            "created": arrived.orders_new,
            "known": arrived.orders_known,
            "refused": sum(result["result"] == "refused" for result in results),
            "results": results,
        }
        return Response(body, status=201 if arrived.orders_new else 200)


def _records(data: Any) -> Sequence[Mapping[str, Any]]:
    """The orders of the body, each with fields that there are; what their values are worth the intake says."""
    records = data if isinstance(data, list) else [data]
    for place, record in enumerate(records, 1):
        rows.check(record, ORDER_FIELDS, LINE_FIELDS, where=str(place))
    return records


class OneOrder(Endpoint):
    """1件の受注。"""

    required_scopes = {"GET": "orders:read"}

    @extend_schema(
        operation_id="orders_read",
        summary="1件の受注",
        tags=["受注"],
        responses={200: OrderOut, **errors(401, 403, 404, 429)},
    )
    def get(self, request: Request, order_id: int) -> Response:
        """受注を明細・出荷・次の予定とともに返します。"""
        found = detail.of_order(order_id)
        if found is None:
            raise Http404
        return Response(order_json(found))


class CancelOrder(Endpoint):
    """受注の取消。"""

    required_scopes = {"POST": "orders:write"}
    parser_classes = JSON

    @extend_schema(
        operation_id="orders_cancel",
        summary="受注の取消",
        tags=["受注"],
        request=CancelIn,
        responses={200: CancelOut, **errors(400, 401, 403, 404, 413, 415, 422, 429)},
    )
    def post(self, request: Request, order_id: int) -> Response:
        """受注を取り消します。出荷指示の後は依頼として受け付け、梱包後は受け付けません。"""
        given = CancelIn(data=request.data)
        if not Order.objects.filter(pk=order_id).exists():
            raise Http404
        given.is_valid(raise_exception=True)
        outcome = cancelling.cancel(
            [order_id], by="client", reason=given.validated_data["reason"], actor=actor_of(request), at=clock.now()
        )
        return Response({"result": "requested" if outcome.sole() in outcome.requested else "cancelled"})


class DecideException(Endpoint):
    """例外への対応。"""

    required_scopes = {"POST": "orders:write"}
    parser_classes = JSON

    @extend_schema(
        operation_id="orders_decide_exception",
        summary="例外への対応を選ぶ",
        tags=["受注"],
        request=DecideIn,
        responses={200: OrderOut, **errors(400, 401, 403, 404, 413, 415, 422, 429)},
    )
    def post(self, request: Request, order_id: int, exception_id: int) -> Response:
        """委託元が判断する例外への対応を選びます。受注はその場で次の工程に進みます。"""
        given = DecideIn(data=request.data)
        if not OrderException.objects.filter(pk=exception_id, order_id=order_id).exists():
            raise Http404
        given.is_valid(raise_exception=True)
        answer = _answer(given.validated_data)
        exceptions.decide([exception_id], answer=answer, by="client", actor=actor_of(request), at=clock.now()).sole()
        found = detail.of_order(order_id)
        assert found is not None  # its exception was found
        return Response(order_json(found))


def _answer(given: Mapping[str, Any]) -> Answer:
    return Answer(
        choice=given["choice"],
        words=given.get("answer", ""),
        date=given.get("date"),
        address={name: given.get(name, "") for name in ("postcode", "address")},
        item=given.get("item", ""),
    )
