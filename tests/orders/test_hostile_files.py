"""Hostile files, one after the other in one process as a worker would read them: what each comes to, and what it costs.

The process is a child of its own, so that what it used at most can be measured.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from integrations.channels.nextengine.sample import HEADER
from tests.environment import ROOT
from tests.factories.order_files import order_file, row
from tests.factories.workbooks import Formula, workbook

MOST_MEMORY = 300 << 20
MOST_SECONDS = 240
"""For all of them together, on a machine that does other things as well."""

READ = """
import json, os, sys
from pathlib import Path
from core.errors import Refused
from integrations.channels.nextengine.profile import PROFILE
from orders.intake import read_batches

for path in sorted(Path(sys.argv[1]).iterdir()):
    said = {"orders": [], "refused": [], "sentence": "", "code": ""}
    try:
        with path.open("rb") as file:
            for part in read_batches(file, PROFILE, rows=10_000):
                said["orders"] += part.orders["number"].to_list()
                said["refused"] += part.refused.select("row", "column", "code").rows()[:20]
    except Refused as refusal:
        said |= {"sentence": str(refusal), "code": refusal.code}
    # What it used at most; what getrusage says would begin with what its parent used.
    used = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024
    said |= {"memory": used, "open": len(os.listdir("/proc/self/fd"))}
    print(json.dumps([path.name, said]), flush=True)
"""

HEAD = ",".join(HEADER).encode("cp932")
GOOD = order_file([row(店舗伝票番号=f"A-{nth}") for nth in (1, 2, 3)])
LINES = GOOD.removesuffix(b"\r\n").split(b"\r\n")
FORMULAS = ("=1+1", "+SUM(A1)", "-2+3", "@SUM(A1)", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x","y")')
Write = Callable[[Path], object]


def _bytes(data: bytes) -> Write:
    return lambda path: path.write_bytes(data)


def _fuzzed(seed: int) -> bytes:
    """The good file with bytes changed, put in and taken away."""
    random, data = Random(seed), bytearray(GOOD)
    for _time in range(40):
        place = random.randrange(len(HEAD), len(data))
        data[place : place + random.choice((0, 1, 1, 7))] = random.randbytes(random.choice((0, 1, 1, 5)))
    return bytes(data)


def _large_cell(quote: bytes) -> Write:
    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.write(GOOD + b"A-9," + quote)
            for _time in range(100):
                file.write(b"x" * (1 << 20))
            file.write(quote + b"\r\n" + LINES[1] + b"\r\n")

    return write


def _bomb(path: Path) -> None:
    """A workbook of which a sheet unpacks to a gigabyte of cells."""
    cell = b'<c t="inlineStr"><is><t>x</t></is></c>' * 1000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        with zipfile.ZipFile(io.BytesIO(workbook({"受注": [list(HEADER)]}))) as whole:
            for name in whole.namelist():
                if "sheet1" not in name:
                    parts.writestr(name, whole.read(name))
        with parts.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row>')
            for _time in range(28_000):
                part.write(cell)
            part.write(b"</row></sheetData></worksheet>")


def _liar(path: Path) -> None:
    """A workbook that declares one byte for a sheet of half a gigabyte."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", "<Types/>")
        with parts.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _time in range(500):
                part.write(b" " * (1 << 20))
    size = (500 << 20).to_bytes(4, "little")
    path.write_bytes(target.getvalue().replace(size, (1).to_bytes(4, "little")))


def _large_cell_of_a_workbook(path: Path) -> None:
    cells = [row().get(name, "") for name in HEADER]
    cells[HEADER.index("備考")] = "x" * (100 << 20)
    path.write_bytes(workbook({"受注": [list(HEADER), cells]}))


