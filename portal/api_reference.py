"""The description of the API: as OpenAPI 3.1 for programs, as a page for those who write them.

The page is made here from the description and needs no script, so it lives under the same Content-Security-Policy as
every other page. Neither holds anything of a client, so both are open to everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator

from core.rest import raw
from tenants.doors import public

URLCONF = "portal.urls.api"
_DEEPEST = 4
_TYPES = {
    "integer": "整数",
    "number": "数値",
    "string": "文字列",
    "boolean": "真偽",
    "object": "オブジェクト",
    "array": "配列",
}
_FORMATS = {"date": "日付", "date-time": "日時", "email": "メールアドレス", "binary": "ファイル", "uri": "URL"}

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """A field, its name with the way to it (lines[].sku)."""

    name: str
    type: str
    required: bool
    text: str
    values: str


@dataclass(frozen=True)
class Answer:
    """What may come back. fields: those of the body; none for errors, which have one shape."""

    status: str
    text: str
    fields: list[Field]


@dataclass(frozen=True)
class Operation:
    """One method of one address. takes: how the body is sent, "" where there is none."""

    key: str
    method: str
    path: str
    summary: str
    text: str
    scope: str
    parameters: list[Field]
    takes: str
    body: list[Field]
    answers: list[Answer]
    errors: list[Answer]


@cache
def description() -> dict[str, Any]:
    """The API as OpenAPI 3.1, made once."""
    generator: Any = SchemaGenerator(urlconf=URLCONF)  # type: ignore[no-untyped-call]
    described: dict[str, Any] = generator.get_schema(request=None, public=True)
    return described


@public
def schema(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 (Django's)
    """The description for programs."""
    return raw(orjson.dumps(description(), default=str))


@public
def page(request: HttpRequest) -> HttpResponse:
    """The description for people."""
    groups: dict[str, list[Operation]] = {}
    for operation, tag in operations():
        groups.setdefault(tag, []).append(operation)
    calls = settings.API_CALLS_PER_MINUTE
    context = {"groups": groups.items(), "base": request.build_absolute_uri("/api/v1"), "calls": calls}
    return render(request, "portal/api_reference.html", context)


def operations() -> Iterator[tuple[Operation, str]]:
    """Every operation and what it belongs to, in the order of the addresses."""
    for path, methods in description()["paths"].items():
        for method, described in methods.items():
            yield _operation(path, method, described), described["tags"][0]


def _operation(path: str, method: str, described: Schema) -> Operation:
    content = described.get("requestBody", {}).get("content", {})
    answers = [_answer(status, answer) for status, answer in described["responses"].items()]
    text = described.get("description", "")
    return Operation(
        key=described["operationId"],
        method=method.upper(),
        path=path,
        summary=described["summary"],
        text=text,
        scope=described["x-scope"],
        parameters=[_parameter(parameter) for parameter in described.get("parameters", [])],
        takes=next(iter(content), ""),
        body=_body(content),
        answers=[answer for answer in answers if answer.status < "400"],
        errors=[answer for answer in answers if answer.status >= "400"],
    )


def _answer(status: str, answer: Schema) -> Answer:
    fields = _body(answer.get("content", {})) if status < "400" else []
    return Answer(status, answer.get("description", ""), fields)


def _body(content: Mapping[str, Schema]) -> list[Field]:
    """The fields of the body; where it may come in several forms, they hold the same."""
    return [field for media in list(content.values())[:1] for field in _fields(media["schema"])]


def _parameter(parameter: Schema) -> Field:
    shape = parameter["schema"]
    place = "アドレスの中の番号" if parameter["in"] == "path" else ""
    return Field(
        name=parameter["name"],
        type=_type(shape),
        required=parameter.get("required", False),
        text=parameter.get("description", place),
        values=_values(shape.get("items", shape)),
    )


def _fields(shape: Schema, prefix: str = "", depth: int = 0) -> Iterator[Field]:
    """The fields of an object, those of what it holds after it."""
    whole = _object(shape)
    required = whole.get("required", [])
    for name, inner in whole.get("properties", {}).items():
        known = _resolved(inner)
        yield Field(f"{prefix}{name}", _type(known), name in required, inner.get("description", ""), _values(known))
        if depth < _DEEPEST:
            way = f"{prefix}{name}[]." if known.get("type") == "array" else f"{prefix}{name}."
            yield from _fields(known, way, depth + 1)


def _object(shape: Schema) -> Schema:
    """The object that a shape comes down to: itself, what an array holds, the first of several."""
    known = _resolved(shape)
    if "items" in known:
        return _object(known["items"])
    if "oneOf" in known and "properties" not in known:
        return _object(known["oneOf"][0])
    return known


def _resolved(shape: Schema) -> Schema:
    """What a reference refers to."""
    for whole in (shape, *shape.get("allOf", [])):
        if "$ref" in whole:
            return _resolved(description()["components"]["schemas"][whole["$ref"].rpartition("/")[2]])
    return shape


def _type(shape: Schema) -> str:
    named = shape.get("type", "string")
    names = [named] if isinstance(named, str) else list(named)
    words = [_FORMATS.get(shape.get("format", ""), _TYPES.get(name, name)) for name in names if name != "null"]
    return "・".join(words) + (" / null" if "null" in names else "")


def _values(shape: Schema) -> str:
    return ", ".join(str(value) for value in _resolved(shape).get("enum", []))
