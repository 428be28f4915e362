"""The closed lists of what a reader may say: why a file cannot be read, and what was left out."""

from __future__ import annotations

ERRORS = frozenset(
    {
        # of any format
        "broken_file",
        "empty_file",
        "legacy_format",
        "nested_too_deeply",
        "no_text",
        "picture_only",
        "truncated_file",
        "unsupported_type",
        "wrong_encoding",
        "wrong_type",
        # PDF
        "encrypted_pdf",
        "too_many_pages",
        # DOCX and XML
        "encrypted_file",
        "unpacks_too_large",
        "unsafe_xml",
        # formats that are not read
        "caj_file",
        "djvu_file",
        "kindle_file",
        "ofd_file",
        "other_writer_file",
        "packed_file",
        "slides_file",
        "spreadsheet_file",
        "web_archive_file",
        # the process that reads
        "needs_too_much_memory",
        "reader_crashed",
        "took_too_long",
    }
)

WARNINGS = frozenset(
    {
        # of any format
        "equation_left_out",
        "figure_left_out",
        "named_otherwise",
        "table_left_out",
        # PDF
        "annotations_left_out",
        "attachments_left_out",
        "form_fields_left_out",
        "page_garbled",
        "page_without_text",
        "pages_left_out",
        "script_left_out",
        "table_uncertain",
        # DOCX
        "comments_left_out",
        "contents_left_out",
        "embedded_file_left_out",
        "headings_guessed",
        "hidden_text_left_out",
        "macro_left_out",
        "running_heads_left_out",
        "tracked_changes_taken",
        "unsafe_name_left_out",
        # HTML, EPUB and SPL
        "chapter_left_out",
        "frame_left_out",
        "struck_text_left_out",
        # JATS
        "front_matter_left_out",
        "references_left_out",
        "supplement_left_out",
    }
)
