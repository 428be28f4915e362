"""Embeds and counts the text of drafts as soon as it is there, so that approval only writes."""

from __future__ import annotations

import logging

from django.db.models import Exists, OuterRef, QuerySet

from governance.models import Version
from llm import clients, words
from llm.caching import prepare
from llm.embedding import Unavailable
from llm.models import Cursor, LostLease, VersionWords

log = logging.getLogger(__name__)


def waiting() -> QuerySet[Version]:
    """Drafts, and versions in review, whose text as it stands was not prepared yet."""
    ready = VersionWords.objects.filter(
        version=OuterRef("pk"), content_digest=OuterRef("content_digest"), profile=words.PROFILE
    )
    return Version.objects.open().exclude(content_digest="").filter(~Exists(ready)).order_by("pk")


def prepare_waiting() -> None:
    """Prepare one draft after another; nothing happens while another worker is at it.

    What cannot be prepared is left for the projection, which parks it with its error.
    """
    cursor = Cursor.objects.lease("drafts")
    if cursor is None:
        return
    try:
        for version in waiting():
            cursor.hold()
            prepare(version, clients.encoder(), beat=cursor.hold)
    except LostLease:
        return
    except Unavailable as error:
        log.warning("The encoder is away: %r", error)
    cursor.release()
