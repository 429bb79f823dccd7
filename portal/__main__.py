"""`python -m portal`: run, stop and look at the whole portal on one machine."""

from __future__ import annotations

import argparse
import sys
from types import ModuleType

from portal.commands import bootstrap, code, demo, play, probe, status, stop, up
from portal.processes import CannotStart

COMMANDS: dict[str, ModuleType] = {
    "up": up,
    "demo": demo,
    "stop": stop,
    "status": status,
    "play": play,
    "code": code,
    "probe": probe,
    "bootstrap": bootstrap,
}
INTERRUPTED = 130


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand. What is in its way becomes one sentence on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m portal", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        command = commands.add_parser(name, help=module.__doc__, description=module.__doc__)
        module.configure(command)
        command.set_defaults(run=module.run)
    arguments = parser.parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except CannotStart as reason:
        print(reason, file=sys.stderr)  # noqa: T201 (the command line's way to speak)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
