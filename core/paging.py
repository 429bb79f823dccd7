"""Lists page by page, each by the key of its first or last row: the hundredth page costs what the first costs."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import attrgetter, or_
from typing import Any, Generic, TypeVar

import orjson
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Func, Model, Q, QuerySet, Value

from core.errors import Refused
from core.wording import _

PAGE_ROWS = 50

Shown = TypeVar("Shown")
Row = TypeVar("Row")
Sought = TypeVar("Sought", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Shown]):
    """Some rows of a list. after, before: what asks for the rows that follow and precede them, "" where none do."""

    rows: list[Shown]
    after: str = ""
    before: str = ""


def page_of(
    rows: QuerySet[Any, Row], *, order: Sequence[str], after: str = "", before: str = "", size: int = PAGE_ROWS
) -> Page[Row]:
    """The rows that follow the cursor `after`, precede `before`, or come first. One query.

    rows: as objects, or as named values with those of the order among them. order: fields (or annotations) as for
    order_by, none of them null, the last one unique. A cursor is opaque; one that does not fit this order is Refused.
    """
    backwards = bool(before) and not after
    cursor = before if backwards else after
    try:
        wanted = rows.filter(_beyond(cursor, order, backwards)) if cursor else rows
    except (ValidationError, ValueError, TypeError):
        raise _bad_cursor() from None
    found = list(wanted.order_by(*(map(_turned, order) if backwards else order))[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    follows, precedes = (bool(found), more) if backwards else (more, bool(after and found))
    return Page(
        rows=found,
        after=_cursor(found[-1], order) if follows else "",
        before=_cursor(found[0], order) if precedes else "",
    )


def seek(rows: QuerySet[Sought], *, order: Sequence[str], after: str) -> QuerySet[Sought]:
    """The rows behind the cursor in that order, all of them; for lists that are not read as objects."""
    try:
        wanted = rows.filter(_beyond(after, order, backwards=False)) if after else rows
    except (ValidationError, ValueError, TypeError):
        raise _bad_cursor() from None
    return wanted.order_by(*order)


def cursor_at(values: Sequence[object]) -> str:
    """The cursor behind a row whose fields, in the list's order, have these values."""
    return base64.urlsafe_b64encode(orjson.dumps(list(values), default=str)).decode().rstrip("=")


def _turned(field: str) -> str:
    return field.removeprefix("-") if field.startswith("-") else f"-{field}"


def _beyond(cursor: str, order: Sequence[str], backwards: bool) -> Q | _Past:
    """What lies past the cursor: the first field differs, or it is equal and the second differs, and so on.

    Where all fields run the same way that is one comparison of rows, which an index answers. Else the first field's
    bound stands alone too, because an index can begin with it.
    """
    values = _read(cursor, len(order))
    names = [field.removeprefix("-") for field in order]
    signs = ["gt" if field.startswith("-") == backwards else "lt" for field in order]
    if len(set(signs)) == 1:
        return _Past(names, values, sign={"gt": ">", "lt": "<"}[signs[0]])
    steps = [
        Q(**dict(zip(names[:nth], values[:nth], strict=True)), **{f"{name}__{sign}": values[nth]})
        for nth, (name, sign) in enumerate(zip(names, signs, strict=True))
    ]
    return Q(**{f"{names[0]}__{signs[0]}e": values[0]}) & reduce(or_, steps)


class _Past(Func):
    """(a, b) < (x, y) over fields and the values of a cursor; ValidationError, ValueError or TypeError where one does
    not fit its field.
    """

    def __init__(self, names: Sequence[str], values: Sequence[object], *, sign: str) -> None:
        super().__init__(*names, output_field=BooleanField())
        self.values = values
        self.bounds: list[Value] = []
        self.sign = sign

    def resolve_expression(self, *args: Any, **kwargs: Any) -> _Past:
        resolved: _Past = super().resolve_expression(*args, **kwargs)
        keys = resolved.get_source_expressions()
        resolved.bounds = [_fitting(value, key.output_field) for value, key in zip(self.values, keys, strict=True)]
        return resolved

    def as_sql(self, compiler: Any, connection: Any, *_more: Any, **_named: Any) -> tuple[str, tuple[Any, ...]]:
        keys = [compiler.compile(key) for key in self.get_source_expressions()]
        bounds = [compiler.compile(bound) for bound in self.bounds]
        left, right = (", ".join(sql for sql, _parameters in side) for side in (keys, bounds))
        parameters = tuple(each for _sql, own in (*keys, *bounds) for each in own)
        return f"({left}) {self.sign} ({right})", parameters


def _fitting(value: object, field: Any) -> Value:
    if value is None:
        raise ValueError("A key is never null.")
    return Value(field.to_python(value), output_field=field)


def _cursor(row: object, order: Sequence[str]) -> str:
    return cursor_at([attrgetter(field.removeprefix("-").replace("__", "."))(row) for field in order])


def _read(cursor: str, length: int) -> list[object]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        raise _bad_cursor() from None
    if not isinstance(values, list) or len(values) != length:
        raise _bad_cursor()
    return values


def _bad_cursor() -> Refused:
    return Refused(_("このページの位置を読み取れません。一覧を最初から開き直してください。"), code="bad_cursor")
