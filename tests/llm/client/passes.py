"""What tests of the mirror do again and again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from governance.models import Account, Version
from llm.client import Outcome
from llm.client.folder import Folder
from llm.client.reading import load
from tests.support import knowledge
from tests.support.following import follow as follow_store

Once = Callable[..., Outcome]


def follow_trail() -> None:
    follow_store("corpus")


def texts(folder: Folder, at: datetime | None = None) -> list[str]:
    return [passage["text"] for passage in load(folder.path, at)]


def approved(ana: Account, ben: Account, *said: str) -> Version:
    version = knowledge.active(knowledge.source(ana), ana, ben, texts=said)
    follow_trail()
    return version


def once_before(part: str, act: Callable[[], object]) -> Callable[[str], object]:
    left = [act]
    return lambda line: left.pop()() if part in line and left else None
