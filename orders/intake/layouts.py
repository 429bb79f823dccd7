"""What the beginning of an order file tells: its encoding, its separator, and which column is which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from core.errors import Refused
from core.wording import Sentence, _
from orders.intake import scan
from orders.intake.profiles import Profile, Source, header_key

HEAD = 1 << 20
"""Bytes: how much of a file's beginning decides how it is read."""

_BINARY = {
    b"PK\x03\x04": "ZIP",
    b"\xd0\xcf\x11\xe0": "Excel 97-2003（.xls）",
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
}
HEADER_ROWS = 20
"""How many rows a title and its like may take before the header has to come."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Layout:
    """How one file is to be read.

    header: the column names as the file has them, blank ones at its end left out; width: how many cells it has with
    them. body: the byte at which the rows begin. columns: header_key to position; a name that stands there a second
    time is known as "name#2". first_row: as a spreadsheet counts, the row that body begins with. sheet: of a workbook,
    "" where it is none.
    """

    profile: Profile
    encoding: str
    separator: str
    header: tuple[str, ...]
    width: int
    body: int
    columns: Mapping[str, int]
    first_row: int = 2
    sheet: str = ""

    @property
    def known_columns(self) -> int:
        """How many of the file's columns the profile reads."""
        return len({index for source in self.profile.fields.values() for index in self.indexes(source)} - {None})

    def label(self, name: str) -> str:
        """The file's own name for the column that a field is read from; the usual one where the file has none."""
        source = self.profile.fields.get(name)
        if source is None:
            return ""
        present = [index for index in self.indexes(source) if index is not None]
        if present:
            return self.header[present[0]]
        return source.parts[0][0] if source.parts else ""

    def indexes(self, source: Source) -> list[int | None]:
        """Where the parts of a source stand, None for those that the file does not have."""
        keys = [[_known_key(name) for name in part] for part in source.parts]
        return [next((self.columns[key] for key in part if key in self.columns), None) for part in keys]

    def has(self, name: str) -> bool:
        """Whether the file has a column for this field."""
        source = self.profile.fields.get(name)
        return source is not None and any(index is not None for index in self.indexes(source))


@lru_cache(maxsize=4096)
def _known_key(name: str) -> str:
    """header_key of a profile's own name: each of the rows that might be the header asks for all of them."""
    return header_key(name)


def layout(head: bytes, profile: Profile) -> Layout:
    """How to read a file that begins with `head` (HEAD bytes, or all of it where it is shorter).

    Raises Refused where it is no file of this channel: empty, not text, or without the columns that make it one.
    """
    refuse_what_is_no_text(head)
    encoding = encoding_of(head)
    candidates = [
        candidate for separator in profile.separators for candidate in _candidates(head, encoding, separator, profile)
    ]
    best = max(candidates, key=lambda candidate: sum(map(candidate.has, profile.fields)))
    missing = [best.label(name) for name in profile.required if not best.has(name)]
    if missing:
        raise Refused(_wrong_header(profile, missing), code="wrong_header", missing=missing)
    return best


def refuse_what_is_no_text(head: bytes) -> None:
    """Refused, with what it is, where a file that begins so is no text."""
    if not head.removeprefix(_BYTE_ORDER_MARK).strip():
        raise Refused(Sentence(_("ファイルが空です。注文の入ったCSVファイルを選んでください。")), code="empty_file")
    kind = next((kind for magic, kind in _BINARY.items() if head.startswith(magic)), None)
    if kind is not None:
        sentence = _(
            "これは%(kind)sのファイルです。注文のCSVファイルを選んでください（Excelでは「CSV」として保存できます）。"
        )
        raise Refused(Sentence(sentence, kind=kind), code="not_text")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        sentence = _("文字コードがUTF-16です。「CSV UTF-8」か「CSV（コンマ区切り）」で保存し直してください。")
        raise Refused(Sentence(sentence), code="wrong_encoding")
    if b"\r" in head and b"\n" not in head:
        sentence = _("改行が古いMacの形式（CR）です。「CSV UTF-8」か「CSV（コンマ区切り）」で保存し直してください。")
        raise Refused(Sentence(sentence), code="wrong_line_ends")
    if b"\0" in head.partition(b"\n")[0]:
        raise Refused(Sentence(_("文字のファイルではありません。注文のCSVファイルを選んでください。")), code="not_text")


def encoding_of(head: bytes) -> str:
    """ "utf-8" or "cp932": the one that loses fewer characters, so that a few broken ones do not decide."""
    whole = head[: head.rfind(b"\n") + 1] or head
    lost = {name: whole.decode(name, "replace").count("\ufffd") for name in ("utf-8", "cp932")}
    return "utf-8" if lost["utf-8"] <= lost["cp932"] else "cp932"


def _candidates(head: bytes, encoding: str, separator: str, profile: Profile) -> Iterator[Layout]:
    """A layout for each of the first rows, as if it were the header."""
    start = len(_BYTE_ORDER_MARK) if head.startswith(_BYTE_ORDER_MARK) else 0
    text = head[start:]
    records = scan.scan(text, separator=separator, columns=0, final=True)
    for row in range(min(len(records), HEADER_ROWS)):
        cells = scan.split_anyhow(text[records.starts[row] : records.ends[row]], separator)
        body = int(records.starts[row + 1]) if len(records) > row + 1 else len(text)
        names = [cell.decode(encoding, "replace").strip() for cell in cells]
        yield _under(names, profile, encoding, separator, body=start + body, first_row=row + 2)


def _under(names: list[str], profile: Profile, encoding: str, separator: str, *, body: int, first_row: int) -> Layout:
    width = len(names)
    while names and not names[-1]:
        names.pop()
    columns: dict[str, int] = {}
    for index, name in enumerate(names):
        key = header_key(name)
        columns.setdefault(f"{key}#2" if key in columns else key, index)
    return Layout(profile, encoding, separator, tuple(names), width, body, columns, first_row)


def _wrong_header(profile: Profile, missing: list[str]) -> Sentence:
    template = _(
        "「%(profile)s」のファイルに必要な列がありません：%(missing)s。"
        "1行目が見出しかどうか、選んだ形式が合っているかを確かめてください。"
    )
    return Sentence(template, profile=profile.name, missing="、".join(missing))
