"""Who listens to which event: the whole list."""

from __future__ import annotations

from core.events import Subscriber

SUBSCRIPTIONS: dict[str, tuple[Subscriber, ...]] = {}
