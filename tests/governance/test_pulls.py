"""A pull takes out all that was chosen, in one transaction, and no more than that."""

from __future__ import annotations

import pytest

from governance import clock
from governance.actions import notices, pulls, quarantines
from governance.actions.pulls import Chosen
from governance.errors import (
    AlreadyQuarantined,
    FoundIsOutdated,
    Malformed,
    NotAllowed,
    NotQuarantined,
)
from governance.models import (
    Account,
    AuditEntry,
    Notice,
    Passage,
    Pull,
    PullItem,
    Quarantine,
    Version,
)
from governance.verification import verify_trail
from llm import clients
from llm.projections.advance import advance
from llm.projections.registry import names, projection
from llm.retrieval import Question, retrieve
from tests.support import knowledge
from tests.support.encoders import FakeEncoder

pytestmark = pytest.mark.database


@pytest.fixture
def other(active: Version, ana: Account, ben: Account) -> Version:
    return knowledge.active(knowledge.source(ana), ana, ben, texts=["Give aspirin.", "Stop."])


def pull(by: Account, *subjects: Version | Passage) -> pulls.Pulled:
    versions = [s.pk for s in subjects if isinstance(s, Version)]
    passages = [s.pk for s in subjects if isinstance(s, Passage)]
    chosen = Chosen(versions, passages)
    return pulls.pull(terms=["aspirin"], chosen=chosen, reason="Recalled.", by=by)


def first(version: Version) -> Passage:
    return version.passages.earliest("position")


def served() -> set[str]:
    return set(Passage.objects.in_force(clock.now()).values_list("text", flat=True))


def test_versions_and_passages_go_out_of_service_together(
    active: Version, other: Version, ana: Account
) -> None:
    pull(ana, active, first(other))

    assert served() == {"Stop."}


def test_each_is_a_quarantine_of_its_own_with_its_entry(
    active: Version, other: Version, ana: Account
) -> None:
    pull(ana, active, first(other))

    actions = AuditEntry.objects.order_by("-number").values_list("action", flat=True)[:3]
    assert list(actions) == ["pull.made", "passage.quarantined", "version.quarantined"]
    assert Quarantine.objects.filter(reason="Recalled.", ends_at=None).count() == 2


def test_pull_remembers_what_was_looked_for_and_taken(active: Version, ana: Account) -> None:
    pulled = pull(ana, active)

    item = PullItem.objects.get(pull=pulled.pull)
    assert (pulled.pull.terms, pulled.pull.reason) == (["aspirin"], "Recalled.")
    assert (item.quarantine.version, pulled.pull.by) == (active, ana.person)


def test_what_is_quarantined_already_is_skipped_and_said(
    active: Version, other: Version, ana: Account
) -> None:
    quarantines.begin(subject=first(other), reason="Doubted.", by=ana)

    pulled = pull(ana, active, first(other))

    assert pulled.kept_out == [first(other)]
    assert pulled.pull.items.count() == 1


def test_passage_of_a_version_chosen_as_a_whole_is_skipped(active: Version, ana: Account) -> None:
    pulled = pull(ana, active, first(active))

    assert [item.quarantine.passage for item in pulled.pull.items.all()] == [None]


def test_passage_of_a_version_quarantined_before_is_skipped(
    active: Version, other: Version, ana: Account
) -> None:
    knowledge.quarantine(other, ana)

    pulled = pull(ana, active, first(other))

    assert pulled.kept_out == [first(other)]


def test_what_was_retired_meanwhile_is_skipped(
    active: Version, other: Version, ana: Account, ben: Account
) -> None:
    knowledge.retire(other, ben)

    assert pull(ana, active, other).kept_out == [other]


def test_where_nothing_is_left_it_is_refused_and_nothing_is_written(
    active: Version, ana: Account
) -> None:
    knowledge.quarantine(active, ana)

    with pytest.raises(AlreadyQuarantined):
        pull(ana, active)

    assert not Pull.objects.exists()


def test_what_will_come_into_force_is_kept_from_it(scheduled: Version, ana: Account) -> None:
    pull(ana, scheduled)

    assert scheduled.is_quarantined(clock.now())


def test_auditor_pulls_nothing(active: Version, cleo: Account) -> None:
    with pytest.raises(NotAllowed):
        pull(cleo, active)

    assert "Go slow." in served()


def test_reason_is_needed(active: Version, ana: Account) -> None:
    with pytest.raises(Malformed):
        pulls.pull(terms=["aspirin"], chosen=Chosen([active.pk]), reason=" ", by=ana)


