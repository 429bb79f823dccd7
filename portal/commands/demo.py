"""Do the main job end to end through the portal's own doors, report, and serve what came of it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from portal.commands import play, say
from portal.processes import Program
from portal.supervisor import Site, Supervisor


def configure(parser: ArgumentParser) -> None:
    """The options of `demo`."""
    play.configure(parser)
    parser.add_argument("--no-serve", action="store_true", help="end after the report")
    parser.add_argument("--port", type=int, help="where to serve on 127.0.0.1 (default: PORT, else 8000)")


def run(arguments: Namespace) -> int:
    """Play the month, then serve it in the foreground; the play's exit code where it failed."""
    site = Site.from_environment(port=arguments.port, moved_clock=True)
    with Supervisor(site, say=say) as portal:
        code = portal.run(player(site, arguments))
        if code or arguments.no_serve:
            return code
        say(f"The portal serves at {site.url} (logs: {site.var / 'log'}). Ctrl-C ends it.")
        portal.watch()
        say("Ending …")
    return 0


def player(site: Site, arguments: Namespace) -> Program:
    """The process that plays the part of the users; it speaks to the terminal itself."""
    options = ["--orders", str(arguments.orders)]
    if arguments.report:
        options += ["--report", str(Path(arguments.report).resolve())]
    return site.program("demo", "-m", "portal", "play", *options, log=False)
