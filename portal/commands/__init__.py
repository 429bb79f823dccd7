"""The subcommands of `python -m portal`, one module each: `configure(parser)` and `run(arguments) -> exit code`."""

from __future__ import annotations


def say(line: str) -> None:
    """Tell the person at the terminal, at once even where the output is a file."""
    print(line, flush=True)
