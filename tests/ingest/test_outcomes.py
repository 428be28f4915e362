"""Codes are a closed list: what the readers may say is written down, and nothing else is said."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import ingest
from ingest.parsing.outcomes import ERRORS, WARNINGS

FOLDER = Path(ingest.__file__).parent
FILES = [*sorted((FOLDER / "parsing").glob("*.py")), FOLDER / "sandbox.py"]
SAYING = [path for path in FILES if path.stem != "outcomes"]
OTHERS = {"media_type"}


def trees() -> Iterator[tuple[str, ast.AST]]:
    for path in FILES:
        yield path.name, ast.parse(path.read_text(encoding="utf-8"))


def called(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if name in names:
                yield node


def literals(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def first_argument(call: ast.Call) -> set[str]:
    return set(literals(call.args[0])) if call.args else set()


def looks_like_a_code(text: str) -> bool:
    return text.endswith(("_left_out", "_taken", "_guessed", "_file", "_type", "_xml", "_large"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_error_raised_is_on_the_list(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))

    raised = {code for call in called(tree, "Unreadable") for code in first_argument(call)}

    assert raised - ERRORS == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_warning_given_is_on_the_list(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))

    given = {code for call in called(tree, "Warning", "Notice") for code in first_argument(call)}

    assert given - WARNINGS == set()


@pytest.mark.parametrize("path", SAYING, ids=lambda path: path.stem)
def test_every_text_that_looks_like_a_code_is_on_a_list(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))

    seen = {text for text in literals(tree) if looks_like_a_code(text) and text.isidentifier()}

    assert {text for text in seen if "_" in text.strip("_")} - ERRORS - WARNINGS - OTHERS == set()


def test_no_code_is_both_an_error_and_a_warning() -> None:
    assert not ERRORS & WARNINGS


def test_every_code_on_the_lists_is_used_somewhere() -> None:
    used = {text for name, tree in trees() if name != "outcomes.py" for text in literals(tree)}

    assert (ERRORS | WARNINGS) - used == set()


@pytest.mark.parametrize("code", sorted(ERRORS | WARNINGS))
def test_code_is_written_in_small_letters(code: str) -> None:
    assert code.isidentifier()
    assert code.islower()
