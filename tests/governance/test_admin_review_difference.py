"""What changed since the version it takes over from, as its page shows it."""

from __future__ import annotations

from governance.actions import versions
from governance.actions.passages import PassageText, SectionText, Text
from governance.duties import Role
from governance.models import Account, Source, Version
from tests.governance.test_admin_passages import filled
from tests.support import knowledge
from tests.support.visiting import Visitor, passage_at, version_at

DOSES = {"enoxaparin": 40, "dalteparin": 5000, "fondaparinux": 2.5, "rivaroxaban": 10}
EVIL = "<img src=x onerror=alert(1)>"


def edition(source: Source, by: Account, *texts: str) -> Version:
    return knowledge.in_review(source, by, label="2025", texts=texts)


def titled(source: Source, by: Account, **sections: list[str]) -> Version:
    """A draft under one title, with sections called by their names and filled with texts."""
    whole = source.versions.count() + 2023
    paths = [(f"Guideline {whole}", name.replace("_", " ")) for name in sections]
    passages = [PassageText(n, t) for n, texts in enumerate(sections.values()) for t in texts]
    return filled(source, by, Text([SectionText(2, p[1], p) for p in paths], passages))


def in_force(version: Version, by: Account, reviewer: Account) -> Version:
    return knowledge.approve(versions.submit(version=version, reason="Ready.", by=by), reviewer)


def difference(version: Version, by: Account) -> str:
    return Visitor(by).read(version_at(version, "difference"))


def test_new_title_of_the_whole_moves_nothing(source: Source, ana: Account, ben: Account) -> None:
    in_force(titled(source, ana, Dose=["Start low."], Use=["By mouth."]), ana, ben)
    later = titled(source, ana, Dose=["Start high."], Use=["By mouth."])

    page = difference(later, ana)

    assert "Start <del>low</del><ins>high</ins>." in page
    assert "1 unchanged" in page


def test_new_number_of_a_section_moves_nothing(source: Source, ana: Account, ben: Account) -> None:
    before = {"1_Dose": ["Start low."], "第二章_Use": ["By mouth."]}
    in_force(titled(source, ana, **before), ana, ben)
    after = {"1_Changes": ["A list."], "2_Dose": ["Start low."], "第三章_Use": ["By mouth."]}

    page = difference(titled(source, ana, **after), ana)

    assert "2 unchanged" in page
    assert "Guideline 2024 › 1 Changes" in page


def test_line_that_an_edition_cuts_into_another_passage_is_neither_gone_nor_new(
    source: Source, ana: Account, ben: Account
) -> None:
    one = "Recommendation 1: heparin for 7 days."
    two = "Recommendation 2: stockings for all who lie in bed."
    three = "Recommendation 3: no drugs after discharge home."
    four = "Recommendation 4: walk early and often."
    in_force(titled(source, ana, Use=[f"{one}\n{two}\n{three}", four]), ana, ben)
    longer = one.replace("7 days", "28 days")
    later = titled(source, ana, Use=[f"{longer}\n{two}", f"{three}\n{four}"])

    page = difference(later, ana)

    shown = f"Recommendation 1: heparin for <del>7</del><ins>28</ins> days.\n{two}\n{three}\n{four}"
    assert shown in page
    assert page.count("data-change") == 1
    assert "1 changed" in page
    assert all(passage_at(passage) in page for passage in later.passages.current())


def test_row_that_a_table_cuts_elsewhere_is_neither_gone_nor_new(
    source: Source, ana: Account, ben: Account
) -> None:
    head = "Table 1 Doses\n| Drug | Dose |\n| --- | --- |"
    rows = [f"| {name} | {dose} mg once a day |" for name, dose in DOSES.items()]
    cut = ["\n".join([head, *rows[:2]]), "\n".join([head, *rows[2:]])]
    in_force(titled(source, ana, Use=cut), ana, ben)
    cut = ["\n".join([head, *rows[:1]]), "\n".join([head, *rows[1:]])]

    page = difference(titled(source, ana, Use=cut), ana)

    assert "<del>" not in page
    assert "kb-gone" not in page
    assert "kb-come" not in page


def test_what_moved_is_not_shown_as_new(source: Source, ana: Account, ben: Account) -> None:
    in_force(titled(source, ana, Dose=["Start low."], Use=["By mouth."]), ana, ben)
    later = titled(source, ana, Dose=["Go on."], Use=["By mouth.", "Start low."])

    page = difference(later, ana)

    assert "Moved here" in page
    assert "<ins>Start low.</ins>" not in page


def test_unchanged_neighbours_are_folded_away(active: Version, ana: Account) -> None:
    later = edition(active.source, ana, "Start high.", "Go slow.")

    page = difference(later, ana)

    assert "1 passage of this section is unchanged" in page
    assert page.count("Go slow.") == 1


def test_caption_of_a_table_is_compared_across_it(
    source: Source, ana: Account, ben: Account
) -> None:
    table = "Table 3\n| Drug | Dose |\n| --- | --- |\n| A | 5 mg |"
    knowledge.active(source, ana, ben, texts=[table])
    later = edition(source, ana, table.replace("Table 3", "Table 4"))

    assert '<td colspan="2">Table <del>3</del><ins>4</ins></td>' in difference(later, ana)


def test_who_has_read_what_changed_may_approve_from_there(active: Version, ana: Account) -> None:
    later = edition(active.source, ana, "Start high.")
    reviewer = knowledge.account("rob", Role.REVIEWER)

    assert version_at(later, "approve") in difference(later, reviewer)


def test_fifty_changes_a_page(active: Version, ana: Account) -> None:
    later = edition(active.source, ana, *(f"New sentence {n}." for n in range(60)))

    assert difference(later, ana).count("data-change") == 50


def test_words_that_changed_are_marked(active: Version, ana: Account) -> None:
    later = edition(active.source, ana, "Start high.", "Go slow.")

    assert "Start <del>low</del><ins>high</ins>." in difference(later, ana)


def test_what_changed_is_counted(active: Version, ana: Account) -> None:
    later = edition(active.source, ana, "Start high.", "Go slow.", "Take with water, always.")

    page = difference(later, ana)

    assert "1 changed" in page
    assert "1 added" in page
    assert "1 unchanged" in page


def test_what_changed_cannot_carry_script(active: Version, ana: Account) -> None:
    later = edition(active.source, ana, f"Start {EVIL}.", "Go slow.")

    assert EVIL not in difference(later, ana)


def test_tables_are_compared_by_row(source: Source, ana: Account, ben: Account) -> None:
    table = "| Drug | Dose |\n| --- | --- |\n| A | 5 mg |\n| B | 1 mg |"
    knowledge.active(source, ana, ben, texts=[table])
    later = edition(source, ana, table.replace("5 mg", "50 mg"))

    assert "<td>A</td><td><del>5</del><ins>50</ins> mg</td>" in difference(later, ana)


def test_first_version_is_compared_with_nothing(draft: Version, ana: Account) -> None:
    assert "nothing to compare it with" in difference(draft, ana)


def test_page_of_a_first_version_offers_no_difference(draft: Version, ana: Account) -> None:
    assert version_at(draft, "difference") not in Visitor(ana).read(version_at(draft))
