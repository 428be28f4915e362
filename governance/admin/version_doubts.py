"""What gives reason to look twice before a version is submitted or approved."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as say
from django.utils.translation import ngettext

from governance.actions import versions
from governance.admin.review import open_comments
from governance.models import Source, Version


def still_open(version: Version) -> list[str]:
    """How many comments nobody has settled; nothing where there are none."""
    return told_open(open_comments(version).count())


def told_open(count: int) -> list[str]:
    sentence = ngettext(
        "%(count)s comment on it is still open.",
        "%(count)s comments on it are still open.",
        count,
    )
    return [sentence % {"count": count}] if count else []


def same_number(source: Source) -> list[str]:
    """Two sources of one work would stand in force beside each other."""
    sentence = say(
        "Another source has the same number: “%(title)s”. A new edition of it is uploaded there;"
        " registered apart, both would be in force."
    )
    return [sentence % {"title": each.title} for each in source.namesakes()[:3]]


def doubts_of_dates(version: Version, today: date) -> list[str]:
    """An edition older than the one it would end, or one of a day to come, may be a slip."""
    told = []
    older = versions.predecessor_of(version)
    if older and _is_before(version.published_on, older.published_on):
        sentence = say(
            "It was published before the edition it would end: %(day)s, and “%(label)s” %(other)s."
        )
        facts = {"label": older.label, "other": older.published_on}
        told.append(sentence % {"day": version.published_on, **facts})
    if not version.effective_from and _is_before(today.isoformat(), version.published_on):
        sentence = say(
            "It says that it will be published on %(day)s. Without a day on which it takes effect,"
            " it does so with its approval."
        )
        told.append(sentence % {"day": version.published_on})
    return told


def _is_before(one: str, other: str) -> bool:
    """As far as both say: a year says nothing of the month."""
    known = min(len(one), len(other))
    return one[:known] < other[:known]
