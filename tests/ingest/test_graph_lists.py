"""Lists of the graph: every row is a step, is known already, or is wrong and says what to do."""

from __future__ import annotations

from typing import Any

import pytest

from governance.actions import change_sets
from governance.errors import Malformed
from governance.models import (
    Account,
    AuditEntry,
    ChangeSet,
    ChangeSetStatus,
    Concept,
    Passage,
    Relation,
    Version,
)
from ingest.graph_lists.checking import DryRun, bring_in
from tests.support import graph, knowledge
from tests.support.graph import applied, begin_schema, decide, named
from tests.support.graph_lists import brought, checked, found

DRUG = {"key": "d", "type": "drug", "name_zh": "阿替普酶", "name_en": "alteplase"}
DISEASE = {"key": "s", "type": "disease", "name_en": "stroke"}


@pytest.fixture
def passage(active: Version) -> Passage:
    begin_schema()
    return active.passages.current()[0]


@pytest.fixture
def edge(passage: Passage, ana: Account, ben: Account) -> Relation:
    return graph.stroke(ana, ben, passage)


def said(passage: Passage, /, **more: Any) -> dict[str, Any]:
    given = {"subject": "d", "type": "treats", "object": "s", "passage": passage.pk}
    return given | {"words": "Start"} | more


def sentence(run: DryRun) -> str:
    (finding,) = run.findings
    return finding.sentence


def take_in(ana: Account, ben: Account, **sheets: Any) -> ChangeSet:
    made = brought(ana, **sheets)
    assert change_sets.tried(change_set=made, by=ana) == {}
    return decide(change_sets.submit(change_set=made, by=ana), ben)


# What is brought in.


def test_lists_become_one_draft_that_another_applies(
    passage: Passage, ana: Account, ben: Account
) -> None:
    made = brought(ana, concepts=[DRUG, DISEASE], relations=[said(passage)])
    assert (made.status, made.author) == (ChangeSetStatus.DRAFT, ana.person)

    decide(change_sets.submit(change_set=made, by=ana), ben)

    assert str(Relation.objects.get()) == "alteplase – treats → stroke"


def test_undoing_what_was_brought_in_leaves_nothing(
    passage: Passage, ana: Account, ben: Account
) -> None:
    done = take_in(ana, ben, concepts=[DRUG, DISEASE], relations=[said(passage)])

    back = change_sets.undo(change_set=done, title="Take it back", by=ana)
    decide(change_sets.submit(change_set=back, by=ana), ben)

    assert not Relation.objects.current().exists()
    assert not Concept.objects.current().exists()


def test_dry_run_writes_nothing(passage: Passage, ana: Account) -> None:
    before = AuditEntry.objects.count()

    checked(concepts=[DRUG, DISEASE], relations=[said(passage)])

    assert (AuditEntry.objects.count(), ChangeSet.objects.count()) == (before, 0)


def test_what_is_said_already_makes_no_step(passage: Passage, ana: Account, ben: Account) -> None:
    sheets: dict[str, Any] = {
        "concepts": [DRUG | {"codes": "atc:B01AD02"}, DISEASE],
        "names": [{"concept": "d", "language": "en", "name": "rt-PA"}],
        "relations": [said(passage, dose="0.9 mg/kg")],
    }
    take_in(ana, ben, **sheets)

    run = checked(**sheets)

    assert (run.steps, run.known, run.rows) == ([], 4, 4)


def test_name_and_code_are_added_to_those_there_are(
    edge: Relation, ana: Account, ben: Account
) -> None:
    take_in(
        ana,
        ben,
        concepts=[DRUG | {"codes": "ATC：B01AD02；local:a\\;b"}],
        names=[{"concept": "atc:B01AD02", "language": "English", "name": "rt-PA"}],
    )

    drug = named("rt-PA")
    assert set(drug.names.values_list("name", flat=True)) == {"alteplase", "阿替普酶", "rt-PA"}
    assert set(drug.codes.values_list("code", flat=True)) == {"B01AD02", "a;b"}


def test_further_words_carry_what_is_said(edge: Relation, ana: Account, ben: Account) -> None:
    row = said(edge.evidence.get().passage, subject="alteplase", object="ischaemic stroke")

    take_in(ana, ben, relations=[row])

    assert sorted(each.quote for each in edge.evidence.current()) == ["Start", "Start low."]


def test_rows_of_one_relation_are_its_evidence(passage: Passage, ana: Account) -> None:
    rows = [said(passage), said(passage, words="low"), said(passage, dose="5 mg")]

    run = checked(concepts=[DRUG, DISEASE], relations=rows)

    evidence = [len(content["evidence"]) for deed, content in run.steps if deed == "relation.add"]
    assert evidence == [2, 1]


