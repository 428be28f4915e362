"""What a file says of itself in data beside its text: PDF, DOCX, EPUB, JATS, SPL and HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
from lxml import etree

from ingest.parsing import archive, sniff
from ingest.parsing.document import Unreadable
from ingest.parsing.encoding import decode
from ingest.parsing.markup import flat, local, parse
from ingest.proposing import licences, titles
from ingest.proposing.dates import written
from ingest.proposing.found import FIELDS, Certainty, Said
from ingest.proposing.opening import clean

_UUID_OF_NDC = "2.16.840.1.113883.6.69"
_OF_THE_FILE = frozenset({"title", "published_on"})
_MOST_NDC = 6
_HTML_HEAD = 200_000
_JUNK = re.compile(
    r"microsoft word|powerpoint (?:presentation|演示文稿)|untitled|无标题|(?:文档|演示文稿)\d*$|"
    r"^[\W\d_vV.]+$|^about:|^https?:|"
    r"\.(?:docx?|rtf|odt|wps|pptx?|pdf|indd|qxd|tex|dvi|x?html?|md|txt)$",
    re.I,
)
_META = re.compile(rb"<meta\s[^>]{1,600}>", re.I)
_ATTRIBUTE = re.compile(r"""\b(name|property|content)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.I)
_HTML_NAMES = {
    "citation_title": "title",
    "dc.title": "title",
    "og:title": "title",
    "citation_publisher": "issuer",
    "dc.publisher": "issuer",
    "citation_doi": "doi",
    "citation_pmid": "pmid",
    "citation_issn": "issn",
    "citation_isbn": "isbn",
    "citation_publication_date": "published_on",
    "article:published_time": "published_on",
    "pubdate": "published_on",
}


def said_by(path: Path, media_type: str) -> tuple[Said, ...]:
    """Nothing where the format has no such data or it cannot be made out; never a refusal."""
    reader = _READERS.get(media_type)
    if reader is None:
        return ()
    try:
        found = list(reader(path))
    except (Unreadable, OSError, ValueError, pypdfium2.PdfiumError):
        return ()
    kept = [
        Said(field, clean(value), _certainty(field, value, media_type))
        for field, value in found
        if field in FIELDS
    ]
    return tuple(each for each in kept if each.value and _names_the_work(each))


def _certainty(field: str, value: str, media_type: str) -> Certainty:
    """The day in a book or a page may be that of the file, and its title that of a template."""
    if field not in _OF_THE_FILE or media_type in {sniff.JATS, sniff.SPL}:
        return Certainty.SURE
    is_doubtful = field == "title" and titles.is_one_word(value)
    return Certainty.GUESS if is_doubtful else Certainty.LIKELY


def _names_the_work(said: Said) -> bool:
    return said.field != "title" or not titles.is_beside(said.value)


Fact = tuple[str, str]


def _pdf(path: Path) -> Iterator[Fact]:
    document = pypdfium2.PdfDocument(path)
    try:
        title = document.get_metadata_dict().get("Title", "").strip("\0 ")
    finally:
        document.close()
    if title and not _JUNK.search(title) and title != path.stem:
        yield "title", title


def _docx(path: Path) -> Iterator[Fact]:
    with archive.opened(path) as opened:
        data = opened.read("docProps/core.xml")
    for each in parse(data).iter() if data else ():
        if local(each) == "title" and not _JUNK.search(each.text or "x"):
            yield "title", each.text or ""


def _epub(path: Path) -> Iterator[Fact]:
    with archive.opened(path) as opened:
        name = next((each for each in opened.names() if each.lower().endswith(".opf")), "")
        data = opened.read(name) if name else None
    fields = {"title": "title", "publisher": "issuer", "date": "published_on"}
    elements = list(parse(data, doctype=True).iter(etree.Element)) if data else []
    made = {_day(each.text or "") for each in elements if "modified" in each.get("property", "")}
    for each in elements:
        text = flat(each.text or "")
        if (field := fields.get(local(each))) == "published_on":
            # The day on which the file was made is not that of the work.
            yield "published_on", "" if _day(text) in made else _day(text)
        elif field:
            yield field, text
        elif local(each) == "identifier" and "isbn" in f"{each.attrib} {text}".lower():
            yield "isbn", re.sub(r"(?i)^urn:isbn:", "", text)
        elif local(each) == "language" and text[:2].lower() in {"zh", "en"}:
            yield "language", text[:2].lower()


