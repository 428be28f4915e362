"""A reader may crash, hang, grow, lie or try to get out: one file fails, and nothing else."""

from __future__ import annotations

import signal
import zipfile
import zlib
from pathlib import Path

import pytest

from ingest import parsing
from ingest.parsing.document import Unreadable
from ingest.sandbox import Limits, read_apart, supervise
from ingest.splitting import split
from tests.ingest.children import (
    GOOD,
    MIB,
    SMALL,
    is_gone,
    nothing,
    outcome,
    program,
    wait_until,
)
from tests.ingest.docx_files import p, write


def refusal(path: Path, limits: Limits = SMALL, name: str = "") -> str:
    with pytest.raises(Unreadable) as caught:
        read_apart(path, name or path.name, limits=limits, progress=nothing)
    return caught.value.code


# Files as they should be


def test_file_reads_apart_as_it_reads_here(tmp_path: Path) -> None:
    path = write(tmp_path / "a.docx", p("一、目的") + p("规范用药。"))
    here = parsing.read(path, "a.docx", nothing)

    document, parsed = read_apart(path, "a.docx", progress=nothing)

    assert (document, parsed) == (here, split(here))


def test_progress_arrives_in_order_and_ends_at_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.docx", p("text") * 1000)
    seen: list[float] = []

    read_apart(path, "a.docx", progress=seen.append)

    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_refusal_of_the_reader_arrives_with_its_code(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"<html>404</html>")

    assert refusal(path) == "wrong_type"


def test_facts_of_a_refusal_arrive(tmp_path: Path) -> None:
    path = bomb(tmp_path / "a.docx", 40)

    with pytest.raises(Unreadable) as caught:
        read_apart(path, "a.docx", limits=SMALL, progress=nothing)

    assert int(caught.value.facts["bytes"]) >= 40 * MIB


def test_name_with_odd_characters_arrives(tmp_path: Path) -> None:
    path = tmp_path / "指南 \"'\n$(x).md"
    path.write_text("口服。")

    document, _ = read_apart(path, path.name, progress=nothing)

    assert document.blocks[0].text == "口服。"


def test_characters_beyond_the_first_plane_arrive(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("𠮷 🙂", encoding="utf-8")

    document, _ = read_apart(path, "a.txt", progress=nothing)

    assert document.blocks[0].text == "𠮷 🙂"


# Bombs


def bomb(path: Path, mebibytes: int) -> Path:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(mebibytes):
            part.write(bytes(MIB))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return path


@pytest.mark.slow
@pytest.mark.long
def test_docx_that_unpacks_to_a_gibibyte_is_refused(tmp_path: Path) -> None:
    assert refusal(bomb(tmp_path / "a.docx", 1024)) == "unpacks_too_large"


@pytest.mark.slow
@pytest.mark.long
def test_pdf_that_unpacks_to_a_gibibyte_does_no_harm(tmp_path: Path) -> None:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(MIB)) for _ in range(1024)) + packer.flush()
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(packed))

    assert refusal(path) in {
        "needs_too_much_memory",
        "took_too_long",
        "reader_crashed",
        "picture_only",
        "no_text",
    }


