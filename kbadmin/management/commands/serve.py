"""Serves web, worker and schedule in one process; with an outside broker, the web alone."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application

from governance import clock
from kbadmin import demo, demo_release, serving, startup
from llm import clients, jobs


class Command(BaseCommand):
    help = "Serve. --demo serves a sample in a database of its own."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="serve the sample knowledge")

    def handle(self, *args: Any, **options: Any) -> None:
        startup.prepare()
        if options["demo"] and demo.is_empty():
            self._load_sample()
        startup.settle(is_sample=options["demo"])
        try:
            serving.serve(get_wsgi_application(), ready=self._say_ready)
        except OSError as error:
            where = f"{settings.HOST}:{settings.PORT}"
            raise CommandError(f"{where} cannot be served on: {error.strerror}.") from error
        finally:
            clients.close()

    def _load_sample(self) -> None:
        self.stdout.write("Loading the sample …")
        self.stdout.flush()
        now = clock.now()
        access = demo.load(now=now)
        outcome = jobs.do("catch_up", {})
        self.stdout.write("Accounts of the sample. Their passwords are shown this once:")
        for name, password in access.passwords.items():
            self.stdout.write(f"  {name:16} {password}")
        self.stdout.write("The key of the sample's program “sample-model”, shown this once:")
        self.stdout.write(f"  {access.key}")
        self.stdout.flush()
        # Behind what is shown but once: with a store away there is no corpus to cut from.
        if "error" not in outcome:
            demo_release.cut(now=now)

    def _say_ready(self, address: str) -> None:
        self.stdout.write(f"Serving at {address}")
        self.stdout.flush()
