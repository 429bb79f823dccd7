"""Make database, roles and extension on a PostgreSQL of one's own: DATABASE_URL, as DATABASE_SUPERUSER_URL."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace

from portal import bootstrap, env
from portal.commands import say
from portal.processes import CannotStart


def configure(_parser: ArgumentParser) -> None:
    """No options: the URLs hold passwords and come from the environment."""


def run(_arguments: Namespace) -> int:
    """Make what is missing; harmless to repeat."""
    superuser, wanted = os.environ.get("DATABASE_SUPERUSER_URL", ""), env.read().database_url
    if not superuser or not wanted:
        raise CannotStart("Set DATABASE_URL (the portal's login) and DATABASE_SUPERUSER_URL (a superuser's) first.")
    bootstrap.bootstrap(superuser, wanted)
    say("The database, its roles and its extension stand. Next: python manage.py upgrade")
    return 0
