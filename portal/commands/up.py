"""Serve the portal with everything it needs, until it is asked to end."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from portal.commands import say
from portal.supervisor import Site, Supervisor


def configure(parser: ArgumentParser) -> None:
    """The options of `up`."""
    parser.add_argument("--port", type=int, help="where to serve on 127.0.0.1 (default: PORT, else 8000)")


def run(arguments: Namespace) -> int:
    """Serve in the foreground; 0 after an orderly end."""
    site = Site.from_environment(port=arguments.port)
    with Supervisor(site, say=say) as portal:
        say(f"The portal serves at {site.url} (logs: {site.var / 'log'}). Ctrl-C ends it.")
        portal.watch()
        say("Ending …")
    return 0
