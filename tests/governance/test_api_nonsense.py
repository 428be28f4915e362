"""Whatever is sent to whatever address, it is never our fault: a table over every call."""

from __future__ import annotations

import json
from typing import Any

import pytest

from governance.models import Account, Version
from tests.support.callers import V1, Caller, code, log_in

CALLS = [
    ("post", "session/"),
    ("delete", "session/"),
    ("post", "sources/"),
    ("patch", "sources/{source}/"),
    ("post", "sources/{source}/versions/"),
    *(
        ("post", f"versions/{{version}}/{verb}/")
        for verb in (
            "submit",
            "send_back",
            "withdraw",
            "approve",
            "amend",
            "reaffirm",
            "retire",
            "quarantine",
            "lift_quarantine",
            "retry",
        )
    ),
    *(
        ("post", f"passages/{{passage}}/{verb}/")
        for verb in ("correct", "quarantine", "lift_quarantine")
    ),
]
NAMES = ["title", "reason", "note", "text", "password", "digest", "searched", "successor"]
NAMES += ["identifiers", "licence", "department", "reason_code", "username", "otp"]
DEEP = "[" * 100_000 + "]" * 100_000
BODIES = {
    "list": "[]",
    "text": '"x"',
    "null": "null",
    "number": "7",
    "huge number": "1" + "0" * 5000,
    "not a number": "NaN",
    "nothing": "",
    "broken": '{"reason": ',
    "deep": DEEP,
    "deep in a field": f'{{"reason": {DEEP}}}',
    "byte order mark": '\ufeff{"reason": "x"}',
    "nul everywhere": json.dumps(dict.fromkeys(NAMES, "\0")),
    "surrogates": json.dumps(dict.fromkeys(NAMES, "\ud800")),
    "controls": json.dumps(dict.fromkeys(NAMES, "\x07\x1b\x7f\x85")),
    "lists": json.dumps({name: [[]] for name in NAMES}),
    "objects": json.dumps({name: {"a": {}} for name in NAMES}),
    "nulls": json.dumps(dict.fromkeys(NAMES)),
    "numbers": json.dumps(dict.fromkeys(NAMES, 2**70)),
    "true": json.dumps(dict.fromkeys(NAMES, True)),
    "long": json.dumps(dict.fromkeys(NAMES, "x" * 100_000)),
    "odd names": json.dumps({"\ud800": 1, "\0": 2, "": 3, "__class__": 4}),
}


@pytest.fixture
def ids(active: Version) -> dict[str, int]:
    passage = active.passages.first().pk
    return {"source": active.source_id, "version": active.pk, "passage": passage}


@pytest.fixture
def caller(ids: dict[str, int], dora: Account) -> Caller:
    """A reviewer, whom every call lets in."""
    return log_in(dora)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_nonsense_is_an_error_of_whoever_sent_it(
    caller: Caller, ids: dict[str, int], method: str, path: str
) -> None:
    for name, body in BODIES.items():
        answer = caller.send_raw(path.format(**ids), body, by=method)

        assert answer.status_code < 500, name
        if method == "post" and not path.endswith("retry/"):
            assert answer.status_code in (400, 415), name
            assert answer.json()["code"] in ("malformed", "unsupported_media_type")


TYPES = [
    ("text/plain", b"reason=x"),
    ("application/x-www-form-urlencoded", b"reason=x"),
    ("application/xml", b"<reason/>"),
    ("", b"x"),
    ("application/json; charset=utf-16", b"{}"),
    ("application/json; charset=no-such", b"{}"),
    ("application/json", b"\xff\xfe\x00"),
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=\xc3\xbc", b"x"),
]


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_other_types_are_refused_in_json(
    caller: Caller, ids: dict[str, int], method: str, path: str
) -> None:
    for content_type, body in TYPES:
        address = V1 + path.format(**ids)

        answer = caller.generic(method.upper(), address, body, content_type=content_type)

        assert answer.status_code < 500, content_type
        assert answer.status_code < 300 or set(answer.json()) >= {"code", "detail"}


READS = ["session/", "sources/", "sources/{source}/", "versions/{version}/", "passages/{passage}/"]
READS += ["versions/{version}/passages/", "versions/{version}/compare/", "trail/"]
READS += ["trail/1/proof/", "trail/consistency/"]
QUERIES: list[dict[str, Any]] = [
    dict.fromkeys(["search", "cursor", "with", "size", "from", "to", "limit", "format"], value)
    for value in ("\0", "'\"; DROP", "-1", "9" * 60, "%", "\\", "١", "x" * 3000, "cD1c", "bz05OQ==")
]


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("path", READS)
def test_nonsense_in_the_query_is_no_fault_of_ours(
    caller: Caller, ids: dict[str, int], cleo: Account, path: str
) -> None:
    reader = log_in(cleo) if path.startswith("trail") else caller

    for query in QUERIES:
        assert reader.ask(path.format(**ids), **query).status_code < 500, query


@pytest.mark.parametrize("path", READS)
def test_every_read_answers_what_it_is_not_offered_for(
    caller: Caller, ids: dict[str, int], cleo: Account, path: str
) -> None:
    reader = log_in(cleo) if path.startswith("trail") else caller

    answer = reader.send(path.format(**ids), {}, by="put")

    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"


METHODS = ["OPTIONS", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "BREW", "METADATA"]
ADDRESSES = sorted({path for _method, path in CALLS} | {*READS})
ADDRESSES += ["versions/{version}/file/", "retrieve/", "changes/", "corpus/"]
ADDRESSES += ["corpus/manifests/{root}/", "corpus/objects/{root}", "schema/", "docs/", "nowhere/"]


@pytest.mark.parametrize("path", ADDRESSES)
def test_whatever_the_method_it_is_no_fault_of_ours(
    caller: Caller, ids: dict[str, int], path: str
) -> None:
    for method in METHODS:
        answer = caller.generic(method, V1 + path.format(**ids, root="0" * 64))
        if answer.streaming:
            b"".join(answer)  # or the file stays open

        assert answer.status_code < 500, method


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("path", [*READS[1:7], "sources/{source}/versions/"])
def test_options_are_not_offered_to_anybody(
    caller: Caller, ids: dict[str, int], path: str, is_known: bool
) -> None:
    asking = caller if is_known else Caller()

    answer = asking.options(V1 + path.format(**ids))

    assert code(answer) == (405, "method_not_allowed")


@pytest.mark.parametrize("accept", ["text/html", "application/pdf", "application/xml", "x"])
def test_whatever_is_accepted_json_is_what_comes(caller: Caller, accept: str) -> None:
    answer = caller.get(f"{V1}sources/", headers={"accept": accept})

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"


def test_answers_may_not_be_kept_or_framed(caller: Caller) -> None:
    answer = caller.ask("sources/")

    assert answer["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
