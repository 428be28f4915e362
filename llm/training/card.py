"""The data card of a training set, in Chinese and English: what is in it, how it is called back.

A file that leaves the building with the rows, so both languages stand here and in every set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from django.utils import translation

from governance.classes import SourceClass
from llm.models import Part, Release, RowKind, TrainingRowPassage
from llm.training.instructions import TEMPLATES

if TYPE_CHECKING:
    from llm.actions.training_sets import Cut

Lines = Iterator[str]

_TITLES = {
    "part": ("按划分", "By part"),
    "kind": ("按类型", "By kind"),
    "language": ("按语言", "By language"),
    "source_class": ("按来源类别", "By class of source"),
    "template": ("按模板", "By template"),
}
_LEFT_OUT = {
    "may_not_train": (
        "许可不允许训练的版本（含临床经验）",
        "versions whose licence does not let them train, clinical experience among them",
    ),
    "not_in_force": ("已不再现行有效的版本", "versions no longer in force"),
    "in_two_parts": (
        "会跨越划分的行（其来源、问题、关系或文本分属两个划分）",
        "rows that would stand in two parts, by source, question, relation or text",
    ),
    "said_twice": ("重复的行", "rows said twice"),
}
_WORDS = {
    "zh": {
        "title": "# 训练集“{name}”数据卡",
        "what": (
            "由语料发布“{release}”切出，共 {rows} 行。审计链编号 {trail}，语料清单根 `{root}`；"
            "切出时知识位于编号 {truth}。随机种子 {seed}；目标占比 训练 {train}、"
            "验证 {validation}、测试 {test}（按段落计，%）。各文件名与校验值的校验值：`{digest}`。"
        ),
        "how": (
            "## 如何得来\n\n没有任何内容是编造的：指令行由固定模板套用标题、表格和"
            "经第二人复核的问题，输出为原文，每行的 `lineage.template` 写明模板；"
            "事实行引用支持该关系的原文；"
            "问题–段落对的正例为复核过的答案段落，反例由检索得到；"
            "偏好行取自经脱敏保存的回答和反馈。行按来源顺序写出，使用者应自行打乱。"
        ),
        "templates": "## 指令模板",
        "counts": "## 行数",
        "left_out": "## 未收入",
        "licences": "## 许可",
        "licence": "- {text}（来源 {sources} 个）",
        "limits": (
            "## 已知局限\n\n"
            "- 同一来源只在一个划分中；仅标点或空格不同的段落视为相同并"
            "放在一起，改写过的相似段落不会被识别。\n"
            "- 反例由检索得到，其中可能有能够回答问题的段落。\n"
            "- 划分的实际占比取决于各来源的大小，来源很少时会偏离目标。\n"
            "- 偏好取自读者的判断，不是对错的证明。"
        ),
        "recall": (
            "## 如何召回\n\n版本一旦不再现行有效、被隔离，或许可不再允许训练，"
            "由它得来的行即被召回："
            "`GET /api/v1/training-sets/{name}/recalled/` 按 `id` 列出；文件保持不变。"
            "订阅事件推送 `recalled` 的程序会得到通知。请登记由本集训练的适配器"
            "（`POST /api/v1/adapters/`），以便召回时通知登记者，并用去除这些行的数据重新训练。"
        ),
    },
    "en": {
        "title": "# Data card of the training set “{name}”",
        "what": (
            "Cut from the release “{release}”: {rows} rows. Trail number {trail}, root of the"
            " manifest `{root}`; knowledge stood at number {truth} when it was cut. Seed {seed};"
            " wanted of the passages: training {train} %, validation {validation} %, test {test} %."
            " Digest over the names and digests of the files of rows: `{digest}`."
        ),
        "how": (
            "## How it was made\n\nNothing is made up. Instruction rows fill fixed templates with"
            " headings, tables and questions that a second person reviewed, and their output is the"
            " text as it stands; `lineage.template` names the template. Rows of facts quote the"
            " words that carry the relation. Pairs have reviewed passages as positives, and as"
            " negatives what retrieval gives besides. Preferences come from answers and feedback as"
            " they are kept, masked. Rows stand in the order of their sources: shuffle them."
        ),
        "templates": "## Templates of instructions",
        "counts": "## Rows",
        "left_out": "## Left out",
        "licences": "## Licences",
        "licence": "- {text} (sources: {sources})",
        "limits": (
            "## Known limits\n\n"
            "- A source is in one part alone; passages that differ in signs and blanks alone count"
            " as the same and are kept together. Reworded ones are not recognised.\n"
            "- Negatives were found by retrieval; some may answer the question.\n"
            "- Parts follow the sizes of sources and miss the wanted shares where these are few.\n"
            "- Preferences are what readers thought, and no proof."
        ),
        "recall": (
            "## How rows are called back\n\nOnce a version is no longer in force, is quarantined or"
            " may no longer train, the rows made of it are called back:"
            " `GET /api/v1/training-sets/{name}/recalled/` lists them by `id`; the files stay as"
            " they are. Programs with the webhook `recalled` are told. Register adapters trained"
            " on this set (`POST /api/v1/adapters/`), so that you are told, and train again"
            " without these rows."
        ),
    },
}


def written(release: Release, cut: Cut) -> dict[str, str]:
    """The card by language."""
    found = {}
    for place, language in enumerate(("zh", "en")):
        with translation.override("zh-hans" if language == "zh" else "en"):
            found[language] = "\n".join(_lines(release, cut, language, place)) + "\n"
    return found


def _lines(release: Release, cut: Cut, language: str, place: int) -> Lines:
    words = _WORDS[language]
    told = {"name": cut.name, "release": release.name, "trail": release.trail}
    told |= {"root": release.root, "truth": cut.truth, "seed": cut.seed, "rows": cut.rows}
    told |= {"digest": cut.digest, **cut.shares}
    for name in ("title", "what", "how"):
        yield from (words[name].format(**told), "")
    if RowKind.INSTRUCTION in cut.kinds:
        yield from (words["templates"], "")
        yield from (f"- `{name}`: {by[language]}" for name, by in TEMPLATES.items())
        yield ""
    yield from (words["counts"], "")
    yield from _counted(cut.counts, place)
    yield from (words["left_out"], "")
    yield from (f"- {_LEFT_OUT[why][place]}: {n}" for why, n in cut.left_out.items())
    yield from ("", words["licences"], "")
    for text, sources in _licences(cut).items():
        yield words["licence"].format(text=text, sources=sources)
    yield from ("", words["limits"], "", words["recall"].format(**told))


def _counted(counts: Mapping[str, Mapping[str, int]], place: int) -> Lines:
    labels = {**dict(SourceClass.choices), **dict(RowKind.choices), **dict(Part.choices)}
    for about, titles in _TITLES.items():
        yield f"**{titles[place]}**"
        yield ""
        yield from (
            f"- {labels[name]} (`{name}`): {n}" if name in labels else f"- `{name}`: {n}"
            for name, n in counts.get(about, {}).items()
        )
        yield ""


def _licences(cut: Cut) -> dict[str, int]:
    """Each text of a licence, as it was frozen, with how many sources are under it."""
    mine = TrainingRowPassage.objects.of(cut.ordered)
    rows = mine.values_list("version__citation__licence__text", "version__source").distinct()
    found: dict[str, int] = {}
    for text, _source in sorted(rows):
        found[text] = found.get(text, 0) + 1
    return found
