"""What was read waits for people, is proposed once, and is not asked again once it was refused."""

from __future__ import annotations

from typing import Any

import pytest

from governance import clock
from governance.actions import change_sets, proposals
from governance.actions.proposals import Proposed
from governance.admin.set_pages import working_set
from governance.errors import Malformed, NotAllowed, ProposalRefusedAlready
from governance.models import Account, ChangeSet, RefusedProposal, Relation, Version, WhyRefused
from llm.admin.proposal_pages import span_shown
from llm.admin.proposal_words import ends_of
from llm.models import Cursor, Parked, Proposal, ProposalSpan, Reader
from llm.naming import meanings
from llm.naming.meanings import Meaning, meanings_in
from llm.proposing import reading
from llm.proposing.ends import read, written
from llm.proposing.keeping import Read, keep
from llm.proposing.reading import read_waiting
from llm.proposing.taking import Taken, steps_of
from tests.support import graph as drawing
from tests.support import knowledge
from tests.support.following import days_later
from tests.support.refusing import database_refuses

pytestmark = pytest.mark.django_db

TEXT = "阿替普酶可引起出血和皮疹。出血的危险因素包括高血压。"
LEXICON = [
    *meanings_in(["阿替普酶\talteplase"], type_="drug"),
    *meanings_in(["出血\tbleeding|haemorrhage", "皮疹\trash"], type_="finding"),
    *meanings_in(["高血压\thypertension"], type_="disease"),
]


