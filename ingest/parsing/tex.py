"""Simple formulas written in TeX as a line of text: $3 3 . 3 \\%$ is 33.3%."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ingest.parsing import superscripts

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_]|\s+|.", re.S)
_GREEK = dict(
    zip(
        (
            *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota"),
            *("kappa", "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon"),
            *("phi", "chi", "psi", "omega"),
        ),
        "αβγδεζηθικλμνξπρστυφχψω",
        strict=True,
    )
)
_CAPITALS = {"gamma", "delta", "theta", "lambda", "xi", "pi", "sigma", "phi", "psi", "omega"}
_SIGNS = {
    f"\\{name}": sign
    for name, sign in {
        **_GREEK,
        **{name.capitalize(): sign.upper() for name, sign in _GREEK.items() if name in _CAPITALS},
        **{"varepsilon": "ε", "varphi": "φ", "sim": "~", "pm": "±", "mp": "∓", "times": "×"},
        **{"div": "÷", "cdot": "·", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠"},
        **{"ne": "≠", "approx": "≈", "equiv": "≡", "to": "→", "rightarrow": "→", "infty": "∞"},
        **{
            "leqslant": "≤",
            "geqslant": "≥",
            "leftarrow": "←",
            "uparrow": "↑",
            "downarrow": "↓",
        },
        **{"circ": "°", "prime": "′", "sum": "∑", "prod": "∏", "partial": "∂", "in": "∈"},
        **{"ldots": "…", "cdots": "…", "dots": "…", "quad": " ", "qquad": " ", "bullet": "•"},
        **{"colon": ":", "backslash": "\\", "ll": "≪", "gg": "≫", "cap": "∩", "cup": "∪"},
        **{"%": "%", "&": "&", "#": "#", "$": "$", "_": "_", "{": "{", "}": "}", "|": "‖"},
        **{" ": " ", ",": "", ";": "", ":": "", "!": "", "left": "", "right": ""},
        **dict.fromkeys(("displaystyle", "textstyle", "scriptstyle", "scriptsize"), ""),
        **dict.fromkeys(("big", "Big", "bigg", "Bigg", "small", "rm", "it", "bf"), ""),
    }.items()
}
_PLAIN = {
    *("\\mathrm", "\\mathbf", "\\mathit", "\\mathsf", "\\mathbb", "\\mathcal", "\\mathtt"),
    *("\\text", "\\textbf", "\\textit", "\\textrm", "\\operatorname", "\\boldsymbol"),
    *("\\pmb", "\\mbox"),
}
_FRACTIONS = {"\\frac", "\\dfrac", "\\tfrac"}
_DEEPEST = 40
# Dollars and words between them are money or arrows, no formula.
_PROSE = re.compile(r"[\u2e80-\u9fff]|(?<![\\A-Za-z])[A-Za-z]{3,}\s+[A-Za-z]{3,}")


class _Beyond(Exception):
    """The formula holds what a line of text cannot say."""


def line(source: str) -> str | None:
    """The formula as it would be read on paper; None if it is beyond a line of text.

    Blanks in TeX print nothing, so taking them out changes nothing that is read.
    """
    if _PROSE.search(source):
        return None
    tokens = iter(_TOKEN.findall(source))
    try:
        return _group(tokens, "", 0).strip()
    except _Beyond:
        return None


def _group(tokens: Iterator[str], end: str, depth: int) -> str:
    if depth > _DEEPEST:
        raise _Beyond
    parts: list[str] = []
    for token in tokens:
        if token == end:
            return "".join(parts)
        parts.append(_token(token, tokens, depth))
    if end:
        raise _Beyond
    return "".join(parts)


def _token(token: str, tokens: Iterator[str], depth: int) -> str:
    if token == "{":  # noqa: S105  (a brace, no password)
        return _group(tokens, "}", depth + 1)
    if token in _FRACTIONS:
        return f"({_argument(tokens, depth)})/({_argument(tokens, depth)})"
    wrap = _WRAPPING.get(token)
    return wrap(_argument(tokens, depth)) if wrap else _sign(token)


def _sign(token: str) -> str:
    if token.isspace() or token == "~":  # noqa: S105
        return "" if token.isspace() else " "
    if token in _SIGNS:
        return _SIGNS[token]
    if token.startswith("\\") or token in {"}", "&"}:
        raise _Beyond
    return token


def _argument(tokens: Iterator[str], depth: int) -> str:
    for token in tokens:
        if not token.isspace():
            return _token(token, tokens, depth)
    raise _Beyond


def _raised(text: str) -> str:
    return text if text in {"°", "′", "*"} else superscripts.raised(text)


_WRAPPING: dict[str, Callable[[str], str]] = {
    "^": _raised,
    "_": superscripts.lowered,
    "\\sqrt": lambda text: f"√({text})",
    **dict.fromkeys(_PLAIN, str),
}
