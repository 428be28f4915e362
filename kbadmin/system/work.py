"""What waits, what is being done, what could not be done, and what came of what was ordered.

Files and versions stand here by their numbers: whoever runs the system does not read knowledge.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from governance import clock
from governance.admin.standing import moment
from governance.lifecycle import OPEN
from governance.models import ParseState, Upload
from ingest import incoming
from ingest.models import Incoming, Reading
from kbadmin.home.wellness import NAMES as COMPONENTS
from llm import drafts, jobs
from llm.models import Cursor, Job, Parked
from llm.projections.advance import behind
from llm.projections.registry import names

MOST = 50
RECENT = 10

VERBS: dict[str, Promise] = {
    "catch_up": _("Catch up"),
    "rebuild vectors": _("Rebuild the vectors"),
    "rebuild corpus": _("Rebuild the corpus"),
    "rebuild graph": _("Rebuild the graph"),
    "reconcile": _("Compare the stores with the truth"),
    "reconcile repair": _("Compare and repair"),
    "test_release": _("Test a release"),
    "evaluate": _("Ask a set of questions"),
    "draft_questions": _("Propose questions"),
}
STATES: dict[str, Promise] = {
    "waiting": _("waits for the process that owns the stores"),
    "running": _("is being done"),
    "done": _("done"),
}
REBUILT: dict[str, Promise] = {
    "points": _("Passages in the new collection: %(n)s."),
    "relations": _("Relations in the new graph: %(n)s."),
    "objects": _("Objects in the corpus: %(n)s."),
    "run": _("Kept as run %(n)s."),
    "drafts": _("Questions proposed: %(n)s."),
}
SUBJECTS: dict[str, Promise] = {
    "version": _("version %(number)s"),
    "concept": _("concept %(number)s"),
    "relation": _("relation %(number)s"),
}
KINDS: dict[str, Promise] = {
    "missing": _("missing"),
    "foreign": _("foreign"),
    "damaged": _("damaged"),
    "outdated": _("made otherwise than now"),
    "unlisted": _("not listed"),
    "listed": _("listed for nothing"),
}


@dataclass(frozen=True)
class File:
    """An upload by its number. `share` of a hundred has been read; None where nobody knows."""

    pk: int
    size: str
    state: str
    share: int | None
    since: str
    attempts: int


@dataclass(frozen=True)
class Ordered:
    """A job in words. `share` is of a hundred; None where nobody has said how far it is."""

    pk: int
    title: str
    state: str
    asked: str
    is_done: bool
    is_well: bool
    share: int | None
    outcome: list[str]


def uploads() -> list[File]:
    """Files that wait to be read or are, the oldest first."""
    rows = Upload.objects.filter(parse_state__in=[ParseState.QUEUED, ParseState.RUNNING])
    waiting = list(rows.order_by("received_at", "pk")[:MOST])
    shares = dict(Reading.objects.filter(upload__in=waiting).values_list("upload", "share"))
    return [_file(upload, shares.get(upload.pk)) for upload in waiting]


def _file(upload: Upload, share: float | None) -> File:
    is_known = upload.parse_state == ParseState.RUNNING and share is not None
    return File(
        upload.pk,
        filesizeformat(upload.size),
        upload.get_parse_state_display(),
        round(100 * (share or 0)) if is_known else None,
        since(upload.received_at),
        upload.attempts,
    )


def queues() -> list[tuple[str, str]]:
    """How much waits of each kind: what somebody can still do something about."""
    waiting = say("Drafts whose text waits to be embedded"), f"{drafts.waiting().count()}"
    return [*_in_the_inbox(), *_of_drafts(), waiting, *(_following(name) for name in names())]


def _in_the_inbox() -> list[tuple[str, str]]:
    """As the inbox itself counts them."""
    numbers = Counter(incoming.waiting().values_list("state", flat=True))
    words = say("Inbox: %(state)s")
    return [(words % {"state": s.label}, f"{numbers[s]}") for s in Incoming.OPEN]


def _of_drafts() -> list[tuple[str, str]]:
    """Files of versions that nobody has withdrawn, as the list of versions finds them."""
    open_ones = Upload.objects.filter(versions__status__in=OPEN).distinct()
    words = say("Files of drafts: %(state)s")
    states = ParseState.QUEUED, ParseState.RUNNING, ParseState.FAILED
    rows = ((s.label, open_ones.filter(parse_state=s).count()) for s in states)
    return [(words % {"state": name}, f"{count}") for name, count in rows]


def parked() -> list[Parked]:
    return list(Parked.objects.order_by("since", "pk")[:MOST])


def subject_of(parked: Parked) -> str:
    """Its kind and number in words."""
    return str(SUBJECTS[parked.kind]) % {"number": parked.number}


def recent_jobs() -> list[Ordered]:
    return [in_words(job) for job in Job.objects.order_by("-pk")[:RECENT]]


def in_words(job: Job) -> Ordered:
    outcome = job.outcome or {}
    return Ordered(
        job.pk,
        title_of(job),
        str(STATES[job.state]),
        moment(job.asked_at),
        is_done=job.state == Job.State.DONE,
        is_well="error" not in outcome,
        share=_share(job),
        outcome=list(_told(outcome)),
    )


def title_of(job: Job) -> str:
    given = job.arguments
    repair = "repair" if given.get("repair") else ""
    key = " ".join(part for part in (job.verb, given.get("store", ""), repair) if part)
    return str(VERBS.get(key, key))


def since(at: datetime) -> str:
    return timesince(at, clock.now())


def name_of(projection: str) -> str:
    known = {**COMPONENTS, drafts.NAME: _("Drafts")}
    return str(known.get(projection, projection))


def _following(name: str) -> tuple[str, str]:
    cursor = Cursor.objects.filter(name=name).first()
    if cursor is None:
        return name_of(name), say("has not begun to follow the trail")
    number = behind(cursor)
    words = ngettext("%(n)s change behind", "%(n)s changes behind", number) % {"n": number}
    return name_of(name), words if number else say("up to date")


def _share(job: Job) -> int | None:
    told = jobs.progress_of(job) if job.state == Job.State.RUNNING else None
    return round(100 * told[0] / told[1]) if told and told[1] else None


def _of_error(error: str) -> list[str]:
    if error.startswith(("StoreAway", "Unavailable")):
        words = say("A store or the encoder did not answer. Once it does, order this anew.")
        return [words, error]
    return [error]


def _told(outcome: dict[str, object]) -> list[str]:
    """What came of a job, a sentence each. Errors stand as the machine says them, behind ours."""
    if "error" in outcome:
        return _of_error(str(outcome["error"]))
    if "drift" in outcome:
        return _of_drift(outcome)
    if "numbers" in outcome:
        return _of_catching_up(outcome)
    return [str(words) % {"n": outcome[key]} for key, words in REBUILT.items() if key in outcome]


def _of_drift(outcome: dict[str, object]) -> list[str]:
    drift = outcome["drift"]
    if not isinstance(drift, list) or not drift:
        return [say("Every store is as the truth says.")]
    first = say("Differences: %(n)s.")
    if outcome["repaired"]:
        first = say("Differences: %(n)s, repaired.")
    told = [f"{name_of(store)}: {KINDS.get(kind, kind)}: {what}" for store, kind, what, _v in drift]
    return [first % {"n": len(drift)}, *told[:MOST]]


def _of_catching_up(outcome: dict[str, object]) -> list[str]:
    numbers, left = outcome["numbers"], outcome.get("parked")
    said = [
        say("%(store)s is at %(n)s.") % {"store": name_of(name), "n": number}
        for name, number in (numbers.items() if isinstance(numbers, dict) else ())
    ]
    if isinstance(left, list) and left:
        said.append(say("Still parked: %(n)s.") % {"n": len(left)})
    return said
