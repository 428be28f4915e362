"""Why a program, a call that is sent again, or a webhook is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from governance.errors import NotAllowed, Refused


class ClassNotOpen(NotAllowed):
    """A program asked for what its key does not open: which classes."""

    code = "class_not_open"
    sentence = _("The key does not open these classes: %(classes)s.")


class KeyGone(Refused):
    code = "key_gone"
    sentence = _("This key opens nothing any more.")


class KeyUsedOtherwise(Refused):
    """The same `Idempotency-Key` came with something else to do."""

    code = "idempotency_key_reused"
    sentence = _("This Idempotency-Key was used with another request. Send a new one.")


class StillBeingDone(Refused):
    code = "request_in_progress"
    sentence = _("The first request under this Idempotency-Key is being done. Ask again later.")


class OutcomeUnknown(Refused):
    """Cut off between what was done and its being written down; nobody can say on which side."""

    code = "outcome_unknown"
    sentence = _(
        "The first request under this Idempotency-Key was cut off. Look whether it was done before"
        " you send it under a new one."
    )


class WebhookEnded(Refused):
    code = "webhook_ended"
    sentence = _("This webhook was ended; it is told nothing any more.")


class NothingToReplay(Refused):
    code = "nothing_to_replay"
    sentence = _("None of these deliveries is there to be sent again.")
