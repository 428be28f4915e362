"""What stands in no line of a log."""

from __future__ import annotations

import re

from structlog.typing import EventDict, WrappedLogger

# Whoever reads the log could open the link before the person it is for.
_LINK = re.compile(r"(/password-link/)[^/\s\"']+")


def without_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A processor of structlog that leaves out the secrets of links."""
    return {k: _LINK.sub(r"\1…", v) if isinstance(v, str) else v for k, v in event.items()}
