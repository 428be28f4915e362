"""Registering and editing sources on pages of the admin."""

from __future__ import annotations

from typing import Any

import pytest

from governance.actions import sources
from governance.admin import once
from governance.lifecycle import Status
from governance.models import Account, AuditEntry, Department, Identifier, Source, Version
from tests.support import knowledge
from tests.support.visiting import Visitor, source_at, version_at, words

ADD = "/admin/governance/source/add/"
LIST = "/admin/governance/source/"


def filled(*identifiers: tuple[str, str], **changed: object) -> dict[str, Any]:
    """All fields of the form, with rows of identifiers."""
    rows: dict[str, object] = {
        "identifiers-TOTAL_FORMS": len(identifiers),
        "identifiers-INITIAL_FORMS": 0,
    }
    for at, (kind, value) in enumerate(identifiers):
        rows |= {f"identifiers-{at}-kind": kind, f"identifiers-{at}-value": value}
    fields: dict[str, object] = {
        "title": "Asthma guideline",
        "source_class": "clinical_guideline",
        "issuer": "Respiratory Society",
        "language": "en",
        "licence_text": "CC BY 4.0",
        "may_serve": "on",
        "may_quote": "on",
    }
    return fields | rows | changed


DOI = ("doi", "10.1000/182")


def test_curator_registers_a_source(ana: Account) -> None:
    Visitor(ana).press(ADD, **filled(DOI))

    assert Source.objects.get().title == "Asthma guideline"


def test_registering_leads_to_the_source(ana: Account) -> None:
    response = Visitor(ana).press(ADD, **filled(DOI))

    assert response.headers["Location"] == source_at(Source.objects.get())


def test_identifier_is_kept_in_its_one_spelling(ana: Account) -> None:
    Visitor(ana).press(ADD, **filled(("doi", "https://doi.org/10.1000/182")))

    assert Identifier.objects.get().value == "10.1000/182"


def test_wrong_identifier_is_shown_beside_it(ana: Account) -> None:
    response = Visitor(ana).press(ADD, **filled(("isbn", "978-0-306-40615-8")))

    assert response.status_code == 400
    assert "the last checks the others" in words(response)


def test_refused_form_keeps_what_was_typed(ana: Account) -> None:
    response = Visitor(ana).press(ADD, **filled(("isbn", "978-0-306-40615-8")))

    assert 'value="Respiratory Society"' in words(response)
    assert 'value="978-0-306-40615-8"' in words(response)


def test_number_without_a_kind_is_refused(ana: Account) -> None:
    response = Visitor(ana).press(ADD, **filled(("", "10.1000/182")))

    assert "Say what kind of number this is." in words(response)


def test_empty_rows_are_left_out(ana: Account) -> None:
    Visitor(ana).press(ADD, **filled(("", ""), DOI, ("isbn", "")))

    assert Identifier.objects.count() == 1


def test_rows_without_their_count_are_refused_in_words(ana: Account) -> None:
    fields = filled(DOI)
    del fields["identifiers-TOTAL_FORMS"]

    response = Visitor(ana).send(ADD, **fields)

    assert response.status_code == 400


def test_clinical_experience_never_trains(ana: Account) -> None:
    response = Visitor(ana).press(ADD, **filled(source_class="clinical_experience", may_train="on"))

    assert response.status_code == 400
    assert "Clinical experience never trains a model." in words(response)


def test_licence_flags_left_empty_are_no(ana: Account) -> None:
    Visitor(ana).press(ADD, **filled(DOI, may_serve=""))

    assert Source.objects.get().may_train is False


def test_invisible_title_is_refused_at_the_field(ana: Account) -> None:
    response = Visitor(ana).press(ADD, **filled(DOI, title="a\u200eb"))

    assert response.status_code == 400
    assert response.context["form"].errors["title"]


def test_unknown_class_is_refused_at_the_field(ana: Account) -> None:
    response = Visitor(ana).press(ADD, **filled(DOI, source_class="rumour"))

    assert response.context["form"].errors["source_class"]


def test_new_department_is_entered_by_its_name(ana: Account) -> None:
    Visitor(ana).press(ADD, **filled(DOI, department="Respiratory medicine"))

    assert Source.objects.get().department.name == "Respiratory medicine"


