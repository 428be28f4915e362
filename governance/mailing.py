"""Tells people by mail what waits for them: titles and what is asked, never texts or reasons.

A notice is marked when the server has taken the mail. What is killed in between is mailed twice
rather than never; a server that is away is tried again at the next run.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from zlib import crc32

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.actions import mailings
from governance.models import Notice, Person
from governance.notice_words import sentence_of

log = logging.getLogger(__name__)

NAMED = 50
# Longer than a run may take: of two workers one mails.
RUN_SECONDS = 600
# An outage is one line in the log, and one more every so often while it lasts.
SAID_SECONDS = 6 * 3600
# How long somebody whose mail the server refused is left alone.
REFUSED_SECONDS = 3600
RUNNING, DOWN, REFUSED = "mail:running", "mail:down", "mail:refused"


def mail_waiting() -> int:
    """One mail to each whom something waits for. Returns how many were sent."""
    if not settings.SENDS_MAIL or not cache.add(RUNNING, True, RUN_SECONDS):
        return 0
    try:
        return _mail_everybody()
    finally:
        cache.delete(RUNNING)


def _mail_everybody() -> int:
    waiting = [(p, told) for p, told in mailings.waiting() if not cache.get(_refused(p))]
    if not waiting:
        return 0
    sent = 0
    try:
        with get_connection() as server:
            for person, notices in waiting:
                sent += _mail(person, notices, server)
    except (OSError, SMTPException) as error:
        if cache.add(DOWN, True, SAID_SECONDS):
            log.warning("Mail cannot be sent and is tried again every minute: %s", error)
    else:
        cache.delete(DOWN)
    return sent


def _mail(person: Person, notices: Sequence[Notice], server: BaseEmailBackend) -> int:
    with translation.override(settings.LANGUAGE_CODE):
        message = EmailMessage(
            subject=_subject(len(notices)),
            body=_body(notices),
            to=[person.email],
            headers={"Auto-Submitted": "auto-generated"},
            connection=server,
        )
    try:
        message.send()
    except (SMTPRecipientsRefused, SMTPResponseException) as error:
        # What one person's mail met must not keep the others from theirs.
        cache.set(_refused(person), True, REFUSED_SECONDS)
        log.warning("Mail to person %s is refused: %s", person.pk, type(error).__name__)
        return 0
    mailings.mark_mailed(notices)
    return 1


def _refused(person: Person) -> str:
    """By the address too: a corrected one is tried at once."""
    return f"{REFUSED}:{person.pk}:{crc32(person.email.encode())}"


def _subject(count: int) -> str:
    told = ngettext("Knowledge base: %(n)s notice", "Knowledge base: %(n)s notices", count)
    return told % {"n": count}


def _body(notices: Sequence[Notice]) -> str:
    lines = [_line(notice) for notice in notices[:NAMED]]
    more = len(notices) - NAMED
    if more > 0:
        lines.append(ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more})
    if settings.PUBLIC_URL:
        address = settings.PUBLIC_URL + reverse("admin:notices")
        lines += ["", _("Read them here: %(address)s") % {"address": address}]
    ending = _("Whoever wants no such mail takes the address away on their page.")
    return "\n".join([*lines, "", ending, ""])


def _line(notice: Notice) -> str:
    """A title is somebody's text: whatever breaks lines in it becomes a space."""
    title = " ".join(str(notice.about or "").split())
    return f"- {title} {sentence_of(notice)}"
