"""Where messages may go: to what is listed, at the address that was looked up, in bounded time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from llm.webhooks.entries import entry_of
from llm.webhooks.sending import Outcome, Way, send
from tests.support.receiver import Receiver, receiving


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with receiving() as receiver:
        settings.WEBHOOK_HOSTS = [entry_of(f"127.0.0.0/8:{receiver.port}")]
        yield receiver


def shortly(settings: Any) -> Way:
    return Way(settings.WEBHOOK_HOSTS, seconds=0.2)


def test_redirect_is_not_followed(receiver: Receiver, settings: Any) -> None:
    receiver.answers = 302

    assert sent(receiver, settings.WEBHOOK_HOSTS) == Outcome(302, "redirected")
    assert len(receiver.got) == 1


def sent(receiver: Receiver, allowed: Any, *found: str, host: str = "127.0.0.1") -> Outcome:
    url = f"http://{host}:{receiver.port}/"
    way = Way(allowed, resolver=lambda _host, _port: found, seconds=2)
    return send(url, b"{}", {"webhook-id": "x"}, way)


@pytest.mark.parametrize(
    ("listed", "found", "outcome"),
    [
        ("203.0.113.0/24", ("127.0.0.1",), "address_not_allowed"),
        ("127.0.0.0/8", ("203.0.113.7",), "address_not_allowed"),
        ("127.0.0.0/8", ("127.0.0.1", "203.0.113.7"), "address_not_allowed"),
        ("127.0.0.0/8", ("::ffff:203.0.113.7",), "address_not_allowed"),
        ("ehr.test", ("127.0.0.1",), "address_not_allowed"),
        ("ehr.test", ("169.254.169.254",), "address_not_allowed"),
        ("ehr.test", ("::1",), "address_not_allowed"),
        ("other.test", ("127.0.0.1",), "host_not_allowed"),
        ("127.0.0.0/8", (), "name_unknown"),
        ("127.0.0.0/8", ("127.0.0.1",), ""),
        ("127.0.0.0/8", ("::ffff:127.0.0.1",), ""),
    ],
)
def test_what_a_name_stands_for_is_what_counts(
    listed: str, found: tuple[str, ...], outcome: str, receiver: Receiver
) -> None:
    allowed = [entry_of(f"{listed}:{receiver.port}")]

    assert sent(receiver, allowed, *found, host="ehr.test").error == outcome
    assert len(receiver.got) == (outcome == "")


def test_name_is_looked_up_once(receiver: Receiver) -> None:
    found = iter([["127.0.0.1"], ["203.0.113.7"]])
    way = Way([entry_of(f"127.0.0.1:{receiver.port}")], lambda _host, _port: next(found))

    outcome = send(f"http://ehr.test:{receiver.port}/", b"{}", {}, way)

    assert (outcome.status, len(list(found))) == (204, 1)
    assert receiver.got[0].headers["host"] == f"ehr.test:{receiver.port}"


def test_another_port_is_not_open(receiver: Receiver) -> None:
    assert sent(receiver, [entry_of("127.0.0.0/8:443")]).error == "port_not_allowed"


@pytest.mark.slow
def test_answer_without_end_or_by_the_byte_is_cut(receiver: Receiver, settings: Any) -> None:
    receiver.huge = True
    huge = send(receiver.url, b"{}", {}, shortly(settings))
    receiver.drips = True

    assert huge == Outcome(204)
    assert send(receiver.url, b"{}", {}, shortly(settings)) == Outcome(0, "timed_out")


def test_nobody_at_home_is_no_fault_of_ours(receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOK_HOSTS = [entry_of("127.0.0.1:1")]

    assert send("http://127.0.0.1:1/", b"{}", {}, shortly(settings)).error == "no_answer"


@pytest.mark.parametrize(
    "text",
    ["", "a b", "ehr.test:0", "ehr.test:x", "10.0.0.1/33", "http://ehr.test", "[ehr]", "1.2"],
)
def test_list_of_hosts_takes_no_nonsense(text: str) -> None:
    with pytest.raises(ValueError, match="neither a host"):
        entry_of(text)


def test_list_of_hosts_knows_names_and_networks() -> None:
    entries = [entry_of(each) for each in ("EHR.test", "10.1.0.0/16:443+8443", "[fd00::/8]:80")]

    assert [(e.name, e.network, sorted(e.ports)) for e in entries] == [
        ("ehr.test", "", [443]),
        ("", "10.1.0.0/16", [443, 8443]),
        ("", "fd00::/8", [80]),
    ]
