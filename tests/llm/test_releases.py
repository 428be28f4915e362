"""A release: cut, tested, waived by two, published. It narrows what is in force, and no more."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from governance import clock
from governance.clock import today
from governance.duties import Role, Scope
from governance.errors import AlreadyExists, Malformed, NotAllowed, Refused, SecondPersonNeeded
from governance.models import Account, AuditEntry, Version
from governance.verification import verify_trail
from llm.actions import releases
from llm.actions.question_sets import Least, set_least
from llm.errors import CorpusBehind, GateChangedByPublisher, GateNotPassed, NoCorpus
from llm.models import Parked, Release, ReleaseStatus, ReleaseWaiver, Usage
from llm.projections.compared import differences
from llm.releases.manifests import frozen
from tests.llm.asking import ask, found
from tests.support import graph as drawing
from tests.support import knowledge, releasing
from tests.support.callers import Caller, code, log_in, program
from tests.support.following import days_later, follow
from tests.support.knowledge import PASSWORD
from tests.support.questions import founded

pytestmark = pytest.mark.database

NAME = releasing.NAME


def versions(answer: Any) -> set[int]:
    return {each["citation"]["version"] for each in found(answer)}


def texts(answer: Any) -> list[str]:
    return [each["text"] for each in found(answer)]


def park(number: int) -> None:
    Parked.objects.park("vectors", number, ValueError("told to"), at=clock.now())


@pytest.fixture
def gus(db: None) -> Account:
    """Gus reviews too."""
    return knowledge.account("gus", Role.REVIEWER)


@pytest.fixture
def worse(active: Version, ben: Account) -> Release:
    """Made worse on purpose: something of what is served could not be settled."""
    made = releasing.cut(ben)
    park(active.pk)
    return releasing.try_out(made, ben)


# What is cut


def test_what_was_cut_is_the_corpus_and_stays(active: Version, ana: Account, ben: Account) -> None:
    made = releasing.cut(ben)
    knowledge.active(knowledge.source(ana, title="COPD"), ana, ben)
    follow()

    assert set(frozen(made).versions) == {active.pk}
    assert frozen(Release.objects.get()).root == made.root


def test_nothing_is_cut_before_there_is_a_corpus(ben: Account) -> None:
    with pytest.raises(NoCorpus):
        releases.cut(name=NAME, reason="Early.", by=ben)


def test_nothing_is_cut_while_the_corpus_is_behind(active: Version, ben: Account) -> None:
    with pytest.raises(CorpusBehind):
        releases.cut(name=NAME, reason="Early.", by=ben)


@pytest.mark.parametrize("name", ["", " ", "a/b", "current", "-x", "x" * 61, "a b", "a\0"])
def test_name_that_no_address_bears_is_malformed(ben: Account, name: str) -> None:
    with pytest.raises(Malformed):
        releases.cut(name=name, reason="For the ward.", by=ben)


def test_name_is_given_once(active: Version, ben: Account) -> None:
    releasing.cut(ben, "Autumn")

    with pytest.raises(AlreadyExists):
        releasing.cut(ben, "autumn")


def test_curator_cuts_nothing(active: Version, ana: Account) -> None:
    with pytest.raises(NotAllowed):
        releasing.cut(ana)


def test_command_catches_up_first_and_tells_scripts(
    active: Version, ben: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("cut_release", NAME, by="ben", reason="For the ward.", json=True)

    told = json.loads(capsys.readouterr().out)
    made = Release.objects.get()
    assert (told["release"], told["root"], told["versions"]) == (NAME, made.root, 1)


@pytest.mark.parametrize("by", ["nobody", "ana"])
def test_command_refuses_who_may_not_cut(active: Version, ana: Account, by: str) -> None:
    with pytest.raises(CommandError):
        call_command("cut_release", NAME, by=by, reason="For the ward.")


# The gate


def test_what_passes_is_published_and_current(active: Version, ben: Account) -> None:
    made = releasing.tried(ben)

    assert all(check.passed for check in made.last_checks())
    assert Release.objects.current() is None
    assert releasing.publish(made, ben) == Release.objects.current()


def test_release_made_worse_is_refused_waived_by_one_and_published_by_two(
    worse: Release, ben: Account, dora: Account, gus: Account
) -> None:
    for waiver in (None, dora):
        if waiver:
            releasing.waive(worse, "parked", waiver)
        with pytest.raises(GateNotPassed):
            releasing.publish(worse, ben)
    releasing.waive(worse, "parked", gus)
    releasing.publish(worse, ben)

    told = AuditEntry.objects.filter(governs_type="release").values_list("action", flat=True)
    assert list(told).count("release.waived") == ReleaseWaiver.objects.count() == 2
    assert Release.objects.current() == worse


def test_who_changed_what_it_must_reach_does_not_publish_it(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    made, wards = releasing.tried(ben), founded(ana)
    for least in (Least(True, 90), Least(False)):
        set_least(question_set=wards, least=least, reason="Too hard.", by=dora)

    with pytest.raises(GateChangedByPublisher):
        releasing.publish(made, dora)
    assert releasing.publish(made, ben) == Release.objects.current()

    later = releasing.tried(ben, "2026-12")
    assert releasing.publish(later, dora) == Release.objects.current()


@pytest.mark.parametrize("who", ["ben", "again"])
def test_who_cut_it_and_who_waived_it_already_waives_nothing(
    worse: Release, who: str, ben: Account, dora: Account
) -> None:
    releasing.waive(worse, "parked", dora)
    number = dora.person.number
    again = knowledge.account("dora-two", Role.REVIEWER, number=number)

    with pytest.raises(SecondPersonNeeded):
        releasing.waive(worse, "parked", {"ben": ben, "again": again}[who])


def test_waiver_holds_for_one_test(worse: Release, dora: Account, gus: Account) -> None:
    for person in (dora, gus):
        releasing.waive(worse, "parked", person)
    again = releasing.try_out(worse, dora)

    assert [check.name for check in again.in_the_way()] == ["parked"]


def test_what_is_soon_due_or_has_left_or_differs_does_not_pass(
    active: Version, ana: Account, ben: Account
) -> None:
    other = knowledge.active(knowledge.source(ana, title="COPD"), ana, ben)
    made = releasing.cut(ben)
    knowledge.quarantine(other, ana)
    due = active.review_due or date.max
    with days_later((due - today()).days - 3):
        tried = releasing.try_out(made, ben)

    told = {check.name: check.numbers for check in tried.last_checks() if not check.passed}
    assert told["left"] == {"versions": 1, "passages": 0}
    assert told["overdue"] == {"overdue": 0, "due": 2, "days": 14}


def withdrawn(by: Account) -> Release:
    return releases.withdraw(release=releasing.published(by), reason="Wrong.", by=by)


OUT_OF_ORDER = [
    (releasing.cut, {"publish", "waive"}),
    (releasing.published, {"publish", "waive", "test"}),
    (withdrawn, {"publish", "waive", "test", "withdraw", "notes"}),
]


@pytest.mark.parametrize(("make", "out_of_order"), OUT_OF_ORDER)
def test_what_is_out_of_order_is_refused(
    active: Version, ben: Account, dora: Account, make: Callable[..., Release], out_of_order: Any
) -> None:
    made = make(ben)
    deeds: dict[str, Callable[[], object]] = {
        "publish": lambda: releasing.publish(made, ben),
        "waive": lambda: releasing.waive(made, "parked", dora),
        "test": lambda: releases.order_test(release=made, by=ben),
        "withdraw": lambda: releases.withdraw(release=made, reason="Again.", by=ben),
        "notes": lambda: releases.write_notes(release=made, zh="x", en="x", by=ben),
    }

    for name in sorted(out_of_order):
        with pytest.raises(Refused):
            deeds[name]()


# What the database itself refuses


WAIVED = """INSERT INTO llm_releasewaiver (release_id, failed_id, person_id, reason, at)
    SELECT c.release_id, c.id, {person}, 'x', c.at FROM llm_releasecheck c
    JOIN llm_release r ON r.id = c.release_id WHERE {of}"""
TAMPERED = {
    "UPDATE llm_releasemanifest SET root = 'x'": "written once",
    "DELETE FROM llm_releasemanifest": "is kept",
    "UPDATE llm_release SET root = 'x'": "frozen",
    "DELETE FROM llm_release": "is kept",
    "UPDATE llm_release SET status = 'draft'": "illegal_move",
    "UPDATE llm_release SET status = 'published'": "gate_not_passed",
    "UPDATE llm_releasecheck SET passed = true": "written once",
    "DELETE FROM llm_releasecheck": "is kept",
    WAIVED.format(person="r.cut_by_id", of="NOT c.passed"): "release_needs_second_person",
    WAIVED.format(person="r.cut_by_id - 1", of="c.passed"): "nothing_to_waive",
    "INSERT INTO llm_releasepublication (release_id, person_id, reason, at)"
    " SELECT id, cut_by_id, 'x', cut_at FROM llm_release": "gate_not_passed",
}


def refusal_of(statement: str) -> str:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return str(error)
    return ""


def test_database_refuses_what_no_action_would_do(worse: Release) -> None:
    refused = {statement: refusal_of(statement) for statement in TAMPERED}

    assert [s for s, message in TAMPERED.items() if message not in refused[s]] == []


def test_manifest_changed_behind_the_triggers_is_found(worse: Release) -> None:
    assert list(verify_trail()) == []
    with connection.cursor() as cursor:
        on = " ON llm_releasemanifest" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER release_manifest_is_final{on}")
        cursor.execute("UPDATE llm_releasemanifest SET packed = %s", [b"x"])

    assert f"release {worse.pk}" in {finding.where for finding in verify_trail()}


# Asking within it


@pytest.mark.slow
def test_release_narrows_what_is_in_force_to_what_it_holds(
    active: Version, ana: Account, ben: Account, tier: Caller
) -> None:
    made = releasing.published(ben)
    later = knowledge.active(knowledge.source(ana, title="COPD"), ana, ben, texts=["Start high."])
    follow()

    answer = ask(tier, release="current")

    assert versions(ask(tier)) == {active.pk, later.pk}
    assert (versions(answer), answer.json()["release"]) == ({active.pk}, NAME)
    assert Usage.objects.get(pk=answer.json()["usage"]).release == made


def test_what_has_left_since_stays_out_and_what_was_out_then_too(
    active: Version, ana: Account, ben: Account, dora: Account, tier: Caller
) -> None:
    low, slow = active.passages.current()
    knowledge.quarantine(slow, ana)
    releasing.published(ben)
    knowledge.lift(slow, ben, dora)
    knowledge.quarantine(low, ana)
    follow()

    assert texts(ask(tier)) == ["Go slow."]
    assert texts(ask(tier, release=NAME)) == []


@pytest.mark.slow
def test_same_release_gives_the_same_whatever_came_since(
    active: Version, ana: Account, ben: Account, tier: Caller
) -> None:
    releasing.published(ben)
    before = [(p["passage"], p["citation"]["version"]) for p in found(ask(tier, release=NAME))]
    many = [f"Start low, number {n}." for n in range(120)]
    knowledge.active(knowledge.source(ana, title="COPD"), ana, ben, texts=many)
    follow()

    after = [(p["passage"], p["citation"]["version"]) for p in found(ask(tier, release=NAME))]
    assert after == before != []


@pytest.mark.slow
def test_release_published_again_is_the_current_one(
    active: Version, ana: Account, ben: Account, tier: Caller
) -> None:
    first = releasing.published(ben, "first")
    other = knowledge.active(knowledge.source(ana, title="COPD"), ana, ben, texts=["Start high."])
    releasing.published(ben, "second")
    assert versions(ask(tier, release="current")) == {active.pk, other.pk}

    releasing.publish(first, ben)

    assert versions(ask(tier, release="current")) == {active.pk}


NONE = {
    releasing.cut: {NAME: "release_not_published", "current": "no_such_release"},
    releasing.published: {"another": "no_such_release"},
    withdrawn: {NAME: "release_withdrawn", "current": "no_such_release"},
}


@pytest.mark.parametrize(("make", "asked"), NONE.items())
def test_release_that_programs_may_not_ask_within_is_refused(
    active: Version, ben: Account, tier: Caller, make: Callable[..., Release], asked: Any
) -> None:
    make(ben)

    assert {name: code(ask(tier, release=name))[1] for name in asked} == asked


@pytest.mark.parametrize("name", ["", 1, None, [NAME], "x" * 61])
def test_what_is_no_name_of_a_release_is_malformed(tier: Caller, name: Any) -> None:
    answer = ask(tier, release=name)

    assert (code(answer), answer.json()["field"]) == ((400, "malformed"), "release")


def test_past_has_no_release(active: Version, ben: Account) -> None:
    answer = ask(log_in(ben), as_of="2026-01-01", release=NAME)

    assert code(answer) == (400, "malformed")


@pytest.mark.slow
def test_what_the_graph_says_since_is_not_in_it(
    active: Version, ana: Account, ben: Account, tier: Caller
) -> None:
    releasing.published(ben, "before")
    low = active.passages.current()[0]
    drawing.stroke(ana, ben, low)
    releasing.published(ben, "after")
    asked = {"query": "alteplase", "expand": True}

    facts = {
        r: tier.send("retrieve/", asked | {"release": r}).json()["facts"]["relations"]
        for r in ("before", "after")
    }

    assert [len(facts["before"]), len(facts["after"])] == [0, 1]


# Its notes


def test_notes_say_what_came_what_went_and_why(active: Version, ana: Account, ben: Account) -> None:
    releasing.cut(ben, "first")
    knowledge.active(knowledge.source(ana, title="COPD"), ana, ben)
    knowledge.retire(active, ben)

    made = releasing.cut(ben, "second")

    assert "Came (1)\n- “COPD” 2024" in made.notes_en
    assert f"Went (1)\n- “Asthma guideline” 2024 (version {active.pk}): Outdated" in made.notes_en
    assert made.notes_zh != made.notes_en


# Over HTTP


def test_people_take_a_release_all_the_way(active: Version, ben: Account) -> None:
    follow()
    caller = log_in(ben)
    made = caller.send("releases/", {"name": NAME, "reason": "For the ward."})
    tested = caller.send(f"releases/{NAME}/test/")
    releasing.try_out(Release.objects.get(), ben)
    sure = {"reason": "Good to go.", "password": PASSWORD}
    out = caller.send(f"releases/{NAME}/publish/", sure)

    assert [made.status_code, tested.status_code, out.status_code] == [201, 202, 200]
    assert (out.json()["status"], out.json()["current"]) == (ReleaseStatus.PUBLISHED, True)
    assert code(caller.send(f"releases/{NAME}/test/")) == (409, "illegal_move")


def test_program_reads_what_a_release_holds_and_no_names(active: Version, ben: Account) -> None:
    made = releasing.published(ben)
    releasing.cut(ben, "2026-12")
    mirror = program(Scope.CORPUS)

    told, listed = mirror.ask("releases/current/").json(), mirror.ask("releases/").json()

    assert told["manifest"]["root"] == told["root"] == made.root
    assert [each["name"] for each in listed["results"]] == ["2026-12", NAME]
    assert "Ben" not in json.dumps([told, listed])


def test_manifest_of_a_release_outlasts_the_folder(
    active: Version, ana: Account, ben: Account, home: Path
) -> None:
    made = releasing.cut(ben)
    knowledge.active(knowledge.source(ana, title="COPD"), ana, ben)
    follow()
    (home / "corpus" / "manifests" / f"{made.root}.json").unlink()

    answer = program(Scope.CORPUS).ask(f"corpus/manifests/{made.root}/")

    assert answer.json()["root"] == made.root
    assert [drift.kind for drift in differences(repair=True)] == ["missing"]
    assert differences(repair=False) == []


UNFIT: list[tuple[str, dict[str, Any], tuple[int, str]]] = [
    ("", {"name": "x"}, (400, "malformed")),
    ("", {"name": NAME, "reason": "Twice."}, (409, "already_exists")),
    ("nothing/publish/", {"reason": "x", "password": "x"}, (404, "not_found")),
    (f"{NAME}/publish/", {"reason": "x", "password": "x"}, (403, "password_wrong")),
    (f"{NAME}/publish/", {"reason": "x", "password": PASSWORD}, (409, "illegal_move")),
    (f"{NAME}/waive/", {"reason": "x", "password": PASSWORD}, (400, "malformed")),
    (f"{NAME}/withdraw/", {"reason": " "}, (400, "malformed")),
    (f"{NAME}/notes/", {"zh": 1, "en": ""}, (400, "malformed")),
]


@pytest.mark.slow
def test_unfit_calls_are_refused_with_their_codes(active: Version, ben: Account) -> None:
    releasing.cut(ben)
    caller = log_in(ben)

    answers = [code(caller.send(f"releases/{path}", sent)) for path, sent, _refused in UNFIT]

    assert answers == [refused for _path, _sent, refused in UNFIT]
