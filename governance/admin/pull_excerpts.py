"""All that a passage says, where it is pulled: more goes than the line that names the thing."""

from __future__ import annotations

from django.utils.html import format_html_join, strip_tags
from django.utils.safestring import SafeString, mark_safe

from governance.admin.tables import shown
from governance.naming import Names


def rest_of(names: Names, text: str, excerpt: str) -> SafeString:
    """The whole text with every name marked; empty where the excerpt says all of it."""
    if _bare(shown(text)) in _bare(excerpt):
        return SafeString("")
    return shown(text, lambda part: _marked(names, part))


def _bare(html: str) -> str:
    return "".join(strip_tags(html).split())


def _marked(names: Names, text: str) -> SafeString:
    parts, done = [], 0
    for start, end in names.spans(text) if names.are_in(text) else []:
        parts += [("", text[done:start], ""), ("<mark>", text[start:end], "</mark>")]
        done = end
    parts.append(("", text[done:], ""))
    return format_html_join("", "{}{}{}", ((mark_safe(a), t, mark_safe(b)) for a, t, b in parts))  # noqa: S308
