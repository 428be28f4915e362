"""The files of rows as Parquet, where pyarrow is installed (`requirements/parquet.txt`)."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

from governance import canonical

# Pages are as the library writes them: the same rows are the same bytes by one release of it.
_LISTS = ("positives", "negatives")


def is_there() -> bool:
    return importlib.util.find_spec("pyarrow") is not None


def beside(path: Path) -> Path:
    """Write a file of JSON lines again as Parquet; `lineage` is canonical JSON in a column."""
    import pyarrow
    from pyarrow import parquet

    rows = [_flat(json.loads(line)) for line in path.read_bytes().splitlines()]
    text, texts = pyarrow.string(), pyarrow.list_(pyarrow.string())
    columns = [(name, texts if name in _LISTS else text) for name in rows[0]]
    table = pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(columns))
    made = path.with_suffix(".parquet")
    parquet.write_table(table, made, compression="zstd")
    return made


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"lineage": canonical.dumps(row["lineage"]).decode()}
