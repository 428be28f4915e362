"""Registering sources, and changing what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from governance.actions.contributors import credit, void_submission
from governance.actions.people import department_named
from governance.classes import POLICIES, SourceClass
from governance.duties import Deed
from governance.errors import ChangedMeanwhile, ClassIsFixed, Malformed
from governance.identifiers import IdentifierKind, normalised
from governance.lifecycle import Status
from governance.models import (
    Account,
    AuditEntry,
    Department,
    Identifier,
    Language,
    Person,
    Source,
    SourceContributor,
)
from governance.models.audit import AuditEntryQuerySet
from governance.trail import Changes, changing, needs_reason

# Characters; the columns hold no more.
LONGEST = {"title": 300, "issuer": 200, "licence.text": 300}


@dataclass(frozen=True)
class Licence:
    text: str
    serve: bool = True
    quote: bool = True
    train: bool = False


@dataclass(frozen=True)
class Description:
    """What a person says of a source. `identifiers` are pairs of kind and value.

    A department may be given by its name, and is founded with the source if it is new.
    """

    title: str
    source_class: str
    issuer: str
    language: str
    licence: Licence
    identifiers: Sequence[tuple[str, str]] = ()
    department: Department | str | None = None


# What is to be said of a source, made of what stands. Asked under the lock, so that of two
# changes at once the later is laid over the earlier and not over what was there before both.
Rewrite = Callable[[Source], Description]


def register(*, description: Description, by: Account) -> Source:
    check(description)
    with changing(by=by, may=Deed.CURATE) as changes:
        return enter(description, by=by, changes=changes)


def check(description: Description) -> None:
    """Raises `Malformed` where `register` would for what is said, whatever is there already."""
    _checked(description)
    _normalised(description.identifiers)


def enter(description: Description, *, by: Account, changes: Changes) -> Source:
    """Register a source among other changes of one block."""
    checked = _checked(description)
    checked["department"] = _department(description.department, changes)
    source = Source.objects.create(**checked, owner=by.person, registered_at=changes.at)
    _identify(source, _normalised(description.identifiers))
    SourceContributor.objects.create(source=source, person=by.person)
    changes.note("source.registered", source, source_class=source.source_class)
    return source


def edit(
    *,
    source: Source,
    description: Description | Rewrite,
    reason: str,
    by: Account,
    seen: int | None = None,
) -> Source:
    """Change what is said of a source. Voids the submission of what is in review.

    What says the same as before is no change: nothing is noted, nobody becomes a contributor.
    What an active version cites is frozen; a change reaches readers with the next approval.
    `seen` is what `last_change` said when the source was looked at; refused if it has moved on.
    """
    with changing(by=by, may=Deed.CURATE, reason=needs_reason(reason)) as changes:
        source = Source.objects.get(pk=source.pk)
        _refuse_unseen_change(source, seen)
        described = description(source) if callable(description) else description
        checked = _checked(described)
        identifiers = _normalised(described.identifiers)
        _refuse_what_is_fixed(source, checked, identifiers)
        checked["department"] = _department(described.department, changes)
        if _says_the_same(source, checked, identifiers):
            return source
        for name, value in checked.items():
            setattr(source, name, value)
        source.save(update_fields=list(checked))
        source.identifiers.all().delete()
        _identify(source, identifiers)
        _credit(source, by.person, changes)
        changes.note("source.edited", source)
    return source


def last_change(source: Source) -> int:
    """The number in the trail of the last change of what is said of it."""
    return _changes_of(source).last_number()


def hand_over(*, source: Source, owner: Person, reason: str, by: Account) -> Source:
    """Give a source another owner. Says nothing about its content, so nothing is voided."""
    with changing(by=by, may=Deed.CURATE, reason=needs_reason(reason)) as changes:
        source = Source.objects.get(pk=source.pk)
        if source.owner == owner:
            return source
        source.owner = owner
        source.save(update_fields=["owner"])
        changes.note("source.handed_over", source)
    return source


def _changes_of(source: Source) -> AuditEntryQuerySet:
    """Another owner is none of them, for that overwrites nothing that is said."""
    rows = AuditEntry.objects.filter(governs_type="source", governs_id=str(source.pk))
    return rows.filter(action__in=("source.registered", "source.edited"))


def _refuse_unseen_change(source: Source, seen: int | None) -> None:
    if seen is None or last_change(source) <= seen:
        return
    by = Person.objects.filter(
        pk__in=_changes_of(source).order_by("-number").values("person_id")[:1]
    )
    raise ChangedMeanwhile(by=by.get().display_name)


def _department(told: Department | str | None, changes: Changes) -> Department | None:
    return department_named(told, changes) if isinstance(told, str) else told


def _credit(source: Source, person: Person, changes: Changes) -> None:
    SourceContributor.objects.get_or_create(source=source, person=person)
    for version in source.versions.open():
        credit(version, [person.pk])
        void_submission(version, changes)
        changes.note("version.source_edited", version)


def _checked(description: Description) -> dict[str, Any]:
    """The columns of a source, every one checked. Raises `Malformed` for the first that is not."""
    for name, choices in (("source_class", SourceClass.values), ("language", Language.values)):
        if getattr(description, name) not in choices:
            problem = _("Choose one of: %(choices)s.") % {"choices": _(", ").join(choices)}
            raise Malformed(field=name, problem=problem)
    policy = POLICIES[description.source_class]
    licence = description.licence
    if licence.train and not policy.trains:
        problem = _("Clinical experience never trains a model.")
        raise Malformed(field="licence.train", problem=problem)
    return {
        "title": _text("title", description.title),
        "source_class": description.source_class,
        "issuer": _text("issuer", description.issuer),
        "language": description.language,
        "licence_text": _text("licence.text", licence.text),
        "may_serve": licence.serve,
        "may_quote": licence.quote,
        "may_train": licence.train,
    }


def _text(field: str, value: str) -> str:
    """A line of text: nothing but spaces, and control characters, are refused."""
    longest = LONGEST[field]
    text = value.strip()
    if not text or not text.isprintable() or len(text) > longest:
        problem = _("Give one line of text of at most %(longest)s characters.")
        raise Malformed(field=field, problem=problem % {"longest": longest})
    return text


def _normalised(identifiers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    found = []
    for kind, value in identifiers:
        if kind not in IdentifierKind.values:
            problem = _("Choose one of: %(choices)s.")
            choices = _(", ").join(IdentifierKind.values)
            raise Malformed(field="identifiers", problem=problem % {"choices": choices})
        try:
            found.append((kind, normalised(IdentifierKind(kind), value)))
        except ValueError as error:
            raise Malformed(field="identifiers", problem=str(error)) from error
    return list(dict.fromkeys(found))


def _identify(source: Source, identifiers: Sequence[tuple[str, str]]) -> None:
    Identifier.objects.bulk_create(
        Identifier(source=source, kind=kind, value=value) for kind, value in identifiers
    )


def _refuse_what_is_fixed(
    source: Source, checked: dict[str, Any], identifiers: Sequence[tuple[str, str]]
) -> None:
    if not source.versions.filter(status=Status.ACTIVE).exists():
        return
    fixed = {name: checked[name] for name in ("source_class", "language")}
    if not _says_the_same(source, fixed, identifiers):
        raise ClassIsFixed


def _says_the_same(
    source: Source, told: dict[str, Any], identifiers: Sequence[tuple[str, str]]
) -> bool:
    standing = {(i["kind"], i["value"]) for i in source.identified()}
    return set(identifiers) == standing and all(getattr(source, n) == v for n, v in told.items())
