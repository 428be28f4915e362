"""The harnesses themselves: what they call broken, whom they run, the servers they stand up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import numpy as np
import pytest

from llm.embedding.endpoint import EndpointEncoder
from tests.prove import Proof, check_verdict, planted, seed_of
from tests.prove.__main__ import main, names
from tests.prove.hammer import Record, Stretch
from tests.prove.loop import changed
from tests.support.calling import wait_until
from tests.support.embeddings_endpoint import running_endpoint
from tests.support.encoders import FakeEncoder
from tests.support.lines import Line
from tests.support.processes import Died, Process

pytestmark = pytest.mark.servers

CLEAN = {"errors": [], "parked": [], "drift": [], "findings": [], "exits_open": 0}


def python(code: str, log: Path) -> Process:
    return Process([sys.executable, "-c", code], os.environ, log)


def test_a_proof_that_looked_at_nothing_does_not_hold() -> None:
    assert Proof("idle").verdict() == 1


def test_a_proof_with_one_broken_promise_does_not_hold() -> None:
    proof = Proof("broken")
    proof.check(True, "one holds")
    proof.check(False, "one does not")

    assert proof.verdict() == 1


def test_a_proof_whose_promises_all_hold_holds() -> None:
    proof = Proof("sound")
    proof.check(True, "it holds")

    assert proof.verdict() == 0


def test_a_step_that_fails_is_broken_and_goes_on_failing() -> None:
    proof = Proof("failing")

    with pytest.raises(ZeroDivisionError), proof.step("divide"):
        _ = 1 / 0

    assert proof.verdict() == 1


@pytest.mark.parametrize(
    "found", [{"drift": [["corpus"]]}, {"findings": [["row"]]}, {"exits_open": 1}, {"parked": [1]}]
)
def test_whatever_the_verdict_found_is_broken(found: dict[str, object]) -> None:
    proof = Proof("verdict")

    check_verdict(proof, {**CLEAN, **found})

    assert len(proof.failures) == 1


def test_a_clean_verdict_breaks_nothing() -> None:
    proof = Proof("verdict")

    check_verdict(proof, dict(CLEAN))

    assert proof.failures == []


def test_the_seed_is_the_one_that_was_given() -> None:
    assert seed_of({"SEED": "17"}) == 17


def test_nothing_is_planted_unless_asked_for() -> None:
    assert planted(None) == {}
    assert planted("no-fence")["KB_PLANT"] == "no-fence"


def test_every_harness_can_be_run_by_its_name() -> None:
    assert {"clock", "hammer", "kills", "loop"} <= set(names())
    assert "plants" not in names()


def test_a_name_that_is_no_harness_is_refused() -> None:
    assert main(["nonsense"]) == 2


def test_what_is_served_after_it_left_is_seen() -> None:
    record = Record(out={("versions", 7): [Stretch(10.0)]})
    record.answers = [(11.0, 12.0, [(70, 7)])]

    assert len(record.judge()) == 1


@pytest.mark.parametrize("sent", [9.0, 19.5])
def test_what_may_have_been_in_force_when_asked_for_is_not_held_against_it(sent: float) -> None:
    record = Record(out={("versions", 7): [Stretch(10.0, 20.0)]})
    record.answers = [(sent, sent + 1.5, [(70, 7)])]

    assert record.judge() == []


@pytest.mark.parametrize("name", ["a.pdf", "a.md", "a.txt"])
def test_a_second_edition_has_other_bytes_behind_the_same_beginning(name: str) -> None:
    content = changed(b"%PDF-1.7 and more", Path(name))

    assert content != b"%PDF-1.7 and more"
    assert content.startswith(b"%PDF-1.7 and more")


def test_the_endpoint_gives_the_vectors_of_its_seed() -> None:
    with running_endpoint(seed=4) as endpoint:
        encoder = EndpointEncoder(endpoint.address)

        rows = encoder.passages(["Start low.", "Go slow."])
        encoder._client.close()

    assert np.allclose(rows, FakeEncoder(4).passages(["Start low.", "Go slow."]), atol=1e-6)
    assert "Start low." in endpoint.given


def test_the_endpoint_lists_its_model() -> None:
    with running_endpoint() as endpoint:
        answer = httpx.get(endpoint.address.partition("#")[0] + "/models")

    assert answer.json()["data"][0]["id"] == "fake"


def test_the_endpoint_fails_when_told_to() -> None:
    with running_endpoint() as endpoint:
        endpoint.fail_with = 503

        answer = httpx.get(endpoint.address.partition("#")[0] + "/models")

    assert answer.status_code == 503


def test_a_line_passes_on_until_it_is_cut_and_again_once_mended() -> None:
    with running_endpoint() as endpoint:
        line = Line(endpoint.address.partition("#")[0])
        address = line.url("models").replace("redis://", "http://")

        before = httpx.get(address).status_code
        line.cut()
        with pytest.raises(httpx.ConnectError):
            httpx.get(address)
        line.mend()
        after = httpx.get(address).status_code
        line.close()

    assert (before, after) == (200, 200)


def test_a_silent_line_takes_and_says_nothing() -> None:
    with running_endpoint() as endpoint:
        line = Line(endpoint.address.partition("#")[0])
        address = line.url("models").replace("redis://", "http://")

        with line.silent(), pytest.raises(httpx.ReadTimeout):
            httpx.get(address, timeout=0.3)
        line.close()


def test_a_process_is_waited_for_by_what_it_prints(tmp_path: Path) -> None:
    process = python("import time; print('ready', flush=True); time.sleep(60)", tmp_path / "log")

    process.until("ready")
    process.kill()

    assert not process.is_alive


def test_a_process_that_dies_instead_shows_why(tmp_path: Path) -> None:
    process = python("raise SystemExit('no home')", tmp_path / "log")

    with pytest.raises(Died, match="no home"):
        process.until("ready")


def test_a_kill_takes_the_children_along(tmp_path: Path) -> None:
    begin = "import subprocess; child = subprocess.Popen(['sleep', '77'])"
    process = python(f"{begin}; print(child.pid, flush=True); child.wait()", tmp_path / "log")
    child = int(process.until(r"(\d+)\n")[1])

    process.kill()

    assert wait_until(lambda: is_gone(child), seconds=5) < 5


def is_gone(pid: int) -> bool:
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False)
    return told.stdout.strip()[:1] in (b"", b"Z")
