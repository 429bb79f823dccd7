"""Messages about an order, between the client and the operator."""

from __future__ import annotations

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.idempotency import once
from core.json_lists import page_json
from core.rest import Endpoint, raw
from orders.api.described import CURSOR, KEY, LIMIT, MessageIn, MessageOut, MessagePage
from orders.api.orders import JSON
from orders.api.shaped import MESSAGE_FIELDS
from orders.models import Order
from orders.queries import threads
from orders.services import threads as services
from orders.services.threads import Words
from tenants.api import actor_of
from tenants.openapi import errors


class Messages(Endpoint):
    """受注についてのやりとり。"""

    required_scopes = {"GET": "orders:read", "POST": "messages:write"}
    parser_classes = JSON

    @extend_schema(
        operation_id="messages_list",
        summary="やりとりの一覧",
        tags=["やりとり"],
        parameters=[CURSOR, LIMIT],
        responses={200: MessagePage, **errors(401, 403, 404, 422, 429)},
    )
    def get(self, request: Request, order_id: int) -> HttpResponseBase:
        """受注についてのメッセージを古い順に返します。取り消されたものは含みません。"""
        _check_exists(order_id)
        return raw(page_json(request, threads.messages_of_order(order_id), fields=MESSAGE_FIELDS, order=("id",)))

    @extend_schema(
        operation_id="messages_create",
        summary="メッセージの送信",
        tags=["やりとり"],
        parameters=[KEY],
        request=MessageIn,
        responses={201: MessageOut, **errors(400, 401, 403, 404, 409, 413, 415, 422, 429)},
    )
    @once
    def post(self, request: Request, order_id: int) -> Response:
        """代行会社へメッセージを送ります。返信が必要なら、返信までの時間がSLAとして計測されます。"""
        _check_exists(order_id)
        given = MessageIn(data=request.data)
        given.is_valid(raise_exception=True)
        words = Words(given.validated_data["body"], answer_awaited=given.validated_data["answer_awaited"])
        sent = services.write_about(order_id, words, side="client", actor=actor_of(request), at=clock.now())
        made = threads.messages_of_order(order_id).filter(pk=sent.pk).values(*MESSAGE_FIELDS.values()).get()
        return Response({name: made[column] for name, column in MESSAGE_FIELDS.items()}, status=201)


def _check_exists(order_id: int) -> None:
    if not Order.objects.filter(pk=order_id).exists():
        raise Http404
