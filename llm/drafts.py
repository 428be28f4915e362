"""Embeds and counts the text of drafts as soon as it is there, so that approval only writes."""

from __future__ import annotations

import logging

from django.db.models import Exists, OuterRef, QuerySet

from governance import clock
from governance.models import Version
from llm import clients, words
from llm.caching import prepare
from llm.embedding import Unavailable
from llm.models import Cursor, LostLease, Parked, VersionWords

log = logging.getLogger(__name__)


NAME = "drafts"


def waiting() -> QuerySet[Version]:
    """Drafts, and versions in review, whose text as it stands was not prepared yet.

    Without those that could not be prepared and whose pause is not over.
    """
    ready = VersionWords.objects.filter(
        version=OuterRef("pk"), content_digest=OuterRef("content_digest"), profile=words.PROFILE
    )
    paused = Parked.objects.filter(projection=NAME, number=OuterRef("pk"), retry_at__gt=clock.now())
    drafts = Version.objects.open().exclude(content_digest="")
    return drafts.filter(~Exists(ready), ~Exists(paused)).order_by("pk")


def prepare_waiting() -> None:
    """Prepare one draft after another; nothing happens while another worker is at it.

    What cannot be prepared is parked with its error and does not hold up the others.
    """
    cursor = Cursor.objects.lease(NAME)
    if cursor is None:
        return
    try:
        for version in waiting():
            _prepare(version, cursor)
    except LostLease:
        return
    except Unavailable as error:
        log.warning("The encoder is away: %r", error)
    finally:
        cursor.release()
    # Nobody waits for those that are no drafts any more.
    Parked.objects.filter(projection=NAME).exclude(number__in=Version.objects.open()).delete()


def _prepare(version: Version, cursor: Cursor) -> None:
    cursor.hold()
    try:
        prepare(version, clients.encoder(), beat=cursor.hold)
    except (LostLease, Unavailable):
        raise
    except Exception as error:
        log.exception("Version %s could not be prepared.", version.pk)
        Parked.objects.park(NAME, version.pk, error, at=clock.now())
    else:
        Parked.objects.filter(projection=NAME, number=version.pk).delete()
