"""Tracking numbers as they are typed, scanned, pasted or exported by a carrier's program, one parcel a line.

A line says which order or shipment, then the number, and where it wants the carrier: parted by comma, tab, semicolon or
blanks, in quotes or not. A head is recognised by having no digit where numbers stand. Nothing is judged here but the
shape: whether a number can be right is asked of orders.tracking.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import Refused
from core.text import narrow
from core.wording import Sentence, _
from orders.tracking import CARRIERS, normalised

MOST_LINES = 5000
_ENCODINGS = ("utf-8-sig", "cp932")
_SEPARATORS = "\t,;、，"
_DIGIT = re.compile(r"[0-9]")

_NAMES: Mapping[str, str] = {
    **{code: code for code in CARRIERS},
    **{carrier.name: code for code, carrier in CARRIERS.items()},
    "ヤマト": "yamato",
    "クロネコヤマト": "yamato",
    "佐川": "sagawa",
    "郵便": "japanpost",
    "ゆうパック": "japanpost",
    "西濃": "seino",
    "福通": "fukuyama",
}


@dataclass(frozen=True)
class Slip:
    """One line. key: the order's or shipment's number; carrier: a code of tracking.CARRIERS, "" where none is named.

    text: the line as it was given.
    """

    line: int
    key: str
    number: str
    carrier: str = ""
    text: str = field(default="", compare=False)


@dataclass(frozen=True)
class Misread:
    """A line that could not be read, and why."""

    line: int
    text: str
    why: Refused


def decode(data: bytes) -> str:
    """The text of a file, in UTF-8 or as Japanese Windows writes it. Refused where it is neither."""
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Refused(
        Sentence(_("文字コードを読み取れません。CSV（UTF-8またはShift_JIS）で保存し直してください。")),
        code="bad_encoding",
        field="file",
    )


def read(text: str) -> tuple[list[Slip], list[Misread]]:
    """The slips of a text and the lines that are none. Empty lines and a head are passed over."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_LINES:
        sentence = _("一度に登録できるのは%(most)s行までです（%(count)s行ありました）。分けて登録してください。")
        raise Refused(Sentence(sentence, most=MOST_LINES, count=len(lines)), code="too_many", field="slips")
    slips: list[Slip] = []
    misread: list[Misread] = []
    for nth, (number, line) in enumerate(lines):
        cells = _cells(line)
        if nth == 0 and _is_head(cells):
            continue
        read_line = _slip(number, line, cells)
        (slips if isinstance(read_line, Slip) else misread).append(read_line)  # type: ignore[arg-type]
    return slips, misread


def _cells(line: str) -> list[str]:
    separator = next((mark for mark in _SEPARATORS if mark in line), None)
    if separator is None:
        return line.split()
    return [cell.strip().strip("'") for cell in next(csv.reader([line], delimiter=separator))]


def _is_head(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and not any(_DIGIT.search(narrow(cell)) for cell in cells[:2])


def _slip(line: int, text: str, cells: Sequence[str]) -> Slip | Misread:
    if len(cells) < 2 or not cells[0] or not cells[1]:
        sentence = _("注文番号と伝票番号を、カンマかタブで区切って1行に入れてください。")
        return Misread(line, text, Refused(Sentence(sentence), code="unreadable"))
    carrier = cells[2] if len(cells) > 2 else ""
    if carrier and carrier not in _NAMES:
        sentence = _("「%(carrier)s」という運送会社はありません。")
        return Misread(line, text, Refused(Sentence(sentence, carrier=carrier), code="unknown_carrier"))
    return Slip(line, narrow(cells[0]).strip(), normalised(cells[1]), _NAMES.get(carrier, ""), text)
