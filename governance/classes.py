"""The closed list of source classes, from the national norm on clinical decision support.

国卫办医政函〔2023〕268号 names what may ground such a system and asks that it be renewed within
half a year. Rank 1 is the highest authority.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

MOST_MONTHS = 6


class SourceClass(TextChoices):
    LAW = "law", _("Law")
    DEPARTMENTAL_RULE = "departmental_rule", _("Departmental rule")
    NORMATIVE_DOCUMENT = "normative_document", _("Normative document")
    DRUG_LABEL = "drug_label", _("Drug label")
    DEVICE_REGISTRATION = "device_registration", _("Device registration")
    STANDARD = "standard", _("Standard")
    CLINICAL_PATHWAY = "clinical_pathway", _("Clinical pathway")
    CLINICAL_GUIDELINE = "clinical_guideline", _("Clinical guideline")
    TECHNICAL_PROCEDURE = "technical_procedure", _("Technical procedure")
    EXPERT_CONSENSUS = "expert_consensus", _("Expert consensus")
    TEXTBOOK = "textbook", _("Textbook")
    MONOGRAPH = "monograph", _("Monograph")
    LITERATURE = "literature", _("Literature")
    CLINICAL_EXPERIENCE = "clinical_experience", _("Clinical experience")


@dataclass(frozen=True)
class Policy:
    """What a class asks for. `identified_by`: one of these kinds must be there at submission."""

    rank: int
    identified_by: tuple[str, ...]
    months: int = MOST_MONTHS
    approvals: int = 1
    trains: bool = True


POLICIES: dict[str, Policy] = {
    SourceClass.LAW: Policy(1, ("document_number",)),
    SourceClass.DEPARTMENTAL_RULE: Policy(1, ("document_number",)),
    SourceClass.NORMATIVE_DOCUMENT: Policy(2, ("document_number",)),
    SourceClass.DRUG_LABEL: Policy(2, ("approval_number", "ndc", "spl_set_id")),
    SourceClass.DEVICE_REGISTRATION: Policy(2, ("registration_number",)),
    SourceClass.STANDARD: Policy(2, ("standard_number",)),
    SourceClass.CLINICAL_PATHWAY: Policy(3, ("document_number", "doi", "local_number")),
    SourceClass.CLINICAL_GUIDELINE: Policy(
        3, ("doi", "pmid", "isbn", "document_number", "guideline_registration")
    ),
    SourceClass.TECHNICAL_PROCEDURE: Policy(3, ("document_number", "standard_number", "isbn")),
    SourceClass.EXPERT_CONSENSUS: Policy(4, ("doi", "pmid")),
    SourceClass.TEXTBOOK: Policy(5, ("isbn",)),
    SourceClass.MONOGRAPH: Policy(5, ("isbn",)),
    SourceClass.LITERATURE: Policy(6, ("doi", "pmid")),
    SourceClass.CLINICAL_EXPERIENCE: Policy(
        7, ("local_number",), months=3, approvals=2, trains=False
    ),
}
