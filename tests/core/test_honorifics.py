"""様 and 御中: who gets which, and what is written where a company and a person are named."""

from __future__ import annotations

import pytest

from core.honorifics import addressed, is_company


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("山田 花子", "山田 花子 様"),
        ("株式会社青葉", "株式会社青葉 御中"),
        ("青葉商事㈱", "青葉商事㈱ 御中"),
        ("（有）みどり", "（有）みどり 御中"),
        ("合同会社みどり 営業部", "合同会社みどり 営業部 御中"),
        ("学校法人青葉学園", "学校法人青葉学園 御中"),
        ("株式会社青葉 佐藤 一郎", "株式会社青葉 佐藤 一郎 様"),
        ("山田 花子 様", "山田 花子 様"),
        ("青葉商店 御中", "青葉商店 御中"),
        ("", ""),
    ],
)
def test_a_name_is_addressed_by_what_it_says_of_itself(name: str, said: str) -> None:
    assert addressed(name) == said


def test_a_company_stands_on_a_line_of_its_own_before_the_person() -> None:
    assert addressed("佐藤 一郎", company="青葉商店") == "青葉商店 御中\n佐藤 一郎 様"
    assert addressed("", company="青葉商店") == "青葉商店 御中"
    assert addressed("株式会社青葉", company="株式会社青葉") == "株式会社青葉 御中"


def test_a_persons_name_is_no_companys() -> None:
    assert not is_company("財前 五郎")
    assert not is_company("社 花子")