def _jats(path: Path) -> Iterator[Fact]:
    root = parse(path.read_bytes(), doctype=True)
    front = next((each for each in root.iter() if local(each) == "front"), root)
    # A paper stands in its journal; who prints that comes after.
    for each in sorted(front.iter(etree.Element), key=lambda e: local(e) == "publisher-name"):
        yield from _jats_fact(each)
    yield from ((("published_on", day),) if (day := _jats_day(front)) else ())
    language = root.get("{http://www.w3.org/XML/1998/namespace}lang", "")[:2].lower()
    if language in {"zh", "en"}:
        yield "language", language


def _jats_fact(each: etree._Element) -> Iterator[Fact]:
    name, text = local(each), flat("".join(map(str, each.itertext())))
    if name == "article-title" and _within(each, "title-group"):
        yield "title", text
    elif name in {"publisher-name", "journal-title"}:
        yield "issuer", text
    elif name == "issn":
        yield "issn", text
    elif name in {"license", "copyright-statement"}:
        told = f"{' '.join(map(str, each.attrib.values()))} {text}"
        yield "licence_text", licences.named_in(told)
    elif name == "article-id" and each.get("pub-id-type") in {"doi", "pmid"}:
        yield str(each.get("pub-id-type")), text


def _within(element: etree._Element, name: str) -> bool:
    above = element.getparent()
    return above is not None and local(above) == name


def _jats_day(front: etree._Element) -> str:
    """The fullest of the days that the article has, the electronic one before that in print."""
    days = [each for each in front.iter() if local(each) == "pub-date"]
    days.sort(
        key=lambda each: (each.get("pub-type") or each.get("date-type") or "") == "collection"
    )
    for each in days:
        parts = {local(part): (part.text or "").strip() for part in each}
        if all(parts.get(name, "0").isdigit() for name in ("year", "month", "day")):
            numbers = [int(parts.get(name, "0")) for name in ("year", "month", "day")]
            if value := written(*numbers) if numbers[0] else "":
                return value
    return ""


def _spl(path: Path) -> Iterator[Fact]:
    root = parse(path.read_bytes(), doctype=True)
    tops = {local(each): each for each in root}
    yield "spl_set_id", _attribute(tops.get("setId"), "root")
    yield "published_on", _day(_attribute(tops.get("effectiveTime"), "value"))
    yield "label", _attribute(tops.get("versionNumber"), "value")
    author = tops.get("author")
    names = [each for each in author.iter() if local(each) == "name"] if author is not None else []
    yield from (("issuer", flat("".join(map(str, name.itertext())))) for name in names[:1])
    yield from _products(root)


def _products(root: etree._Element) -> Iterator[Fact]:
    codes: dict[str, None] = {}
    for each in root.iter():
        if local(each) == "code" and each.get("codeSystem") == _UUID_OF_NDC:
            codes[each.get("code") or ""] = None
    yield from (("ndc", code) for code in list(codes)[:_MOST_NDC])
    for each in root.iter():
        if local(each) == "name" and _within(each, "manufacturedProduct"):
            yield "title", flat(" ".join(map(str, each.itertext())))
            return


def _html(path: Path) -> Iterator[Fact]:
    with path.open("rb") as file:
        head = file.read(_HTML_HEAD)
    for tag in _META.findall(head):
        told = {name.lower(): a or b for name, a, b in _ATTRIBUTE.findall(decode(tag))}
        field = _HTML_NAMES.get((told.get("name") or told.get("property") or "").lower())
        content = told.get("content", "")
        if field:
            yield field, _day(content) if field == "published_on" else content


def _day(text: str) -> str:
    """20110426, 2011-04, 2011/4/26 or 2011 as it is kept; empty where it is none."""
    found = re.match(r"(\d{4})(?:[-/.]?(\d{1,2}))?(?:[-/.]?(\d{1,2}))?", text.strip())
    return written(*(int(part or 0) for part in found.groups())) if found and int(found[1]) else ""


def _attribute(element: etree._Element | None, name: str) -> str:
    return (element.get(name) or "") if element is not None else ""


_READERS: dict[str, Callable[[Path], Iterator[Fact]]] = {
    sniff.PDF: _pdf,
    sniff.DOCX: _docx,
    sniff.EPUB: _epub,
    sniff.JATS: _jats,
    sniff.SPL: _spl,
    sniff.HTML: _html,
}
