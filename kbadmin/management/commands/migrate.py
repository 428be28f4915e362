"""Django's `migrate`, which then puts the trail's triggers in their place."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from governance import triggers


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        connection = connections[options["database"]]
        if "governance_auditentry" in connection.introspection.table_names():
            triggers.install(connection)