def pdf(content: bytes) -> bytes:
    """One page with this content, packed as it is."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(content), content),
    ]
    data, offsets = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % at for at in offsets)
    start = len(data)
    data += b"xref\n0 5\n0000000000 65535 f \n" + table
    return data + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start


def test_xml_nested_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(b"<article><body>" + b"<sec>" * 100_000)

    assert refusal(path) == "nested_too_deeply"


@pytest.mark.slow
def test_memory_beyond_the_limit_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("口服。\n" * 2_000_000)

    assert refusal(path, Limits(memory=150 * MIB, seconds=20)) == "needs_too_much_memory"


@pytest.mark.slow
def test_processor_time_beyond_the_limit_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("口服 **每日** 一次。\n\n" * 400_000)

    assert refusal(path, Limits(cpu_seconds=1, seconds=20)) == "took_too_long"


# Children that do not behave


def test_reader_that_sleeps_for_ever_took_too_long() -> None:
    assert outcome("import time; time.sleep(99)", Limits(seconds=0.3)) == "took_too_long"


@pytest.mark.slow
def test_reader_that_closes_its_pipe_and_stays_took_too_long() -> None:
    source = "import os, time; os.close(1); time.sleep(99)"

    assert outcome(source, Limits(seconds=0.5)) == "took_too_long"


@pytest.mark.slow
def test_reader_that_talks_without_end_took_too_long() -> None:
    source = """
        import time
        while True:
            print('{"progress": 0.1}', flush=True)
            time.sleep(0.01)
    """

    assert outcome(source, Limits(seconds=0.5)) == "took_too_long"


def test_reader_that_is_killed_has_crashed() -> None:
    assert outcome("import os; os.kill(os.getpid(), 9)") == "reader_crashed"


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM])
def test_reader_that_dies_of_a_signal_has_crashed(number: signal.Signals) -> None:
    assert outcome(f"import os; os.kill(os.getpid(), {int(number)})") == "reader_crashed"


def test_reader_that_dies_of_its_processor_limit_took_too_long() -> None:
    source = f"import os; os.kill(os.getpid(), {int(signal.SIGXCPU)})"

    assert outcome(source) == "took_too_long"


@pytest.mark.long
def test_reader_that_dies_large_needs_too_much_memory() -> None:
    # Larger than the process that runs the tests ever is.
    source = "import os; kept = b'x' * (1600 * 2**20); os.abort()"

    assert outcome(source, Limits(memory=2048 * MIB)) == "needs_too_much_memory"


@pytest.mark.parametrize(
    "end", ["", "raise SystemExit(0)", "raise ValueError", "import os; os._exit(3)"]
)
def test_reader_that_ends_without_an_answer_has_crashed(end: str) -> None:
    assert outcome(end) == "reader_crashed"


@pytest.mark.parametrize(
    "line",
    [
        "rubbish",
        "[]",
        "{}",
        "null",
        '{"progress": "much"}',
        '{"document": {}}',
        '{"unreadable": {"code": "made_up", "facts": {}}}',
        '{"document": null, "parsed": null}',
        "[" * 100_000,
        "\\xff",
    ],
)
def test_reader_that_speaks_nonsense_has_crashed(line: str) -> None:
    assert outcome(f"print('{line}', flush=True); import time; time.sleep(9)") == "reader_crashed"


def test_answer_without_end_needs_too_much_memory() -> None:
    source = "while True: print('x' * 2**16, end='', flush=True)"

    assert outcome(source, Limits(answer=MIB)) == "needs_too_much_memory"


def test_answer_cut_off_has_crashed() -> None:
    assert outcome(f"print('{GOOD[:40]}', end='', flush=True)") == "reader_crashed"


def test_answer_that_arrives_in_parts_is_put_together() -> None:
    source = f"""
        import sys, time
        for part in ('{GOOD[:9]}', '{GOOD[9:50]}', '{GOOD[50:]}' + chr(10)):
            print(part, end='', flush=True)
            time.sleep(0.02)
    """

    document, parsed = supervise(program(source), limits=SMALL, progress=nothing)

    assert (document.blocks, parsed.passages) == ((), ())


def test_progress_beyond_its_bounds_is_brought_within() -> None:
    seen: list[float] = []
    lines = ["print('{\"progress\": 7}')", "print('{\"progress\": -7}')", f"print('{GOOD}')"]

    supervise(program("\n".join(lines)), limits=SMALL, progress=seen.append)

    assert seen == [1.0, 0.0]


@pytest.mark.slow
@pytest.mark.long
def test_what_a_reader_started_ends_with_it(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    source = f"""
        import os, subprocess, sys, time
        other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(99)'])
        open({str(note)!r}, 'w').write(str(other.pid))
        time.sleep(99)
    """

    outcome(source, Limits(seconds=1.5))

    assert wait_until(lambda: is_gone(int(note.read_text())))


def test_no_zombie_is_left(tmp_path: Path) -> None:
    note = tmp_path / "pid"

    outcome(f"import os; open({str(note)!r}, 'w').write(str(os.getpid())); os._exit(3)")

    assert not Path(f"/proc/{note.read_text()}").exists()


def test_error_in_progress_ends_the_reader_and_rises() -> None:
    def fails(share: float) -> None:
        raise ZeroDivisionError

    source = "print('{\"progress\": 0.5}', flush=True); import time; time.sleep(99)"

    with pytest.raises(ZeroDivisionError):
        supervise(program(source), limits=SMALL, progress=fails)
