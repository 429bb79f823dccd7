"""Puts the packages together: who listens to what, which channels there are, who keeps which promise."""

from __future__ import annotations

from core import events
from portal import subscriptions


def install() -> None:
    """Called once, when Django is ready."""
    events.install(subscriptions.SUBSCRIPTIONS)
