"""Shows what was masked in the language of whoever reads; what is kept says it in one."""

from __future__ import annotations

import re

from django import template
from django.utils.translation import pgettext_lazy as _of

register = template.Library()

_MASK = re.compile(r"⟨([a-z]+)⟩")
# By the kinds of `llm.masking`.
WORDS = {
    "name": _of("masked", "name"),
    "id": _of("masked", "identity number"),
    "passport": _of("masked", "passport"),
    "phone": _of("masked", "phone"),
    "record": _of("masked", "record number"),
    "bed": _of("masked", "bed"),
    "insurance": _of("masked", "insurance number"),
    "account": _of("masked", "account"),
    "address": _of("masked", "address"),
    "email": _of("masked", "email"),
    "birth": _of("masked", "date of birth"),
    "plate": _of("masked", "number plate"),
}


@register.filter
def masks_in_words(text: str | None) -> str:
    """`⟨name⟩` as `⟨姓名⟩` in Chinese; what only looks like a mask stays as it is."""
    return _MASK.sub(lambda hit: f"⟨{WORDS.get(hit[1], hit[1])}⟩", text or "")
