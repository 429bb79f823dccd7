"""Order files: handed in, watched, and what did not go in."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.errors import Refused
from core.json_lists import text
from core.rest import Endpoint
from orders.api.described import CURSOR, RefusedPage, UploadIn, UploadOut
from orders.intake import MAX_BYTES
from orders.models import Intake
from orders.queries import arrivals
from orders.services import intake
from tenants.api import actor_of
from tenants.openapi import errors

FORM_AROUND = 1 << 20


class Uploads(Endpoint):
    """受注ファイルの取込。"""

    required_scopes = {"POST": "uploads:write"}
    parser_classes = [MultiPartParser]
    largest = MAX_BYTES + FORM_AROUND

    @extend_schema(
        operation_id="uploads_create",
        summary="受注ファイルの取込",
        tags=["取込"],
        request={"multipart/form-data": UploadIn},
        responses={202: UploadOut, **errors(400, 401, 403, 413, 415, 422, 429)},
    )
    def post(self, request: Request) -> Response:
        """受注ファイルを受け付けます。結果は 取込の状況 で確かめます。同じファイルは二度取り込まれません。"""
        file = request.FILES.get("file")
        if file is None or file.file is None:
            raise Refused(_("file にファイルを付けてください。"), code="no_file", field="file")
        arrived = intake.submit(
            arrivals.channel_for(str(request.POST.get("channel", ""))),
            file_name=file.name or "orders.csv",
            stream=file.file,
            actor=actor_of(request),
            at=clock.now(),
        )
        return Response(_upload_json(arrived), status=202)


class OneUpload(Endpoint):
    """取込の状況。"""

    required_scopes = {"GET": "uploads:write"}

    @extend_schema(
        operation_id="uploads_read",
        summary="取込の状況",
        tags=["取込"],
        responses={200: UploadOut, **errors(401, 403, 404, 429)},
    )
    def get(self, request: Request, intake_id: int) -> Response:
        """取込がどこまで進んだか、何件登録されたかを返します。"""
        return Response(_upload_json(_known(intake_id)))


class RefusedRows(Endpoint):
    """取り込めなかった行。"""

    required_scopes = {"GET": "uploads:write"}

    @extend_schema(
        operation_id="uploads_refused",
        summary="取り込めなかった行",
        tags=["取込"],
        parameters=[CURSOR],
        responses={200: RefusedPage, **errors(401, 403, 404, 422, 429)},
    )
    def get(self, request: Request, intake_id: int) -> Response:
        """取り込めなかった行を、ファイルの順に、理由とともに返します。"""
        page = arrivals.refused_rows(_known(intake_id), after=text(request, "cursor"))
        return Response({"data": [_row_json(row) for row in page.rows], "next": page.after or None})


def _known(intake_id: int) -> Intake:
    found = Intake.objects.filter(pk=intake_id).first()
    if found is None:
        raise Http404
    return found


def _row_json(row: arrivals.BadRow) -> dict[str, Any]:
    return {
        "row": row.row,
        "number": row.number,
        "field": row.column,
        "value": row.value,
        "code": row.code,
        "message": str(row.why),
    }


_SHOWN = (
    "state", "file_name", "rows", "orders_new", "orders_known", "orders_refused", "rows_refused", "created_at",
    "finished_at",
)  # fmt: skip


def _upload_json(arrived: Intake) -> dict[str, Any]:
    error = arrivals.error_of(arrived)
    shown = {name: getattr(arrived, name) for name in _SHOWN}
    return {"id": arrived.pk, **shown, "error": str(error) if error else None}
