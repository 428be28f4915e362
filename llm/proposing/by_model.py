"""Reading passages with the hospital's model: several at once, each answer kept as it comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from governance.models import Passage, digest_of
from llm.models import ModelAnswer, Reader
from llm.proposing.model import ModelReader
from llm.proposing.rules import Statement

AT_ONCE = 4
BEAT_SECONDS = 5.0

Asked = dict["Future[list[Any] | None]", Passage]


@dataclass
class ByModel:
    model: ModelReader
    reader = Reader.MODEL

    def profile(self) -> str:
        """Raises `Unavailable`."""
        return self.model.profile()

    def read(
        self, passages: Sequence[Passage], beat: Callable[[], None]
    ) -> tuple[list[tuple[Passage, Statement]], int]:
        """Raises `Unavailable`; what was answered until then is not asked again."""
        answered = self._answers(passages)
        self._ask([p for p in passages if _asked(p) not in answered], beat)
        found, dropped = [], 0
        answers = self._answers(passages)
        for passage in passages:
            told = answers.get(_asked(passage), [])
            proved = self.model.proved(told, passage.text, passage.section.path)
            found += [(passage, statement) for statement in proved]
            dropped += len(told) - len(proved)
        return found, dropped

    def _answers(self, passages: Sequence[Passage]) -> dict[str, list[Any]]:
        rows = ModelAnswer.objects.filter(
            profile=self.profile(), digest__in={_asked(p) for p in passages}
        )
        return {row.digest: row.told for row in rows}

    def _ask(self, passages: Sequence[Passage], beat: Callable[[], None]) -> None:
        """Whoever asks in a thread touches no database; who waits says that he is alive."""
        with ExitStack() as stack:
            pool = ThreadPoolExecutor(AT_ONCE)
            stack.callback(pool.shutdown, wait=False, cancel_futures=True)
            waiting: Asked = {}
            left = list({_asked(p): p for p in passages}.values())[::-1]
            while left or waiting:
                while left and len(waiting) < AT_ONCE:
                    passage = left.pop()
                    asked = pool.submit(self.model.told, passage.text, passage.section.path)
                    waiting[asked] = passage
                done, _pending = wait(waiting, BEAT_SECONDS, "FIRST_COMPLETED")
                beat()
                # One that failed stands last, so that what came with it is kept.
                for future in sorted(done, key=lambda each: each.exception() is not None):
                    self._note(waiting.pop(future), future.result())

    def _note(self, passage: Passage, told: list[Any] | None) -> None:
        """What could not be read twice counts as one thing said that nothing proves."""
        ModelAnswer.objects.get_or_create(
            profile=self.profile(),
            digest=_asked(passage),
            defaults={"told": [None] if told is None else told},
        )


def _asked(passage: Passage) -> str:
    """The digest of all that the model is shown of it."""
    return digest_of(passage.embedded_text())
