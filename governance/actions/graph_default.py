"""The schema that a new installation begins with, for two people to change."""

from __future__ import annotations

from typing import Any

from governance.actions.graph_ground import Ground
from governance.actions.graph_schema import set_concept_type, set_relation_type
from governance.models import ConceptType
from governance.trail import Changes

# Fit for rational use of drugs, support of diagnosis, prevention of thrombosis, and control of
# records and of single diseases.
CONCEPT_TYPES = (
    ("disease", "疾病", "Disease"),
    ("finding", "症状与体征", "Finding"),
    ("risk_factor", "危险因素", "Risk factor"),
    ("population", "人群", "Population"),
    ("drug", "药品", "Drug"),
    ("drug_class", "药品类别", "Drug class"),
    ("device", "医疗器械", "Device"),
    ("test", "检验检查", "Test"),
    ("procedure", "手术与操作", "Procedure"),
    ("scale", "量表", "Scale"),
    ("scale_item", "量表条目", "Scale item"),
    ("record_item", "病历内容", "Record item"),
    ("quality_indicator", "质控指标", "Quality indicator"),
)
_THERAPY = ("drug", "drug_class", "device", "procedure")
_STATE = ("disease", "finding", "risk_factor", "population")
_DOSED = ["dose", "route", "frequency", "duration", "population", "severity", "strength"]
_GRADED = ["population", "severity", "strength"]
# Code, labels, a hierarchy or not, qualifiers, and between which types: each of the first with
# each of the second.
RELATION_TYPES: tuple[tuple[str, str, str, bool, list[str], tuple[Any, ...]], ...] = (
    (
        "is_a",
        "属于",
        "is a",
        True,
        [],
        (
            (("drug",), ("drug_class",)),
            *((each, each) for each in (("drug_class",), ("disease",), ("procedure",))),
            *((each, each) for each in (("finding",), ("test",), ("population",), ("device",))),
        ),
    ),
    ("part_of", "组成", "is part of", True, [], ((("scale_item",), ("scale",)),)),
    ("treats", "治疗", "treats", False, _DOSED, ((_THERAPY, ("disease", "finding")),)),
    ("prevents", "预防", "prevents", False, _DOSED, ((_THERAPY, ("disease",)),)),
    (
        "contraindicated_in",
        "禁用于",
        "is contraindicated in",
        False,
        _GRADED,
        ((_THERAPY, _STATE),),
    ),
    (
        "cautioned_in",
        "慎用于",
        "is used with caution in",
        False,
        _DOSED,
        ((_THERAPY, _STATE),),
    ),
    (
        "interacts_with",
        "相互作用",
        "interacts with",
        False,
        [*_GRADED, "effect"],
        ((("drug", "drug_class"), ("drug", "drug_class")),),
    ),
    (
        "causes",
        "可引起",
        "causes",
        False,
        [*_GRADED, "frequency"],
        (((*_THERAPY, "disease"), ("disease", "finding")),),
    ),
    (
        "raises_risk_of",
        "增加风险",
        "raises the risk of",
        False,
        _GRADED,
        (((*_STATE, *_THERAPY), ("disease", "finding")),),
    ),
    (
        "suggests",
        "提示",
        "suggests",
        False,
        [*_GRADED, "threshold"],
        ((("finding", "test", "scale"), ("disease",)),),
    ),
    (
        "assessed_by",
        "评估工具",
        "is assessed by",
        False,
        ["population", "threshold", "strength"],
        ((("disease", "finding", "population"), ("scale", "test", "procedure")),),
    ),
    (
        "monitored_by",
        "监测",
        "is monitored by",
        False,
        ["population", "frequency", "threshold", "strength"],
        (((*_THERAPY, "disease"), ("test", "finding", "scale")),),
    ),
    ("scores", "计分", "scores", False, ["score", "threshold"], ((("scale_item",), _STATE),)),
    (
        "counts_as",
        "计入",
        "counts as",
        False,
        ["score", "threshold"],
        ((("scale_item",), ("procedure", "drug", "test")),),
    ),
    (
        "requires_record",
        "须记录",
        "must be recorded as",
        False,
        ["time_limit", "strength"],
        ((("disease", "procedure", "drug"), ("record_item",)),),
    ),
    (
        "measured_by",
        "质控于",
        "is measured by",
        False,
        ["threshold"],
        ((("disease", "procedure", "record_item"), ("quality_indicator",)),),
    ),
)


def write_down(changes: Changes) -> None:
    """Where there is no schema yet. Twice does no harm."""
    if ConceptType.objects.exists():
        return
    ground = Ground(changes, None)
    for code, zh, en in CONCEPT_TYPES:
        set_concept_type(ground, {"code": code, "label_zh": zh, "label_en": en})
    for content in relation_types():
        set_relation_type(ground, content)


def relation_types() -> list[dict[str, Any]]:
    """As the step has them that sets one."""
    return [
        {
            "code": code,
            "label_zh": zh,
            "label_en": en,
            "is_hierarchy": is_hierarchy,
            "qualifiers": list(qualifiers),
            "triples": [
                {"subject": subject, "object": object_}
                for subjects, objects in between
                for subject in subjects
                for object_ in objects
            ],
        }
        for code, zh, en, is_hierarchy, qualifiers, between in RELATION_TYPES
    ]
