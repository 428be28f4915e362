"""The graph of the sample: the prevention of thrombosis, as the sample's guideline has it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from governance import clock
from governance.actions import change_sets
from governance.actions.graph_ground import NEW, Step
from governance.confirmation import Confirmed
from governance.models import Account, Passage

FILE = Path(__file__).parent / "sample" / "graph.json"
TITLE = "示例：静脉血栓栓塞症预防"


def draw(*, editor: Account, reviewer: Account) -> None:
    """One change set, written by one and applied by the other."""
    told = json.loads(FILE.read_text("utf-8"))
    steps = [*map(_concept, told["concepts"]), *map(_relation, told["relations"])]
    made = change_sets.begin(title=TITLE, steps=steps, by=editor)
    made = change_sets.submit(change_set=made, by=editor)
    change_sets.apply(
        change_set=made,
        by=Confirmed(reviewer),
        reason="示例：已与指南逐条核对。",
        digest=made.digest_now(),
    )


def _concept(told: dict[str, Any]) -> Step:
    names = [
        {"language": language, "name": name, "preferred": not place}
        for language in ("zh", "en")
        for place, name in enumerate(told[language])
    ]
    content = {"ref": told["ref"], "type": told["type"], "names": names, "codes": told["codes"]}
    return "concept.add", content


def _relation(told: dict[str, Any]) -> Step:
    return "relation.add", {
        "subject": f"{NEW}{told['subject']}",
        "type": told["type"],
        "object": f"{NEW}{told['object']}",
        "qualifiers": told["qualifiers"],
        "evidence": [_span(told["in"], told["quote"])],
    }


def _span(beside: str, quote: str) -> dict[str, int]:
    """Where the quote stands: in the first passage in force that also says what stands beside."""
    rows = Passage.objects.in_force(clock.now()).filter(text__contains=beside)
    passage = rows.filter(text__contains=quote).order_by("version", "position").first()
    if passage is None:
        raise LookupError(f"No passage of the sample says “{quote}” beside “{beside}”.")
    start = passage.text.index(quote)
    return {"passage": passage.pk, "start": start, "end": start + len(quote)}
