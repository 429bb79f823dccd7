"""What is asked about promises: their definitions, their clocks, their months. These are the names to call."""

from sla.queries.clocks import STANDINGS, ClockRow, Clocks, clocks_of_order, count, export, listing, misses
from sla.queries.figures import Figure, Month, daily_misses, month, month_named, month_of, month_shown, summary, trend
from sla.queries.promises import (
    ZONE,
    clock_events,
    fold,
    missing_defaults,
    moment_of,
    promises_in_force,
    promises_of,
    replayed,
    working_deadline,
)
from sla.queries.stories import InWords, Story, in_words, story

__all__ = [
    "STANDINGS",
    "ZONE",
    "ClockRow",
    "Clocks",
    "Figure",
    "InWords",
    "Month",
    "Story",
    "clock_events",
    "clocks_of_order",
    "count",
    "daily_misses",
    "export",
    "fold",
    "in_words",
    "listing",
    "misses",
    "missing_defaults",
    "moment_of",
    "month",
    "month_named",
    "month_of",
    "month_shown",
    "promises_in_force",
    "promises_of",
    "replayed",
    "story",
    "summary",
    "trend",
    "working_deadline",
]