@pytest.fixture(autouse=True)
def lexicon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dictionary of four meanings. A fake of data, not of code."""
    monkeypatch.setattr(meanings, "shipped", lambda: tuple(LEXICON))


@pytest.fixture
def label(db: None, ana: Account, ben: Account) -> Version:
    drawing.begin_schema()
    return knowledge.active(knowledge.source(ana), ana, ben, texts=[TEXT, "皮疹一般自行消退。"])


def waiting() -> list[str]:
    rows = Proposal.objects.waiting(clock.now()).in_order().select_related("type")
    return [f"{read(p.subject)} {p.type.code} {read(p.object)}" for p in rows]


def proposed(object_: str) -> Proposal:
    return next(p for p in Proposal.objects.all() if str(read(p.object)) == object_)


def refuse(proposal: Proposal, by: Account, why: str = WhyRefused.NOT_SAID) -> RefusedProposal:
    span = span_shown(proposal)
    what = Proposed(
        proposal.type, proposal.subject, proposal.object, span.passage, span.start, span.end
    )
    return proposals.refuse(proposed=what, why=why, by=by)


def take(proposal: Proposal, by: Account) -> ChangeSet:
    """Into a draft, as the page does."""
    span, (subject, object_) = span_shown(proposal), ends_of(proposal)
    where = {"passage": span.passage_id, "start": span.start, "end": span.end}
    draft = working_set(by)
    steps = steps_of(Taken(subject, proposal.type.code, object_, where), draft)
    if draft is None:
        return drawing.written(by, *steps)
    change_sets.add_all(change_set=draft, steps=steps, by=by)
    return draft


def test_what_is_in_force_is_read_and_waits_in_the_order_of_the_text(label: Version) -> None:
    told = read_waiting(Reader.RULES)

    assert told[label.pk]["proposed"] == 3
    assert waiting() == [
        "阿替普酶 causes 出血",
        "阿替普酶 causes 皮疹",
        "高血压 raises_risk_of 出血",
    ]


def test_every_span_stands_in_its_passage_word_for_word(label: Version) -> None:
    read_waiting(Reader.RULES)

    quotes = {span.quote for span in ProposalSpan.objects.select_related("passage")}
    assert quotes == {"阿替普酶可引起出血和皮疹。", "出血的危险因素包括高血压。"}


def test_a_draft_is_not_read(db: None, ana: Account) -> None:
    drawing.begin_schema()
    knowledge.draft(knowledge.source(ana), ana, texts=[TEXT])

    assert read_waiting(Reader.RULES) == {}


def test_what_was_read_is_not_read_again(label: Version) -> None:
    read_waiting(Reader.RULES)

    assert read_waiting(Reader.RULES) == {}
    assert read_waiting(Reader.RULES, again=True) == {}


def test_it_is_read_again_once_the_graph_knows_more(
    label: Version, ana: Account, ben: Account
) -> None:
    read_waiting(Reader.RULES)

    drawing.applied(ana, ben, drawing.concept("r", "finding", "rash"))

    assert read_waiting(Reader.RULES) == {}
    assert label.pk in read_waiting(Reader.RULES, again=True)
    assert proposed("rash").object["concept"] == drawing.named("rash").pk


def test_the_same_said_twice_is_proposed_once(label: Version, ana: Account, ben: Account) -> None:
    other = knowledge.source(ana, title="Another")
    knowledge.active(other, ana, ben, texts=["阿替普酶可引起出血。"])

    told = read_waiting(Reader.RULES)

    assert sum(counts["proposed"] for counts in told.values()) == 3
    assert proposed("出血").spans.count() >= 1
    assert ProposalSpan.objects.filter(proposal__object=proposed("出血").object).count() == 3


def test_what_leaves_force_waits_no_more(label: Version) -> None:
    read_waiting(Reader.RULES)

    with days_later(400):
        assert waiting() == []


def test_taking_writes_what_is_new_and_says_it_once(
    label: Version, ana: Account, ben: Account
) -> None:
    read_waiting(Reader.RULES)

    take(proposed("出血"), ana)
    draft = take(proposed("皮疹"), ana)

    deeds = [edit.deed for edit in draft.edits_in_order()]
    assert deeds.count("concept.add") == 3
    drawing.decide(change_sets.submit(change_set=draft, by=ana), ben)
    assert Relation.objects.filter(subject=drawing.named("alteplase")).count() == 2


def test_what_the_graph_says_with_these_words_is_not_proposed(
    label: Version, ana: Account, ben: Account
) -> None:
    read_waiting(Reader.RULES)
    draft = take(proposed("出血"), ana)
    drawing.decide(change_sets.submit(change_set=draft, by=ana), ben)

    told = read_waiting(Reader.RULES, again=True)

    assert told[label.pk]["known"] == 1
    assert waiting() == ["阿替普酶 causes 皮疹", "高血压 raises_risk_of 出血"]


def test_other_words_for_what_the_graph_says_are_further_evidence(
    label: Version, ana: Account, ben: Account
) -> None:
    read_waiting(Reader.RULES)
    draft = take(proposed("出血"), ana)
    drawing.decide(change_sets.submit(change_set=draft, by=ana), ben)
    other = knowledge.source(ana, title="Another")
    knowledge.active(other, ana, ben, texts=["阿替普酶会导致出血。"])
    read_waiting(Reader.RULES, again=True)

    further = Proposal.objects.exclude(says=None).get()
    assert further.says_id
    draft = take(further, ana)

    assert [edit.deed for edit in draft.edits_in_order()] == ["evidence.add"]
    drawing.decide(change_sets.submit(change_set=draft, by=ana), ben)
    assert Relation.objects.get(pk=further.says_id).evidence.count() == 2


def test_taken_it_waits_no_more_until_its_step_is_taken_out(label: Version, ana: Account) -> None:
    read_waiting(Reader.RULES)
    mine = proposed("皮疹")
    draft = take(mine, ana)
    Proposal.objects.filter(pk=mine.pk).update(edit=draft.edits_in_order()[-1])
    assert "阿替普酶 causes 皮疹" not in waiting()

    change_sets.remove(edit=draft.edits_in_order()[-1], by=ana)

    assert "阿替普酶 causes 皮疹" in waiting()


def test_taken_it_waits_again_where_the_set_was_withdrawn(label: Version, ana: Account) -> None:
    read_waiting(Reader.RULES)
    mine = proposed("皮疹")
    draft = take(mine, ana)
    Proposal.objects.filter(pk=mine.pk).update(edit=draft.edits_in_order()[-1])

    change_sets.withdraw(change_set=draft, reason="Another way.", by=ana)

    assert "阿替普酶 causes 皮疹" in waiting()


def test_a_refusal_is_remembered_by_whatever_name(
    label: Version, ana: Account, ben: Account
) -> None:
    read_waiting(Reader.RULES)
    refuse(proposed("皮疹"), ana)
    drawing.applied(ana, ben, drawing.concept("a", "drug", "Alteplase", "阿替普酶"))

    told = read_waiting(Reader.RULES, again=True)

    assert told[label.pk]["refused"] == 1
    assert "阿替普酶 causes 皮疹" not in " ".join(waiting())
    assert not any("皮疹" in said for said in waiting())


def test_a_refusal_taken_back_lets_it_wait_again(label: Version, ana: Account) -> None:
    read_waiting(Reader.RULES)
    mine = proposed("皮疹")
    refused = refuse(mine, ana)
    Proposal.objects.filter(pk=mine.pk).update(refused=refused)

    proposals.readmit(refused=refused, by=ana)

    assert "阿替普酶 causes 皮疹" in waiting()


def test_the_same_is_not_refused_twice(label: Version, ana: Account) -> None:
    read_waiting(Reader.RULES)
    refuse(proposed("皮疹"), ana)

    with pytest.raises(ProposalRefusedAlready):
        refuse(proposed("皮疹"), ana)


@pytest.mark.parametrize("why", ["", "because", WhyRefused.OTHER])
def test_a_refusal_says_why(label: Version, ana: Account, why: str) -> None:
    read_waiting(Reader.RULES)

    with pytest.raises(Malformed):
        refuse(proposed("皮疹"), ana, why)


def test_who_may_not_draw_may_not_refuse(label: Version, cleo: Account) -> None:
    read_waiting(Reader.RULES)

    with pytest.raises(NotAllowed):
        refuse(proposed("皮疹"), cleo)


def test_one_worker_reads_at_a_time(label: Version) -> None:
    assert Cursor.objects.lease(reading.cursor_name(Reader.RULES))

    assert read_waiting(Reader.RULES) == {}
    assert not Proposal.objects.exists()


def test_a_version_that_cannot_be_read_is_parked_and_holds_up_none(
    label: Version, ana: Account, ben: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = knowledge.source(ana, title="Another")
    fine = knowledge.active(other, ana, ben, texts=["阿替普酶可引起出血。"])

    def refusing(told: Read, *, at: Any) -> dict[str, int]:
        if told.version == label:
            raise ValueError("a fault of ours")
        return keep(told, at=at)

    monkeypatch.setattr(reading, "keep", refusing)

    told = read_waiting(Reader.RULES)

    assert told[label.pk] == {"failed": 1}
    assert told[fine.pk]["proposed"] == 1
    assert Parked.objects.get().number == label.pk


def test_what_was_parked_and_left_force_is_parked_no_more(label: Version, ben: Account) -> None:
    Parked.objects.park("proposals.rules", label.pk, ValueError(), at=clock.now())
    assert read_waiting(Reader.RULES) == {}
    assert Parked.objects.exists()

    knowledge.retire(label, ben)
    read_waiting(Reader.RULES)

    assert not Parked.objects.exists()


def test_a_term_is_written_and_read_back(db: None) -> None:
    meaning = Meaning("drug", (("zh", "阿替普酶"), ("en", "alteplase")), 7)

    assert read(written(meaning)) == meaning


def test_a_term_of_the_lexicon_lends_a_concept_its_other_names(ana: Account, ben: Account) -> None:
    drawing.begin_schema()
    drawing.applied(ana, ben, drawing.concept("b", "finding", "Bleeding"))

    known = meanings.known_meanings()

    (bleeding,) = [meaning for meaning in known if meaning.concept]
    assert ("en", "haemorrhage") in bleeding.names
    assert [str(meaning) for meaning in known if not meaning.concept] == [
        "阿替普酶",
        "皮疹",
        "高血压",
    ]


def test_a_refusal_cannot_be_deleted(label: Version, ana: Account) -> None:
    read_waiting(Reader.RULES)
    refused = refuse(proposed("皮疹"), ana)

    with database_refuses("this is kept"):
        RefusedProposal.objects.filter(pk=refused.pk).delete()


def test_a_refusal_that_was_taken_back_stands_as_it_is(label: Version, ana: Account) -> None:
    read_waiting(Reader.RULES)
    refused = refuse(proposed("皮疹"), ana)
    proposals.readmit(refused=refused, by=ana)

    with database_refuses("this is written once"):
        RefusedProposal.objects.filter(pk=refused.pk).update(taken_back_at=None)
