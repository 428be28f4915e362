"""Finding sentences, comparing them with translations, and compiling these."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polib
import pytest

from kbadmin import catalogue
from kbadmin.catalogue import Message

GREETING = 'from django.utils.translation import gettext as _\n\nHELLO = _("Good day, %(name)s")\n'


def plant(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def found_in(folder: Path) -> dict[str, Message]:
    found = catalogue.messages_in({"app": folder})
    return {message.text: message for message in found.values()}


def entry(text: str, translation: str, **more: Any) -> polib.POEntry:
    return polib.POEntry(msgid=text, msgstr=translation, **more)


def kinds(po: polib.POFile, *texts: str) -> list[tuple[str, str]]:
    wanted = {(text, ""): Message(text) for text in texts}
    return [(finding.kind, finding.text) for finding in catalogue.findings("po", po, wanted)]


def po_of(*entries: polib.POEntry) -> polib.POFile:
    po = polib.POFile()
    po.extend(entries)
    return po


# What is found.


def test_a_call_of_gettext_is_found_with_its_file(tmp_path: Path) -> None:
    plant(tmp_path, "inner/greeting.py", GREETING)

    found = found_in(tmp_path)

    assert found["Good day, %(name)s"].files == {"app/inner/greeting.py"}


def test_a_sentence_over_two_lines_is_one(tmp_path: Path) -> None:
    plant(tmp_path, "a.py", 'S = gettext_lazy(\n    "One sentence, "\n    "two lines."\n)\n')

    assert set(found_in(tmp_path)) == {"One sentence, two lines."}


def test_a_counted_sentence_is_found_with_its_plural(tmp_path: Path) -> None:
    plant(tmp_path, "a.py", 'S = ngettext("%(n)s page", "%(n)s pages", n)\n')

    assert found_in(tmp_path)["%(n)s page"].plural == "%(n)s pages"


def test_a_context_parts_two_sentences_of_the_same_letters(tmp_path: Path) -> None:
    plant(tmp_path, "a.py", 'A = pgettext("law", "Act")\nB = _("Act")\n')

    found = catalogue.messages_in({"app": tmp_path})

    assert set(found) == {("Act", "law"), ("Act", "")}


def test_indented_templates_are_read(tmp_path: Path) -> None:
    page = '{% load i18n %}\n<p>\n      {% translate "Read me" %}\n   <b>don\'t</b>\n</p>\n'
    plant(tmp_path, "templates/page.html", page)

    assert set(found_in(tmp_path)) == {"Read me"}


def test_a_block_in_a_template_gives_its_names_as_placeholders(tmp_path: Path) -> None:
    page = "{% blocktranslate trimmed %}\n  Page {{ number }}\n  of all\n{% endblocktranslate %}"
    plant(tmp_path, "templates/page.html", page)

    assert set(found_in(tmp_path)) == {"Page %(number)s of all"}


def test_mail_texts_are_templates_and_other_texts_are_not(tmp_path: Path) -> None:
    plant(tmp_path, "templates/mail.txt", '{% translate "Due soon" %}')
    plant(tmp_path, "sample/notes.txt", '{% translate "Not ours" %}')

    assert set(found_in(tmp_path)) == {"Due soon"}


def test_applications_within_an_application_are_left_out(tmp_path: Path) -> None:
    plant(tmp_path, "contrib/other/a.py", 'S = _("Of another application")\n')

    assert found_in(tmp_path) == {}


def test_a_sentence_in_two_files_is_one_message_of_both(tmp_path: Path) -> None:
    plant(tmp_path, "a.py", 'S = _("Twice")\n')
    plant(tmp_path, "b.py", 'S = _("Twice")\n')

    assert found_in(tmp_path)["Twice"].files == {"app/a.py", "app/b.py"}


# What is wrong with a catalogue.


def test_a_sentence_without_an_entry_is_missing() -> None:
    assert kinds(po_of(), "New") == [("missing", "New")]


def test_an_entry_without_a_translation_is_missing() -> None:
    assert kinds(po_of(entry("New", "")), "New") == [("missing", "New")]


def test_a_fuzzy_translation_is_named() -> None:
    po = po_of(entry("Term", "学期", flags=["fuzzy"]))

    assert kinds(po, "Term") == [("fuzzy", "Term")]


def test_a_translation_of_nothing_in_use_is_obsolete() -> None:
    assert kinds(po_of(entry("Old", "旧"))) == [("obsolete", "Old")]


def test_an_entry_marked_as_obsolete_is_named_until_it_is_pruned() -> None:
    po = po_of(entry("Old", "旧", obsolete=True))

    assert kinds(po) == [("obsolete", "Old")]


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("Due on %(day)s", "到期"),
        ("Due on %(day)s", "%(date)s到期"),
        ("At most %d", "最多 %s"),
        ("See {place}", "见 {}"),
        ("As is", "原样 %s"),
        ("%(a)s", "%(a)s %(a)s"),
    ],
)
def test_a_translation_with_other_placeholders_is_named(text: str, translation: str) -> None:
    assert kinds(po_of(entry(text, translation)), text) == [("placeholders", text)]


def test_placeholders_may_change_places() -> None:
    po = po_of(entry("%(a)s of %(b)s", "%(b)s 的 %(a)s"))

    assert kinds(po, "%(a)s of %(b)s") == []


# Renewing and compiling.


def test_renewing_keeps_a_translation() -> None:
    wanted = {("Term", ""): Message("Term")}

    new = catalogue.renewed(po_of(entry("Term", "有效期")), wanted)

    assert [(item.msgid, item.msgstr) for item in new] == [("Term", "有效期")]


def test_renewing_marks_what_is_unused() -> None:
    new = catalogue.renewed(po_of(entry("Old", "旧")), {})

    assert [(item.msgstr, item.obsolete) for item in new] == [("旧", 1)]


def test_pruning_drops_what_is_unused() -> None:
    new = catalogue.renewed(po_of(entry("Old", "旧")), {}, prune=True)

    assert list(new) == []


def test_what_comes_back_into_use_has_its_translation_again() -> None:
    wanted = {("Old", ""): Message("Old")}

    new = catalogue.renewed(po_of(entry("Old", "旧", obsolete=True)), wanted)

    assert [(item.msgstr, item.obsolete) for item in new] == [("旧", 0)]


def test_a_translation_known_elsewhere_is_taken_along() -> None:
    wanted = {("Cancel", ""): Message("Cancel")}

    new = catalogue.renewed(po_of(), wanted, memory=[entry("Cancel", "取消")])

    assert new.find("Cancel").msgstr == "取消"


def test_a_sentence_that_becomes_counted_loses_its_translation() -> None:
    wanted = {("page", ""): Message("page", plural="pages")}

    new = catalogue.renewed(po_of(entry("page", "页")), wanted)

    assert new.find("page").msgstr_plural == {0: ""}


def test_fuzzy_and_obsolete_translations_are_not_compiled() -> None:
    po = po_of(entry("A", "甲", flags=["fuzzy"]), entry("B", "乙", obsolete=True), entry("C", "丙"))

    compiled = polib.mofile(catalogue.compiled([po]))

    assert [item.msgid for item in compiled] == ["C"]


def test_of_two_translations_the_first_catalogue_holds() -> None:
    binary = catalogue.compiled([po_of(entry("Edit", "编辑")), po_of(entry("Edit", "改"))])

    assert polib.mofile(binary).find("Edit").msgstr == "编辑"


def test_a_translation_changed_after_compiling_is_named(tmp_path: Path) -> None:
    (tmp_path / "django.mo").write_bytes(catalogue.compiled([po_of(entry("Term", "学期"))]))

    findings = catalogue.uncompiled(tmp_path / "django.mo", [po_of(entry("Term", "有效期"))])

    assert [(finding.kind, finding.text) for finding in findings] == [("uncompiled", "Term")]


def test_a_translation_compiled_and_gone_is_named(tmp_path: Path) -> None:
    (tmp_path / "django.mo").write_bytes(catalogue.compiled([po_of(entry("Old", "旧"))]))

    findings = catalogue.uncompiled(tmp_path / "django.mo", [po_of()])

    assert [finding.text for finding in findings] == ["Old"]
