"""Adapters: that weights were trained on sets, as a person or a program registers it, once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from governance.duties import Deed
from governance.errors import AlreadyExists, Malformed
from governance.models import Account, Client
from governance.trail import changing
from llm.actions.training_sets import checked_name
from llm.models import Adapter, AdapterSet, TrainingSet
from llm.models.training import LONGEST_BASE, LONGEST_NOTE

MOST_SETS = 50
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Trained:
    """`digest` is the SHA-256 of the weights; `sets` are names of training sets."""

    name: str
    base_model: str
    digest: str
    sets: Sequence[str]
    note: str = ""


def register(*, trained: Trained, by: Account | Client) -> tuple[Adapter, bool]:
    """The adapter as it is kept, and whether it is new. Said again in the same words it is that
    one; a name or weights that stand for something else already are refused.
    """
    told = _checked(trained)
    may = Deed.CURATE if isinstance(by, Account) else None
    with changing(by=by, may=may) as changes:
        sets = _sets(told.sets)
        kept = Adapter.objects.filter(name__iexact=told.name).first()
        if kept and _as_told(kept) == told:
            return kept, False
        if kept or Adapter.objects.filter(digest=told.digest).exists():
            raise AlreadyExists(name=told.name)
        made = Adapter.objects.create(
            name=told.name,
            base_model=told.base_model,
            digest=told.digest,
            note=told.note,
            person=by.person if isinstance(by, Account) else None,
            client=by if isinstance(by, Client) else None,
            registered_at=changes.at,
        )
        AdapterSet.objects.bulk_create(AdapterSet(adapter=made, set=each) for each in sets)
        numbers = [each.pk for each in sets]
        changes.note("adapter.registered", made, digest=made.digest, training_sets=numbers)
    return made, True


def _checked(trained: Trained) -> Trained:
    base, note = trained.base_model.strip(), trained.note.strip()
    if not base or len(base) > LONGEST_BASE or "\0" in base:
        raise Malformed(field="base_model", problem=_("Name the model that it was trained on."))
    if not _DIGEST.fullmatch(trained.digest):
        problem = _("A SHA-256 is 64 hexadecimal digits in lower case.")
        raise Malformed(field="digest", problem=problem)
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise Malformed(field="note", problem=_("Give plain text that is not that long."))
    sets = tuple(sorted(set(trained.sets)))
    return Trained(checked_name(trained.name), base, trained.digest, sets, note)


def _sets(names: Sequence[str]) -> list[TrainingSet]:
    if not 1 <= len(names) <= MOST_SETS:
        problem = _("Name from 1 to %(most)s training sets.") % {"most": MOST_SETS}
        raise Malformed(field="training_sets", problem=problem)
    found = list(TrainingSet.objects.filter(name__in=names).order_by("pk"))
    if missing := set(names) - {each.name for each in found}:
        problem = _("There is no training set “%(name)s”.") % {"name": min(missing)}
        raise Malformed(field="training_sets", problem=problem)
    return found


def _as_told(kept: Adapter) -> Trained:
    sets = kept.made_of.values_list("set__name", flat=True)
    return Trained(kept.name, kept.base_model, kept.digest, tuple(sorted(sets)), kept.note)
