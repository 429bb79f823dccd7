"""Registration numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.numbers import check_digit, registration_number
from core.errors import Refused

digits = st.text("0123456789", min_size=12, max_size=12)


@pytest.mark.parametrize("number", ["T7000012050002", "T4011001098993", "T2120901007402", "T7123456789012"])
def test_real_numbers_are_accepted(number: str) -> None:
    assert registration_number(number) == number


@pytest.mark.parametrize(
    "text",
    [
        "Ｔ７０００－０１２０－５０００２",
        "t7000012050002",
        " T 7000 0120 50002 ",
        "T7-0000-1205-0002",
        "Ｔ７０００ー０１２０５０００２",
    ],
)
def test_however_it_is_typed_it_gets_its_one_form(text: str) -> None:
    assert registration_number(text) == "T7000012050002"


@pytest.mark.parametrize("number", ["T7000012050003", "T1234567890123"])
def test_a_wrong_check_digit_is_refused(number: str) -> None:
    with pytest.raises(Refused, match=number) as refusal:
        registration_number(number)
    assert refusal.value.code == "registration_check_digit"


@pytest.mark.parametrize(
    "text", ["", "7000012050002", "T700001205000", "T70000120500022", "T0000012050002", "T70000120５0००2"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="13桁") as refusal:
        registration_number(text)
    assert refusal.value.code == "registration_number"


@given(digits)
def test_the_check_digit_makes_a_valid_number(body: str) -> None:
    assert 1 <= check_digit(body) <= 9
    assert registration_number(f"T{check_digit(body)}{body}")


@given(digits, st.integers(0, 11), st.integers(1, 9))
def test_one_mistyped_digit_is_noticed_unless_it_is_a_nine_for_a_nought(body: str, place: int, by: int) -> None:
    wrong = (int(body[place]) + by) % 10
    mistyped = f"{body[:place]}{wrong}{body[place + 1 :]}"

    if {int(body[place]), wrong} != {0, 9}:
        assert check_digit(mistyped) != check_digit(body)
