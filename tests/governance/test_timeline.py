"""Who did what to a source, a version or a passage, when and why: told to whoever may read it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.actions import passages, pulls, quarantines, sources, versions
from governance.actions.pulls import Chosen
from governance.admin import timeline
from governance.models import Account, Passage, Source, Version
from tests.support import knowledge
from tests.support.visiting import Visitor, passage_at, source_at, version_at

LINE = "timeline"


def told(by: Account, address: str) -> list[Any]:
    found: list[Any] = Visitor(by).open(address).context["told"]
    return found


def actions(by: Account, address: str) -> list[str]:
    return [one.entry.action for one in told(by, address)]


def first(version: Version) -> Passage:
    return version.passages.current()[0]


def quarantined(version: Version, by: Account) -> Passage:
    passage = first(version)
    quarantines.begin(subject=passage, reason="A reader doubts the dose.", by=by)
    return passage


# What is told.


def test_life_of_a_version_is_told_newest_first(active: Version, ana: Account) -> None:
    line = actions(ana, version_at(active, LINE))

    assert line[:2] == ["version.approved", "version.submitted"]
    assert line[-1] in ("upload.received", "version.registered")


def test_reading_of_its_file_is_told(active: Version, ana: Account) -> None:
    assert {"upload.received", "upload.read"} <= set(actions(ana, version_at(active, LINE)))


def test_names_and_reasons_are_told(active: Version, ana: Account) -> None:
    page = Visitor(ana).read(version_at(active, LINE))

    assert "Ben" in page
    assert "Read against the print." in page


def test_line_of_a_version_holds_what_befell_its_passages(active: Version, ana: Account) -> None:
    quarantined(active, ana)

    assert actions(ana, version_at(active, LINE))[0] == "passage.quarantined"


def test_line_of_a_source_holds_its_versions(active: Version, ana: Account) -> None:
    line = set(actions(ana, source_at(active.source, LINE)))

    assert {"source.registered", "version.approved", "upload.read"} <= line


def test_line_of_a_passage_holds_its_own_and_what_decides_over_its_version(
    active: Version, ana: Account
) -> None:
    passage = quarantined(active, ana)

    line = actions(ana, passage_at(passage, LINE))

    assert line == ["passage.quarantined", "version.approved"]


def test_line_of_a_passage_begins_with_what_it_says(active: Version, ana: Account) -> None:
    assert "Start low." in Visitor(ana).read(passage_at(first(active), LINE))


def test_line_of_a_passage_holds_nothing_of_its_neighbour(active: Version, ana: Account) -> None:
    quarantined(active, ana)
    neighbour = active.passages.current().last()

    assert actions(ana, passage_at(neighbour, LINE)) == ["version.approved"]


def test_line_of_one_source_holds_nothing_of_another(
    active: Version, ana: Account, ben: Account
) -> None:
    other = knowledge.source(ana)

    assert actions(ana, source_at(other, LINE)) == ["source.registered"]


def pulled(version: Version, by: Account) -> None:
    chosen = Chosen(passages=version.passages.values_list("pk", flat=True))
    pulls.pull(terms=["low"], chosen=chosen, reason="Recalled.", by=by)


def test_what_was_pulled_together_is_told_once_with_all_of_it(
    active: Version, ana: Account
) -> None:
    pulled(active, ana)

    once, before = told(ana, version_at(active, LINE))[:2]

    assert (once.about, before.entry.action) == ("2 passages", "version.approved")
    assert [n for n, _at in once.passages] == [str(p.pk) for p in active.passages.current()]


def test_line_of_each_passage_pulled_together_says_so(active: Version, ana: Account) -> None:
    pulled(active, ana)

    lines = [actions(ana, passage_at(p, LINE)) for p in active.passages.current()]

    assert lines == [["passage.quarantined", "version.approved"]] * 2


def test_correction_is_told_with_the_text_before_and_after(draft: Version, ana: Account) -> None:
    old = first(draft)
    new = passages.correct(passage=old, text="Start lower.", reason="Misread.", by=ana)

    lines = [told(ana, passage_at(p, LINE))[0] for p in (old, new)]

    assert [(one.before, one.after) for one in lines] == [("Start low.", "Start lower.")] * 2


def test_retirement_is_told_with_its_kind(active: Version, ana: Account, ben: Account) -> None:
    knowledge.retire(active, ben)

    assert "reason: Outdated" in Visitor(ana).read(version_at(active, LINE))


def test_reaffirming_is_told_with_what_was_searched(
    active: Version, ana: Account, ben: Account
) -> None:
    knowledge.reaffirm(active, ben)

    assert "searched: PubMed, issuer&#x27;s site" in Visitor(ana).read(version_at(active, LINE))


def test_change_of_a_field_is_told_with_old_and_new(source: Source, ana: Account) -> None:
    description = knowledge.describe(
        title="Asthma in children", identifiers=[("doi", "10.1000/asthma.0")]
    )
    sources.edit(source=source, description=description, reason="Retitled.", by=ana)

    (change,) = [c for c in told(ana, source_at(source, LINE))[0].fields if c.field == "Title"]
    assert (change.old, change.new) == ("Asthma guideline", "Asthma in children")


def test_new_owner_is_told_by_name(source: Source, ana: Account, ben: Account) -> None:
    sources.hand_over(source=source, owner=ben.person, reason="On leave.", by=ana)

    (change,) = told(ana, source_at(source, LINE))[0].fields
    assert (change.field, change.old, change.new) == ("Owner", "Ana", "Ben")


def test_status_stands_beside_the_entry_that_changed_it(active: Version, ana: Account) -> None:
    approved, submitted = told(ana, version_at(active, LINE))[:2]

    said = [next(c for c in one.fields if c.field == "Status") for one in (approved, submitted)]
    assert [(c.old, c.new) for c in said] == [("In review", "Active"), ("Draft", "In review")]


def test_line_is_told_in_chinese(active: Version, ana: Account) -> None:
    page = Visitor(ana, language="zh-hans").read(version_at(active, LINE))

    assert "草稿" in page


def test_reason_is_shown_as_text(draft: Version, ana: Account) -> None:
    versions.withdraw(version=draft, reason="<script>alert(1)</script>", by=ana)

    page = Visitor(ana).read(version_at(draft, LINE))

    assert "&lt;script&gt;alert" in page
    assert "<script>alert" not in page


# Who may read it.


@pytest.mark.parametrize("kind", ["source", "version", "passage"])
def test_auditor_and_content_read_it_and_administrators_do_not(
    kind: str, active: Version, ana: Account, cleo: Account, sue: Account
) -> None:
    number = {"source": active.source_id, "version": active.pk, "passage": first(active).pk}[kind]
    address = f"/admin/governance/{kind}/{number}/timeline/"

    assert [Visitor(w).open(address).status_code for w in (ana, cleo, sue)] == [200, 200, 403]


def test_nobody_is_sent_to_the_log_in(active: Version) -> None:
    assert "/login/" in Visitor().open(version_at(active, LINE))["Location"]


def test_line_changes_nothing_when_sent(active: Version, ana: Account) -> None:
    assert Visitor(ana).send(version_at(active, LINE)).status_code == 405


@pytest.mark.parametrize("kind", ["source", "version", "passage"])
@pytest.mark.parametrize("number", ["0", "424242", "9" * 30])
def test_line_of_what_is_not_there_is_not_found(kind: str, number: str, ana: Account) -> None:
    address = f"/admin/governance/{kind}/{number}/timeline/"

    assert Visitor(ana).open(address).status_code == 404


# Pages.


def test_long_line_has_pages(
    active: Version, ana: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "A_PAGE", 2)

    pages = [told(ana, f"{version_at(active, LINE)}?page={n}") for n in (1, 2)]

    numbers = [one.entry.number for page in pages for one in page]
    assert len(numbers) == 4
    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize("page", ["0", "x", "-1", "99999", "\u0661"])
def test_nonsense_for_a_page_is_answered(page: str, active: Version, ana: Account) -> None:
    assert Visitor(ana).open(version_at(active, LINE), page=page).status_code == 200


def test_line_takes_so_many_queries_however_long_it_is(
    active: Version, ana: Account, ben: Account
) -> None:
    address, counts = source_at(active.source, LINE), []
    visitor = Visitor(ana)
    # The first page of a session is looked at once more: it writes the session down.
    visitor.open(address)
    for label in ("2025", "2026"):
        knowledge.active(active.source, ana, ben, label=label)
        with CaptureQueriesContext(connection) as queries:
            visitor.open(address)
        counts.append(len(queries))

    assert counts[0] == counts[1]
