"""Why the knowledge base says no. Every refusal has a stable code and a sentence for people."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """What the rules do not allow. Nothing was changed."""

    code: ClassVar[str] = "refused"
    sentence: ClassVar[Promise] = _("The rules do not allow this.")

    def __init__(self, **facts: object) -> None:
        super().__init__()
        self.facts = facts

    def __str__(self) -> str:
        return str(self.sentence) % self.facts


class Malformed(Refused):
    """What was sent is not what is asked for: which field, and what is expected."""

    code = "malformed"
    sentence = _("%(field)s: %(problem)s")


class NotAllowed(Refused):
    code = "not_allowed"
    sentence = _("Your duty does not include this.")


class ScopeMissing(NotAllowed):
    """The same refusal for a program: which scope its key would have to have."""

    sentence = _(
        "The key lacks the scope “%(scope)s”, which opens this. The security administrator makes"
        " keys."
    )


class PasswordWrong(Refused):
    code = "password_wrong"
    sentence = _("The password is wrong.")


class LinkSpent(Refused):
    code = "link_spent"
    sentence = _("This link does not hold any more. Ask the security administrator for another.")


class AccountDisabled(Refused):
    code = "account_disabled"
    sentence = _("This account is disabled.")


class LockedOut(Refused):
    code = "locked_out"
    sentence = _("Too many wrong passwords. The account is locked; try again later.")


class TooLarge(Refused):
    code = "too_large"
    sentence = _("The file is larger than the %(limit)s MB that are allowed.")


class IllegalMove(Refused):
    code = "illegal_move"
    sentence = _("A version that is “%(now)s” cannot become “%(wanted)s”.")


class QuarantineNeedsActive(IllegalMove):
    """An illegal move to every program; to people, what it was that they wanted."""

    sentence = _("Only an active version can be quarantined; this one is “%(now)s”.")


class ReaffirmingNeedsActive(IllegalMove):
    sentence = _("Only an active version can be reaffirmed; this one is “%(now)s”.")


class AmendingNeedsActive(IllegalMove):
    sentence = _("Only an active version can be amended; this one is “%(now)s”.")


class ApprovalNeedsReview(IllegalMove):
    sentence = _("Only a version in review can be approved; this one is “%(now)s”.")


class CommentingNeedsOpen(IllegalMove):
    sentence = _("What is “%(now)s” is not commented on any more.")


class AssigningNeedsOpen(IllegalMove):
    sentence = _("Nobody is asked to review what is “%(now)s”.")


class RetryNeedsDraft(IllegalMove):
    sentence = _("Only the file of a draft is read again; this version is “%(now)s”.")


class NoLongerFits(Refused):
    """A page was open while what it was for went away."""

    code = "no_longer_fits"
    sentence = _("This cannot be done any more: things have changed meanwhile.")


class ChangedMeanwhile(Refused):
    """Somebody else has changed what was looked at, and would be overwritten unseen."""

    code = "changed_meanwhile"
    sentence = _("%(by)s changed this meanwhile. Look again before you change it.")


class SecondPersonNeeded(Refused):
    code = "second_person_needed"
    sentence = _("This needs a person who has not contributed to it or decided on it before.")


class NotTheContributor(Refused):
    code = "not_the_contributor"
    sentence = _("Only who contributed to it takes its submission back.")


class ReviewerUnfit(Refused):
    code = "reviewer_unfit"
    sentence = _("Ask a reviewer who has an account and has not contributed to the version.")


class DigestChanged(Refused):
    code = "digest_changed"
    sentence = _("The version is no longer the one that was read. Read it again before deciding.")


class PredecessorChanged(Refused):
    code = "predecessor_changed"
    sentence = _(
        "Another version of this source was approved meanwhile. Send back and submit again."
    )


class NotParsed(Refused):
    code = "not_parsed"
    sentence = _("The file has not been read successfully, so there is no text to decide on.")


class IdentifierNeeded(Refused):
    code = "identifier_needed"
    sentence = _(
        "A source of this class needs one of these identifiers before submission: %(kinds)s."
    )


class ClassIsFixed(Refused):
    code = "class_is_fixed"
    sentence = _("Class and identifiers of a source with an active version do not change any more.")


class DuplicateUpload(Refused):
    code = "duplicate_upload"
    sentence = _("The same file is already there: version %(version)s of “%(source)s”.")


class AlreadyIncoming(Refused):
    code = "already_incoming"
    sentence = _("The same file already waits to be confirmed: “%(file)s”, brought in by %(by)s.")


class AlreadyQuarantined(Refused):
    code = "already_quarantined"
    sentence = _("This is quarantined already.")


class NotQuarantined(Refused):
    code = "not_quarantined"
    sentence = _("This is not quarantined.")


class NeverInForce(Refused):
    code = "never_in_force"
    sentence = _("With these dates the version would never be in force.")


class LaterVersionScheduled(Refused):
    code = "later_version_scheduled"
    sentence = _(
        "A version is already approved to take effect at the same time or later. Retire it first."
    )


class AlreadySuperseded(Refused):
    code = "already_superseded"
    sentence = _("A newer version has taken effect; this one cannot be reaffirmed.")


class SuccessorNeeded(Refused):
    code = "successor_needed"
    sentence = _("This reason needs a successor.")


class TextIsFixed(Refused):
    code = "text_is_fixed"
    sentence = _(
        "Only the text of a draft can be changed. To correct a version in force, amend it."
    )


class AlreadyExists(Refused):
    code = "already_exists"
    sentence = _("There is already one of this name: %(name)s.")


class DutyConflict(Refused):
    code = "duty_conflict"
    sentence = _("A person has one duty, and these roles belong to different duties.")


class HasOtherDuty(DutyConflict):
    """Whose number was given is there with another duty: who it is, and where roles change."""

    sentence = _(
        "The number %(number)s is that of %(name)s, who has the duty “%(duty)s” (%(roles)s). A"
        " person has one duty; roles are changed on the page of the person."
    )


class PersonKnown(Refused):
    """A second account is for the person as they are: nothing about them is changed with it."""

    code = "person_known"
    sentence = _(
        "The number %(number)s is that of %(name)s (%(roles)s). A second account of theirs has the"
        " same roles, name and department; these are changed on the page of the person."
    )


class LastAdministrator(Refused):
    code = "last_administrator"
    sentence = _("This is the last active security administrator.")


class NotRetryable(Refused):
    code = "not_retryable"
    sentence = _("Only a file that could not be read can be read again.")


class ClockBehind(Refused):
    """The clock stands before the trail's last entry: writing now would falsify the order."""

    code = "clock_behind"
    sentence = _(
        "The server's clock is behind the last audit entry. Nothing is written until it is right."
    )


