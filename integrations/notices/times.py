"""When what is not sent at once goes out: the gathered ones three times a day, the later ones in the morning."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from core.periods import TOKYO

GATHERED_AT = (8, 13, 17)
"""The hours, in Tokyo, at which gathered notices go out together."""
FOLLOW_UP_AT = 10
"""The hour, in Tokyo, at which somebody is asked how they like it."""


def next_gathering(at: datetime) -> datetime:
    """When the gathered notices go out next, after `at`."""
    local = at.astimezone(TOKYO)
    today = [datetime.combine(local.date(), time(hour), TOKYO) for hour in GATHERED_AT]
    return next((moment for moment in today if moment > local), today[0] + timedelta(days=1))


def follow_up(at: datetime, days: int) -> datetime:
    """The morning that many days after `at`."""
    return datetime.combine(at.astimezone(TOKYO).date() + timedelta(days=days), time(FOLLOW_UP_AT), TOKYO)
