"""Rules about the source itself, which no other tool checks."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.db.models.signals import ModelSignal

ROOT: Path = settings.BASE_DIR
PACKAGES = (
    "billing",
    "core",
    "customers",
    "documents",
    "integrations",
    "operations",
    "orders",
    "portal",
    "projects",
    "sla",
    "tenants",
)
SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts and "node_modules" not in path.parts
)
OURS = [model for model in apps.get_models() if model.__module__.partition(".")[0] in PACKAGES]


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """Every call of a method or function in the file: its line, and the last part of its name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield node.lineno, name


def uses(*names: str, but: tuple[str, ...] = ()) -> list[str]:
    """Where these are called, except in the files `but`."""
    return [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in SOURCES
        if str(path.relative_to(ROOT)) not in but
        for line, name in calls(path)
        if name in names
    ]


def test_there_is_one_door_to_celery() -> None:
    assert uses("delay", "apply_async", "send_task", but=("core/tasks.py",)) == []


def test_celerys_tasks_are_the_runner_and_the_timetable() -> None:
    declared = {str(path.relative_to(ROOT)) for path in SOURCES if "@shared_task" in path.read_text()}
    assert declared == {"core/tasks.py", "portal/schedule.py"}


def test_no_model_does_more_than_keep_a_row() -> None:
    overridden = [
        f"{model.__name__}.{name}"
        for model in OURS
        for name in ("save", "delete", "clean", "full_clean")
        if getattr(model, name) is not getattr(Model, name) and name in model.__dict__
    ]
    assert overridden == []


def test_nobody_listens_to_signals() -> None:
    assert uses("receiver") == []
    assert not [path for path in SOURCES if "django.db.models.signals" in path.read_text()]


def test_our_models_are_not_listened_to_either() -> None:
    from django.db.models import signals

    known = [signal for signal in vars(signals).values() if isinstance(signal, ModelSignal)]
    assert known
    heard = [receiver for signal in known for receiver in _receivers(signal)]
    assert [name for name in heard if name.partition(".")[0] in PACKAGES] == []


def _receivers(signal: ModelSignal) -> Iterator[str]:
    for entry in signal.receivers:
        receiver = entry[1]
        yield getattr(receiver() if hasattr(receiver, "__callback__") else receiver, "__module__", "")


def test_a_file_fits_in_the_head() -> None:
    assert [str(path) for path in SOURCES if len(path.read_text().splitlines()) > 420] == []


def test_the_phases_of_orders_and_of_projects_have_one_writer_each() -> None:
    writers = {str(p.relative_to(ROOT)) for p in SOURCES if "SET phase" in p.read_text()}
    assert writers == {"orders/services/phases.py", "projects/services/phases.py"}


def test_no_bare_clock_below_the_pages() -> None:
    readers = {
        str(path.relative_to(ROOT)).split("/")[1]
        for path in SOURCES
        if path.relative_to(ROOT).parts[0] in ("billing", "customers", "orders", "sla", "operations")
        if any(name == "now" for _line, name in calls(path))
    }
    assert readers <= {"pages", "pages.py", "api", "api.py", "tasks.py"}


def test_every_app_has_its_rooms_under_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layered = {container for contract in contracts for container in contract.get("containers", [])}
    assert layered >= set(PACKAGES) - {"core", "portal", "integrations"}
    assert all(c.get("exhaustive") for c in contracts if c.get("containers"))
