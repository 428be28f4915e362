"""The client stands alone: it is copied to machines where nothing of ours is."""

from __future__ import annotations

import ast
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from governance import canonical as ours
from governance import merkle
from llm import client
from llm.client import canonical
from llm.client.growth import is_grown

FOLDER = Path(client.__file__).parent
MAY_IMPORT = sys.stdlib_module_names | {"zstandard"}


def imported(path: Path) -> set[str]:
    """The top names of what a module imports, but for its neighbours."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level != 1:
            found.add("." * node.level + (node.module or "").split(".")[0])
    return found


def test_it_imports_python_and_zstandard_alone() -> None:
    others = {p.name: left for p in FOLDER.glob("*.py") if (left := imported(p) - MAY_IMPORT)}

    assert others == {}


@pytest.mark.slow
def test_copy_of_the_folder_runs_by_another_name(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "kb_mirror")
    command = [sys.executable, "-m", "kb_mirror", "status", "--from", str(tmp_path / "none")]

    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr.split(":")[0]) == (75, "NoCorpus")


def test_canonical_form_is_ours() -> None:
    dice = random.Random(3)
    texts = ["".join(chr(dice.choice([*range(0xD800), 0x1F600])) for _ in range(40)) for _n in "ab"]
    value = {"b": [*texts, None, True, -(2**53) + 1], "a": {"Z": 0, "_": '\x7f\u2028\\"'}}

    assert canonical.dumps(value) == ours.dumps(value)
    assert canonical.loads(ours.dumps(value)) == value


@pytest.mark.parametrize("text", ["1.0", "1e3", "NaN", "9007199254740992", '{"a":1,"a":1}', "["])
def test_what_has_no_one_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical.dumps(canonical.loads(text.encode()))


def test_growth_is_judged_as_the_trail_proves_it() -> None:
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(40)]

    def node(level: int, place: int) -> bytes:
        if level == 0:
            return leaves[place]
        pair = node(level - 1, 2 * place), node(level - 1, 2 * place + 1)
        return merkle.node_hash(*pair)

    for new in range(1, 40):
        for old in range(1, new + 1):
            sizes = (old, merkle.root_of(old, node)), (new, merkle.root_of(new, node))
            path = merkle.consistency_proof(old, new, node)
            assert is_grown(*sizes, path)
            assert not is_grown(*sizes, [*path, leaves[0]])
            assert not is_grown((old, leaves[1]), sizes[1], path)
            assert not path or not is_grown(*sizes, path[:-1])
