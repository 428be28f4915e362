"""Formats that are not read, each known by its sign, so that people hear what to do instead."""

from __future__ import annotations

import re
from collections.abc import Collection

# At which byte, which bytes. CNKI's formats are those of caj2pdf's notes.
_SIGNS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"CAJ\0", "caj_file"),
    (0, b"HN\0\0", "caj_file"),
    (0, b"KDH ", "caj_file"),
    (0, b"TEB\0", "caj_file"),
    (0, b"AT&TFORM", "djvu_file"),
    (60, b"BOOKMOBI", "kindle_file"),
    (60, b"TEXtREAd", "kindle_file"),
    (0, b"TPZ", "kindle_file"),
    (0, b"\xeaDRMION\xee", "kindle_file"),
    (0, b"CONT\x02\0", "kindle_file"),
    (0, b"Rar!\x1a\x07", "packed_file"),
    (0, b"7z\xbc\xaf'\x1c", "packed_file"),
    (0, b"\x1f\x8b\x08", "packed_file"),
    (0, b"{\\rtf", "legacy_format"),
)
_BY_NAME = {
    **dict.fromkeys((".caj", ".nh", ".kdh", ".caa", ".teb"), "caj_file"),
    **dict.fromkeys((".mobi", ".azw", ".azw3", ".azw4", ".kfx", ".prc"), "kindle_file"),
    **dict.fromkeys((".djvu", ".djv"), "djvu_file"),
    **dict.fromkeys((".mht", ".mhtml", ".webarchive"), "web_archive_file"),
    **dict.fromkeys((".doc", ".dot", ".wps", ".wpt", ".rtf"), "legacy_format"),
    **dict.fromkeys((".xls", ".xlsx", ".et", ".ods", ".numbers", ".csv"), "spreadsheet_file"),
    **dict.fromkeys((".ppt", ".pptx", ".dps", ".odp", ".key"), "slides_file"),
    **dict.fromkeys((".odt", ".pages", ".uot", ".uof"), "other_writer_file"),
    ".ofd": "ofd_file",
}
_STREAMS = (
    ("EncryptedPackage", "encrypted_file"),
    ("WordDocument", "legacy_format"),
    ("PowerPoint Document", "slides_file"),
    ("Workbook", "spreadsheet_file"),
)
_OPEN_DOCUMENT = {"text": "other_writer_file", "spreadsheet": "spreadsheet_file"}
_OPEN_DOCUMENT |= {"presentation": "slides_file"}
_MEMBERS = (
    (re.compile(r"xl/", re.I), "spreadsheet_file"),
    (re.compile(r"ppt/", re.I), "slides_file"),
    (re.compile(r"OFD\.xml$", re.I), "ofd_file"),
)
_WEB_ARCHIVE = re.compile(
    rb"(?:From:[^\n]*\n|Snapshot-Content-Location:|MIME-Version:)(?s:.*)multipart/related", re.I
)


def by_sign(head: bytes) -> str:
    """The code of the refusal for a file that begins so; empty for what has no such sign."""
    for at, sign, code in _SIGNS:
        if head[at : at + len(sign)] == sign:
            return code
    return "web_archive_file" if _WEB_ARCHIVE.match(head.lstrip()) else ""


def by_name(suffix: str) -> str:
    """The code for what the end of its name alone tells, of a file that cannot be read anyway."""
    return _BY_NAME.get(suffix, "unsupported_type")


def compound(holds: Collection[str], suffix: str) -> str:
    """Of an old container of Microsoft's, by the streams that it has."""
    return next((code for name, code in _STREAMS if name in holds), by_name(suffix))


def streams() -> list[str]:
    """Names of streams that tell what a container is."""
    return [name for name, _ in _STREAMS]


def zipped(names: Collection[str], kind: str, suffix: str) -> str:
    """Of a ZIP, by its members, what it says of its own `kind`, and the end of its name."""
    found = re.match(r"application/vnd\.oasis\.opendocument\.(\w+)", kind)
    if found and found[1] in _OPEN_DOCUMENT:
        return _OPEN_DOCUMENT[found[1]]
    for pattern, code in _MEMBERS:
        if any(pattern.match(name) for name in names):
            return code
    return "packed_file" if suffix in {"", ".zip"} else by_name(suffix)
