from __future__ import annotations

import importlib
from typing import Any

from django.core.management.commands import makemigrations
from django.db.migrations.loader import MigrationLoader


class UnconnectedLoader(MigrationLoader):
    """Knows the migrations from their files alone."""

    def check_consistent_history(self, connection: Any) -> None:
        """Nothing to hold the files against: the clients' histories are kept by tenants.schemas."""


class Command(makemigrations.Command):
    """Django's makemigrations, from the models and files alone: it needs no database and opens no scope."""

    def handle(self, *app_labels: Any, **options: Any) -> None:
        module: Any = importlib.import_module(makemigrations.__name__)
        original, module.MigrationLoader = module.MigrationLoader, UnconnectedLoader
        try:
            super().handle(*app_labels, **options)
        finally:
            module.MigrationLoader = original
