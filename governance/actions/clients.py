"""Keys for programs: shown once, stored as a digest, each with its scopes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from governance import clock
from governance.duties import Deed, Scope
from governance.errors import AlreadyExists, Malformed
from governance.models import Client, digest_of_key, new_key
from governance.trail import Actor, changing, needs_reason

HINT = 7
LONGEST_NAME = 60
# A key that nobody has to renew for longer than this is one that nobody knows of any more.
LONGEST_LIFE = timedelta(days=10 * 366)


def create(
    *, name: str, scopes: Collection[Scope], expires_at: datetime | None = None, by: Actor
) -> tuple[Client, str]:
    """Make a client and its key. The key is returned this once and is nowhere to be had again."""
    if not scopes:
        raise Malformed(field="scope", problem=_("Give at least one scope."))
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        problem = _("Give a name of at most %(longest)s characters.") % {"longest": LONGEST_NAME}
        raise Malformed(field="name", problem=problem)
    key = new_key()
    with changing(by=by, may=Deed.ADMINISTER) as changes:
        if expires_at and not changes.at < expires_at <= changes.at + LONGEST_LIFE:
            raise Malformed(field="expires_on", problem=why_not(expires_at))
        if Client.objects.filter(name=name).exists():
            raise AlreadyExists(name=name)
        client = Client.objects.create(
            name=name,
            scopes=sorted(scopes),
            key_digest=digest_of_key(key),
            key_hint=key[:HINT],
            created_at=changes.at,
            expires_at=expires_at,
        )
        changes.note("client.created", client, scopes=client.scopes)
    return client, key


def why_not(expires_at: datetime) -> str:
    """Why a key does not end then."""
    if expires_at <= clock.now():
        return _("This day is past.")
    years = LONGEST_LIFE.days // 365
    return _("A key ends within %(years)s years, or has no last day.") % {"years": years}


def revoke(*, client: Client, reason: str, by: Actor) -> Client:
    """Make a key useless at once. Twice does no harm."""
    with changing(by=by, may=Deed.ADMINISTER, reason=needs_reason(reason)) as changes:
        client = Client.objects.get(pk=client.pk)
        if client.revoked_at is None:
            client.revoked_at = changes.at
            client.save(update_fields=["revoked_at"])
            changes.note("client.revoked", client)
    return client
