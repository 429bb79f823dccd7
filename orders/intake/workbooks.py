"""An Excel workbook opened as the text of its sheets, by a process of its own that may fail without harm."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from core.errors import Refused
from core.wording import Sentence, _
from orders.intake import unpacking

MAX_BYTES = 64 << 20
"""No workbook is larger; a workbook is packed, so this is far more text."""

SIGNATURE = b"PK\x03\x04"

_SECONDS = 120
_ONE_THREAD = {"POLARS_MAX_THREADS": "1", "RAYON_NUM_THREADS": "1"}
_WHY = {
    "too_large": _(
        "このExcelファイルは大きすぎて読み込めません。不要なシートや列を消すか、「CSV UTF-8」で保存して選んでください。"
    ),
    "locked": _("パスワードの付いたファイルは読み込めません。パスワードを外して保存し直してください。"),
    "broken": _(
        "Excelファイル（.xlsx）として読めません。壊れているか、途中で切れています。保存し直して選んでください。"
    ),
}


@dataclass(frozen=True)
class Sheet:
    """A sheet as a CSV file in UTF-8; row n of the file is row n of the sheet."""

    name: str
    path: Path


@contextmanager
def sheets(source: BinaryIO) -> Iterator[list[Sheet]]:
    """The visible sheets of a workbook that have anything in them, as long as the context lasts.

    Raises Refused where it cannot be read: too large for what one process may use, with a password, or broken.
    """
    if source.seek(0, 2) > MAX_BYTES:
        raise _refused("too_large")
    source.seek(0)
    with TemporaryDirectory(prefix="workbook-") as directory:
        target = Path(directory)
        workbook = target / "workbook.xlsx"
        with workbook.open("wb") as file:
            shutil.copyfileobj(source, file)
        yield _unpacked(workbook, target)


def _unpacked(workbook: Path, target: Path) -> list[Sheet]:
    command = [sys.executable, "-I", unpacking.__file__, str(workbook), str(target)]
    try:
        done = subprocess.run(command, env=_ONE_THREAD, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as expired:
        raise _refused("too_large") from expired
    if done.returncode:
        raise _refused(unpacking.EXITS.get(done.returncode, "too_large"))
    names = json.loads((target / "sheets.json").read_text(encoding="utf-8"))
    return [Sheet(name, target / f"{index}.csv") for index, name in enumerate(names)]


def _refused(why: str) -> Refused:
    return Refused(Sentence(_WHY[why]), code=f"workbook_{why}")
