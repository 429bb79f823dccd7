"""Figures as pictures: charts with their table, proportions, levels, progress."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any, NotRequired, TypedDict

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.look import values
from portal.look.markup import TONES, component, one_of

KINDS = ("bar", "line", "stacked")
HEIGHTS = ("sm", "md", "lg")
FULL = 1000


class Series(TypedDict):
    """One line or set of bars. A value of `None` is a gap. tone: as for a status; without it the next plain colour."""

    name: str
    values: Sequence[int | float | Decimal | None]
    tone: NotRequired[str]


class Data(TypedDict):
    """What a chart shows; `unit` is 件, 円 … or `¥`, `goal` a line to reach, `category` the head of the categories."""

    kind: str
    categories: Sequence[str]
    series: Sequence[Series]
    unit: NotRequired[str]
    category: NotRequired[str]
    goal: NotRequired[int | float]


class Part(TypedDict):
    """A share of a whole; `url` opens what it counts."""

    label: str
    value: int
    tone: NotRequired[str]
    url: NotRequired[str]


def chart(id: str, title: str, data: Data, *, height: str = "md", summary: str = "") -> SafeString:
    """A chart that answers the question in its title, with the same figures as a table behind it."""
    one_of("kind", data["kind"], KINDS)
    one_of("height", height, HEIGHTS)
    for series in data["series"]:
        _check(series, len(data["categories"]))
    return component(
        "chart",
        id=id,
        title=title,
        summary=summary,
        height=height,
        config=_config(data),
        category=data.get("category", ""),
        series=data["series"],
        rows=_rows(data),
    )


def _check(series: Series, categories: int) -> None:
    if series.get("tone"):
        one_of("tone", series["tone"], TONES)
    if len(series["values"]) != categories:
        raise ValueError(f"{series['name']} has {len(series['values'])} values for {categories} categories.")


def _config(data: Data) -> dict[str, Any]:
    """The same, as the page's script reads it: numbers as JSON knows them."""
    series = [{**s, "values": [None if v is None else float(v) for v in s["values"]]} for s in data["series"]]
    return {**data, "categories": list(data["categories"]), "series": series}


def _rows(data: Data) -> list[tuple[str, list[object]]]:
    show = values.money if data.get("unit") == "¥" else values.count
    return [
        (category, [show(_exact(s["values"][at])) for s in data["series"]])
        for at, category in enumerate(data["categories"])
    ]


def _exact(value: int | float | Decimal | None) -> Decimal | int | None:
    return Decimal(str(value)) if isinstance(value, float) else value


def share(parts: Sequence[Part], *, label: str) -> SafeString:
    """A whole as one bar of its parts, with a legend that counts them. label: what the whole is."""
    total = sum(part["value"] for part in parts)
    starts = [0, *accumulate(part["value"] for part in parts)]
    drawn = [
        {
            **part,
            "tone": one_of("tone", part.get("tone", "waiting"), TONES),
            "x": _scaled(start, total),
            "width": _scaled(part["value"], total),
        }
        for part, start in zip(parts, starts, strict=False)
    ]
    return component("share", parts=drawn, label=label, total=total, full=FULL)


def _scaled(value: float, total: float) -> int:
    return round(FULL * value / total) if total else 0


def meter(value: int, max: int, label: str, *, tone: str = "", note: str = "") -> SafeString:
    """A level against its bound, such as an allowance used; over the bound it is full and amber."""
    if tone:
        one_of("tone", tone, TONES)
    shown = tone or ("attention" if value > max else "moving")
    return component(
        "meter",
        value=value,
        max=max,
        label=label,
        tone=shown,
        note=note,
        width=min(FULL, _scaled(value, max)),
        full=FULL,
    )


def progress(
    value: int,
    max: int | None,
    *,
    label: str,
    note: str = "",
    tone: str = "moving",
    poll_url: str = "",
) -> SafeString:
    """How far something is. With `poll_url` it is replaced each second by what that address answers.

    max: the whole; `None` where it is not known yet, which shows an endless bar. Answer without `poll_url` to end it.
    """
    one_of("tone", tone, TONES)
    return component(
        "progress",
        value=value,
        max=max,
        label=label,
        note=note or (_("件数を数えています") if max is None else ""),
        tone=tone,
        poll_url=poll_url,
        width=_scaled(value, max) if max else FULL,
        full=FULL,
    )
