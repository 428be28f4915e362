"""What is said about lists of sources: names of columns, and why a list or a cell is refused."""

from __future__ import annotations

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.admin.source_forms import EXAMPLES, SourceForm
from governance.classes import SourceClass
from governance.identifiers import IdentifierKind
from governance.models import Language
from ingest.listing.table import COLUMNS, FLAGS, NotAList
from ingest.listing.template import Words

_REFUSED = {
    "no_header": _(
        "No sheet has the header of the template: the row of columns with their codes in brackets."
    ),
    "several_lists": _("More than one sheet has a list. Send each in a file of its own."),
    "hidden_list": _("The sheet with the list is hidden. Show it, then send it again."),
    "doubled_column": _("The column “%(column)s” is there twice."),
    "no_rows": _("There is no row in it."),
    "too_many_rows": _("It has more than the %(most)s rows that a list may have. Split it."),
    "too_many_columns": _("It has more than %(most)s columns. Delete those that are not needed."),
    "old_spreadsheet": _("This is a file of an old Excel or Word. Save it as .xlsx and send that."),
    "encrypted_list": _("It is protected by a password. Save it without one."),
    "not_a_list": _("This is no list: neither a spreadsheet nor CSV, RIS or BibTeX."),
    "broken_list": _("It is damaged and cannot be read. Save it again and send that."),
    "merged_whole": _("Large parts of it are merged cells. Split them, a value for each row."),
    "zero_bytes": _(
        "There are zero bytes in it, so it is no text that can be read. Open it in Excel, save it"
        " as “CSV UTF-8” or .xlsx, and send that."
    ),
    "wrong_encoding": _("Its characters cannot be made out. Save it as UTF-8."),
}
_FLAWS = {
    "formula": _("This is a formula. Put its value in its place."),
    "cell_error": _("The sheet shows an error here."),
    "date": _("The sheet took this for a date. Format the cell as text and type it again."),
    "merged": _("This cell is merged with others. Split it, a value for each row."),
    "hidden_row": _("This row is hidden. Show it, or delete it."),
    "hidden_column": _("This column is hidden. Show it, or delete it."),
    "beyond_header": _(
        "This row has more cells than the header. A cell with a comma in it belongs in quotes."
    ),
    "too_long": _("This is too long for a cell of a list."),
    "broken_entry": _(
        "This entry cannot be read. Mend its braces or quotes, or the line that begins or ends it."
    ),
}


def refusal_sentence(reason: NotAList) -> str:
    return str(_REFUSED[reason.code]) % reason.facts


def flaw_sentence(code: str) -> str:
    return str(_FLAWS[code])


def column_name(column: str) -> str:
    if column in IdentifierKind.values:
        return str(IdentifierKind(column).label)
    return str(SourceForm.base_fields[column].label)


def template_words() -> Words:
    """In the language of who asks."""
    numbers = say("Where the work has one. Checked for its form; one is enough.")
    meanings = {
        name: str(SourceForm.base_fields[name].help_text) or column_name(name)
        for name in COLUMNS
        if name in SourceForm.base_fields
    }
    meanings |= {kind.value: numbers for kind in IdentifierKind}
    yes_or_no = [say("yes"), say("no")]
    classes = [f"{each.label} [{each.value}]" for each in SourceClass]
    languages = [f"{each.label} [{each.value}]" for each in Language]
    choices = {"source_class": classes, "language": languages}
    return Words(
        sheet=say("Sources"),
        explained=say("Explanation"),
        column=say("Column"),
        meaning=say("What it is for"),
        example=say("For example"),
        names={name: column_name(name) for name in COLUMNS},
        meanings=meanings,
        examples={kind.value: example for kind, example in EXAMPLES.items()},
        choices=choices | dict.fromkeys(FLAGS, yes_or_no),
    )
