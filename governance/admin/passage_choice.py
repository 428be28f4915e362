"""Choosing the passage that carries a relation: found by words that stand in it, or by number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.admin import forms as fields
from governance.admin.graph_forms import allowed_by
from governance.admin.pages import ActionPage, S, refuse_without
from governance.admin.pull_excerpts import rest_of
from governance.admin.row_numbers import number_of_row
from governance.admin.tables import excerpt, head_over, is_row
from governance.errors import EvidenceNotInForce, Malformed
from governance.models import Passage, RelationType
from governance.naming import Names
from governance.wording import found_across_lines

MOST_FOUND = 20
MOST_WORDS = 10
LONGEST_SOUGHT = 200
# The button that looks for passages, where the others send the form.
LOOK = "look"
# From a sign of ASCII to the one of full width.
_WIDER = 0xFEE0
_SENTENCE_ENDS = re.compile(r"(?<=[。！？；!?])")


class PassageForm(forms.Form):
    """`found` is the one that was chosen among those found, `passage` the number of one."""

    find = fields.line(
        _("Find the passage that says so"),
        _("Words that stand in it, with spaces between them. Only what is in force is found."),
        longest=LONGEST_SOUGHT,
        required=False,
    )
    found = fields.number(_("Passage"), required=False)
    passage = fields.number(
        _("Or the number of the passage"),
        _("It stands above each passage of a version."),
        required=False,
    )
    words = fields.paragraph(
        _("The words that say so"),
        _("Copied from the passage, as they stand there. Empty for the whole of it."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """With `passage` in either case."""
        given = super().clean() or {}
        chosen, typed = given.get("found"), given.get("passage")
        if chosen and typed and chosen != typed:
            problem = _("Another passage is chosen above. Choose it there, or empty this field.")
            self.add_error("passage", problem)
        elif not (chosen or typed) and not self.errors.keys() & {"found", "passage"}:
            problem = _("Choose a passage that was found, or type the number of one.")
            self.add_error("find", problem)
        return given | {"passage": typed or chosen}


@dataclass(frozen=True)
class Hit:
    """A passage with the words around what was sought. `whole` is empty where that is all.

    `words` of it are proposed, where any are.
    """

    passage: Passage
    html: SafeString
    whole: SafeString
    words: str = ""


@dataclass(frozen=True)
class Choice:
    """What was found for the words, and which of it is chosen. `has_more` than are shown.

    `is_answer` where it is what was asked for just now, and so to be looked at first.
    """

    sought: str = ""
    hits: list[Hit] = field(default_factory=list)
    chosen: int = 0
    has_more: bool = False
    is_answer: bool = False


class ByPassage(ActionPage[S]):
    """A page with a `PassageForm`: what is typed in it stays while passages are looked for."""

    template = "governance/graph_step.html"

    def allowed(self) -> Sequence[RelationType]:
        """The types of relations that may be chosen here."""
        return []

    def answer(self) -> HttpResponse:
        if self.request.method == "POST" and LOOK in self.request.POST:
            return self._looked()
        return super().answer()

    @cached_property
    def choice(self) -> Choice:
        if self.request.method == "POST":
            return _choice(self.request.POST)
        return self._likely()

    def likely(self) -> Sequence[str]:
        """Words that the passage may well hold, before any were typed."""
        return []

    def _likely(self) -> Choice:
        """What is found by the first of these that are found at all."""
        for words in self.likely():
            found = _choice(QueryDict(urlencode({"find": words})))
            if found.hits:
                return found
        return Choice()

    def context(self) -> dict[str, Any]:
        return {
            "choice": self.choice,
            "most": MOST_FOUND,
            "allowed": [(type_.code, allowed_by(type_)) for type_ in self.allowed()],
        }

    def _looked(self) -> HttpResponse:
        """The form as it was typed so far, with nothing said of what it lacks."""
        if self.deed:
            refuse_without(self.deed, self.account)
        typed = {name: self.request.POST.get(name, "") for name in self.form_class.base_fields}
        form = self.form_class(initial=typed, **self.form_arguments())
        if not self.choice.hits:
            form.fields["find"].widget.attrs["autofocus"] = True
        return self.shown(form)


def span_of(number: int, words: str, *, at: datetime) -> dict[str, int]:
    """Where the words stand, however wide their letters are; all of the passage without any."""
    passage = Passage.objects.filter(pk=number).first()
    if passage is None:
        raise Malformed(field="passage", problem=say("There is no such passage."))
    if not Passage.objects.in_force(at).filter(pk=number).exists():
        raise Malformed(field="passage", problem=str(EvidenceNotInForce(passage=number)))
    if not words.strip():
        return {"passage": number, "start": 0, "end": len(passage.text)}
    # An excerpt begins and ends with the sign that something is left out.
    found = found_across_lines(passage.text, words.strip("… \r\n\t"))
    if not found:
        problem = say("These words are not in the passage. Copy them as they stand there.")
        raise Malformed(field="words", problem=problem)
    return {"passage": number, "start": found[0][0], "end": found[0][1]}


def _choice(posted: QueryDict) -> Choice:
    """With the chosen one, found by these words or by others before."""
    words = _words(posted.get("find", ""))
    names = Names(tuple(words), parts=True)
    at = clock.now()
    passages = list(_holding(words, names, at)) if words else []
    has_more, passages = len(passages) > MOST_FOUND, passages[:MOST_FOUND]
    chosen = number_of_row(posted.get("found", ""))
    if chosen and chosen not in [passage.pk for passage in passages]:
        passages = [*_whole(at, Q(pk=chosen)), *passages]
    hits = [_hit(names, each) for each in passages]
    return Choice(" ".join(words), hits, chosen, has_more, LOOK in posted)


def _words(find: str) -> list[str]:
    seen = "".join(c if c.isprintable() else " " for c in find[:LONGEST_SOUGHT])
    return list(dict.fromkeys(seen.split()))[:MOST_WORDS]


def _holding(words: Sequence[str], names: Names, at: datetime) -> Iterator[Passage]:
    """One more than are shown. First those in which the words stand side by side."""
    told: dict[int, Passage] = {}
    for wanted in ([" ".join(words)], words):
        held = Q()
        for word in wanted:
            held &= _spelt(word)
        for passage in _whole(at, held):
            if passage.pk not in told and len(names.those_in(passage.text)) == len(words):
                told[passage.pk] = passage
            if len(told) > MOST_FOUND:
                break
    yield from list(told.values())[: MOST_FOUND + 1]


def _spelt(word: str) -> Q:
    """As it is typed, and in letters of either width: the database knows them apart."""
    plain = unicodedata.normalize("NFKC", word)
    wide = {_wide(plain.lower()), _wide(plain.upper())}
    held = Q()
    for spelling in {word, plain} | wide:
        held |= Q(text__icontains=spelling)
    return held


def _wide(word: str) -> str:
    return "".join(chr(ord(c) + _WIDER) if "!" <= c <= "~" else c for c in word)


def _whole(at: datetime, held: Q) -> Iterator[Passage]:
    """In force at the instant; the newest edition first."""
    rows = Passage.objects.in_force(at).filter(held).order_by("-version", "position", "pk")
    rows = rows.select_related("section", "version__source").defer("boxes")
    return rows.iterator(chunk_size=100)


def _hit(names: Names, passage: Passage) -> Hit:
    told = _telling(names, passage.text)
    html = excerpt(names, told, names.marked(told))
    return Hit(passage, html, rest_of(names, passage.text, html))


def _telling(names: Names, text: str) -> str:
    """The sentence that holds most of the words, or the row of a table under its head."""
    pieces = list(_pieces(text))
    return max(pieces, key=lambda piece: len(names.those_in(piece[0])))[1]


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """What is looked at, and what is shown where it is the one."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        if is_row(line):
            yield line, "\n".join([*head_over(lines[:place]), line])
        else:
            yield from ((part, part) for part in _SENTENCE_ENDS.split(line))
