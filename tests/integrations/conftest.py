from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from core import scope
from tenants import services
from tests.conftest import OPERATOR


@pytest.fixture
def live(db: None, at: Callable[[str], datetime]) -> str:
    """acme, live since the day before the orders of tests come in."""
    services.go_live("acme", at("2026-09-30 09:00"), actor=OPERATOR, at=at("2026-09-29 09:00"))
    return "acme"


@pytest.fixture
def live_acme(live: str, acme: str) -> str:
    """Work as acme, which is live."""
    assert scope.current_client() == live
    return acme
