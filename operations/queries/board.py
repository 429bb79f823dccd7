"""当日ボード: will today's work be done in time, stage by stage and client by client."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from operations.forecast import Forecast, forecast
from operations.kinds import KINDS, Kind
from operations.queries import counting
from operations.queries.counting import Done, Load

FLOW = ("verify", "release", "pick", "pack", "ship")
"""The way of an order: what waits at one of these reaches the later ones too."""


@dataclass(frozen=True)
class Stage:
    """One kind of work today. coming: due by tonight, still at an earlier stage. deadline: the last due time today."""

    kind: Kind
    load: Load
    coming: int
    done: Done
    deadline: datetime | None
    forecast: Forecast | None

    @property
    def remaining(self) -> int:
        """What has to pass this stage by tonight."""
        return self.load.due + self.coming


@dataclass(frozen=True)
class Board:
    """stages: every kind. by_client: of each client the load of each kind."""

    stages: list[Stage]
    by_client: Mapping[str, Mapping[str, Load]]
    total: Load


def board(clients: Collection[str], *, at: datetime) -> Board:
    """The board of these clients. Two queries."""
    loads = counting.loads(clients, at=at)
    done = counting.done(clients, at=at)
    by_kind = counting.summed(loads, lambda _client, kind: kind)
    by_client: dict[str, dict[str, Load]] = {}
    for (client, kind), load in loads.items():
        by_client.setdefault(client, {})[kind] = load
    stages = [_stage(kind, by_kind, done.get(kind.code, Done()), at=at) for kind in KINDS.values()]
    return Board(stages, by_client, counting.total(loads.values()))


def _stage(kind: Kind, by_kind: Mapping[str, Load], done: Done, *, at: datetime) -> Stage:
    load = by_kind.get(kind.code, Load())
    before = FLOW[: FLOW.index(kind.code)] if kind.code in FLOW else ()
    earlier = [by_kind.get(code, Load()) for code in before]
    coming = sum(one.due for one in earlier)
    deadlines = [one.last_due_today for one in (load, *earlier) if one.last_due_today]
    deadline = max(deadlines, default=None)
    return Stage(
        kind=kind,
        load=load,
        coming=coming,
        done=done,
        deadline=deadline,
        forecast=forecast(
            remaining=load.due + coming, done=done.last_hour, people=done.people, deadline=deadline, at=at
        )
        if deadline
        else None,
    )
