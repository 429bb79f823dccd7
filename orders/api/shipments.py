"""Shipments: listed and read."""

from __future__ import annotations

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.json_lists import choices, number, page_json
from core.rest import Endpoint, raw
from orders.api.described import CURSOR, LIMIT, SHIPMENT_STATES, ShipmentOut, ShipmentPage
from orders.api.shaped import SHIPMENT_FIELDS, shipment_json
from orders.models import Shipment
from orders.queries.figures import sent
from tenants.openapi import errors


class Shipments(Endpoint):
    """出荷の一覧。"""

    required_scopes = {"GET": "shipments:read"}

    @extend_schema(
        operation_id="shipments_list",
        summary="出荷の一覧",
        tags=["出荷"],
        parameters=[
            OpenApiParameter("state", str, enum=SHIPMENT_STATES, many=True, description="出荷の状態（複数可）"),
            OpenApiParameter("order", int, description="受注のID"),
            CURSOR,
            LIMIT,
        ],
        responses={200: ShipmentPage, **errors(401, 403, 422, 429)},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """出荷を新しい順に返します。"""
        rows = Shipment.objects.all()
        if states := choices(request, "state", SHIPMENT_STATES):
            rows = rows.filter(state__in=states)
        if (order := number(request, "order")) is not None:
            rows = rows.filter(order_id=order)
        return raw(page_json(request, rows, fields=SHIPMENT_FIELDS, order=("-id",)))


class OneShipment(Endpoint):
    """1件の出荷。"""

    required_scopes = {"GET": "shipments:read"}

    @extend_schema(
        operation_id="shipments_read",
        summary="1件の出荷",
        tags=["出荷"],
        responses={200: ShipmentOut, **errors(401, 403, 404, 429)},
    )
    def get(self, request: Request, shipment_id: int) -> Response:
        """出荷を荷物の送り状番号とともに返します。"""
        known = Shipment.objects.select_related("order").prefetch_related("parcels", "lines")
        shipment = known.filter(pk=shipment_id).first()
        if shipment is None:
            raise Http404
        return Response(shipment_json(sent(shipment), shipment.order))
