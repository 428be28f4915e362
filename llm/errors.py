"""Why what goes out is refused. What the truth refuses stands in `governance.errors`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from governance.errors import IllegalMove, Refused


class NoCorpus(Refused):
    code = "no_corpus"
    sentence = _("There is no corpus to cut a release from: nothing was approved yet.")


class CorpusBehind(Refused):
    code = "corpus_behind"
    sentence = _(
        "The corpus has not yet followed what changed last in the knowledge. Ask again in a moment."
    )


class ReleaseCannotBecome(IllegalMove):
    sentence = _("A release that is “%(now)s” cannot become “%(wanted)s”.")


class CannotBeTested(IllegalMove):
    sentence = _("Only a release that was never published is tested; this one is “%(now)s”.")


class WaiverNeedsTest(IllegalMove):
    sentence = _("Only what a tested release has not passed is waived; this one is “%(now)s”.")


class GateNotPassed(Refused):
    code = "gate_not_passed"
    sentence = _("Not passed, and not waived by two persons: %(checks)s.")


class GateChangedByPublisher(Refused):
    code = "gate_changed_by_publisher"
    sentence = _(
        "Since the last release came out you changed what a release must reach, or took a question"
        " away. Somebody else publishes this one."
    )


class NothingToWaive(Refused):
    code = "nothing_to_waive"
    sentence = _("The last test of this release has passed that check, or has none of that name.")


class ReleaseIsCurrent(Refused):
    code = "release_is_current"
    sentence = _("This release is the current one already.")


class ReleaseNotPublished(Refused):
    code = "release_not_published"
    sentence = _("The release “%(name)s” is not published.")


class ReleaseWithdrawn(Refused):
    code = "release_withdrawn"
    sentence = _("The release “%(name)s” was withdrawn.")


class AskedAlready(Refused):
    code = "asked_already"
    sentence = _("The set asks this already: %(question)s")


class ExpectedNotInForce(Refused):
    code = "expected_not_in_force"
    sentence = _("Passage %(passage)s is not in force, so no answer can hold it.")


class QuestionIsDraft(Refused):
    """What was proposed by a program is nobody's question before a person has edited it."""

    code = "question_is_draft"
    sentence = _("This was proposed by a program. Somebody has to edit it before it is reviewed.")


class QuestionIsStale(Refused):
    code = "question_is_stale"
    sentence = _("What this question expects is not in force any more. Say first what is.")


class NothingToAsk(Refused):
    code = "nothing_to_ask"
    sentence = _("No question of “%(name)s” is reviewed and expects what is in force.")


class AnswerDiffers(Refused):
    code = "answer_differs"
    sentence = _("Another answer was reported for this retrieval; it is kept as it was.")


class FeedbackDiffers(Refused):
    code = "feedback_differs"
    sentence = _("Other feedback was given on this before; it is kept as it was.")


class TicketDecided(Refused):
    code = "ticket_decided"
    sentence = _("This ticket was decided already.")


class StillServed(Refused):
    """It is said to be corrected or quarantined, and nothing of the kind was done."""

    code = "still_served"
    sentence = _(
        "The passage is still in force as it was. First quarantine it, or bring a corrected version"
        " into force."
    )


class NothingToTrain(Refused):
    code = "nothing_to_train"
    sentence = _(
        "The release “%(name)s” holds nothing of these kinds that is in force and whose licence"
        " lets it train a model."
    )


class GroundMoved(Refused):
    code = "ground_moved"
    sentence = _("Something left force while it was cut, again and again. Cut it again later.")
