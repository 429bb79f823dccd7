"""Show the six digits of a demonstration person's second factor."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser, Namespace

import django

from portal.commands import say
from portal.processes import CannotStart


def configure(parser: ArgumentParser) -> None:
    """The options of `code`."""
    parser.add_argument("email", help="whose code")


def run(arguments: Namespace) -> int:
    """Print the code that is good now."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.conf import settings

    from portal.demo.visitor import code_now

    path = settings.VAR / "demo" / "people.json"
    if not path.exists():
        raise CannotStart("No demonstration has been played here: run `make demo` first.")
    for person in json.loads(path.read_text())["people"]:
        if person["email"] == arguments.email and person["totp"]:
            say(code_now(person["totp"]))
            return 0
    raise CannotStart(f"{arguments.email} takes no part in the demonstration, or needs no code.")
