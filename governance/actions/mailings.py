"""Which notices go out by mail, and the word that they went."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef

from governance import clock
from governance.models import Account, Notice, Person


def waiting() -> list[tuple[Person, list[Notice]]]:
    """Unread and never mailed, the oldest first, of each who has an address and may log in."""
    able = Account.objects.filter(person=OuterRef("person"), is_active=True)
    rows = Notice.objects.filter(Exists(able), read_at=None, mailed_at=None)
    rows = rows.exclude(person__email="")
    rows = rows.select_related("person", "version__source", "change_set")
    found: dict[Person, list[Notice]] = {}
    for notice in rows.order_by("person", "at", "pk"):
        found.setdefault(notice.person, []).append(notice)
    return list(found.items())


def mark_mailed(notices: Collection[Notice]) -> None:
    Notice.objects.filter(pk__in=[n.pk for n in notices]).update(mailed_at=clock.now())
