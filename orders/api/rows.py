"""The records of a large body one after the other, as they lie in a file: memory holds one of them, not the body.

NDJSON has a record on each line that is not blank; a JSON array has its elements. What makes the whole unreadable is
Refused or a ParseError; what is wrong with one record is told of that record alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import orjson
from django.utils.translation import gettext as _
from rest_framework import exceptions

from core.errors import Refused

NDJSON, JSON = "application/x-ndjson", "application/json"
LONGEST = 1 << 20
"""Bytes of one record."""
MOST_LINES = 1000
"""Lines of one order."""

_BLOCK = 1 << 16
_BOM = b"\xef\xbb\xbf"
_SIGN = re.compile(rb'"(?:[^"\\]|\\.)*+"|["{}\[\],]', re.DOTALL)
"""A whole string, or a sign outside of strings; a lone quote is a string whose end is not here yet."""


def cut(file: BinaryIO, media: str) -> Iterator[bytes]:
    """Each record's bytes, from the beginning of the file. media: NDJSON or JSON.

    Raises Refused for a record that is too long, ParseError for what is no array.
    """
    file.seek(0)
    return _lines(file) if media == NDJSON else _elements(file)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    row = 0
    first = True
    while line := file.readline(LONGEST + 2):
        text = line.removeprefix(_BOM).strip() if first else line.strip()
        first = False
        if text:
            row += 1
            _check_length(line.rstrip(b"\r\n"), row)
            yield text


def _elements(file: BinaryIO) -> Iterator[bytes]:
    data = bytearray(file.read(_BLOCK).removeprefix(_BOM).lstrip())
    if data[:1] != b"[":
        raise exceptions.ParseError(_("受注の配列（[ で始まるJSON）か、1行に1件のNDJSONで送ってください。"))
    del data[:1]
    row, sign = 0, b","
    while sign == b",":
        row += 1
        end, sign = _end_of_element(data, file, row)
        element = bytes(data[: end - 1]).strip()
        del data[:end]
        _check_length(element, row)
        if element:
            yield element
        elif not (row == 1 and sign == b"]"):
            raise exceptions.ParseError(_("JSONの配列の%s件目が空です。余分なコンマがないか確かめてください。") % row)
    if data.strip() or any(block.strip() for block in iter(lambda: file.read(_BLOCK), b"")):
        raise exceptions.ParseError(_("JSONの配列の後に余分な文字があります。"))


def _end_of_element(data: bytearray, file: BinaryIO, row: int) -> tuple[int, bytes]:
    """Where the element at the beginning of data ends, and with which sign; data is read on as far as that takes."""
    place, depth = 0, 0
    while True:
        found = _SIGN.search(data, place)
        if found is None or found[0] == b'"':
            place = found.start() if found else len(data)
            _check_length(data, row)
            block = file.read(_BLOCK)
            if not block:
                raise exceptions.ParseError(_("JSONの配列が途中で終わっています（%s件目）。") % row)
            data += block
            continue
        place, sign = found.end(), bytes(found[0])
        if depth == 0 and sign in (b",", b"]"):
            return place, sign
        depth += (sign in (b"{", b"[")) - (sign in (b"}", b"]"))


def _check_length(record: bytes | bytearray, row: int) -> None:
    if len(record) > LONGEST:
        sentence = _("%(row)s件目が長すぎます（1件は%(most)s KBまで）。明細を分けて別の受注にしてください。")
        raise Refused(sentence % {"row": row, "most": LONGEST >> 10}, code="record_too_long", row=row)


def parsed(record: bytes, known: frozenset[str], known_of_lines: frozenset[str]) -> Mapping[str, Any]:
    """The record with fields that there are; Refused where it has others, or is none."""
    try:
        found = orjson.loads(record)
    except orjson.JSONDecodeError as error:
        raise Refused(_("JSONとして読めません（%s文字目）。") % error.colno, code="broken_json") from error
    check(found, known, known_of_lines)
    number = found.get("number")
    if isinstance(number, bool):
        raise _bad_value("number", "number")
    if len(found.get("lines") or []) > MOST_LINES:
        sentence = _("明細は1件の受注に%s行までです。受注を分けてください。") % f"{MOST_LINES:,}"
        raise Refused(sentence, code="too_many_lines", field="lines")
    checked: Mapping[str, Any] = found
    return checked


def check(record: Any, known: frozenset[str], known_of_lines: frozenset[str], *, where: str = "") -> None:
    """See that a record is of the form of orders; what its values are worth the intake says.

    where: how the record is called in what is said ("3"), "" where it is the only one.
    """
    _check_object(record, known | {"lines"}, where)
    lines = record.get("lines") or []
    if not isinstance(lines, list):
        raise _misshapen(_joined(where, "lines"))
    for nth, line in enumerate(lines):
        _check_object(line, known_of_lines, _joined(where, f"lines[{nth}]"))


def _joined(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _check_object(given: Any, known: frozenset[str], where: str) -> None:
    if not isinstance(given, dict):
        raise _misshapen(where)
    for name, value in given.items():
        if name not in known:
            sentence = _("%(where)s に「%(name)s」という項目はありません。項目名を確かめてください。")
            said = sentence % {"where": where or _("受注"), "name": name}
            raise Refused(said, code="unknown_field", field=_joined(where, name))
        if isinstance(value, dict | list) and name != "lines":
            raise _bad_value(_joined(where, name), name, where)


def _bad_value(field: str, name: str, where: str = "") -> Refused:
    sentence = _("%(where)s の「%(name)s」は文字列か数値にしてください。")
    return Refused(sentence % {"where": where or _("受注"), "name": name}, code="bad_value", field=field)


def _misshapen(where: str) -> Refused:
    sentence = _("%(where)s の形が違います。受注と明細はJSONのオブジェクトで、明細は lines の配列で送ってください。")
    return Refused(sentence % {"where": where or _("受注")}, code="bad_shape", field=where)
