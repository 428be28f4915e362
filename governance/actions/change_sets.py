"""Change sets of the graph: written by people, applied whole by others, undone by another set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from governance import canonical
from governance.actions import graph_concepts, graph_relations, graph_schema
from governance.actions.graph_ground import Deed as Kind
from governance.actions.graph_ground import Ground, Seen, Step
from governance.confirmation import Confirmed
from governance.duties import Deed
from governance.errors import (
    DigestChanged,
    Malformed,
    Refused,
    SecondPersonNeeded,
    SetIsEmpty,
    SetIsFixed,
    SetMoved,
    SetNotInReview,
    SetUndone,
    StepRefused,
)
from governance.models import (
    Account,
    ChangeSet,
    ChangeSetDecision,
    ChangeSetStatus,
    GraphEdit,
)
from governance.trail import Changes, changing, needs_reason

DEEDS: dict[str, Kind] = {
    **graph_concepts.DEEDS,
    **graph_relations.DEEDS,
    **graph_schema.DEEDS,
}
LONGEST_TITLE = 200
# Of the content of one step.
MOST_BYTES = 100_000
# Steps that are written in one go.
AT_ONCE = 500


def begin(*, title: str, by: Account, steps: Iterable[Step] = ()) -> ChangeSet:
    """A draft of these steps, in their order; more may be written into it.

    The steps are asked for under the trail's lock, so that they may refuse.
    """
    with changing(by=by, may=Deed.DRAW) as changes:
        made = _begun(title, by, changes)
        _write(made, steps, by)
    return made


def add(*, change_set: ChangeSet, step: Step, by: Account) -> GraphEdit:
    """Write a step at the end of a set. Takes it out of review."""
    (edit,) = add_all(change_set=change_set, steps=[step], by=by)
    return edit


def add_all(*, change_set: ChangeSet, steps: Iterable[Step], by: Account) -> list[GraphEdit]:
    """Write steps at the end of a set, all of them or none."""
    with changing(by=by, may=Deed.DRAW) as changes:
        change_set = _opened(change_set, changes)
        edits = _write(change_set, steps, by)
        for edit in edits:
            changes.note("change_set.edited", change_set, deed=edit.deed)
    return edits


def remove(*, edit: GraphEdit, by: Account) -> None:
    """Take a step out of its set. What later steps make of it shows when the set is tried."""
    take_out(change_set=edit.change_set, edits=[edit], by=by)


def take_out(*, change_set: ChangeSet, edits: Iterable[GraphEdit], by: Account) -> None:
    """Several steps of one set, all of them or none."""
    with changing(by=by, may=Deed.DRAW) as changes:
        change_set = _opened(change_set, changes)
        for edit in edits:
            change_set.edits.filter(pk=edit.pk).delete()
            changes.note("change_set.edited", change_set, removed=edit.pk)


def submit(*, change_set: ChangeSet, by: Account) -> ChangeSet:
    """Ask somebody else to decide. Whether every step can be done shows when it is applied."""
    with changing(by=by, may=Deed.DRAW) as changes:
        change_set = _fresh(change_set)
        if change_set.status != ChangeSetStatus.DRAFT:
            raise SetIsFixed(now=change_set.get_status_display())
        if not change_set.edits.exists():
            raise SetIsEmpty
        change_set.status, change_set.submitted_at = ChangeSetStatus.IN_REVIEW, changes.at
        change_set.save(update_fields=["status", "submitted_at"])
        changes.note("change_set.submitted", change_set, digest=change_set.digest_now())
    return change_set


def withdraw(*, change_set: ChangeSet, reason: str, by: Account) -> ChangeSet:
    """Give it up for good."""
    with changing(by=by, may=Deed.DRAW, reason=needs_reason(reason)) as changes:
        change_set = _opened(change_set, changes)
        change_set.status = ChangeSetStatus.WITHDRAWN
        change_set.save(update_fields=["status"])
        changes.note("change_set.withdrawn", change_set)
    return change_set


def send_back(*, change_set: ChangeSet, reason: str, by: Account) -> ChangeSet:
    """Make it a draft again, for those who wrote it."""
    with changing(by=by, may=Deed.APPLY, reason=needs_reason(reason)) as changes:
        change_set = _to_decide(change_set, by)
        _decide(change_set, ChangeSetDecision.Kind.SEND_BACK, by, changes)
        _return(change_set)
        changes.note("change_set.sent_back", change_set)
    return change_set


def apply(*, change_set: ChangeSet, by: Confirmed, reason: str, digest: str) -> ChangeSet:
    """Change the graph by every step, or by none.

    `digest` is that of the steps that were read. Refused where what a step was written for has
    changed since, by whatever set.
    """
    account = by.account
    with changing(by=account, may=Deed.APPLY, reason=needs_reason(reason)) as changes:
        change_set = _to_decide(change_set, account)
        if change_set.digest_now() != digest:
            raise DigestChanged
        _decide(change_set, ChangeSetDecision.Kind.APPLY, account, changes)
        _apply(change_set, Ground(changes, account.person_id))
        change_set.status, change_set.applied_at = ChangeSetStatus.APPLIED, changes.at
        change_set.save(update_fields=["status", "applied_at"])
        changes.note("change_set.applied", change_set, digest=digest)
    return change_set


def tried(*, change_set: ChangeSet, by: Account) -> dict[int, Refused]:
    """What would be refused if it were applied now, by the position of the step; nothing is kept.

    A step behind a refused one is tried all the same: it may lack what that one would have made.
    """
    with changing(by=by, may=Deed.DRAW, keep=False) as changes:
        change_set = _fresh(change_set)
        ground = Ground(changes, by.person_id)
        found = dict(_moved(change_set))
        for edit in change_set.edits.order_by("position"):
            try:
                with changes.attempt():
                    _do(edit, ground)
            except Refused as refusal:
                found.setdefault(edit.position, refusal)
    return found


def fitting(*, groups: Sequence[Sequence[Step]], by: Account) -> list[Refused | None]:
    """What would be refused of each group of steps, one group after the other; nothing is kept.

    A group is done whole or not at all, and those behind it stand on what it left.
    """
    with changing(by=by, may=Deed.DRAW, keep=False) as changes:
        ground = Ground(changes, by.person_id)
        return [_refusal_of(group, ground) for group in groups]


def _refusal_of(steps: Sequence[Step], ground: Ground) -> Refused | None:
    try:
        with ground.changes.attempt():
            for deed, content in map(checked, steps):
                DEEDS[deed].apply(ground, content)
    except Refused as refusal:
        return refusal
    return None


def undo(*, change_set: ChangeSet, title: str, by: Account) -> ChangeSet:
    """A new set that takes back an applied one, step by step from the last; to be reviewed too."""
    with changing(by=by, may=Deed.DRAW) as changes:
        change_set = _fresh(change_set)
        standing = change_set.undone_by.exclude(status=ChangeSetStatus.WITHDRAWN)
        if change_set.status != ChangeSetStatus.APPLIED or standing.exists():
            raise SetUndone
        back = _begun(title, by, changes, undoes=change_set)
        edits = change_set.edits.order_by("-position")
        steps = ((deed, content) for edit in edits for deed, content in edit.inverse or [])
        _write(back, steps, by)
        changes.note("change_set.edited", back, undoes=change_set.pk)
    return back


def _begun(
    title: str, by: Account, changes: Changes, *, undoes: ChangeSet | None = None
) -> ChangeSet:
    title = needs_reason(title, field="title")
    if len(title) > LONGEST_TITLE or not title.isprintable():
        raise Malformed(field="title", problem=_("Give a short title, in one line."))
    made = ChangeSet.objects.create(
        title=title, author=by.person, begun_at=changes.at, undoes=undoes
    )
    changes.note("change_set.begun", made)
    return made


def _fresh(change_set: ChangeSet) -> ChangeSet:
    return ChangeSet.objects.get(pk=change_set.pk)


def _opened(change_set: ChangeSet, changes: Changes) -> ChangeSet:
    """As a draft, for it is written in; what was in review is taken out of it."""
    change_set = _fresh(change_set)
    if change_set.status == ChangeSetStatus.IN_REVIEW:
        _return(change_set)
        changes.note("change_set.reopened", change_set)
    if change_set.status != ChangeSetStatus.DRAFT:
        raise SetIsFixed(now=change_set.get_status_display())
    return change_set


def _return(change_set: ChangeSet) -> None:
    change_set.status, change_set.submitted_at = ChangeSetStatus.DRAFT, None
    change_set.save(update_fields=["status", "submitted_at"])


def _to_decide(change_set: ChangeSet, by: Account) -> ChangeSet:
    """By somebody who wrote none of it."""
    change_set = _fresh(change_set)
    if change_set.status != ChangeSetStatus.IN_REVIEW:
        raise SetNotInReview(now=change_set.get_status_display())
    if change_set.edited_by(by.person):
        raise SecondPersonNeeded
    return change_set


def _decide(change_set: ChangeSet, kind: str, by: Account, changes: Changes) -> None:
    ChangeSetDecision.objects.create(
        change_set=change_set,
        person=by.person,
        kind=kind,
        digest=change_set.digest_now(),
        reason=changes.reason,
        at=changes.at,
    )


def _write(change_set: ChangeSet, steps: Iterable[Step], by: Account) -> list[GraphEdit]:
    """At its end. What several of them touch is looked at once, for nothing changes meanwhile."""
    last = change_set.edits.order_by("-position").values_list("position", flat=True).first()
    seen = Seen()
    edits = [
        GraphEdit(
            change_set=change_set,
            position=position,
            deed=deed,
            content=content,
            seen=seen.of(DEEDS[deed].touches(content)),
            person=by.person,
        )
        for position, (deed, content) in enumerate(map(checked, steps), start=(last or 0) + 1)
    ]
    return GraphEdit.objects.bulk_create(edits, batch_size=AT_ONCE)


def checked(step: Step) -> Step:
    """A step of a kind there is, with no field that the kind does not have."""
    deed, content = step
    if deed not in DEEDS:
        raise Malformed(field="deed", problem=_("There is no such step."))
    if not isinstance(content, Mapping) or not set(content) <= DEEDS[deed].fields:
        problem = _("Fields of this step are: %(these)s")
        these = ", ".join(sorted(DEEDS[deed].fields))
        raise Malformed(field="content", problem=problem % {"these": these})
    if not _can_be_kept(content):
        problem = _("It holds what cannot be kept, or more than %(most)s bytes.")
        raise Malformed(field="content", problem=problem % {"most": MOST_BYTES})
    return deed, dict(content)


def _can_be_kept(content: Mapping[str, Any]) -> bool:
    """As what other programs and every database read back the same."""
    try:
        written = canonical.dumps(content)
    except (ValueError, RecursionError):
        return False
    return len(written) <= MOST_BYTES and b"\\u0000" not in written


def _apply(change_set: ChangeSet, ground: Ground) -> None:
    for _position, refusal in _moved(change_set):
        raise refusal
    for edit in change_set.edits.order_by("position"):
        try:
            edit.inverse = _do(edit, ground)
        except Refused as refusal:
            raise StepRefused(position=edit.position, why=str(refusal)) from refusal
        edit.save(update_fields=["inverse"])


def _do(edit: GraphEdit, ground: Ground) -> list[Step]:
    return DEEDS[edit.deed].apply(ground, edit.content)


def _moved(change_set: ChangeSet) -> Iterator[tuple[int, Refused]]:
    """Steps whose things are not any more what they were when the step was written."""
    seen = Seen()
    for edit in change_set.edits.order_by("position"):
        now = seen.of([(kind, int(n)) for kind, n in (key.split(":") for key in edit.seen)])
        if now != edit.seen:
            yield edit.position, SetMoved(position=edit.position)
