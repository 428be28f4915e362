"""Two persons work a pull off: how far each thing is, and what is left to be said by whom."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.actions import pulls, quarantines
from governance.actions.pulls import Chosen
from governance.models import Account, Pull, Version
from tests.support import knowledge
from tests.support.visiting import Visitor, passage_at, version_at

LIST = "/admin/pulls/"


@pytest.fixture
def drug(ana: Account, ben: Account) -> Version:
    texts = ["Give aspirin at once.", "Then wait.", "Stop ＡＳＰＩＲＩＮ <b>before</b> surgery."]
    source = knowledge.source(ana, title="Stroke guideline")
    return knowledge.active(source, ana, ben, texts=texts)


def pulled(version: Version, by: Account) -> Pull:
    chosen = Chosen([version.pk])
    return pulls.pull(terms=["aspirin"], chosen=chosen, reason="Recalled.", by=by).pull


# Working off.


def test_list_says_how_far_each_pull_is(drug: Version, ana: Account, cleo: Account) -> None:
    pulled(drug, ana)

    page = Visitor(cleo).read(LIST)

    assert "0 / 1" in page
    assert "Recalled." in page


def test_fresh_pull_says_first_that_it_is_out_of_service(drug: Version, ana: Account) -> None:
    made = pulled(drug, ana)

    page = Visitor(ana).read(f"{LIST}{made.pk}/")

    said = page.index("1 whole version is out of service since")
    assert said < page.index('kb-plain">Ended again or retired: 0 of 1')


def test_what_was_ended_is_not_said_to_be_out_of_service(
    drug: Version, ana: Account, ben: Account, dora: Account
) -> None:
    chosen = Chosen(passages=drug.passages.values_list("pk", flat=True))
    made = pulls.pull(terms=["aspirin"], chosen=chosen, reason="Recalled.", by=ana).pull
    for person in (ben, dora):
        quarantines.lift(subject=drug.passages.earliest("position"), reason="Right.", by=person)

    page = Visitor(ana).read(f"{LIST}{made.pk}/")

    assert "2 passages are out of service since" in page
    assert "Ended again or retired: 1 of 3" in page


def test_versions_and_passages_out_of_service_are_counted_apart(
    drug: Version, active: Version, ana: Account
) -> None:
    chosen = Chosen([drug.pk], active.passages.values_list("pk", flat=True))
    made = pulls.pull(terms=["aspirin"], chosen=chosen, reason="Recalled.", by=ana).pull

    page = Visitor(ana).read(f"{LIST}{made.pk}/")

    assert ": passages: 2, whole versions: 1." in page


def test_whole_of_a_pulled_passage_can_be_read(ana: Account, ben: Account) -> None:
    table = "| Drug | Dose |\n|---|---|\n| Aspirin | 100 mg |\n| Heparin | 5000 units |"
    version = knowledge.active(knowledge.source(ana), ana, ben, texts=[table])
    chosen = Chosen(passages=version.passages.values_list("pk", flat=True))
    made = pulls.pull(terms=["aspirin"], chosen=chosen, reason="Recalled.", by=ana).pull

    for address in (f"{LIST}{made.pk}/", f"{LIST}{made.pk}/end/"):
        whole = Visitor(ben).read(address).partition("<summary>Whole passage")[2]
        assert "<td>Heparin</td>" in whole


def test_empty_list_says_so(ana: Account) -> None:
    assert "Nothing was pulled yet." in Visitor(ana).read(LIST)


def test_administrator_sees_no_pulls(sam: Account, drug: Version, ana: Account) -> None:
    made = pulled(drug, ana)

    assert [Visitor(sam).open(a).status_code for a in (LIST, f"{LIST}{made.pk}/")] == [403, 403]


def test_each_item_leads_a_reviewer_to_its_end(drug: Version, ana: Account, ben: Account) -> None:
    made = pulled(drug, ana)

    page = Visitor(ben).read(f"{LIST}{made.pk}/")

    assert version_at(drug, "lift-quarantine") in page
    assert version_at(drug, "retire") in page


def test_curator_is_shown_no_way_to_end_it(drug: Version, ana: Account) -> None:
    made = pulled(drug, ana)

    assert "lift-quarantine" not in Visitor(ana).read(f"{LIST}{made.pk}/")


def states(made: Pull, by: Account) -> list[str]:
    return [i.state for i in Visitor(by).open(f"{LIST}{made.pk}/").context["items"]]


def test_item_goes_from_quarantine_by_the_first_word_to_its_end(
    drug: Version, ana: Account, ben: Account, dora: Account
) -> None:
    made, seen = pulled(drug, ana), []

    for person in (ben, dora):
        seen += states(made, ana)
        knowledge.lift(drug, person)

    assert [*seen, *states(made, ana)] == ["quarantined", "first_word", "ended"]


def test_first_to_speak_is_not_asked_again(drug: Version, ana: Account, ben: Account) -> None:
    made = pulled(drug, ana)
    knowledge.lift(drug, ben)

    page = Visitor(ben).read(f"{LIST}{made.pk}/")

    assert "Ben agreed to end it" in page
    assert "lift-quarantine" not in page


def test_item_whose_version_was_retired_is_worked_off(
    drug: Version, ana: Account, ben: Account
) -> None:
    made = pulled(drug, ana)
    knowledge.retire(drug, ben)

    assert states(made, ben) == ["retired"]
    assert "1 / 1" in Visitor(ben).read(LIST)


def test_pulled_passage_leads_to_its_place_and_its_end(
    drug: Version, ana: Account, ben: Account
) -> None:
    passage = drug.passages.earliest("position")
    chosen = Chosen(passages=[passage.pk])
    made = pulls.pull(terms=["aspirin"], chosen=chosen, reason="Recalled.", by=ana).pull

    page = Visitor(ben).read(f"{LIST}{made.pk}/")

    assert passage_at(passage) in page
    assert passage_at(passage, "lift-quarantine") in page


@pytest.mark.parametrize("number", ["0", "999", "9" * 30])
def test_pull_that_is_not_there_is_not_found(number: str, ana: Account) -> None:
    assert Visitor(ana).open(f"{LIST}{number}/").status_code == 404


@pytest.mark.parametrize("page", ["0", "x", "-1", "99999"])
def test_nonsense_for_a_page_is_answered(page: str, ana: Account) -> None:
    assert Visitor(ana).open(LIST, page=page).status_code == 200


def test_pages_change_nothing_when_sent(drug: Version, ana: Account) -> None:
    made = pulled(drug, ana)

    codes = {Visitor(ana).send(a).status_code for a in (LIST, f"{LIST}{made.pk}/")}

    assert codes == {405}


def test_page_of_a_pull_takes_so_many_queries_however_many_items(
    drug: Version, active: Version, ben: Account, ana: Account
) -> None:
    counts = []
    for chosen in (Chosen([drug.pk]), Chosen([], active.passages.values_list("pk", flat=True))):
        made = pulls.pull(terms=["a b"], chosen=chosen, reason="R.", by=ana).pull
        visitor = Visitor(ben)
        with CaptureQueriesContext(connection) as queries:
            visitor.open(f"{LIST}{made.pk}/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


# Ending several at once.


def ending(made: Pull) -> str:
    return f"{LIST}{made.pk}/end/"


def numbers(made: Pull) -> list[int]:
    return list(made.items.values_list("quarantine", flat=True))


def pulled_both(drug: Version, by: Account) -> Pull:
    chosen = Chosen(passages=drug.passages.exclude(text="Then wait.").values_list("pk", flat=True))
    return pulls.pull(terms=["aspirin"], chosen=chosen, reason="Recalled.", by=by).pull


def test_two_persons_end_several_with_one_press_each(
    drug: Version, ana: Account, ben: Account, dora: Account
) -> None:
    made = pulled_both(drug, ana)

    for person in (ben, dora):
        Visitor(person).press(ending(made), chosen=numbers(made), reason="Cleared.")

    assert states(made, ana) == ["ended", "ended"]


def test_each_of_two_is_told_what_their_word_came_to(
    drug: Version, ana: Account, ben: Account, dora: Account
) -> None:
    made, told = pulled_both(drug, ana), []

    for person in (ben, dora):
        visitor = Visitor(person)
        visitor.press(ending(made), chosen=numbers(made), reason="Cleared.")
        told.append(visitor.read(f"{LIST}{made.pk}/"))

    assert "Ended: 0. Quarantined until another person agrees: 2." in told[0]
    assert "Ended: 2. Quarantined until another person agrees: 0." in told[1]


def test_nothing_is_ticked_for_the_one_who_is_to_agree(
    drug: Version, ana: Account, ben: Account
) -> None:
    answer = Visitor(ben).open(ending(pulled_both(drug, ana)))

    assert (len(answer.context["items"]), answer.context["ticked"]) == (2, [])


def test_page_is_empty_for_who_has_agreed_to_all(drug: Version, ana: Account, ben: Account) -> None:
    made = pulled_both(drug, ana)
    Visitor(ben).press(ending(made), chosen=numbers(made), reason="Cleared.")

    assert "Nothing of this pull waits for your word." in Visitor(ben).read(ending(made))


@pytest.mark.parametrize("chosen", [[], ["x"], ["-1"], ["9" * 40]])
def test_nonsense_ends_nothing(
    chosen: list[str], drug: Version, ana: Account, ben: Account
) -> None:
    made = pulled_both(drug, ana)

    answer = Visitor(ben).press(ending(made), chosen=chosen, reason="Cleared.")

    assert answer.status_code == 400
    assert states(made, ana) == ["quarantined"] * 2


def test_ended_meanwhile_in_another_tab_is_refused_in_words(
    drug: Version, ana: Account, ben: Account
) -> None:
    made, tab = pulled_both(drug, ana), Visitor(ben)
    once = tab.open(ending(made)).context["once"]
    Visitor(ben).press(ending(made), chosen=numbers(made), reason="Cleared.")

    answer = tab.send(ending(made), chosen=numbers(made), reason="Cleared.", once=once)

    assert answer.status_code == 409


def test_curator_is_not_let_in_to_end(drug: Version, ana: Account) -> None:
    assert Visitor(ana).open(ending(pulled_both(drug, ana))).status_code == 403
