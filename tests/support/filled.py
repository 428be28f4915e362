"""A small world with something of everything that the API can be asked for, and its callers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from governance import clock
from governance.actions import clients
from governance.duties import Role, Scope
from governance.models import (
    Account,
    AuditEntry,
    ChangeSet,
    Client,
    Concept,
    GraphEdit,
    Passage,
    Relation,
    Source,
    Version,
)
from governance.trail import SHELL
from llm.actions import answers
from llm.actions.answers import Reported
from llm.models import (
    CorpusObject,
    FactsObject,
    Feedback,
    Release,
    ReleaseManifest,
    ReportedAnswer,
    TrainingSet,
    Usage,
)
from tests.support import callers, graph, knowledge, releasing, training, using
from tests.support.following import follow

STAFF = {
    "ana": Role.CURATOR,
    "ben": Role.REVIEWER,
    "dora": Role.REVIEWER,
    "gus": Role.GRAPH_EDITOR,
    "cleo": Role.COMPLIANCE,
    "sam": Role.SYSTEM_ADMIN,
    "sue": Role.SECURITY_ADMIN,
}
# More numbers of a kind than these tell nothing new.
ENOUGH = 12

# What can be said without knowing what is there.
SAID: dict[str, Sequence[Any]] = {
    "username": ["ana", "ben"],
    "password": [knowledge.PASSWORD],
    "query": ["Start low", "asthma", "阿替普酶", "aspirin treats pain"],
    "words": ["Read against the print.", "哮喘", "a"],
    "model": ["query", "passage", "Qwen3-8B"],
    "published_on": ["2024", "2024-05", "2024-05-31"],
    "as_of": ["2026-01-31", "2026-05-31T12:00:00+08:00"],
    "identifier": [
        {"kind": "doi", "value": "10.1000/asthma.1"},
        {"kind": "isbn", "value": "9787117266031"},
    ],
    "filters": [{"source_class": ["clinical_guideline"], "language": "en"}, {"source": [1]}],
    "comparison": [
        {"type": "eq", "key": "language", "value": "en"},
        {
            "type": "or",
            "filters": [
                {"type": "in", "key": "issuer", "value": ["Respiratory Society"]},
                {"type": "gte", "key": "authority", "value": 2},
            ],
        },
    ],
    "metadata_condition": [
        {"conditions": [{"name": "language", "comparison_operator": "is", "value": "en"}]},
        {"conditions": [{"name": "title", "comparison_operator": "contains", "value": "a"}]},
    ],
}

Known = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Caller:
    """Somebody, with what proves who it is."""

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)


def fill() -> list[Caller]:
    """Fill an empty database and its stores. Who may call: nobody, a stranger, a person of
    every role, a program of every scope and one of all.
    """
    staff = {name: knowledge.account(name, role) for name, role in STAFF.items()}
    ana, ben, dora = staff["ana"], staff["ben"], staff["dora"]
    _versions(ana, ben)
    training.rows(ana, ben)
    _draw(ana, staff["gus"], ben)
    tier, key = clients.create(name="tier", scopes=list(Scope), by=SHELL)
    _use(tier)
    releasing.cut(dora, "next")
    follow()
    return [
        Caller("nobody"),
        _holding("stranger", "kb_no_such_key"),
        *(_logged_in(account) for account in staff.values()),
        _holding("tier", key),
        *(
            _holding(scope, clients.create(name=scope, scopes=[scope], by=SHELL)[1])
            for scope in Scope
        ),
    ]


def known() -> Known:
    """What there is, by the names of the fields and parameters that ask for it."""
    numbers: dict[str, Sequence[Any]] = {
        "passage": _numbers(Passage),
        "version": _numbers(Version),
        "source": _numbers(Source),
        "concept": _numbers(Concept),
        "relation": _numbers(Relation),
        "change_set": _numbers(ChangeSet),
        "entry": _numbers(AuditEntry),
    }
    return numbers | {
        "usage": _named(Usage, "pk"),
        "answer": _named(ReportedAnswer, "pk"),
        "feedback": _named(Feedback, "pk"),
        "release": [*_named(Release, "name"), "current"],
        "training_set": _named(TrainingSet, "name"),
        "file": [each["name"] for made in TrainingSet.objects.all() for each in made.files],
        "root": _named(ReleaseManifest, "root"),
        "sha256": [*_named(CorpusObject, "sha256"), *_named(FactsObject, "sha256")],
        "store": ["all", "current", "clinical_guideline", *_named(Release, "name")],
        "digest": [("versions", each.pk, each.digest_now()) for each in Version.objects.all()]
        + [("change_sets", each.pk, each.digest_now()) for each in ChangeSet.objects.all()],
        "step": _steps(),
        "rpc": _rpc(numbers),
        **SAID,
    }


def _versions(ana: Account, ben: Account) -> None:
    """One in each state that a version can be in, and a passage in quarantine."""
    knowledge.retire(_active(ana, ben, "Aspirin helps."), ben)
    knowledge.draft(knowledge.source(ana), ana)
    knowledge.in_review(knowledge.source(ana), ana)
    knowledge.unread(knowledge.source(ana), ana)
    knowledge.active(_active(ana, ben, "Start low.").source, ana, ben, label="2026")
    knowledge.quarantine(_active(ana, ben, "Paracetamol helps."), ana)
    partly = _active(ana, ben, "Warfarin is monitored.", "Asthma is treated.")
    knowledge.quarantine(partly.passages.order_by("pk")[0], ana)


def _active(ana: Account, ben: Account, *texts: str) -> Version:
    return knowledge.active(knowledge.source(ana), ana, ben, texts=texts)


def _draw(ana: Account, gus: Account, ben: Account) -> None:
    graph.rows(ana)
    graph.written(gus, graph.concept("i", "drug", "ibuprofen"))
    graph.applied(gus, ben, graph.concept("m", "drug", "morphine"))


def _use(tier: Client) -> None:
    version = Version.objects.in_force(clock.now()).order_by("pk")[0]
    using.rows(version, tier)
    usage = Usage.objects.get()
    given = [passage.pk for passage in version.passages.current()]
    told = Reported("Start low [1].", "model", given)
    answers.report(usage=usage, reported=told, by=tier, at=clock.now())
    using.used(list(version.passages.current()), by=tier)


def _steps() -> list[dict[str, Any]]:
    """One of each deed that is written in the change sets there are, and those that go beyond."""
    passage = Passage.objects.in_force(clock.now()).order_by("pk")[0]
    drug = Concept.objects.order_by("pk")[0].pk
    steps = [
        graph.concept("z", "drug", "warfarin"),
        graph.relation(drug, "treats", "new:z", graph.span(passage)),
        ("concept.retire", {"concept": drug}),
        ("concept.retype", {"concept": drug, "type": "finding"}),
        ("concept.review", {"concept": drug}),
        ("relation.end", {"relation": Relation.objects.order_by("pk")[0].pk}),
    ]
    written = GraphEdit.objects.order_by("pk").values_list("deed", "content")
    return [{"deed": deed, "content": content} for deed, content in [*steps, *written]]


def _rpc(numbers: Known) -> list[dict[str, Any]]:
    """What clients of the Model Context Protocol say."""
    asked = {
        "retrieve": {"query": "asthma"},
        "passage": {"passage": numbers["passage"][0]},
        "check_citations": {"passages": list(numbers["passage"][:2])},
        "graph_neighbourhood": {"concept": numbers["concept"][0]},
    }
    called: list[dict[str, Any]] = [
        {"method": "tools/call", "params": {"name": name, "arguments": arguments}}
        for name, arguments in asked.items()
    ]
    others: list[dict[str, Any]] = [
        {"method": name} for name in ("initialize", "server/discover", "ping", "tools/list")
    ]
    return [{"jsonrpc": "2.0", "id": 1, **each} for each in (*called, *others)]


def _numbers(kind: type[Model]) -> list[Any]:
    return list(kind._default_manager.order_by("-pk").values_list("pk", flat=True)[:ENOUGH])


def _named(kind: type[Model], by: str) -> list[str]:
    rows = kind._default_manager.order_by("pk").values_list(by, flat=True)[:ENOUGH]
    return [str(each) for each in rows]


def _logged_in(account: Account) -> Caller:
    cookies = {name: each.value for name, each in callers.log_in(account).cookies.items()}
    return Caller(account.username, {"X-CSRFToken": cookies["csrftoken"]}, cookies)


def _holding(name: str, key: str) -> Caller:
    return Caller(name, {"Authorization": f"Bearer {key}"})
