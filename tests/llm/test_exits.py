"""Exit records: opened by what leaves force, closed once the store is read back empty of it."""

from __future__ import annotations

import pytest

from governance.models import Account, Source, Version
from llm.models import Exit
from llm.projections import registry
from llm.stores.port import StoreAway
from tests.support import knowledge
from tests.support.following import follow, interposed

pytestmark = pytest.mark.database


def test_leaving_opens_and_confirms_an_exit_record(active: Version, ben: Account) -> None:
    follow("vectors")
    knowledge.retire(active, ben)

    follow("vectors")

    record = Exit.objects.get(projection="vectors", version=active)
    assert record.left_at == active.retirements.get().at
    assert record.confirmed_at >= record.left_at


def test_an_exit_stays_open_while_the_store_still_holds_something(
    active: Version, ben: Account
) -> None:
    between = interposed()
    follow("vectors")
    between.ignores.add("drop_versions")
    knowledge.retire(active, ben)

    follow("vectors")

    assert Exit.objects.get(projection="vectors").confirmed_at is None


def test_an_exit_is_open_while_the_store_is_away(active: Version, ben: Account) -> None:
    between = interposed()
    follow("vectors")
    between.is_away = True
    knowledge.retire(active, ben)

    with pytest.raises(StoreAway):
        follow("vectors")

    assert Exit.objects.get(projection="vectors", version=active).confirmed_at is None


def test_an_open_exit_is_confirmed_once_the_store_is_empty_of_it(
    active: Version, ben: Account
) -> None:
    between = interposed()
    follow("vectors")
    between.ignores.add("drop_versions")
    knowledge.retire(active, ben)
    follow("vectors")
    between.store.drop_versions(between.live(), [active.pk])

    follow("vectors")

    assert Exit.objects.get(projection="vectors").confirmed_at


def test_a_quarantined_passage_has_its_own_exit_record(active: Version, ana: Account) -> None:
    follow()
    knowledge.quarantine(active.passages.first(), ana)

    follow()

    exits = Exit.objects.exclude(confirmed_at=None)
    assert set(exits.values_list("projection", flat=True)) == {"corpus", "vectors"}


def test_being_superseded_is_an_exit(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    follow("vectors")
    knowledge.active(source, ana, ben, label="2026")

    follow("vectors")

    assert Exit.objects.get(projection="vectors").version == active


def test_quarantine_that_was_lifted_leaves_one_record_a_time(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    for _ in range(2):
        knowledge.quarantine(active, ana)
        follow("vectors")
        knowledge.lift(active, ben, dora)
        follow("vectors")

    assert Exit.objects.filter(projection="vectors").exclude(confirmed_at=None).count() == 2


def test_a_file_that_cannot_be_removed_leaves_its_exit_open(active: Version, ben: Account) -> None:
    follow("corpus")
    sha256 = active.corpus_objects.get().sha256
    knowledge.retire(active, ben)
    follow("corpus")
    Exit.objects.update(confirmed_at=None)
    place = registry.corpus().folder.path / "objects" / sha256[:2] / f"{sha256}.zst"
    place.write_bytes(b"back again")

    assert not registry.corpus().is_gone(active.pk)
