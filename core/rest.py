"""How the API answers: one error shape, and nothing left behind by what it refuses."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.errors import Refused

LARGEST = 32 << 20
"""Bytes that a body may have, unless the endpoint takes files."""


class TooLarge(exceptions.APIException):
    """The body is larger than the endpoint takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


def error_body(code: str, message: str, **more: Any) -> dict[str, Any]:
    """The one error shape: {"error": {"code", "message", "field"?, "details"?}}."""
    return {"error": {"code": code, "message": message, **{k: v for k, v in more.items() if v}}}


def exception_handler(error: Exception, _context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER. A bug is left to Django's 500."""
    if isinstance(error, Refused):
        body = error_body(error.code, str(error), field=error.field, details=error.params)
        return Response(body, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
    if isinstance(error, Http404):
        return Response(error_body("not_found", _("見つかりません。")), status=status.HTTP_404_NOT_FOUND)
    if isinstance(error, PermissionDenied):
        sentence = _("このトークンにはこの操作の権限がありません。")
        return Response(error_body("forbidden", sentence), status=status.HTTP_403_FORBIDDEN)
    if isinstance(error, exceptions.ValidationError):
        body = error_body("invalid", _("入力に誤りがあります。"), details=error.detail)
        return Response(body, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
    if isinstance(error, exceptions.APIException):
        return _said(error)
    return None


def _said(error: exceptions.APIException) -> Response:
    code = error.get_codes()
    body = error_body(code if isinstance(code, str) else "error", str(error.detail))
    response = Response(body, status=error.status_code)
    auth_header, wait = getattr(error, "auth_header", None), getattr(error, "wait", None)
    if auth_header:
        response["WWW-Authenticate"] = auth_header
    if wait:
        response["Retry-After"] = str(int(wait) + 1)
    return response


class Endpoint(APIView):
    """An endpoint of the API: whatever it answers with 400 and above leaves nothing behind.

    largest: bytes that a body may have. Refused before anything is read or asked: another method, too large a body.
    """

    http_method_names = ["get", "post", "head"]
    largest = LARGEST

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in ("GET", "HEAD"):  # what reads leaves nothing behind anyhow, and is spared the savepoint
            return super().dispatch(request, *args, **kwargs)
        with transaction.atomic():
            answer = super().dispatch(request, *args, **kwargs)
            if answer.status_code >= status.HTTP_400_BAD_REQUEST:
                transaction.set_rollback(True)
        return answer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if (request.method or "") not in self.allowed_methods:
            raise exceptions.MethodNotAllowed(request.method or "")
        if _content_length(request) > self.largest:
            sentence = _("送られた内容が大きすぎます。%(most)s MB以下に分けて送ってください。")
            raise TooLarge(sentence % {"most": self.largest >> 20})
        super().initial(request, *args, **kwargs)


def _content_length(request: Request) -> int:
    given = request.META.get("CONTENT_LENGTH") or "0"
    return int(given) if given.isdecimal() else 0


def raw(json: str | bytes, *, status: int = 200) -> HttpResponse:
    """An answer whose JSON stands already, such as PostgreSQL made it."""
    return HttpResponse(json, status=status, content_type="application/json")
