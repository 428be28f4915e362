"""What a call is sent, taken strictly: no unknown fields, no numbers for text."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from governance.errors import Malformed
from governance.originals import TURNING

LONGEST_LINE = 300
LONGEST_PROSE = 4000
LONGEST_PASSWORD = 1000
LARGEST_NUMBER = 2**63 - 1
# In an address, where its digits are counted.
LARGEST_WHOLE = 10**18 - 1
# Days outside would overflow once a time zone is reckoned with.
YEARS = range(1900, 2200)


class Json(JSONParser):
    """JSON, where a body nested without end is malformed and no fault of ours."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("The body is nested too deeply.")) from error


class Body(serializers.Serializer[Any]):
    """A JSON object or a form with these fields and no others."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                problem = gettext("There is no such field.")
                raise ValidationError({str(name)[:LONGEST_LINE]: [problem] for name in unknown})
        return super().to_internal_value(data)


class Nothing(Body):
    """A call whose address says it all."""


class Text(serializers.CharField):
    """Text, for which no number is taken; without characters that nobody can see."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "unseen": _("There is a control character in it."),
    }
    may_hold: ClassVar[str] = ""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if any(_is_unseen(c) and c not in self.may_hold for c in data):
            self.fail("unseen")
        return super().to_internal_value(data)


class Line(Text):
    """One line of text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_length": LONGEST_LINE} | kwargs))


class Prose(Text):
    """Text that may have several lines, such as a reason."""

    may_hold = "\n\r\t"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_length": LONGEST_PROSE} | kwargs))


class Password(Text):
    def __init__(self, **kwargs: Any) -> None:
        given = {"max_length": LONGEST_PASSWORD, "trim_whitespace": False, "write_only": True}
        super().__init__(**(given | kwargs))


class Flag(serializers.BooleanField):
    """true or false, and nothing that could be taken for it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Number(serializers.IntegerField):
    """The number of something that is kept here."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_NUMBER, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class Day(serializers.DateField):
    """A day as YYYY-MM-DD, in years that a calendar can reckon with; empty in a form is none."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "far": _("Give a day between 1900 and 2199."),
    }

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if day.year not in YEARS:
            self.fail("far")
        return day


def whole_number(request: Request, name: str, *, default: int | None = None) -> int:
    """A whole number from the query. Raises `Malformed` for what is none, or is missing."""
    value = request.query_params.get(name)
    if value is None and default is not None:
        return default
    if (
        value is None
        or not value.isascii()
        or not value.isdigit()
        or len(value) > len(str(LARGEST_WHOLE))
    ):
        raise Malformed(field=name, problem=gettext("Give a whole number."))
    return int(value)


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in TURNING
