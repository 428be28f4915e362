"""The examples of `docs/clients.md`, run as they stand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from llm.models import Usage
from tests.llm.dialects.conftest import Served

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).parents[3] / "docs" / "clients.md"
BLOCKS = re.findall(r"^```(sh|python)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def run(kind: str, code: str, capsys: pytest.CaptureFixture[str]) -> str:
    if kind == "python":
        exec(compile(code, str(PAGE), "exec"), {"__name__": "__main__"})
        return capsys.readouterr().out
    line = ["bash", "-euo", "pipefail", "-c", code]
    return subprocess.run(line, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_every_example_finds_the_guideline(
    served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KB_URL", served.address.rstrip("/"))
    monkeypatch.setenv("KB_KEY", served.key)

    told = [run(kind, code, capsys) for kind, code in BLOCKS]

    assert len(told) == 7
    assert all("Renal dosing" in each for each in told)
    assert Usage.objects.count() == 6
