"""The pages of a pull, and what they found."""

from __future__ import annotations

from typing import Any

from governance.models import Account
from tests.support.visiting import Visitor

NEW, LIST = "/admin/pulls/new/", "/admin/pulls/"


def found(by: Account, said: str, **more: str) -> Any:
    return Visitor(by).open(NEW, terms=said, **more).context["findings"]


def texts(findings: Any) -> list[str]:
    return [hit.passage.text for one in findings.found for hit in one.hits]
