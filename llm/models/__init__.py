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

__all__ = [
    "FIRST_PAUSE",
    "LEASE",
    "LONGEST_PAUSE",
    "Acknowledgement",
    "CachedVector",
    "CorpusObject",
    "Cursor",
    "Exit",
    "FactsObject",
    "Job",
    "LostLease",
    "ModelAnswer",
    "Parked",
    "Proposal",
    "ProposalReading",
    "ProposalSpan",
    "Reader",
    "Usage",
    "VersionWords",
    "WordCount",
]
