"""Who may do what: one table. A person has one duty; within content, one or more of three roles."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Duty(TextChoices):
    CONTENT = "content", _("Content")
    COMPLIANCE = "compliance", _("Compliance")
    SYSTEM = "system", _("System administration")
    SECURITY = "security", _("Security administration")


class Role(TextChoices):
    CURATOR = "curator", _("Curator")
    REVIEWER = "reviewer", _("Reviewer")
    GRAPH_EDITOR = "graph_editor", _("Graph editor")
    COMPLIANCE = "compliance", _("Compliance officer")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")


DUTY_OF: dict[Role, Duty] = {
    Role.CURATOR: Duty.CONTENT,
    Role.REVIEWER: Duty.CONTENT,
    Role.GRAPH_EDITOR: Duty.CONTENT,
    Role.COMPLIANCE: Duty.COMPLIANCE,
    Role.SYSTEM_ADMIN: Duty.SYSTEM,
    Role.SECURITY_ADMIN: Duty.SECURITY,
}


class Deed(StrEnum):
    """Something a person may be allowed to do."""

    READ = "read"
    COMMENT = "comment"
    CURATE = "curate"
    REVIEW = "review"
    QUARANTINE = "quarantine"
    LIFT_QUARANTINE = "lift_quarantine"
    DRAW = "draw"
    APPLY = "apply"
    ANSWER = "answer"
    AUDIT = "audit"
    OPERATE = "operate"
    ADMINISTER = "administer"
    TELL = "tell"


CONTENT = frozenset({Role.CURATOR, Role.REVIEWER, Role.GRAPH_EDITOR})

MAY: dict[Deed, frozenset[Role]] = {
    Deed.READ: CONTENT | {Role.COMPLIANCE},
    Deed.COMMENT: CONTENT,
    Deed.CURATE: frozenset({Role.CURATOR, Role.REVIEWER}),
    Deed.REVIEW: frozenset({Role.REVIEWER}),
    Deed.QUARANTINE: CONTENT,
    Deed.LIFT_QUARANTINE: frozenset({Role.REVIEWER}),
    # Proposing changes to the graph, and deciding on those of others.
    Deed.DRAW: CONTENT,
    Deed.APPLY: frozenset({Role.REVIEWER, Role.GRAPH_EDITOR}),
    # Answering what readers say of answers.
    Deed.ANSWER: CONTENT,
    Deed.AUDIT: frozenset({Role.COMPLIANCE}),
    Deed.OPERATE: frozenset({Role.SYSTEM_ADMIN}),
    Deed.ADMINISTER: frozenset({Role.SECURITY_ADMIN}),
    # Seeing whether messages arrive, and having them sent again.
    Deed.TELL: frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}),
}


class Scope(TextChoices):
    """What a program's key opens."""

    RETRIEVE = "retrieve", _("Retrieve passages")
    CORPUS = "corpus", _("Download the corpus")
    CHANGES = "changes", _("Follow changes")
    USAGE = "usage", _("Report answers")
    FEEDBACK = "feedback", _("Give feedback")
    TRAIN = "train", _("Fetch training rows, register adapters")
    AUDIT = "audit", _("See what has left force")
