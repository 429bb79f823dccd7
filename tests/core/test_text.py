"""Japanese text made comparable, one by one and by the column."""

from collections.abc import Callable

import phonenumbers
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import postcodes, text

ASSIGNED = st.characters(exclude_categories=("Cn", "Cs", "Co"))
JAPANESE = st.sampled_from("髙高﨑崎齋斉ァぁゔゞｶﾞ㈱①Ⅲ㎡～〜−‐ー　 \t\x1c号番丁目の地県都渋谷AaßςΣΐ0９1１-－'+(.)〒")
TEXTS = st.lists(st.text(JAPANESE | ASSIGNED, max_size=30), min_size=1, max_size=8)
NUMBERISH = st.lists(st.text(st.sampled_from("0123456789０８１９ -－+'(〒.ー"), max_size=16), min_size=1, max_size=8)

PAIRS: list[tuple[Callable[[str], str | None], Callable[[pl.Series], pl.Series]]] = [
    (text.narrow, text.narrows),
    (text.search_key, text.search_keys),
    (text.postcode, text.postcodes),
    (text.phone, text.phones),
    (text.prefecture, text.prefectures),
    (text.address_key, text.address_keys),
]


@pytest.mark.parametrize(("one", "column"), PAIRS, ids=lambda form: form.__name__)
@given(texts=TEXTS | NUMBERISH)
def test_a_column_is_normalised_as_its_cells_are(
    one: Callable[[str], str | None], column: Callable[[pl.Series], pl.Series], texts: list[str]
) -> None:
    cells = pl.Series(texts, dtype=pl.String)
    assert column(cells).to_list() == [one(cell) for cell in texts]
    assert cells.to_list() == texts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋 ﾀﾛｳ", "高橋　たろう"),
        ("株式会社ﾔﾏﾀﾞ", "株式会社やまだ"),
        ("㈱ABC", "(株)ａｂｃ"),
        ("渡邉", "渡辺"),
        ("A‐001", "a-001"),
        ("ヴィラ", "ゔぃら"),
    ],
)
def test_two_spellings_are_found_under_one_key(one: str, other: str) -> None:
    assert text.search_key(one) == text.search_key(other)


def test_the_long_vowel_is_not_a_dash() -> None:
    assert text.search_key("コーヒー") == "コーヒー"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("105-0011", "1050011"),
        ("〒１０５－００１１", "1050011"),
        ("'0600001", "0600001"),
        ("600001", "0600001"),
        ("60-0001", "0600001"),
        ("10010", "0010010"),
        ("1050011.0", "1050011"),
        ("105-011", None),
        ("1234", None),
        ("12345678", None),
        ("105-0011 東京都", None),
        ("", None),
    ],
)
def test_postcodes(written: str, code: str | None) -> None:
    assert text.postcode(written) == code


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("03-1234-5678", "+81312345678"),
        ("０９０（１２３４）５６７８", "+819012345678"),
        ("9012345678", "+819012345678"),
        ("312345678", "+81312345678"),
        ("+81 90-1234-5678", "+819012345678"),
        ("'+81(0)90-1234-5678", "+819012345678"),
        ("819012345678", "+819012345678"),
        ("0120-123-456", "0120123456"),
        ("120123456", "0120123456"),
        ("0800-123-4567", "08001234567"),
        ("+1 212 555 0100", "+12125550100"),
        ("000-0000-0000", None),
        ("0901234567", None),
        ("なし", None),
        ("", None),
    ],
)
def test_phones(written: str, number: str | None) -> None:
    assert text.phone(written) == number


@given(st.from_regex(r"\A0(?:[789]0[0-9]{8}|[1-9][1-9][0-9]{7})\Z"))
def test_a_valid_japanese_number_is_read_as_the_library_of_the_trade_reads_it(national: str) -> None:
    parsed = phonenumbers.parse(national, "JP")
    if phonenumbers.is_valid_number(parsed) and not national.startswith(("0120", "0570", "0800", "0990")):
        assert text.phone(national) == phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        assert text.phone_national(text.phone(national) or "") == national


def test_a_phone_is_printed_with_the_hyphens_of_its_area() -> None:
    assert text.phone_label("+819012345678") == "090-1234-5678"
    assert text.phone_label("+81312345678") == "03-1234-5678"
    assert text.phone_label("0120123456") == "0120-123-456"
    assert text.phone_label("+12125550100") == "+1 212-555-0100"
    assert text.postcode_label("1050011") == "〒105-0011"


def test_addresses_that_name_one_house_have_one_key() -> None:
    assert text.address_key("東京都港区芝公園４丁目２番８号") == text.address_key("東京都 港区芝公園4-2-8")
    assert text.address_key("芝公園4ー2ー8 コーポ髙橋") == text.address_key("芝公園４－２－８コーポ高橋")
    assert text.address_key("東京都千代田区一番町") == "東京都千代田区一番町"
    assert text.address_key("4丁目2番8号室") == "4-2-8号室"


def test_an_address_begins_with_its_prefecture() -> None:
    assert text.prefecture(" 神奈川県横浜市") == "神奈川県"
    assert text.prefecture("〒105-0011 東京都港区") == "東京都"
    assert text.prefecture("横浜市") is None
    assert len(text.PREFECTURES) == 47


@given(st.text(ASSIGNED, max_size=30))
def test_what_a_label_can_print_survives_cp932(written: str) -> None:
    printed = text.for_label(written)
    left_out = set(text.unprintable_on_label(written))

    "".join(char for char in printed if char not in left_out).encode("cp932")
    for char in left_out:
        with pytest.raises(UnicodeEncodeError):
            char.encode("cp932")


def test_labels_get_the_characters_their_programs_know() -> None:
    assert text.for_label("𠮷野\u00a0繫〜") == "吉野 繋～"
    assert text.unprintable_on_label("髙﨑㈱①") == ""
    assert text.unprintable_on_label("한글、한") == "한글"


def test_a_postcode_may_lie_in_two_prefectures() -> None:
    assert postcodes.prefectures_of("4980000") == {"愛知県", "三重県"}
    assert postcodes.prefectures_of("1050011") == {"東京都"}
    assert postcodes.is_known("0600001")
    assert not postcodes.is_known("9999999")


def test_offices_have_codes_of_their_own() -> None:
    assert postcodes.prefectures_of("0608621") == {"北海道"}
    assert postcodes.known_codes().is_in(["0608621", "1050011", "0000000"]).sum() == 2


def test_towns_are_real_places_of_their_prefecture() -> None:
    towns = postcodes.towns("沖縄県")
    assert len(towns) > 500
    assert {town.prefecture for town in towns} == {"沖縄県"}
    assert all(
        postcodes.is_known(town.postcode) and town.name and town.kana.startswith("オキナワケン") for town in towns
    )
    with pytest.raises(ValueError, match="江戸"):
        postcodes.towns("江戸")