def test_order_of_the_tables_does_not_matter(passage: Passage) -> None:
    run = checked(relations=[said(passage)], concepts=[DRUG, DISEASE])

    assert (run.findings, len(run.steps)) == ([], 3)


@pytest.mark.parametrize(
    "reference",
    [
        "d",
        "atc:B01AD02",
        "ATC：B01AD02",
        "drug:alteplase",
        "药品:阿替普酶",
        "Alteplase",
        "阿替普酶",
    ],
)
def test_concept_is_named_in_many_ways(reference: str, passage: Passage) -> None:
    row = said(passage, subject=reference)

    run = checked(concepts=[DRUG | {"codes": "atc:B01AD02"}, DISEASE], relations=[row])

    assert run.findings == []


def test_concept_of_the_graph_is_named_by_its_number(edge: Relation) -> None:
    numbers = {"subject": f"#{edge.subject_id}", "object": f"#{edge.object_id}"}

    run = checked(relations=[said(edge.evidence.get().passage, **numbers)])

    assert [deed for deed, _content in run.steps] == ["evidence.add"]


def test_number_that_no_concept_has_is_a_key_like_any_other(passage: Passage) -> None:
    rows = [DRUG | {"key": "#4711"}, DISEASE]

    assert checked(concepts=rows, relations=[said(passage, subject="#4711")]).findings == []


@pytest.mark.parametrize(
    ("words", "place", "quote"),
    [
        ("", "", "low low low"),
        ("low", "", "low"),
        ("low", "3", "low"),
        ("low low", "2", "low low"),
        ("", "5..7", "low"),
        ("low", "5..7", "low"),
        (" low\n", "", "low"),
    ],
)
def test_words_are_found_where_they_stand(
    words: str, place: str, quote: str, passage: Passage, ana: Account, ben: Account
) -> None:
    version = knowledge.active(
        passage.version.source, ana, ben, label="2030", texts=["low low low"]
    )
    row = said(version.passages.current()[0], words=words, place=place)

    take_in(ana, ben, concepts=[DRUG, DISEASE], relations=[row])

    evidence = Relation.objects.get().evidence.get()
    assert evidence.quote == quote
    assert evidence.start == {"3": 8, "2": 4, "5..7": 4}.get(place, 0)


# What is wrong with a row.

CODED = DRUG | {"codes": "atc:B01AD02"}
OTHER = {"key": "o", "type": "drug", "name_en": "heparin"}


@pytest.mark.parametrize(
    ("rows", "where", "what"),
    [
        ([DRUG | {"type": "spaceship"}], (2, "type"), "Types are: device, disease"),
        ([DRUG | {"name_zh": "阿替\u200b普酶"}], (2, "name_zh"), "(U+200B)"),
        ([DRUG | {"name_zh": "阿替\x07普酶"}], (2, "name_zh"), "(U+0007)"),
        ([DRUG | {"name_en": "two\nlines"}], (2, "name_en"), "(U+000A)"),
        ([DRUG | {"name_en": "x" * 201}], (2, "name_en"), "longer than the 200"),
        ([{"type": "drug", "key": "d"}], (2, "name_zh"), "Give it a name"),
        ([DRUG | {"codes": "B01AD02"}], (2, "codes"), "Systems are: icd-10"),
        ([DRUG | {"codes": "atc:"}], (2, "codes"), "no code with its system"),
        ([DRUG | {"codes": "atc:" + "x" * 61}], (2, "codes"), "no code with its system"),
        ([CODED, OTHER | {"codes": "atc:B01AD02"}], (3, "name_en"), "concepts, row 2, already"),
        ([DRUG, OTHER | {"key": "d"}], (3, "key"), "concepts, row 2, already"),
        ([DRUG, DRUG | {"key": "e"}], (3, "name_zh"), "Delete one of the rows"),
        ([DRUG | {"remark": "why"}], (1, "remark"), "no such column: remark"),
    ],
)
def test_wrong_concept_says_what_to_do(
    rows: list[dict[str, str]], where: tuple[int, str], what: str, passage: Passage
) -> None:
    run = checked(concepts=rows)

    assert found(run) == [("concepts", *where)]
    assert what in sentence(run)
    assert run.steps == []


