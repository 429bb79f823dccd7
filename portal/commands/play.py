"""Play the demonstration's month against a portal that runs already (`demo` starts both)."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

import django


def configure(parser: ArgumentParser) -> None:
    """The options of `play`, which `demo` has too."""
    parser.add_argument("--orders", type=int, default=2000, help="orders in each client's file (default: 2000)")
    parser.add_argument("--report", type=Path, help="write the report as JSON to this file")


def run(arguments: Namespace) -> int:
    """Play it; 0 where the report has no disagreement."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from portal import demo  # needs the settings

    return demo.run(orders=arguments.orders, report=arguments.report)
