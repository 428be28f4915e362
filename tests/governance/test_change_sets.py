"""Change sets: written by one, applied whole by another, refused on moved ground, undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from governance.actions import change_sets
from governance.actions.graph_default import CONCEPT_TYPES, relation_types
from governance.clock import now
from governance.confirmation import Confirmed
from governance.errors import (
    Circle,
    DigestChanged,
    EvidenceNotInForce,
    Malformed,
    NotAllowed,
    NotInTheGraph,
    Refused,
    SecondPersonNeeded,
    SetIsEmpty,
    SetIsFixed,
    SetMoved,
    SetNotInReview,
    SetUndone,
    StepRefused,
)
from governance.models import (
    Account,
    AuditEntry,
    ChangeSet,
    ChangeSetStatus,
    Concept,
    ConceptType,
    Evidence,
    Passage,
    Relation,
    RelationType,
    Version,
)
from governance.verification import verify_trail
from tests.support import graph, knowledge
from tests.support.graph import (
    applied,
    begin_schema,
    concept,
    decide,
    named,
    relation,
    span,
    submitted,
    written,
)

pytestmark = pytest.mark.database


@pytest.fixture
def passage(active: Version) -> Passage:
    begin_schema()
    return active.passages.current()[0]


@pytest.fixture
def edge(passage: Passage, ana: Account, ben: Account) -> Relation:
    return graph.stroke(ana, ben, passage)


# The way from draft to applied.


def test_applied_set_changes_the_graph(edge: Relation) -> None:
    assert str(edge) == "alteplase – treats → ischaemic stroke"
    assert edge.evidence.get().quote == "Start low."


def test_nothing_of_a_set_is_in_the_graph_before_it_is_applied(
    passage: Passage, ana: Account
) -> None:
    submitted(ana, concept("a", "drug", "alteplase"))

    assert not Concept.objects.exists()


def test_whoever_wrote_a_step_cannot_apply_it(passage: Passage, ana: Account, ben: Account) -> None:
    change_set = written(ana, concept("a", "drug", "alteplase"))
    step = concept("b", "drug", "tenecteplase")
    change_sets.add(change_set=change_set, step=step, by=ben)
    change_sets.submit(change_set=change_set, by=ana)

    with pytest.raises(SecondPersonNeeded):
        decide(change_set, ben)


def test_curator_does_not_decide(passage: Passage, ana: Account, ben: Account) -> None:
    change_set = submitted(ben, concept("a", "drug", "alteplase"))

    with pytest.raises(NotAllowed):
        decide(change_set, ana)


def test_set_is_applied_once(edge: Relation, ben: Account) -> None:
    with pytest.raises(SetNotInReview):
        decide(ChangeSet.objects.get(), ben)


def test_approval_binds_to_the_steps_that_were_read(
    passage: Passage, ana: Account, ben: Account
) -> None:
    change_set = submitted(ana, concept("a", "drug", "alteplase"))

    with pytest.raises(DigestChanged):
        change_sets.apply(change_set=change_set, by=Confirmed(ben), reason="Read.", digest="0" * 64)


def test_step_that_is_written_into_what_is_in_review_takes_it_out(
    passage: Passage, ana: Account, ben: Account
) -> None:
    change_set = submitted(ana, concept("a", "drug", "alteplase"))

    change_sets.add(change_set=change_set, step=concept("b", "drug", "heparin"), by=ana)

    change_set.refresh_from_db()
    assert change_set.status == ChangeSetStatus.DRAFT


def test_empty_set_is_not_submitted(passage: Passage, ana: Account) -> None:
    with pytest.raises(SetIsEmpty):
        submitted(ana)


def test_applied_set_is_not_written_in(edge: Relation, ana: Account) -> None:
    step = concept("b", "drug", "heparin")

    with pytest.raises(SetIsFixed):
        change_sets.add(change_set=ChangeSet.objects.get(), step=step, by=ana)


def test_sent_back_set_is_a_draft_again(passage: Passage, ana: Account, ben: Account) -> None:
    change_set = submitted(ana, concept("a", "drug", "alteplase"))

    sent_back = change_sets.send_back(change_set=change_set, reason="Name it in Chinese.", by=ben)

    assert sent_back.status == ChangeSetStatus.DRAFT


def test_withdrawn_set_is_not_submitted(passage: Passage, ana: Account) -> None:
    change_set = written(ana, concept("a", "drug", "alteplase"))
    change_sets.withdraw(change_set=change_set, reason="Not needed.", by=ana)

    with pytest.raises(SetIsFixed):
        change_sets.submit(change_set=change_set, by=ana)


def test_refused_step_leaves_nothing_of_its_set(
    passage: Passage, ana: Account, ben: Account
) -> None:
    change_set = submitted(
        ana, concept("a", "drug", "alteplase"), relation("new:a", "treats", 999, span(passage))
    )

    with pytest.raises(StepRefused, match="Step 2: The graph has no concept 999 now"):
        decide(change_set, ben)

    assert not Concept.objects.exists()
    assert not change_set.decisions.exists()


def test_auditor_draws_nothing(passage: Passage, cleo: Account) -> None:
    with pytest.raises(NotAllowed):
        change_sets.begin(title="Mine", by=cleo)


def test_steps_begun_together_are_written_as_one_by_one(edge: Relation, ana: Account) -> None:
    steps = list(steps_on(edge)["retire"])
    one_by_one = written(ana, *steps)

    together = change_sets.begin(title="Both", steps=iter(steps), by=ana)

    assert [edit.position for edit in together.edits_in_order()] == [1, 2]
    assert together.digest_now() == one_by_one.digest_now()


# Moved ground.


def test_set_is_refused_where_its_ground_has_moved(
    edge: Relation, ana: Account, ben: Account
) -> None:
    names = [{"language": "en", "name": "rt-PA", "preferred": True}]
    step = ("concept.name", {"concept": edge.subject_id, "names": names})
    first, second = submitted(ana, step), submitted(ana, step)
    decide(first, ben)

    with pytest.raises(SetMoved, match="Step 1"):
        decide(second, ben)


def test_own_steps_of_a_set_do_not_move_its_ground(
    edge: Relation, ana: Account, ben: Account
) -> None:
    number = edge.subject_id
    names = [{"language": "en", "name": "rt-PA", "preferred": True}]
    codes = [{"system": "atc", "code": "B01AD02"}]

    applied(
        ana,
        ben,
        ("concept.name", {"concept": number, "names": names}),
        ("concept.code", {"concept": number, "codes": codes}),
    )

    assert edge.subject.codes.get().code == "B01AD02"


# Trying.


def test_trial_says_what_would_be_refused_and_keeps_nothing(passage: Passage, ana: Account) -> None:
    change_set = written(
        ana,
        concept("a", "drug", "alteplase"),
        relation("new:a", "treats", "new:nobody", span(passage)),
        concept("b", "drug", "heparin"),
    )
    before = AuditEntry.objects.count()

    found = change_sets.tried(change_set=change_set, by=ana)

    assert {p: type(refusal) for p, refusal in found.items()} == {2: NotInTheGraph}
    assert (Concept.objects.count(), AuditEntry.objects.count()) == (0, before)


# Undoing.


def state_of_graph() -> list[Any]:
    """What the graph says, without the numbers that things happen to have."""
    concepts = [
        (
            c.type.code,
            sorted(c.names.values_list("language", "name", "is_preferred")),
            sorted(c.codes.values_list("system", "code")),
        )
        for c in Concept.objects.current().order_by("pk")
    ]
    relations = [
        (str(r), r.qualifiers, sorted(r.evidence.current().values_list("passage", "start", "end")))
        for r in Relation.objects.current()
    ]
    return [sorted(concepts), sorted(relations, key=str)]


def steps_on(edge: Relation) -> dict[str, list[Any]]:
    drug, disease = edge.subject_id, edge.object_id
    passage = edge.evidence.get().passage
    names = [{"language": "en", "name": "rt-PA", "preferred": True}]
    return {
        "add": [
            concept("c", "drug", "heparin"),
            relation("new:c", "treats", disease, span(passage)),
        ],
        "name": [("concept.name", {"concept": drug, "names": names})],
        "code": [("concept.code", {"concept": drug, "codes": [{"system": "atc", "code": "B"}]})],
        "retype": [
            ("relation.end", {"relation": edge.pk}),
            ("concept.retype", {"concept": drug, "type": "drug_class"}),
        ],
        "end": [("relation.end", {"relation": edge.pk})],
        "retire": [("relation.end", {"relation": edge.pk}), ("concept.retire", {"concept": drug})],
        "qualify": [
            ("relation.qualify", {"relation": edge.pk, "qualifiers": {"dose": "0.9 mg/kg"}})
        ],
        "support": [("evidence.add", {"relation": edge.pk, **span(passage, "low")})],
        "merge": [
            concept("c", "drug", "rt-PA"),
            relation("new:c", "treats", disease, span(passage, "low")),
            ("concept.merge", {"concept": "new:c", "into": drug}),
        ],
        "split": [
            (
                "concept.split",
                {
                    "concept": drug,
                    "ref": "s",
                    "relations": [edge.pk],
                    "names": [{"language": "zh", "name": "阿替普酶", "preferred": True}],
                },
            )
        ],
    }


@pytest.mark.parametrize(
    "kind",
    ["add", "name", "code", "retype", "end", "retire", "qualify", "support", "merge", "split"],
)
def test_undoing_brings_back_what_the_graph_said(
    kind: str, edge: Relation, ana: Account, ben: Account
) -> None:
    before = state_of_graph()
    done = applied(ana, ben, *steps_on(edge)[kind])
    assert state_of_graph() != before

    back = change_sets.undo(change_set=done, title="Take it back", by=ana)
    decide(change_sets.submit(change_set=back, by=ana), ben)

    assert state_of_graph() == before
    assert list(verify_trail()) == []


def test_set_is_undone_once(edge: Relation, ana: Account) -> None:
    done = ChangeSet.objects.get()
    change_sets.undo(change_set=done, title="Take it back", by=ana)

    with pytest.raises(SetUndone):
        change_sets.undo(change_set=done, title="Once more", by=ana)


def test_what_was_said_when_can_be_told_after_it_was_taken_back_and_said_again(
    clock: time_machine.Traveller, edge: Relation, ana: Account, ben: Account
) -> None:
    before = now()
    clock.shift(60)
    applied(ana, ben, ("relation.end", {"relation": edge.pk}))
    between = now()
    clock.shift(60)
    applied(ana, ben, ("relation.restore", {"relation": edge.pk}))

    told = [Relation.objects.in_force(at).count() for at in (before, between, now())]

    assert told == [1, 0, 1]


# What bad input gets.


@pytest.mark.parametrize(
    ("step", "refusal"),
    [
        (("relation.add", {"type": "treats"}), NotInTheGraph),
        (concept("c", "spaceship", "x"), Malformed),
        (concept("c", "drug", "evil\u202eeman"), Malformed),
        (concept("c", "drug", "two\nlines"), Malformed),
        (concept("c", "drug", "\u200b"), Malformed),
        (concept("c", "drug", "x" * 201), Malformed),
        (("concept.add", {"type": "drug", "names": []}), Malformed),
        (("concept.add", {"type": "drug", "names": "alteplase"}), Malformed),
        (("concept.retire", {"concept": True}), NotInTheGraph),
        (("concept.retire", {"concept": 2**53 - 1}), NotInTheGraph),
        (("evidence.end", {"evidence": "1"}), NotInTheGraph),
    ],
)
def test_nonsense_is_refused_in_words(
    step: Any, refusal: type[Refused], edge: Relation, ana: Account
) -> None:
    found = change_sets.tried(change_set=written(ana, step), by=ana)

    assert type(found[1]) is refusal
    assert str(found[1])


@pytest.mark.parametrize(
    "step",
    [
        ("concept.explode", {}),
        ("concept.retire", {"concept": 1, "also": 2}),
        ("concept.retire", {"concept": 2**70}),
        ("concept.retire", {"concept": "a\0b"}),
        ("concept.retire", {"concept": "\ud800"}),
        ("concept.retire", {"concept": "x" * 100_001}),
        ("concept.retire", []),
    ],
)
def test_unknown_step_is_not_written(step: Any, passage: Passage, ana: Account) -> None:
    with pytest.raises(Malformed):
        written(ana, step)


def test_words_that_would_be_code_elsewhere_stay_words(
    passage: Passage, ana: Account, ben: Account
) -> None:
    name = "x`}) DETACH DELETE n //<script>alert(1)</script>"

    applied(ana, ben, concept("a", "drug", name))

    assert str(Concept.objects.get()) == name


def test_schema_forbids_what_it_does_not_allow(edge: Relation, ana: Account) -> None:
    step = relation(edge.object_id, "treats", edge.subject_id, span(edge.evidence.get().passage))

    found = change_sets.tried(change_set=written(ana, step), by=ana)

    assert "does not allow “ischaemic stroke" not in str(found[1])
    assert "does not allow “Disease – treats → Drug”" in str(found[1])


def test_same_relation_is_not_said_twice(edge: Relation, ana: Account) -> None:
    step = relation(edge.subject_id, "treats", edge.object_id, span(edge.evidence.get().passage))

    found = change_sets.tried(change_set=written(ana, step), by=ana)

    assert "says so already" in str(found[1])


def test_hierarchy_has_no_circle(passage: Passage, ana: Account) -> None:
    change_set = written(
        ana,
        *(concept(ref, "disease", ref) for ref in "abc"),
        relation("new:a", "is_a", "new:b", span(passage)),
        relation("new:b", "is_a", "new:c", span(passage)),
        relation("new:c", "is_a", "new:a", span(passage)),
    )

    found = change_sets.tried(change_set=change_set, by=ana)

    assert {p: type(refusal) for p, refusal in found.items()} == {6: Circle}


def test_merging_makes_no_circle_of_a_hierarchy(passage: Passage, ana: Account) -> None:
    change_set = written(
        ana,
        *(concept(ref, "disease", ref) for ref in "abc"),
        relation("new:a", "is_a", "new:b", span(passage)),
        relation("new:b", "is_a", "new:c", span(passage)),
        ("concept.merge", {"concept": "new:c", "into": "new:a"}),
    )

    found = change_sets.tried(change_set=change_set, by=ana)

    assert {p: type(refusal) for p, refusal in found.items()} == {6: Circle}


def test_merges_do_not_go_round(edge: Relation, ana: Account, ben: Account) -> None:
    applied(
        ana,
        ben,
        concept("a", "drug", "rt-PA"),
        ("concept.merge", {"concept": edge.subject_id, "into": "new:a"}),
    )
    step = ("concept.merge", {"concept": named("rt-PA").pk, "into": edge.subject_id})

    found = change_sets.tried(change_set=written(ana, step), by=ana)

    assert type(found[1]) is NotInTheGraph


def test_draft_carries_nothing(edge: Relation, ana: Account) -> None:
    draft = knowledge.draft(
        edge.evidence.get().passage.version.source, ana, label="2030", texts=["New."]
    )
    step = ("evidence.add", {"relation": edge.pk, **span(draft.passages.current()[0])})

    found = change_sets.tried(change_set=written(ana, step), by=ana)

    assert type(found[1]) is EvidenceNotInForce


@pytest.mark.parametrize(("start", "end"), [(0, 999), (-1, 3), (3, 3), (5, 2), ("0", "3")])
def test_words_that_are_not_there_carry_nothing(
    start: Any, end: Any, edge: Relation, ana: Account
) -> None:
    where = {"passage": edge.evidence.get().passage_id, "start": start, "end": end}

    found = change_sets.tried(
        change_set=written(ana, ("evidence.add", {"relation": edge.pk, **where})), by=ana
    )

    assert type(found[1]) is Malformed


# The schema.


def test_default_schema_is_written_once_and_fits_the_trail(passage: Passage) -> None:
    begin_schema()

    assert ConceptType.objects.count() == len(CONCEPT_TYPES)
    assert RelationType.objects.count() == len(relation_types())
    assert list(verify_trail()) == []


def test_type_that_something_is_said_by_is_not_forbidden(edge: Relation, ana: Account) -> None:
    step = ("relation_type.forbid", {"code": "treats"})

    found = change_sets.tried(change_set=written(ana, step), by=ana)

    assert "would not be allowed by “treats” any more" in str(found[1])


# In force.


def test_relation_leaves_with_its_last_support(edge: Relation, ana: Account) -> None:
    assert Relation.objects.in_force(now()).exists()

    knowledge.quarantine(edge.evidence.get().passage.version, ana)

    assert not Relation.objects.in_force(now()).exists()
    assert Evidence.objects.current().exists()


def test_new_edition_with_the_same_words_carries_on_without_a_gap(
    edge: Relation, ana: Account, ben: Account
) -> None:
    old = edge.evidence.get().passage

    new = knowledge.active(old.version.source, ana, ben, label="2030", texts=["New.", old.text])

    assert Relation.objects.in_force(now()).get() == edge
    standing = Evidence.objects.in_force(now()).get()
    assert (standing.passage.version, standing.quote) == (new, old.text)
    assert list(verify_trail()) == []


def test_new_edition_with_other_words_leaves_the_relation_to_people(
    edge: Relation, ana: Account, ben: Account
) -> None:
    old = edge.evidence.get().passage

    knowledge.active(old.version.source, ana, ben, label="2030", texts=["Start lower."])

    assert not Relation.objects.in_force(now()).exists()
    assert Relation.objects.current().get() == edge


def test_reaffirmation_brings_a_relation_back(edge: Relation, ana: Account, ben: Account) -> None:
    version = edge.evidence.get().passage.version
    late = version.latest_term.ends_at + timedelta(days=1)
    with time_machine.travel(late):
        assert not Relation.objects.in_force(now()).exists()

        knowledge.reaffirm(version, ben)

        assert Relation.objects.in_force(now()).exists()
