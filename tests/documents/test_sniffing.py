from __future__ import annotations

import io
import struct
import zipfile

import pytest

from core.errors import Refused
from documents import sniffing

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + bytes(17) + b"\x00\x00\x00\x00IEND\xae\x42\x60\x82"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(20) + b"\xff\xd9"
TIFF = b"II*\x00\x08\x00\x00\x00" + bytes(20)
CSV = "伝票番号,受注日,氏名\r\n1001,2026/10/01,髙橋 一郎\r\n"
OLD_EXCEL = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(512)


def archive(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return made.getvalue()


def workbook() -> bytes:
    """As much of an Excel file as tells it from other archives."""
    office = io.BytesIO()
    with zipfile.ZipFile(office, "w") as file:
        for name in ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            file.writestr(name, "<x/>")
    return office.getvalue()


def with_password(data: bytes) -> bytes:
    """The archive as one whose members a password keeps, by its flags (which nothing here needs to open)."""
    locked = bytearray(data)
    at = locked.find(b"PK\x01\x02")
    while at >= 0:
        locked[at + 8] |= 1
        at = locked.find(b"PK\x01\x02", at + 1)
    return bytes(locked)


def inspect(data: bytes, name: str) -> str:
    return sniffing.inspect(io.BytesIO(data), name=name).code


GOOD = [
    ("請求書.pdf", PDF, "pdf"),
    ("写真.PNG", PNG, "png"),
    ("写真.jpeg", JPEG, "jpeg"),
    ("スキャン.tif", TIFF, "tiff"),
    ("受注.xlsx", workbook(), "xlsx"),
    ("一式.zip", archive(a=b"x"), "zip"),
    ("空.zip", archive(), "zip"),
    ("帳票.zip", workbook(), "zip"),
    ("受注.csv", CSV.encode("cp932"), "csv"),
    ("受注.csv", CSV.encode("utf-8-sig"), "csv"),
    ("受注.txt", CSV.encode().replace(b",", b"\t"), "csv"),
]


@pytest.mark.parametrize(("name", "data", "code"), GOOD)
def test_a_file_that_is_what_it_claims_is_taken(name: str, data: bytes, code: str) -> None:
    assert inspect(data, name) == code


BAD = [
    ("請求書.pdf", PNG, "mismatch", "中身は PNG"),
    ("請求書.pdf", b"MZ\x90\x00" + bytes(100), "mismatch", "PDF ではありません"),
    ("写真.png", JPEG, "mismatch", ".jpg"),
    ("受注.csv", workbook(), "mismatch", ".xlsx"),
    ("受注.csv", b"<!DOCTYPE html><html><body>\xe3\x83\xad\xe3\x82\xb0\xe3\x82\xa4\xe3\x83\xb3", "mismatch", "CSV"),
    ("受注.csv", "番号,氏名\r\n".encode("utf-16"), "mismatch", "CSV"),
    ("受注.csv", b"a,b\r\n\x00\x01\x02", "mismatch", "CSV"),
    ("受注.xlsx", archive(a=b"x"), "mismatch", "中身は ZIP"),
    ("受注.xlsx", OLD_EXCEL, "old_office", ".xlsx"),
    ("受注.xls", OLD_EXCEL, "unknown_ending", ".xlsx"),
    ("run.exe", b"MZ", "unknown_ending", "run.exe"),
    ("受注", CSV.encode(), "unknown_ending", "受注"),
    ("一式.zip", with_password(archive(a=b"x", b=b"y")), "encrypted", "パスワード"),
    ("受注.xlsx", with_password(workbook()), "encrypted", "パスワード"),
    ("一式.zip", archive(a=b"x" * 99)[:-30], "broken", "途中で切れて"),
    ("請求書.pdf", PDF[:30], "broken", "途中で切れて"),
    ("写真.png", PNG[:30], "broken", "途中で切れて"),
    ("受注.csv", b"", "empty", "空です"),
]


@pytest.mark.parametrize(("name", "data", "code", "said"), BAD)
def test_a_file_that_is_not_is_refused_in_a_sentence(name: str, data: bytes, code: str, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        inspect(data, name)

    assert refusal.value.code == code
    assert said in str(refusal.value)
    assert str(refusal.value).endswith("。")


def test_only_the_accepted_kinds_are_taken() -> None:
    only_csv = [kind for kind in sniffing.KINDS if kind.code == "csv"]

    with pytest.raises(Refused, match=r"\.csv のいずれか"):
        sniffing.inspect(io.BytesIO(PDF), name="請求書.pdf", accepted=only_csv)


@pytest.mark.parametrize("shift", range(4))
@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_a_character_across_the_end_of_the_sample_does_no_harm(encoding: str, shift: int) -> None:
    text = "a" * shift + "受注𠮷"[: 3 if encoding == "utf-8" else 2] * sniffing.HEAD

    assert inspect(text.encode(encoding), "受注.csv") == "csv"


def test_the_stream_is_given_back_at_its_start() -> None:
    stream = io.BytesIO(workbook())

    sniffing.inspect(stream, name="受注.xlsx")

    assert stream.tell() == 0


@pytest.mark.parametrize(
    "lie",
    [
        {"size": 0xFFFFFFFF},
        {"offset": 0xFFFFFFFF},
        {"size": 3},
        {"offset": 1},
    ],
)
def test_a_lying_directory_is_no_archive(lie: dict[str, int]) -> None:
    data = bytearray(archive(a=b"x"))
    at = data.rfind(b"PK\x05\x06")
    size, offset = struct.unpack_from("<2L", data, at + 12)
    struct.pack_into("<2L", data, at + 12, lie.get("size", size), lie.get("offset", offset))

    with pytest.raises(Refused) as refusal:
        inspect(bytes(data), "一式.zip")
    assert refusal.value.code == "broken"


def test_a_directory_beyond_reason_is_not_read() -> None:
    directory = bytes(2 * 1024 * 1024)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), 4, 0)

    with pytest.raises(Refused) as refusal:
        inspect(b"PK\x03\x04" + directory + end, "一式.zip")
    assert refusal.value.code == "broken"