class NotThisInstallation(Refused):
    code = "not_this_installation"
    sentence = _(
        "This database was started as “%(kind)s” in the time zone %(time_zone)s and cannot be"
        " started otherwise."
    )


class TextQuarantined(Refused):
    code = "text_quarantined"
    sentence = _(
        "It repeats text that is quarantined. End the quarantine first, or correct that text."
    )


class FoundIsOutdated(Refused):
    code = "found_is_outdated"
    sentence = _(
        "What was found has changed meanwhile: another text took its place. Look for it again."
    )


class AlreadyOrdered(Refused):
    code = "already_ordered"
    sentence = _("The same work waits already, or is being done.")


class NotParked(Refused):
    code = "not_parked"
    sentence = _("This is not parked any more.")


class CommentSettled(Refused):
    code = "comment_settled"
    sentence = _("The comment was settled already.")


class NotInTheGraph(Refused):
    """What a step is about was ended, merged or retired, or never was."""

    code = "not_in_the_graph"
    sentence = _("The graph has no %(what)s %(number)s now.")


class ConceptInUse(Refused):
    code = "concept_in_use"
    sentence = _("“%(concept)s” stands in a relation that would not hold: %(relation)s")


class TripleNotAllowed(Refused):
    code = "triple_not_allowed"
    sentence = _("The schema does not allow “%(subject)s – %(relation)s → %(object)s”.")


class SaidAlready(Refused):
    code = "said_already"
    sentence = _("The graph says so already: %(relation)s")


class Circle(Refused):
    code = "circle"
    sentence = _("“%(relation)s” would lead from “%(concept)s” back to itself.")


class EvidenceNotInForce(Refused):
    code = "evidence_not_in_force"
    sentence = _("Passage %(passage)s is not in force, so it carries no relation.")


class LastEvidence(Refused):
    code = "last_evidence"
    sentence = _("Nothing else carries this relation. End the relation instead.")


class TypeInUse(Refused):
    code = "type_in_use"
    sentence = _("What is said in the graph would not be allowed by “%(type)s” any more.")


class SetMoved(Refused):
    """What a step was written for was changed by another set meanwhile."""

    code = "set_moved"
    sentence = _("Step %(position)s was written for what has changed since. Look at it again.")


class SetIsFixed(Refused):
    code = "set_is_fixed"
    sentence = _("A change set that is “%(now)s” is not changed.")


class SetIsEmpty(Refused):
    code = "set_is_empty"
    sentence = _("There is no step in this change set.")


class SetNotInReview(Refused):
    code = "set_not_in_review"
    sentence = _("Only a change set in review is decided on; this one is “%(now)s”.")


class StepRefused(Refused):
    """Why a step of a set cannot be done, with which one it is."""

    code = "step_refused"
    sentence = _("Step %(position)s: %(why)s")


class SetUndone(Refused):
    code = "set_undone"
    sentence = _("Only an applied change set that was not undone can be undone.")


class ProposalRefusedAlready(Refused):
    code = "proposal_refused_already"
    sentence = _("This was refused before; it is not proposed any more.")
