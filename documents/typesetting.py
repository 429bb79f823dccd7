"""Papers set in type: a Typst template of `documents/papers/` and its data become a PDF for the archive.

The result is PDF/A-3a (so that the invoice's XML can travel inside) and PDF/UA-1 (tagged, for screen readers), its
text can be searched, and it uses only the fonts that come with the portal. The same template, data and time give the
same bytes.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pylopdf_fonts_jp
import typst

from documents.glyphs import coverage, printable

PAPERS = Path(__file__).parent / "papers"
STANDARDS: list[typst.PDFStandard] = ["a-3a", "ua-1"]
UNTAGGED: list[typst.PDFStandard] = ["a-3u"]


@dataclass(frozen=True)
class Attachment:
    """A text file inside the PDF, such as the invoice as XML.

    relationship: what it is to the paper, in the PDF's words: "data", "source", "alternative" or "supplement".
    """

    name: str
    content_type: str
    text: str
    description: str
    relationship: str = "data"


def compile_paper(
    template: str,
    data: Mapping[str, object],
    *,
    issued_at: datetime,
    attachments: Sequence[Attachment] = (),
    tagged: bool = True,
) -> bytes:
    """The paper as PDF.

    template: a file of `papers/` without its ending. data: what that paper's shape says (`papers.invoice.Invoice`);
    Decimals, dates and bytes are welcome. issued_at: the aware time written into the PDF as the time it was made.
    tagged: without, it is PDF/A-3u and a sixth of the size: for files of very many papers that are kept one by one too.
    A character that the fonts lack becomes 〓. Raises typst.TypstError where template and data do not fit: a bug.
    Threads take turns. Not for a process whose parent compiled before it forked, which raises RuntimeError.
    """
    return _press(template).print(
        sys_inputs={
            "data": _json(data),
            "attachments": json.dumps([vars(attachment) for attachment in attachments], ensure_ascii=False),
        },
        issued_at=issued_at,
        tagged=tagged,
    )


def picture_of_paper(template: str, data: Mapping[str, object], *, pixels_an_inch: int = 96) -> bytes:
    """The first page of the paper as PNG, to be looked at before it is issued. Otherwise as `compile_paper`."""
    return _press(template).show(sys_inputs={"data": _json(data)}, pixels_an_inch=pixels_an_inch)


class _Press:
    """A template with its compiler, kept warm: the second paper takes a few milliseconds a page."""

    _turn = threading.Lock()
    _process: int | None = None

    def __init__(self, template: str) -> None:
        self._compiler = typst.Compiler(
            PAPERS / f"{template}.typ", root=PAPERS, font_paths=_fonts(), ignore_system_fonts=True
        )

    def print(self, *, sys_inputs: dict[str, str], issued_at: datetime, tagged: bool) -> bytes:
        with self._turn:
            self._stay_in_one_process()
            paper = self._compiler.compile(
                format="pdf",
                sys_inputs=sys_inputs,
                pdf_standards=STANDARDS if tagged else UNTAGGED,
                pdf_tags=tagged,
                timestamp=int(issued_at.timestamp()),
            )
        assert isinstance(paper, bytes)  # one file, since the format is no picture
        return paper

    def show(self, *, sys_inputs: dict[str, str], pixels_an_inch: int) -> bytes:
        with self._turn:
            self._stay_in_one_process()
            pages = self._compiler.compile(format="png", sys_inputs=sys_inputs, ppi=float(pixels_an_inch))
        first = pages[0] if isinstance(pages, list) else pages
        assert isinstance(first, bytes)
        return first

    @classmethod
    def _stay_in_one_process(cls) -> None:
        """Typst's threads do not survive a fork: the child would wait for them for ever."""
        if _Press._process not in {None, os.getpid()}:
            raise RuntimeError("This process was forked from one that had typeset papers; start it afresh to typeset.")
        _Press._process = os.getpid()


@lru_cache
def _press(template: str) -> _Press:
    return _Press(template)


@lru_cache
def _fonts() -> typst.Fonts:
    folder = pylopdf_fonts_jp.sans_path().parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


@lru_cache
def _covered() -> frozenset[int]:
    return coverage(pylopdf_fonts_jp.sans_path().read_bytes())


def _json(data: Mapping[str, object]) -> str:
    return json.dumps(plain(data), ensure_ascii=False, allow_nan=False)


def plain(value: object) -> object:
    """The value as JSON knows it and as it is printed; text becomes printable, numbers keep every digit."""
    match value:
        case str():
            return printable(value, _covered())
        case bool() | int() | None:
            return value
        case Decimal() if value.is_finite():
            return f"{value.normalize():f}"
        case date():
            return value.isoformat()
        case bytes():
            return list(value)
        case Mapping():
            return {str(name): plain(part) for name, part in value.items()}
        case Sequence():
            return [plain(part) for part in value]
    raise TypeError(f"A paper's data cannot hold {type(value).__name__}.")