@pytest.mark.parametrize(
    ("row", "column", "what"),
    [
        ({"key": "#{drug}", "type": "drug", "name_en": "heparin"}, "key", "“alteplase (#"),
        ({"key": "#{drug}", "type": "disease", "name_en": "alteplase"}, "type", "of the type drug"),
        ({"key": "#{drug}", "type": "drug", "name_en": "alteplase", "codes": "atc:X"}, "codes",
         "is that of “ischaemic stroke"),
        ({"type": "drug", "name_en": "rt-PA", "codes": "atc:D"}, "name_en", "called “alteplase”"),
        ({"type": "drug", "name_en": "alteplase", "codes": "atc:X"}, "type", "of the type disease"),
    ],
)  # fmt: skip
def test_row_that_fits_no_concept_of_the_graph(
    row: dict[str, str], column: str, what: str, edge: Relation, ana: Account, ben: Account
) -> None:
    drug, disease = edge.subject_id, edge.object_id
    for number, code in ((drug, "D"), (disease, "X")):
        codes = [{"system": "atc", "code": code}]
        applied(ana, ben, ("concept.code", {"concept": number, "codes": codes}))

    run = checked(concepts=[{name: value.format(drug=drug) for name, value in row.items()}])

    assert column in {each.column for each in run.findings}
    assert what in " ".join(each.sentence for each in run.findings)


@pytest.mark.parametrize(
    ("row", "column", "what"),
    [
        ({"concept": ""}, "concept", "Say which concept"),
        ({"concept": "heparin"}, "concept", "Add it there"),
        ({"concept": "#99"}, "concept", "no concept “#99”"),
        ({"language": "fr"}, "language", "Languages are: zh, en"),
        ({"name": ""}, "name", "Write the name"),
        ({"name": "a\u202eb"}, "name", "(U+202E)"),
        ({"name": "alteplase"}, "name", "row 2, already"),
        ({"concept": "s", "language": "zh"}, "name", "at name_zh"),
    ],
)
def test_wrong_name_says_what_to_do(
    row: dict[str, str], column: str, what: str, passage: Passage
) -> None:
    given = {"concept": "d", "language": "en", "name": "rt-PA"} | row

    run = checked(concepts=[DRUG, DISEASE], names=[given])

    assert found(run) == [("names", 2, column)]
    assert what in sentence(run)


@pytest.mark.parametrize(
    ("row", "column", "what"),
    [
        ({"type": "cures"}, "type", "Types are: assessed_by"),
        ({"subject": "s", "object": "d"}, "type", "“disease – treats → drug” is not allowed"),
        ({"subject": "nothing"}, "subject", "no concept “nothing”"),
        ({"object": "d"}, "object", "no relation to itself"),
        ({"passage": "999"}, "passage", "no passage 999"),
        ({"passage": ""}, "passage", "no passage –"),
        ({"passage": "one"}, "passage", "no passage one"),
        ({"words": "Start high"}, "words", "Copy them from it"),
        ({"place": "2"}, "place", "that often"),
        ({"place": "there"}, "place", "“there” is no place"),
        ({"place": "0"}, "place", "“0” is no place"),
        ({"place": "3..2"}, "place", "Copy them from it"),
        ({"place": "1..99", "words": ""}, "place", "Copy them from it"),
        ({"place": "0..5", "words": ""}, "place", "Copy them from it"),
        ({"place": "6..6", "words": ""}, "place", "Copy them from it"),
        ({"score": "3"}, "score", "Its qualifiers are: dose"),
        ({"qualifier.dose": "x\u200by"}, "qualifier.dose", "(U+200B)"),
        ({"dose": "x" * 301}, "dose", "longer than the 300"),
    ],
)
def test_wrong_relation_says_what_to_do(
    row: dict[str, str], column: str, what: str, passage: Passage
) -> None:
    run = checked(concepts=[DRUG, DISEASE], relations=[said(passage, **row)])

    assert found(run) == [("relations", 2, column)]
    assert what in sentence(run)


def test_passage_that_is_not_in_force_carries_nothing(passage: Passage, ana: Account) -> None:
    draft = knowledge.draft(passage.version.source, ana, label="2030", texts=["Start"])

    run = checked(concepts=[DRUG, DISEASE], relations=[said(draft.passages.current()[0])])

    assert found(run) == [("relations", 2, "passage")]
    assert "not in force" in sentence(run)


def test_what_is_said_already_is_known_though_not_in_force(edge: Relation, ana: Account) -> None:
    passage = edge.evidence.get().passage
    knowledge.quarantine(passage.version, ana)

    row = said(passage, subject="alteplase", object="ischaemic stroke", words="")

    assert checked(relations=[row]).known == 1


def test_same_row_twice_is_found(passage: Passage) -> None:
    run = checked(concepts=[DRUG, DISEASE], relations=[said(passage), said(passage)])

    assert found(run) == [("relations", 3, "words")]
    assert "relations, row 2, already" in sentence(run)


def test_name_of_several_concepts_is_ambiguous(passage: Passage) -> None:
    same = {"type": "finding", "name_en": "stroke"}

    run = checked(concepts=[DRUG, DISEASE, same], relations=[said(passage, object="stroke")])

    assert found(run) == [("relations", 2, "object")]
    assert "Several concepts are called “stroke”" in sentence(run)


