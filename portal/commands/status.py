"""Say whether the portal runs, where it serves, and which processes it consists of."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from portal import supervisor
from portal.commands import say
from portal.processes import Identity
from portal.supervisor import Site

NOT_RUNNING = 3


def configure(_parser: ArgumentParser) -> None:
    """No options."""


def run(_arguments: Namespace) -> int:
    """0 where it runs and answers, 3 where it does not run, 1 where it runs without answering."""
    site = Site.from_environment()
    if not supervisor.running(site.run):
        say("The portal is not running.")
        return NOT_RUNNING
    answering = supervisor.serves(supervisor.address(site.run))
    say(f"The portal {'serves' if answering else 'runs but does not answer'} at {supervisor.address(site.run)}")
    for record in sorted(site.run.glob("*.pid")):
        identity = Identity.read(record)
        if identity:
            say(f"  {record.stem:<10} pid {identity.pid}{'' if identity.alive() else ' (ended)'}")
    return 0 if answering else 1
