"""Who gets through which door of the admin, and that nothing sent to one breaks it."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client as Browser
from django.urls import URLPattern

from governance.actions import clients, pulls
from governance.actions.pulls import Chosen
from governance.duties import Role, Scope
from governance.models import Account, AuditEntry, Client, Passage, RefusedAttempt, Version
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
from tests.support.visiting import BACKEND, Visitor, source_at, version_at, words

ROLES = {
    "curator": Role.CURATOR,
    "reviewer": Role.REVIEWER,
    "graph": Role.GRAPH_EDITOR,
    "compliance": Role.COMPLIANCE,
    "system": Role.SYSTEM_ADMIN,
    "security": Role.SECURITY_ADMIN,
}
READERS = {"curator", "reviewer", "graph", "compliance"}
CURATORS = {"curator", "reviewer"}
CONTENT = {"curator", "reviewer", "graph"}
REVIEWERS = {"reviewer"}
DECIDERS = {"reviewer", "graph"}
AUDITORS = {"compliance"}
LOOKERS_BACK = {"reviewer", "compliance"}
SECURITY = {"security"}
TELLERS = {"system", "security"}
ALL = set(ROLES)

# Address, and whom it lets in. {names} are filled with the rows of the small world.
DOORS: dict[str, set[str]] = {
    "/admin/": ALL,
    "/admin/password_change/": ALL,
    "/admin/governance/source/": READERS,
    "/admin/governance/source/add/": CURATORS,
    "/admin/governance/source/{source}/change/": READERS,
    "/admin/governance/source/{source}/history/": READERS,
    "/admin/governance/source/{source}/edit/": CURATORS,
    "/admin/governance/source/{source}/new-version/": CURATORS,
    "/admin/governance/source/{source}/hand-over/": CURATORS,
    "/admin/governance/version/": READERS,
    "/admin/governance/version/{version}/change/": READERS,
    "/admin/governance/version/{version}/history/": READERS,
    "/admin/governance/source/{source}/timeline/": READERS,
    "/admin/governance/version/{version}/timeline/": READERS,
    "/admin/governance/passage/{passage}/timeline/": READERS,
    "/admin/pulls/": READERS,
    "/admin/pulls/new/": CONTENT,
    "/admin/pulls/{pull}/": READERS,
    "/admin/pulls/{pull}/end/": REVIEWERS,
    "/admin/canvas/": READERS,
    "/admin/canvas/shown/": READERS,
    "/admin/canvas/found/": READERS,
    "/admin/canvas/concept/{concept}/": READERS,
    "/admin/canvas/relation/{relation}/": READERS,
    "/admin/canvas/table/": READERS,
    "/admin/canvas/relate/": CONTENT,
    "/admin/canvas/take-back/": CONTENT,
    "/admin/governance/version/{version}/state/": READERS,
    "/admin/governance/version/{version}/file/": READERS,
    "/admin/notices/": ALL,
    "/admin/me/": ALL,
    "/admin/me/email/": ALL,
    "/admin/me/end-sessions/": ALL,
    "/admin/me/announce-absence/": READERS,
    "/admin/hand-over/": CURATORS,
    "/admin/governance/version/{version}/assign/": CURATORS,
    "/admin/governance/version/{version}/difference/": READERS,
    "/admin/governance/version/{version}/comment/": CONTENT,
    "/admin/governance/version/{version}/settle-comment/": CONTENT,
    "/admin/governance/passage/{passage}/comment/": CONTENT,
    "/admin/governance/version/{version}/submit/": CURATORS,
    "/admin/governance/version/{version}/withdraw/": CURATORS,
    "/admin/governance/version/{version}/take-back/": CURATORS,
    "/admin/governance/version/{version}/amend/": CURATORS,
    "/admin/governance/version/{version}/read-again/": CURATORS,
    "/admin/governance/version/{version}/approve/": REVIEWERS,
    "/admin/governance/version/{version}/send-back/": REVIEWERS,
    "/admin/governance/version/{version}/reaffirm/": REVIEWERS,
    "/admin/governance/version/{version}/retire/": REVIEWERS,
    "/admin/governance/version/{version}/quarantine/": CONTENT,
    "/admin/governance/version/{version}/lift-quarantine/": REVIEWERS,
    "/admin/governance/passage/{passage}/correct/": CURATORS,
    "/admin/governance/passage/{passage}/quarantine/": CONTENT,
    "/admin/governance/passage/{passage}/lift-quarantine/": REVIEWERS,
    "/admin/governance/source/save-view/": READERS,
    "/admin/governance/source/bulk/hand-over/": CURATORS,
    "/admin/governance/version/save-view/": READERS,
    "/admin/governance/version/bulk/submit/": CURATORS,
    "/admin/governance/version/bulk/withdraw/": CURATORS,
    "/admin/governance/version/bulk/quarantine/": CONTENT,
    "/admin/governance/version/bulk/retire/": REVIEWERS,
    "/admin/governance/auditentry/save-view/": AUDITORS,
    "/admin/governance/account/save-view/": SECURITY,
    "/admin/governance/auditentry/": AUDITORS,
    "/admin/governance/auditentry/1/change/": AUDITORS,
    "/admin/governance/account/": SECURITY,
    "/admin/governance/account/add/": SECURITY,
    "/admin/governance/account/{account}/change/": SECURITY,
    "/admin/governance/account/{account}/password-link/": SECURITY,
    "/admin/governance/account/{account}/unlock/": SECURITY,
    "/admin/governance/account/{account}/end-sessions/": SECURITY,
    "/admin/governance/account/{account}/disable/": SECURITY,
    "/admin/governance/account/{account}/enable/": SECURITY,
    "/admin/governance/person/": SECURITY,
    "/admin/governance/person/{person}/change/": SECURITY,
    "/admin/governance/person/{person}/history/": SECURITY,
    "/admin/governance/person/{person}/set-roles/": SECURITY,
    "/admin/governance/person/{person}/edit/": SECURITY,
    "/admin/governance/person/{person}/set-email/": SECURITY,
    "/admin/governance/concept/": READERS,
    "/admin/governance/concept/add/": CONTENT,
    "/admin/governance/concept/save-view/": READERS,
    "/admin/governance/concept/{concept}/change/": READERS,
    "/admin/governance/concept/{concept}/history/": READERS,
    "/admin/governance/concept/{concept}/relate/": CONTENT,
    "/admin/governance/concept/{concept}/rename/": CONTENT,
    "/admin/governance/concept/{concept}/recode/": CONTENT,
    "/admin/governance/concept/{concept}/retype/": CONTENT,
    "/admin/governance/concept/{concept}/merge/": CONTENT,
    "/admin/governance/concept/{concept}/split/": CONTENT,
    "/admin/governance/concept/{concept}/review/": CONTENT,
    "/admin/governance/concept/{concept}/retire/": CONTENT,
    "/admin/governance/relation/{relation}/qualify/": CONTENT,
    "/admin/governance/relation/{relation}/add-evidence/": CONTENT,
    "/admin/governance/relation/{relation}/end-evidence/": CONTENT,
    "/admin/governance/relation/{relation}/end/": CONTENT,
    "/admin/governance/changeset/": READERS,
    "/admin/governance/changeset/add/": CONTENT,
    "/admin/governance/changeset/save-view/": READERS,
    "/admin/governance/changeset/{changeset}/change/": READERS,
    "/admin/governance/changeset/{changeset}/submit/": CONTENT,
    "/admin/governance/changeset/{changeset}/withdraw/": CONTENT,
    "/admin/governance/changeset/{changeset}/undo/": CONTENT,
    "/admin/governance/changeset/{changeset}/remove-step/": CONTENT,
    "/admin/governance/changeset/{changeset}/comment/": CONTENT,
    "/admin/governance/changeset/{changeset}/settle-comment/": CONTENT,
    "/admin/governance/changeset/{changeset}/apply/": DECIDERS,
    "/admin/governance/changeset/{changeset}/send-back/": DECIDERS,
    "/admin/llm/proposal/": CONTENT,
    "/admin/llm/proposal/save-view/": CONTENT,
    "/admin/llm/proposal/{proposal}/change/": CONTENT,
    "/admin/llm/proposal/{proposal}/accept/": CONTENT,
    "/admin/llm/proposal/{proposal}/correct/": CONTENT,
    "/admin/llm/proposal/{proposal}/refuse/": CONTENT,
    "/admin/llm/release/": READERS,
    "/admin/llm/release/add/": REVIEWERS,
    "/admin/llm/release/save-view/": READERS,
    "/admin/llm/release/{release}/change/": READERS,
    "/admin/llm/release/{release}/test/": REVIEWERS,
    "/admin/llm/release/{release}/publish/": REVIEWERS,
    "/admin/llm/release/{release}/waive/": REVIEWERS,
    "/admin/llm/release/{release}/notes/": REVIEWERS,
    "/admin/llm/release/{release}/withdraw/": REVIEWERS,
    "/admin/governance/refusedproposal/": READERS,
    "/admin/governance/refusedproposal/save-view/": READERS,
    "/admin/governance/refusedproposal/{refusedproposal}/change/": READERS,
    "/admin/governance/refusedproposal/{refusedproposal}/readmit/": CONTENT,
    "/admin/llm/questionset/": READERS,
    "/admin/llm/questionset/add/": CURATORS,
    "/admin/llm/questionset/save-view/": READERS,
    "/admin/llm/questionset/{questionset}/change/": READERS,
    "/admin/llm/questionset/{questionset}/ask/": CURATORS,
    "/admin/llm/questionset/{questionset}/import/": CURATORS,
    "/admin/llm/questionset/{questionset}/run/": CURATORS,
    "/admin/llm/questionset/{questionset}/draft/": CURATORS,
    "/admin/llm/questionset/{questionset}/least/": REVIEWERS,
    "/admin/llm/questionset/{questionset}/describe/": CURATORS,
    "/admin/llm/questionset/{questionset}/retire/": REVIEWERS,
    "/admin/llm/evaluationquestion/": READERS,
    "/admin/llm/evaluationquestion/save-view/": READERS,
    "/admin/llm/evaluationquestion/{evaluationquestion}/change/": READERS,
    "/admin/llm/evaluationquestion/{evaluationquestion}/edit/": CURATORS,
    "/admin/llm/evaluationquestion/{evaluationquestion}/review/": CURATORS,
    "/admin/llm/evaluationquestion/{evaluationquestion}/retire/": CURATORS,
    "/admin/llm/evaluationrun/": READERS,
    "/admin/llm/evaluationrun/save-view/": READERS,
    "/admin/llm/evaluationrun/{evaluationrun}/change/": READERS,
    "/admin/compare-runs/": READERS,
    "/admin/llm/trainingset/": READERS,
    "/admin/llm/trainingset/add/": REVIEWERS,
    "/admin/llm/trainingset/save-view/": READERS,
    "/admin/llm/trainingset/{trainingset}/change/": READERS,
    "/admin/llm/adapter/": READERS,
    "/admin/llm/adapter/add/": CURATORS,
    "/admin/llm/adapter/save-view/": READERS,
    "/admin/llm/adapter/{adapter}/change/": READERS,
    "/admin/llm/ticket/": READERS,
    "/admin/llm/ticket/save-view/": READERS,
    "/admin/llm/ticket/{ticket}/change/": READERS,
    "/admin/llm/ticket/{ticket}/decide/": CONTENT,
    "/admin/given/version/{version}/": LOOKERS_BACK,
    "/admin/given/passage/{passage}/": LOOKERS_BACK,
    "/admin/given/retrieval/{usage}/": LOOKERS_BACK,
    "/admin/graph-drift/": CONTENT,
    "/admin/evidence/": READERS,
    "/admin/evidence/{evidence}/": CONTENT,
    "/admin/llm/webhook/": TELLERS,
    "/admin/llm/webhook/add/": SECURITY,
    "/admin/llm/webhook/save-view/": TELLERS,
    "/admin/llm/webhook/{webhook}/change/": TELLERS,
    "/admin/llm/webhook/{webhook}/send-test/": TELLERS,
    "/admin/llm/webhook/{webhook}/replay/": TELLERS,
    "/admin/llm/webhook/{webhook}/renew-secret/": SECURITY,
    "/admin/llm/webhook/{webhook}/end/": SECURITY,
    "/admin/governance/client/": SECURITY,
    "/admin/governance/client/add/": SECURITY,
    "/admin/governance/client/{client}/change/": SECURITY,
    "/admin/governance/client/save-view/": SECURITY,
    "/admin/governance/client/{client}/renew/": SECURITY,
    "/admin/governance/client/{client}/set-limits/": SECURITY,
    "/admin/governance/client/{client}/revoke-key/": SECURITY,
    "/admin/governance/client/{client}/revoke/": SECURITY,
}
ACTIONS = [
    address
    for address, allowed in DOORS.items()
    if "system" not in allowed
    and not address.endswith(("/change/", "/history/", "/state/", "/file/", "/difference/"))
    and address.count("/") > 4
]


@pytest.fixture
def world(active: Version, ana: Account, sue: Account) -> dict[str, int | str]:
    """The number of one row of each kind."""
    client, _key = clients.create(name="ward-bot", scopes=[Scope.RETRIEVE], by=sue)
    last = Chosen(passages=[active.passages.latest("position").pk])
    return {
        **graph.rows(ana),
        **proposing.rows(ana),
        **releasing.rows(knowledge.account("cutter", Role.REVIEWER)),
        **questions.rows(ana),
        **training.rows(ana, Account.objects.get(username="cutter")),
        **using.rows(active, client),
        "evidence": graph.left_behind(ana, knowledge.account("last-reviewer", Role.REVIEWER)),
        "source": active.source_id,
        "version": active.pk,
        "passage": Passage.objects.all()[0].pk,
        "account": ana.pk,
        "person": ana.person_id,
        "client": client.pk,
        "webhook": telling.webhook(sue).pk,
        "pull": pulls.pull(terms=["slow"], chosen=last, reason="Doubted.", by=ana).pull.pk,
    }


def visitor_as(role: str) -> Visitor:
    return Visitor(knowledge.account(f"one-{role}", ROLES[role]))


def status_of(visitor: Visitor, address: str) -> int:
    response = visitor.open(address)
    response.close()
    return int(response.status_code)


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_every_door_lets_in_whom_it_should_and_nobody_else(
    role: str, world: dict[str, int | str]
) -> None:
    visitor = visitor_as(role)

    answers = {door: status_of(visitor, door.format(**world)) for door in DOORS}

    expected = {door: 200 if role in allowed else 403 for door, allowed in DOORS.items()}
    assert answers == expected


@pytest.mark.slow
def test_who_is_not_logged_in_is_led_to_the_login(world: dict[str, int | str]) -> None:
    nobody = Visitor()

    led_to = {nobody.open(d.format(**world)).headers.get("Location", d)[:13] for d in DOORS}

    assert led_to == {"/admin/login/"}


def _own_addresses() -> set[str]:
    """Names of the addresses that the admin gives to what is shown by us."""
    found = set()
    for model, model_admin in admin.site._registry.items():
        if model._meta.app_label in ("governance", "llm"):
            found |= {u.name for u in model_admin.urls if isinstance(u, URLPattern) and u.name}
    return found


def test_table_of_doors_forgets_no_action() -> None:
    ends = {d.rstrip("/").rsplit("/", 1)[1] for d in DOORS}
    ends |= {f"bulk_{d.rstrip('/').rsplit('/', 1)[1]}" for d in DOORS if "/bulk/" in d}
    doors = {end.replace("-", "_") for end in ends}
    stock = ("_changelist", "_change", "_add", "_delete", "_history")

    own = {name for name in _own_addresses() if not name.endswith(stock)}

    assert {name.split("_", 1)[1] for name in own} <= doors


@pytest.mark.slow
def test_attempts_without_the_duty_are_all_refused(world: dict[str, int | str]) -> None:
    visitor = visitor_as("system")

    answers = {d: visitor.send(d.format(**world), reason="Let me.").status_code for d in ACTIONS}

    assert answers == dict.fromkeys(ACTIONS, 403)


@pytest.mark.slow
def test_attempts_without_the_duty_are_all_counted(world: dict[str, int | str]) -> None:
    visitor = visitor_as("system")

    for door in ACTIONS:
        visitor.send(door.format(**world), reason="Let me.")

    count = RefusedAttempt.objects.get(code="not_allowed")
    # The first was noted in the trail at once.
    assert count.unnoted + 1 == len(ACTIONS)


@pytest.mark.slow
def test_nothing_is_done_without_the_token(world: dict[str, int | str]) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(knowledge.account("rob", Role.REVIEWER), backend=BACKEND)
    before = AuditEntry.objects.count()

    answers = {d: browser.post(d.format(**world), {"reason": "a"}).status_code for d in ACTIONS}

    assert answers == dict.fromkeys(ACTIONS, 403)
    assert AuditEntry.objects.count() == before


# Nonsense.

NUMBERS = ["0", "999999", "99999999999999999999", "-1", "abc", "1.5", "%00", "../1"]


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("role", ["reviewer", "compliance", "security"])
def test_number_of_nothing_is_not_found(number: str, role: str, db: None) -> None:
    visitor = visitor_as(role)
    names = {found[1] for door in DOORS for found in re.finditer(r"{(\w+)}", door)}
    doors = [d for d, allowed in DOORS.items() if "{" in d and role in allowed]

    answers = {visitor.open(d.format(**dict.fromkeys(names, number))).status_code for d in doors}

    assert answers <= {404, 302}


QUERIES = [
    {"q": "\x00"},
    {"q": "'" * 500},
    {"p": "abc"},
    {"p": "-1"},
    {"o": "99.-99.x"},
    {"page": "abc"},
    {"class": "rumour", "due": "never", "force": "maybe"},
    {"status": "lost", "waiting": "godot", "reading": "x"},
    {"department": "abc"},
    {"period": "abc", "action": "x", "who": "x"},
    {"at__year": "abc"},
    {"at__year": "99999"},
    {"source__title__regex": "("},
    {"_popup": "1", "_to_field": "password"},
]


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(
    ("role", "address"),
    [
        ("curator", "/admin/governance/source/"),
        ("curator", "/admin/governance/version/"),
        ("curator", "/admin/governance/version/{version}/change/"),
        ("compliance", "/admin/governance/auditentry/"),
        ("security", "/admin/governance/account/"),
        ("security", "/admin/governance/client/"),
    ],
)
def test_nonsense_in_the_address_breaks_nothing(
    role: str, address: str, world: dict[str, int | str]
) -> None:
    visitor = visitor_as(role)

    answers = [visitor.open(address.format(**world), **q).status_code for q in QUERIES]

    assert max(answers) < 500


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_not_allowed(method: str, active: Version, ben: Account) -> None:
    send = getattr(Visitor(ben).client, method)

    assert send(version_at(active, "retire")).status_code == 405
    assert send(version_at(active)).status_code == 405


def test_pages_to_read_take_no_post(active: Version, ben: Account) -> None:
    assert Visitor(ben).send(version_at(active), label="x").status_code == 405


# What stock would offer.


@pytest.mark.parametrize("name", ["source", "version", "passage"])
def test_nothing_is_deleted(name: str, world: dict[str, int | str], ben: Account) -> None:
    response = Visitor(ben).send(f"/admin/governance/{name}/{world[name]}/delete/", post="yes")

    assert response.status_code == 403


def test_chosen_rows_cannot_be_deleted(active: Version, ben: Account) -> None:
    Visitor(ben).send(
        "/admin/governance/version/", action="delete_selected", _selected_action=active.pk
    )

    assert Version.objects.filter(pk=active.pk).exists()


def test_old_state_cannot_be_put_back(active: Version, ben: Account) -> None:
    record = active.history.latest()

    response = Visitor(ben).send(version_at(active, f"history/{record.pk}"), label="x")

    assert response.status_code in (302, 404, 405)
    active.refresh_from_db()
    assert active.label != "x"


def test_history_takes_no_post(active: Version, ben: Account) -> None:
    assert Visitor(ben).send(version_at(active, "history")).status_code == 405


def test_stock_log_is_never_written(draft: Version, ana: Account) -> None:
    Visitor(ana).press(version_at(draft, "submit"), reason="")

    assert not LogEntry.objects.exists()


def test_list_of_an_application_leads_home(ana: Account) -> None:
    assert Visitor(ana).open("/admin/governance/").headers["Location"] == "/admin/"


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("curator", {"Home", "Sources", "Versions"}),
        ("compliance", {"Home", "Sources", "Versions", "Audit trail"}),
        ("security", {"Home", "Accounts", "Persons", "Keys"}),
        ("system", {"Home"}),
    ],
)
def test_side_bar_shows_what_the_duty_opens(role: str, shown: set[str], db: None) -> None:
    response = visitor_as(role).open("/admin/")

    groups = response.context["sidebar_navigation"]
    items = [item for group in groups for item in group["items"]]
    assert {str(i["title"]) for i in items if i["has_permission"]} >= shown


def test_system_administrator_finds_no_knowledge_in_the_side_bar(sam: Account) -> None:
    assert "/admin/governance/source/" not in Visitor(sam).read("/admin/")


@pytest.mark.parametrize("status", [403, 404])
def test_what_is_refused_is_said_on_a_page_of_our_own(
    status: int, active: Version, cleo: Account
) -> None:
    address = {403: source_at(active.source, "edit"), 404: "/admin/governance/version/77/change/"}

    response = Visitor(cleo).open(address[status])

    assert response.status_code == status
    assert "kb-error-page" in words(response)


def test_pages_load_nothing_from_elsewhere(active: Version, ben: Account) -> None:
    page = Visitor(ben).read(version_at(active))

    assert 'src="http' not in page
    assert 'href="http' not in page


def test_key_of_a_program_opens_no_page(world: dict[str, int | str]) -> None:
    key = Client.objects.get().keys.get().hint
    browser = Browser(headers={"authorization": f"Bearer {key}"})

    assert browser.get("/admin/").status_code == 302
