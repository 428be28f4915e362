"""What the trail's codes say in words. A code without words is shown as it stands."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTORS: dict[str, Promise] = {
    "account": _("A person"),
    "client": _("A program"),
    "system": _("The system"),
    "shell": _("The server's shell"),
}

SUBJECTS: dict[str, Promise] = {
    "absence": _("Absence"),
    "account": _("Account"),
    "assignment": _("Request to review"),
    "comment": _("Comment"),
    "pull": _("Pull"),
    "client": _("Key"),
    "department": _("Department"),
    "incoming": _("File brought in"),
    "job": _("Job"),
    "passage": _("Passage"),
    "person": _("Person"),
    "source": _("Source"),
    "upload": _("File"),
    "version": _("Version"),
}

ACTIONS: dict[str, Promise] = {
    "source.registered": _("Source registered"),
    "source.edited": _("Source edited"),
    "source.handed_over": _("Source handed over"),
    "file.discarded": _("File discarded that was brought in"),
    "upload.received": _("File received"),
    "upload.reading_begun": _("Reading of a file begun"),
    "upload.read": _("File read"),
    "upload.reading_failed": _("File could not be read"),
    "upload.retried": _("File to be read again"),
    "version.registered": _("Version registered"),
    "version.parsed": _("Text taken over from the file"),
    "version.source_edited": _("Source of a draft edited"),
    "version.submitted": _("Submitted for review"),
    "version.submission_voided": _("Submission voided by an edit"),
    "version.sent_back": _("Sent back"),
    "version.withdrawn": _("Draft withdrawn"),
    "version.partly_approved": _("Approved by the first of two"),
    "version.approved": _("Approved"),
    "version.partly_reaffirmed": _("Reaffirmed by the first of two"),
    "version.reaffirmed": _("Reaffirmed"),
    "version.term_moved": _("Term moved"),
    "version.superseded": _("Superseded"),
    "version.retired": _("Retired"),
    "version.left_force": _("Left force by the clock"),
    "version.amended": _("Amended"),
    "version.quarantined": _("Version quarantined"),
    "version.quarantine_lift_begun": _("End of a version's quarantine begun"),
    "version.quarantine_ended": _("Version's quarantine ended"),
    "passage.corrected": _("Passage corrected"),
    "passage.quarantined": _("Passage quarantined"),
    "passage.quarantine_lift_begun": _("End of a passage's quarantine begun"),
    "passage.quarantine_ended": _("Passage's quarantine ended"),
    "assignment.made": _("Reviewer asked"),
    "absence.announced": _("Absence announced"),
    "absence.ended": _("Absence ended"),
    "comment.made": _("Comment made"),
    "comment.settled": _("Comment settled"),
    "pull.made": _("Pulled by name"),
    "installation.restored": _("Restored from a backup"),
    "department.founded": _("Department entered"),
    "person.entered": _("Person entered"),
    "person.edited": _("Person edited"),
    "person.roles_set": _("Roles set"),
    "person.address_set": _("Address for notices set"),
    "account.created": _("Account created"),
    "account.password_set": _("Password set"),
    "account.disabled": _("Account disabled"),
    "account.enabled": _("Account enabled"),
    "account.password_link_made": _("Link to a new password made"),
    "account.sessions_ended": _("Sessions ended"),
    "account.unlocked": _("Lock-out ended"),
    "client.created": _("Key made"),
    "client.revoked": _("Key revoked"),
    "job.ordered": _("Work on a store ordered"),
    "parked.retried": _("Parked version to be tried again"),
    "attempt.refused": _("Attempt refused"),
}

# What stands beside an entry and may be erased from there.
PRIVATE: dict[str, Promise] = {
    "reason": _("Reason"),
    "username": _("Login name"),
    "name": _("Name"),
    "number": _("Employee number"),
    "brought_by_name": _("Brought in by"),
    "text": _("Comment"),
}
