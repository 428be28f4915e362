"""What tests of the canvas share: its addresses, and names that no page may take for anything but
names.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.support.visiting import Visitor

CANVAS, TABLE = "/admin/canvas/", "/admin/canvas/table/"
SHOWN, FOUND = "/admin/canvas/shown/", "/admin/canvas/found/"
TAKE_BACK = "/admin/canvas/take-back/"
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "<!-- not a comment",
    "]]><svg onload=alert(3)>",
    "&lt;b&gt; & &amp; &#60;",
    "' OR 1=1 --",
    '" onmouseover="alert(4)',
    "`}) MATCH (n) DETACH DELETE n //",
    "{{ 7*7 }} {% debug %} ${7*7}",
    "%s %(name)s %d",
    "{name} {nodes} {step}",
    "javascript:alert(5)",
    "../../etc/passwd",
    "C:\\temp\\*?:|",
    "=HYPERLINK(1)",
    "__proto__",
    "constructor",
    "new:x",
    "קוד عربي mixed",
    "e\u0301\u0301\u0301\u0301 Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A",
    "👩‍⚕️🏥".replace("\u200d", ""),
    "a" * 200,
    "药" * 200,
]


def led(address: str, canvas: str = "") -> str:
    """A page as it is come to from the canvas."""
    return f"{address}{'&' if '?' in address else '?'}canvas={quote(canvas)}"


def shown(visitor: Visitor, **query: Any) -> Any:
    return visitor.open(SHOWN, **query).json()


def labels(told: Any) -> list[str]:
    return [node["label"] for node in told["nodes"]]


def states(told: Any) -> dict[str, str]:
    """Of what has one, by the name or the words it is drawn with."""
    drawn = [*told["nodes"], *told["edges"]]
    return {each["label"]: each["state"] for each in drawn if each["state"]}
