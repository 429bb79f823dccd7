"""Sets up everything the portal needs inside this directory; bin/setup runs it. Standard library only.

Each step has a stamp in `.venv/stamps`: the hash of what went into it, written when it is whole. A step whose stamp and
product still fit is passed over, so a repeated run costs a fraction of a second and an interrupted one is mended.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = ROOT / "var" / "log" / "setup.log"
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "portal" / "static" / "vendor"
STATIC = ROOT / "staticfiles"
CHROMIUM = ROOT / "var" / "chromium"
SPACE_NEEDED = 3 * 1024**3

# What is served from packages: the name below static/vendor/, and the file or folder below node_modules/.
SERVED = {
    "biz-udpgothic/400.css": "@fontsource/biz-udpgothic/400.css",
    "biz-udpgothic/700.css": "@fontsource/biz-udpgothic/700.css",
    "biz-udpgothic/files": "@fontsource/biz-udpgothic/files",
    "echarts.min.js": "echarts/dist/echarts.common.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
}
# What is cut from served text: pointers to source maps, and the older form of each font file.
CUT = re.compile(r"\n?(//# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)|, url\([^)]+\.woff\) format\('woff'\)")
SYSTEM_BROWSERS = ("chromium", "google-chrome", "google-chrome-stable")

# What a tool says when it fails, and what to do about it.
REMEDIES = {
    r"No space left on device|ENOSPC|Errno 28": "The disk is full. Make room and run it again: it goes on from there.",
    r"ensurepip is not\s+available|No module named '?(venv|ensurepip)": (
        "Python's venv module is not complete here. On Debian 12: apt install python3-venv"
    ),
    r"DO NOT MATCH THE HASHES|EINTEGRITY": (
        "A downloaded package is not the one the lock names. Empty the download cache (rm -rf ~/.cache/pip ~/.npm) and"
        " run it again. If it stays so, do not go on: something in between changes the packages."
    ),
    r"name resolution|Could not resolve|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|unreachable"
    r"|Connection refused|timed out|No matching distribution": (
        "The package registry cannot be reached. Check the network (and, behind a proxy, HTTPS_PROXY and the registries"
        " that pip and npm are set to), and run it again."
    ),
    r"Permission denied|EACCES": (
        "A file here belongs to another user. Give this directory to one user (chown -R) and run it again as that user."
    ),
}


class Trouble(Exception):  # noqa: N818 (named for what the person has)
    """The set-up cannot go on; the message is a sentence for the person who started it."""


@dataclass(frozen=True)
class Step:
    """One part of the set-up: its name, what it depends on, what it leaves behind, and how it is done."""

    name: str
    inputs: Callable[[], Iterable[str | bytes]]
    product: Path
    work: Callable[[], None]

    def key(self) -> str:
        """The hash of everything that went into the product."""
        digest = hashlib.sha256()
        for part in self.inputs():
            raw = part if isinstance(part, bytes) else part.encode()
            digest.update(len(raw).to_bytes(8, "big") + raw)
        return digest.hexdigest()

    def ensure(self) -> None:
        """Do the work, unless it was done with the same inputs."""
        stamp = VENV / "stamps" / self.name.replace(" ", "-")
        key = self.key()
        if self.product.exists() and stamp.exists() and stamp.read_text() == key:
            return
        say(f"  {self.name} …")
        began = time.monotonic()
        stamp.unlink(missing_ok=True)
        self.work()
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(key)
        say(f"  {self.name}: done in {time.monotonic() - began:.1f} s", over=True)


def say(line: str, *, over: bool = False) -> None:
    """Print a line of progress; `over` writes over the line before, on a terminal."""
    print(f"\x1b[1A\x1b[2K{line}" if over and sys.stdout.isatty() else line, flush=True)


def check_space() -> None:
    """Refuse to begin what the disk cannot hold."""
    free = shutil.disk_usage(ROOT).free
    if free < SPACE_NEEDED:
        raise Trouble(
            f"The disk of {ROOT} has {free // 2**20} MB free, and the set-up needs {SPACE_NEEDED // 2**20} MB."
            " Make room, and run it again."
        )


def run(argv: Sequence[str | Path], **environment: str) -> None:
    """Run a tool, with its output in var/log/setup.log; Trouble with the remedy where it fails."""
    LOG.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    with LOG.open("a+") as log:
        begin = log.seek(0, os.SEEK_END)
        log.write(f"$ {' '.join(map(str, argv))}\n")
        log.flush()
        result = subprocess.run(
            list(argv),
            cwd=ROOT,
            env={**os.environ, "PATH": path, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
        log.seek(begin)
        said = log.read()
    if result.returncode:
        raise Trouble(explain(Path(str(argv[0])).name, said))


def explain(tool: str, said: str) -> str:
    """What to do about a tool's failure; its last lines where nothing better is known."""
    last = "\n    ".join(line[:160] for line in said.strip().splitlines()[-12:])
    for pattern, remedy in REMEDIES.items():
        if re.search(pattern, said):
            return f"{remedy}\n    ({tool} said, in full in {LOG.relative_to(ROOT)}:)\n    {last}"
    return f"{tool} failed. Its last lines (all of them in {LOG.relative_to(ROOT)}):\n    {last}"


