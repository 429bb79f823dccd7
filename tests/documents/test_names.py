from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import names


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("請求書_2026年10月.pdf", "請求書_2026年10月.pdf"),
        ("𠮷野家㈱①髙﨑.xlsx", "𠮷野家㈱①髙﨑.xlsx"),
        ("カ\u3099イト\u3099.pdf", "ガイド.pdf"),  # as macOS sends it
        ("\ufa19社\ufa1b.pdf", "\ufa19社\ufa1b.pdf"),  # 神 and 福 as written in names
        ("../../etc/passwd", "passwd"),
        ("C:\\書類\\見積.pdf", "見積.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),  # read as "invoiceexe.pdf"
        ("a\x00b\r\nc.csv", "abc.csv"),
        ('表<1>:"x"|?*.csv', "表_1___x____.csv"),
        ("  .hidden. ", "hidden"),
        ("CON.txt", "_CON.txt"),
        ("nul", "_nul"),
        ("見積 　 書.pdf", "見積 書.pdf"),
        ("", "file"),
        ("...", "file"),
        ("folder/", "file"),
    ],
)
def test_names_are_made_safe_and_stay_readable(given_name: str, kept: str) -> None:
    assert names.safe(given_name) == kept


def test_a_long_name_keeps_its_ending() -> None:
    cut = names.safe("請求書" * 100 + ".pdf")

    assert cut.endswith(("請.pdf", "求.pdf", "書.pdf"))
    assert len(cut.encode()) <= names.LONGEST_BYTES


@given(st.text(max_size=400))
def test_any_name_is_safe_and_safe_names_stay(name: str) -> None:
    safe = names.safe(name)

    assert 0 < len(safe.encode()) <= names.LONGEST_BYTES
    assert len(safe) <= names.LONGEST
    assert not set(safe) & set('/\\<>:"|?*\x00\r\n')
    assert safe not in {".", ".."}
    assert names.safe(safe) == safe
