"""The forms by which buyers are compared: the same for one text and for a column, and found again from themselves."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.text import search_key
from customers.keys import email_key, email_keys, keyed, marks, name_key, name_keys

WORDS = "株式会社 ㈱ (株) （有） 有限会社 合同会社 アクメ あくめ 髙橋 様 御中 株 ( ABC ａ"
PIECES = st.sampled_from([*WORDS.split(), " ", "　"])
NAMES = st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=6).map("".join))
MAILS = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from(["a", "B", "＠", "@", ".", "example", "。", " ", "jp"]), max_size=8).map("".join),
)


@given(NAMES)
def test_a_key_is_its_own_key(name: str) -> None:
    assume(search_key(search_key(name)) == search_key(name))  # a mark that was parted from its letter joins it
    assert name_key(name_key(name)) == name_key(name)


@given(st.lists(NAMES, max_size=8))
def test_a_column_of_names_is_each_name(names: list[str]) -> None:
    assert name_keys(pl.Series(names, dtype=pl.String)).to_list() == [name_key(name) for name in names]


@given(st.lists(MAILS, max_size=8))
def test_a_column_of_mail_addresses_is_each_address(texts: list[str]) -> None:
    assert email_keys(pl.Series(texts, dtype=pl.String)).to_list() == [email_key(text) for text in texts]
    assert all(email_key(email_key(text)) == email_key(text) for text in texts)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("㈱アクメ", "株式会社 アクメ"),
        ("アクメ（株）", "株式会社あくめ 御中"),
        ("髙橋　健", "高橋 健 様"),
        ("ﾔﾏﾀﾞ ﾊﾅｺ", "やまだ はなこ"),
        ("渡邉 﨑子", "渡辺 崎子"),
    ],
)
def test_what_people_write_for_one_name_is_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_a_form_of_company_in_the_middle_is_part_of_the_name() -> None:
    assert name_key("アクメ株式会社商店") == "アクメ株式会社商店"
    assert name_key("株式会社") == "株式会社"


def people(*rows: dict[str, str]) -> pl.DataFrame:
    """Buyers of orders as customers.services.recognise takes them."""
    empty = dict.fromkeys(("name", "kana", "email", "phone", "postcode", "prefecture", "address"), "")
    schema = pl.Schema({"order_id": pl.Int64(), **dict.fromkeys(empty, pl.String())})
    return pl.DataFrame([{"order_id": nth, **empty, **row} for nth, row in enumerate(rows, 1)], schema=schema)


def test_the_strongest_thing_known_tells_who_it_is() -> None:
    given_rows = [
        {"email": "A@Example.jp", "phone": "090-1234-5678", "postcode": "105-0011"},
        {"phone": "090-1234-5678", "postcode": "105-0011"},
        {"postcode": "105-0011", "address": "港区芝公園4-2-8"},
        {"address": "港区芝公園4丁目2番8号"},
        {"phone": "なし", "email": "なし"},
    ]
    found = keyed(people(*({"name": "山田 花子", **row} for row in given_rows)))["identity"].to_list()
    assert found == [
        "山田花子|email:a@example.jp",
        "山田花子|phone:+819012345678",
        "山田花子|postcode:1050011",
        "山田花子|address_key:港区芝公園4-2-8",
        "山田花子|order:5",
    ]


def test_the_prefecture_may_be_missing_and_the_reading_may_be_the_name() -> None:
    frame = keyed(
        people(
            {"name": "ヤマダ・ハナコ", "address": "東京都港区芝公園4-2-8", "postcode": "1050011"},
            {"name": "山田花子", "kana": "やまだはなこ", "address": "港区芝公園4丁目2-8", "postcode": "1050011"},
        )
    ).with_columns(pl.col("order_id").alias("buyer_id"))
    assert frame["address_key"].n_unique() == 1
    shared = marks(frame).group_by("kind", "value").len().filter(pl.col("len") == 2)
    assert shared["kind"].to_list() == ["kana_postcode"]
