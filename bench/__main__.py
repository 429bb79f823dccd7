"""python -m bench [names] [--full]: the benchmarks, printed as a table and written to bench/results/."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

import orjson

from bench import ground
from bench.figures import FULL, QUICK, Figure, Size

NAMES = (
    "intake", "claiming", "new_client", "listing", "tenancy", "rules", "papers", "buyers", "lists", "moves", "channels",
)  # fmt: skip
RESULTS = ground.ROOT / "bench" / "results"


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="The benchmarks against their limits.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"only these: {', '.join(NAMES)}")
    parser.add_argument("--full", action="store_true", help="the sizes that the targets speak of (minutes)")
    given = parser.parse_args()
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(NAMES)}.")
    with ground.prepared():
        figures = _measure(given.names or NAMES, FULL if given.full else QUICK)
    _write(figures, full=given.full)


def _measure(names: Sequence[str], size: Size) -> list[Figure]:
    figures: list[Figure] = []
    for name in names:
        measure: Callable[[Size], Iterable[Figure]] = importlib.import_module(f"bench.{name}").measure
        for figure in measure(size):
            print(_row(figure), flush=True)
            figures.append(figure)
    return figures


def _row(figure: Figure) -> str:
    verdict = "met" if figure.met else "missed"
    return f"| {figure.name} | {figure.value:.3g} {figure.unit} | {figure.bound} | {verdict} | {figure.detail} |"


def _write(figures: Sequence[Figure], *, full: bool) -> None:
    RESULTS.mkdir(exist_ok=True)
    at = datetime.now(UTC)
    body = {
        "at": at,
        "size": "full" if full else "quick",
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "python": platform.python_version(),
        "figures": [{**figure.__dict__, "met": figure.met} for figure in figures],
    }
    file = RESULTS / f"{at:%Y%m%dT%H%M%SZ}.json"
    file.write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2))
    print(f"Load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores. Written to {file.relative_to(ground.ROOT)}.")


if __name__ == "__main__":
    main()
