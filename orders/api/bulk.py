"""Thousands of orders in one call: taken in batches, the result of each row sent as soon as its batch is written.

The body is laid into a file first and looked through: while it cannot be read as a whole, nothing is done. Then each
batch is a transaction of its own, after the one of the request has ended. A connection that breaks leaves the batches
that were written, and no half of one; the same call again finds their orders known and goes on with the others.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

import orjson
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework import exceptions
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from core import clock, scope
from core.errors import Refused
from core.events import Actor
from core.idempotency import Answered, begin, end
from core.json_lists import text
from core.rest import Endpoint, TooLarge, error_body
from orders.api import rows
from orders.api.described import CHANNEL, KEY, BulkEnd, BulkRow, OrderIn
from orders.api.rows import JSON, NDJSON
from orders.intake.profiles import LINE_FIELDS, ORDER_FIELDS
from orders.models import Channel
from orders.queries import arrivals
from orders.services import intake
from tenants.api import actor_of
from tenants.openapi import errors

BATCH, BATCH_BYTES = 1000, 4 << 20
"""A batch ends at so many records or bytes, whichever comes first."""
MOST_ERRORS = 10
"""Errors told of one row; who mends those is told of the others."""
_BLOCK = 1 << 16

Result = dict[str, Any]

_EXAMPLE = {
    "number": "A-10023",
    "ordered_at": "2026-10-01T10:00:00+09:00",
    "buyer_name": "山田 花子",
    "ship_name": "山田 花子",
    "ship_postcode": "105-0011",
    "ship_address": "東京都港区芝公園4-2-8",
    "ship_phone": "03-1234-5678",
    "goods_total": 2200,
    "total": 2200,
    "lines": [{"sku": "S-1", "name": "手ぬぐい", "quantity": 2, "unit_price": 1100, "tax_rate": 10}],
}
_CREATED = {"row": 1, "number": "A-10023", "result": "created", "order_id": 1024, "errors": []}
_REFUSED = {
    "row": 2,
    "number": "A-10024",
    "result": "refused",
    "order_id": None,
    "errors": [
        {"field": "ship_postcode", "code": "missing", "message": "「ship_postcode」が空です。値を入れてください。"}
    ],
}
_END = {"summary": {"rows": 2, "created": 1, "known": 0, "refused": 1}}


class NdjsonParser(BaseParser):
    """Names what may come; the body itself is read by the endpoint, piece by piece."""

    media_type = NDJSON


class JsonParser(NdjsonParser):
    """The same of a JSON array."""

    media_type = JSON


@dataclass
class _Batch:
    """Records that are taken together, and results that stand already: row to record, row to what is said."""

    records: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    results: dict[int, Result] = field(default_factory=dict)
    size: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.records) + len(self.results) >= BATCH or self.size >= BATCH_BYTES


@dataclass(frozen=True)
class _Call:
    """What the batches need to know of the call after it was answered with its first byte."""

    client: str
    channel: Channel
    actor: Actor
    at: datetime
    language: str
    answered: Answered


class BulkOrders(Endpoint):
    """受注の一括登録。"""

    required_scopes = {"POST": "orders:write"}
    parser_classes = [NdjsonParser, JsonParser]

    @extend_schema(
        operation_id="orders_bulk",
        summary="受注の一括登録",
        tags=["受注"],
        parameters=[KEY, CHANNEL],
        request={NDJSON: OrderIn, JSON: OrderIn(many=True)},
        responses={
            (200, NDJSON): OpenApiResponse(
                PolymorphicProxySerializer(
                    component_name="BulkLine", serializers=[BulkRow, BulkEnd], resource_type_field_name=None, many=False
                ),
                description="1件ごとに1行（NDJSON）。最後の行は summary",
            ),
            **errors(400, 401, 403, 413, 415, 422, 429),
        },
        examples=[
            OpenApiExample("1行に1件", value=_EXAMPLE, request_only=True, media_type=NDJSON),
            OpenApiExample("配列", value=[_EXAMPLE], request_only=True, media_type=JSON),
            OpenApiExample("登録した行", value=_CREATED, response_only=True, media_type=NDJSON),
            OpenApiExample("受け付けなかった行", value=_REFUSED, response_only=True, media_type=NDJSON),
            OpenApiExample("最後の行", value=_END, response_only=True, media_type=NDJSON),
        ],
    )
    def post(self, request: Request) -> HttpResponseBase:
        """受注を10,000件（32 MB）まで、NDJSONか配列で登録します。結果は1件ごとに1行ずつ、登録しながら返します。

        誤りのある受注だけが外れ、ほかは登録されます。
        途中で切れたときは同じ内容で送り直してください。登録済みのものは known になります。
        """
        media = _media(request)
        file = tempfile.TemporaryFile()  # noqa: SIM115 (it is read after this has returned)
        try:
            digest = _lay_down(request, file, self.largest)
            call = _Call(
                client=scope.current_client(),
                channel=arrivals.channel_for(text(request, "channel")),
                actor=actor_of(request),
                at=clock.now(),
                language=translation.get_language() or "ja",
                answered=begin(request, digest),
            )
            _look_through(file, media)
        except BaseException:
            file.close()
            raise
        lines = _again(call, file) if call.answered.body else _taken(call, file, media)
        answer = StreamingHttpResponse(lines, content_type=NDJSON)
        if call.answered.body:
            answer["Idempotency-Replayed"] = "true"
        return answer


def _media(request: Request) -> str:
    media = (request.content_type or "").partition(";")[0].strip().lower()
    if media not in (NDJSON, JSON):
        raise exceptions.UnsupportedMediaType(request.content_type or "")
    return media


def _lay_down(request: Request, file: BinaryIO, largest: int) -> str:
    """Write the body into the file, block by block; returns its SHA-256."""
    digest, size = hashlib.sha256(), 0
    while block := request._request.read(_BLOCK):
        size += len(block)
        if size > largest:
            raise TooLarge(
                _("送られた内容が大きすぎます。%(most)s MB以下に分けて送ってください。") % {"most": largest >> 20}
            )
        digest.update(block)
        file.write(block)
    return digest.hexdigest()


def _look_through(file: BinaryIO, media: str) -> None:
    """See that it can be read to its end, and is not too much."""
    count = sum(1 for _record in rows.cut(file, media))
    if not count:
        raise Refused(_("注文が1件もありません。"), code="no_rows")
    if count > intake.MAX_RECORDS:
        sentence = _("一度に送れる注文は%(limit)s件までです（%(count)s件ありました）。分けて送ってください。")
        raise Refused(sentence % {"limit": intake.MAX_RECORDS, "count": count}, code="too_many")


def _again(call: _Call, file: BinaryIO) -> Iterator[bytes]:
    file.close()
    yield call.answered.body.encode()


def _taken(call: _Call, file: BinaryIO, media: str) -> Iterator[bytes]:
    """The answer, a batch at a time. What was answered is kept with the last batch."""
    counts = {"rows": 0, "created": 0, "known": 0, "refused": 0}
    said: list[bytes] = []
    with file:
        for batch in _batches(file, media):
            try:
                results = _take(call, batch)
            except Refused as refusal:
                yield _line(error_body(refusal.code, str(refusal), field=refusal.field))
                return
            for result in results:
                counts["rows"] += 1
                counts[result["result"]] += 1
            part = b"".join(map(_line, results))
            said.append(part)
            yield part
        last = _line({"summary": counts})
        with scope.client(call.client):
            end(call.answered, b"".join([*said, last]).decode(), at=clock.now())
        yield last


def _line(value: object) -> bytes:
    return orjson.dumps(value) + b"\n"


def _batches(file: BinaryIO, media: str) -> Iterator[_Batch]:
    batch = _Batch()
    seen: dict[str, int] = {}
    for row, record in enumerate(rows.cut(file, media), 1):
        _put(batch, row, record, seen)
        if batch.is_full:
            yield batch
            batch = _Batch()
    if batch.size:
        yield batch


def _put(batch: _Batch, row: int, record: bytes, seen: dict[str, int]) -> None:
    """Into the records that are taken, or its refusal into the results. seen: number to the row it came in first."""
    batch.size += len(record)
    number = ""
    try:
        given = rows.parsed(record, ORDER_FIELDS, LINE_FIELDS)
        number = _number(given)
        _check_new(number, row, seen)
    except Refused as refusal:
        problem = {"field": refusal.field, "code": refusal.code, "message": str(refusal)}
        batch.results[row] = _result(row, number, "refused", None, [problem])
    else:
        batch.records[row] = given


def _check_new(number: str, row: int, seen: dict[str, int]) -> None:
    first = seen.setdefault(number, row) if number else row
    if first != row:
        sentence = _("同じ注文番号が%s件目にあります。1回の呼び出しに同じ番号は1度だけにしてください。") % first
        raise Refused(sentence, code="repeated_number", field="number")


def _number(record: Mapping[str, Any]) -> str:
    return str(record.get("number", "")).strip()


def _take(call: _Call, batch: _Batch) -> Sequence[Result]:
    """Have the batch's records accepted, in a transaction of its own; the results of all its rows, in order."""
    with translation.override(call.language), scope.client(call.client):
        results = dict(batch.results)
        if batch.records:
            records = list(batch.records.values())
            arrived = intake.accept(call.channel, records, actor=call.actor, at=call.at)
            found = arrivals.results(arrived, [_number(record) for record in records])
            for row, one in zip(batch.records, found, strict=True):
                problems = [{name: p[name] for name in ("field", "code", "message")} for p in one["problems"]]
                results[row] = _result(row, one["number"], one["result"], one["id"], problems[:MOST_ERRORS])
    return [results[row] for row in sorted(results)]


def _result(row: int, number: str, result: str, order_id: int | None, problems: list[dict[str, str]]) -> Result:
    return {"row": row, "number": number[:60], "result": result, "order_id": order_id, "errors": problems}
