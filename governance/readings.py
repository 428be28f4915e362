"""What a reader found wrong with a file, told to the curator who has to go on from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

ERRORS: dict[str, Promise] = {
    "broken_file": _(
        "The file is damaged. Get it again from where it came from and upload that copy."
    ),
    "caj_file": _(
        "CAJ, the format of CNKI, is not read. Download the PDF from CNKI, or print the file as "
        "PDF from CAJViewer, and upload that."
    ),
    "djvu_file": _(
        "DjVu holds pictures of pages. Convert it to PDF with the text recognised and upload that."
    ),
    "empty_file": _("The file is empty. Check that it was saved, then upload it again."),
    "encrypted_file": _(
        "The document is protected by a password. Save a copy without one and upload that."
    ),
    "encrypted_pdf": _(
        "The PDF is protected by a password. Save a copy without one and upload that."
    ),
    "kindle_file": _(
        "E-books for Kindle are not read. Get the book as EPUB or PDF and upload that."
    ),
    "legacy_format": _(
        "The file is of an old Office format. Save it as DOCX or PDF and upload that."
    ),
    "needs_too_much_memory": _(
        "The file needs more memory than reading may take. Split it, or save it again more simply."
    ),
    "nested_too_deeply": _(
        "The file is nested too deeply to be read. Save it again as PDF or DOCX and upload that."
    ),
    "no_text": _(
        "There is no text in the file. If it was scanned, have the text recognised first."
    ),
    "ofd_file": _(
        "OFD is not read yet. Open the file in an OFD reader, save it as PDF and upload that."
    ),
    "other_writer_file": _(
        "The document is of another word processor. Open it there, save it as DOCX or PDF and "
        "upload that."
    ),
    "packed_file": _(
        "The file is an archive of other files. Unpack it and upload the documents one by one."
    ),
    "picture_only": _(
        "The file holds pictures of text alone. Have the text recognised, then upload the result."
    ),
    "reader_crashed": _(
        "Reading stopped unexpectedly three times. Save the file again in another format, such as "
        "DOCX or PDF, and upload that."
    ),
    "slides_file": _("Slides are not read. Save them as PDF and upload that."),
    "spreadsheet_file": _(
        "Spreadsheets are not read. Copy the tables that matter into a DOCX, or save them as PDF, "
        "and upload that."
    ),
    "took_too_long": _(
        "Reading took longer than it may. Split the file into parts, or try once more."
    ),
    "too_many_pages": _("The file has too many pages. Split it into parts and upload each."),
    "truncated_file": _(
        "The end of the file is missing. The transfer was perhaps cut short; get the file again."
    ),
    "unpacks_too_large": _(
        "Unpacked, the file is far larger than a document can be. Save it again and upload that."
    ),
    "unsafe_xml": _(
        "The file refers to things outside of itself, which is not safe to read. Get it from its "
        "issuer, or save it as PDF."
    ),
    "unsupported_type": _(
        "Files of this type are not read. Upload the document as PDF, DOCX, EPUB, HTML, XML, "
        "Markdown or text."
    ),
    "web_archive_file": _(
        "Web archives are not read. Save the page as HTML alone, or print it as PDF, and upload "
        "that."
    ),
    "wrong_encoding": _(
        "The characters of the file cannot be made out. Save it as UTF-8 and upload that."
    ),
    "wrong_type": _(
        "The file is not what its name says, perhaps a web page saved in its place. Download the "
        "document itself."
    ),
}

WARNINGS: dict[str, Promise] = {
    "annotations_left_out": _(
        "Comments written onto the page were left out. Check that none of them corrects the text."
    ),
    "attachments_left_out": _(
        "Files attached to this one were left out. Upload those that matter as sources."
    ),
    "chapter_left_out": _(
        "A chapter that the book lists is missing from the file and was left out. Get a whole copy."
    ),
    "comments_left_out": _("Comments were left out. Check that none of them corrects the text."),
    "contents_left_out": _("The table of contents was left out. Nothing needs to be done."),
    "embedded_file_left_out": _(
        "A file embedded in the document was left out. Upload it by itself if it matters."
    ),
    "equation_left_out": _(
        "A formula was left out. Read the passage against the file and write it in by hand."
    ),
    "figure_left_out": _(
        "A figure was left out. If it says what the text does not, write that into the passage."
    ),
    "form_fields_left_out": _(
        "What was filled into a form was left out. Write it into the passage if it matters."
    ),
    "frame_left_out": _(
        "What stands around the text of the page, such as menus and footers, was left out. Check "
        "that none of it belongs to the text."
    ),
    "front_matter_left_out": _(
        "The opening pages were left out. Check that no recommendation stands there."
    ),
    "headings_guessed": _(
        "The document marks no headings, so they were guessed from their looks. Check the sections."
    ),
    "hidden_text_left_out": _("Hidden text was left out. Check that it was hidden on purpose."),
    "macro_left_out": _("A macro was left out. Nothing needs to be done."),
    "named_otherwise": _(
        "The file's name says another type than its content has, and it was read as what it is. "
        "Check that it is the document that was meant."
    ),
    "page_garbled": _(
        "The text of the page cannot be relied upon. Read it against the file and correct it."
    ),
    "page_without_text": _(
        "The page has no text; perhaps it was scanned. Have the text recognised, or check that "
        "nothing on it matters."
    ),
    "pages_left_out": _(
        "The page could not be read and was left out. Check in the file what stands on it."
    ),
    "references_left_out": _("The list of references was left out. Nothing needs to be done."),
    "running_heads_left_out": _(
        "Headers and footers were left out. Check that they say nothing the text does not."
    ),
    "script_left_out": _(
        "A script in the file was left out and was not run. Check that no text depends on it."
    ),
    "struck_text_left_out": _(
        "Text that is struck through was left out. Check that it is no longer meant to hold."
    ),
    "supplement_left_out": _(
        "A supplement was left out. Upload it by itself if recommendations stand in it."
    ),
    "table_left_out": _(
        "A table was left out. Read it in the file and write what matters into the passage."
    ),
    "table_uncertain": _(
        "The cells of a table may have been put together wrongly. Read it against the file."
    ),
    "tracked_changes_taken": _(
        "The document has changes that nobody accepted yet; they were taken as accepted. Make sure "
        "that this is the final text."
    ),
    "unsafe_name_left_out": _(
        "A part of the file has a name that leads out of the file, as attacks do, and was left "
        "out. Get the document from its issuer unless you know why."
    ),
}


def error_sentence(code: str, facts: Mapping[str, Any] | None = None) -> str:
    """Why a file could not be read, and what to do next."""
    return _counted(_known(ERRORS, code), facts or {})


def warning_sentence(warning: Mapping[str, Any]) -> str:
    """What was left out or is doubtful, its name if it has one, and its page if there are pages."""
    facts = warning.get("facts") or {}
    sentence = _called(_counted(_known(WARNINGS, warning["code"]), facts), facts)
    page = warning.get("page")
    if page is None:
        return sentence
    return translated("Page %(page)s: %(sentence)s") % {"page": page, "sentence": sentence}


def _known(sentences: Mapping[str, Promise], code: str) -> str:
    """A newer reader may say what this table does not hold yet; that must still be shown."""
    if code in sentences:
        return str(sentences[code])
    return translated("The reader says “%(code)s”. Read the text against the file.") % {
        "code": code
    }


def _counted(sentence: str, facts: Mapping[str, Any]) -> str:
    """How often it happened, where the reader counted more than one."""
    count = facts.get("count")
    if not isinstance(count, int) or count <= 1:
        return sentence
    return translated("%(sentence)s (%(count)s times)") % {"sentence": sentence, "count": count}


def _called(sentence: str, facts: Mapping[str, Any]) -> str:
    """What it is called in the file."""
    names = facts.get("names")
    if not isinstance(names, str) or not names:
        return sentence
    return translated("%(sentence)s (%(names)s)") % {"sentence": sentence, "names": names}
