from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import events


@pytest.fixture
def nobody_listens() -> Iterator[None]:
    """Without subscribers: only what the orders themselves do is looked at."""
    before = dict(events.subscriptions())
    events.install({})
    yield
    events.install(before)
