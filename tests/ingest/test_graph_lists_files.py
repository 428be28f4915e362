"""Lists of the graph as files: read in any encoding, written out, and read back the same."""

from __future__ import annotations

import codecs
import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from governance.actions import change_sets
from governance.models import (
    Account,
    ChangeSet,
    Concept,
    ConceptName,
    Evidence,
    Passage,
    Relation,
    Version,
)
from ingest.graph_lists.apart import read_tables
from ingest.graph_lists.cells import codes_cell, codes_in, guarded, unguarded, unmistakable
from ingest.graph_lists.layout import COLUMNS, Sheet
from ingest.graph_lists.sheets_out import Out, write_folder, write_workbook
from ingest.listing.table import NotAList
from tests.support import graph, knowledge
from tests.support.graph import applied, begin_schema, decide
from tests.support.graph_lists import as_csv, as_workbook

CONCEPTS = [{"key": "d", "type": "drug", "name_zh": "阿替普酶"}]
FORMULAS = ["=1+1", "+1", "-2.5", "@SUM(A1)", "＝1", "'=1", "'quoted'", "''", "'", '=cmd|"/c"!A1']


@pytest.fixture
def passage(active: Version) -> Passage:
    begin_schema()
    return active.passages.current()[0]


def run(command: str, *arguments: object, ok: bool = True, **options: Any) -> str:
    printed = StringIO()
    given = [str(each) for each in arguments]
    if ok:
        call_command(command, *given, stdout=printed, **options)
    else:
        with pytest.raises(SystemExit, match="1"):
            call_command(command, *given, stdout=printed, **options)
    return printed.getvalue()


def read(path: Path, data: bytes | str) -> list[dict[str, str]]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    (found,) = read_tables(path, path.name)
    return [dict(row.cells) for row in found.rows]


# Reading.


@pytest.mark.parametrize(
    "data",
    [
        as_csv("concepts", CONCEPTS).encode(),
        codecs.BOM_UTF8 + as_csv("concepts", CONCEPTS).encode(),
        as_csv("concepts", CONCEPTS).encode("utf-16"),
        as_csv("concepts", CONCEPTS).encode("gbk"),
        as_csv("concepts", CONCEPTS).encode("gb18030"),
        as_csv("concepts", CONCEPTS).replace(",", ";").encode(),
        as_csv("concepts", CONCEPTS).replace(",", "\t").encode("utf-16"),
    ],
)
def test_csv_is_read_in_every_encoding_that_excel_writes(data: bytes, tmp_path: Path) -> None:
    assert read(tmp_path / "a.csv", data) == CONCEPTS


def test_tables_of_a_workbook_are_known_by_their_headers(tmp_path: Path) -> None:
    path = as_workbook(
        tmp_path / "a.xlsx",
        concepts=CONCEPTS,
        relations=[{"subject": "d", "type": "treats", "object": "s", "passage": 7}],
    )

    found = read_tables(path, path.name)

    assert [(each.sheet, each.place) for each in found] == [
        (Sheet.CONCEPTS, "concepts"),
        (Sheet.RELATIONS, "relations"),
    ]
    assert found[1].rows[0].cells["passage"] == "7"


def test_header_may_explain_its_codes(tmp_path: Path) -> None:
    header = "名称 [name_zh],类型 [type]\n阿司匹林,drug\n"

    assert read(tmp_path / "a.csv", header) == [{"name_zh": "阿司匹林", "type": "drug"}]


def test_what_cannot_be_seen_is_kept_for_the_finding(tmp_path: Path) -> None:
    text = "type,name_zh\ndrug,a\u200bb\x07\n"

    assert read(tmp_path / "a.csv", text)[0]["name_zh"] == "a\u200bb\x07"


def test_column_without_a_name_is_not_passed_over(tmp_path: Path) -> None:
    assert read(tmp_path / "a.csv", "type,name_zh,\ndrug,a,why\n")[0]["column 3"] == "why"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("title,issuer\na,b\n", "no_header"),
        ("type,key\ndrug,a\n", "no_header"),
        ("type,name_zh,Type\ndrug,a,b\n", "doubled_column"),
        (b"%PDF-1.7", "not_a_list"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_spreadsheet"),
        (b"PK\x03\x04 broken", "broken_list"),
        (b"type,name_zh\ndrug,\0\n", "zero_bytes"),
    ],
)
def test_what_is_no_list_is_refused(data: bytes | str, code: str, tmp_path: Path) -> None:
    with pytest.raises(NotAList) as caught:
        read(tmp_path / "a.csv", data)

    assert caught.value.code == code


