"""Programs and their keys: what each opens, how much may be asked, and one key after another."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from governance import clock
from governance.calling_errors import KeyGone
from governance.classes import SourceClass
from governance.duties import Deed, Scope
from governance.errors import AlreadyExists, Malformed
from governance.models import Client, ClientKey, digest_of_key, new_key
from governance.trail import Actor, Changes, changing, needs_reason

HINT = 7
LONGEST_NAME = 60
# A key that nobody has to renew for longer than this is one that nobody knows of any more.
LONGEST_LIFE = timedelta(days=10 * 366)
# How long the old key may open beside the new one.
LONGEST_OVERLAP = timedelta(days=90)
MOST_A_MINUTE = 600_000
MOST_AT_ONCE = 10_000


@dataclass(frozen=True)
class Limits:
    """What a program may be given, and how often. Nothing said is no limit."""

    source_classes: Sequence[str] = ()
    rate: int | None = None
    burst: int | None = None

    def columns(self) -> dict[str, Any]:
        """As they are kept. Raises `Malformed` for what is none."""
        _refuse_unknown(self.source_classes)
        if (self.rate is None) != (self.burst is None):
            problem = _("Give both, how many a minute and how many at once, or neither.")
            raise Malformed(field="burst", problem=problem)
        _refuse_beyond("rate", self.rate, MOST_A_MINUTE)
        _refuse_beyond("burst", self.burst, MOST_AT_ONCE)
        classes = sorted(set(self.source_classes))
        return {"source_classes": classes, "rate": self.rate, "burst": self.burst}


NO_LIMITS = Limits()


def create(
    *,
    name: str,
    scopes: Collection[Scope],
    expires_at: datetime | None = None,
    limits: Limits = NO_LIMITS,
    by: Actor,
) -> tuple[Client, str]:
    """Make a client and its key. The key is returned this once and is nowhere to be had again."""
    if not scopes:
        raise Malformed(field="scope", problem=_("Give at least one scope."))
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        problem = _("Give a name of at most %(longest)s characters.") % {"longest": LONGEST_NAME}
        raise Malformed(field="name", problem=problem)
    columns = limits.columns()
    with changing(by=by, may=Deed.ADMINISTER) as changes:
        if Client.objects.filter(name=name).exists():
            raise AlreadyExists(name=name)
        client = Client.objects.create(
            name=name, scopes=sorted(scopes), created_at=changes.at, **columns
        )
        _key, secret = _another(client, expires_at, changes)
        told = columns if client.is_limited else {}
        changes.note("client.created", client, scopes=client.scopes, **told)
    return client, secret


def set_limits(*, client: Client, limits: Limits, reason: str, by: Actor) -> Client:
    """Say anew what the program may be given and how often. It holds from the next request on."""
    columns = limits.columns()
    with changing(by=by, may=Deed.ADMINISTER, reason=needs_reason(reason)) as changes:
        client = _living(client)
        for name, value in columns.items():
            setattr(client, name, value)
        client.save(update_fields=[*columns])
        changes.note("client.limited", client, **columns)
    return client


def renew(
    *,
    client: Client,
    until: datetime,
    expires_at: datetime | None = None,
    reason: str,
    by: Actor,
) -> tuple[ClientKey, str]:
    """Make another key. Those before it open until the instant given, or their own end if sooner.

    The new key is returned this once. Refused where the overlap is past or longer than a quarter.
    """
    with changing(by=by, may=Deed.ADMINISTER, reason=needs_reason(reason)) as changes:
        client = _living(client)
        if not changes.at < until <= changes.at + LONGEST_OVERLAP:
            days = LONGEST_OVERLAP.days
            problem = _("The old key ends after now and within %(days)s days.") % {"days": days}
            raise Malformed(field="until", problem=problem)
        for old in client.keys.living(changes.at):
            if old.expires_at is None or old.expires_at > until:
                old.expires_at = until
                old.save(update_fields=["expires_at"])
        key, secret = _another(client, expires_at, changes)
        changes.note("client.key_made", client, key=key.pk, before_until=until)
    return key, secret


def revoke_key(*, key: ClientKey, reason: str, by: Actor) -> ClientKey:
    """Make one key useless at once; the program's others still open. Refused where it opens
    nothing any more."""
    with changing(by=by, may=Deed.ADMINISTER, reason=needs_reason(reason)) as changes:
        key = ClientKey.objects.select_related("client").get(pk=key.pk)
        if not key.opens_at(changes.at):
            raise KeyGone
        key.revoked_at = changes.at
        key.save(update_fields=["revoked_at"])
        changes.note("client.key_revoked", key.client, key=key.pk)
    return key


def revoke(*, client: Client, reason: str, by: Actor) -> Client:
    """Make every key of a program useless at once and for good. Twice does no harm."""
    with changing(by=by, may=Deed.ADMINISTER, reason=needs_reason(reason)) as changes:
        client = Client.objects.get(pk=client.pk)
        if client.revoked_at is None:
            client.revoked_at = changes.at
            client.save(update_fields=["revoked_at"])
            changes.note("client.revoked", client)
    return client


def why_not(expires_at: datetime) -> str:
    """Why a key does not end then."""
    if expires_at <= clock.now():
        return _("This day is past.")
    years = LONGEST_LIFE.days // 365
    return _("A key ends within %(years)s years, or has no last day.") % {"years": years}


def _another(
    client: Client, expires_at: datetime | None, changes: Changes
) -> tuple[ClientKey, str]:
    if expires_at and not changes.at < expires_at <= changes.at + LONGEST_LIFE:
        raise Malformed(field="expires_on", problem=why_not(expires_at))
    secret = new_key()
    key = client.keys.create(
        digest=digest_of_key(secret),
        hint=secret[:HINT],
        created_at=changes.at,
        expires_at=expires_at,
    )
    return key, secret


def _living(client: Client) -> Client:
    client = Client.objects.get(pk=client.pk)
    if client.revoked_at is not None:
        raise KeyGone
    return client


def _refuse_unknown(source_classes: Sequence[str]) -> None:
    for each in source_classes:
        if each not in SourceClass.values:
            problem = _("There is no class “%(name)s”.") % {"name": each}
            raise Malformed(field="source_classes", problem=problem)


def _refuse_beyond(field: str, value: int | None, most: int) -> None:
    if value is not None and not 1 <= value <= most:
        problem = _("Give a whole number from 1 to %(most)s.") % {"most": most}
        raise Malformed(field=field, problem=problem)
