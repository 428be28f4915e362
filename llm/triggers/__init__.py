"""Rules about governed rows of this app that no constraint can say, beside those of the truth."""

from __future__ import annotations

from governance.triggers import Trigger
from llm.triggers import questions, releases, training, use


def triggers(vendor: str) -> list[Trigger]:
    return [
        *releases.triggers(vendor),
        *questions.triggers(vendor),
        *use.of_use(vendor),
        *training.triggers(vendor),
    ]
