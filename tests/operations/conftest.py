from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client

from core import clock
from operations.services import claiming
from tests.factories.people import login, staff

At = Callable[[str], datetime]


@pytest.fixture(autouse=True)
def _no_bookmarks() -> None:
    """Bookmarks outlive a test's transaction; the rows they speak of do not."""
    claiming._bookmarks().forget()


@pytest.fixture
def moved_clock(settings: object, tmp_path: Path, at: At) -> Iterator[Callable[[str], None]]:
    """Thursday 1 October 2026, 10:00 in Tokyo; call it to go to another time."""
    settings.MOVED_CLOCK = tmp_path / "clock"  # type: ignore[attr-defined]

    def go(text: str) -> None:
        clock.move(at(text))

    go("2026-10-01 10:00")
    yield go
    clock.release()


@pytest.fixture
def clerk(db: None) -> Client:
    """The browser of a clerk who serves acme."""
    return login(Client(), staff("clerk", serves=["acme"], name="受注 花子"))


@pytest.fixture
def warehouse(db: None) -> Client:
    """The browser of somebody in the warehouse who serves acme."""
    return login(Client(), staff("warehouse", serves=["acme"], name="倉庫 次郎"))


@pytest.fixture
def lead(db: None) -> Client:
    """The browser of a lead who serves acme and bravo."""
    return login(Client(), staff("lead", serves=["acme", "bravo"], name="主任 三郎"))
