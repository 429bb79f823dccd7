"""Say by the exit code whether the web server of this machine answers (a container's health check)."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from portal import supervisor
from portal.supervisor import Site


def configure(_parser: ArgumentParser) -> None:
    """No options."""


def run(_arguments: Namespace) -> int:
    """0 where it answers on PORT under BASE_DOMAIN, else 1."""
    return 0 if supervisor.serves(Site.from_environment().url) else 1
