"""Links by which people choose a password themselves, so that nobody else ever knows it.

A secret is shown once, to whoever made the link, and kept as a digest. It holds for a day, works
once, and only the newest of an account holds.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from governance import clock, lockouts
from governance.actions.people import renew_password
from governance.duties import Deed
from governance.errors import AccountDisabled, LinkSpent
from governance.models import Account, PasswordLink
from governance.trail import Actor, changing

LIFE = timedelta(hours=24)


def digest_of_secret(secret: str) -> str:
    """A plain SHA-256 is enough: the secret is 256 random bits, nothing to be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def make(*, account: Account, reason: str = "", by: Actor) -> tuple[PasswordLink, str]:
    """A new link, and its secret this once. Links made before hold no more."""
    secret = secrets.token_urlsafe(32)
    with changing(by=by, may=Deed.ADMINISTER, reason=reason.strip()) as changes:
        account = Account.objects.get(pk=account.pk)
        if not account.is_active:
            raise AccountDisabled
        account.password_links.filter(used_at=None).delete()
        link = PasswordLink.objects.create(
            account=account, digest=digest_of_secret(secret), expires_at=changes.at + LIFE
        )
        changes.note("account.password_link_made", account, link=link.pk)
    return link, secret


def holding(digest: str, *, at: datetime) -> PasswordLink | None:
    """The link of that digest, if it may still be used."""
    unused = PasswordLink.objects.filter(digest=digest, used_at=None, expires_at__gt=at)
    return unused.filter(account__is_active=True).select_related("account__person").first()


def use(*, digest: str, password: str) -> Account:
    """Choose the password of the link's account. Its sessions end; the link is spent."""
    found = holding(digest, at=clock.now())
    if found is None:
        raise LinkSpent
    with changing(by=found.account) as changes:
        # Asked again under the trail's lock: of two who use it at once, one is second.
        link = holding(digest, at=changes.at)
        if link is None:
            raise LinkSpent
        link.used_at = changes.at
        link.save(update_fields=["used_at"])
        renew_password(link.account, password)
        # Who forgot a password has mostly tried others first.
        if lockouts.end(link.account.username):
            changes.note("account.unlocked", link.account)
        changes.note("account.password_set", link.account, link=link.pk)
    return link.account
