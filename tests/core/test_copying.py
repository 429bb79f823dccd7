"""Columns on their way into the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import copying


def through(series: pl.Series, kind: str) -> list[Any]:
    """What comes out of the database where the column's array went in."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT unnest(%s::{kind}[])", [copying.array(series)])
        return [row[0] for row in cursor.fetchall()]


@given(st.lists(st.none() | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_texts_arrive_as_they_were(acme: str, texts: list[str | None]) -> None:
    assert through(pl.Series(texts, dtype=pl.String), "text") == texts


@pytest.mark.parametrize("text", ["", "NULL", "{a,b}", 'a"b', "a\\b", "\\", "改行\nとタブ\t", "$1 %s 𠮷"])
def test_what_means_something_in_an_array_is_kept_as_text(acme: str, text: str) -> None:
    assert through(pl.Series([text, None]), "text") == [text, None]


def test_numbers_times_and_nothing(acme: str) -> None:
    moments = [datetime(2026, 10, 1, 9, 0, 0, 120, tzinfo=UTC), None]

    assert through(pl.Series([1, None, -3]), "bigint") == [1, None, -3]
    assert through(pl.Series(moments, dtype=pl.Datetime("us", "UTC")), "timestamptz") == moments
    assert through(pl.Series([], dtype=pl.Int64), "bigint") == []


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, -3, 2**40], "bigint[]"),
        ([7], "smallint[]"),
        ([True, False], "boolean[]"),
        ([1, None], "int[]"),
        ([1.5, 2.0], "float8[]"),
        ([[1, 2], [3, 4]], "int[][]"),
        (["1", "a,b", "NULL", ""], "text[]"),
        ([], "int[]"),
    ],
)
def test_lists_arrive_as_they_were(acme: str, values: list[Any], kind: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}", [values])
        (arrived,) = cursor.fetchone()

    assert arrived == values
    assert list(map(type, arrived)) == list(map(type, values))
