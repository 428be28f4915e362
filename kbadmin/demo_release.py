"""The release of the sample: cut from the corpus as soon as there is one, its test on its way."""

from __future__ import annotations

from datetime import datetime

from governance.models import Account
from kbadmin.demo_questions import NAME
from llm.actions import releases, runs
from llm.models import QuestionSet


def cut(*, now: datetime) -> None:
    """After the stores have caught up. The process that owns them asks the questions and tests."""
    reviewer = Account.objects.get(username="reviewer")
    release = releases.cut(name=f"{now:%Y-%m}", reason="示例：首次制作语料发布。", by=reviewer)
    runs.order(question_set=QuestionSet.objects.get(name=NAME), by=reviewer)
    releases.order_test(release=release, by=reviewer)