def test_formula_is_never_computed(tmp_path: Path) -> None:
    path = as_workbook(tmp_path / "a.xlsx", concepts=[CONCEPTS[0] | {"name_en": "=1+1"}])

    flaws = read_tables(path, path.name)[0].rows[0].flaws

    assert [(each.column, each.code) for each in flaws] == [("name_en", "formula")]


# Writing.


@pytest.mark.parametrize("value", [*FORMULAS, "", "aspirin", "\t=1"])
def test_guard_comes_off_again(value: str) -> None:
    assert unguarded(guarded(value)) == value
    assert unguarded(unmistakable(value)) == value


@pytest.mark.parametrize("codes", [[], [("atc", "B01")], [("local", "a;b\\"), ("local", "；:：c")]])
def test_codes_are_read_back(codes: list[tuple[str, str]]) -> None:
    assert list(codes_in(codes_cell(codes))) == codes


def test_nothing_in_a_csv_is_computed(passage: Passage, ana: Account, ben: Account) -> None:
    value = guarded("=1+1")

    assert value[0] not in "=+-@"


def test_nothing_in_a_workbook_is_computed(tmp_path: Path) -> None:
    rows = [{"key": value, "name_zh": value} for value in ("=1+1", "#N/A", "+1", "007", "1-2")]

    write_workbook(tmp_path / "a.xlsx", [Out(Sheet.CONCEPTS, ("key", "name_zh"), iter(rows))])

    cells = [row[0] for row in load_workbook(tmp_path / "a.xlsx").active.iter_rows(min_row=2)]
    assert [cell.data_type for cell in cells] == ["s"] * 5
    assert [cell.value for cell in cells] == ["=1+1", "#N/A", "+1", "007", "1-2"]


def test_more_rows_than_a_sheet_may_have_go_into_further_ones(tmp_path: Path) -> None:
    def tables() -> list[Out]:
        rows = ({"type": "drug", "name_zh": str(n)} for n in range(5))
        return [Out(Sheet.CONCEPTS, COLUMNS[Sheet.CONCEPTS], rows)]

    counts = write_workbook(tmp_path / "a.xlsx", tables(), most=2)
    write_folder(tmp_path / "a", tables(), most=2)

    assert counts == {"concepts": 2, "concepts 2": 2, "concepts 3": 1}
    assert len(read_tables(tmp_path / "a.xlsx", "a.xlsx")) == 3
    assert len(list((tmp_path / "a").iterdir())) == 3


# Out and in again.


def told() -> list[Any]:
    """What the graph says, without the numbers that things happen to have."""
    concepts = [
        (
            each.type.code,
            sorted(each.names.values_list("language", "name", "is_preferred")),
            sorted(each.codes.values_list("system", "code")),
        )
        for each in Concept.objects.current()
    ]
    relations = [
        (
            str(each),
            sorted(each.qualifiers.items()),
            sorted(each.evidence.current().values_list("passage", "start", "end")),
        )
        for each in Relation.objects.current()
    ]
    return [sorted(concepts), sorted(relations)]


@pytest.fixture
def full(passage: Passage, ana: Account, ben: Account) -> Passage:
    """Names that would be formulas, codes, qualifiers, and words that stand there twice."""
    source = passage.version.source
    texts = ["=low, low\n low", "it\rbreaks\x1b", "x" * 40_000]
    version = knowledge.active(source, ana, ben, label="2030", texts=texts)
    one, two, three = version.passages.current()
    names = [{"language": "en", "name": name, "preferred": not at}
             for at, name in enumerate(FORMULAS)]  # fmt: skip
    codes = [{"system": "local", "code": "=a;b\\"}, {"system": "atc", "code": "B01"}]
    spans = [
        {"passage": one.pk, "start": 6, "end": 9},
        {"passage": one.pk, "start": 0, "end": 4},
        {"passage": one.pk, "start": 9, "end": 14},
        {"passage": two.pk, "start": 0, "end": len(two.text)},
        {"passage": three.pk, "start": 1, "end": 40_000},
    ]
    applied(
        ana,
        ben,
        ("concept.add", {"ref": "a", "type": "drug", "names": names, "codes": codes}),
        graph.concept("b", "disease", "stroke", "卒中"),
        graph.concept("c", "disease", "stroke", "脑卒中"),
        graph.relation("new:a", "treats", "new:b", *spans, qualifiers={"dose": "-1 mg"}),
        graph.relation("new:a", "treats", "new:b", spans[0]),
        graph.relation("new:c", "is_a", "new:b", spans[0]),
    )
    return one


