"""What a password must be."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import ngettext


class LongEnough(MinimumLengthValidator):
    """The stock rule, with a sentence that is there in Chinese too."""

    def get_error_message(self) -> str:
        return ngettext(
            "The password is too short: it needs at least %(n)s character.",
            "The password is too short: it needs at least %(n)s characters.",
            self.min_length,
        ) % {"n": self.min_length}