def test_known_department_is_taken(ana: Account) -> None:
    visitor = Visitor(ana)
    visitor.press(ADD, **filled(DOI, department="Cardiology"))
    visitor.press(ADD, **filled(("pmid", "31452104"), department="Cardiology"))

    assert Department.objects.count() == 1


def test_auditor_cannot_register(cleo: Account) -> None:
    response = Visitor(cleo).send(ADD, **filled(DOI))

    assert response.status_code == 403
    assert not Source.objects.exists()


def test_sending_the_same_page_twice_registers_once(ana: Account) -> None:
    visitor = Visitor(ana)
    fields = filled(DOI, once="one-and-the-same-page")
    first = visitor.send(ADD, **fields)

    second = visitor.send(ADD, **fields)

    assert Source.objects.count() == 1
    assert second.headers["Location"] == first.headers["Location"]


def test_refused_page_may_be_sent_again(ana: Account) -> None:
    visitor = Visitor(ana)
    token = once.new_token()
    visitor.send(ADD, **filled(DOI, title="\u200e", once=token))

    visitor.send(ADD, **filled(DOI, once=token))

    assert Source.objects.count() == 1


# Editing.


def test_curator_edits_a_source(source: Source, ana: Account) -> None:
    Visitor(ana).press(source_at(source, "edit"), **filled(DOI, title="GINA", reason="Name."))

    source.refresh_from_db()
    assert source.title == "GINA"


def test_what_is_sent_again_from_the_page_as_it_is_now_changes_nothing(
    source: Source, ana: Account
) -> None:
    visitor = Visitor(ana)
    again = {"title": "GINA", "reason": "Name."}
    visitor.press(source_at(source, "edit"), **filled(DOI, **again))
    before = AuditEntry.objects.last_number()

    visitor.press(source_at(source, "edit"), **filled(DOI, **again))

    assert AuditEntry.objects.last_number() == before
    assert "nothing was changed" in visitor.read(source_at(source))


def test_second_click_on_edit_lands_where_the_first_did(source: Source, ana: Account) -> None:
    visitor = Visitor(ana)
    seen = sources.last_change(source)
    form = filled(DOI, title="GINA", reason="Name.", seen=seen, once=once.new_token())

    answers = [visitor.send(source_at(source, "edit"), **form) for _ in range(2)]

    assert {answer.headers["Location"] for answer in answers} == {source_at(source)}


def test_editing_without_a_reason_is_refused(source: Source, ana: Account) -> None:
    response = Visitor(ana).press(source_at(source, "edit"), **filled(DOI, reason=""))

    assert response.context["form"].errors["reason"]


def test_edit_page_holds_what_there_is(source: Source, ana: Account) -> None:
    page = Visitor(ana).read(source_at(source, "edit"))

    assert f'value="{source.identified()[0]["value"]}"' in page


def test_edit_page_warns_where_a_version_is_in_review(in_review: Version, ana: Account) -> None:
    page = Visitor(ana).read(source_at(in_review.source, "edit"))

    assert "A version is in review: a change makes it a draft again." in page


def test_editing_voids_a_submission(in_review: Version, ana: Account) -> None:
    Visitor(ana).press(source_at(in_review.source, "edit"), **filled(DOI, reason="Name."))

    in_review.refresh_from_db()
    assert in_review.status == Status.DRAFT


def test_class_of_an_active_source_is_fixed(active: Version, ana: Account) -> None:
    response = Visitor(ana).press(
        source_at(active.source, "edit"),
        **filled(DOI, source_class="literature", reason="Wrong class."),
    )

    assert response.status_code == 409
    assert "do not change any more" in words(response)


def test_what_an_active_version_fixes_is_shown_and_not_asked(active: Version, ana: Account) -> None:
    page = Visitor(ana).read(source_at(active.source, "edit"))

    assert "data-add-row" not in page
    assert f"<code>{active.source.identified()[0]['value']}</code>" in page


def test_rest_of_an_active_source_is_edited_without_what_is_fixed(
    active: Version, ana: Account
) -> None:
    before = active.source.identified()
    edit = source_at(active.source, "edit")
    given = filled(DOI, title="Asthma in adults", reason="Name.")
    asked = {k: v for k, v in given.items() if k not in ("source_class", "language")}

    Visitor(ana).press(edit, **{k: v for k, v in asked.items() if "identifiers" not in k})

    source = Source.objects.get()
    assert (source.title, source.identified()) == ("Asthma in adults", before)
    assert source.source_class == active.source.source_class


