"""A mirror of the corpus: whole or not at all, at the cost of what changed."""

from __future__ import annotations

import random
import re
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard
from django.utils.timezone import localdate

from governance.actions import clients, quarantines
from governance.duties import Scope
from governance.models import Account, Client, Relation, Source, TrailHead, Version
from governance.trail import SHELL
from llm import client
from llm.client import (
    BadAnswer,
    Busy,
    ClockWrong,
    Corpus,
    KeyRefused,
    Mirror,
    Moved,
    NoRoom,
    Outcome,
    Stale,
    Tampered,
    TrailBroken,
    Unreachable,
    follow,
)
from llm.client.folder import Folder
from llm.client.reading import load
from llm.models import Acknowledgement
from tests.support import knowledge
from tests.support.following import days_later, lose
from tests.support.following import follow as follow_store
from tests.support.wire import Change, Wire, WiredServer


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def key(db: None) -> str:
    scopes = [Scope.CORPUS, Scope.CHANGES]
    return clients.create(name="gpu", scopes=scopes, by=SHELL)[1]


@pytest.fixture
def server(wire: Wire, key: str) -> WiredServer:
    return WiredServer(wire, key)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "mirror")


Once = Callable[..., Outcome]


def follow_trail() -> None:
    follow_store("corpus")


@pytest.fixture
def once(server: WiredServer, folder: Folder, active: Version) -> Once:
    """One pass, in a process that knows nothing of the one before."""

    def go(*, verify: bool = False, **given: Any) -> Outcome:
        with Mirror(server, folder, **given) as mirror:
            return mirror.once(verify=verify)

    follow_trail()
    return go


def texts(folder: Folder, at: datetime | None = None) -> list[str]:
    return [passage["text"] for passage in load(folder.path, at)]


def approved(ana: Account, ben: Account, *said: str) -> Version:
    version = knowledge.active(knowledge.source(ana), ana, ben, texts=said)
    follow_trail()
    return version


# What a pass does


def test_reader_finds_what_is_in_force_with_its_citation(
    once: Once, folder: Folder, active: Version
) -> None:
    once()

    first, second = load(folder.path)
    assert (first["text"], second["text"]) == ("Start low.", "Go slow.")
    assert first["citation"]["title"] == "Asthma guideline"
    assert first["citation"]["review_due"] == active.review_due.isoformat()


def test_second_pass_fetches_nothing(once: Once, wire: Wire) -> None:
    once()
    wire.forget()

    assert once().fetched == 0
    assert wire.asked("") == ["GET /api/v1/corpus/ HTTP/1.1"]
    assert wire.bodies == [0]


def test_change_costs_what_changed_and_a_manifest(
    once: Once, wire: Wire, ana: Account, ben: Account
) -> None:
    once()
    approved(ana, ben, "Stop early.")
    wire.forget()

    assert once().fetched == 1
    assert len(wire.asked("corpus/objects/")) == 1
    assert len(wire.asked("GET /api/v1/corpus/ ")) == 1


def test_root_that_is_reached_is_acknowledged_once(once: Once, wire: Wire) -> None:
    root = once().root
    once()

    assert Acknowledgement.objects.get().root == root
    assert len(wire.asked("POST")) == 1


def test_what_leaves_force_leaves_the_folder(
    once: Once, folder: Folder, active: Version, ben: Account
) -> None:
    once()
    knowledge.retire(active, ben)
    follow_trail()

    once()

    assert texts(folder) == []
    assert list(folder.path.rglob("*.zst")) == []


def test_what_nobody_named_is_taken_away(once: Once, folder: Folder) -> None:
    once()
    stray = folder.path / "objects" / "ab" / "stray"
    stray.parent.mkdir(exist_ok=True)
    stray.write_text("x")

    once()

    assert not stray.exists()


def test_what_was_damaged_is_read_no_more_and_fetched_again(once: Once, folder: Folder) -> None:
    once()
    next(folder.path.rglob("*.zst")).write_bytes(b"\0" * 40)
    with pytest.raises(Tampered):
        texts(folder)

    assert once(verify=True).fetched == 1
    assert texts(folder) == ["Start low.", "Go slow."]


def test_manifest_that_was_damaged_here_is_fetched_again(once: Once, folder: Folder) -> None:
    root = once().root
    folder.manifest(root).write_bytes(b"{}")

    once()

    assert texts(folder) == ["Start low.", "Go slow."]