FILES: dict[str, Write] = {
    "empty": _bytes(b""),
    "blank": _bytes(b"\r\n \r\n\r\n"),
    "byte order mark alone": _bytes(b"\xef\xbb\xbf"),
    "header": _bytes(HEAD + b"\r\n"),
    "header without line end": _bytes(HEAD),
    "byte order mark": _bytes(b"\xef\xbb\xbf" + GOOD.decode("cp932").encode()),
    "UTF-16 LE": _bytes(b"\xff\xfe" + GOOD.decode("cp932").encode("utf-16-le")),
    "UTF-16 BE": _bytes(b"\xfe\xff" + GOOD.decode("cp932").encode("utf-16-be")),
    "line ends of Unix": _bytes(GOOD.replace(b"\r\n", b"\n")),
    "line ends mixed": _bytes(LINES[0] + b"\n" + LINES[1] + b"\r\n" + LINES[2] + b"\n" + LINES[3]),
    "line ends of old Macs": _bytes(GOOD.replace(b"\r\n", b"\r")),
    "quote that stays open": _bytes(
        GOOD + LINES[1].replace(b"A-1,", b'A-4,"') + b"\r\n" + LINES[2].replace(b"A-2", b"A-5")
    ),
    "quote within a cell": _bytes(GOOD.replace("深蒸し煎茶 100g".encode("cp932"), b'5" disk', 1)),
    "NUL within a cell": _bytes(GOOD.replace("佐藤 花子".encode("cp932"), b"sa\0to", 1)),
    "NUL all over": _bytes(HEAD + b"\r\n" + b"\0" * (1 << 20)),
    "200 columns": _bytes(
        HEAD + b"\r\n" + b"\r\n".join([LINES[1], LINES[2].replace(b"A-2", b"A-2,") + b",x" * 160, LINES[3]])
    ),
    "200 columns in 5,000 rows": _bytes(HEAD + b"\r\n" + (b",".join([b"x"] * 200) + b"\r\n") * 5_000),
    "cells that are formulas": _bytes(
        order_file([row(店舗伝票番号=f"F-{nth}", 備考=text) for nth, text in enumerate(FORMULAS)])
    ),
    "100 MB in a cell": _large_cell(b""),
    "100 MB in a quoted cell": _large_cell(b'"'),
    "100 MB of commas": lambda path: path.write_bytes(HEAD + b"\r\n" + b"," * (100 << 20)),
    "100 MB of quotes": lambda path: path.write_bytes(HEAD + b"\r\n" + b'"' * (100 << 20)),
    "30 MB of line ends": lambda path: path.write_bytes(GOOD + b"\n" * (30 << 20)),
    "30 MB of line ends below orders": lambda path: path.write_bytes(
        HEAD + b"\r\n" + b"".join(b"B-%d" % nth + LINES[1][3:] + b"\r\n" for nth in range(4000)) + b"\n" * (30 << 20)
    ),
    "workbook that is a bomb": _bomb,
    "workbook that lies": _liar,
    "workbook with 100 MB in a cell": _large_cell_of_a_workbook,
    "workbook with formulas": lambda path: path.write_bytes(
        workbook(
            {"受注": [list(HEADER), [Formula(None) if name == "備考" else row().get(name, "") for name in HEADER]]}
        )
    ),
    "workbook with 200 columns": lambda path: path.write_bytes(
        workbook(
            {
                "受注": [
                    [*HEADER, *[f"x{nth}" for nth in range(160)]],
                    [*[row().get(name, "") for name in HEADER], *["x"] * 160],
                ]
            }
        )
    ),
    **{f"fuzzed {seed}": _bytes(_fuzzed(seed)) for seed in range(40)},
    **{f"noise {seed}": _bytes(Random(seed).randbytes(5000)) for seed in range(20)},
    **{f"noise below a header {seed}": _bytes(HEAD + b"\r\n" + Random(seed).randbytes(20_000)) for seed in range(20)},
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What each of the files came to."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, write in FILES.items():
        write(folder / name)
    child = subprocess.run(
        [sys.executable, "-c", READ, str(folder)],
        capture_output=True, text=True, timeout=MOST_SECONDS, check=False, cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "POLARS_MAX_THREADS": "2"},
    )  # fmt: skip
    assert child.returncode == 0, child.stderr
    yield dict(json.loads(line) for line in child.stdout.splitlines())
    for path in folder.iterdir():
        path.unlink()


