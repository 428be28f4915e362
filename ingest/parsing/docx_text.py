"""The text of a DOCX's paragraphs as it stands after all tracked changes are taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from ingest.parsing import equations, superscripts
from ingest.parsing.docx_styles import attribute, child, on
from ingest.parsing.markup import local, tidy

_THROUGH = frozenset(
    "ins moveTo hyperlink smartTag sdt sdtContent fldSimple customXml dir bdo rubyBase ruby".split()
)
_PICTURES = frozenset({"pic", "imagedata", "chart", "relIds", "wgp", "wpc"})
_MARKS = {"tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_SYMBOL = dict(
    zip(
        map(
            int,
            "A3 B3 B1 B4 B0 B9 BB A5 AE AD AF AC D7 B7 B8 A2 B6 E5 D6 C5 C7 C8 CE A9".split(),
            [16] * 24,
        ),
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
        self._boxes: list[etree._Element] = []

    def text(self, paragraph: etree._Element) -> str:
        return tidy("".join(self._inside(paragraph)))

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
        shift = _SHIFTS.get(attribute(shifted, "val")) if shifted is not None else None
        return shift(text) if shift else text

    def _piece(self, element: etree._Element, name: str) -> str:
        if name == "t":
            return element.text or ""
        if name in _MARKS:
            return _MARKS[name]
        if name == "sym":
            return _symbol(attribute(element, "char"), attribute(element, "font"))
        if name in {"footnoteReference", "endnoteReference"}:
            return self._note(name.removesuffix("Reference"), attribute(element, "id"))
        if name in {"drawing", "pict", "object"}:
            return self._drawn(element)
        if name in {"AlternateContent", "ruby"}:
            return "".join(self._chosen(element) if name != "ruby" else self._inside(element))
        return ""

    def _note(self, kind: str, number: str) -> str:
        self.notes.append((kind, number))
        return f"[^{len(self.notes)}]"

    def _chosen(self, alternatives: etree._Element) -> Iterator[str]:
        """Word writes a drawing twice, for itself and for older readers; one counts."""
        choice = child(alternatives, "Choice")
        for each in alternatives[:1] if choice is None else [choice]:
            for part in each:
                yield self._piece(part, local(part)) or "".join(self._part(part, local(part)))

    def _drawn(self, element: etree._Element) -> str:
        """Text boxes are kept for later; what holds none is a picture or a formula of old."""
        boxes = [each for each in element.iter() if local(each) == "txbxContent"]
        inner = [each for box in boxes for each in box.iter() if local(each) == "txbxContent"]
        self._boxes += [box for box in boxes if inner.count(box) == 1]
        if any(_is_equation(each) for each in element.iter()):
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
