"""Who may do what on the floor."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from operations.kinds import kinds_of
from tenants.models import Client, Membership, ServedClient, TeamMember
from tenants.roles import permissions_of


@dataclass(frozen=True)
class Worker:
    """One of the operator's people: the kinds of work that their role may do, the clients that their teams serve."""

    person_id: int
    name: str
    kinds: frozenset[str]
    clients: frozenset[str]


def workers() -> list[Worker]:
    """Everybody who may do any work, by name. Four queries."""
    served: dict[int, set[str]] = defaultdict(set)
    teams: dict[int, set[str]] = defaultdict(set)
    for team_id, client in ServedClient.objects.values_list("team_id", "client__code"):
        teams[team_id].add(client)
    for team_id, person_id in TeamMember.objects.values_list("team_id", "person_id"):
        served[person_id] |= teams[team_id]
    everybody = frozenset(Client.objects.values_list("code", flat=True))
    people = Membership.objects.filter(client="", person__is_active=True).order_by("person__name", "person_id")
    found = [
        Worker(
            person_id,
            name,
            frozenset(kinds_of(permissions_of(role))),
            everybody if role == "admin" else frozenset(served[person_id]),
        )
        for person_id, name, role in people.values_list("person_id", "person__name", "role")
    ]
    return [worker for worker in found if worker.kinds]


def worker(person_id: int) -> Worker | None:
    """The person, where they may do any work."""
    return next((one for one in workers() if one.person_id == person_id), None)
