"""The block in which everything governed is changed, and the trail it leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import translation

from governance import canonical, clock
from governance.actions import clients, people, refusals, sources
from governance.duties import MAY, Deed, Role, Scope
from governance.errors import ClockBehind, IllegalMove, Malformed, NotAllowed, Refused
from governance.models import (
    Account,
    AuditEntry,
    AuditPayload,
    Client,
    RefusedAttempt,
    Source,
    TrailHead,
    Version,
)
from governance.trail import SHELL, SYSTEM, changing, needs_reason, note_left_over_refusals
from tests.support import knowledge

pytestmark = pytest.mark.database

NOON = datetime(2026, 8, 31, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVERY_DUTY = [(deed, role) for deed in Deed for role in Role]


@pytest.fixture(autouse=True)
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def program(sue: Account) -> Client:
    client, _ = clients.create(name="tier", scopes=[Scope.RETRIEVE], by=sue)
    return client


def size() -> int:
    return TrailHead.objects.get().size


def last() -> AuditEntry:
    return AuditEntry.objects.latest("number")


def content(entry: AuditEntry) -> dict[str, Any]:
    return dict(json.loads(bytes(entry.leaf)))


def retitled(source: Source, by: Account, title: str = "Another") -> Source:
    description = knowledge.describe(title=title)
    return sources.edit(source=source, description=description, reason="Retitled.", by=by)


# One block.


def test_number_follows_number_without_a_gap(active: Version) -> None:
    numbers = list(AuditEntry.objects.order_by("number").values_list("number", flat=True))

    assert numbers == list(range(1, size() + 1))


def fail_in_the_middle(source: Source) -> None:
    with changing(by=SYSTEM) as changes:
        Source.objects.update(title="Gone")
        changes.note("source.edited", source)
        raise ZeroDivisionError


def test_block_that_fails_notes_nothing(source: Source) -> None:
    before = size()

    with pytest.raises(ZeroDivisionError):
        fail_in_the_middle(source)

    assert (size(), AuditEntry.objects.count()) == (before, before)


def test_block_that_fails_changes_nothing(source: Source) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_in_the_middle(source)

    assert Source.objects.get().title == source.title


def test_block_in_which_nothing_is_noted_leaves_no_entry(source: Source) -> None:
    before = size()
    with changing(by=SYSTEM):
        pass

    assert size() == before


def test_blocks_do_not_nest(db: None) -> None:
    with pytest.raises(RuntimeError), changing(by=SYSTEM), changing(by=SYSTEM):
        pass


def test_block_after_a_failed_one_opens(db: None) -> None:
    with pytest.raises(ZeroDivisionError), changing(by=SYSTEM):
        raise ZeroDivisionError

    with changing(by=SYSTEM) as changes:
        assert changes.at == NOON


def test_entries_of_one_block_bear_one_instant(active: Version) -> None:
    assert set(AuditEntry.objects.values_list("at", flat=True)) == {NOON}


def test_entry_commits_to_the_row_as_it_is_after_the_block(source: Source, ana: Account) -> None:
    retitled(source, ana)
    entry = last()
    salt = bytes(AuditPayload.objects.get(pk=entry.pk).salt)

    state = Source.objects.get(pk=source.pk).state()
    told = content(entry)["commitments"]["state"]
    assert told == canonical.commitment(["state", state], salt)


def test_entry_holds_numbers_of_people_and_no_names(source: Source, ana: Account) -> None:
    retitled(source, ana)

    by = content(last())["by"]
    assert by == {"kind": "account", "id": ana.pk, "person": ana.person_id}


def test_what_is_private_stands_in_the_leaf_as_commitment_alone(
    source: Source, ana: Account
) -> None:
    description = knowledge.describe(title="Another")
    sources.edit(source=source, description=description, reason="Told by Mrs Li.", by=ana)
    entry, payload = last(), AuditPayload.objects.latest("number")

    assert b"Mrs Li" not in bytes(entry.leaf)
    assert payload.content["reason"] == "Told by Mrs Li."
    told = canonical.commitment(["reason", "Told by Mrs Li."], bytes(payload.salt))
    assert content(entry)["commitments"]["reason"] == told


def test_names_of_people_stand_in_no_leaf(ana: Account, active: Version) -> None:
    leaves = b"".join(bytes(e.leaf) for e in AuditEntry.objects.all())

    assert b"ana" not in leaves.lower()


def test_no_salt_is_used_twice(active: Version) -> None:
    salts = [bytes(p.salt) for p in AuditPayload.objects.all()]

    assert len(set(salts)) == len(salts)


# Nothing, or nothing that anybody would see.
NOTHING_SEEN = ["\u200b\ufeff", "\u2063 \xad", "\u0301", "\u3164", "\u115f\u1160\uffa0", "\u2800"]
NOTHING_SEEN += ["\u202e", "\ufe0f", "\U000e0041", "\ue000"]


@pytest.mark.parametrize("reason", ["", " ", "\n\t", "\0", *NOTHING_SEEN])
def test_reason_that_says_nothing_is_refused(reason: str) -> None:
    with pytest.raises(Malformed):
        needs_reason(reason)


@pytest.mark.parametrize("reason", ["已核对", "ok", "…", "👍🏽", "한글", "\u200bTypo.", "e\u0301"])
def test_reason_of_which_anything_is_seen_is_taken(reason: str) -> None:
    assert needs_reason(f" {reason}\n") == reason


def test_action_without_a_reason_changes_nothing(source: Source, ana: Account) -> None:
    before = size()

    with pytest.raises(Malformed):
        sources.edit(source=source, description=knowledge.describe(), reason="", by=ana)

    assert size() == before


# Time.


def test_clock_behind_the_trail_is_refused(source: Source, ana: Account) -> None:
    with clock.set_to(NOON - MINUTE), pytest.raises(ClockBehind):
        retitled(source, ana)


def test_clock_that_is_behind_leaves_no_trace_of_its_refusal(source: Source, ana: Account) -> None:
    before = size()
    with clock.set_to(NOON - MINUTE), pytest.raises(ClockBehind):
        retitled(source, ana)

    assert (size(), RefusedAttempt.objects.count()) == (before, 0)


def test_clock_a_little_behind_writes_the_instant_before(source: Source, ana: Account) -> None:
    with clock.set_to(NOON - timedelta(seconds=4)):
        retitled(source, ana)

    assert last().at == NOON


# Permission.


@pytest.mark.parametrize(("deed", "role"), EVERY_DUTY)
def test_duty_alone_decides_who_may(db: None, deed: Deed, role: Role) -> None:
    person = knowledge.account("pat", role)
    allowed = True
    try:
        with changing(by=person, may=deed):
            pass
    except NotAllowed:
        allowed = False

    assert allowed == (role in MAY[deed])


@pytest.mark.parametrize("deed", list(Deed))
def test_program_may_change_nothing(program: Client, deed: Deed) -> None:
    with pytest.raises(NotAllowed), changing(by=program, may=deed):
        pass


def test_roles_add_up_within_content(db: None) -> None:
    both = knowledge.account("kim", Role.REVIEWER, Role.GRAPH_EDITOR)

    assert {d for d in Deed if both.may(d)} == {
        *(Deed.READ, Deed.COMMENT, Deed.CURATE, Deed.REVIEW),
        *(Deed.QUARANTINE, Deed.LIFT_QUARANTINE, Deed.DRAW, Deed.APPLY, Deed.ANSWER),
    }


def test_account_that_is_disabled_may_nothing_even_if_it_is_still_held(
    source: Source, ana: Account, sue: Account
) -> None:
    held = Account.objects.select_related("person").get(pk=ana.pk)
    people.set_active(account=ana, active=False, reason="Left.", by=sue)

    with pytest.raises(NotAllowed):
        retitled(source, held)


def test_role_that_was_taken_away_is_gone_even_if_it_is_still_held(
    in_review: Version, ben: Account, sue: Account
) -> None:
    held = Account.objects.select_related("person").get(pk=ben.pk)
    people.set_roles(person=ben.person, roles=[Role.CURATOR], reason="Moved.", by=sue)

    with pytest.raises(NotAllowed):
        knowledge.approve(in_review, held)


# Refusals.


def test_refusal_leaves_an_entry_of_its_own(draft: Version, ana: Account, ben: Account) -> None:
    with pytest.raises(IllegalMove):
        knowledge.approve(draft, ben)

    facts = content(last())["facts"]
    assert (last().action, facts) == ("attempt.refused", {"code": "illegal_move", "times": 1})
    assert last().by_id == ben.pk


def test_refusals_of_ten_minutes_are_counted_and_not_written(draft: Version, ben: Account) -> None:
    before = size()
    for _ in range(3):
        with pytest.raises(Refused):
            knowledge.approve(draft, ben)

    assert size() == before + 1
    assert RefusedAttempt.objects.get().unnoted == 2


def test_next_refusal_after_ten_minutes_tells_of_those_before(
    draft: Version, ben: Account, time: time_machine.Traveller
) -> None:
    for pause in (0, 1, 10):
        time.shift(pause * MINUTE)
        with pytest.raises(Refused):
            knowledge.approve(draft, ben)

    assert content(last())["facts"]["times"] == 2


def test_refusals_left_over_are_noted_when_their_time_is_up(
    draft: Version, ben: Account, time: time_machine.Traveller
) -> None:
    for _ in range(3):
        with pytest.raises(Refused):
            knowledge.approve(draft, ben)
    early = note_left_over_refusals()
    time.shift(10 * MINUTE)

    assert (early, note_left_over_refusals(), note_left_over_refusals()) == (0, 1, 0)
    assert content(last())["facts"]["of"] == {"kind": "account", "id": ben.pk}


def test_refusals_of_two_persons_are_counted_apart(
    draft: Version, ben: Account, dora: Account
) -> None:
    for person in (ben, dora):
        with pytest.raises(Refused):
            knowledge.approve(draft, person)

    assert AuditEntry.objects.filter(action="attempt.refused").count() == 2


def test_refusal_at_the_door_leaves_its_trace(cleo: Account) -> None:
    with pytest.raises(NotAllowed):
        refusals.refuse(by=cleo)

    assert (last().action, last().by_id) == ("attempt.refused", cleo.pk)


def test_every_refusal_has_a_code_of_its_own_and_a_sentence_in_both_languages() -> None:
    kinds: list[type[Refused]] = [Refused, *Refused.__subclasses__()]

    assert len({kind.code for kind in kinds}) == len(kinds)
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert all(str(kind.sentence) for kind in kinds)


# Who follows.


def test_only_what_changes_what_is_in_force_is_knowledge(active: Version, ben: Account) -> None:
    before = AuditEntry.objects.last_number()
    knowledge.quarantine(active, ben)
    with changing(by=SHELL) as changes:
        changes.note("account.password_set", ben)

    after = AuditEntry.objects.after(before)
    assert [e.action for e in after.knowledge()] == ["version.quarantined"]
    assert after.count() == 2


def test_approval_is_knowledge(active: Version) -> None:
    assert [e.action for e in AuditEntry.objects.knowledge()] == ["version.approved"]


def test_end_that_a_successor_sets_is_knowledge(
    active: Version, ana: Account, ben: Account
) -> None:
    soon = (NOON + timedelta(days=9)).date()
    knowledge.active(active.source, ana, ben, label="2026", effective_from=soon)

    moved = AuditEntry.objects.get(action="version.term_moved")
    assert (moved.subject_type, moved.subject_id, moved.knowledge) == (
        "version",
        str(active.pk),
        True,
    )
