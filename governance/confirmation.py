"""A password asked again before a decision that cannot be taken back."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import authenticate
from django.http import HttpRequest

from governance.errors import LockedOut, PasswordWrong
from governance.models import Account
from governance.trail import note_refusal


@dataclass(frozen=True)
class Confirmed:
    """An account whose password was given again just now. Made by `confirm` alone."""

    account: Account


def confirm(account: Account, password: str, *, request: HttpRequest) -> Confirmed:
    """Ask the password again. Failures count towards the same lock-out as those at login.

    Raises `PasswordWrong`, or `LockedOut` once there were too many. Either leaves a trace.
    """
    known = authenticate(request, username=account.username, password=password)
    if known is not None and known.pk == account.pk:
        return Confirmed(account)
    locked = getattr(request, "axes_locked_out", False)
    refusal = LockedOut() if locked else PasswordWrong()
    note_refusal(account, refusal)
    raise refusal
