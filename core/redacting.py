"""Personal data is taken out of texts, and out of the record, which nothing else ever changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from core import scope

ERASED = "（消去済み）"
SHORTEST = 2
"""Characters; what is shorter stands in too many other words."""

_RECORD = """
    UPDATE {schema}.core_event e SET data = t.data, actor_name = t.actor
      FROM unnest(%s::bigint[], %s::jsonb[], %s::text[]) AS t (id, data, actor) WHERE e.id = t.id
"""


class Redaction:
    """Takes the values out of whatever holds them, the longest first. values: as they may stand in texts."""

    def __init__(self, values: Iterable[str]) -> None:
        self.values: Sequence[str] = sorted({v for v in values if len(v.strip()) >= SHORTEST}, key=len, reverse=True)

    def of(self, held: Any) -> Any:
        """A text, or what JSON may hold, without the values."""
        if isinstance(held, str):
            for value in self.values:
                held = held.replace(value, ERASED)
            return held
        if isinstance(held, Mapping):
            return {key: self.of(one) for key, one in held.items()}
        return [self.of(one) for one in held] if isinstance(held, list) else held


def rewrite_events(rows: Sequence[tuple[int, Mapping[str, Any], str]]) -> None:
    """Give these events of the client in scope other data and names of who did it. rows: id, data, name.

    The record is append-only for everybody but the owner of the tables, as whom this is written.
    """
    schema = f'"{scope.schema_of(scope.current_client())}"'
    with scope.owner(), scope.connection().cursor() as cursor:
        data = [orjson.dumps(one, default=str).decode() for _id, one, _name in rows]
        cursor.execute(_RECORD.format(schema=schema), [[row[0] for row in rows], data, [row[2] for row in rows]])
