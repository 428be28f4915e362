"""Links by which people choose a password themselves: once, within a day, the newest alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from governance import clock
from governance.actions import password_links, people
from governance.actions.password_links import LIFE, digest_of_secret
from governance.duties import Role
from governance.errors import AccountDisabled, LinkSpent, Malformed, NotAllowed
from governance.models import Account, AuditEntry, PasswordLink
from governance.trail import SHELL
from governance.verification import verify_trail
from tests.support import knowledge
from tests.support.knowledge import PASSWORD

NEW = "staple battery horse"


def make(account: Account, by: Account) -> str:
    """The digest, by which a link is used."""
    _link, secret = password_links.make(account=account, reason="She called.", by=by)
    return digest_of_secret(secret)


def password_of(account: Account) -> str:
    now = Account.objects.get(pk=account.pk)
    return next((p for p in (NEW, PASSWORD) if now.check_password(p)), "")


def test_link_lets_its_account_choose_a_password(ana: Account, sue: Account) -> None:
    password_links.use(digest=make(ana, sue), password=NEW)

    assert password_of(ana) == NEW


def test_link_that_is_only_made_changes_nothing(ana: Account, sue: Account) -> None:
    make(ana, sue)

    assert password_of(ana) == PASSWORD


def test_link_works_once(ana: Account, sue: Account) -> None:
    digest = make(ana, sue)
    password_links.use(digest=digest, password=NEW)

    with pytest.raises(LinkSpent):
        password_links.use(digest=digest, password=PASSWORD)


@pytest.mark.parametrize(("after", "holds"), [(LIFE - timedelta(seconds=5), True), (LIFE, False)])
def test_link_holds_for_a_day(after: timedelta, holds: bool, ana: Account, sue: Account) -> None:
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False) as time:
        digest = make(ana, sue)
        time.shift(after)

        assert bool(password_links.holding(digest, at=clock.now())) is holds


def test_only_the_newest_link_holds(ana: Account, sue: Account) -> None:
    older, newer = make(ana, sue), make(ana, sue)

    held = [bool(password_links.holding(d, at=clock.now())) for d in (older, newer)]
    assert held == [False, True]


def test_link_of_one_account_is_let_be_by_that_of_another(
    ana: Account, ben: Account, sue: Account
) -> None:
    digest = make(ana, sue)
    make(ben, sue)

    assert password_links.holding(digest, at=clock.now())


def test_weak_password_is_refused_and_the_link_still_holds(ana: Account, sue: Account) -> None:
    digest = make(ana, sue)

    with pytest.raises(Malformed):
        password_links.use(digest=digest, password="short")

    assert password_links.holding(digest, at=clock.now())


@pytest.mark.parametrize("digest", ["", "x", "0" * 64])
def test_unknown_link_is_refused(digest: str, db: None) -> None:
    with pytest.raises(LinkSpent):
        password_links.use(digest=digest, password=NEW)


def test_link_does_not_hold_for_who_was_disabled(ana: Account, sue: Account) -> None:
    digest = make(ana, sue)
    people.set_active(account=ana, active=False, reason="Left.", by=sue)
    people.set_active(account=ana, active=True, reason="Back.", by=sue)

    assert password_links.holding(digest, at=clock.now()) is None


def test_disabled_account_gets_no_link(ana: Account, sue: Account) -> None:
    people.set_active(account=ana, active=False, reason="Left.", by=sue)

    with pytest.raises(AccountDisabled):
        make(ana, sue)


def test_link_does_not_hold_once_the_password_was_changed(ana: Account, sue: Account) -> None:
    digest = make(ana, sue)
    people.set_password(account=ana, password=NEW, by=ana)

    assert password_links.holding(digest, at=clock.now()) is None


@pytest.mark.parametrize("role", [r for r in Role if r != Role.SECURITY_ADMIN])
def test_only_security_makes_links(role: Role, ana: Account) -> None:
    with pytest.raises(NotAllowed):
        make(ana, knowledge.account("pat", role))


def test_secret_is_kept_nowhere(ana: Account, sue: Account) -> None:
    link, secret = password_links.make(account=ana, by=sue)

    kept = [str(v) for v in vars(PasswordLink.objects.get(pk=link.pk)).values()]
    assert not any(secret in value for value in kept)
    assert secret.encode() not in bytes(AuditEntry.objects.latest("number").leaf)


def test_making_and_using_are_on_the_record_and_prove_themselves(
    ana: Account, sue: Account
) -> None:
    password_links.use(digest=make(ana, sue), password=NEW)

    made, used = AuditEntry.objects.order_by("-number")[:2][::-1]
    assert (made.action, made.by_id) == ("account.password_link_made", sue.pk)
    assert (used.action, used.by_id) == ("account.password_set", ana.pk)
    assert list(verify_trail()) == []


def test_new_account_without_a_password_logs_in_with_none(sue: Account) -> None:
    applicant = people.Applicant("eva")
    account = people.create_account(
        applicant=applicant, roles=[Role.CURATOR], password=None, by=SHELL
    )

    assert not any(account.check_password(p) for p in ("", account.password, "None"))
