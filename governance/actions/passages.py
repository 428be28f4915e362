"""The text of drafts: filled from a reading, copied by an amendment, corrected by people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from governance.actions.contributors import credit, reread, void_submission
from governance.duties import Deed
from governance.errors import Malformed, TextIsFixed
from governance.lifecycle import OPEN
from governance.models import (
    Account,
    Passage,
    Section,
    Version,
    content_digest,
    digest_of,
)
from governance.trail import changing, needs_reason
from governance.visibility import says_something


@dataclass(frozen=True)
class SectionText:
    level: int
    title: str
    path: tuple[str, ...]
    page: int | None = None


@dataclass(frozen=True)
class PassageText:
    """`section` is an index into the sections; `boxes` are page, left, top, right, bottom."""

    section: int
    text: str
    kind: Passage.Kind = Passage.Kind.TEXT
    page: int | None = None
    boxes: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class Text:
    """Sections and passages in reading order, as a reader hands them over."""

    sections: Sequence[SectionText] = field(default_factory=list)
    passages: Sequence[PassageText] = field(default_factory=list)


def fill(version: Version, text: Text) -> None:
    """Give a draft without text the text of its file."""
    sections = Section.objects.bulk_create(
        [
            Section(
                version=version,
                position=i,
                level=s.level,
                title=s.title,
                path=list(s.path),
                page=s.page,
            )
            for i, s in enumerate(text.sections)
        ]
    )
    Passage.objects.bulk_create(
        [
            Passage(
                version=version,
                section=sections[p.section],
                position=i,
                kind=p.kind,
                page=p.page,
                boxes=[list(b) for b in p.boxes],
                text=p.text,
                digest=digest_of(p.text),
            )
            for i, p in enumerate(text.passages)
        ],
        batch_size=500,
    )
    _seal(version)


def copy(version: Version, draft: Version) -> None:
    """Give a draft the text of another version as it stands, corrections included."""
    sections = list(version.sections.order_by("position"))
    index = {s.pk: i for i, s in enumerate(sections)}
    text = Text(
        sections=[SectionText(s.level, s.title, tuple(s.path), s.page) for s in sections],
        passages=[
            PassageText(index[p.section_id], p.text, Passage.Kind(p.kind), p.page, p.boxes)
            for p in version.passages.current()
        ],
    )
    fill(draft, text)


def correct(*, passage: Passage, text: str, reason: str, by: Account) -> Passage:
    """Replace a passage of a draft by a corrected one. Voids the draft's submission.

    With the text it has already it stays as it is, and nothing is noted.
    """
    with changing(by=by, may=Deed.CURATE, reason=needs_reason(reason)) as changes:
        passage = Passage.objects.select_related("version", "section").get(pk=passage.pk)
        version = reread(passage.version)
        if version.status not in OPEN or Passage.objects.filter(replaces=passage).exists():
            raise TextIsFixed
        if not says_something(text) or "\0" in text:
            raise Malformed(field="text", problem=_("A passage has text, without null characters."))
        if text == passage.text:
            return passage
        corrected = _replacement(passage, text)
        void_submission(version, changes)
        credit(version, [by.person_id])
        _seal(version)
        changes.note(
            "passage.corrected",
            corrected,
            replaced={"id": passage.pk, "digest": passage.digest},
            digest=corrected.digest,
        )
    return corrected


def _replacement(passage: Passage, text: str) -> Passage:
    kept = {
        name: getattr(passage, name)
        for name in ("version", "section", "position", "kind", "page", "boxes")
    }
    return Passage.objects.create(**kept, text=text, digest=digest_of(text), replaces=passage)


def _seal(version: Version) -> None:
    version.content_digest = digest_of_content(version)
    version.save(update_fields=["content_digest"])


def digest_of_content(version: Version) -> str:
    """Worked out from the rows as the database holds them."""
    sections: list[Any] = list(version.sections.order_by("position"))
    current = version.passages.current().select_related("section")
    return content_digest(sections, current)