def test_auditor_cannot_edit(source: Source, cleo: Account) -> None:
    response = Visitor(cleo).send(source_at(source, "edit"), **filled(DOI, reason="Name."))

    assert response.status_code == 403


# Handing over.


def test_source_is_handed_over(source: Source, ana: Account, ben: Account) -> None:
    Visitor(ana).press(source_at(source, "hand-over"), owner=ben.person_id, reason="On leave.")

    source.refresh_from_db()
    assert source.owner == ben.person


def test_source_is_not_handed_to_an_auditor(source: Source, ana: Account, cleo: Account) -> None:
    response = Visitor(ana).press(
        source_at(source, "hand-over"), owner=cleo.person_id, reason="On leave."
    )

    assert response.context["form"].errors["owner"]


def test_auditor_cannot_hand_over(source: Source, cleo: Account) -> None:
    response = Visitor(cleo).send(source_at(source, "hand-over"))

    assert response.status_code == 403


# Reading.


def test_source_page_lists_its_versions(active: Version, cleo: Account) -> None:
    assert version_at(active) in Visitor(cleo).read(source_at(active.source))


def test_source_without_versions_says_so(source: Source, ana: Account) -> None:
    assert "There is no version yet." in Visitor(ana).read(source_at(source))


def test_source_page_offers_an_auditor_nothing(source: Source, cleo: Account) -> None:
    assert "What you may do now" not in Visitor(cleo).read(source_at(source))


def test_source_page_says_which_identifier_is_missing(ana: Account) -> None:
    bare = knowledge.source(ana, source_class="textbook", identifiers=[])

    assert "it needs one of these identifiers: ISBN" in Visitor(ana).read(source_at(bare))


def test_list_offers_registering_to_a_curator(ana: Account) -> None:
    assert ADD in Visitor(ana).read(LIST)


def test_list_offers_registering_to_nobody_else(cleo: Account) -> None:
    assert ADD not in Visitor(cleo).read(LIST)


def test_empty_list_says_what_to_do(ana: Account) -> None:
    assert "There is no source here." in Visitor(ana).read(LIST)
    assert "Nothing fits. Change the search" in Visitor(ana).read(LIST, q="nothing")


def test_search_of_any_length_is_answered(source: Source, ana: Account) -> None:
    assert "Nothing fits." in Visitor(ana).read(LIST, q="x" * 60_000)


@pytest.mark.parametrize("asked", ["Hyper", "Cardiac", "10.1000/bp"])
def test_source_is_found_by_title_issuer_or_identifier(asked: str, ana: Account) -> None:
    knowledge.source(
        ana, title="Hypertension", issuer="Cardiac Society", identifiers=[("doi", "10.1000/bp")]
    )

    assert "Hypertension" in Visitor(ana).read(LIST, q=asked)


def test_source_that_does_not_fit_is_not_found(source: Source, ana: Account) -> None:
    assert source.title not in Visitor(ana).read(LIST, q="Hypertension")


@pytest.mark.parametrize(
    "query",
    [{"class": "law"}, {"language": "zh"}, {"force": "yes"}, {"due": "overdue"}],
)
def test_filters_leave_out_what_does_not_fit(
    query: dict[str, str], source: Source, ana: Account
) -> None:
    assert source.title not in Visitor(ana).read(LIST, **query)


def test_filter_by_department(source: Source, ana: Account) -> None:
    Visitor(ana).press(
        source_at(source, "edit"), **filled(DOI, department="Cardiology", reason="Ours.")
    )

    department = Department.objects.get()
    assert source.title in Visitor(ana).read(LIST, department=department.pk)


def test_version_in_force_stands_in_the_list(active: Version, ana: Account) -> None:
    assert f'kb-good">{active.label}<' in Visitor(ana).read(LIST, force="yes")


def test_identifiers_are_listed_as_the_language_lists_them(ana: Account) -> None:
    bare = knowledge.source(ana, source_class="expert_consensus", identifiers=[])

    assert "DOI、PMID" in Visitor(ana, language="zh-hans").read(source_at(bare))
    assert "DOI, PMID" in Visitor(ana).read(source_at(bare))
