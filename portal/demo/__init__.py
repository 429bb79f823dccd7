"""The main job, played from the first company to the last invoice through the doors that a user has.

A month of orders of three clients goes in as their channels' files, over HTTP; simulated operators work the queue
through the services; the months are closed and the invoices opened in the browser's way. What the database then counts
is held against a count of the input files by other means: any disagreement is an error.
"""

from __future__ import annotations

from pathlib import Path


def run(*, orders: int, report: Path | None) -> int:
    """Play the month against the portal that serves on settings.SITE_PORT; 0 where nothing disagrees.

    orders: how many are in each client's file. A month that was played before is kept, and its report shown again.
    """
    from portal.demo import play  # needs the settings

    return play.play(orders=orders, report=report)
