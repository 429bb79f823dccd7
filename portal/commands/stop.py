"""End the running portal, and whatever a killed one left behind."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from portal import supervisor
from portal.commands import say
from portal.supervisor import Site


def configure(_parser: ArgumentParser) -> None:
    """No options."""


def run(_arguments: Namespace) -> int:
    """End it and wait until it has; 0 also where nothing ran."""
    ended = supervisor.stop(Site.from_environment().run)
    say("The portal has ended." if ended else "The portal is not running.")
    return 0
