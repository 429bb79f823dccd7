"""How the API speaks: JSON by orjson, one error shape."""

from __future__ import annotations

from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.errors import Refused


def _plain(value: Any) -> Any:
    return str(value)


class OrjsonRenderer(BaseRenderer):
    """JSON; decimals and lazy texts become strings."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=_plain, option=orjson.OPT_UTC_Z)


class OrjsonParser(BaseParser):
    """JSON; a broken body is a sentence that says where it broke."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return orjson.loads(stream.read())
        except orjson.JSONDecodeError as error:
            raise exceptions.ParseError(f"JSONとして読めません（{error.lineno}行{error.colno}文字目）。") from error


def error_body(code: str, message: str, **more: Any) -> dict[str, Any]:
    """The one error shape: {"error": {"code", "message", "field"?, "details"?}}."""
    return {"error": {"code": code, "message": message, **{k: v for k, v in more.items() if v}}}


def exception_handler(error: Exception, _context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER. A bug is left to Django's 500."""
    if isinstance(error, Refused):
        response = Response(error_body(error.code, str(error), field=error.field, details=error.params), status=422)
    elif isinstance(error, Http404):
        response = Response(error_body("not_found", "見つかりません。"), status=404)
    elif isinstance(error, PermissionDenied):
        response = Response(error_body("forbidden", "このトークンにはこの操作の権限がありません。"), status=403)
    elif isinstance(error, exceptions.ValidationError):
        response = Response(error_body("invalid", "入力に誤りがあります。", details=error.detail), status=422)
    elif isinstance(error, exceptions.APIException):
        code = error.get_codes()
        response = Response(
            error_body(code if isinstance(code, str) else "error", str(error.detail)), status=error.status_code
        )
        _headers(error, response)
    else:
        return None
    set_rollback()
    return response


def _headers(error: exceptions.APIException, response: Response) -> None:
    auth_header, wait = getattr(error, "auth_header", None), getattr(error, "wait", None)
    if auth_header:
        response["WWW-Authenticate"] = auth_header
    if wait:
        response["Retry-After"] = str(int(wait) + 1)
