"""Evidence that follows its words from one edition of a source to the next."""

from __future__ import annotations

from collections.abc import Collection

from governance.models import Evidence, Version
from governance.trail import Changes


def carry_over(version: Version, changes: Changes) -> None:
    """Where a passage of another version of the source carries a relation, the passage with the
    same text here carries it too: a new edition that repeats it leaves no gap.

    What has other words here is left to people.
    """
    elsewhere = _of_other_versions(version)
    here = _first_of_each(version, {old.passage.digest for old in elsewhere})
    known = _standing_on(here.values())
    moved = {
        (old.relation_id, here[old.passage.digest], old.start, old.end): old.relation
        for old in elsewhere
        if old.passage.digest in here
    }
    added = {key: relation for key, relation in moved.items() if key not in known}
    Evidence.objects.bulk_create(
        Evidence(
            relation_id=relation,
            passage_id=passage,
            start=start,
            end=end,
            added_at=changes.at,
        )
        for relation, passage, start, end in added
    )
    for relation in dict.fromkeys(added.values()):
        changes.note("relation.support_moved", relation, version=version.pk)


def _of_other_versions(version: Version) -> list[Evidence]:
    rows = Evidence.objects.current().filter(
        relation__ended_at=None, passage__version__source=version.source_id
    )
    rows = rows.exclude(passage__version=version).select_related("relation", "passage")
    return list(rows.order_by("pk"))


def _first_of_each(version: Version, digests: set[str]) -> dict[str, int]:
    """The first current passage with each text, by its digest."""
    rows = version.passages.current().filter(digest__in=digests).values_list("digest", "pk")
    return dict(reversed(list(rows)))


def _standing_on(passages: Collection[int]) -> set[tuple[int, int, int, int]]:
    rows = Evidence.objects.current().filter(passage__in=passages)
    return set(rows.values_list("relation", "passage", "start", "end"))
