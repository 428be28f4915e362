"""One key of a program after another, and the limits it is given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from governance import clock
from governance.actions import clients
from governance.actions.clients import Limits
from governance.calling_errors import KeyGone
from governance.duties import Scope
from governance.errors import Malformed, NotAllowed
from governance.models import Account, Client, ClientKey
from governance.verification import verify_trail
from tests.support.callers import Caller
from tests.support.refusing import database_refuses
from tests.support.visiting import Visitor

pytestmark = pytest.mark.database

DAY = timedelta(days=1)


@pytest.fixture
def made(sue: Account) -> tuple[Client, str]:
    return clients.create(name="tier", scopes=[Scope.RETRIEVE], by=sue)


def opens(key: str, at: datetime) -> bool:
    return Client.objects.with_key(key, at=at) is not None


def renewed(client: Client, by: Account, *, days: int = 7) -> str:
    until = clock.now() + days * DAY
    return clients.renew(client=client, until=until, reason="Yearly.", by=by)[1]


def test_both_keys_open_until_the_old_one_ends(made: tuple[Client, str], sue: Account) -> None:
    client, old = made
    new, now = renewed(client, sue), clock.now()

    assert (opens(old, now), opens(new, now)) == (True, True)
    assert (opens(old, now + 8 * DAY), opens(new, now + 8 * DAY)) == (False, True)


def test_overlap_makes_no_key_last_longer(sue: Account) -> None:
    end = clock.now() + 2 * DAY
    client, _ = clients.create(name="t", scopes=[Scope.AUDIT], expires_at=end, by=sue)

    renewed(client, sue)

    assert client.keys.earliest("pk").expires_at == end


@pytest.mark.parametrize("days", [-1, 0, 91])
def test_overlap_that_makes_no_sense_is_refused(
    days: int, made: tuple[Client, str], sue: Account
) -> None:
    with pytest.raises(Malformed):
        renewed(made[0], sue, days=days)


def test_each_key_says_when_it_was_used(made: tuple[Client, str], sue: Account) -> None:
    client, _old = made
    new = renewed(client, sue)

    Caller().get("/api/v1/changes/", headers={"authorization": f"Bearer {new}"})

    used = [key.last_used_at is not None for key in client.keys.order_by("pk")]
    assert used == [False, True]
    assert list(verify_trail()) == []


def test_one_key_is_revoked_and_the_other_opens(made: tuple[Client, str], sue: Account) -> None:
    client, old = made
    new = renewed(client, sue)

    clients.revoke_key(key=client.keys.earliest("pk"), reason="Leaked.", by=sue)

    assert (opens(old, clock.now()), opens(new, clock.now())) == (False, True)


def test_revoked_program_has_no_key_that_opens(made: tuple[Client, str], sue: Account) -> None:
    new = renewed(made[0], sue)

    clients.revoke(client=made[0], reason="Gone.", by=sue)

    assert not opens(new, clock.now())
    with pytest.raises(KeyGone):
        renewed(made[0], sue)


def test_only_security_gives_another_key(made: tuple[Client, str], ana: Account) -> None:
    with pytest.raises(NotAllowed):
        renewed(made[0], ana)
    with pytest.raises(NotAllowed):
        clients.set_limits(client=made[0], limits=Limits(), reason="More.", by=ana)


def test_trail_holds_with_every_change_of_keys(made: tuple[Client, str], sue: Account) -> None:
    client = made[0]
    renewed(client, sue)
    clients.revoke_key(key=client.keys.earliest("pk"), reason="Leaked.", by=sue)
    limits = Limits(["law"], rate=60, burst=5)
    clients.set_limits(client=client, limits=limits, reason="Less.", by=sue)

    assert list(verify_trail()) == []


def test_client_of_one_key_stands_as_older_entries_say(made: tuple[Client, str]) -> None:
    client, key = made[0], made[0].keys.get()

    assert client.state() == {
        "id": client.pk,
        "name": "tier",
        "scopes": ["retrieve"],
        "key_digest": key.digest,
        "key_hint": key.hint,
        "created_at": round(client.created_at.timestamp() * 1_000_000),
        "expires_at": None,
        "revoked_at": None,
    }


@pytest.mark.parametrize(
    ("change", "saying"),
    [
        (lambda key: key.filter(pk__gt=0).update(digest="x"), "a new key"),
        (lambda key: key.update(expires_at=None), "ends no later"),
        (lambda key: key.update(revoked_at=None), "written once"),
        (lambda key: key.delete(), "this is kept"),
    ],
)
def test_database_keeps_what_a_key_is(
    change: Callable[[Any], Any], saying: str, made: tuple[Client, str], sue: Account
) -> None:
    renewed(made[0], sue)
    old = made[0].keys.earliest("pk")
    clients.revoke_key(key=old, reason="Leaked.", by=sue)

    with database_refuses(saying):
        change(ClientKey.objects.filter(pk=old.pk))


def test_pages_renew_limit_and_revoke(made: tuple[Client, str], sue: Account) -> None:
    client, at = made[0], f"/admin/governance/client/{made[0].pk}/"
    visitor = Visitor(sue)

    new = visitor.press(f"{at}renew/", until=clock.today().isoformat(), reason="Due.")
    old = client.keys.earliest("pk")
    visitor.press(f"{at}revoke-key/", key=str(old.pk), reason="Leaked.")
    visitor.press(f"{at}set-limits/", source_classes=["law"], rate=9, burst=3, reason="Less.")

    client.refresh_from_db()
    assert (client.source_classes, client.rate, client.burst) == (["law"], 9, 3)
    assert (opens(new.context["key"], clock.now()), opens(made[1], clock.now())) == (True, False)
    assert "9 a minute, 3 at once" in visitor.read(f"{at}change/")


@pytest.mark.parametrize(
    ("page", "field", "sent"),
    [
        ("renew", "until", {"until": "", "reason": "Due."}),
        ("renew", "until", {"until": "2099-01-01", "reason": "Due."}),
        ("set-limits", "burst", {"rate": 5, "reason": "Less."}),
        ("set-limits", "rate", {"rate": 10**9, "burst": 1, "reason": "Less."}),
    ],
)
def test_nonsense_is_said_at_its_field(
    page: str, field: str, sent: dict[str, Any], made: tuple[Client, str], sue: Account
) -> None:
    answer = Visitor(sue).press(f"/admin/governance/client/{made[0].pk}/{page}/", **sent)

    assert answer.context["form"].errors[field]