def test_example_of_the_read_me_runs(
    once: Once, folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    once()
    monkeypatch.setenv("KB_MIRROR", str(folder.path))
    read_me = (Path(client.__file__).parent / "README.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", read_me, re.DOTALL)

    exec(example, {})

    assert "Asthma guideline None Start low." in capsys.readouterr().out


# By the clock


def test_reader_may_refuse_what_nobody_has_looked_at_for_long(once: Once, folder: Folder) -> None:
    once()
    Corpus(folder.path, max_age=timedelta(minutes=5))

    with days_later(1), pytest.raises(Stale):
        Corpus(folder.path, max_age=timedelta(minutes=5))


def test_reader_drops_what_is_past_by_its_own_clock(once: Once, folder: Folder) -> None:
    once()

    assert texts(folder, datetime.now(UTC) + timedelta(days=200)) == []
    with pytest.raises(ValueError, match="offset"):
        texts(folder, datetime(2030, 1, 1))


def test_what_begins_later_is_fetched_when_it_begins(
    once: Once, folder: Folder, source: Source, ana: Account, ben: Account
) -> None:
    begins = localdate() + timedelta(days=3)
    later = knowledge.active(
        source, ana, ben, label="2026", texts=["Start high."], effective_from=begins
    )
    follow_trail()

    assert once().next_at == later.terms.get().starts_at
    assert texts(folder) == ["Start low.", "Go slow."]
    with days_later(4):
        once()
        assert texts(folder) == ["Start high."]


@pytest.mark.parametrize("ahead", [-3600.0, 3600.0])
def test_clock_that_is_wrong_by_an_hour_is_refused_by_mirror_and_reader(
    once: Once, folder: Folder, wire: Wire, ahead: float
) -> None:
    once()
    wire.date_ahead = -ahead
    with pytest.raises(ClockWrong, match=r"3[56]\d\d s"):
        once()
    with pytest.raises(ClockWrong):
        Corpus(folder.path)

    wire.date_ahead = 0
    once()

    assert texts(folder)


def test_clock_that_is_wrong_can_be_put_up_with(once: Once, wire: Wire) -> None:
    said: list[str] = []
    wire.date_ahead = 3600

    once(refuses_clock=False, say=said.append)

    assert "behind" in said[0]


# Not what it is called


def other(part: str, change: Callable[[bytes], bytes]) -> Change:
    """Answers to requests that hold this have another body, and a length that fits."""

    def changed(line: str, head: bytes, body: bytes) -> tuple[bytes, bytes]:
        if part not in line:
            return head, body
        told = change(body)
        length = f"Content-Length: {len(told)}".encode()
        return head.replace(f"Content-Length: {len(body)}".encode(), length), told

    return changed


def flipped(body: bytes) -> bytes:
    return body[:-1] + bytes([body[-1] ^ 1])


def other_hashes(body: bytes) -> bytes:
    return re.sub(rb"[0-9a-f]{64}", lambda found: found[0][::-1], body)


def bomb(_body: bytes) -> bytes:
    return zstandard.compress(b"\0" * 2**24)


@pytest.mark.parametrize("change", [flipped, bomb, lambda body: body + body, lambda _body: b"x"])
def test_object_that_is_another_is_asked_for_once_more_and_not_taken(
    once: Once, folder: Folder, wire: Wire, change: Callable[[bytes], bytes]
) -> None:
    wire.change = other("corpus/objects/", change)
    with pytest.raises(Tampered):
        once()

    assert len(wire.asked("corpus/objects/")) <= 2
    assert not folder.current().root


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"passages":2', b'"passages":3'), (b'"trail":', b'"trial":'), (b"{", b"["), (b",", b", ")],
)
def test_manifest_that_is_another_is_not_taken(
    once: Once, folder: Folder, wire: Wire, old: bytes, new: bytes
) -> None:
    def change(body: bytes) -> bytes:
        return zstandard.compress(zstandard.decompress(body).replace(old, new, 1))

    wire.change = other("GET /api/v1/corpus/ ", change)
    with pytest.raises(Tampered):
        once()
    assert not folder.current().root


@pytest.mark.parametrize("said", [b"<html>", b"", b"[]", b'{"changes": {}}'])
def test_answer_of_something_else_is_told_apart(once: Once, wire: Wire, said: bytes) -> None:
    wire.change = other("GET", lambda _body: said)

    with pytest.raises((BadAnswer, Tampered)):
        once()


# The trail