def contents(*files: Path) -> list[bytes]:
    """The contents of the files, for a stamp."""
    return [file.read_bytes() for file in files]


def listing(*folders: Path) -> list[str]:
    """Names, sizes and times of all files below the folders, for a stamp."""
    files = sorted(file for folder in folders for file in folder.rglob("*") if file.is_file())
    return [f"{file} {(stat := file.stat()).st_size} {stat.st_mtime_ns}" for file in files]


def ensure_venv() -> None:
    """Make .venv where there is none, or where its interpreter is gone or its directory was moved."""
    activate = VENV / "bin" / "activate"
    if PYTHON.exists() and activate.exists() and str(VENV) in activate.read_text() and (VENV / "bin" / "pip").exists():
        return
    check_space()
    say("  Python environment …")
    run([sys.executable, "-m", "venv", "--clear", VENV])
    say("  Python environment: done", over=True)


def install_assets(*, production: bool) -> None:
    """The npm packages, exactly as locked; none of them gets to run a script."""
    run([VENV / "bin" / "npm", "ci", "--ignore-scripts", *(["--omit=dev"] if production else [])])


def copy_served() -> None:
    """Lay out what is served from packages below portal/static/vendor."""
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for name, source in SERVED.items():
        copy(MODULES / source, fresh / name)
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


def copy(source: Path, target: Path) -> None:
    """Copy a file (text without what CUT names) or the .woff2 files of a folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.woff"))
    else:
        target.write_text(CUT.sub("", source.read_text(encoding="utf-8")), encoding="utf-8")


def compile_translations() -> None:
    """Turn each catalogue below locale/ into the form that is loaded."""
    run([PYTHON, "bin/messages.py", "compile"])


def collect_static() -> None:
    """Gather, compress and name by content what the web server hands out."""
    run([PYTHON, "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity=0"])


def provide_browser() -> None:
    """Leave `var/chromium/browser`: a script that starts the system's Chromium, or else the one from a package."""
    fresh = CHROMIUM.with_name("chromium.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    if system := system_browser():
        start = f'exec {system} "$@"'
    else:
        run([VENV / "bin" / "node", ROOT / "bin" / "unpack_chromium.mjs"], TMPDIR=str(fresh))
        (fresh / "fonts" / "fonts.conf").write_text(FONTS)
        start = (
            'here=$(dirname "$(readlink -f "$0")")\n'
            'export LD_LIBRARY_PATH="$here/al2023/lib" FONTCONFIG_PATH="$here/fonts"\nexec "$here/chromium" "$@"'
        )
    browser = fresh / "browser"
    browser.write_text(f"#!/bin/sh\n{start}\n")
    browser.chmod(0o755)
    shutil.rmtree(CHROMIUM, ignore_errors=True)
    fresh.rename(CHROMIUM)


FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


def system_browser() -> str | None:
    """The path of a Chromium or Chrome that is installed here."""
    return next(filter(None, map(shutil.which, SYSTEM_BROWSERS)), None)


def steps(*, production: bool) -> list[Step]:
    """The steps in their order; those whose subject is not there yet are left out."""
    lock = ROOT / ("requirements.txt" if production else "requirements-dev.txt")
    package = [ROOT / "package.json", ROOT / "package-lock.json"]
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--require-hashes",
        "--no-input",
        "--disable-pip-version-check",
        "-r",
        lock,
    ]
    own = Path(__file__)
    translations = sorted((ROOT / "locale").rglob("*.po"))
    found = [
        Step("Python packages", lambda: [sys.version, *contents(lock)], PYTHON, lambda: run(pip)),
        Step(
            "front-end packages",
            lambda: [str(production), *contents(*package)],
            MODULES / ".package-lock.json",
            lambda: install_assets(production=production),
        ),
        Step("served assets", lambda: contents(*package, own), VENDOR, copy_served),
    ]
    if translations:
        compiled = translations[0].with_suffix(".mo")
        found.append(Step("translations", lambda: contents(*translations), compiled, compile_translations))
    if (ROOT / "manage.py").exists():
        served = VENDOR.parent
        found.append(Step("static files", lambda: [*listing(served), *contents(lock)], STATIC, collect_static))
    if not production:
        inputs = [str(system_browser())]
        found.append(
            Step("test browser", lambda: [*inputs, *contents(*package, own)], CHROMIUM / "browser", provide_browser)
        )
    return found


def main() -> int:
    """Set everything up; 0 when it stands, 1 after a sentence that says what is in the way."""
    parser = argparse.ArgumentParser(prog="bin/setup", description="Sets up everything inside this directory.")
    parser.add_argument("--production", action="store_true", help="without what only checks and tests need")
    production: bool = parser.parse_args().production
    here = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(here, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Another set-up runs in this directory; waiting for it.")
        fcntl.flock(here, fcntl.LOCK_EX)
    try:
        ensure_venv()
        for step in steps(production=production):
            step.ensure()
    except Trouble as trouble:
        print(f"The set-up stopped. {trouble}", file=sys.stderr)
    except OSError as error:
        print(f"The set-up stopped. {explain(str(error.filename or 'bin/setup'), str(error))}", file=sys.stderr)
    except KeyboardInterrupt:
        print("The set-up was interrupted. Run it again: it goes on where it was.", file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
