"""What a command that takes many gives back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.errors import Refused


@dataclass(frozen=True)
class Outcome:
    """Which of the subjects went, and why the rest did not.

    done: primary keys. refused: primary key to the reason. Every subject of the command is in exactly one of them.
    """

    done: frozenset[int] = frozenset()
    refused: Mapping[int, Refused] = field(default_factory=dict)

    @classmethod
    def of(cls, done: Iterable[int], refused: Mapping[int, Refused] | None = None) -> Outcome:
        return cls(done=frozenset(done), refused=dict(refused or {}))

    def sole(self) -> int:
        """The one subject that was done; raises its refusal where it was refused. For commands given one subject."""
        for refusal in self.refused.values():
            raise refusal
        (only,) = self.done
        return only

    def reasons(self) -> dict[str, int]:
        """How many were refused by each sentence, most frequent first."""
        counts: dict[str, int] = {}
        for refusal in self.refused.values():
            counts[str(refusal)] = counts.get(str(refusal), 0) + 1
        return dict(sorted(counts.items(), key=lambda item: -item[1]))
