"""JSON on the wire, by orjson: what the settings give to Django REST framework, which reads it before its own views."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import orjson
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


def plain(value: Any) -> Any:
    """orjson's `default`: decimals are numbers, as PostgreSQL writes them; anything else is what it reads as."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)


class OrjsonRenderer(BaseRenderer):
    """JSON; decimals become numbers, lazy texts strings."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=plain)


class OrjsonParser(BaseParser):
    """JSON; a broken body is a sentence that says where it broke. Leaves the body's SHA-256 on the request."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read()
        parser_context["request"].body_sha256 = hashlib.sha256(body).hexdigest()
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            sentence = _("JSONとして読めません（%(line)s行%(column)s文字目）。")
            raise exceptions.ParseError(sentence % {"line": error.lineno, "column": error.colno}) from error


class AlwaysJson(BaseContentNegotiation):
    """One representation there is, whatever the caller would rather have."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next((parser for parser in parsers if _fits(parser, request)), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


def _fits(parser: BaseParser, request: Request) -> bool:
    return (request.content_type or "").partition(";")[0].strip().lower() == parser.media_type
