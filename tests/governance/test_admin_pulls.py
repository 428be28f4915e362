"""One screen from which one person finds and pulls whatever names a thing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance import clock
from governance.actions import pulls, quarantines
from governance.admin import pull_search
from governance.admin.tables import excerpt
from governance.models import Account, Version
from governance.naming import names_of
from tests.governance.pull_pages import NEW, found, texts
from tests.support import knowledge
from tests.support.visiting import Visitor, words

# Finding.


def test_passages_that_name_it_are_found_with_the_name_marked(drug: Version, ana: Account) -> None:
    page = Visitor(ana).read(NEW, terms="aspirin")

    assert "<mark>aspirin</mark>" in page
    assert "<mark>ＡＳＰＩＲＩＮ</mark> &lt;b&gt;before" in page


def test_name_in_a_table_is_shown_in_its_row(ana: Account, ben: Account) -> None:
    table = "| Drug | Dose |\n|---|---|\n| Aspirin | 100 mg; none in gout |"
    knowledge.active(knowledge.source(ana), ana, ben, texts=[table])

    page = Visitor(ana).read(NEW, terms="aspirin")

    assert "<th>Drug</th><th>Dose</th>" in page
    assert "<td><mark>Aspirin</mark></td><td>100 mg; none in gout</td>" in page


def test_name_across_two_cells_is_marked_in_both() -> None:
    text = "| Low | dose |\n|---|---|"

    html = excerpt(names_of("low dose"), text, [])

    assert "<td><mark>Low </mark></td><td><mark> dose</mark></td>" in html


def test_table_named_in_its_heading_only_is_shown_by_its_first_rows(
    ana: Account, ben: Account
) -> None:
    table = "| Drug | Units |\n|---|---|\n| Aspirin | 100 mg |\n| Heparin | none |"
    knowledge.active(knowledge.source(ana), ana, ben, texts=[table])

    (one,) = found(ana, "dosing").found

    assert "<th>Drug</th>" in one.hits[0].html
    assert "<td>Heparin</td>" not in one.hits[0].html


def test_all_that_goes_with_a_row_is_shown_and_said(ana: Account, ben: Account) -> None:
    table = "| Drug | Dose |\n|---|---|\n| Aspirin | 100 mg |\n| Heparin | 5000 units |"
    knowledge.active(knowledge.source(ana), ana, ben, texts=[table])

    page = Visitor(ana).read(NEW, terms="aspirin")

    shown, _summary, whole = page.partition("<summary>Whole passage")
    assert "The passage says more than this, and all of it is taken out:" in shown
    assert "<td><mark>Aspirin</mark></td>" in whole
    assert "<td>Heparin</td>" not in shown
    assert "<td>Heparin</td>" in whole


def test_passage_that_is_shown_whole_is_not_shown_twice(drug: Version, ana: Account) -> None:
    page = Visitor(ana).read(NEW, terms="aspirin")

    assert "Whole passage" not in page


def test_split_name_shown_with_both_its_texts_is_not_shown_again(
    ana: Account, ben: Account
) -> None:
    knowledge.active(knowledge.source(ana), ana, ben, texts=["口服阿司", "匹林肠溶片。"])

    assert "Whole passage" not in Visitor(ana).read(NEW, terms="阿司匹林")


def test_whole_passage_is_escaped(ana: Account, ben: Account) -> None:
    texts = ["Give aspirin. " + "Then wait. " * 20 + "Never <b>heparin</b>."]
    knowledge.active(knowledge.source(ana), ana, ben, texts=texts)

    assert "Never &lt;b&gt;heparin&lt;/b&gt;." in Visitor(ana).read(NEW, terms="aspirin")


def test_only_what_names_it_is_found(drug: Version, active: Version, ana: Account) -> None:
    findings = found(ana, "aspirin")

    assert [one.version for one in findings.found] == [drug]
    assert "Then wait." not in texts(findings)


def test_any_of_several_names_is_found(drug: Version, active: Version, ana: Account) -> None:
    assert len(found(ana, "surgery\r\nStart low").found) == 2


def test_what_is_not_in_force_yet_is_found(scheduled: Version, ana: Account) -> None:
    versions = [one.version for one in found(ana, "go slower").found]

    assert scheduled in versions


def test_drafts_and_what_was_retired_are_not_found(
    draft: Version, drug: Version, ana: Account, ben: Account
) -> None:
    knowledge.retire(drug, ben)

    assert found(ana, "aspirin\nStart low").found == []


def test_what_was_superseded_is_not_found(active: Version, ana: Account, ben: Account) -> None:
    knowledge.active(active.source, ana, ben, label="2026", texts=["Start lower."])

    assert [one.version.label for one in found(ana, "start\ngo").found] == ["2026"]


def test_what_is_overdue_is_found_because_it_can_be_reaffirmed(
    active: Version, ana: Account
) -> None:
    in_a_year = clock.now() + timedelta(days=370)

    findings = pull_search.search(names_of("start low"), at=in_a_year)

    assert [one.standing for one in findings.found] == ["not in force now, and can be reaffirmed"]


def test_version_whose_source_is_named_is_found_without_a_passage(
    drug: Version, ana: Account
) -> None:
    (one,) = found(ana, "stroke").found

    assert (one.named_by, one.passages) == (["Stroke guideline"], 0)


def test_version_is_found_by_its_approval_number(ana: Account, ben: Account) -> None:
    label = knowledge.source(
        ana, source_class="drug_label", identifiers=[("approval_number", "国药准字H20031234")]
    )
    version = knowledge.active(label, ana, ben)

    assert [one.version for one in found(ana, "Ｈ20031234").found] == [version]


def test_passage_is_found_by_its_heading(active: Version, ana: Account) -> None:
    assert len(texts(found(ana, "dosing"))) == 2


def test_name_split_over_two_passages_is_found_in_both(ana: Account, ben: Account) -> None:
    apart = ["先观察。", "随后口服阿司", "匹林肠溶片。", "再观察。"]
    knowledge.active(knowledge.source(ana), ana, ben, texts=apart)

    findings = found(ana, "阿司匹林")

    assert texts(findings) == apart[1:3]
    assert (findings.by_name, findings.looked_at) == ({"阿司匹林": 2}, 4)


def test_split_name_is_shown_whole_and_said_to_be_split(ana: Account, ben: Account) -> None:
    knowledge.active(knowledge.source(ana), ana, ben, texts=["口服阿司", "匹林肠溶片。"])

    page = Visitor(ana).read(NEW, terms="阿司匹林")

    assert page.count("口服<mark>阿司 匹林</mark>肠溶片") == 2
    assert page.count("A name runs from one passage into the next") == 2


def test_split_name_is_not_put_together_across_versions(ana: Account, ben: Account) -> None:
    for text in ("口服阿司", "匹林肠溶片。"):
        knowledge.active(knowledge.source(ana), ana, ben, texts=[text])

    assert found(ana, "阿司匹林").found == []


def test_draft_that_names_it_over_two_passages_is_told(ana: Account) -> None:
    draft = knowledge.draft(knowledge.source(ana), ana, texts=["口服阿司", "匹林肠溶片。"])

    assert found(ana, "阿司匹林").drafts == [draft]


def test_part_of_a_word_is_found_where_that_is_ticked(drug: Version, ana: Account) -> None:
    findings = [found(ana, "spiri"), found(ana, "spiri", parts="on")]

    assert [f.passages for f in findings] == [0, 2]


def test_quarantined_ones_are_shown_and_not_offered(drug: Version, ana: Account) -> None:
    passage = drug.passages.earliest("position")
    quarantines.begin(subject=passage, reason="Doubted.", by=ana)

    page = Visitor(ana).read(NEW, terms="aspirin")

    assert "Quarantined already" in page
    assert f'value="passage-{passage.pk}"' not in page


def test_where_nothing_is_left_to_take_out_it_says_so(drug: Version, ana: Account) -> None:
    knowledge.quarantine(drug, ana)

    page = Visitor(ana).read(NEW, terms="aspirin")

    assert "All of it is out of service already." in page
    assert "kb-pull-now" not in page


def test_every_passage_is_ticked_at_first(drug: Version, ana: Account) -> None:
    ticked = Visitor(ana).open(NEW, terms="aspirin").context["ticked"]

    assert ticked == {f"passage-{p.pk}" for p in drug.passages.exclude(text="Then wait.")}


def test_each_name_is_told_with_its_passages_and_those_found_nowhere(
    drug: Version, ana: Account
) -> None:
    findings = found(ana, "aspirin\nsurgery\nwarfarin")

    assert findings.by_name == {"aspirin": 2, "surgery": 1, "warfarin": 0}


def test_each_hit_says_by_which_names_it_was_found(drug: Version, ana: Account) -> None:
    (one,) = found(ana, "aspirin\nsurgery").found

    assert [hit.names for hit in one.hits] == [["aspirin"], ["aspirin", "surgery"]]


def test_draft_that_names_it_is_told_and_not_offered(
    draft: Version, drug: Version, ana: Account
) -> None:
    answer = Visitor(ana).open(NEW, terms="start low")

    assert answer.context["findings"].drafts == [draft]
    assert f'value="version-{draft.pk}"' not in words(answer)


def test_nothing_found_is_said_with_what_was_looked_at(drug: Version, ana: Account) -> None:
    page = Visitor(ana).read(NEW, terms="warfarin")

    assert "3 passages were looked at" in page


def test_more_than_can_be_shown_are_counted_and_said(
    drug: Version, ana: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull_search, "MOST_SHOWN", 1)

    page = Visitor(ana).read(NEW, terms="aspirin")

    assert "Only 1 of 2 passages are shown" in page


def test_no_more_is_ticked_than_can_be_taken_out_at_once(
    drug: Version, ana: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulls, "MOST", 1)

    answer = Visitor(ana).open(NEW, terms="aspirin")

    assert len(answer.context["ticked"]) == 1
    assert "Only the first 1 are ticked" in words(answer)


@pytest.mark.parametrize(
    "said", ["", "x", " ", "%", "<script>alert(1)</script>", "a\0b", "(" * 50, "\\", "名" * 5000]
)
def test_nonsense_is_answered(said: str, drug: Version, ana: Account) -> None:
    answer = Visitor(ana).open(NEW, terms=said)

    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content


def test_finding_takes_so_many_queries_however_much_there_is(
    drug: Version, ana: Account, ben: Account
) -> None:
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            found(ana, "aspirin\nstart low")
        counts.append(len(queries))
        knowledge.active(knowledge.source(ana), ana, ben)

    assert counts[0] == counts[1]