def test_all_are_read_to_the_end_in_little_memory_and_nothing_stays_open(outcomes: dict[str, Any]) -> None:
    assert outcomes.keys() == FILES.keys()
    assert {name: said["memory"] for name, said in outcomes.items() if said["memory"] > MOST_MEMORY} == {}
    assert len({said["open"] for said in outcomes.values()}) == 1


REFUSED = {
    "empty": ("empty_file", "空"),
    "blank": ("empty_file", "空"),
    "byte order mark alone": ("empty_file", "空"),
    "header": ("no_rows", "見出しだけ"),
    "header without line end": ("no_rows", "見出しだけ"),
    "UTF-16 LE": ("wrong_encoding", "UTF-16"),
    "UTF-16 BE": ("wrong_encoding", "UTF-16"),
    "line ends of old Macs": ("wrong_line_ends", "古いMac"),
    "100 MB in a cell": ("row_too_long", "5行目が長すぎ"),
    "100 MB in a quoted cell": ("row_too_long", "5行目が長すぎ"),
    "100 MB of commas": ("row_too_long", "2行目が長すぎ"),
    "100 MB of quotes": ("row_too_long", "2行目が長すぎ"),
    "workbook that is a bomb": ("workbook_too_large", "大きすぎ"),
    "workbook that lies": ("workbook_broken", "壊れている"),
    "workbook with 100 MB in a cell": ("workbook_too_large", "大きすぎ"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_a_sentence(outcomes: dict[str, Any], name: str) -> None:
    code, words = REFUSED[name]
    said = outcomes[name]
    assert (said["code"], said["orders"], said["refused"]) == (code, [], [])
    assert words in said["sentence"]


A_1, A_2, A_3 = "A-1", "A-2", "A-3"
READABLE: dict[str, tuple[list[str], list[list[Any]]]] = {
    "byte order mark": ([A_1, A_2, A_3], []),
    "line ends of Unix": ([A_1, A_2, A_3], []),
    "line ends mixed": ([A_1, A_2, A_3], []),
    "quote that stays open": ([A_1, A_2, A_3, "A-5"], [[5, "", "broken_quotes"]]),
    "quote within a cell": ([A_1, A_2, A_3], []),
    "NUL within a cell": ([A_2, A_3], [[2, "", "broken_characters"]]),
    "NUL all over": ([], [[2, "", "too_few_columns"]]),
    "200 columns": ([A_1, A_3], [[3, "", "too_many_columns"]]),
    "200 columns in 5,000 rows": ([], [[row, "", "too_many_columns"] for row in range(2, 22)]),
    "cells that are formulas": ([f"F-{nth}" for nth in range(len(FORMULAS))], []),
    "30 MB of line ends": ([A_1, A_2, A_3], []),
    "30 MB of line ends below orders": ([f"B-{nth}" for nth in range(4000)], []),
    "workbook with formulas": ([], [[2, "備考", "broken_formula"]]),
    "workbook with 200 columns": ([A_1], []),
}


@pytest.mark.parametrize("name", READABLE)
def test_what_can_be_read_is_read_and_the_rest_told_by_row_and_column(outcomes: dict[str, Any], name: str) -> None:
    orders, refused = READABLE[name]
    said = outcomes[name]
    assert (sorted(said["orders"]), said["sentence"]) == (sorted(orders), "")
    assert [cell for nth, cell in enumerate(said["refused"]) if cell not in said["refused"][:nth]][
        : len(refused) or 1
    ] == refused


def test_whatever_was_fuzzed_is_read_or_has_a_reason(outcomes: dict[str, Any]) -> None:
    fuzzed = {name: said for name, said in outcomes.items() if name.startswith(("fuzzed", "noise"))}
    assert len(fuzzed) == 80
    assert [name for name, said in fuzzed.items() if not (said["orders"] or said["refused"] or said["sentence"])] == []
    assert all(row >= 2 and code for said in fuzzed.values() for row, _column, code in said["refused"])
