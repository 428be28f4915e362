"""Canonical bytes and what is made of them; the examples are those of RFC 8785."""

from __future__ import annotations

import hashlib
import json
import struct
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import canonical

MOST = 2**53 - 1
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-MOST, MOST) | st.floats(-MOST, MOST) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)

# RFC 8785, appendix B: bits of an IEEE 754 double, and how ECMAScript writes it.
NUMBERS = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]


@pytest.mark.parametrize(("bits", "written"), NUMBERS)
def test_numbers_are_written_as_ecmascript_writes_them(bits: str, written: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))

    assert canonical.dumps(number) == written.encode()


def test_keys_are_ordered_by_their_utf_16_units() -> None:
    value = {"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "😀": 5, "\x80": 6, "ö": 7}

    written = json.loads(canonical.dumps(value))

    assert list(written) == ["\r", "1", "\x80", "ö", "€", "😀", "\ufb33"]


def test_a_whole_object_is_written_as_the_rfc_writes_it() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }

    assert canonical.dumps(value).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_chinese_text_is_written_as_it_is_and_not_escaped() -> None:
    assert canonical.dumps("现行有效") == '"现行有效"'.encode()


@pytest.mark.parametrize("number", [MOST, -MOST])
def test_the_largest_safe_integers_are_written_in_full(number: int) -> None:
    assert canonical.dumps(number) == str(number).encode()


@pytest.mark.parametrize(
    "value",
    [
        2**53,
        -(2**53),
        10**30,
        float("nan"),
        float("inf"),
        float("-inf"),
        "\ud800",
        {"\udfff": 1},
        {1: "a key that is no string"},
        b"bytes",
        {"a set"},
        date(2026, 11, 1),
        [[{"deep": float("nan")}]],
    ],
    ids=repr,
)
def test_what_another_program_could_not_read_back_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical.dumps(value)


@pytest.mark.slow
@given(PLAIN)
def test_what_is_read_back_is_written_the_same_again(value: canonical.Value) -> None:
    written = canonical.dumps(value)

    assert canonical.dumps(json.loads(written)) == written


@given(st.dictionaries(st.text(), st.integers(0, 9), min_size=2))
def test_the_order_in_which_keys_were_set_changes_nothing(value: dict[str, int]) -> None:
    turned = dict(reversed(value.items()))

    assert canonical.digest(turned) == canonical.digest(value)


def test_a_tuple_and_a_list_have_one_digest() -> None:
    assert canonical.digest((1, "二")) == canonical.digest([1, "二"])


def test_a_digest_is_sha_256_of_the_canonical_bytes() -> None:
    value = {"b": 1, "a": 2}

    assert canonical.digest(value) == hashlib.sha256(b'{"a":2,"b":1}').hexdigest()


def test_text_that_only_looks_the_same_has_another_digest() -> None:
    assert canonical.digest("é") != canonical.digest("e\u0301")


def test_a_commitment_is_sha_256_of_the_salt_and_the_canonical_bytes() -> None:
    salt = bytes(range(32))

    commitment = canonical.commitment("a reason", salt)

    assert commitment == hashlib.sha256(salt + b'"a reason"').hexdigest()


def test_commitments_to_one_value_under_two_salts_have_nothing_in_common() -> None:
    ones, twos = b"\x01" * 32, b"\x02" * 32

    assert canonical.commitment("Ana", ones) != canonical.commitment("Ana", twos)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_salt_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        canonical.commitment("Ana", b"\x00" * length)


def test_new_salts_are_32_bytes_long_and_differ() -> None:
    salts = {canonical.new_salt() for _ in range(100)}

    assert {len(salt) for salt in salts} == {32}
    assert len(salts) == 100
