"""Checks the rows of `concepts` and `names`: what each would add, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from governance.models import LONGEST_CODE, LONGEST_NAME, CodeSystem, Language
from ingest.graph_lists.cells import codes_in
from ingest.graph_lists.layout import NAME_COLUMNS
from ingest.graph_lists.lines import Line
from ingest.graph_lists.naming import Naming, fold, listed, number_in
from ingest.graph_lists.standing import LANGUAGES, Pair, Told

NO_TYPE = _("There is no type of concept “%(told)s”. Types are: %(these)s.")
NO_NAME = _("Give it a name in Chinese or in English.")
NO_SYSTEM = _(
    "“%(told)s” is no code with its system and a colon before it, such as atc:B01AC06. Systems are:"
    " %(these)s."
)
OTHERS_CODE = _("The code %(code)s is that of “%(whose)s”. Take it away, or name that concept.")
TWICE = _("The same concept stands in %(place)s, row %(row)s, already. Delete one of the rows.")
KEY_TWICE = _("The key stands in %(place)s, row %(row)s, already. Give each row another.")
KEY_IS_NUMBER = _(
    "Concept #%(number)s is “%(name)s”, of the type %(type)s, and not what this row says. Give the"
    " row a key without #, if a new concept is meant."
)
SEVERAL_ALIKE = _("Several concepts are called so: %(these)s. Write the number of one as the key.")
OTHER_TYPE = _("“%(name)s” is of the type %(type)s. Write that, or propose another on its page.")
OTHER_NAME = _(
    "In the graph it is called “%(name)s”. Write that here, and this name in the sheet names."
)
NO_LANGUAGE = _("There is no language “%(told)s”. Languages are: %(these)s.")
EMPTY_NAME = _("Write the name.")
NOT_PREFERRED = _(
    "“%(concept)s” has no preferred name in this language. Write this one in the sheet concepts, at"
    " %(column)s."
)
NAME_TWICE = _("It has this name in %(place)s, row %(row)s, already. Delete this row.")


class Concepts:
    """Goes through the rows in their order. `known` counts those that add nothing."""

    def __init__(self, naming: Naming) -> None:
        self.naming = naming
        self.touched: dict[Told, None] = {}
        self.known = 0
        self._languages = _languages()

    def concept(self, line: Line) -> None:
        type_ = self._type(line)
        names = self._names(line)
        codes = self._codes(line)
        if key_line := self._keyed_twice(line):
            line.wrong("key", KEY_TWICE, place=key_line.place, row=key_line.row.number)
        concept = self._meant(line, type_, names, codes) if line.is_right else None
        if concept is None or not line.is_right:
            concept = Told("", "", line=line, is_sound=False)
            self.naming.doubt(line, concept)
        else:
            self._take(line, concept, names, codes)
        if line["key"] and not self.naming.keyed(line["key"]):
            self.naming.key(line["key"], concept)

    def name(self, line: Line) -> None:
        concept = self.naming.meant(line, "concept")
        language = self._languages.get(line["language"].casefold(), "")
        if not language:
            these = ", ".join(Language.values)
            line.wrong("language", NO_LANGUAGE, told=line["language"], these=these)
        name = line.seen("name", LONGEST_NAME)
        if not name:
            line.wrong("name", EMPTY_NAME)
        if concept is None or not concept.is_sound or not line.is_right:
            return
        self._also_called(line, concept, (language, name))

    def _also_called(self, line: Line, concept: Told, name: Pair) -> None:
        if earlier := concept.added_names.get(name):
            line.wrong("name", NAME_TWICE, place=earlier.place, row=earlier.row.number)
        elif name in concept.names:
            self.known += 1
        elif name[0] not in concept.preferred():
            column = NAME_COLUMNS[name[0]]
            line.wrong("name", NOT_PREFERRED, concept=concept, column=column)
        else:
            concept.names[name] = False
            concept.added_names[name] = line
            self.touched[concept] = None

    def _type(self, line: Line) -> str:
        told = line["type"]
        types = self.naming.schema.concept_types
        type_ = types.get(told.casefold(), "")
        if not type_:
            these = ", ".join(sorted(set(types.values())))
            line.wrong("type", NO_TYPE, told=told, these=these)
        return type_

    def _names(self, line: Line) -> dict[str, str]:
        told = {code: line.seen(column, LONGEST_NAME) for code, column in NAME_COLUMNS.items()}
        names = {language: name for language, name in told.items() if name}
        if not names and not line.wrong_columns & set(NAME_COLUMNS.values()):
            column = next(each for each in NAME_COLUMNS.values())
            line.wrong(column, NO_NAME)
        return names

    def _codes(self, line: Line) -> list[Pair]:
        codes = list(dict.fromkeys(codes_in(line["codes"])))
        for system, code in codes:
            fits = 0 < len(code) <= LONGEST_CODE and code.isprintable()
            if system not in CodeSystem.values or not fits:
                these = ", ".join(CodeSystem.values)
                told = f"{system}:{code}" if system else code
                line.wrong("codes", NO_SYSTEM, told=told[:LONGEST_NAME], these=these)
        return codes

    def _keyed_twice(self, line: Line) -> Line | None:
        earlier = self.naming.keyed(line["key"])
        return earlier.line if earlier else None

    def _meant(
        self, line: Line, type_: str, names: dict[str, str], codes: list[Pair]
    ) -> Told | None:
        """The concept of the graph that the row speaks of, or a new one; None where it is wrong."""
        concept = self._numbered(line, type_, names, codes)
        concept = self._coded(line, concept, codes)
        if concept is None and line.is_right:
            concept = self._called(line, type_, names)
        if not line.is_right:
            return None
        if concept is None:
            return Told(f"{line.table}-{line.row.number}", type_)
        self._agrees(line, concept, type_, names)
        return concept

    def _numbered(
        self, line: Line, type_: str, names: dict[str, str], codes: list[Pair]
    ) -> Told | None:
        """A number that the graph does not have, or not any more, is a key like any other."""
        number = number_in(line["key"])
        concept = self.naming.by_number.get(number)
        if concept is None:
            self.naming.refuse_merged(line, "key", number)
            return None
        alike = concept in self.naming.alike(type_, names)
        mine = {fold(name) for name in concept.preferred().values()}
        shares = mine & {fold(name) for name in names.values()} or concept.codes & set(codes)
        if not alike and not shares:
            told = {"number": number, "name": concept, "type": concept.type}
            line.wrong("key", KEY_IS_NUMBER, **told)
        return concept

    def _coded(self, line: Line, concept: Told | None, codes: list[Pair]) -> Told | None:
        for pair in codes:
            owner = self.naming.by_code.get(pair)
            if owner and concept and owner is not concept:
                line.wrong("codes", OTHERS_CODE, code=":".join(pair), whose=owner)
            concept = concept or owner
        return concept

    def _called(self, line: Line, type_: str, names: dict[str, str]) -> Told | None:
        alike = self.naming.alike(type_, names)
        if len(alike) > 1:
            line.wrong("key", SEVERAL_ALIKE, these=listed(alike))
        return alike[0] if alike else None

    def _agrees(self, line: Line, concept: Told, type_: str, names: dict[str, str]) -> None:
        earlier = concept.line
        if earlier:
            column = next(NAME_COLUMNS[language] for language in names)
            line.wrong(column, TWICE, place=earlier.place, row=earlier.row.number)
            return
        if concept.type != type_:
            line.wrong("type", OTHER_TYPE, name=concept, type=concept.type)
        preferred = concept.preferred()
        for language, name in names.items():
            if fold(preferred.get(language, name)) != fold(name):
                line.wrong(NAME_COLUMNS[language], OTHER_NAME, name=preferred[language])

    def _take(
        self, line: Line, concept: Told, names: dict[str, str], codes: Iterable[Pair]
    ) -> None:
        concept.line = line
        preferred = concept.preferred()
        more = {(language, name): line for language, name in names.items()
                if language not in preferred}  # fmt: skip
        concept.added_names |= more
        concept.names |= dict.fromkeys(more, True)
        concept.added_codes |= {pair: line for pair in codes if pair not in concept.codes}
        if concept.is_new or more or concept.added_codes:
            self.touched[concept] = None
        else:
            self.known += 1
        concept.codes |= set(concept.added_codes)
        self.naming.by_code |= dict.fromkeys(concept.added_codes, concept)
        if more:
            self.naming.call(concept, dict(more.keys()))


def _languages() -> dict[str, str]:
    """The codes, and what languages are called in every language of the screens."""
    found = {each.value.casefold(): each.value for each in Language}
    for language in LANGUAGES:
        with translation.override(language):
            found |= {str(each.label).casefold(): each.value for each in Language}
    return found
