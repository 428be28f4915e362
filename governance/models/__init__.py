from .audit import (
    KNOWLEDGE,
    AuditEntry,
    AuditNode,
    AuditPayload,
    RefusedAttempt,
    TrailHead,
)
from .governed import Governed
from .passages import Passage, Section, content_digest, digest_of
from .people import (
    Account,
    Client,
    Department,
    Installation,
    Person,
    digest_of_key,
    new_key,
)
from .sources import ClassPolicy, Identifier, Language, Source, SourceContributor
from .uploads import ATTEMPTS, ParseState, Upload
from .versions import (
    Contributor,
    Quarantine,
    Retirement,
    Review,
    Term,
    Version,
    latest_of,
)

__all__ = [
    "ATTEMPTS",
    "KNOWLEDGE",
    "Account",
    "AuditEntry",
    "AuditNode",
    "AuditPayload",
    "ClassPolicy",
    "Client",
    "Contributor",
    "Department",
    "Governed",
    "Identifier",
    "Installation",
    "Language",
    "ParseState",
    "Passage",
    "Person",
    "Quarantine",
    "RefusedAttempt",
    "Retirement",
    "Review",
    "Section",
    "Source",
    "SourceContributor",
    "Term",
    "TrailHead",
    "Upload",
    "Version",
    "content_digest",
    "digest_of",
    "digest_of_key",
    "latest_of",
    "new_key",
]
