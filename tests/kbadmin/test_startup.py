"""What must be true before anything is served; each fault is one sentence."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from governance.actions import clients as keys
from governance.actions import installations
from governance.duties import Scope
from governance.models import Account, Client, Installation
from governance.trail import SHELL
from kbadmin import demo, startup
from llm import clients
from llm.stores.edge import EdgeStore
from tests.support.databases import triggers_away

pytestmark = pytest.mark.usefixtures("stores", "db")


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(CommandError) as refusal:
        act()
    sentence = str(refusal.value)
    assert "\n" not in sentence
    assert sentence
    return sentence


def sample(*, complete: bool = True) -> None:
    """What `serve --demo` leaves behind, as far as the start looks at it."""
    installations.start(time_zone="Asia/Shanghai", is_sample=True)
    if complete:
        keys.create(name=demo.PROGRAM, scopes=[Scope.RETRIEVE], by=SHELL)


# Before anything else


def test_sound_truth_is_prepared_and_the_store_owned() -> None:
    startup.prepare()

    assert clients.is_open()


def test_missing_trigger_is_named() -> None:
    with triggers_away():
        assert "Triggers that guard the truth are gone: " in refused(startup.prepare)
    assert not clients.is_open()


def test_engine_of_another_process_is_refused(home: Path) -> None:
    owner = EdgeStore.open(home / "vectors")

    assert refused(startup.prepare) == "Another process serves from this KB_HOME already."
    owner.close()


@pytest.mark.parametrize("model", ["nowhere", "/etc", "ftp://host/model", "bert-base-chinese"])
def test_encoder_that_is_none_is_refused(settings: Any, model: str) -> None:
    settings.EMBEDDING_MODEL = model

    assert refused(startup.prepare).startswith(f"EMBEDDING_MODEL is '{model}', neither ")


def test_engine_whose_folder_is_none_is_refused(home: Path) -> None:
    (home / "vectors").write_text("a file where a folder should be")

    assert "the encoder and the vector store cannot be used" in refused(startup.prepare)


@pytest.mark.parametrize("error", [OperationalError("database is locked"), OSError(28, "full")])
def test_what_cannot_be_used_ends_the_start_with_its_name(error: Exception) -> None:
    def start() -> None:
        with startup.asking("the database"):
            raise error

    assert refused(start).startswith("The start ends, because the database cannot be used: ")


def test_an_answer_of_many_lines_is_one_sentence() -> None:
    def start() -> None:
        with startup.asking("the database"):
            raise OperationalError("connection refused\n\tIs the server running?")

    assert refused(start).endswith("cannot be used: connection refused.")


def test_start_that_waits_says_for_what(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(startup, "SOON", 0.01)

    with startup.asking("the database"):
        time.sleep(0.1)

    assert capsys.readouterr().err == "Waiting for the database …\n"


def test_start_that_does_not_wait_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    startup.prepare()

    assert capsys.readouterr().err == ""


# What the database was started as


def test_first_start_writes_down_what_it_is(settings: Any) -> None:
    startup.settle(is_sample=False)

    known = Installation.objects.get()
    assert (known.time_zone, known.is_sample) == (settings.TIME_ZONE, False)


def test_later_start_as_the_same_is_let_pass() -> None:
    startup.settle(is_sample=False)
    startup.settle(is_sample=False)

    assert Installation.objects.count() == 1


def test_another_time_zone_is_refused() -> None:
    installations.start(time_zone="Europe/Berlin", is_sample=False)

    assert "Europe/Berlin" in refused(lambda: startup.settle(is_sample=False))


def test_sample_is_not_served_as_real() -> None:
    sample()

    assert "sample" in refused(lambda: startup.settle(is_sample=False))


def test_real_knowledge_is_not_served_as_the_sample() -> None:
    startup.settle(is_sample=False)

    assert "hospital" in refused(lambda: startup.settle(is_sample=True))


def test_complete_sample_is_let_pass() -> None:
    sample()
    startup.settle(is_sample=True)

    assert Installation.objects.get().is_sample


def test_incomplete_sample_is_refused() -> None:
    sample(complete=False)

    assert "not complete" in refused(lambda: startup.settle(is_sample=True))


# As the command says it


@pytest.fixture
def taken(settings: Any) -> Any:
    """A port on which somebody else listens already."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings.HOST, settings.PORT = other.getsockname()
        yield other


def test_serve_refuses_the_sample_database(taken: Any) -> None:
    sample()

    assert "sample" in refused(lambda: call_command("serve"))


def test_demo_refuses_a_real_database(taken: Any, ana: Account) -> None:
    startup.settle(is_sample=False)

    assert "hospital" in refused(lambda: call_command("serve", demo=True))
    assert not Client.objects.exists()


def test_demo_refuses_a_database_with_people_that_was_never_started(
    taken: Any, ana: Account
) -> None:
    refused(lambda: call_command("serve", demo=True))

    assert not Client.objects.exists()


def test_port_that_is_taken_is_named(taken: Any, settings: Any) -> None:
    where = f"127.0.0.1:{settings.PORT}"

    assert refused(lambda: call_command("serve")).startswith(f"{where} cannot be served on: ")


def test_host_there_is_none_of_is_named(taken: Any, settings: Any) -> None:
    settings.HOST = "no such host"

    assert "no such host" in refused(lambda: call_command("serve"))