@pytest.mark.parametrize("part", ["trail/ ", "trail/consistency/"])
def test_trail_that_does_not_continue_what_was_seen_is_refused(
    once: Once, folder: Folder, wire: Wire, newer: Version, part: str
) -> None:
    wire.change = other(part, other_hashes)
    with pytest.raises(TrailBroken):
        once()

    assert texts(folder) == ["Start low.", "Go slow."]


def test_history_other_than_the_one_seen_is_refused(
    once: Once, folder: Folder, newer: Version
) -> None:
    before = folder.current()
    folder.switch(replace(before, head=(before.head[0], "0" * 64)))

    with pytest.raises(TrailBroken):
        once()


def test_manifest_older_than_the_one_here_is_refused(
    once: Once, folder: Folder, newer: Version
) -> None:
    folder.switch(replace(folder.current(), trail=10**6))

    with pytest.raises(TrailBroken, match="older"):
        once()


def test_new_epoch_begins_afresh(once: Once, folder: Folder, newer: Version) -> None:
    said: list[str] = []
    TrailHead.objects.update(epoch="another")
    folder.switch(replace(folder.current(), trail=10**6))
    follow_trail()

    assert once(say=said.append).epoch == "another"
    assert "afresh" in said[0]
    assert texts(folder) == ["Start low.", "Go slow.", "Stop early."]


def test_corpus_that_has_not_followed_a_new_epoch_is_waited_for(
    once: Once, folder: Folder, newer: Version
) -> None:
    TrailHead.objects.update(epoch="another")

    with pytest.raises(Unreachable, match="anew"):
        once()
    assert texts(folder) == ["Start low.", "Go slow."]


# Withdrawn meanwhile


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


def test_what_left_force_goes_though_what_came_cannot_be_had(
    once: Once, folder: Folder, home: Path, active: Version, ben: Account, newer: Version
) -> None:
    knowledge.retire(active, ben)
    follow_trail()
    next((home / "corpus" / "objects").rglob("*.zst")).unlink()

    with pytest.raises(Unreachable, match="repaired"):
        once()
    assert texts(folder) == []


def once_before(part: str, act: Callable[[], object]) -> Callable[[str], object]:
    left = [act]
    return lambda line: left.pop()() if part in line and left else None


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


@pytest.fixture
def newer(once: Once, ana: Account, ben: Account) -> Version:
    """Comes into force after a first pass."""
    once()
    return approved(ana, ben, "Stop early.")


# Reading


def test_reader_of_what_has_moved_on_is_told_to_open_again(
    once: Once, folder: Folder, active: Version, ben: Account
) -> None:
    once()
    open_before = Corpus(folder.path)
    knowledge.retire(active, ben)
    follow_trail()
    once()

    with pytest.raises(Moved):
        list(open_before.passages())


def test_facts_are_read_with_evidence_that_is_in_force(
    once: Once, folder: Folder, stroke: Relation
) -> None:
    follow_trail()
    once()

    (fact,) = Corpus(folder.path).facts()

    assert fact["relation"] == stroke.pk
    assert list(Corpus(folder.path).facts(datetime.now(UTC) + timedelta(days=200))) == []


# Following


def test_follower_sees_what_changed_while_it_waited(
    server: WiredServer, folder: Folder, wire: Wire, once: Once, ana: Account, ben: Account
) -> None:
    wire.before = once_before("changes/", lambda: approved(ana, ben, "Stop early."))
    with Mirror(server, folder) as mirror:
        follow(mirror, rounds=2)

    assert "wait=30" in wire.asked("changes/")[0]
    assert "Stop early." in texts(folder)
    # The first time there was news; the second it was not held, and makes no haste.
    assert server.slept == [0.0, 15.0]


def test_follower_without_the_changes_looks_now_and_then(
    folder: Folder, wire: Wire, once: Once
) -> None:
    _client, key = clients.create(name="poor", scopes=[Scope.CORPUS], by=SHELL)
    server = WiredServer(wire, key)
    with Mirror(server, folder) as mirror:
        follow(mirror, rounds=2, every=9)

    assert server.slept == [9, 9]


def test_follower_goes_on_after_what_passes(
    folder: Folder, wire: Wire, once: Once, server: WiredServer
) -> None:
    said: list[str] = []
    wire.cuts = iter([0] * 9)
    with Mirror(server, folder, say=said.append) as mirror:
        follow(mirror, rounds=1)

    assert "Trying again" in said[0]
    assert texts(folder)
