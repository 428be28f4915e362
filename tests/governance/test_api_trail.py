"""Proofs over the API, held against the verifier and not against the prover."""

from __future__ import annotations

from typing import Any

import pytest

from governance import merkle
from governance.duties import Scope
from governance.models import Account, AuditEntry, TrailHead, Version
from tests.support.callers import Caller, code, log_in, program


@pytest.fixture
def caller(active: Version, cleo: Account) -> Caller:
    return log_in(cleo)


def hexed(path: list[str]) -> list[bytes]:
    return [bytes.fromhex(node) for node in path]


def test_head_says_how_far_the_trail_reaches(caller: Caller) -> None:
    head = TrailHead.objects.get()

    shown = caller.ask("trail/").json()

    assert shown == {"epoch": head.epoch, "size": head.size, "root": head.root.hex()}


def test_every_entry_is_proved_to_stand_in_the_trail(caller: Caller) -> None:
    head = caller.ask("trail/").json()

    for number in range(1, head["size"] + 1):
        proof = caller.ask(f"trail/{number}/proof/").json()
        leaf = merkle.leaf_hash(proof["leaf"].encode())
        root = bytes.fromhex(head["root"])
        assert merkle.verify_inclusion(leaf, number - 1, head["size"], hexed(proof["path"]), root)


def test_proof_names_the_hash_of_its_leaf(caller: Caller) -> None:
    proof = caller.ask("trail/2/proof/", size=3).json()

    assert (proof["number"], proof["index"], proof["size"]) == (2, 1, 3)
    assert proof["leaf_hash"] == merkle.leaf_hash(proof["leaf"].encode()).hex()


def test_trail_is_proved_to_have_only_grown(caller: Caller) -> None:
    size = caller.ask("trail/").json()["size"]

    for old in range(1, size + 1):
        proof = caller.ask("trail/consistency/", **{"from": old, "to": size}).json()
        roots = bytes.fromhex(proof["from_root"]), bytes.fromhex(proof["to_root"])
        assert merkle.verify_consistency(old, size, *roots, hexed(proof["path"]))


def test_consistency_reaches_to_the_end_unless_told_otherwise(caller: Caller) -> None:
    head = caller.ask("trail/").json()

    proof = caller.ask("trail/consistency/", **{"from": 1}).json()

    assert (proof["to"], proof["to_root"]) == (head["size"], head["root"])


def test_forged_entry_is_not_proved(caller: Caller) -> None:
    proof = caller.ask("trail/1/proof/").json()
    forged = merkle.leaf_hash(proof["leaf"].replace("shell", "sheli").encode())
    root = bytes.fromhex(proof["root"])

    assert not merkle.verify_inclusion(forged, 0, proof["size"], hexed(proof["path"]), root)


@pytest.mark.parametrize("size", ["0", "1", "99999", "-1", "x", "", "9" * 40, "1.0"])
def test_size_that_the_trail_has_not_is_malformed(caller: Caller, size: str) -> None:
    answer = caller.ask("trail/2/proof/", size=size)

    assert code(answer) == (400, "malformed")
    assert answer.json()["field"] == "size"


@pytest.mark.parametrize("number", ["0", "99999", "9" * 18, "9" * 40, "-1", "abc"])
def test_unknown_entry_is_not_found(caller: Caller, number: str) -> None:
    assert code(caller.ask(f"trail/{number}/proof/")) == (404, "not_found")


@pytest.mark.parametrize(
    "query", [{}, {"from": "x"}, {"from": "3", "to": "2"}, {"from": "1", "to": "99999"}]
)
def test_consistency_of_what_is_not_there_is_malformed(caller: Caller, query: Any) -> None:
    assert code(caller.ask("trail/consistency/", **query)) == (400, "malformed")


PATHS = ["trail/", "trail/1/proof/", "trail/consistency/?from=1"]


@pytest.mark.parametrize("path", PATHS)
def test_program_of_the_auditor_is_let_in(active: Version, path: str) -> None:
    assert program(Scope.AUDIT).ask(path).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_other_programs_are_not(active: Version, path: str) -> None:
    # How the trail grows is told to who mirrors the corpus too.
    others = [s for s in Scope if s not in (Scope.AUDIT, Scope.CORPUS)]

    assert code(program(*others).ask(path)) == (403, "not_allowed")


def test_program_without_the_scope_is_told_which_it_lacks(active: Version) -> None:
    answer = program(Scope.RETRIEVE).ask("trail/")

    assert "lacks the scope “audit”" in answer.json()["detail"]


@pytest.mark.parametrize("path", PATHS)
def test_content_and_system_people_are_not(
    active: Version, ben: Account, sam: Account, path: str
) -> None:
    assert code(log_in(ben).ask(path)) == (403, "not_allowed")
    assert code(log_in(sam).ask(path)) == (403, "not_allowed")


def test_nobody_reads_the_trail(active: Version) -> None:
    assert code(Caller().ask("trail/")) == (401, "not_authenticated")


def test_refused_program_leaves_a_trace(active: Version) -> None:
    program(Scope.RETRIEVE).ask("trail/")

    assert AuditEntry.objects.get(action="attempt.refused").by_kind == "client"
