"""Instruction rows, in the fields of Alpaca: by template over headings, tables and questions.

Nothing is made up: an instruction names a heading or is a question that a second person reviewed,
and its output is the text that stands there, as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from governance.models import Passage
from llm.alike import sense
from llm.models import RowKind
from llm.training.ground import Ground
from llm.training.questions import Asked, reviewed
from llm.training.rows import Made

# Characters of a section that are one output; a longer one is told passage by passage.
LONGEST_OUTPUT = 2000

TEMPLATES = {
    "heading": {
        "zh": "《{title}》（{label}）中“{path}”部分的内容是什么？",
        "en": "What does “{title}” ({label}) say under “{path}”?",
    },
    "heading_part": {
        "zh": "《{title}》（{label}）中“{path}”部分第 {n} 段（共 {of} 段）的内容是什么？",
        "en": "What does “{title}” ({label}) say under “{path}”, in part {n} of {of}?",
    },
    "table": {
        "zh": "请给出《{title}》（{label}）中“{path}”部分的第 {n} 个表格。",
        "en": "Give table {n} under “{path}” of “{title}” ({label}).",
    },
    "question": {"zh": "{question}", "en": "{question}"},
}


def instructions(ground: Ground) -> Iterator[Made]:
    for _section, passages in groupby(ground.each(), key=lambda p: p.section_id):
        yield from _of_section(list(passages))
    for asked in reviewed(ground):
        yield _of_question(asked)


def _of_section(passages: Sequence[Passage]) -> Iterator[Made]:
    texts = [p for p in passages if p.kind == Passage.Kind.TEXT]
    if texts and sum(len(p.text) for p in texts) <= LONGEST_OUTPUT:
        yield _row("heading", texts)
    else:
        for n, passage in enumerate(texts, start=1):
            yield _row("heading_part", [passage], n=n, of=len(texts))
    tables = [p for p in passages if p.kind == Passage.Kind.TABLE]
    for n, passage in enumerate(tables, start=1):
        yield _row("table", [passage], n=n)


def _row(template: str, passages: Sequence[Passage], **numbers: int) -> Made:
    first = passages[0]
    cited = first.version.citation or {}
    language = cited["language"]
    instruction = TEMPLATES[template][language].format(
        title=cited["title"],
        label=cited["label"],
        path=" › ".join(first.section.path) or cited["title"],
        **numbers,
    )
    return _said(template, language, instruction, passages)


def _of_question(asked: Asked) -> Made:
    made = _said("question", asked.language, asked.text, asked.expected)
    return Made(**{**vars(made), "keys": (asked.key, *made.keys), "origin": asked.origin})


def _said(template: str, language: str, instruction: str, passages: Sequence[Passage]) -> Made:
    output = "\n".join(p.text for p in passages)
    says = {"instruction": instruction, "input": "", "output": output}
    # By the whole of it: a passage that two sources share has put them into one part already.
    keys = (f"text:{sense(output)}",)
    return Made(RowKind.INSTRUCTION, template, language, says, passages, keys)
