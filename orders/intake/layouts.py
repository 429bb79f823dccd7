"""What the beginning of an order file tells: its encoding, its separator, and which column is which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import Refused
from core.wording import Sentence, _
from orders.intake import scan
from orders.intake.profiles import Profile, Source, header_key

HEAD = 1 << 20
"""Bytes: how much of a file's beginning decides how it is read."""

_BINARY = {
    b"PK\x03\x04": "Excel",
    b"\xd0\xcf\x11\xe0": "Excel",
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Layout:
    """How one file is to be read.

    header: the column names as the file has them, blank ones at its end left out; width: how many cells it has with
    them. body: the byte at which the rows begin. columns: header_key to position.
    """

    profile: Profile
    encoding: str
    separator: str
    header: tuple[str, ...]
    width: int
    body: int
    columns: Mapping[str, int]

    def label(self, name: str) -> str:
        """The file's own name for the column that a field is read from; the usual one where the file has none."""
        source = self.profile.fields.get(name)
        if source is None:
            return ""
        present = [index for index in self.indexes(source) if index is not None]
        return self.header[present[0]] if present else source.parts[0][0]

    def indexes(self, source: Source) -> list[int | None]:
        """Where the parts of a source stand, None for those that the file does not have."""
        keys = [[header_key(name) for name in part] for part in source.parts]
        return [next((self.columns[key] for key in part if key in self.columns), None) for part in keys]

    def has(self, name: str) -> bool:
        """Whether the file has a column for this field."""
        source = self.profile.fields.get(name)
        return source is not None and any(index is not None for index in self.indexes(source))


def layout(head: bytes, profile: Profile) -> Layout:
    """How to read a file that begins with `head` (HEAD bytes, or all of it where it is shorter).

    Raises Refused where it is no file of this channel: empty, not text, or without the columns that make it one.
    """
    _refuse_what_is_no_text(head)
    encoding = encoding_of(head)
    candidates = [_candidate(head, encoding, separator, profile) for separator in profile.separators]
    best = max(candidates, key=lambda candidate: sum(map(candidate.has, profile.fields)))
    missing = [best.label(name) for name in profile.required if not best.has(name)]
    if missing:
        raise Refused(_wrong_header(profile, missing), code="wrong_header", missing=missing)
    return best


def _refuse_what_is_no_text(head: bytes) -> None:
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
    if b"\0" in head.partition(b"\n")[0]:
        raise Refused(Sentence(_("文字のファイルではありません。注文のCSVファイルを選んでください。")), code="not_text")


def encoding_of(head: bytes) -> str:
    """ "utf-8" or "cp932": the one that loses fewer characters, so that a few broken ones do not decide."""
    whole = head[: head.rfind(b"\n") + 1] or head
    lost = {name: whole.decode(name, "replace").count("\ufffd") for name in ("utf-8", "cp932")}
    return "utf-8" if lost["utf-8"] <= lost["cp932"] else "cp932"


def _candidate(head: bytes, encoding: str, separator: str, profile: Profile) -> Layout:
    start = len(_BYTE_ORDER_MARK) if head.startswith(_BYTE_ORDER_MARK) else 0
    first = scan.scan(head[start:], separator=separator, columns=0, final=True)
    cells = scan.split_anyhow(head[start:][first.starts[0] : first.ends[0]], separator)
    header = [cell.decode(encoding, "replace").strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    columns: dict[str, int] = {}
    for index, name in enumerate(header):
        columns.setdefault(header_key(name), index)
    body = start + (int(first.starts[1]) if len(first) > 1 else len(head) - start)
    return Layout(profile, encoding, separator, tuple(header), len(cells), body, columns)


def _wrong_header(profile: Profile, missing: list[str]) -> Sentence:
    template = _(
        "「%(profile)s」のファイルに必要な列がありません：%(missing)s。"
        "1行目が見出しかどうか、選んだ形式が合っているかを確かめてください。"
    )
    return Sentence(template, profile=profile.name, missing="、".join(missing))