def test_type_before_the_name_makes_it_plain(passage: Passage) -> None:
    same = {"type": "finding", "name_en": "stroke"}
    row = said(passage, object="disease:stroke")

    assert checked(concepts=[DRUG, DISEASE, same], relations=[row]).findings == []


def test_merged_concept_says_into_which(edge: Relation, ana: Account, ben: Account) -> None:
    old = edge.subject_id
    step = ("concept.merge", {"concept": old, "into": "new:a"})
    applied(ana, ben, graph.concept("a", "drug", "rt-PA"), step)

    run = checked(names=[{"concept": f"#{old}", "language": "en", "name": "tPA"}])

    assert f"#{old} was merged into #{named('rt-PA').pk}" in sentence(run)


def test_what_refers_to_a_wrong_row_is_not_wrong_itself(passage: Passage) -> None:
    wrong = [DRUG | {"type": "spaceship"}, DISEASE]
    rows = [
        said(passage),
        said(passage, subject="alteplase"),
        said(passage, subject="drug:阿替普酶"),
    ]

    run = checked(concepts=wrong, relations=rows)

    assert found(run) == [("concepts", 2, "type")]


def test_wrong_cells_of_one_row_are_each_found(passage: Passage) -> None:
    row = said(passage, type="cures", subject="nothing", passage="999")

    run = checked(concepts=[DRUG, DISEASE], relations=[row])

    assert [each.column for each in run.findings] == ["type", "subject", "passage"]


def test_finding_quotes_what_stands_there(passage: Passage) -> None:
    run = checked(concepts=[DRUG | {"type": "spaceship"}])

    assert run.findings[0].value == "spaceship"
    assert str(run.findings[0]).startswith("concepts, row 2, type: There is no type")


# Circles.


def classes(names: str) -> list[dict[str, str]]:
    return [{"type": "disease", "name_en": f"class {name}", "key": name} for name in names]


def above(passage: Passage, *pairs: str) -> list[dict[str, Any]]:
    return [said(passage, subject=each[0], type="is_a", object=each[1]) for each in pairs]


def test_row_that_closes_a_circle_is_found_alone(passage: Passage) -> None:
    rows = above(passage, "ab", "bc", "ca", "cd")

    run = checked(concepts=classes("abcd"), relations=rows)

    assert found(run) == [("relations", 4, "object")]
    assert "back to itself" in sentence(run)


def test_circle_is_closed_through_the_graph(passage: Passage, ana: Account, ben: Account) -> None:
    take_in(ana, ben, concepts=classes("abc"), relations=above(passage, "ab", "bc"))
    rows = above(passage, "ca")

    run = checked(concepts=classes("abc"), relations=rows)

    assert found(run) == [("relations", 2, "object")]


def test_what_is_no_hierarchy_may_go_round(passage: Passage) -> None:
    drugs = [row | {"type": "drug"} for row in classes("ab")]
    rows = [row | {"type": "interacts_with"} for row in above(passage, "ab", "ba")]

    assert checked(concepts=drugs, relations=rows).findings == []


# Bringing in.


def test_lists_with_a_finding_bring_nothing_in(passage: Passage, ana: Account) -> None:
    run = checked(concepts=[DRUG, DISEASE | {"type": "x"}])

    with pytest.raises(Malformed, match="Mend what was found"):
        bring_in(run=run, title="Lists", by=ana)


def test_what_is_known_altogether_makes_no_set(edge: Relation, ana: Account) -> None:
    run = checked(concepts=[DRUG])

    with pytest.raises(Malformed, match="says all of it already"):
        bring_in(run=run, title="Lists", by=ana)


def test_graph_that_was_changed_meanwhile_is_not_written_over(
    edge: Relation, ana: Account, ben: Account
) -> None:
    run = checked(concepts=[DRUG | {"codes": "atc:B"}])
    applied(ana, ben, graph.concept("h", "drug", "heparin"))

    with pytest.raises(Malformed, match="changed while"):
        bring_in(run=run, title="Lists", by=ana)
    assert not ChangeSet.objects.filter(title="Lists").exists()


@pytest.mark.slow
def test_relation_with_more_evidence_than_a_step_holds_is_found(
    passage: Passage, ana: Account, ben: Account
) -> None:
    version = knowledge.active(
        passage.version.source, ana, ben, label="2030", texts=["low " * 3000]
    )
    where = version.passages.current()[0]
    rows = [said(where, words="", place=f"{at}..{at + 2}") for at in range(1, 3001)]

    run = checked(concepts=[DRUG, DISEASE], relations=rows)

    assert found(run) == [("relations", 2, "subject")]
    assert "more than one step" in sentence(run)
