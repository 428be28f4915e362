"""What a page does not offer for a thing as it is now is not done by sending its form either."""

from __future__ import annotations

from typing import Any

import pytest

from governance.actions import change_sets, people, versions
from governance.admin.change_sets import ChangeSetAdmin
from governance.admin.concepts import ConceptAdmin
from governance.admin.passages import PassageAdmin
from governance.admin.relations import RelationAdmin
from governance.admin.versions import VersionAdmin
from governance.duties import Role
from governance.lifecycle import Status
from governance.models import Account, AuditEntry, Comment, Version
from llm.actions import releases
from llm.admin.releases import ReleaseAdmin
from llm.models import Release
from tests.support import graph, knowledge, releasing
from tests.support.knowledge import PASSWORD
from tests.support.visiting import Visitor, passage_at, passages_of, version_at, words

# What any form asks for.
FIELDS = {
    "reason": "Because.",
    "note": "Because.",
    "searched": "PubMed",
    "text": "Changed.",
    "password": PASSWORD,
    "digest": "0" * 64,
    "reason_code": "outdated",
}
DRAFT, REVIEW, ACTIVE = Status.DRAFT, Status.IN_REVIEW, Status.ACTIVE
RETIRED, WITHDRAWN = Status.RETIRED, Status.WITHDRAWN
# In which states each page of a version makes no sense.
UNFIT = {
    "read-again": (DRAFT, REVIEW, ACTIVE, RETIRED, WITHDRAWN),
    "submit": (REVIEW, ACTIVE, RETIRED, WITHDRAWN),
    "take-back": (DRAFT, ACTIVE, RETIRED, WITHDRAWN),
    "send-back": (DRAFT, ACTIVE, RETIRED, WITHDRAWN),
    "withdraw": (REVIEW, ACTIVE, RETIRED, WITHDRAWN),
    "approve": (DRAFT, ACTIVE, RETIRED, WITHDRAWN),
    "reaffirm": (DRAFT, REVIEW, RETIRED, WITHDRAWN),
    "amend": (DRAFT, REVIEW, RETIRED, WITHDRAWN),
    "quarantine": (DRAFT, REVIEW, RETIRED, WITHDRAWN),
    "lift-quarantine": (DRAFT, REVIEW, ACTIVE, RETIRED, WITHDRAWN),
    "retire": (DRAFT, REVIEW, RETIRED, WITHDRAWN),
    "assign": (RETIRED, WITHDRAWN),
    "comment": (RETIRED, WITHDRAWN),
}
OF_A_PASSAGE = {
    "correct": (ACTIVE, RETIRED, WITHDRAWN),
    "quarantine": (DRAFT, REVIEW, RETIRED, WITHDRAWN),
    "lift-quarantine": (DRAFT, REVIEW, ACTIVE, RETIRED, WITHDRAWN),
    "comment": (RETIRED, WITHDRAWN),
}


# None of them makes sense for what was ended.
OF_A_RELATION = ("qualify", "add-evidence", "end-evidence", "end")
OF_A_SET = ("submit", "apply", "send-back", "withdraw", "undo", "comment")
# What there is to waive is what its page offers, so that one refuses its form: there is nothing.
OF_A_RELEASE = ("test", "publish", "notes", "withdraw")
OF_A_CONCEPT = ("relate", "rename", "recode", "retype", "merge", "split", "review", "retire")


def pairs(unfit: dict[str, tuple[Status, ...]]) -> list[Any]:
    return [
        pytest.param(page, status, id=f"{page}-{status}")
        for page, among in unfit.items()
        for status in among
    ]


@pytest.fixture
def rita(db: None) -> Account:
    """Rita writes and reviews."""
    return knowledge.account("rita", Role.CURATOR, Role.REVIEWER)


def brought_to(status: Status, ana: Account, ben: Account) -> Version:
    version = knowledge.draft(knowledge.source(ana), ana)
    if status == WITHDRAWN:
        return versions.withdraw(version=version, reason="Wrong file.", by=ana)
    if status == DRAFT:
        return version
    version = versions.submit(version=version, reason="", by=ana)
    if status == REVIEW:
        return version
    version = knowledge.approve(version, ben)
    return knowledge.retire(version, ben) if status == RETIRED else version


def done() -> int:
    return AuditEntry.objects.exclude(action="attempt.refused").count()


@pytest.mark.parametrize(("page", "status"), pairs(UNFIT))
def test_page_that_fits_no_more_does_nothing(
    page: str, status: Status, ana: Account, ben: Account, rita: Account
) -> None:
    version = brought_to(status, ana, ben)
    before = done()

    answer = Visitor(rita).send(version_at(version, page), **FIELDS, reviewer=ben.person_id)

    assert (answer.status_code, done()) == (409, before)


