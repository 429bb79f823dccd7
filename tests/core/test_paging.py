from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import events
from core.errors import Refused
from core.events import SYSTEM, Happening
from core.models import Event
from core.paging import Page, page_of

START = datetime(2026, 10, 1, tzinfo=UTC)
NEWEST = ("-at", "-id")


def record(days: list[int]) -> QuerySet[Event]:
    """An event for each of the days after START, in this order."""
    told = events.publish(
        [Happening("test.paged", "thing", nth, at=START + timedelta(days=day)) for nth, day in enumerate(days)],
        actor=SYSTEM,
        at=START,
    )
    return Event.objects.filter(pk__in=[happening.event_id for happening in told])


def ids(page: Page[Event]) -> list[int]:
    return [event.pk for event in page.rows]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.lists(st.integers(0, 3), max_size=9),
    order=st.sampled_from([("-at", "-id"), ("at", "id"), ("-at", "id"), ("subject_kind", "at", "-id")]),
    size=st.integers(1, 4),
)
def test_pages_forth_and_back_are_the_whole_list_once(
    acme: str, days: list[int], order: tuple[str, ...], size: int
) -> None:
    rows = record(days)
    whole = list(rows.order_by(*order).values_list("pk", flat=True))

    forth = [page_of(rows, order=order, size=size)]
    while forth[-1].after:
        forth.append(page_of(rows, order=order, after=forth[-1].after, size=size))
    back = [forth[-1]]
    while back[-1].before:
        back.append(page_of(rows, order=order, before=back[-1].before, size=size))

    assert [pk for page in forth for pk in ids(page)] == whole
    assert [pk for page in reversed(back) for pk in ids(page)] == whole
    assert not forth[0].before
    assert not back[-1].before


def test_a_row_that_comes_in_between_moves_no_page(acme: str) -> None:
    rows = Event.objects.filter(name="test.paged")
    record([1, 2, 3, 4])
    first = page_of(rows, order=NEWEST, size=2)
    record([9])

    second = page_of(rows, order=NEWEST, after=first.after, size=2)

    assert [event.at for event in second.rows] == [START + timedelta(days=day) for day in (2, 1)]


def test_a_page_costs_one_query(acme: str, django_assert_num_queries: object) -> None:
    rows = record([1, 2, 3])
    cursor = page_of(rows, order=NEWEST, size=1).after
    with django_assert_num_queries(1):  # type: ignore[operator]
        page_of(rows, order=NEWEST, after=cursor, size=1)


@pytest.mark.parametrize("cursor", ["???", "e30", "WzFd", base64.urlsafe_b64encode(b'["x","y"]').decode()])
def test_a_cursor_that_does_not_fit_is_refused(acme: str, cursor: str) -> None:
    with pytest.raises(Refused) as refused:
        page_of(Event.objects.all(), order=NEWEST, after=cursor)
    assert refused.value.code == "bad_cursor"
