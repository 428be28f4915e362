"""One version that was served, answered from, mirrored and trained on leaves force: all agree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from governance.duties import Scope
from governance.models import Account, Passage, Version
from llm.actions import webhooks
from llm.client.folder import Folder
from llm.models import Kind
from llm.webhooks.delivering import deliver
from llm.webhooks.entries import entry_of
from tests.llm.client.passes import Once, texts
from tests.llm.reporting import EVERY, answered, asked
from tests.support import knowledge, releasing, training
from tests.support.callers import Caller, program
from tests.support.following import follow
from tests.support.receiver import Receiver, receiving
from tests.support.visiting import Visitor

pytestmark = pytest.mark.slow

TEXT = "Alteplase within the first hours."


@pytest.fixture
def receiver(settings: Any, sue: Account) -> Iterator[Receiver]:
    with receiving() as receiver:
        settings.WEBHOOK_HOSTS = [entry_of(f"127.0.0.0/8:{receiver.port}")]
        webhooks.create(name="ward", url=receiver.url, kinds=[Kind.LEFT_FORCE], by=sue)
        yield receiver


@pytest.fixture
def program_(db: None) -> Caller:
    return program(*EVERY, Scope.CHANGES)


@pytest.fixture
def fallen(
    receiver: Receiver, once: Once, program_: Caller, ana: Account, ben: Account, dora: Account
) -> Version:
    """In force while everybody used it, and retired then."""
    version = training.active(ana, ben, "Stroke", texts=[TEXT])
    training.adapter(training.cut(releasing.published(ben), ben, kinds=["instruction"]), ana)
    usage, given = asked(program_, TEXT)
    assert given[0] == Passage.objects.get(version=version).pk
    answered(program_, usage, "Alteplase [1].", given[:1])
    once()
    knowledge.retire(version, dora)
    return version


def test_one_page_names_everyone_who_used_it(fallen: Version, cleo: Account) -> None:
    told = Visitor(cleo).read(f"/admin/given/version/{fallen.pk}/")

    for name in (training.NAME, "ward-lora", releasing.NAME, "gpu", "tier"):
        assert name in told


def test_webhook_changes_check_and_mirror_say_that_it_left(
    fallen: Version, receiver: Receiver, program_: Caller, once: Once, folder: Folder
) -> None:
    passage = Passage.objects.get(version=fallen).pk
    held = texts(folder)
    follow()

    deliver()
    once()

    (message,) = (json.loads(each.body)["data"] for each in receiver.got)
    changes = program_.ask("changes/").json()["changes"]
    checked = program_.send("citations/check/", {"passages": [passage]}).json()["passages"]
    assert (message["action"], message["version"]) == ("version.retired", fallen.pk)
    assert changes[-1]["action"] == "version.retired"
    assert changes[-1]["subject"]["id"] == str(fallen.pk)
    assert not checked[0]["in_force"]
    assert TEXT in held
    assert TEXT not in texts(folder)