def emptied(ana: Account, ben: Account) -> None:
    done = ChangeSet.objects.get()
    back = change_sets.undo(change_set=done, title="Empty", by=ana)
    decide(change_sets.submit(change_set=back, by=ana), ben)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["graph.xlsx", "folder"])
def test_what_was_written_out_is_the_same_in_an_empty_graph(
    name: str, full: Passage, ana: Account, ben: Account, tmp_path: Path
) -> None:
    before = told()
    run("export_graph", to=tmp_path / name)
    emptied(ana, ben)
    assert told() == [[], []]

    written = sorted((tmp_path / name).iterdir()) if name == "folder" else [tmp_path / name]
    run("import_graph", *written, by="ana")
    decide(change_sets.submit(change_set=ChangeSet.objects.latest("pk"), by=ana), ben)

    assert told() == before


def test_what_was_written_out_is_known_already(full: Passage, ana: Account, tmp_path: Path) -> None:
    run("export_graph", to=tmp_path / "graph.xlsx")

    answer = json.loads(run("import_graph", tmp_path / "graph.xlsx", by="ana", json=True))

    rows = 3 + ConceptName.objects.filter(is_preferred=False).count() + Evidence.objects.count()
    assert (answer["known"], answer["findings"], answer["change_set"]) == (rows, [], None)


def test_csv_has_no_cell_that_begins_a_formula(full: Passage, tmp_path: Path) -> None:
    run("export_graph", to=tmp_path / "folder")

    for path in (tmp_path / "folder").iterdir():
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for line in csv.reader(file) for cell in line if cell]
        assert not [cell for cell in cells if cell[0] in "=+-@＝\t\r"]


def test_nothing_is_written_over(passage: Passage, tmp_path: Path) -> None:
    run("export_graph", to=tmp_path / "graph.xlsx")

    with pytest.raises(CommandError, match="There is something at"):
        run("export_graph", to=tmp_path / "graph.xlsx")


# The commands.


def test_finding_is_told_with_its_place_and_nothing_is_brought_in(
    passage: Passage, ana: Account, tmp_path: Path
) -> None:
    path = as_workbook(tmp_path / "a.xlsx", concepts=[*CONCEPTS, {"type": "x", "name_zh": "a"}])

    said = run("import_graph", path, by="ana", ok=False)

    assert "concepts, row 3, type: There is no type of concept “x”." in said
    assert "Nothing was brought in." in said
    assert not ChangeSet.objects.exists()


def test_dry_run_of_the_command_writes_nothing(
    passage: Passage, ana: Account, tmp_path: Path
) -> None:
    path = as_workbook(tmp_path / "a.xlsx", concepts=CONCEPTS)

    assert "1 steps: concept.add 1." in run("import_graph", path, by="ana", dry_run=True)
    assert not ChangeSet.objects.exists()


def test_set_is_called_by_the_files(passage: Passage, ana: Account, tmp_path: Path) -> None:
    path = as_workbook(tmp_path / "drugs.xlsx", concepts=CONCEPTS)

    run("import_graph", path, by="ana")

    assert ChangeSet.objects.get().title.endswith("drugs.xlsx")


def test_who_may_not_draw_brings_nothing_in(
    passage: Passage, cleo: Account, tmp_path: Path
) -> None:
    path = as_workbook(tmp_path / "a.xlsx", concepts=CONCEPTS)

    with pytest.raises(CommandError, match="not_allowed"):
        run("import_graph", path, by="cleo")


def test_unknown_account_brings_nothing_in(passage: Passage, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no active account “ana2”"):
        run("import_graph", as_workbook(tmp_path / "a.xlsx", concepts=CONCEPTS), by="ana2")


def test_file_that_is_no_list_is_named(passage: Passage, ana: Account, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7")

    with pytest.raises(CommandError, match=r"a\.pdf: This is no list"):
        run("import_graph", path, by="ana")


def test_file_that_is_not_there_is_named(ana: Account, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no file"):
        run("import_graph", tmp_path / "a.xlsx", by="ana")
