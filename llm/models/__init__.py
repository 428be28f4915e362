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
from .questions import (
    EvaluationQuestion,
    ExpectedPassage,
    QuestionKind,
    QuestionSet,
    QuestionWriter,
)
from .releases import (
    Release,
    ReleaseCheck,
    ReleaseManifest,
    ReleasePublication,
    ReleaseStatus,
    ReleaseWaiver,
)
from .runs import Broken, EvaluationResult, EvaluationRun
from .webhooks import Delivery, DeliveryState, Kind, Webhook

__all__ = [
    "FIRST_PAUSE",
    "LEASE",
    "LONGEST_PAUSE",
    "Acknowledgement",
    "Broken",
    "CachedVector",
    "CorpusObject",
    "Cursor",
    "Delivery",
    "DeliveryState",
    "EvaluationQuestion",
    "EvaluationResult",
    "EvaluationRun",
    "Exit",
    "ExpectedPassage",
    "FactsObject",
    "Job",
    "Kind",
    "LostLease",
    "ModelAnswer",
    "Parked",
    "Proposal",
    "ProposalReading",
    "ProposalSpan",
    "QuestionKind",
    "QuestionSet",
    "QuestionWriter",
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
