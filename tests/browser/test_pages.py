"""Every page, for everybody who has it: whole, in one language, for all eyes, from here alone."""

from __future__ import annotations

import json
import os
import re

import pytest

from tests.browser.conftest import Arriving
from tests.support.served import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

V, S = "admin/governance/version/", "admin/governance/source/"
# Numbers of the sample's versions by their state, in the order in which they came.
OVERDUE, RETIRED, DUE, QUARANTINED, ACTIVE, SENT_BACK, IN_REVIEW = 1, 2, 3, 4, 5, 9, 10
# A name for the picture, the address, and who looks at it.
PAGES = [
    ("login", "admin/login/", ""),
    ("home-curator", "admin/", "curator"),
    ("home-reviewer", "admin/", "reviewer"),
    ("home-compliance", "admin/", "compliance"),
    ("home-system", "admin/", "system"),
    ("home-security", "admin/", "security"),
    ("home-by-department", "admin/?by=department", "curator"),
    ("notices", "admin/notices/", "curator"),
    ("me", "admin/me/", "curator"),
    ("absence", "admin/me/announce-absence/", "curator"),
    ("hand-over", "admin/hand-over/", "curator"),
    ("evidence-left", "admin/evidence/", "curator"),
    ("bring-in", "admin/bring-in/", "curator"),
    ("bring-in-list", "admin/bring-in/lists/", "curator"),
    ("sources", S, "curator"),
    ("sources-none", f"{S}?q=nothing-like-it", "curator"),
    ("source", f"{S}2/change/", "curator"),
    ("source-history", f"{S}2/history/", "curator"),
    ("source-timeline", f"{S}2/timeline/", "curator"),
    ("source-add", f"{S}add/", "curator"),
    ("source-edit", f"{S}2/edit/", "curator"),
    ("source-hand-over", f"{S}2/hand-over/", "curator"),
    ("new-version", f"{S}2/new-version/", "curator"),
    ("versions", V, "curator"),
    ("versions-overdue", f"{V}?due=overdue", "reviewer"),
    ("save-view", f"{V}save-view/?status=active", "curator"),
    ("bulk", f"{V}bulk/quarantine/?ids=1,2,3,4,5", "curator"),
    ("version-in-review", f"{V}{IN_REVIEW}/change/", "reviewer"),
    ("version-active", f"{V}{ACTIVE}/change/", "reviewer"),
    ("version-retired", f"{V}{RETIRED}/change/", "reviewer"),
    ("version-overdue", f"{V}{OVERDUE}/change/", "reviewer"),
    ("version-due", f"{V}{DUE}/change/", "reviewer"),
    ("version-quarantined", f"{V}{QUARANTINED}/change/", "reviewer"),
    ("version-sent-back", f"{V}{SENT_BACK}/change/", "curator"),
    ("version-searched", f"{V}{ACTIVE}/change/?q=2000", "reviewer"),
    ("version-history", f"{V}{ACTIVE}/history/", "reviewer"),
    ("version-timeline", f"{V}{ACTIVE}/timeline/", "reviewer"),
    ("difference", f"{V}{ACTIVE}/difference/", "reviewer"),
    ("comment", f"{V}{IN_REVIEW}/comment/", "reviewer"),
    ("approve", f"{V}{IN_REVIEW}/approve/", "reviewer"),
    ("send-back", f"{V}{IN_REVIEW}/send-back/", "reviewer"),
    ("assign", f"{V}{IN_REVIEW}/assign/", "curator"),
    ("quarantine", f"{V}{ACTIVE}/quarantine/", "reviewer"),
    ("retire", f"{V}{ACTIVE}/retire/", "reviewer"),
    ("reaffirm", f"{V}{OVERDUE}/reaffirm/", "reviewer"),
    ("amend", f"{V}{ACTIVE}/amend/", "reviewer"),
    ("pulls", "admin/pulls/", "reviewer"),
    ("pull", "admin/pulls/new/", "reviewer"),
    ("pull-found", "admin/pulls/new/?terms=enoxaparin%0A依诺肝素", "reviewer"),
    ("bench", "admin/bench/", "reviewer"),
    ("question-sets", "admin/llm/questionset/", "curator"),
    ("question-set", "admin/llm/questionset/1/change/", "reviewer"),
    ("question-set-least", "admin/llm/questionset/1/least/", "reviewer"),
    ("question-ask", "admin/llm/questionset/1/ask/", "curator"),
    ("questions", "admin/llm/evaluationquestion/?set=1", "curator"),
    ("question", "admin/llm/evaluationquestion/1/change/", "curator"),
    ("question-edit", "admin/llm/evaluationquestion/1/edit/", "curator"),
    ("runs", "admin/llm/evaluationrun/", "compliance"),
    ("run", "admin/llm/evaluationrun/1/change/", "compliance"),
    ("compare-runs", "admin/compare-runs/?before=1&after=1", "compliance"),
    ("citation", "passages/1/", "reviewer"),
    ("concepts", "admin/governance/concept/", "graph-editor"),
    ("concept", "admin/governance/concept/1/change/", "graph-editor"),
    ("concept-add", "admin/governance/concept/add/", "graph-editor"),
    ("relate", "admin/governance/concept/1/relate/", "graph-editor"),
    ("split", "admin/governance/concept/1/split/", "graph-editor"),
    ("canvas-empty", "admin/canvas/", "graph-editor"),
    ("canvas", "admin/canvas/?concept=1,107", "graph-editor"),
    ("canvas-of-a-set", "admin/canvas/?set=1", "compliance"),
    ("canvas-table", "admin/canvas/table/?concept=1,107&q=肝", "graph-editor"),
    ("canvas-table-relating", "admin/canvas/table/?concept=1&from=c103", "graph-editor"),
    (
        "relate-drawn",
        "admin/governance/concept/103/relate/?type=prevents&object=1&canvas=concept%3D1",
        "graph-editor",
    ),
    ("take-back", "admin/canvas/take-back/", "graph-editor"),
    ("add-evidence", "admin/governance/relation/1/add-evidence/", "graph-editor"),
    ("end-relation", "admin/governance/relation/1/end/", "graph-editor"),
    ("proposals", "admin/llm/proposal/", "graph-editor"),
    ("proposal", "admin/llm/proposal/1/change/", "graph-editor"),
    ("proposal-correct", "admin/llm/proposal/1/correct/", "graph-editor"),
    ("proposal-refuse", "admin/llm/proposal/1/refuse/", "graph-editor"),
    ("releases", "admin/llm/release/", "compliance"),
    ("release", "admin/llm/release/1/change/", "reviewer"),
    ("release-waive", "admin/llm/release/1/waive/", "second-reviewer"),
    ("release-cut", "admin/llm/release/add/", "reviewer"),
    ("training-sets", "admin/llm/trainingset/", "compliance"),
    ("training-cut", "admin/llm/trainingset/add/", "reviewer"),
    ("adapters", "admin/llm/adapter/", "curator"),
    ("adapter-add", "admin/llm/adapter/add/", "curator"),
    ("refused-proposals", "admin/governance/refusedproposal/", "reviewer"),
    ("feedback", "admin/llm/ticket/", "curator"),
    ("feedback-ticket", "admin/llm/ticket/1/change/", "curator"),
    ("feedback-decide", "admin/llm/ticket/1/decide/", "curator"),
    ("given-version", f"admin/given/version/{ACTIVE}/", "compliance"),
    ("change-sets", "admin/governance/changeset/", "reviewer"),
    ("change-set", "admin/governance/changeset/1/change/", "reviewer"),
    ("undo", "admin/governance/changeset/1/undo/", "reviewer"),
    ("trail", "admin/governance/auditentry/", "compliance"),
    ("trail-entry", "admin/governance/auditentry/7/change/", "compliance"),
    ("accounts", "admin/governance/account/", "security"),
    ("account-add", "admin/governance/account/add/", "security"),
    ("account", "admin/governance/account/1/change/", "security"),
    ("account-link", "admin/governance/account/1/password-link/", "security"),
    ("persons", "admin/governance/person/", "security"),
    ("keys", "admin/governance/client/", "security"),
    ("key-add", "admin/governance/client/add/", "security"),
    ("key", "admin/governance/client/1/change/", "security"),
    ("key-renew", "admin/governance/client/1/renew/", "security"),
    ("key-limits", "admin/governance/client/1/set-limits/", "security"),
    ("webhooks", "admin/llm/webhook/", "security"),
    ("webhook-add", "admin/llm/webhook/add/", "security"),
    ("system", "admin/system/", "system"),
    ("system-order", "admin/system/catch-up/", "system"),
    ("password", "admin/password_change/", "curator"),
]
ALL = pytest.mark.parametrize(("name", "address", "who"), PAGES, ids=[p[0] for p in PAGES])

