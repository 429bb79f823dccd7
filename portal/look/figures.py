"""How figures and times are written, in Japanese and English. Pure: text in, text out, the language given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

NOTHING = "–"
MINUS = "−"
SIGNS: Mapping[str, str] = {"JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}
PLACES: Mapping[str, int] = {"JPY": 0}


@dataclass(frozen=True)
class Words:
    """The formats of one language. In each, `{}` stands for the figure."""

    days: str
    hours: str
    minutes: str
    joint: str
    now: str
    ago: str
    ahead: str
    left: str
    late: str
    finished_late: str
    until: str
    from_to: str
    weekdays: str


LANGUAGES: Mapping[str, Words] = {
    "ja": Words(
        days="{}日",
        hours="{}時間",
        minutes="{}分",
        joint="",
        now="たった今",
        ago="{}前",
        ahead="{}後",
        left="あと {}",
        late="{} 遅れ",
        finished_late="{} 遅れて完了",
        until="{} まで",
        from_to="{}〜{}",
        weekdays="月 火 水 木 金 土 日",
    ),
    "en": Words(
        days="{}d",
        hours="{}h",
        minutes="{}m",
        joint=" ",
        now="just now",
        ago="{} ago",
        ahead="in {}",
        left="{} left",
        late="{} late",
        finished_late="done {} late",
        until="by {}",
        from_to="{} – {}",
        weekdays="Mon Tue Wed Thu Fri Sat Sun",
    ),
}


def words(language: str | None) -> Words:
    """The formats of a language code such as `en-gb`; Japanese where it is not known."""
    return LANGUAGES.get((language or "ja").split("-")[0], LANGUAGES["ja"])


def money(amount: Decimal | int | None, currency: str = "JPY") -> str:
    """¥1,234,567. A fraction is shown as far as it goes (a unit price of ¥12.5); `None` is a dash.

    A float is refused: money is exact.
    """
    if amount is None:
        return NOTHING
    if isinstance(amount, float):
        raise TypeError("Money is a Decimal or an int, never a float.")
    exact = Decimal(amount)
    places = max(PLACES.get(currency, 2), _fraction_digits(exact))
    sign = MINUS if exact < 0 else ""
    return f"{sign}{SIGNS.get(currency, currency + ' ')}{abs(exact):,.{places}f}"


def _fraction_digits(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def count(number: Decimal | int | float | None) -> str:
    """12,345; fractions are shown to three places at most; `None` is a dash."""
    if number is None:
        return NOTHING
    text = f"{abs(number):,.3f}".rstrip("0").rstrip(".")
    return f"{MINUS if number < 0 else ''}{text}"


def percent(ratio: Decimal | float | None) -> str:
    """98.5% from 0.985; `None` (nothing to measure) is a dash. Never rounds up to 100%: 0.99999 is 99.9%."""
    if ratio is None:
        return NOTHING
    shown = round(Decimal(str(ratio)) * 100, 1)
    if ratio < 1 <= shown / 100:
        shown = Decimal("99.9")
    return f"{shown:f}".removesuffix(".0") + "%"


def file_size(size: int | None) -> str:
    """1.2MB, in steps of 1,024."""
    if size is None:
        return NOTHING
    amount, unit = float(size), "B"
    for unit in ("B", "KB", "MB", "GB", "TB"):  # noqa: B007 (the unit where the loop stops is the answer)
        if amount < 1024:
            break
        amount /= 1024
    return f"{amount:.0f}{unit}" if amount >= 10 or unit == "B" else f"{amount:.1f}{unit}"


def duration(length: timedelta | int | None, language: str | None) -> str:
    """The two largest units of a length of time: 3日4時間, 1時間20分. An int counts minutes; the sign is dropped."""
    if length is None:
        return NOTHING
    whole = length if isinstance(length, timedelta) else timedelta(minutes=length)
    minutes = int(abs(whole) // timedelta(minutes=1))
    spoken = words(language)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [form.format(n) for form, n in _two_largest(spoken, days, hours, rest)]
    return spoken.joint.join(parts) or spoken.minutes.format(0)


def _two_largest(spoken: Words, days: int, hours: int, minutes: int) -> list[tuple[str, int]]:
    units = [(spoken.days, days), (spoken.hours, hours), (spoken.minutes, minutes)]
    first = next((i for i, (_, n) in enumerate(units) if n), len(units))
    return [(form, n) for form, n in units[first : first + 2] if n]


def day(on: date, language: str | None, *, this_year: int) -> str:
    """11/21(土); with its year where that is not `this_year`: 2025/11/21(金), Nov 21, 2025 (Fri)."""
    weekday = words(language).weekdays.split()[on.weekday()]
    if words(language) is LANGUAGES["en"]:
        year = "" if on.year == this_year else f", {on.year}"
        return f"{on:%b} {on.day}{year} ({weekday})"
    year = "" if on.year == this_year else f"{on.year}/"
    return f"{year}{on.month}/{on.day}({weekday})"


def moment(at: datetime, language: str | None, *, this_year: int) -> str:
    """11/21(土) 14:05, in the zone that `at` is in."""
    return f"{day(at.date(), language, this_year=this_year)} {at:%H:%M}"


def ago(at: datetime, language: str | None, *, now: datetime) -> str:
    """3分前, 2時間前, 5日前, 20分後; past a week the day itself. Both aware; the day is read in the zone of `at`."""
    spoken, distance = words(language), now - at
    if abs(distance) < timedelta(minutes=1):
        return spoken.now
    if abs(distance) >= timedelta(days=7):
        return day(at.date(), language, this_year=now.astimezone(at.tzinfo).year)
    form = spoken.ago if distance > timedelta() else spoken.ahead
    return form.format(_largest(abs(distance), spoken))


def _largest(distance: timedelta, spoken: Words) -> str:
    if distance >= timedelta(days=1):
        return spoken.days.format(distance.days)
    if distance >= timedelta(hours=1):
        return spoken.hours.format(distance // timedelta(hours=1))
    return spoken.minutes.format(distance // timedelta(minutes=1))


def span(first: date, last: date, language: str | None, *, this_year: int) -> str:
    """11/1(日)〜11/30(月): both days belong to it. A single day stands alone."""
    start = day(first, language, this_year=this_year)
    if first == last:
        return start
    return words(language).from_to.format(start, day(last, language, this_year=this_year))
