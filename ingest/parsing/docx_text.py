"""The text of a DOCX's paragraphs as it stands after all tracked changes are taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from lxml import etree

from ingest.parsing import equations, superscripts
from ingest.parsing.docx_styles import attribute, child, on
from ingest.parsing.markup import local, names
from ingest.parsing.underlined import underlined

_THROUGH = names(
    "ins moveTo hyperlink smartTag sdt sdtContent fldSimple customXml dir bdo rubyBase ruby"
)
_PICTURES = frozenset({"pic", "imagedata", "chart", "relIds", "wgp", "wpc"})
_MARKS = {"tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_SYMBOL = dict(
    zip(
        bytes.fromhex("A3B3B1B4B0B9BBA5AEADAFACD7B7B8A2B6E5D6C5C7C8CEA9"),
        "≤≥±×°≠≈∞→↑↓←⋅•÷′∂∑√⊕∩∪∈♥",
        strict=True,
    )
)
_GREEK = dict(zip(b"abcdefghiklmnopqrstuvwxyz", "αβχδεφγηικλμνοπθρστυϖωξψζ", strict=True))
_GREEK |= dict(zip(b"DFGLPQSWXY", "ΔΦΓΛΠΘΣΩΞΨ", strict=True))
_DINGS = {
    0xFC: "✓",
    0xFB: "✗",
    0xFE: "☑",
    0xFD: "☒",
    0xA8: "□",
    0x6C: "●",
    0x6E: "■",
    0xE0: "→",
}
_DINGS |= {0x52: "☑", 0x6F: "□", 0xD8: "➢", 0x9F: "•", 0xF0: "⇨", 0x54: "☒", 0xA3: "□"}
_UNKNOWN = "\ufffd"


class Texts:
    """Reads paragraphs, gathering the notes they refer to and counting what is left out."""

    def __init__(self) -> None:
        self.left: Counter[str] = Counter()
        self.notes: list[tuple[str, str]] = []
        self.equations: set[str] = set()
        """Relations to the embedded files that are formulas of old."""
        self._boxes: list[etree._Element] = []

    def text(self, paragraph: etree._Element) -> str:
        """All of it, with its blanks as they are: what follows may have to be joined on."""
        return "".join(self._inside(paragraph))

    def boxes(self) -> list[etree._Element]:
        """The contents of the text boxes that were met since this was last asked."""
        found, self._boxes = self._boxes, []
        return found

    def _inside(self, element: etree._Element) -> Iterator[str]:
        for each in element:
            yield from self._part(each, local(each))

    def _part(self, element: etree._Element, name: str) -> Iterator[str]:
        if name == "r":
            yield self._run(element)
        elif name in _THROUGH:
            self.left["tracked_changes_taken"] += name in {"ins", "moveTo"}
            yield from self._inside(element)
        elif name in {"del", "moveFrom"}:
            self.left["tracked_changes_taken"] += 1
        elif name in {"oMath", "oMathPara"}:
            yield self._equation(element)
        elif name == "AlternateContent":
            yield from self._chosen(element)

    def _run(self, run: etree._Element) -> str:
        properties = child(run, "rPr")
        text = "".join(self._piece(each, local(each)) for each in run)
        if properties is None:
            return _symbols(text, "")
        if on(properties, "vanish") and text.strip():
            self.left["hidden_text_left_out"] += 1
            return ""
        shifted = child(properties, "vertAlign")
        fonts = child(properties, "rFonts")
        text = _symbols(text, attribute(fonts, "ascii") if fonts is not None else "")
        line = child(properties, "u")
        if line is not None and attribute(line, "val") != "none":
            text = underlined(text)
        shift = _SHIFTS.get(attribute(shifted, "val")) if shifted is not None else None
        return shift(text) if shift else text

    def _piece(self, element: etree._Element, name: str) -> str:
        if name in _MARKS:
            return _MARKS[name]
        read: Callable[[etree._Element], str] | None = {
            "t": lambda each: each.text or "",
            "sym": lambda each: _symbol(attribute(each, "char"), attribute(each, "font")),
            "footnoteReference": self._note,
            "endnoteReference": self._note,
            "drawing": self._drawn,
            "pict": self._drawn,
            "object": self._drawn,
            "AlternateContent": lambda each: "".join(self._chosen(each)),
            "ruby": lambda each: "".join(self._inside(each)),
        }.get(name)
        return read(element) if read else ""

    def _note(self, reference: etree._Element) -> str:
        kind = local(reference).removesuffix("Reference")
        self.notes.append((kind, attribute(reference, "id")))
        return f"[^{len(self.notes)}]"

    def _chosen(self, alternatives: etree._Element) -> Iterator[str]:
        """Word writes a drawing twice, for itself and for older readers; one counts."""
        choice = child(alternatives, "Choice")
        for each in list(alternatives)[:1] if choice is None else [choice]:
            for part in each:
                yield self._piece(part, local(part)) or "".join(self._part(part, local(part)))

    def _drawn(self, element: etree._Element) -> str:
        """Text boxes are kept for later; what holds none is a picture or a formula of old."""
        boxes = [each for each in element.iter() if local(each) == "txbxContent"]
        inner = [each for box in boxes for each in box.iter() if local(each) == "txbxContent"]
        self._boxes += [box for box in boxes if inner.count(box) == 1]
        equations_of_old = [each for each in element.iter() if _is_equation(each)]
        self.equations |= {attribute(each, "id") for each in equations_of_old}
        if equations_of_old:
            self.left["equation_left_out"] += 1
        elif any(local(each) == "OLEObject" for each in element.iter()):
            self.left["embedded_file_left_out"] += 1
        elif not boxes or any(local(each) in _PICTURES for each in element.iter()):
            self.left["figure_left_out"] += 1
        return ""

    def _equation(self, element: etree._Element) -> str:
        text = equations.line(element)
        self.left["equation_left_out"] += not text
        return f" {text} "


def stands_out(paragraph: etree._Element) -> bool:
    """Whether every run with text in it is bold."""
    runs = [each for each in paragraph.iter() if local(each) == "r" and _has_text(each)]
    return bool(runs) and all(on(child(run, "rPr"), "b") for run in runs)


def _has_text(run: etree._Element) -> bool:
    return any(local(each) == "t" and (each.text or "").strip() for each in run)


def _is_equation(element: etree._Element) -> bool:
    return local(element) == "OLEObject" and attribute(element, "ProgID").startswith("Equation")


def _symbol(code: str, font: str) -> str:
    try:
        number = int(code, 16)
    except ValueError:
        return _UNKNOWN
    return _symbols(chr(0xF000 | number & 0xFF), font)


def _symbols(text: str, font: str) -> str:
    """Characters of symbol fonts as what they show: F0B3 in Symbol is ≥, and a dose hangs on it."""
    if not any("\uf000" <= character <= "\uf0ff" for character in text):
        return text
    table = _DINGS if "ding" in font.lower() else _SYMBOL | _GREEK
    return "".join(_shown(character, table) for character in text)


def _shown(character: str, table: dict[int, str]) -> str:
    if not "\uf000" <= character <= "\uf0ff":
        return character
    code = ord(character) & 0xFF
    plain = chr(code) if 0x20 <= code < 0x40 and table is not _DINGS else _UNKNOWN  # noqa: PLR2004
    return table.get(code, plain)


_SHIFTS = {"superscript": superscripts.raised, "subscript": superscripts.lowered}