@pytest.mark.parametrize("terms", [[], [" "], ["asp\0irin"]])
def test_what_was_looked_for_is_needed(terms: list[str], active: Version, ana: Account) -> None:
    with pytest.raises(Malformed):
        pulls.pull(terms=terms, chosen=Chosen([active.pk]), reason="Recalled.", by=ana)


@pytest.mark.parametrize("chosen", [Chosen(), Chosen(range(1, pulls.MOST + 2))])
def test_none_and_too_many_are_refused(chosen: Chosen, ana: Account) -> None:
    with pytest.raises(Malformed):
        pulls.pull(terms=["aspirin"], chosen=chosen, reason="Recalled.", by=ana)


def test_numbers_of_nothing_pull_nothing(ana: Account) -> None:
    with pytest.raises(AlreadyQuarantined):
        pulls.pull(terms=["aspirin"], chosen=Chosen([0], [10**17]), reason="Recalled.", by=ana)


def test_two_persons_end_what_one_pulled(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    pull(ana, active)

    knowledge.lift(active, ben, dora)

    assert "Go slow." in served()


def test_retrieval_right_after_lacks_what_was_pulled(other: Version, ana: Account) -> None:
    clients.install(with_encoder=FakeEncoder(seed=1))
    for name in names():
        advance(projection(name))
    before = retrieve(Question("Give aspirin."), at=clock.now())

    pull(ana, first(other))

    after = retrieve(Question("Give aspirin."), at=clock.now())
    found = [{f.passage.text for f in answer.found} for answer in (before, after)]
    clients.close()
    assert ["Give aspirin." in texts for texts in found] == [True, False]


def test_reviewers_are_told_once_a_version_however_many_passages_were_pulled(
    active: Version, other: Version, ana: Account, ben: Account
) -> None:
    notices.tell()
    pull(ana, *active.passages.all(), *other.passages.all())

    notices.tell()

    told = Notice.objects.filter(person=ben.person, code="passage_quarantined")
    assert sorted(told.values_list("version", flat=True)) == [active.pk, other.pk]


def test_trail_verifies_after_many_entries_of_one_version_in_one_block(
    active: Version, other: Version, ana: Account, ben: Account
) -> None:
    made = pull(ana, *active.passages.all(), other).pull
    end(made, ben)

    assert list(verify_trail()) == []


# Ending many at once.


def end(made: Pull, by: Account) -> int:
    chosen = made.items.values_list("quarantine", flat=True)
    return pulls.agree_to_end(pull=made, chosen=set(chosen), reason="Cleared.", by=by)


def test_two_persons_end_all_that_one_pulled_at_once(
    active: Version, other: Version, ana: Account, ben: Account, dora: Account
) -> None:
    made = pull(ana, active, first(other)).pull

    assert [end(made, ben), end(made, dora)] == [2, 2]

    assert served() >= {"Go slow.", "Give aspirin."}


def test_one_person_alone_ends_nothing(active: Version, ana: Account, ben: Account) -> None:
    made = pull(ana, active).pull
    end(made, ben)

    with pytest.raises(NotQuarantined):
        end(made, ben)

    assert "Go slow." not in served()


def test_who_has_agreed_to_one_is_skipped_there(
    active: Version, other: Version, ana: Account, ben: Account
) -> None:
    made = pull(ana, active, other).pull
    knowledge.lift(other, ben)

    assert end(made, ben) == 1


def test_what_another_pull_took_out_is_not_ended(
    active: Version, other: Version, ana: Account, ben: Account
) -> None:
    made, theirs = pull(ana, active).pull, pull(ana, other).pull
    chosen = set(theirs.items.values_list("quarantine", flat=True))

    with pytest.raises(NotQuarantined):
        pulls.agree_to_end(pull=made, chosen=chosen, reason="Cleared.", by=ben)


def test_what_was_retired_is_not_ended_with_the_rest(
    active: Version, other: Version, ana: Account, ben: Account
) -> None:
    made = pull(ana, active, other).pull
    knowledge.retire(other, ben)

    assert end(made, ben) == 1


def test_curator_ends_nothing(active: Version, ana: Account) -> None:
    made = pull(ana, active).pull

    with pytest.raises(NotAllowed):
        end(made, ana)


def test_text_that_took_over_since_the_search_is_not_left_in_service(
    active: Version, ana: Account, ben: Account
) -> None:
    later = knowledge.active(active.source, ana, ben, label="2", texts=["Start low, again."])

    with pytest.raises(FoundIsOutdated):
        pull(ana, active)
    with pytest.raises(FoundIsOutdated):
        pull(ana, first(active), first(later))

    assert not Quarantine.objects.exists()
