from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.core.management.commands import migrate

from core import scope
from tenants import schemas, walls


class Command(BaseCommand):
    """Bring the database to this release: shared tables, walls, the template, every client. Safe to run again."""

    help = "Upgrade the shared tables and every client's schema to this release."
    requires_system_checks = ()  # an upgrade needs the models, not the pages

    def handle(self, *_args: Any, **options: Any) -> None:
        held = scope.connection()
        with held.session(scope.OWNER):
            call_command(migrate.Command(), verbosity=max(0, options["verbosity"] - 1), interactive=False)
        with scope.owner():
            walls.build()
        new = schemas.record_changes()
        upgraded = schemas.upgrade_clients()
        if options["verbosity"]:
            self.stdout.write(f"shared tables are current; {new} new client changes; {len(upgraded)} clients upgraded")
