"""When one place works: its week, the national holidays, its closures and its special days.

A definition only; `sla.calendars` measures time by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.business_days import national_holidays
from core.definitions import Definition, clock_face, read_day, read_minute, reading, refuse
from core.periods import Period
from core.wording import Sentence, _

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Interval = tuple[int, int]
"""From and to in minutes after local midnight, half-open, within one day (0 to 1440)."""

Intervals = tuple[Interval, ...]

_WEEKS = range(1, 6)


@dataclass(frozen=True)
class WorkingHours:
    """When one place works. Several intervals a day leave room for lunch; nights are two intervals on two days.

    week: intervals by pattern: `mon` to `sun`, or a weekday of one week of the month, such as `sat2` (第2土曜), which
    goes before the plain weekday. A pattern that is not there is a day off.
    closures: company and warehouse closures (夏季休業, 棚卸休業). days: special days; they go before everything else.
    """

    week: Mapping[str, Intervals]
    on_holidays: bool = False
    closures: tuple[Period, ...] = ()
    days: Mapping[date, Intervals] = field(default_factory=dict)
    zone: str = "Asia/Tokyo"

    def __post_init__(self) -> None:
        _zone(self.zone)
        for pattern, intervals in self.week.items():
            _check_pattern(pattern)
            _check_intervals(f"week.{pattern}", intervals)
        for day, intervals in self.days.items():
            _check_intervals(f"days.{day}", intervals)

    def __hash__(self) -> int:
        week, days = (tuple(sorted(each.items())) for each in (self.week, self.days))
        return hash((week, self.on_holidays, self.closures, days, self.zone))

    def on(self, day: date) -> Intervals:
        """The intervals worked on `day`, in order; none on a day off."""
        if day in self.days:
            return self.days[day]
        if any(day in closure for closure in self.closures):
            return ()
        if not self.on_holidays and day in national_holidays(day.year):
            return ()
        weekday = WEEKDAYS[day.weekday()]
        return self.week.get(f"{weekday}{(day.day + 6) // 7}", self.week.get(weekday, ()))

    def spans(self, period: Period) -> list[tuple[datetime, datetime]]:
        """Every stretch worked in the days of `period`, as aware local instants, in order."""
        zone = ZoneInfo(self.zone)
        return [
            (wall_time(day, start, zone), wall_time(day, end, zone)) for day in period for start, end in self.on(day)
        ]

    def to_json(self) -> dict[str, object]:
        """As a JSON object; `from_json` makes the same hours of it."""
        return {
            "zone": self.zone,
            "week": {pattern: _faces(intervals) for pattern, intervals in self.week.items()},
            "on_holidays": self.on_holidays,
            "closures": [[period.start.isoformat(), period.end.isoformat()] for period in self.closures],
            "days": {day.isoformat(): _faces(intervals) for day, intervals in self.days.items()},
        }

    @classmethod
    def from_json(cls, data: object, path: str = "hours") -> WorkingHours:
        """Hours from their JSON object. What makes no sense is `Refused`, with its place under `path`."""
        with reading(data, path) as hours:
            return cls(
                week=_patterns(hours),
                on_holidays=hours.flag("on_holidays", default=False),
                closures=tuple(_closure(item, where) for where, item in hours.items("closures")),
                days=_special_days(hours),
                zone=hours.text("zone") if hours.has("zone") else "Asia/Tokyo",
            )


def wall_time(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant at which clocks on the wall show so many minutes after midnight (1440: the end of the day)."""
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 (gets its zone below)
    return wall.replace(tzinfo=zone)


def every(weekdays: Iterable[str], *intervals: tuple[str, str]) -> dict[str, Intervals]:
    """A week in which each of `weekdays` works the same hours: `every(WEEKDAYS[:5], ("09:00", "12:00"), …)`."""
    minutes = tuple((read_minute(start, "week"), read_minute(end, "week")) for start, end in intervals)
    return dict.fromkeys(weekdays, minutes)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        refuse("zone", Sentence(_("時間帯「%(zone)s」はありません（例: Asia/Tokyo）。"), zone=name))


def _check_pattern(pattern: str) -> None:
    weekday, week = pattern[:3], pattern[3:]
    if weekday not in WEEKDAYS or (week and week not in {str(nth) for nth in _WEEKS}):
        refuse(f"week.{pattern}", _("曜日は mon〜sun、または第2土曜なら sat2 のように書いてください。"))


def _check_intervals(path: str, intervals: Intervals) -> None:
    reached = 0
    for start, end in intervals:
        if not reached <= start < end:
            refuse(
                path,
                Sentence(
                    _("%(start)s〜%(end)s は逆か、前の時間帯と重なっています。"),
                    start=clock_face(start),
                    end=clock_face(end),
                ),
            )
        reached = end


def _patterns(hours: Definition) -> dict[str, Intervals]:
    week = Definition(hours.value("week"), hours.at("week"))
    return {pattern: _intervals(week, pattern) for pattern in week.names()}


def _special_days(hours: Definition) -> dict[date, Intervals]:
    if not hours.has("days"):
        return {}
    days = Definition(hours.value("days"), hours.at("days"))
    return {read_day(text, days.at(text)): _intervals(days, text) for text in days.names()}


def _intervals(parent: Definition, key: str) -> Intervals:
    return tuple((read_minute(start, at), read_minute(end, at)) for at, start, end in map(_pair, parent.items(key)))


def _closure(item: object, path: str) -> Period:
    _path, start, end = _pair((path, item))
    first, after = read_day(start, path), read_day(end, path)
    if after <= first:
        refuse(path, _("休業の終わり（営業を再開する日）は始まりより後の日にしてください。"))
    return Period(first, after)


def _pair(item: tuple[str, object]) -> tuple[str, object, object]:
    path, value = item
    if not isinstance(value, list | tuple) or len(value) != 2:
        refuse(path, _("始まりと終わりの2つを [ ] で囲んで書いてください。"))
    return path, value[0], value[1]


def _faces(intervals: Intervals) -> list[list[str]]:
    return [[clock_face(start), clock_face(end)] for start, end in intervals]
