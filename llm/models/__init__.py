"""What carrying knowledge out needs to remember."""

from .following import (
    FIRST_PAUSE,
    LEASE,
    LONGEST_PAUSE,
    CachedVector,
    CorpusObject,
    Cursor,
    Exit,
    FactsObject,
    Job,
    LostLease,
    Parked,
    Usage,
    VersionWords,
    WordCount,
)
from .mirrors import Acknowledgement
from .proposals import ModelAnswer, Proposal, ProposalReading, ProposalSpan, Reader
from .releases import (
    Release,
    ReleaseCheck,
    ReleaseManifest,
    ReleasePublication,
    ReleaseStatus,
    ReleaseWaiver,
)
from .webhooks import Delivery, DeliveryState, Kind, Webhook

__all__ = [
    "FIRST_PAUSE",
    "LEASE",
    "LONGEST_PAUSE",
    "Acknowledgement",
    "CachedVector",
    "CorpusObject",
    "Cursor",
    "Delivery",
    "DeliveryState",
    "Exit",
    "FactsObject",
    "Job",
    "Kind",
    "LostLease",
    "ModelAnswer",
    "Parked",
    "Proposal",
    "ProposalReading",
    "ProposalSpan",
    "Reader",
    "Release",
    "ReleaseCheck",
    "ReleaseManifest",
    "ReleasePublication",
    "ReleaseStatus",
    "ReleaseWaiver",
    "Usage",
    "VersionWords",
    "Webhook",
    "WordCount",
]
