"""Lists that a person wants to find again. Theirs alone, and not knowledge: no trail."""

from __future__ import annotations

from django.utils.translation import gettext as _

from governance.errors import Malformed
from governance.models import Account, SavedView

MOST = 30
LONGEST_NAME = 60


def keep(*, listed: str, name: str, query: str, by: Account, replace: bool = False) -> SavedView:
    """Keep the list under this name; one that is there already is given the new list if told so."""
    name = name.strip()
    if not name.isprintable() or not 0 < len(name) <= LONGEST_NAME:
        raise Malformed(field="name", problem=_("Give a short name, in one line."))
    mine = SavedView.objects.filter(person=by.person, listed=listed)
    if not replace and mine.filter(name=name).exclude(query=query).exists():
        problem = _("There is a view of this name. Tick below to replace it, or give another.")
        raise Malformed(field="name", problem=problem)
    if mine.exclude(name=name).count() >= MOST:
        problem = _("There are %(most)s saved views already; remove one first.") % {"most": MOST}
        raise Malformed(field="name", problem=problem)
    view, _made = SavedView.objects.update_or_create(
        person=by.person, listed=listed, name=name, defaults={"query": query}
    )
    return view


def remove(*, view: SavedView, by: Account) -> None:
    """Remove one's own; nothing happens where it is somebody else's, or gone."""
    SavedView.objects.filter(pk=view.pk, person=by.person).delete()