# Each language and each width once; `KB_BROWSER=all` has every pair.
LOOKS = [("zh-hans", 1440), ("en", 1024)]
if os.environ.get("KB_BROWSER") == "all":
    LOOKS += [("zh-hans", 1024), ("en", 1440)]

# Latin words that a Chinese screen may hold: names of formats, numbers and things of their kind.
NAMES = re.findall(
    r"\w+",
    """pdf docx epub html jats spl xml markdown doi pmid isbn issn ndc sha api json english mb kb
    gb id url http https www xlsx csv ris bibtex utf cc by ana ben dora gus cleo sam sue curator
    reviewer second graph editor compliance system security sample model client version icd cm
    atc loinc snomed ct local ctrl enter png svg webhook hosts ehr hospital cn told mrr ndcg ms""",
)


def words_of_the_sample() -> set[str]:
    """Titles, issuers and the like are data, in whichever language they come."""
    told = json.loads((ROOT / "kbadmin/sample/sample.json").read_text("utf-8"))
    graph = json.loads((ROOT / "kbadmin/sample/graph.json").read_text("utf-8"))
    names = [(each["zh"], each["en"]) for each in graph["concepts"]]
    said = [(each["quote"], [*each["qualifiers"].values()]) for each in graph["relations"]]
    asked = json.loads((ROOT / "kbadmin/sample/questions.json").read_text("utf-8"))
    data = json.dumps([told, names, said, asked], ensure_ascii=False)
    return set(re.findall(r"[a-z]{2,}", data.lower()))


