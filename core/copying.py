"""Many rows at once: ids taken ahead, rows sent with COPY, columns all the way."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import polars as pl
from django.db import connection

CHUNK_ROWS = 2_000  # small, so that the server works on one while the next is written


def take_ids(table: str, count: int) -> pl.Series:
    """Take `count` ids, ascending, from the sequence of `table`.id. Other sessions may take some in between."""
    with connection.cursor() as cursor:
        # One text instead of many rows: a hundred thousand ids are read in a moment.
        cursor.execute(
            "SELECT string_agg(nextval(s.name)::text, ',') FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass"
            " AS name) s, generate_series(1, %s)",
            [table, count],
        )
        (taken,) = cursor.fetchone()
    ids = (taken or "").split(",") if count else []
    return pl.Series("id", ids, dtype=pl.String).cast(pl.Int64)


def copy(table: str, frame: pl.DataFrame) -> int:
    """Send the frame into `table` (columns by name) with COPY; returns the number of rows. Columns left out get their
    database default. Null becomes NULL, an empty string stays one; datetimes must be UTC.
    """
    if frame.is_empty():
        return 0
    columns = ", ".join(f'"{name}"' for name in frame.columns)
    statement = f"COPY {table} ({columns}) FROM STDIN (FORMAT csv, NULL '\\N')"
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as target:
        for chunk in frame.iter_slices(CHUNK_ROWS):
            buffer = io.BytesIO()
            chunk.write_csv(buffer, include_header=False, null_value="\\N", quote_style="necessary")
            target.write(buffer.getbuffer())
    return frame.height


def read(query: str, parameters: Sequence[Any], schema: pl.Schema) -> pl.DataFrame:
    """The rows of a query as a frame, without a Python object for each: for very many. The schema names its columns.

    Datetimes must be asked for as microseconds since 1970 (integers), by `extract(epoch …)`. NULL as a
    text reads as "".
    """
    buffer = io.BytesIO()
    with (
        connection.cursor() as cursor,
        cursor.cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)", parameters) as rows,
    ):
        for block in rows:
            buffer.write(block)
    if not buffer.tell():
        return pl.DataFrame(schema=schema)
    buffer.seek(0)
    return pl.read_csv(buffer, has_header=False, schema=schema, empty_string_is_null=False)


def array(series: pl.Series) -> str:
    """The column as a PostgreSQL array literal, for `unnest(%s::text[])` where COPY is not allowed (a table behind
    row-level security). Null becomes NULL; datetimes must be UTC. Ten times as fast as a list of Python objects.
    """
    if series.dtype == pl.String:
        escaped = series.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
        cells = '"' + escaped + '"'
    elif isinstance(series.dtype, pl.Datetime):
        cells = series.dt.to_string("%Y-%m-%d %H:%M:%S%.6f+00")
    else:
        cells = series.cast(pl.String)
    return "{" + ",".join(cells.fill_null("NULL").to_list()) + "}"
