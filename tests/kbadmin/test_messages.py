"""The Chinese catalogue is complete, and `messages` would say so if it were not."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import polib
import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import gettext, ngettext, override

from kbadmin import catalogue
from kbadmin.management.commands import messages as command

GREETING = 'from django.utils.translation import gettext as _\n\nHELLO = _("Good day, %(name)s")\n'


@pytest.fixture
def tree(tmp_path: Path, settings: Any) -> Path:
    """A project of one sentence, and no catalogue yet."""
    settings.BASE_DIR = tmp_path / "project"
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    plant(settings.BASE_DIR, "kbadmin/greeting.py", GREETING)
    return Path(settings.BASE_DIR)


def plant(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def translate(name: str, text: str, translation: str) -> None:
    po = polib.pofile(str(command.folder() / name))
    po.find(text).msgstr = translation
    po.save()


def update_quietly() -> None:
    """Updates the catalogues of the temporary tree, which stay incomplete."""
    with pytest.raises(SystemExit):
        call_command("messages", "--json")


# The catalogue of this project.


@pytest.mark.slow
@pytest.mark.long
def test_every_sentence_is_translated_filled_alike_and_compiled() -> None:
    findings = [str(finding) for finding in command.check(command.wanted())]

    assert findings == []


def test_the_compiled_catalogue_is_that_of_the_two_kept() -> None:
    kept = [catalogue.load(command.folder() / name) for name in ("django.po", "parts.po")]

    binary = (command.folder() / "django.mo").read_bytes()

    assert binary == catalogue.compiled(kept)


@pytest.mark.parametrize("name", ["django.po", "parts.po"])
def test_entries_are_sorted_and_name_no_lines(name: str) -> None:
    po = catalogue.load(command.folder() / name)

    texts = [item.msgid for item in po]

    assert texts == sorted(texts)
    assert {line for item in po for _file, line in item.occurrences} == {""}


@pytest.mark.parametrize("name", ["django.po", "parts.po"])
def test_the_header_has_no_date_and_no_person(name: str) -> None:
    po = catalogue.load(command.folder() / name)

    assert po.metadata == catalogue.HEADER


def test_django_finds_our_sentences_in_chinese() -> None:
    with override("zh-hans"):
        sentence = gettext("The password is wrong.")

    assert sentence == "密码错误。"


def test_django_finds_the_sentences_of_parts_in_chinese() -> None:
    with override("zh-hans"):
        sentence = gettext("Type to search")

    assert sentence == "输入以搜索"


def test_english_stays_english() -> None:
    with override("en"):
        sentence = gettext("The password is wrong.")

    assert sentence == "The password is wrong."


def test_a_counted_sentence_has_one_form_in_chinese() -> None:
    text = "After yours it needs %(more)s more person; until then nothing changes."
    plural = "After yours it needs %(more)s more persons; until then nothing changes."

    with override("zh-hans"):
        forms = {ngettext(text, plural, 1), ngettext(text, plural, 2)}

    assert forms == {"您之后还需 %(more)s 人；在此之前不会有任何变化。"}


# On a temporary tree.


@pytest.mark.slow
@pytest.mark.long
def test_a_planted_sentence_is_found_by_the_check(tree: Path) -> None:
    update_quietly()

    missing = [
        finding
        for finding in command.check(command.wanted())
        if finding.text == "Good day, %(name)s"
    ]

    assert [str(finding) for finding in missing] == [
        "missing: kbadmin/greeting.py: Good day, %(name)s"
    ]


@pytest.mark.slow
def test_the_check_exits_with_one_while_something_is_missing(tree: Path) -> None:
    with pytest.raises(SystemExit) as exit_:
        call_command("messages", "--check")

    assert exit_.value.code == 1


@pytest.mark.slow
def test_the_check_writes_nothing(tree: Path) -> None:
    with pytest.raises(SystemExit):
        call_command("messages", "--check")

    assert not command.folder().exists()


@pytest.mark.slow
@pytest.mark.long
def test_a_sentence_just_translated_is_no_finding_any_more(tree: Path) -> None:
    update_quietly()
    translate("django.po", "Good day, %(name)s", "您好，%(name)s")

    update_quietly()

    assert not [
        finding
        for finding in command.check(command.wanted())
        if finding.text.startswith("Good day")
    ]


@pytest.mark.slow
@pytest.mark.long
def test_updating_twice_changes_no_byte(tree: Path) -> None:
    update_quietly()
    before = {path.name: path.read_bytes() for path in command.folder().iterdir()}

    update_quietly()

    assert {path.name: path.read_bytes() for path in command.folder().iterdir()} == before


@pytest.mark.slow
@pytest.mark.long
def test_a_sentence_of_a_part_moves_into_our_catalogue_with_its_translation(tree: Path) -> None:
    update_quietly()
    translate("parts.po", "Type to search", "输入以搜索")
    plant(tree, "kbadmin/search.py", 'S = _("Type to search")\n')

    update_quietly()

    assert catalogue.load(command.folder() / "django.po").find("Type to search").msgstr
    assert not catalogue.load(command.folder() / "parts.po").find("Type to search")


@pytest.mark.slow
def test_json_lists_kind_file_and_sentence(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("messages", "--check", "--json")

    findings = json.loads(capsys.readouterr().out)["findings"]

    assert ["missing", "kbadmin/greeting.py", "Good day, %(name)s"] in findings


@pytest.mark.parametrize("part", ["babel.messages.extract", "polib"])
def test_without_its_tools_it_says_what_to_install(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, part, None)

    with pytest.raises(CommandError, match=r"install requirements/dev\.txt"):
        call_command("messages", "--check")
