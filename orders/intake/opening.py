"""What was sent, opened as rows of text: a text file as it is, a workbook by the sheet that holds the orders."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO

from core.errors import Refused
from core.wording import Sentence, _
from orders.intake import pairs, workbooks
from orders.intake.layouts import HEAD, Layout, layout
from orders.intake.pairs import Half, Part
from orders.intake.profiles import Profile
from orders.intake.workbooks import Sheet

MAX_BYTES = 512 << 20
"""No order file is larger; one that is was not meant."""

MAX_HALF = 64 << 20
"""Bytes of each of two files that are joined in memory."""

HALVES: tuple[Half, Half] = ("orders", "items")
_NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Opened:
    """A file as text. file: seekable; layout: how it is to be read, with the name of the sheet it came from."""

    file: BinaryIO
    layout: Layout


@contextmanager
def opened(source: BinaryIO, profile: Profile, *, limit: int = MAX_BYTES) -> Iterator[Opened]:
    """The file as text of this channel, as long as the context lasts.

    Raises Refused where it is no order file of the channel at all.
    """
    _refuse_large(source.seek(0, io.SEEK_END), limit)
    source.seek(0)
    head = source.read(HEAD)
    if not head.startswith(workbooks.SIGNATURE):
        yield Opened(source, layout(head, profile))
    elif profile.pair is not None and _is_bundle(source):
        yield _paired(source, profile)
    else:
        with workbooks.sheets(source) as sheets, _chosen(sheets, profile) as chosen:
            yield chosen


def _refuse_large(size: int, limit: int) -> None:
    if size > limit:
        template = _("ファイルが大きすぎます（%(size)s MB）。%(limit)s MB以下に分けてください。")
        raise Refused(Sentence(template, size=size >> 20, limit=limit >> 20), code="too_large")


@contextmanager
def _chosen(sheets: list[Sheet], profile: Profile) -> Iterator[Opened]:
    """The first sheet that has the columns of the channel; where none has, the first says what it lacks."""
    if not sheets:
        raise Refused(
            Sentence(_("ファイルが空です。注文の入ったシートのあるファイルを選んでください。")), code="empty_file"
        )
    refusals = []
    for sheet in sheets:
        with sheet.path.open("rb") as file:
            try:
                found = replace(layout(file.read(HEAD), profile), sheet=sheet.name)
            except Refused as refusal:
                refusals.append(refusal)
                continue
            yield Opened(file, found)
            return
    raise refusals[0]


def half_of(source: BinaryIO, profile: Profile) -> Half | None:
    """Which half of a pair a file is; None where it is whole by itself, or no file of the channel at all."""
    if profile.pair is None:
        return None
    try:
        with opened(source, replace(profile, required=("number",), pair=None)) as text:
            is_whole = all(text.layout.has(field) for field in profile.required)
            return None if is_whole else pairs.half(text.layout, profile.pair)
    except Refused:
        return None


def bundled(files: Sequence[tuple[str, BinaryIO]], profile: Profile) -> bytes:
    """The two files of a pair, each with its name, as one archive: the same files give the same bytes.

    Raises Refused where they are not the two halves.
    """
    by_half = {half_of(stream, profile): (name, stream) for name, stream in files}
    if len(files) != len(HALVES) or set(by_half) != set(HALVES):
        sentence = _(
            "選んだファイルが「注文」と「商品」の組になっていません。組になる二つを選ぶか、一つずつ送ってください。"
        )
        raise Refused(Sentence(sentence), code="not_a_pair")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as parts:
        for half in HALVES:
            name, stream = by_half[half]
            stream.seek(0)
            parts.writestr(zipfile.ZipInfo(f"{half}-{name}", _NO_TIME), stream.read(), zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def _is_bundle(source: BinaryIO) -> bool:
    """Whether an archive is of two files, and no workbook."""
    try:
        with zipfile.ZipFile(source) as archive:
            return len(archive.infolist()) == len(HALVES)
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def _paired(source: BinaryIO, profile: Profile) -> Opened:
    if profile.pair is None:
        raise ValueError(f"{profile.code} has no pair")
    parts = {}
    for data in _members(source):
        with opened(io.BytesIO(data), replace(profile, required=("number",), pair=None)) as text:
            text.file.seek(0)
            parts[pairs.half(text.layout, profile.pair)] = Part(text.file.read(), text.layout)
    if set(parts) != set(HALVES):
        raise Refused(Sentence(_("「注文」と「商品」の二つのファイルが入っていません。")), code="not_a_pair")
    whole = pairs.joined(parts["orders"], parts["items"], profile.pair)
    return Opened(io.BytesIO(whole), layout(whole[:HEAD], profile))


def _members(source: BinaryIO) -> Iterator[bytes]:
    """The files of an archive, counted while they are unpacked: what it declares may be a lie."""
    try:
        with zipfile.ZipFile(source) as archive:
            for member in archive.infolist():
                with archive.open(member) as file:
                    data = file.read(MAX_HALF + 1)
                _refuse_large(len(data), MAX_HALF)
                yield data
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError) as error:
        sentence = _("ファイルが壊れているか、パスワードが付いています。もとのファイルを選び直してください。")
        raise Refused(Sentence(sentence), code="broken_archive") from error


def recognised(source: BinaryIO, profiles: list[Profile]) -> Profile | None:
    """The channel whose file this is, told by its columns; None where it is none of these.

    Where the columns fit several, the one that knows most of them.
    """
    source.seek(0)
    head = source.read(HEAD)
    if not head.startswith(workbooks.SIGNATURE):
        return _best(head, profiles)
    try:
        with workbooks.sheets(source) as sheets:
            found = [_best(_head_of(sheet), profiles) for sheet in sheets]
    except Refused:
        return None
    return next((profile for profile in found if profile is not None), None)


def _head_of(sheet: Sheet) -> bytes:
    with sheet.path.open("rb") as file:
        return file.read(HEAD)


def _best(head: bytes, profiles: list[Profile]) -> Profile | None:
    fitting = []
    for profile in profiles:
        try:
            found = layout(head, profile)
        except Refused:
            continue
        fitting.append((found.known_columns, profile))
    return max(fitting, key=lambda known: known[0])[1] if fitting else None
