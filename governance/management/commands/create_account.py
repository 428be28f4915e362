"""Makes an account, and its person if there is none of that number."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from governance.actions import people
from governance.duties import Role
from governance.management.reporting import Report, ReportingCommand
from governance.trail import SHELL


class Command(ReportingCommand):
    help = "Make an account. The password is asked for, or read from the first line of input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name")
        parser.add_argument(
            "--role",
            action="append",
            required=True,
            choices=Role.values,
            help="more than once for several roles within the content duty",
        )
        parser.add_argument("--person", default="", help="employee number; the name without one")
        parser.add_argument("--display-name", default="")
        parser.add_argument("--password-stdin", action="store_true")

    def act(self, options: dict[str, Any]) -> Report:
        applicant = people.Applicant(
            options["name"], number=options["person"], display_name=options["display_name"]
        )
        account = people.create_account(
            applicant=applicant,
            roles=[Role(r) for r in options["role"]],
            password=_password(from_input=options["password_stdin"]),
            by=SHELL,
        )
        roles = sorted(account.person.roles)
        data = {"account": account.username, "person": account.person.number, "roles": roles}
        return Report([f"Account {account.username} was made ({', '.join(roles)})."], data)


def _password(*, from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Password again: ") != first:
        raise CommandError("The two passwords differ.")
    return first
