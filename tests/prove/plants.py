"""Settings of a process under trial.

`KB_PLANT` names a bug that it has, and a harness must catch. With `KB_OTHER_CLOCK` it runs under
faketime.
"""

from __future__ import annotations

import os
import select
import time
from datetime import datetime
from typing import Any

from django.apps import AppConfig

if os.environ.get("KB_OTHER_CLOCK"):
    # Python sleeps until an instant of the monotonic clock, which faketime takes for one of its
    # own and refuses; a wait of a length it lets through. Before anybody else imports it.
    time.sleep = lambda seconds: select.select([], [], [], seconds) and None

from kbadmin.settings import *  # noqa: F403
from kbadmin.settings import INSTALLED_APPS as SOUND

INSTALLED_APPS = [*SOUND, "tests.prove.plants.Plants"]
TEAR = 0.4  # seconds between the two halves of what should be one


class Plants(AppConfig):
    name = "tests.prove"
    label = "plants"

    def ready(self) -> None:
        if plant := os.environ.get("KB_PLANT"):
            PLANTS[plant]()


def no_fence() -> None:
    """Retrieval believes the store."""
    from governance.models import Passage
    from llm import retrieval
    from llm.projections.advance import last_knowledge

    def believing(offered: set[str], *, at: datetime) -> tuple[dict[int, Passage], int, datetime]:
        rows = Passage.objects.filter(pk__in=[int(name) for name in offered])
        rows = rows.select_related("version", "section")
        return {p.pk: p for p in rows}, last_knowledge(), at

    retrieval._fence = believing


def no_clock() -> None:
    """What was approved is in force until somebody retires it."""
    from governance.models import Version

    def approved(self: Any, at: datetime) -> bool:
        return bool(self.status == "active")

    Version.is_in_force = approved  # type: ignore[method-assign]


def torn_reading() -> None:
    """A file is said to have been read before its text is there."""
    from governance.actions import passages, uploads
    from governance.lifecycle import Status
    from governance.models import ParseState
    from governance.trail import SYSTEM, changing

    def torn(*, upload: Any, attempt: int, reading: Any, text: Any) -> bool:
        with changing(by=SYSTEM) as changes:
            upload = type(upload).objects.get(pk=upload.pk)
            upload.parse_state = ParseState.DONE
            upload.media_type, upload.pages = reading.media_type, reading.pages
            upload.profile = reading.profile
            upload.save(update_fields=["parse_state", "media_type", "pages", "profile"])
            changes.note("upload.read", upload, attempt=attempt, profile=reading.profile)
        time.sleep(TEAR)
        with changing(by=SYSTEM) as changes:
            for version in upload.versions.filter(status=Status.DRAFT, content_digest=""):
                passages.fill(version, text)
                changes.note("version.parsed", version, content=version.content_digest)
        return True

    uploads.finish_reading = torn


def mute() -> None:
    """A start that is refused says nothing of it."""
    from django.core.management.base import CommandError

    from kbadmin import startup

    prepare = startup.prepare

    def silent() -> None:
        try:
            prepare()
        except CommandError:
            os._exit(0)

    startup.prepare = silent


PLANTS = {
    "no-fence": no_fence,
    "no-clock": no_clock,
    "torn-reading": torn_reading,
    "mute": mute,
}
