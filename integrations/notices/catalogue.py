"""Every notice there is: which event, told to whom, in which words unless the client says otherwise.

A new one is one row in to_buyers, to_suppliers, to_clients, to_operators, of_troubles, of_quotes, of_projects or
of_messages; where nothing else is told of its event yet, one line in portal/subscriptions.py too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from integrations.notices.kind import AUDIENCES, LANGUAGES, MODES, OUTSIDE, PLACES, Audience, Kind
from integrations.notices.of_messages import OF_MESSAGES
from integrations.notices.of_projects import OF_PROJECTS
from integrations.notices.of_quotes import OF_QUOTES
from integrations.notices.of_troubles import OF_TROUBLES
from integrations.notices.to_buyers import TO_BUYERS
from integrations.notices.to_clients import TO_CLIENTS
from integrations.notices.to_operators import TO_OPERATORS
from integrations.notices.to_suppliers import TO_SUPPLIERS

__all__ = [
    "AUDIENCES",
    "KINDS",
    "LANGUAGES",
    "MODES",
    "OUTSIDE",
    "PLACES",
    "Audience",
    "Kind",
    "by_event",
    "of_audience",
]

KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        *TO_BUYERS,
        *TO_SUPPLIERS,
        *TO_CLIENTS,
        *TO_OPERATORS,
        *OF_TROUBLES,
        *OF_QUOTES,
        *OF_PROJECTS,
        *OF_MESSAGES,
    )
}
"""Every notice, by its code, in the order in which people see them."""


def by_event() -> Mapping[str, tuple[Kind, ...]]:
    """The notices of each event."""
    found: dict[str, tuple[Kind, ...]] = defaultdict(tuple)
    for kind in KINDS.values():
        found[kind.event] = (*found[kind.event], kind)
    return found


def of_audience(*audiences: str) -> list[Kind]:
    """The notices to these audiences."""
    return [kind for kind in KINDS.values() if kind.audience in audiences]
