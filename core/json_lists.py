"""Lists of the API: a page of rows is made as JSON by PostgreSQL itself.

No model instance and no serializer stands between a row and its reader, so a page costs little more than its query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request

from core.errors import Refused
from core.paging import cursor_at, seek

PAGE, LARGEST_PAGE = 100, 500


def page_json(request: Request, rows: QuerySet[Any], *, fields: Mapping[str, str], order: Sequence[str]) -> bytes:
    """The rows behind the request's cursor as the JSON of {"data": […], "next": …}. One query.

    fields: the name in the JSON to the field (or annotation) of the row. order: as for core.paging.seek, of names that
    are the same in both. next: the cursor of the next page, null on the last.
    """
    limit = _limit(request)
    wanted = seek(rows, order=order, after=text(request, "cursor")).values_list(*fields.values())[: limit + 1]
    sql, parameters = wanted.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_statement(sql, fields), parameters)
        found = [row for (row,) in cursor.fetchall()]
    follows = _cursor(found[limit - 1], order) if len(found) > limit else "null"
    return f'{{"data":[{",".join(found[:limit])}],"next":{follows}}}'.encode()


def _statement(sql: str, fields: Mapping[str, str]) -> str:
    # Names are those of our own fields; the rows keep the order in which the inner query sorts them.
    names = ", ".join(f'"{name}"' for name in fields)
    return f"SELECT to_json(t)::text FROM ({sql}) t({names})"  # noqa: S608 (made by Django, its parameters apart)


def _cursor(row: str, order: Sequence[str]) -> str:
    last = orjson.loads(row)
    return f'"{cursor_at([last[name.removeprefix("-")] for name in order])}"'


def text(request: Request, name: str) -> str:
    """A parameter of the address; Refused where no column could hold it."""
    given: str = request.query_params.get(name, "")
    if "\0" in given:
        raise Refused(_("%(name)s に使えない文字（NUL）が入っています。") % {"name": name}, code="bad_text", field=name)
    return given


def day(request: Request, name: str) -> date | None:
    """A day among the parameters, None where it is left out; Refused where it is none."""
    given = text(request, name)
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        sentence = _("%(name)s は 2026-10-31 の形にしてください。")
        raise Refused(sentence % {"name": name}, code="bad_date", field=name) from None


def number(request: Request, name: str) -> int | None:
    """A whole number among the parameters, None where it is left out; Refused where it is none."""
    given = text(request, name)
    if given and not (given.isascii() and given.isdecimal() and len(given) <= 18):
        raise Refused(_("%(name)s は数字にしてください。") % {"name": name}, code="bad_number", field=name)
    return int(given) if given else None


def choices(request: Request, name: str, known: Sequence[str]) -> tuple[str, ...]:
    """What was chosen, none where nothing was; Refused where something else was named."""
    given = tuple(request.query_params.getlist(name))
    for one in given:
        if one not in known:
            sentence = _("%(name)s は次のいずれかにしてください：%(known)s")
            raise Refused(sentence % {"name": name, "known": ", ".join(known)}, code="bad_choice", field=name)
    return given


def _limit(request: Request) -> int:
    given = number(request, "limit")
    limit = PAGE if given is None else given
    if not 1 <= limit <= LARGEST_PAGE:
        sentence = _("limit は1～%(most)sの数にしてください。")
        raise Refused(sentence % {"most": LARGEST_PAGE}, code="bad_limit", field="limit")
    return limit
