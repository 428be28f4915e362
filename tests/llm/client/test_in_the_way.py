"""Whatever is withdrawn, cut off, full or away leaves what was there, and nothing past."""

from __future__ import annotations

import random
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from governance.actions import clients, quarantines
from governance.models import Account, Client, Version
from llm.client import Busy, KeyRefused, Mirror, NoRoom, Unreachable
from llm.client.folder import Folder
from tests.llm.client.passes import Once, follow_trail, once_before, texts
from tests.support import knowledge
from tests.support.following import lose
from tests.support.wire import Wire, WiredServer


def test_what_is_withdrawn_between_manifest_and_object_is_left_out(
    once: Once, folder: Folder, wire: Wire, active: Version, newer: Version, ben: Account
) -> None:
    wire.before = once_before("corpus/objects/", lambda: knowledge.quarantine(newer, ben))

    once()

    assert texts(folder) == ["Start low.", "Go slow."]
    assert set(folder.current().lacking.values()) == {"withdrawn"}


def test_what_is_withdrawn_goes_before_the_corpus_is_written_anew(
    once: Once, folder: Folder, active: Version, ben: Account
) -> None:
    before = once()
    quarantines.begin(
        subject=active.passages.get(text="Go slow."), reason="A reader doubts it.", by=ben
    )

    after = once()

    assert (after.root, after.behind) == (before.root, 1)
    assert texts(folder) == []
    assert list(folder.path.rglob("*.zst")) == []
    follow_trail()
    once()
    assert texts(folder) == ["Start low."]


def test_what_is_known_to_be_withdrawn_is_not_asked_for_again(
    once: Once, wire: Wire, active: Version, ben: Account
) -> None:
    once()
    knowledge.quarantine(active, ben)
    once()
    wire.forget()

    once()

    assert wire.asked("changes/")
    assert wire.asked("corpus/objects/") == []


def test_what_left_force_goes_though_what_came_cannot_be_had(
    once: Once, folder: Folder, home: Path, active: Version, ben: Account, newer: Version
) -> None:
    knowledge.retire(active, ben)
    follow_trail()
    next((home / "corpus" / "objects").rglob("*.zst")).unlink()

    with pytest.raises(Unreachable, match="repaired"):
        once()
    assert texts(folder) == []


def test_what_is_withdrawn_goes_though_what_came_cannot_be_had(
    once: Once, folder: Folder, home: Path, active: Version, ana: Account, ben: Account
) -> None:
    once()
    here = set((home / "corpus" / "objects").rglob("*.zst"))
    knowledge.active(knowledge.source(ana), ana, ben, texts=["Newer."])
    follow_trail()
    (set((home / "corpus" / "objects").rglob("*.zst")) - here).pop().unlink()
    knowledge.quarantine(active, ben)

    with pytest.raises(Unreachable, match="repaired"):
        once()
    assert texts(folder) == []


# In the way


def test_manifest_that_is_away_leaves_what_was_there(
    once: Once, folder: Folder, server: WiredServer
) -> None:
    once()
    lose("corpus")

    with pytest.raises(Unreachable, match="no corpus"):
        once()
    assert texts(folder) == ["Start low.", "Go slow."]
    assert len(server.slept) == 7
    assert server.slept[-1] > 10 * server.slept[0]


def test_pause_that_the_server_asks_for_is_kept(
    once: Once, wire: Wire, server: WiredServer
) -> None:
    busy = b"HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\nRetry-After: 77\r\n\r\n"
    times = iter([True])
    wire.change = lambda _line, head, body: (busy, b"") if next(times, False) else (head, body)

    once()

    assert server.slept == [77.0]


def test_key_that_is_revoked_is_not_tried_again(
    once: Once, server: WiredServer, sue: Account
) -> None:
    clients.revoke(client=Client.objects.get(), reason="Lost.", by=sue)

    with pytest.raises(KeyRefused, match="revoked"):
        once()
    assert server.slept == []


def test_two_mirrors_do_not_share_a_folder(once: Once, server: WiredServer, folder: Folder) -> None:
    with Mirror(server, folder), pytest.raises(Busy):
        once()

    assert once().fetched == 1


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """A limit of the operating system, as a quota is."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [0, 60, 700])
def test_disk_that_is_full_leaves_what_was_there(
    once: Once, folder: Folder, newer: Version, size: int
) -> None:
    with files_no_larger_than(size), pytest.raises(NoRoom):
        once()
    assert texts(folder) == ["Start low.", "Go slow."]

    once()

    assert texts(folder) == ["Start low.", "Go slow.", "Stop early."]


def test_cut_off_at_any_byte_it_is_whole_in_the_end_and_never_half(
    once: Once, folder: Folder, wire: Wire, newer: Version
) -> None:
    dice = random.Random(7)
    seen = set()
    wire.cuts = (dice.randrange(1500) for _time in range(50))
    wire.before = lambda _line: seen.add(tuple(texts(folder)))

    once()

    assert seen <= {("Start low.", "Go slow."), ("Start low.", "Go slow.", "Stop early.")}
    assert texts(folder) == ["Start low.", "Go slow.", "Stop early."]


def test_object_that_was_cut_off_goes_on_where_it_was(once: Once, wire: Wire) -> None:
    cut = [False]

    def change(line: str, head: bytes, body: bytes) -> tuple[bytes, bytes]:
        if "objects" in line and not cut[0]:
            cut[0] = True
            return head, body[:100]
        return head, body

    wire.change = change
    once()

    _first, second = [h for line, h in wire.requests if "objects" in line]
    assert second["Range"] == "bytes=100-"
    assert second["If-Range"] in wire.asked("objects")[0].replace("/", '"').replace(" ", '"')