@ALL
@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_page_is_whole_and_bars_nobody(
    person: Arriving, name: str, address: str, who: str, language: str, width: int
) -> None:
    somebody = person(who, language=language, width=width)

    status = somebody.go(address)

    somebody.picture(f"{name}-{language}-{width}")
    assert (status, somebody.barriers()) == (200, [])
    assert somebody.page.evaluate("document.documentElement.scrollWidth") <= width
    if language != "en":
        told = re.sub(r"\b[0-9a-f]{64}\b", "", somebody.words().lower())
        words = set(re.findall(r"[a-z]{2,}", told))
        assert words - {*NAMES} - words_of_the_sample() == set()


@pytest.mark.parametrize("name", ["home-reviewer", "version-in-review", "pull-found"])
def test_picture_of_the_readme(person: Arriving, name: str) -> None:
    """Copied to `docs/pictures` when the page has changed."""
    address, who = next((address, who) for n, address, who in PAGES if n == name)
    somebody = person(who, language="en", width=1280)

    status = somebody.go(address)
    somebody.page.wait_for_timeout(1500)  # until the chart has grown
    somebody.picture(f"readme-{name}", is_whole=False)

    assert status == 200
    assert (ROOT / "docs/pictures" / f"{name}.png").is_file()
    assert f"docs/pictures/{name}.png" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    "address", ["admin/nothing/", f"{V}999999/change/", "passages/0/", "admin/password-link/"]
)
def test_what_is_not_there_is_said_in_words(person: Arriving, address: str) -> None:
    somebody = person("curator")

    status = somebody.go(address)

    assert (status, somebody.barriers()) == (404, [])
