"""Tracking numbers (お問い合せ番号, 送り状番号) of Japan's carriers: their check digit and where they are followed.

Source: the 7DR check of ヤマト, 佐川 and 日本郵便: the last of twelve digits is the first eleven modulo 7. It does not
tell the carriers apart, so the carrier is kept beside the number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import Refused
from core.text import narrow
from core.wording import Sentence, _


@dataclass(frozen=True)
class Carrier:
    """name: as people know it. url: where a parcel is followed, {n} is the number. seven_dr: twelve digits, checked."""

    name: str
    url: str
    seven_dr: bool = True


CARRIERS: Mapping[str, Carrier] = {
    "yamato": Carrier(_("ヤマト運輸"), "https://jizen.kuronekoyamato.co.jp/jizen/servlet/crjz.b.NQ0010?id={n}"),
    "sagawa": Carrier(_("佐川急便"), "https://k2k.sagawa-exp.co.jp/p/web/okurijosearch.do?okurijoNo={n}"),
    "japanpost": Carrier(
        _("日本郵便"), "https://trackings.post.japanpost.jp/services/srv/search/direct?locale=ja&reqCodeNo1={n}"
    ),
    "seino": Carrier(_("西濃運輸"), "https://track.seino.co.jp/cgi-bin/gnpquery.pgm?GNPNO1={n}", seven_dr=False),
    "fukuyama": Carrier(_("福山通運"), "https://corp.fukutsu.co.jp/situation/tracking_no_hunt/{n}", seven_dr=False),
}

_MARKS = re.compile(r"[-\s]")
_OTHER_NUMBER = re.compile(r"[0-9A-Z]{8,20}")


def check_digit(body: str) -> int:
    """The 7DR check digit for the first eleven digits."""
    return int(body) % 7


def normalised(number: str) -> str:
    """The number without hyphens and spaces, its digits narrowed, a scanner's start and stop letters taken off."""
    plain = _MARKS.sub("", narrow(number)).upper()
    scanned = re.fullmatch(r"[A-D]([0-9]{8,14})[A-D]", plain)
    return scanned[1] if scanned else plain


def checked(carrier: str, number: str) -> str:
    """The number as it is kept. Refused where there is no such carrier, or the number cannot be one of theirs."""
    known = CARRIERS.get(carrier)
    if known is None:
        raise Refused(
            Sentence(_("「%(carrier)s」という運送会社はありません。"), carrier=carrier),
            code="unknown_carrier",
            field="carrier",
        )
    plain = normalised(number)
    if not known.seven_dr:
        if not _OTHER_NUMBER.fullmatch(plain):
            raise _refusal(_("伝票番号「%(number)s」が正しくありません。8～20桁の英数字で入れてください。"), number)
    elif not re.fullmatch("[0-9]{12}", plain):
        raise _refusal(_("伝票番号「%(number)s」が正しくありません。12桁の数字で入れてください。"), number)
    elif check_digit(plain[:11]) != int(plain[11]):
        raise _refusal(_("伝票番号「%(number)s」は検査数字が合いません。打ち間違いがないか確かめてください。"), number)
    return plain


def _refusal(sentence: str, number: str) -> Refused:
    return Refused(Sentence(sentence, number=number), code="bad_tracking_number", field="tracking_number")


def url_of(carrier: str, number: str) -> str:
    """Where the parcel is followed, "" for a carrier that we do not know."""
    known = CARRIERS.get(carrier)
    return known.url.format(n=number) if known else ""


def label_of(number: str) -> str:
    """Twelve digits in groups of four, as they stand on the slip; anything else as it is."""
    return "-".join((number[:4], number[4:8], number[8:])) if re.fullmatch("[0-9]{12}", number) else number
