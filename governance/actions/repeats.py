"""Requests under an `Idempotency-Key`: done once, and answered alike when they are sent again.

What was asked is written down in a transaction of its own before anything is done, and the answer
afterwards. So a request that is cut off between the two is neither done twice nor passed off as
done: whoever repeats it is told that its outcome is not known.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance.calling_errors import KeyUsedOtherwise, OutcomeUnknown, StillBeingDone
from governance.errors import Malformed
from governance.models.repeats import KEPT_FOR, KeptAnswer

# Longer than any request takes; what has no answer by then was cut off.
LONGEST_REQUEST = timedelta(minutes=5)
# As draft-ietf-httpapi-idempotency-key-header-07 has it, a quoted string; many send it bare.
WELL_FORMED = re.compile(r'"([\x21\x23-\x5b\x5d-\x7e]{1,200})"|([\x21\x23-\x5b\x5d-\x7e]{1,200})')
SUCCESS = range(200, 300)
SECRETS = frozenset({"password", "otp"})


@dataclass(frozen=True)
class Begun:
    """A request that is to be done now; `kept` has no answer yet."""

    kept: KeptAnswer


@dataclass(frozen=True)
class Repeated:
    """A request that was done before, with what was answered then."""

    status: int
    body: Any


def key_of(header: str) -> str:
    """The key as it was meant. Raises `Malformed` for what cannot be one."""
    found = WELL_FORMED.fullmatch(header.strip())
    if found is None:
        problem = _("Give 1 to 200 visible characters, such as a UUID.")
        raise Malformed(field="Idempotency-Key", problem=problem)
    return found[1] or found[2]


def begin(*, caller: str, key: str, fingerprint: str, at: datetime) -> Begun | Repeated:
    """Write down that it is begun, or tell what came of it before.

    Refused where the key came with another request, or the first is not done yet.
    """
    KeptAnswer.objects.filter(caller=caller, key=key, begun_at__lte=at - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            kept = KeptAnswer.objects.create(
                caller=caller, key=key, fingerprint=fingerprint, begun_at=at
            )
        return Begun(kept)
    except IntegrityError:
        first = KeptAnswer.objects.filter(caller=caller, key=key).first()
    if first is None:
        raise StillBeingDone
    return _repeated(first, fingerprint, at)


def finish(begun: Begun, *, status: int, body: Any) -> None:
    """Keep the answer. What was refused was not done, and may be asked again."""
    mine = KeptAnswer.objects.filter(pk=begun.kept.pk)
    if status in SUCCESS:
        mine.update(status=status, body=body)
    else:
        mine.delete()


def forget_old(at: datetime) -> None:
    KeptAnswer.objects.filter(begun_at__lte=at - KEPT_FOR).delete()


def fingerprint_of(method: str, path: str, data: Any) -> str:
    """Tells one request from another and says nothing of either: no password goes into it, and
    without the secret of the installation nobody can try out what did.
    """
    try:
        told = json.dumps([method, path, _plain(data)], sort_keys=True)
    except RecursionError:
        problem = _("The body is nested too deeply.")
        raise Malformed(field="body", problem=problem) from None
    return hmac.new(settings.SECRET_KEY.encode(), told.encode(), hashlib.sha256).hexdigest()


def _plain(data: Any) -> Any:
    """A body as JSON has it; a form as the lists of what its fields hold."""
    if hasattr(data, "lists"):
        fields = {name: values for name, values in data.lists() if name not in SECRETS}
        return {name: [_digest(each) for each in values] for name, values in fields.items()}
    if isinstance(data, Mapping):
        return {name: value for name, value in data.items() if name not in SECRETS}
    return data


def _digest(value: Any) -> Any:
    """A file by its bytes; anything else is itself."""
    if not isinstance(value, UploadedFile):
        return value
    sha256 = hashlib.sha256()
    for chunk in value.chunks():
        sha256.update(chunk)
    value.seek(0)
    return [value.name, sha256.hexdigest()]


def _repeated(first: KeptAnswer, fingerprint: str, at: datetime) -> Repeated:
    if not hmac.compare_digest(first.fingerprint, fingerprint):
        raise KeyUsedOtherwise
    if first.status is not None:
        return Repeated(first.status, first.body)
    if at - first.begun_at < LONGEST_REQUEST:
        raise StillBeingDone
    raise OutcomeUnknown
