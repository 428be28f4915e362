"""Every door of the admin that takes a form, and every kind of nonsense in every field of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile

from governance.actions import clients, pulls
from governance.actions.pulls import Chosen
from governance.admin.base import GovernedAdmin
from governance.admin.canvas_relate import RelateNew
from governance.admin.canvas_steps import TakeBack
from governance.admin.evidence_left import Follow
from governance.admin.handing_over import HandOverEverything
from governance.admin.own_pages import AnnounceAbsence, OwnEmail
from governance.admin.own_password import ChangePassword
from governance.admin.pages import ActionPage
from governance.admin.pull_ending import EndPulled
from governance.admin.pulls import PullPage
from governance.duties import Deed, Role, Scope
from governance.models import Account, AuditEntry, Client, Passage, Version
from ingest.bringing import confirm, lists
from ingest.graph_lists import page as graph_page
from kbadmin import question_lists
from llm.admin.graph_drift import OfferDrift
from tests.ingest import incoming_files
from tests.support import (
    graph,
    knowledge,
    proposing,
    questions,
    releasing,
    telling,
    training,
    using,
)
from tests.support.visiting import Visitor

Page = type[ActionPage[Any]]
NONSENSE: dict[str, Any] = {
    "nothing": "",
    "space": "   ",
    "NUL": "a\0b",
    "control": "a\x01\x1b\x7f\u2028\u202eb",
    "lone surrogate": "\ud83d",
    "too long": "x" * 200_000,
    "a long number": "9" * 40,
    "a large number": "10000",
    "a negative number": "-1",
    "no number": "1e309",
    "no day": "9999-99-99",
    "day of wide figures": "１９９９-０１-０１",
    "the last day": "9999-12-31",
    "the first day": "0001-01-01",
    "many": ["a", "b", "1", ""],
    "markup": "<script>{{ 7 }}%(x)s%s{0}",
}
FIRST = {"NUL", "many"}
KINDS = [k if k in FIRST else pytest.param(k, marks=pytest.mark.long) for k in NONSENSE]


def _governed() -> Iterator[GovernedAdmin]:
    for model_admin in admin.site._registry.values():
        if isinstance(model_admin, GovernedAdmin):
            yield model_admin


def _doors() -> Iterator[tuple[str, Page]]:
    """Every address that does something, with the page behind it."""
    yield "/admin/password_change/", ChangePassword
    yield "/admin/me/email/", OwnEmail
    yield "/admin/me/announce-absence/", AnnounceAbsence
    yield "/admin/hand-over/", HandOverEverything
    yield "/admin/bring-in/lists/", lists.Upload
    yield "/admin/bring-in/graph/", graph_page.Upload
    yield "/admin/bring-in/{incoming}/", confirm.Confirm
    yield "/admin/canvas/relate/?subject=new:x&object={concept}", RelateNew
    yield "/admin/canvas/take-back/", TakeBack
    yield "/admin/pulls/new/", PullPage
    yield "/admin/pulls/{pull}/end/", EndPulled
    yield "/admin/evidence/{evidence}/", Follow
    yield "/admin/graph-drift/", OfferDrift
    yield "/admin/llm/questionset/{questionset}/import/", question_lists.Upload
    for model_admin in _governed():
        name, app = model_admin.model._meta.model_name, model_admin.model._meta.app_label
        if model_admin.add_page:
            yield f"/admin/{app}/{name}/add/", model_admin.add_page
        for page in model_admin.pages:
            yield f"/admin/{app}/{name}/{{{name}}}/{page.path}/", page


DOORS = dict(_doors())
FITTING = {
    Deed.READ: "rob",
    Deed.COMMENT: "rob",
    Deed.CURATE: "rob",
    Deed.REVIEW: "rob",
    Deed.QUARANTINE: "rob",
    Deed.LIFT_QUARANTINE: "rob",
    Deed.DRAW: "rob",
    Deed.APPLY: "rob",
    Deed.ANSWER: "rob",
    Deed.ADMINISTER: "sue",
    Deed.TELL: "sue",
    None: "rob",
}


@pytest.fixture
def world(active: Version, ana: Account, sue: Account) -> dict[str, int]:
    knowledge.account("rob", Role.REVIEWER)
    client, _key = clients.create(name="ward-bot", scopes=[Scope.RETRIEVE], by=sue)
    last = Chosen(passages=[active.passages.latest("position").pk])
    passage = Passage.objects.all()[0]
    return {
        **graph.rows(ana),
        **proposing.rows(ana),
        **releasing.rows(knowledge.account("cutter", Role.REVIEWER)),
        **questions.rows(ana),
        **training.rows(ana, Account.objects.get(username="cutter")),
        "ticket": using.ticket(active, by=client).pk,
        "evidence": graph.left_behind(ana, knowledge.account("last-reviewer", Role.REVIEWER)),
        "source": active.source_id,
        "version": active.pk,
        "passage": passage.pk,
        "account": ana.pk,
        "person": ana.person_id,
        "client": client.pk,
        "webhook": telling.webhook(sue).pk,
        "incoming": incoming_files.received(ana).pk,
        "pull": pulls.pull(terms=["slow"], chosen=last, reason="Doubted.", by=ana).pull.pk,
    }


def fields_of(page: Page) -> dict[str, forms.Field]:
    return dict(page.form_class.base_fields)


def body(page: Page, value: Any) -> dict[str, Any]:
    rows = ("TOTAL_FORMS", "INITIAL_FORMS", "0-kind", "0-value")
    names = [*fields_of(page), "once", *(f"identifiers-{row}" for row in rows)]
    return dict.fromkeys(names, value)


def who(page: Page) -> Visitor:
    return Visitor(Account.objects.get(username=FITTING[page.deed]))


def send(visitor: Visitor, address: str, fields: dict[str, Any]) -> int:
    """The status, of what a client of good manners could not even write down."""
    sent = urlencode(fields, doseq=True, errors="surrogatepass")
    answer = visitor.client.post(address, sent, content_type="application/x-www-form-urlencoded")
    return int(answer.status_code)


def test_table_holds_every_page_of_the_admin() -> None:
    pages = {page for model_admin in _governed() for page in model_admin.pages}

    assert pages <= set(DOORS.values())
    assert {page.deed for page in DOORS.values()} <= set(FITTING)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_nonsense_in_every_field_breaks_no_door(kind: str, world: dict[str, int]) -> None:
    answers = {}
    for address, page in DOORS.items():
        sent = body(page, NONSENSE[kind])
        answers[address] = send(who(page), address.format(**world), sent)

    assert {a: status for a, status in answers.items() if status >= 500} == {}


@pytest.mark.slow
def test_files_where_words_are_asked_for_break_no_door(world: dict[str, int]) -> None:
    answers = {}
    for address, page in DOORS.items():
        sent = {name: SimpleUploadedFile("\u202e.pdf", b"\0") for name in fields_of(page)}
        answers[address] = who(page).send(address.format(**world), **sent).status_code

    assert {a: status for a, status in answers.items() if status >= 500} == {}


@pytest.mark.slow
@pytest.mark.long
def test_same_form_sent_twice_breaks_no_door(world: dict[str, int]) -> None:
    broken = []
    for address, page in DOORS.items():
        visitor, sent = who(page), body(page, "correct horse battery")
        answers = [send(visitor, address.format(**world), sent) for _ in range(2)]
        broken += [address for status in answers if status >= 500]

    assert broken == []


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.COMPLIANCE, Role.SYSTEM_ADMIN, Role.GRAPH_EDITOR])
def test_wrong_role_is_refused_at_every_door(role: Role, world: dict[str, int]) -> None:
    account = knowledge.account("wrong", role)
    visitor = Visitor(account)
    closed = {a: p for a, p in DOORS.items() if p.deed and not account.may(p.deed)}

    answers = {a: send(visitor, a.format(**world), body(p, "x")) for a, p in closed.items()}

    assert answers == dict.fromkeys(closed, 403)


@pytest.mark.slow
def test_nonsense_changes_nothing(world: dict[str, int]) -> None:
    """But what asks for no word, such as ending sessions, cannot be told nonsense."""
    asking = {a: page for a, page in DOORS.items() if page.form_class.base_fields}
    before = AuditEntry.objects.exclude(action="attempt.refused").count()

    for address, page in asking.items():
        send(who(page), address.format(**world), body(page, "\0"))

    assert AuditEntry.objects.exclude(action="attempt.refused").count() == before
    assert Client.objects.get().revoked_at is None
