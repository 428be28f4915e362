"""Why what programs report, and what people answer to it, is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from governance.errors import Refused


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
