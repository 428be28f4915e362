"""Objects in ranges, manifests compressed, and what mirrors say that they have reached."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
import zstandard
from rest_framework.test import APIRequestFactory

from governance import clock
from governance.actions import clients
from governance.duties import Scope
from governance.models import Account, Client, TrailHead, Version
from governance.trail import SHELL
from llm.api.changes import ChangesDoor
from llm.api.waiting import Places
from llm.mirrors import Standing, standing_of
from llm.models import Acknowledgement
from tests.support import knowledge
from tests.support.callers import V1, Caller, code, program
from tests.support.following import follow
from tests.support.visiting import Visitor


@pytest.fixture
def mirror(active: Version) -> Caller:
    follow("corpus")
    return program(Scope.CORPUS, Scope.CHANGES)


@pytest.fixture
def path(mirror: Caller) -> str:
    return f"{V1}corpus/objects/{newest(mirror)['versions'][0]['object']}"


def newest(mirror: Caller) -> Any:
    return mirror.ask("corpus/").json()


# Ranges

RANGES = {
    "bytes=0-0": slice(0, 1),
    "bytes=3-9": slice(3, 10),
    "bytes=5-": slice(5, None),
    "bytes=-7": slice(-7, None),
    "bytes=2-999999999999999999": slice(2, None),
    "bytes=-999999": slice(0, None),
}
NO_SINGLE_RANGES = ("bytes=", "bytes=-", "bytes=x-1", "bytes=5-2", "bytes=0-1,3-4", "lines=0-1")


def test_range_is_sent_with_its_place(mirror: Caller, path: str) -> None:
    whole = mirror.get(path).content
    for asked, part in RANGES.items():
        answer = mirror.get(path, HTTP_RANGE=asked)

        start, stop, _step = part.indices(len(whole))
        assert (answer.status_code, answer.content) == (206, whole[part]), asked
        assert answer["Content-Range"] == f"bytes {start}-{stop - 1}/{len(whole)}"


def test_what_is_no_single_range_is_answered_with_all(mirror: Caller, path: str) -> None:
    whole = mirror.get(path).content

    answers = [mirror.get(path, HTTP_RANGE=asked) for asked in NO_SINGLE_RANGES]

    assert {(answer.status_code, answer.content) for answer in answers} == {(200, whole)}
    assert {answer["Accept-Ranges"] for answer in answers} == {"bytes"}


def test_range_behind_the_end_is_refused_with_the_size(mirror: Caller, path: str) -> None:
    size = len(mirror.get(path).content)
    for asked in ("bytes=999999-", "bytes=-0", "bytes=999999-9999999"):
        answer = mirror.get(path, HTTP_RANGE=asked)

        assert code(answer) == (416, "range_not_satisfiable")
        assert answer["Content-Range"] == f"bytes */{size}"


def test_range_of_something_else_is_answered_with_all(mirror: Caller, path: str) -> None:
    tag = mirror.get(path)["ETag"]

    def ask(condition: str) -> Any:
        return mirror.get(path, HTTP_RANGE="bytes=3-", HTTP_IF_RANGE=condition).status_code

    assert [ask(tag), ask(f"W/{tag}"), ask('"x"')] == [206, 200, 200]


def test_head_takes_no_notice_of_a_range(mirror: Caller, path: str) -> None:
    answer = mirror.head(path, HTTP_RANGE="bytes=3-")

    assert (answer.status_code, answer["Accept-Ranges"]) == (200, "bytes")


def test_range_of_what_left_force_is_gone(
    mirror: Caller, path: str, active: Version, ben: Account
) -> None:
    knowledge.retire(active, ben)

    assert code(mirror.get(path, HTTP_RANGE="bytes=0-1")) == (410, "withdrawn")


# Codings

ACCEPTED = {
    "zstd": "zstd",
    "gzip, deflate": "gzip",
    "gzip, zstd": "zstd",
    "zstd;q=0.5, gzip": "gzip",
    "*": "zstd",
    "zstd;q=0, *;q=0.1": "gzip",
    "br, identity": "",
    "zstd;q=0": "",
    "zstd;q=nonsense": "",
}


def test_manifest_is_compressed_as_the_caller_prefers(mirror: Caller) -> None:
    unpack = {"zstd": zstandard.decompress, "gzip": gzip.decompress, "": bytes}
    told = newest(mirror)
    for accepted, coding in ACCEPTED.items():
        answer = mirror.get(f"{V1}corpus/", HTTP_ACCEPT_ENCODING=accepted)

        assert answer.get("Content-Encoding", "") == coding, accepted
        assert json.loads(unpack[coding](answer.content)) == told
        assert "Accept-Encoding" in answer["Vary"]


def test_each_coding_has_a_tag_of_its_own(mirror: Caller) -> None:
    def ask(coding: str, known: str = "") -> Any:
        given = {"HTTP_ACCEPT_ENCODING": coding, "HTTP_IF_NONE_MATCH": known}
        return mirror.get(f"{V1}corpus/", **given)

    tags = [ask(coding)["ETag"] for coding in ("", "zstd", "gzip")]

    assert len(set(tags)) == 3
    known, other = ask("zstd", tags[1]), ask("zstd", tags[0])
    assert (known.status_code, other.status_code) == (304, 200)


# Waiting for changes


def test_who_asks_for_what_is_there_already_does_not_wait(mirror: Caller) -> None:
    answer = mirror.ask("changes/", after=0, wait=30)

    assert answer.status_code == 200
    assert answer.json()["changes"]
    assert "Retry-After" not in answer


@pytest.mark.slow
def test_who_waits_in_vain_is_told_so(mirror: Caller) -> None:
    answer = mirror.ask("changes/", after=10**9, wait=1)

    assert (answer.status_code, answer.json()["next"]) == (200, 10**9)


def test_wait_that_is_no_whole_number_is_malformed(db: None) -> None:
    follower = program(Scope.CHANGES)

    for wait in ("", "-1", "1.5", "x"):
        assert code(follower.ask("changes/", wait=wait)) == (400, "malformed")


def test_who_finds_no_place_is_answered_at_once_and_told_when_to_come_again(
    mirror: Caller,
) -> None:
    answer = wait_in(Places(0), mirror, after=10**9)

    assert (answer.status_code, answer.data["changes"]) == (200, [])
    assert answer["Retry-After"] == "5"


def test_place_is_free_again_after_a_wait() -> None:
    places = Places(1)

    told = [places.wait_until(iter([False, is_so]).__next__, seconds=0.01) for is_so in (1, 0, 1)]

    assert told == [1, 0, 1]


def test_key_that_is_revoked_while_it_waits_is_told_nothing(mirror: Caller, sue: Account) -> None:
    answer = wait_in(RevokingPlaces(Client.objects.get(), sue), mirror, after=0)

    assert (answer.status_code, answer.data["code"]) == (401, "authentication_failed")


def wait_in(places: Places, mirror: Caller, *, after: int) -> Any:
    """Ask for changes of a door with these places."""
    key = mirror.get(f"{V1}corpus/").wsgi_request.META["HTTP_AUTHORIZATION"]
    path = f"{V1}changes/?after={after}&wait=30"
    request = APIRequestFactory().get(path, HTTP_AUTHORIZATION=key)
    return ChangesDoor.as_view(places=places)(request)


class RevokingPlaces(Places):
    """Where a key is revoked while its program waits."""

    def __init__(self, client: Client, by: Account) -> None:
        super().__init__()
        self.client, self.by = client, by

    def wait_until(self, is_so: Any, *, seconds: float) -> bool:
        clients.revoke(client=self.client, reason="Lost.", by=self.by)
        return super().wait_until(is_so, seconds=seconds)


# Acknowledging


def acknowledge(mirror: Caller, root: object) -> Any:
    return mirror.send("corpus/acknowledgements/", {"root": root})


def test_what_is_reached_is_kept_once(mirror: Caller) -> None:
    manifest = newest(mirror)

    first, again = [acknowledge(mirror, manifest["root"]) for _time in range(2)]

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() | {"last_at": ""} == first.json() | {"last_at": ""}
    row = Acknowledgement.objects.get()
    assert (row.root, row.trail) == (manifest["root"], manifest["trail"])
    assert row.at <= row.last_at


def test_root_that_was_never_published_is_refused(mirror: Caller) -> None:
    assert code(acknowledge(mirror, "0" * 64)) == (409, "unknown_root")
    assert not Acknowledgement.objects.exists()


def test_what_is_no_root_is_malformed(db: None) -> None:
    mirror = program(Scope.CORPUS)

    for root in ("", "x", "A" * 64, "0" * 63, 7, None, ["0" * 64], "../manifest"):
        assert code(acknowledge(mirror, root)) == (400, "malformed"), root
    assert mirror.send("corpus/acknowledgements/", {}).status_code == 400


def test_only_who_may_have_the_corpus_acknowledges_it(mirror: Caller) -> None:
    other = program(Scope.CHANGES, name="other")

    assert code(acknowledge(other, newest(mirror)["root"])) == (403, "not_allowed")
    assert acknowledge(Caller(), newest(mirror)["root"]).status_code == 401


def standing() -> Standing | None:
    return standing_of(Client.objects.get())


def test_it_is_told_how_far_a_mirror_is_behind(
    mirror: Caller, active: Version, ben: Account
) -> None:
    assert standing() is None
    manifest = newest(mirror)
    acknowledge(mirror, manifest["root"])
    knowledge.quarantine(active, ben)

    told = standing()

    assert told
    assert (told.root, told.trail, told.behind) == (manifest["root"], manifest["trail"], 1)
    assert told.at <= clock.now()


def test_who_goes_back_to_an_older_corpus_stands_there(
    mirror: Caller, active: Version, ben: Account
) -> None:
    older = newest(mirror)["root"]
    acknowledge(mirror, older)
    knowledge.retire(active, ben)
    follow("corpus")
    acknowledge(mirror, newest(mirror)["root"])

    acknowledge(mirror, older)

    assert standing().root == older


def test_of_another_trail_nobody_says_how_far_behind(mirror: Caller) -> None:
    acknowledge(mirror, newest(mirror)["root"])
    TrailHead.objects.update(epoch="another")

    assert standing().behind is None


def test_page_of_a_key_says_how_far_its_mirror_is(
    mirror: Caller, sue: Account, active: Version, ben: Account
) -> None:
    root = newest(mirror)["root"]
    before = page_of_key(sue)
    acknowledge(mirror, root)
    knowledge.quarantine(active, ben)

    page = page_of_key(sue)

    assert "It has not said yet that it holds the corpus." in before
    assert f"{root[:16]}…" in page
    assert "<dt>Changes that it lacks</dt><dd>1</dd>" in page


def page_of_key(sue: Account) -> str:
    return Visitor(sue).read(f"/admin/governance/client/{Client.objects.get().pk}/change/")


# What a mirror may ask of the trail


def test_key_for_the_corpus_sees_how_the_trail_grows_and_no_entry(mirror: Caller) -> None:
    assert mirror.ask("trail/").status_code == 200
    assert mirror.ask("trail/consistency/", **{"from": 1}).status_code == 200
    assert code(mirror.ask("trail/1/proof/")) == (403, "not_allowed")


def test_shell_makes_no_mirror_by_itself(mirror: Caller) -> None:
    client, _key = clients.create(name="new", scopes=[Scope.CORPUS], by=SHELL)

    assert standing_of(client) is None
