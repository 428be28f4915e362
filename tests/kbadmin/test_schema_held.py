"""What is answered stands in the description of the API: a short slice of `tests.prove.schema`."""

from __future__ import annotations

import pytest

from tests.prove.schema import prove_schema

pytestmark = [
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.usefixtures("stores", "db"),
]
# What takes a draft, a set in review or a file is answered with what it is for by luck alone.
MOST = 45


def test_nothing_is_answered_that_the_description_does_not_say() -> None:
    findings = prove_schema(examples=0, seed=5, bounds=5)

    assert findings.faults == {}
    assert len(findings.served) >= MOST


def test_answer_that_is_not_described_is_caught() -> None:
    findings = prove_schema(examples=2, seed=5, only="GET /api/v1/fhir/L", bounds=2, plant="unsaid")

    assert any("404" in fault for _call, fault in findings.faults)
