"""What is written between client and operator, as text: who is named in it, which orders, which addresses; and until
when it can be changed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from unicodedata import normalize

LONGEST = 4000
LONGEST_SUBJECT = 120
LONGEST_REASON = 200
MOST_FILES = 5
CHANGEABLE = timedelta(minutes=10)
"""How long an author may change what they wrote, or take it back."""

INTERNAL_EVENTS = frozenset({"thread.noted", "thread.note_edited", "thread.note_withdrawn"})
"""The events of the operator's internal notes: for no one on the client's side, in whatever form."""

_MOST_NUMBERS = 50
_URL = r"https?://[^\s<>\"'「」『』（）、。]+"
# A number of an order holds a digit; letters of other scripts end it, as in 注文A-1001の件.
_NUMBERS = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9][A-Za-z0-9_-]{2,58}[A-Za-z0-9](?![A-Za-z0-9_-])")
_TRAILING = ".,;:!?)]}"


class Named(NamedTuple):
    """Somebody who can be, or is, named in a message."""

    person_id: int
    name: str


@dataclass(frozen=True)
class Part:
    """A piece of a message. kind: what `text` is; target: the address of a "url", the order's id of an "order"."""

    kind: Literal["text", "url", "order", "mention"]
    text: str
    target: str = ""


def mentioned(body: str, people: Iterable[Named]) -> list[Named]:
    """Who of these people is named by an @ in the text, each once. Where two have the same name, both are.

    A name counts as it is written with its spaces or without, half or full width; the longest that fits is meant.
    """
    folded = _folded(body)
    by_key: dict[str, list[Named]] = {}
    for one in people:
        by_key.setdefault(_folded(f"@{one.name}"), []).append(one)
    found: dict[Named, None] = {}
    keys = sorted(by_key, key=len, reverse=True)
    for start in (place for place, char in enumerate(folded) if char == "@"):
        key = next((key for key in keys if len(key) > 1 and folded.startswith(key, start)), "")
        found |= dict.fromkeys(by_key.get(key, ()))
    return list(found)


def numbers(body: str) -> list[str]:
    """What could be order numbers in the text, at most fifty."""
    without = re.sub(_URL, " ", body)
    found = dict.fromkeys(word for word in _NUMBERS.findall(without) if any(char.isdigit() for char in word))
    return list(found)[:_MOST_NUMBERS]


def parts(body: str, *, names: Sequence[str], orders: Mapping[str, int]) -> list[Part]:
    """The text in pieces: plain ones, addresses of the web, order numbers that are known, people who are named."""
    return [part for part in _pieces(body, _pattern(names, orders), orders) if part.text]


def _pattern(names: Collection[str], orders: Collection[str]) -> re.Pattern[str]:
    mentions = "|".join(_spaced(name) for name in sorted(names, key=len, reverse=True))
    known = "|".join(map(re.escape, sorted(orders, key=len, reverse=True)))
    choices = [f"(?P<url>{_URL})"]
    if mentions:
        choices.append(f"(?P<mention>[@＠](?:{mentions}))")
    if known:
        choices.append(f"(?P<order>(?<![A-Za-z0-9_-])(?:{known})(?![A-Za-z0-9_-]))")
    return re.compile("|".join(choices))


def _spaced(name: str) -> str:
    """A pattern of the name with any space, or none, between its words."""
    return r"\s*".join(map(re.escape, name.split()))


def _pieces(body: str, pattern: re.Pattern[str], orders: Mapping[str, int]) -> Iterator[Part]:
    place = 0
    for found in pattern.finditer(body):
        text, kind = found.group(), found.lastgroup
        if kind == "url":
            text = text.rstrip(_TRAILING)
        yield Part("text", body[place : found.start()])
        place = found.start() + len(text)
        if kind == "url":
            yield Part("url", text, text)
        elif kind == "order":
            yield Part("order", text, str(orders[text]))
        else:
            yield Part("mention", text)
    yield Part("text", body[place:])


def _folded(text: str) -> str:
    return "".join(normalize("NFKC", text).split()).casefold()


def is_changeable(written_at: datetime, *, at: datetime) -> bool:
    """Whether a message may still be changed or taken back by its author."""
    return at < written_at + CHANGEABLE
