from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import polars as pl
import pytest
from django.db import ProgrammingError, transaction

from core import events
from core.events import Actor, Happening, Told
from core.models import Event

CLERK = Actor("person", "7", "受注 花子")


@pytest.fixture
def heard() -> Iterator[list[Told]]:
    """What a subscriber of "parcel.lost" was told."""
    before = dict(events.subscriptions())
    told: list[Told] = []
    events.install({"parcel.lost": (told.append,)})
    yield told
    events.install(before)


def test_what_happened_is_recorded_and_told_once_per_name(
    acme: str, at: Callable[[str], datetime], heard: list[Told]
) -> None:
    lost = [Happening("parcel.lost", "parcel", n, {"carrier": "yamato"}, order_id=n) for n in (1, 2)]

    events.publish([*lost, Happening("parcel.found", "parcel", 3)], actor=CLERK, at=at("2026-03-02 09:00"))

    assert list(Event.objects.order_by("id").values_list("name", "subject_id", "actor_name")) == [
        ("parcel.lost", 1, "受注 花子"),
        ("parcel.lost", 2, "受注 花子"),
        ("parcel.found", 3, "受注 花子"),
    ]
    (group,) = heard
    assert [(h.subject_id, h.data["carrier"], h.at) for h in group] == [
        (1, "yamato", at("2026-03-02 09:00")),
        (2, "yamato", at("2026-03-02 09:00")),
    ]


def test_columns_and_objects_leave_the_same_record(acme: str, at: Callable[[str], datetime], heard: list[Told]) -> None:
    when = at("2026-03-02 09:00")
    events.publish([Happening("parcel.lost", "parcel", 5, {"note": '引用"符、'}, order_id=5)], actor=CLERK, at=when)
    frame = pl.DataFrame({"subject_id": [5], "order_id": [5], "note": ['引用"符、']})
    events.publish_frame("parcel.lost", "parcel", frame, actor=CLERK, at=when)

    by_objects, by_columns = Event.objects.order_by("id").values("name", "at", "subject_id", "order_id", "data")
    assert by_objects == by_columns
    first, second = (next(iter(group)) for group in heard)
    assert first.data == second.data


def test_the_record_cannot_be_changed(acme: str, at: Callable[[str], datetime]) -> None:
    events.publish([Happening("parcel.lost", "parcel", 1)], actor=CLERK, at=at("2026-03-02 09:00"))
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Event.objects.update(name="parcel.found")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Event.objects.all().delete()


def test_a_subscriber_that_fails_undoes_the_work(acme: str, at: Callable[[str], datetime]) -> None:
    def fail(_told: Told) -> None:
        raise ZeroDivisionError

    before = dict(events.subscriptions())
    events.install({"parcel.lost": (fail,)})
    try:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            events.publish([Happening("parcel.lost", "parcel", 1)], actor=CLERK, at=at("2026-03-02 09:00"))
    finally:
        events.install(before)
    assert not Event.objects.exists()
