"""What names a person is masked before it is kept; what a clinical text is made of is not."""

from __future__ import annotations

import logging

import pytest
from django.test import Client as Browser
from django.utils import translation

from governance.models import AuditPayload, Version
from llm.masking import masked
from llm.templatetags.masks import masks_in_words
from tests.llm.reporting import answered, asked, tier
from tests.llm.test_feedback import give
from tests.prove.masking import of_questions


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("患者王小明，身份证110101199003077758", "患者⟨name⟩，身份证⟨id⟩"),
        ("姓名：欧阳娜娜，电话１３８１２３４５６７８", "姓名：⟨name⟩，电话⟨phone⟩"),
        ("请李医生会诊，住院号 00482913", "请⟨name⟩医生会诊，住院号 ⟨record⟩"),
        ("心内科12床，医保卡号4407821190", "心内科⟨bed⟩，医保卡号⟨insurance⟩"),
        ("家住北京市朝阳区建国路88号院3号楼，因胸痛", "⟨address⟩，因胸痛"),
        ("出生于1985年3月12日，护照E12345678", "出生于⟨birth⟩，护照⟨passport⟩"),
        ("车牌京A12345，邮箱wang@163.com", "车牌⟨plate⟩，邮箱⟨email⟩"),
        ("Mr. John Smith, MRN 00456123", "Mr. ⟨name⟩, MRN ⟨record⟩"),
        ("Patient Wei Zhang, DOB 12/03/1956", "Patient ⟨name⟩, DOB ⟨birth⟩"),
        ("SSN 123-45-6789, call (555) 867-5309", "SSN ⟨insurance⟩, call ⟨phone⟩"),
        ("lives at 12 Maple Street, Springfield", "lives at ⟨address⟩"),
    ],
)
def test_what_names_a_person_is_masked(text: str, kept: str) -> None:
    assert masked(text) == kept


def test_whoever_reads_it_is_told_in_their_language_what_was_masked() -> None:
    with translation.override("zh-hans"):
        assert masks_in_words("患者⟨name⟩，⟨x⟩，⟨id⟩") == "患者⟨姓名⟩，⟨x⟩，⟨身份证号⟩"


@pytest.mark.parametrize(
    "text",
    [
        "患者高血压病史10年，应用华法林2.5mg每日一次，INR 2.0-3.0",
        "患者白细胞12.5×10^9/L，黄疸，常规给予甘油果糖250ml",
        "病人安全、患者时间管理；及时向医生报告，由主任医师决定",
        "孕妇和新生儿，男性患者应于术后24小时内复查",
        "国药准字H20050101，GB/T 16886.1-2011，国卫办医政函〔2023〕268号",
        "EGFR T790M、BRCA1、CYP2C19*2、HLA-B*1502、BAY55-9837",
        "NCT01234567, doi:10.1001/jama.2023.12345, ISBN 978-7-117-24543-2, PMID 12345678",
        "Patient Safety in Hospitals; the patient was given 0.9 mg/kg within 4.5 h",
        "generic name: Adalimumab, NDC 0074-4339-02, May 2024 edition",
        "2021年3月4日发布，每100床配备2名药师，eGFR 45 ml/min/1.73 m2",
        "血压120/80mmHg，剂量1000-2000 ml，有效期至2025-06-30",
    ],
)
def test_clinical_text_stays_as_it_is(text: str) -> None:
    assert masked(text) == text


def test_made_up_questions_are_masked_but_for_few() -> None:
    known, lost, shown = of_questions(seed=9, count=200, mask=masked)

    assert lost.total() <= 0.05 * known.total(), shown


def test_a_mask_that_sees_nobody_loses_everything_there_is() -> None:
    known, lost, _shown = of_questions(seed=9, count=50, mask=lambda text: text)

    assert lost == known


def test_question_without_masking_is_caught() -> None:
    known, lost, _shown = of_questions(seed=1, count=50, mask=str)

    assert lost == known


def test_patient_is_in_no_log_no_trail_and_no_metric(
    active: Version, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    caller, said = tier(), "患者王小明，电话13812345678"
    usage, _passages = asked(caller, said)
    answered(caller, usage, said, [])
    give(caller, usage, comment=said)
    give(caller, usage, verdict=said)

    told = caplog.text + "".join(capfd.readouterr())
    told += Browser().get("/metrics").content.decode()
    told += str(list(AuditPayload.objects.values_list("content", flat=True)))
    assert "feedback" in told
    assert "王小明" not in told
    assert "13812345678" not in told
