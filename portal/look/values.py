"""Filters: a figure, date or name as pages write it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core import clock, honorifics
from core.text import phone_label
from portal.look import figures


class Between(Protocol):
    """A half-open period."""

    start: date
    end: date


def money(amount: Decimal | int | None, currency: str = "JPY") -> SafeString:
    """`¥1,234,567` in figures of one width; the second argument names another currency. A float is refused."""
    return format_html('<span class="fig">{}</span>', figures.money(amount, currency))


def count(number: Decimal | int | float | None) -> SafeString:
    """`12,345` in figures of one width; `None` is a dash."""
    return format_html('<span class="fig">{}</span>', figures.count(number))


def percent(ratio: Decimal | float | None) -> SafeString:
    """`98.5%` from the ratio 0.985; `None` is a dash."""
    return format_html('<span class="fig">{}</span>', figures.percent(ratio))


def duration(length: timedelta | int | None) -> SafeString:
    """`1時間20分` from minutes or a timedelta; the two largest units."""
    return format_html('<span class="fig">{}</span>', figures.duration(length, get_language()))


def file_size(size: int | None) -> str:
    """`1.2MB` from bytes."""
    return figures.file_size(size)


def day(on: date | None) -> SafeString | str:
    """`11/21(土)`, with the year where it is not this one. A datetime is read in the viewer's zone."""
    if on is None:
        return figures.NOTHING
    local = timezone.localdate(on) if isinstance(on, datetime) else on
    text = figures.day(local, get_language(), this_year=_today().year)
    return format_html('<time class="fig" datetime="{}">{}</time>', local.isoformat(), text)


def moment(at: datetime | None) -> SafeString | str:
    """`11/21(土) 14:05` in the viewer's zone."""
    if at is None:
        return figures.NOTHING
    return _time(timezone.localtime(at), moment_text(at))


def moment_text(at: datetime) -> str:
    """The same without markup, for a title or a label."""
    return figures.moment(timezone.localtime(at), get_language(), this_year=_today().year)


def clock_time(at: datetime | None) -> SafeString | str:
    """`14:05` in the viewer's zone."""
    if at is None:
        return figures.NOTHING
    local = timezone.localtime(at)
    return _time(local, f"{local:%H:%M}")


def ago(at: datetime | None) -> SafeString | str:
    """`3分前`, exact on hover; the page keeps it current."""
    if at is None:
        return figures.NOTHING
    local = timezone.localtime(at)
    text = figures.ago(local, get_language(), now=clock.now())
    return format_html(
        '<time class="fig" datetime="{}" title="{}" data-ago>{}</time>', local.isoformat(), moment_text(at), text
    )


def span(period: Between | Sequence[date]) -> SafeString:
    """`11/1(日)〜11/30(月)` from a half-open period, or a pair of dates or datetimes whose second is exclusive."""
    start, end = period if isinstance(period, Sequence) else (period.start, period.end)
    text = figures.span(_first_day(start), _last_day(end), get_language(), this_year=_today().year)
    return format_html('<span class="fig">{}</span>', text)


def sama(name: str) -> str:
    """A name as one writes to it: `山田 花子 様`, or `株式会社青葉 御中`; unchanged in English."""
    return honorifics.addressed(name) if _is_japanese() else name


def onchu(name: str) -> str:
    """A company's name as one writes to it: `株式会社青葉 御中`; unchanged in English."""
    return honorifics.addressed("", company=name) if _is_japanese() else name


def phone(number: str) -> str:
    """A phone number as it is dialled from here: `090-1234-5678` for +819012345678."""
    return phone_label(number) if number.startswith("+") else number


def _is_japanese() -> bool:
    return (get_language() or "ja").startswith("ja")


def _time(local: datetime, text: str) -> SafeString:
    return format_html('<time class="fig" datetime="{}">{}</time>', local.isoformat(), text)


def _today() -> date:
    return timezone.localdate(clock.now())


def _first_day(start: date) -> date:
    return timezone.localdate(start) if isinstance(start, datetime) else start


def _last_day(end: date) -> date:
    if isinstance(end, datetime):
        return timezone.localdate(end - timedelta(microseconds=1))
    return end - timedelta(days=1)
