"""Sources and their first versions in one: what came in is registered whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db.models import Model

from governance.actions import sources, versions
from governance.actions.sources import Description
from governance.actions.versions import Edition
from governance.duties import Deed
from governance.models import Account, Person, Source, Version
from governance.originals import Original
from governance.trail import changing


def register(
    *,
    work: Description | Source,
    edition: Edition,
    original: Original,
    brought_by: Person,
    by: Account,
    settle: Callable[[Version], None],
) -> Version:
    """A new source, or one that is there, and a version of it over a file that was received.

    `settle` says in the same transaction what became of the file, and may refuse.
    """
    versions.check(edition)
    if not isinstance(work, Source):
        sources.check(work)
    with changing(by=by, may=Deed.CURATE) as changes:
        source = work if isinstance(work, Source) else sources.enter(work, by=by, changes=changes)
        version = versions.enter(
            source, edition, original, by=by, changes=changes, brought_by=brought_by
        )
        settle(version)
    return version


def discard(
    *,
    file: Model,
    original: Original,
    brought_by: Person,
    by: Account,
    settle: Callable[[], None],
) -> None:
    """A file that was received comes to nothing: who dropped it stays known, and whose it was.

    `settle` drops it in the same transaction, and may refuse.
    """
    with changing(by=by, may=Deed.CURATE) as changes:
        settle()
        changes.note(
            "file.discarded",
            file,
            file=original.sha256,
            size=original.size,
            brought_by=brought_by.pk,
            private={"name": original.filename, "brought_by_name": brought_by.display_name},
        )


def register_all(
    *,
    descriptions: Sequence[Description],
    by: Account,
    settle: Callable[[Sequence[Source]], None],
) -> list[Source]:
    """Every source of a list, or none."""
    for description in descriptions:
        sources.check(description)
    with changing(by=by, may=Deed.CURATE) as changes:
        entered = [sources.enter(each, by=by, changes=changes) for each in descriptions]
        settle(entered)
    return entered
