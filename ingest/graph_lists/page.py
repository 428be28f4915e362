"""Bringing lists of the graph in on a page: checked, and written as a change set if asked to."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import originals
from governance.actions.change_sets import LONGEST_TITLE
from governance.admin import addresses
from governance.admin import forms as fields
from governance.admin.pages import ActionPage, account_of, refuse_without
from governance.admin.set_pages import address_of_set
from governance.duties import Deed
from governance.errors import Malformed, TooLarge
from ingest.bringing.doors import for_curators, session_words
from ingest.bringing.lists import MOST_MEGABYTES, FileForm, read_sent
from ingest.graph_lists import writing_out
from ingest.graph_lists.apart import Read, read_tables
from ingest.graph_lists.checking import DryRun, bring_in, dry_run
from ingest.graph_lists.lines import refused

# The page of a set tries all its steps, and a person waits for it; `import_graph` takes more.
MOST_ROWS = 2_000
MOST_SHOWN = 500


class GraphForm(FileForm):
    at_once = fields.tick(
        _("If nothing is wrong, write the change set"),
        _("Without this the lists are only checked."),
    )


class Upload(ActionPage[None]):
    path = "graph"
    deed = Deed.DRAW
    title = _("Bring in a graph")
    button = _("Check the lists")
    hint = _("Reads concepts, names and relations, and says for each row what is wrong with it.")
    done = _("All of it stands in one change set, a draft. Submit it, for another to review.")
    form_class = GraphForm
    template = "ingest/graph_upload.html"
    run: DryRun | None = None

    def back(self) -> str:
        return _concepts()

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Concepts"), _concepts())]

    def sentences(self) -> Sequence[str]:
        limits = {"rows": MOST_ROWS, "size": MOST_MEGABYTES}
        kinds = say(
            "A spreadsheet (.xlsx) with the sheets concepts, names and relations, or one of them as"
            " CSV; at most %(rows)s rows and %(size)s MB. What the graph has can be downloaded as"
            " such a spreadsheet."
        )
        return [*super().sentences(), kinds % limits]

    def context(self) -> dict[str, Any]:
        run = self.run
        return {
            "words": session_words(),
            "run": run,
            "findings": run.findings[:MOST_SHOWN] if run else [],
            "finding_count": len(run.findings) if run else 0,
        }

    def do(self, given: dict[str, Any]) -> str | HttpResponse:
        name = originals.shown_name(given["file"].name or "")
        tables = read_sent(given["file"].chunks(), name, read_tables, refused)
        _refuse_many(tables)
        self.run = dry_run(tables)
        if not self.run.steps or not given["at_once"]:
            return self.shown(self.form())
        made = bring_in(run=self.run, title=name[:LONGEST_TITLE], by=self.account)
        return address_of_set(made.pk)


def enter() -> None:
    """Where the pages stand in the admin."""
    page = for_curators(upload, refuse_large, deed=Deed.DRAW)
    addresses.enter("bring-in/graph/", page, "bring_in_graph")
    addresses.enter("bring-in/graph/graph.xlsx", download, "graph_download")


def upload(request: HttpRequest) -> HttpResponse:
    return Upload(request, None).answer()


def refuse_large(request: HttpRequest, refusal: TooLarge) -> HttpResponse:
    page = Upload(request, None)
    return page.refused(page.form(), refusal)


def download(request: HttpRequest) -> FileResponse:
    """The graph as it is now, to be read, changed and brought in again."""
    refuse_without(Deed.READ, account_of(request))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.xlsx"
        writing_out.write_workbook(path)
        # It can be read to its end though its name is gone.
        return FileResponse(path.open("rb"), as_attachment=True, filename="graph.xlsx")


def _concepts() -> str:
    return reverse("admin:governance_concept_changelist")


def _refuse_many(tables: Sequence[Read]) -> None:
    if sum(len(table.rows) for table in tables) > MOST_ROWS:
        problem = say("It has more than the %(most)s rows that this page takes. Split it.")
        raise Malformed(field="file", problem=problem % {"most": MOST_ROWS})
