"""Testing a release: every check of the gate, then what they found as rows."""

from __future__ import annotations

from typing import Any

from governance import clock
from governance.errors import Refused
from governance.models import Account
from llm.actions import releases
from llm.models import Release
from llm.releases.gate import findings


def run(*, release: int, by: int) -> dict[str, Any]:
    """Run the checks, which may take minutes, and write down what they found, for who asked."""
    tested, account = Release.objects.get(pk=release), Account.objects.get(pk=by)
    found = findings(tested, at=clock.now())
    try:
        tested = releases.record_test(release=tested, found=found, by=account)
    except Refused as refusal:
        return {"error": str(refusal), "code": refusal.code}
    return {"release": tested.name, "passed": all(each.passed for each in found.values())}
