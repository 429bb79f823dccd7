"""Problems of a table, noted a whole column at a time."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from orders.intake.frames import PROBLEMS, stacked

LONGEST_VALUE = 300
"""Characters of a refused value that are kept to be shown."""


class Findings:
    """What is wrong in `table`, which has row, number and a text per field."""

    def __init__(self, table: pl.DataFrame) -> None:
        self.table = table
        self._found: list[pl.DataFrame] = []

    def note(self, field: str, code: str, where: pl.Series) -> None:
        """The rows of `where` have this problem in this field."""
        if where.any():
            self._found.append(
                self.table.filter(where).select(
                    "row",
                    pl.lit(field).alias("field"),
                    pl.col(field).str.slice(0, LONGEST_VALUE).alias("value"),
                    pl.lit(code).alias("code"),
                    "number",
                )
            )

    def require(self, *fields: str) -> None:
        """A blank cell in one of these fields is a problem."""
        for field in fields:
            self.note(field, "missing", self.table[field] == "")

    def read(self, field: str, code: str, convert: Callable[[pl.Series], pl.Series]) -> pl.Series:
        """The column as values, named for the field; a cell that has text but no value is a problem."""
        cells = self.table[field]
        values = convert(cells).alias(field)
        self.note(field, code, values.is_null() & (cells != ""))
        return values

    def limit(self, lengths: dict[str, int]) -> None:
        """A text longer than its field can keep is a problem."""
        for field, length in lengths.items():
            self.note(field, "too_long", self.table[field].str.len_chars() > length)

    def frame(self) -> pl.DataFrame:
        """All problems noted, in the schema PROBLEMS."""
        return stacked([pl.DataFrame(schema=PROBLEMS), *self._found])
