"""The sample of `serve --demo`: a few sources with a history, one account a role, one key."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from governance import clock, originals
from governance.actions import (
    clients,
    comments,
    installations,
    people,
    quarantines,
    sources,
    versions,
)
from governance.actions.versions import Edition
from governance.confirmation import Confirmed
from governance.duties import Role, Scope
from governance.models import Account, Client, Installation, Person, Source, Version
from governance.trail import SHELL
from ingest import reading
from kbadmin import demo_graph, demo_questions, demo_use

FOLDER = Path(__file__).parent / "sample"
# How many days ago the versions of each state were submitted and approved, and what came after.
SUBMITTED = {
    "overdue": 235,
    "superseded": 215,
    "due": 176,
    "quarantined": 70,
    "active": 40,
    "sent_back": 6,
    "in_review": 2,
}
APPROVED = {"overdue": 230, "superseded": 210, "due": 172, "quarantined": 65, "active": 35}
SENT_BACK, QUARANTINED, DRAWN, ASKED = 4, 3, 20, 15

BEGAN = timedelta(days=240)
PROGRAM = "sample-model"

STAFF: list[tuple[str, str, Role]] = [
    ("curator", "林安 Ana", Role.CURATOR),
    ("reviewer", "陈本 Ben", Role.REVIEWER),
    ("second-reviewer", "杜若 Dora", Role.REVIEWER),
    ("graph-editor", "顾思 Gus", Role.GRAPH_EDITOR),
    ("compliance", "柯澜 Cleo", Role.COMPLIANCE),
    ("system", "沈明 Sam", Role.SYSTEM_ADMIN),
    ("security", "苏悦 Sue", Role.SECURITY_ADMIN),
]


SCOPES = [Scope.RETRIEVE, Scope.CORPUS, Scope.CHANGES, Scope.USAGE, Scope.FEEDBACK]


@dataclass(frozen=True)
class Access:
    """What is printed once: passwords by account name, and the key of the sample's program."""

    passwords: dict[str, str]
    key: str


def is_empty() -> bool:
    return not Installation.objects.exists() and not Person.objects.exists()


def is_complete() -> bool:
    return Client.objects.filter(name=PROGRAM).exists()


def load(*, now: datetime) -> Access:
    """Load the sample through the same actions as in life, in the order of its history.

    The program's key comes last: with it the sample is complete.
    """
    with clock.set_to(now - BEGAN):
        installations.start(time_zone=settings.TIME_ZONE, is_sample=True)
        staff, passwords = _hire()
    steps = sorted(_history(staff), key=lambda step: -step[0])
    for days_ago, step in steps:
        with clock.set_to(now - timedelta(days=days_ago)):
            step()
    client, key = clients.create(name=PROGRAM, scopes=SCOPES, by=SHELL)
    demo_use.ask(by=client)
    return Access(passwords, key)


def _hire() -> tuple[dict[str, Account], dict[str, str]]:
    staff, passwords = {}, {}
    for name, shown, role in STAFF:
        passwords[name] = secrets.token_urlsafe(12)
        applicant = people.Applicant(name, display_name=shown)
        staff[name] = people.create_account(
            applicant=applicant, roles=[role], password=passwords[name], by=SHELL
        )
    return staff, passwords


def _history(staff: dict[str, Account]) -> Iterator[tuple[float, Callable[[], None]]]:
    """What happened, and how many days ago."""
    yield DRAWN, lambda: demo_graph.draw(editor=staff["graph-editor"], reviewer=staff["reviewer"])
    yield ASKED, lambda: demo_questions.ask(curator=staff["curator"], reviewer=staff["reviewer"])
    for place, told in enumerate(json.loads((FOLDER / "sample.json").read_text("utf-8"))):
        work = _Work(told, staff)
        first = max(SUBMITTED[v["state"]] for v in told["versions"])
        yield first + 1 - place / 100, work.register
        for version in told["versions"]:
            state = version["state"]
            yield SUBMITTED[state] - place / 100, work.submitting(version)
            if state in APPROVED:
                yield APPROVED[state] - place / 100, work.approving(version)
            if state == "sent_back":
                yield SENT_BACK, work.sending_back(version)
            if state == "quarantined":
                yield QUARANTINED, work.quarantining(version)


class _Work:
    """One source of the sample, as it comes to be."""

    def __init__(self, told: dict[str, Any], staff: dict[str, Account]) -> None:
        self.told = told
        self.curator, self.reviewer = staff["curator"], staff["reviewer"]
        self.source: Source
        self.versions: dict[str, Version] = {}

    def register(self) -> None:
        told = self.told
        description = sources.Description(
            title=told["title"],
            source_class=told["source_class"],
            issuer=told["issuer"],
            language=told["language"],
            licence=sources.Licence(**told["licence"]),
            identifiers=[(i["kind"], i["value"]) for i in told["identifiers"]],
            department=people.found_department(name=told["department"], by=self.curator),
        )
        self.source = sources.register(description=description, by=self.curator)

    def submitting(self, told: dict[str, Any]) -> Callable[[], None]:
        def step() -> None:
            edition = Edition(
                told["label"],
                told["published_on"],
                _day(told.get("effective_from")),
                _day(told.get("effective_until")),
            )
            content = (FOLDER / told["file"]).read_bytes()
            version = versions.register(
                source=self.source,
                edition=edition,
                original=originals.keep([content], told["file"]),
                by=self.curator,
            )
            reading.read(version.upload)
            self.versions[told["file"]] = versions.submit(
                version=version, reason="示例：已核对原文。", by=self.curator
            )

        return step

    def approving(self, told: dict[str, Any]) -> Callable[[], None]:
        def step() -> None:
            version = self.versions[told["file"]]
            versions.approve(
                version=version,
                by=Confirmed(self.reviewer),
                reason="示例：已逐段审阅。",
                digest=version.digest_now(),
            )

        return step

    def sending_back(self, told: dict[str, Any]) -> Callable[[], None]:
        """With a comment on the passage in which the remark is found."""

        def step() -> None:
            version = self.versions[told["file"]]
            for comment in told["comments"]:
                passage = version.passages.get(text__contains=comment["on"])
                comments.make(subject=passage, text=comment["text"], by=self.reviewer)
            versions.send_back(version=version, reason=told["reason"], by=self.reviewer)

        return step

    def quarantining(self, told: dict[str, Any]) -> Callable[[], None]:
        def step() -> None:
            version = self.versions[told["file"]]
            quarantines.begin(subject=version, reason=told["reason"], by=self.reviewer)

        return step


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
