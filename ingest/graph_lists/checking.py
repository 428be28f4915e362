"""The dry run: what is wrong, row by row, or else the steps of one change set. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.actions import change_sets
from governance.actions.graph_ground import Step
from governance.errors import Malformed
from governance.models import Account, AuditEntry, ChangeSet
from ingest.graph_lists import standing
from ingest.graph_lists.apart import Read
from ingest.graph_lists.concepts import Concepts
from ingest.graph_lists.layout import Sheet
from ingest.graph_lists.lines import Finding, Line, lines_of, refuse_unknown_columns
from ingest.graph_lists.naming import Naming
from ingest.graph_lists.relations import Relations
from ingest.graph_lists.steps import of_concepts, of_relations

TOO_MUCH = _("This is more than one step may hold. Bring some of its rows in later.")
CHANGED = _("The graph was changed while the lists were checked. Bring them in once more.")
MEND = _("Mend what was found in the lists first.")
NOTHING = _("The graph says all of it already.")


@dataclass
class DryRun:
    """`known` rows say what the graph says. `steps` are empty where anything is found wrong.

    `as_of` is the number of the last entry of the trail when the graph was read.
    """

    as_of: int
    rows: int = 0
    known: int = 0
    findings: list[Finding] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many steps there are of each kind."""
        found: dict[str, int] = {}
        for deed, _content in self.steps:
            found[deed] = found.get(deed, 0) + 1
        return found


def dry_run(tables: list[Read]) -> DryRun:
    """All tables together: a row may name what another brings in, in whatever order they come."""
    run = DryRun(_last_entry(), sum(len(table.rows) for table in tables))
    naming = Naming(standing.schema())
    _refuse_columns(tables, naming, run.findings)
    lines = {sheet: list(lines_of(tables, sheet, run.findings)) for sheet in Sheet}
    naming.read(lines[Sheet.CONCEPTS], _references(lines))
    concepts = Concepts(naming)
    for line in lines[Sheet.CONCEPTS]:
        concepts.concept(line)
    for line in lines[Sheet.NAMES]:
        concepts.name(line)
    relations = Relations(naming, lines[Sheet.RELATIONS], clock.now())
    relations.check()
    run.known = concepts.known + relations.known
    if not run.findings:
        told = [*of_concepts(concepts.touched), *of_relations(relations.told.values())]
        run.steps = list(_fitting(told, run.findings))
    if run.findings:
        run.steps = []
    return run


def bring_in(*, run: DryRun, title: str, by: Account) -> ChangeSet:
    """One draft with all the steps, in this person's name, for another to review.

    Refused where there is none, and where the graph was changed since it was read.
    """
    if not run.steps:
        raise Malformed(field="file", problem=MEND if run.findings else NOTHING)
    return change_sets.begin(title=title, by=by, steps=_unchanged(run))


def _unchanged(run: DryRun) -> Iterator[Step]:
    """Under the trail's lock: names and codes are written whole, over what would not be seen."""
    applied = AuditEntry.objects.filter(number__gt=run.as_of, action="change_set.applied")
    if applied.exists():
        raise Malformed(field="file", problem=CHANGED)
    yield from run.steps


def _last_entry() -> int:
    last = AuditEntry.objects.order_by("-number").values_list("number", flat=True).first()
    return last or 0


def _refuse_columns(tables: Iterable[Read], naming: Naming, findings: list[Finding]) -> None:
    qualifiers = naming.schema.qualifiers
    for table in tables:
        known = qualifiers if table.sheet == Sheet.RELATIONS else ()
        refuse_unknown_columns(table, findings, known)


def _references(lines: dict[Sheet, list[Line]]) -> Iterator[str]:
    for line in lines[Sheet.NAMES]:
        yield line["concept"]
    for line in lines[Sheet.RELATIONS]:
        yield line["subject"]
        yield line["object"]


def _fitting(told: Iterable[tuple[Step, Line]], findings: list[Finding]) -> Iterator[Step]:
    for step, line in told:
        try:
            yield change_sets.checked(step)
        except Malformed:
            line.wrong(next(iter(line.row.cells)), TOO_MUCH)
