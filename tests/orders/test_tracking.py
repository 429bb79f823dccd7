from __future__ import annotations

import pytest

from core.errors import Refused
from orders import tracking

GENUINE = [
    ("yamato", "444413758703"),
    ("yamato", "490714955706"),
    ("yamato", "200961185434"),
    ("japanpost", "405548424886"),
    ("sagawa", "512547514334"),
]


@pytest.mark.parametrize(("carrier", "number"), GENUINE)
def test_genuine_numbers_are_kept_and_can_be_followed(carrier: str, number: str) -> None:
    assert tracking.checked(carrier, number) == number
    assert tracking.url_of(carrier, number).endswith(f"={number}")


@pytest.mark.parametrize(
    "written", ["4444-1375-8703", "４４４４－１３７５－８７０３", "a444413758703a", " 4444 1375 8703 "]
)
def test_the_way_a_number_is_written_does_not_matter(written: str) -> None:
    assert tracking.checked("yamato", written) == "444413758703"


@pytest.mark.parametrize(
    ("carrier", "number", "code"),
    [
        ("yamato", "444413758704", "bad_tracking_number"),
        ("yamato", "44441375870", "bad_tracking_number"),
        ("sagawa", "", "bad_tracking_number"),
        ("seino", "1234-567", "bad_tracking_number"),
        ("dhl", "444413758703", "unknown_carrier"),
    ],
)
def test_numbers_that_cannot_be_right_are_refused(carrier: str, number: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        tracking.checked(carrier, number)
    assert refusal.value.code == code


def test_other_carriers_have_numbers_of_their_own() -> None:
    assert tracking.checked("seino", "12345-67890") == "1234567890"


def test_a_number_is_shown_as_on_the_slip() -> None:
    assert tracking.label_of("444413758703") == "4444-1375-8703"
    assert tracking.label_of("1234567890") == "1234567890"
