"""Steps of the graph on screen: splits, qualifiers and evidence, and what a step changes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.actions import change_sets
from governance.duties import Role
from governance.models import Account, ChangeSet, Passage, Relation, Version
from tests.support import graph, knowledge
from tests.support.graph import applied, concept, named, relation, span, written
from tests.support.visiting import Visitor, words


@pytest.fixture
def guideline(ana: Account, ben: Account) -> Version:
    return graph.guideline(ana, ben)


@pytest.fixture
def passage(guideline: Version) -> Passage:
    return guideline.passages.current()[0]


@pytest.fixture
def edge(passage: Passage, ana: Account, ben: Account) -> Relation:
    return graph.stroke(ana, ben, passage)


@pytest.fixture
def twice_carried(edge: Relation, guideline: Version, ana: Account, ben: Account) -> Relation:
    more = span(guideline.passages.current()[1], "阿替普酶用于急性缺血性卒中")
    applied(ana, ben, ("evidence.add", {"relation": edge.pk, **more}))
    return edge


@pytest.fixture
def mixed(edge: Relation, passage: Passage, ana: Account, ben: Account) -> Relation:
    """One concept for two diseases, of which something is said."""
    names = [
        {"language": "zh", "name": "脑卒中", "preferred": True},
        {"language": "zh", "name": "脑出血", "preferred": False},
        {"language": "en", "name": "haemorrhage", "preferred": True},
    ]
    codes = [{"system": "icd-10", "code": "I61"}, {"system": "icd-10", "code": "I63"}]
    applied(
        ana,
        ben,
        ("concept.add", {"ref": "m", "type": "disease", "names": names, "codes": codes}),
        relation(edge.subject_id, "contraindicated_in", "new:m", span(passage)),
    )
    return Relation.objects.get(object=named("脑出血"))


def at(row: Any, page: str = "change") -> str:
    return f"/admin/governance/{row._meta.model_name}/{row.pk}/{page}/"


def newest_set() -> ChangeSet:
    return ChangeSet.objects.latest("pk")


def decided(writer: Account, reader: Account) -> None:
    """The newest set goes from one to the other, and into the graph."""
    Visitor(writer).press(at(newest_set(), "submit"))
    Visitor(reader).decide(at(newest_set(), "apply"), reason="Read.")
    assert newest_set().status == "applied"


# Evidence.


def test_evidence_is_added_by_words_of_a_passage_that_was_found(
    edge: Relation, guideline: Version, ana: Account, ben: Account
) -> None:
    second = guideline.passages.current()[1]
    fields = {"find": "alteplase disability", "found": second.pk, "words": "alteplase LOWERS"}

    Visitor(ana).press(at(edge, "add-evidence"), **fields)
    decided(ana, ben)

    added = edge.evidence.current().latest("pk")
    assert (added.passage, added.quote) == (second, "ＡＬＴＥＰＬＡＳＥ lowers")


def test_evidence_is_taken_away(twice_carried: Relation, ana: Account, ben: Account) -> None:
    first = twice_carried.evidence.current().earliest("pk")

    Visitor(ana).press(at(twice_carried, "end-evidence"), evidence=first.pk)
    assert "Give alteplase 0.9 mg/kg" in Visitor(ana).read(at(newest_set()))
    decided(ana, ben)

    assert [e.quote for e in twice_carried.evidence.current()] == ["阿替普酶用于急性缺血性卒中"]


def test_evidence_that_is_not_in_force_is_told_apart(
    twice_carried: Relation, passage: Passage, ana: Account
) -> None:
    knowledge.quarantine(passage, ana)

    page = Visitor(ana).read(at(twice_carried, "end-evidence"))

    assert "Stroke guideline · 2024 · not in force" in page
    assert page.count("not in force") == 1


def test_last_evidence_is_not_taken_away(edge: Relation, ana: Account) -> None:
    page = Visitor(ana).read(at(edge, "end-evidence"))
    answer = Visitor(ana).send(at(edge, "end-evidence"), evidence=edge.evidence.get().pk)

    assert "Nothing else carries this relation. End the relation instead." in page
    assert at(edge, "end") in page
    assert (answer.status_code, ChangeSet.objects.count()) == (409, 1)


def test_evidence_of_another_relation_is_no_choice(
    twice_carried: Relation, mixed: Relation, ana: Account
) -> None:
    answer = Visitor(ana).press(at(twice_carried, "end-evidence"), evidence=mixed.evidence.get().pk)

    assert (answer.status_code, "Select a valid choice" in words(answer)) == (400, True)


def test_relation_is_ended(edge: Relation, ana: Account, ben: Account) -> None:
    Visitor(ana).press(at(edge, "end"))
    decided(ana, ben)

    edge.refresh_from_db()
    assert edge.ended_at


def test_concept_leads_to_what_may_be_done_about_its_relations(
    twice_carried: Relation, ana: Account
) -> None:
    page = Visitor(ana).read(at(twice_carried.object))

    for name in ("qualify", "add-evidence", "end-evidence", "end"):
        assert at(twice_carried, name) in page


def test_who_may_only_read_is_led_nowhere(edge: Relation, cleo: Account) -> None:
    assert at(edge, "add-evidence") not in Visitor(cleo).read(at(edge.subject))


def test_relation_itself_leads_to_its_concept(edge: Relation, ana: Account) -> None:
    answer = Visitor(ana).open(at(edge))

    assert answer.headers["Location"] == f"{at(edge.subject)}#relation-{edge.pk}"


# Splits.


def choices_of(mixed: Relation) -> dict[str, Any]:
    """What goes over with the haemorrhage: all but the Chinese name that is preferred."""
    both = mixed.object
    return {
        "names": [n.pk for n in both.names.all() if n.name != "脑卒中"],
        "codes": [both.codes.get(code="I61").pk],
        "relations": [mixed.pk],
        "type": "disease",
    }


def test_concept_is_split(mixed: Relation, ana: Account, ben: Account) -> None:
    Visitor(ana).press(at(mixed.object, "split"), **choices_of(mixed))
    page = Visitor(ana).read(at(newest_set()))
    decided(ana, ben)

    new, old = named("脑出血"), mixed.object
    assert [str(code) for code in (*new.codes.all(), *old.codes.all())] == [
        "ICD-10 I61",
        "ICD-10 I63",
    ]
    assert [n.name for n in old.names.all()] == ["脑卒中"]
    assert Relation.objects.current().get(type__code="contraindicated_in").object == new
    assert "Codes that go over: I61" in page
    assert "It goes over: alteplase – is contraindicated in → haemorrhage" in page


def test_preferred_name_that_goes_leaves_the_next_one_preferred(
    mixed: Relation, ana: Account, ben: Account
) -> None:
    taken = mixed.object.names.get(name="脑卒中").pk

    Visitor(ana).press(at(mixed.object, "split"), names=[taken], type="disease")
    decided(ana, ben)

    assert mixed.object.names.get(language="zh", is_preferred=True).name == "脑出血"
    assert named("脑卒中").name_in("zh") == "脑卒中"


def test_new_concept_takes_names_that_nothing_had(
    mixed: Relation, ana: Account, ben: Account
) -> None:
    fields = {"names_zh": "蛛网膜下腔出血\n蛛网膜下腔出血", "names_en": "SAH", "type": "finding"}

    Visitor(ana).press(at(mixed.object, "split"), **fields)
    decided(ana, ben)

    assert named("SAH").names.count() == 2
    assert (named("SAH").type.code, mixed.object.names.count()) == ("finding", 3)


@pytest.mark.parametrize(
    ("names", "fields", "sentence"),
    [
        ([], {}, "Choose the names of the new concept, or write some."),
        (["脑卒中", "脑出血", "haemorrhage"], {}, "One of its names stays with it"),
        ([], {"names": ["x"]}, "Select a valid choice"),
        ([], {"names_en": "a", "codes": [10**15]}, "Select a valid choice"),
        ([], {"names_en": "a", "relations": ["<b>"]}, "Select a valid choice"),
        ([], {"names_en": "a", "type": "planet"}, "Select a valid choice"),
    ],
)
def test_split_that_cannot_be_meant_is_refused(
    names: list[str], fields: dict[str, Any], sentence: str, mixed: Relation, ana: Account
) -> None:
    ticked = [n.pk for n in mixed.object.names.filter(name__in=names)]
    before = ChangeSet.objects.count()

    answer = Visitor(ana).press(
        at(mixed.object, "split"), **{"names": ticked, "type": "disease", **fields}
    )

    assert (answer.status_code, sentence in words(answer)) == (400, True)
    assert ChangeSet.objects.count() == before


# Before and after.


def test_names_are_shown_before_and_after(edge: Relation, ana: Account) -> None:
    Visitor(ana).press(at(edge.subject, "rename"), names_zh="阿替普酶", names_en="rt-PA")

    page = Visitor(ana).read(at(newest_set()))

    assert '<del dir="auto">English: alteplase (preferred)</del>' in page
    assert '<ins dir="auto">English: rt-PA (preferred)</ins>' in page
    assert '<span dir="auto">Chinese: 阿替普酶 (preferred)</span>' in page


def test_codes_type_and_qualifiers_are_shown_before_and_after(edge: Relation, ana: Account) -> None:
    visitor = Visitor(ana)
    visitor.press(at(edge.subject, "recode"), codes="atc B01AD02")
    visitor.press(at(edge.subject, "retype"), type="drug_class")
    visitor.press(at(edge, "qualify"), qualifiers="dose: 0.9 mg/kg")

    page = visitor.read(at(newest_set()))

    for told in ("ATC B01AD02</ins>", ">Drug</del>", "Drug class</ins>", "dose: 0.9 mg/kg</ins>"):
        assert told in page


def test_step_finds_what_the_one_before_it_leaves(edge: Relation, ana: Account) -> None:
    first = ("concept.retype", {"concept": edge.subject_id, "type": "device"})
    second = ("concept.retype", {"concept": edge.subject_id, "type": "test"})

    page = Visitor(ana).read(at(written(ana, first, second)))

    assert page.index(">Drug</del>") < page.index(">Device</ins>") < page.index(">Device</del>")


def test_split_and_merger_are_told_to_the_step_behind_them(mixed: Relation, ana: Account) -> None:
    Visitor(ana).press(at(mixed.object, "split"), **choices_of(mixed))
    change_set = newest_set()
    merge = {"concept": mixed.subject_id, "into": mixed.object_id}
    names = [{"language": "zh", "name": "卒中", "preferred": True}]
    rename = ("concept.name", {"concept": mixed.object_id, "names": names})

    page = Visitor(ana).read(at(extended(change_set, ana, ("concept.merge", merge), rename)))

    told = page[page.rindex("Before") :]
    assert "English: alteplase (preferred)</del>" in told
    assert "haemorrhage" not in told
    assert "Chinese: 脑卒中 (preferred)</del>" in told
    assert "Chinese: 阿替普酶</del>" in told


def extended(change_set: ChangeSet, by: Account, *steps: Any) -> ChangeSet:
    for each in steps:
        change_sets.add(change_set=change_set, step=each, by=by)
    return change_set


def test_set_that_was_applied_tells_what_it_found(
    edge: Relation, ana: Account, ben: Account
) -> None:
    names = [{"language": "en", "name": "rt-PA", "preferred": True}]
    made = applied(ana, ben, ("concept.name", {"concept": edge.subject_id, "names": names}))

    page = Visitor(ana).read(at(made))

    assert "English: alteplase (preferred)</del>" in page
    assert "English: rt-PA (preferred)</ins>" in page


@pytest.mark.parametrize(
    ("deed", "content"),
    [
        ("concept.name", {"concept": [1], "names": [{"language": {}, "name": 7}]}),
        ("concept.name", {"concept": 2**53 - 1, "names": "x"}),
        ("concept.code", {"concept": True, "codes": [{"system": [], "code": None}]}),
        ("concept.retype", {"concept": {}, "type": ["drug"]}),
        ("concept.split", {"concept": None, "relations": ["x", {}, 2**53 - 1], "codes": [1]}),
        ("concept.merge", {"concept": [], "into": {}}),
        ("relation.qualify", {"relation": [[]], "qualifiers": [1]}),
        ("evidence.end", {"evidence": 10**15}),
        ("evidence.add", {"relation": {}, "passage": True, "start": "x", "end": None}),
    ],
)
def test_steps_that_nobody_could_mean_are_shown_all_the_same(
    deed: str, content: dict[str, Any], edge: Relation, ana: Account
) -> None:
    made = written(ana, (deed, content))

    assert Visitor(ana).open(at(made)).status_code == 200


@pytest.mark.parametrize("place", [("x", None), ([], {}), (True, "1"), (-5, 10**15), (9, 1)])
def test_words_at_a_place_that_nobody_could_mean_are_shown_all_the_same(
    place: tuple[Any, Any], edge: Relation, passage: Passage, ana: Account
) -> None:
    content = {"relation": edge.pk, "passage": passage.pk, "start": place[0], "end": place[1]}
    made = written(ana, ("evidence.add", content))

    assert Visitor(ana).open(at(made)).status_code == 200


def test_more_steps_ask_no_more_of_the_database(
    edge: Relation, passage: Passage, ana: Account
) -> None:
    def asked(count: int) -> int:
        step = ("evidence.add", {"relation": edge.pk, **span(passage, "alteplase")})
        ends = ("evidence.end", {"evidence": edge.evidence.get().pk})
        made = written(ana, *[step, ends] * count)
        with CaptureQueriesContext(connection) as queries:
            Visitor(knowledge.account(f"reader-{count}", Role.COMPLIANCE)).read(at(made))
        return len(queries)

    assert asked(12) <= asked(3)


def test_hostile_names_stay_text(passage: Passage, ana: Account, ben: Account) -> None:
    bad = "<script>alert(1)</script>{{ 7 }}%(x)s%s"
    graph.begin_schema()
    applied(ana, ben, concept("a", "drug", bad), concept("b", "disease", "stroke"))
    said = relation(named(bad).pk, "treats", named("stroke").pk, span(passage, "alteplase"))
    applied(ana, ben, said)
    edge = Relation.objects.get()
    applied(ana, ben, ("evidence.add", {"relation": edge.pk, **span(passage, "0.9 mg/kg")}))
    Visitor(ana).press(at(edge.subject, "rename"), names_en=bad + "2")

    pages = [at(edge, p) for p in ("qualify", "add-evidence", "end-evidence", "end")]
    for address in (*pages, at(edge.subject, "split"), at(edge.subject), at(newest_set())):
        assert "<script>alert(1)" not in Visitor(ana).read(address)


@pytest.mark.parametrize("page", ["qualify", "add-evidence", "end-evidence", "end"])
def test_wrong_role_proposes_nothing(page: str, twice_carried: Relation) -> None:
    sam = Visitor(knowledge.account("one-system", Role.SYSTEM_ADMIN))
    before = ChangeSet.objects.count()

    answers = [sam.open(at(twice_carried, page)), sam.send(at(twice_carried, page), passage="1")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert ChangeSet.objects.count() == before


def test_taking_a_step_out_says_that_it_ends_the_review(edge: Relation, ana: Account) -> None:
    made = written(ana, ("relation.end", {"relation": edge.pk}))
    address = f"{at(made, 'remove-step')}?step={made.edits.get().pk}"
    before = Visitor(ana).read(address)

    change_sets.submit(change_set=made, by=ana)

    assert "out of review" not in before
    assert "out of review" in Visitor(ana).read(address)