@pytest.mark.parametrize(("page", "status"), pairs(OF_A_PASSAGE))
def test_page_of_a_passage_that_fits_no_more_does_nothing(
    page: str, status: Status, ana: Account, ben: Account, rita: Account
) -> None:
    passage = passages_of(brought_to(status, ana, ben))[0]
    before = done()

    answer = Visitor(rita).send(passage_at(passage, page), **FIELDS)

    assert (answer.status_code, done()) == (409, before)


@pytest.mark.parametrize("page", OF_A_RELATION)
def test_page_of_a_relation_that_was_ended_does_nothing(
    page: str, active: Version, ana: Account, ben: Account
) -> None:
    passage = passages_of(active)[0]
    edge = graph.stroke(ana, ben, passage)
    carrying = edge.evidence.get()
    graph.applied(ana, ben, ("relation.end", {"relation": edge.pk}))
    before = done()
    fields = {"qualifiers": "dose: 5 mg", "passage": passage.pk, "evidence": carrying.pk}

    answer = Visitor(ana).send(f"/admin/governance/relation/{edge.pk}/{page}/", **fields)

    assert (answer.status_code, done()) == (409, before)


@pytest.mark.parametrize("page", OF_A_CONCEPT)
def test_page_of_a_concept_that_was_retired_does_nothing(
    page: str, active: Version, ana: Account, ben: Account
) -> None:
    drug, other = graph.two_drugs(ana, ben)
    graph.applied(ana, ben, ("concept.retire", {"concept": drug.pk}))
    before = done()
    fields = {"type": "drug", "names_en": "heparin", "into": other.pk, "object": other.pk}
    fields |= {"type": "treats", "passage": passages_of(active)[0].pk} if page == "relate" else {}

    answer = Visitor(ana).send(f"/admin/governance/concept/{drug.pk}/{page}/", **fields)

    assert (answer.status_code, done()) == (409, before)


@pytest.mark.parametrize("page", OF_A_SET)
def test_page_of_a_set_that_was_given_up_does_nothing(
    page: str, ana: Account, rita: Account
) -> None:
    graph.begin_schema()
    given_up = graph.submitted(ana, graph.concept("h", "drug", "heparin"))
    change_sets.withdraw(change_set=given_up, reason="Not needed.", by=ana)
    before = done()

    answer = Visitor(rita).send(
        f"/admin/governance/changeset/{given_up.pk}/{page}/", **FIELDS, title="Back"
    )

    assert (answer.status_code, done()) == (409, before)


@pytest.mark.parametrize("page", OF_A_RELEASE)
def test_page_of_a_release_that_was_withdrawn_does_nothing(
    page: str, active: Version, ben: Account, rita: Account
) -> None:
    made = Release.objects.get(pk=releasing.rows(ben)["release"])
    releases.withdraw(release=made, reason="Wrong.", by=ben)
    before = done()

    answer = Visitor(rita).send(f"/admin/llm/release/{made.pk}/{page}/", **FIELDS, zh="x", en="x")

    assert (answer.status_code, done()) == (409, before)


def test_every_page_is_tried() -> None:
    tried = [set(UNFIT) | {"settle-comment"}, set(OF_A_PASSAGE)]
    tried += [set(OF_A_CONCEPT), set(OF_A_RELATION), {*OF_A_SET, "remove-step", "settle-comment"}]
    tried += [{*OF_A_RELEASE, "waive"}]
    admins = (
        VersionAdmin,
        PassageAdmin,
        ConceptAdmin,
        RelationAdmin,
        ChangeSetAdmin,
        ReleaseAdmin,
    )

    assert [{page.path for page in of.pages} for of in admins] == tried


def test_comment_on_what_is_retired_is_refused_in_words(active: Version, ben: Account) -> None:
    knowledge.retire(active, ben)

    answer = Visitor(ben).send(version_at(active, "comment"), text="Too late?")

    assert "What is “Retired” is not commented on any more." in words(answer)
    assert not Comment.objects.exists()


def test_page_whose_action_would_do_it_is_asked_first(ana: Account, sue: Account) -> None:
    people.set_active(account=ana, active=False, reason="Left.", by=sue)
    before = done()

    answer = Visitor(sue).send(f"/admin/governance/account/{ana.pk}/disable/", reason="Left.")

    assert (answer.status_code, done()) == (409, before)
    assert "This cannot be done any more" in words(answer)


def test_attempt_at_what_fits_no_more_is_on_the_record(ana: Account, sue: Account) -> None:
    people.set_active(account=ana, active=False, reason="Left.", by=sue)

    Visitor(sue).send(f"/admin/governance/account/{ana.pk}/disable/", reason="Left.")

    leaf = bytes(AuditEntry.objects.get(action="attempt.refused").leaf)
    assert b"no_longer_fits" in leaf
