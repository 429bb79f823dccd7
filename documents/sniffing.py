"""What a file claims to be against what it is. The name's ending is the claim, the bytes are the truth."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import BinaryIO

from core.errors import Refused
from core.wording import Sentence, _
from documents import archives

HEAD = 64 * 1024
TAIL = 4 * 1024

_OFFICE_97 = bytes.fromhex("D0CF11E0A1B11AE1")  # also what Excel wraps a workbook with a password in
_PAGE_STARTS = (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<?xml", b"<svg")
_TEXT_ENCODINGS = ("utf-8-sig", "cp932")
_NEVER_IN_TEXT = bytes(set(range(0x20)) - set(b"\t\n\v\f\r\x1a\x1b"))


@dataclass(frozen=True)
class Sample:
    """The two ends of a file, and the file to look further into."""

    head: bytes
    tail: bytes
    stream: BinaryIO


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken in.

    name: what people call it. endings: of file names, lower case; the first is the usual one. fits: whether the bytes
    are of this kind; a `Refused` from it says that they are, but cannot be taken.
    """

    code: str
    name: str
    content_type: str
    endings: tuple[str, ...]
    fits: Callable[[Sample], bool]


def _is_pdf(sample: Sample) -> bool:
    if not sample.head.startswith(b"%PDF-"):
        return False
    return _whole(b"%%EOF" in sample.tail)


def _is_png(sample: Sample) -> bool:
    if not sample.head.startswith(b"\x89PNG\r\n\x1a\n"):
        return False
    return _whole(b"IEND\xae\x42\x60\x82" in sample.tail)


def _is_jpeg(sample: Sample) -> bool:
    return sample.head.startswith(b"\xff\xd8\xff")


def _is_tiff(sample: Sample) -> bool:
    return sample.head.startswith((b"II*\x00", b"MM\x00*"))


def _is_xlsx(sample: Sample) -> bool:
    names = {entry.name for entry in _archive(sample)}
    return {"[Content_Types].xml", "xl/workbook.xml"} <= names


def _is_zip(sample: Sample) -> bool:
    return bool(_archive(sample)) or sample.head.startswith(b"PK\x05\x06")


def _is_text(sample: Sample) -> bool:
    head = sample.head
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGE_STARTS):
        return False
    return len(head.translate(None, _NEVER_IN_TEXT)) == len(head) and any(_decodes(head, e) for e in _TEXT_ENCODINGS)


KINDS: tuple[Kind, ...] = (
    Kind("pdf", "PDF", "application/pdf", (".pdf",), _is_pdf),
    Kind("png", "PNG", "image/png", (".png",), _is_png),
    Kind("jpeg", "JPEG", "image/jpeg", (".jpg", ".jpeg"), _is_jpeg),
    Kind("tiff", "TIFF", "image/tiff", (".tif", ".tiff"), _is_tiff),
    Kind(
        "xlsx",
        "Excel (xlsx)",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        (".xlsx",),
        _is_xlsx,
    ),
    Kind("zip", "ZIP", "application/zip", (".zip",), _is_zip),
    Kind("csv", "CSV", "text/csv", (".csv", ".tsv", ".txt"), _is_text),
)


def inspect(stream: BinaryIO, *, name: str, accepted: Collection[Kind] = KINDS) -> Kind:
    """The kind of a seekable file called `name`, whose claim and bytes agree; the stream ends at its start.

    Raises Refused, in a sentence that says what to do, with the code `unknown_ending`, `empty`, `mismatch`,
    `old_office`, `encrypted` or `broken`.
    """
    claimed = _claimed(name, accepted)
    sample = _sample(stream)
    try:
        found = _found(sample)
    finally:
        stream.seek(0)
    if found is claimed or (claimed.code == "zip" and found is not None and found.code == "xlsx"):
        return claimed
    raise _mismatch(name, claimed, found)


def _claimed(name: str, accepted: Collection[Kind]) -> Kind:
    lowered = name.lower()
    for kind in accepted:
        if lowered.endswith(kind.endings):
            return kind
    endings = "、".join(kind.endings[0] for kind in accepted)
    raise Refused(
        Sentence(
            _("「%(name)s」は受け取れない種類のファイルです。%(endings)s のいずれかでお送りください。"),
            name=name,
            endings=endings,
        ),
        code="unknown_ending",
    )


def _sample(stream: BinaryIO) -> Sample:
    size = stream.seek(0, io.SEEK_END)
    if size == 0:
        raise Refused(_("ファイルが空です。内容のあるファイルを選び直してください。"), code="empty")
    stream.seek(max(0, size - TAIL))
    tail = stream.read(TAIL)
    stream.seek(0)
    return Sample(head=stream.read(HEAD), tail=tail, stream=stream)


def _found(sample: Sample) -> Kind | None:
    """What the bytes are, None for what we do not know. Raises Refused for what is known and never taken."""
    if sample.head.startswith(_OFFICE_97):
        raise Refused(
            _(
                "古い形式（.xls など）か、パスワード付きのOfficeファイルです。"
                "パスワードを外し、.xlsx 形式で保存し直してお送りください。"
            ),
            code="old_office",
        )
    return next((kind for kind in KINDS if kind.fits(sample)), None)


def _mismatch(name: str, claimed: Kind, found: Kind | None) -> Refused:
    if found is None:
        message = Sentence(
            _(
                "「%(name)s」の中身は %(claimed)s ではありません。"
                "元のファイルを開いて確かめ、保存し直してお送りください。"
            ),
            name=name,
            claimed=claimed.name,
        )
    else:
        message = Sentence(
            _(
                "「%(name)s」の名前は %(claimed)s ですが、中身は %(found)s です。"
                "ファイル名の末尾を %(ending)s に直すか、正しいファイルを選び直してください。"
            ),
            name=name,
            claimed=claimed.name,
            found=found.name,
            ending=found.endings[0],
        )
    return Refused(message, code="mismatch")


def _archive(sample: Sample) -> list[archives.Entry]:
    """The members where the file is an archive, else none. Raises Refused where a password keeps any of them."""
    if not sample.head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return []
    try:
        members = archives.entries(sample.stream)
    except archives.BrokenArchive:
        raise _broken() from None
    if any(member.encrypted for member in members):
        raise Refused(
            _(
                "パスワード付きのZIPは受け取れません。中身のウイルス検査ができないためです。"
                "通信も保管も暗号化されますので、パスワードを付けずにお送りください。"
            ),
            code="encrypted",
        )
    return members


def _whole(complete: bool) -> bool:
    """True for a file that has its end; raises Refused for one that was cut short."""
    if not complete:
        raise _broken()
    return True


def _broken() -> Refused:
    return Refused(
        _("ファイルが途中で切れているか、壊れています。元のファイルを開けるか確かめ、もう一度お送りください。"),
        code="broken",
    )


def _decodes(head: bytes, encoding: str) -> bool:
    """Whether the head is text of that encoding, but for a character that the cut may have split."""
    whole = len(head) < HEAD
    for cut in range(1 if whole else 4):
        try:
            head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
