"""The questions of the sample: one set, written by one person and reviewed by another."""

from __future__ import annotations

from pathlib import Path

from governance.models import Account
from ingest.question_lists.apart import rows_of_json
from kbadmin.question_lists import bring_in
from llm.actions import question_sets, questions

FILE = Path(__file__).parent / "sample" / "questions.json"
NAME = "示例问题集"
DESCRIPTION = "示例：按病区同事的问法写成，用来看检索能否找到示例知识中的答案。"
# The last are left for whoever tries the sample to review.
UNREVIEWED = 2


def ask(*, curator: Account, reviewer: Account) -> None:
    made = question_sets.found(name=NAME, description=DESCRIPTION, by=curator)
    rows = list(rows_of_json(FILE.read_text("utf-8")))
    written = bring_in(rows, made, curator)
    read = [(question, question.digest_now()) for question in written[:-UNREVIEWED]]
    questions.review_all(read=read, by=reviewer)
