"""What carrying knowledge out needs to remember."""

from .feedback import Decision, Feedback, Ticket, Verdict
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
from .sealing import UsageLeaf, UsageNode, UsageTree
from .usage import AnswerCitation, ReportedAnswer, Usage, UsagePassage
from .webhooks import Delivery, DeliveryState, Kind, Webhook

__all__ = [
    "FIRST_PAUSE",
    "LEASE",
    "LONGEST_PAUSE",
    "Acknowledgement",
    "AnswerCitation",
    "Broken",
    "CachedVector",
    "CorpusObject",
    "Cursor",
    "Decision",
    "Delivery",
    "DeliveryState",
    "EvaluationQuestion",
    "EvaluationResult",
    "EvaluationRun",
    "Exit",
    "ExpectedPassage",
    "FactsObject",
    "Feedback",
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
    "ReportedAnswer",
    "Ticket",
    "Usage",
    "UsageLeaf",
    "UsageNode",
    "UsagePassage",
    "UsageTree",
    "Verdict",
    "VersionWords",
    "Webhook",
    "WordCount",
]
