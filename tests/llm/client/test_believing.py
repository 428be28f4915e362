"""Nothing is taken that is not what it is called, or of a trail that was rewritten."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import zstandard

from governance.models import TrailHead, Version
from llm.client import BadAnswer, Tampered, TrailBroken, Unreachable
from llm.client.folder import Folder
from tests.llm.client.passes import Once, follow_trail, texts
from tests.support.wire import Change, Wire


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
