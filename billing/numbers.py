"""The registration number of an issuer of qualified invoices (登録番号): T and thirteen digits.

A company's digits are its 法人番号; those of sole traders follow the same check digit.
"""

from __future__ import annotations

import re
import unicodedata

from core.errors import Refused
from core.wording import Sentence, _

_FORM = re.compile(r"T([1-9])([0-9]{12})")
_SEPARATORS = re.compile(r"[\s‐‑‒–—―−ー-]")


def check_digit(body: str) -> int:
    """The check digit of a 法人番号.

    body: the twelve digits after the check digit. Returns 1 to 9.
    Source: 財務省令第70号第2条 (weights 1 and 2 from the right, modulo 9).
    """
    return 9 - sum(int(digit) * (1 + nth % 2) for nth, digit in enumerate(reversed(body))) % 9


def registration_number(text: str) -> str:
    """A registration number in its one form, such as T7000012050002.

    Full-width characters, a small t, spaces and hyphens are accepted. What is no number, or fails its check digit, is
    `Refused` with a sentence that says which.
    """
    number = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
    parts = _FORM.fullmatch(number)
    if not parts:
        raise Refused(
            Sentence(
                _("登録番号「%(found)s」は読めません。T と13桁の数字（例: T7000012050002）で入力してください。"),
                found=text,
            ),
            code="registration_number",
            found=text,
        )
    if int(parts[1]) != check_digit(parts[2]):
        raise Refused(
            Sentence(
                _("登録番号 %(found)s は検査数字が合いません。番号の打ち間違いがないか確かめてください。"), found=number
            ),
            code="registration_check_digit",
            found=number,
        )
    return number
