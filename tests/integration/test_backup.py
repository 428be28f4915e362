"""The drill on PostgreSQL: a fleet at work is backed up, and a backup served from elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.integration.asthma import QUERY, Staff, staff_of
from tests.support.fleet import Fleet, _own_database
from tests.support.served import Installation, Served, throw_away

pytestmark = [pytest.mark.slow, pytest.mark.servers, pytest.mark.timeout(900)]


@pytest.fixture
def staff(steady: Fleet) -> Staff:
    return staff_of(steady)


@contextmanager
def empty_place(fleet: Fleet, **more: str) -> Iterator[Installation]:
    """A home and an empty database of their own, with the fleet's encoder and nothing running."""
    endpoint = fleet.environment["EMBEDDING_MODEL"]
    with throw_away() as folder:
        yield Installation(folder, {"EMBEDDING_MODEL": endpoint, **more})


@pytest.fixture
def elsewhere(steady: Fleet) -> Iterator[Installation]:
    with (
        _own_database(os.environ["DATABASE_URL"]) as url,
        empty_place(steady, DATABASE_URL=url) as p,
    ):
        yield p


def test_drill(steady: Fleet, staff: Staff, elsewhere: Installation, tmp_path: Path) -> None:
    version = staff.in_force()
    before = staff.tier.retrieve(QUERY)["passages"]
    taken = steady.command("backup", "--to", str(tmp_path))

    told = elsewhere.command("restore", "--from", str(tmp_path))

    assert told["trail"] == taken["trail"]
    assert (told["findings"], told["stores"]["drift"]) == ([], [])
    assert elsewhere.command("verify_trail")["entries"] == taken["trail"]["size"] + 1
    with serving(elsewhere):
        after = elsewhere.program(steady.key).retrieve(QUERY)["passages"]
    assert [p["passage"] for p in after] == [p["passage"] for p in before]
    assert version in {p["citation"]["version"] for p in after}


@contextmanager
def serving(place: Installation) -> Iterator[None]:
    web = place.serve()
    try:
        yield
    finally:
        place.hang_up()
        web.stop()


def test_backup_beside_those_who_write_is_of_one_instant(
    steady: Fleet, staff: Staff, elsewhere: Installation, tmp_path: Path
) -> None:
    for _ in range(2):
        staff.upload()
        steady.command("backup", "--to", str(tmp_path))
        staff.submitted()

    assert elsewhere.command("restore", "--from", str(tmp_path))["findings"] == []


def test_restore_beside_those_who_serve_is_refused(
    steady: Fleet, staff: Staff, tmp_path: Path
) -> None:
    steady.command("backup", "--to", str(tmp_path))

    done = steady.run("restore", "--from", str(tmp_path))

    assert done.returncode != 0
    assert "Others are connected" in done.stderr


def test_role_that_owns_nothing_takes_the_backup_and_serves_what_came_back(
    steady: Fleet, staff: Staff, elsewhere: Installation, tmp_path: Path
) -> None:
    staff.in_force()
    owner = elsewhere.environment["DATABASE_URL"]
    serving_role = _with_role(owner, "kb_serving")
    taken = steady.command("backup", "--to", str(tmp_path / "first"))
    elsewhere.environment |= {"MIGRATION_DATABASE_URL": owner, "DATABASE_URL": serving_role}

    elsewhere.command("restore", "--from", str(tmp_path / "first"))
    again = elsewhere.command("backup", "--to", str(tmp_path / "second"))

    assert again["trail"]["size"] == taken["trail"]["size"] + 1
    assert elsewhere.command("verify_trail")["findings"] == []


def _with_role(owner: str, name: str) -> str:
    """A role with the rights of deploy/postgresql/roles.sql, in this database."""
    user = urlsplit(owner).username
    grant = f'ALTER DEFAULT PRIVILEGES FOR ROLE "{user}" IN SCHEMA public GRANT'
    with psycopg.connect(owner, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
            connection.execute(f"CREATE ROLE {name} LOGIN")
        connection.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        connection.execute(f"{grant} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {name}")
        connection.execute(f"{grant} USAGE, SELECT ON SEQUENCES TO {name}")
    place = urlsplit(owner)
    return place._replace(netloc=f"{name}@{place.hostname}:{place.port}").geturl()


def test_pilot_on_sqlite_moves_to_postgresql(elsewhere: Installation, tmp_path: Path) -> None:
    with throw_away() as folder:
        pilot = Served(folder, {"EMBEDDING_MODEL": elsewhere.environment["EMBEDDING_MODEL"]})
        pilot.prepare()
        pilot.begin()
        version = staff_of(pilot).in_force()
        pilot.hang_up()
        pilot.stop()
        root = pilot.command("verify_trail")["root"]
        pilot.command("backup", "--to", str(tmp_path))

    told = elsewhere.command("restore", "--from", str(tmp_path), "--same-epoch", root)

    assert told["epoch"] == told["trail"]["epoch"]
    with serving(elsewhere):
        assert version in elsewhere.program(pilot.key).served_versions(QUERY)
