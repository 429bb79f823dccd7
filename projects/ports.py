"""What projects ask of those who stand above them. Filled by the composition root."""

from __future__ import annotations

from collections.abc import Callable, Collection

Invoiced = Callable[[Collection[int]], Collection[int]]
"""Those of these events of the record that stand on an invoice which may not change any more."""


def _nothing_invoiced(_event_ids: Collection[int]) -> Collection[int]:
    return ()


_invoiced: Invoiced = _nothing_invoiced


def install(*, invoiced: Invoiced) -> None:
    """Have `invoiced` say what is billed. Called once; until then nothing is."""
    global _invoiced  # noqa: PLW0603 (set once, when the process starts)
    _invoiced = invoiced


def invoiced(event_ids: Collection[int]) -> Collection[int]:
    """Those of these events that stand on an invoice which may not change any more."""
    return _invoiced(event_ids)
