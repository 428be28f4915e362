"""What a linter cannot see of the house rules, read off the syntax trees."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.db import models

from governance import models as truth

ROOT = Path(__file__).parents[2]
APPS = ("governance", "ingest", "llm", "kbadmin")
MAY_WRITE = ("governance/actions/", "governance/models/", "governance/trail.py", "llm/actions/")
# On any object these write a row; the others do so on a queryset or a relation alone.
WRITES_A_ROW = {"save", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
WRITES = WRITES_A_ROW | {"create", "update", "delete", "add", "set", "remove", "clear"}
GOVERNED = {
    name
    for name, thing in vars(truth).items()
    if inspect.isclass(thing) and issubclass(thing, models.Model)
}
SQL_WRITES = re.compile(r"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE)\s+governance_", re.I)
EVERYTHING = {"Exception", "BaseException"}


def files(*, but: tuple[str, ...] = ()) -> list[str]:
    """Every module of the apps but migrations, and but those whose path begins so."""
    found = [
        str(path.relative_to(ROOT))
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
    ]
    return sorted(path for path in found if not path.startswith(but))


@cache
def tree_of(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


def governed_writes(tree: ast.Module, *, strictly: bool = False) -> list[int]:
    """Lines that write to a governed row. `strictly`: that write to any row at all.

    What is governed is told by names: a model's own, whatever is annotated with one, assigned
    from one or looped over out of one.
    """
    own = {n.name for n in ast.walk(tree) if isinstance(n, ast.ClassDef)}
    scopes = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.Lambda)]
    found = {line for scope in [tree, *scopes] for line in _writes_in(scope, GOVERNED - own)}
    if strictly:
        found |= {c.lineno for c in _calls(tree) if _attr(c) in WRITES_A_ROW}
    texts = [n for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    found |= {t.lineno for t in texts if isinstance(t.value, str) and SQL_WRITES.search(t.value)}
    return sorted(found)


def uses_of_signals(tree: ast.Module) -> list[int]:
    """Lines that bring in Django's signals."""
    names = [(alias.name, n.lineno) for n in ast.walk(tree) if isinstance(n, ast.Import)
             for alias in n.names]  # fmt: skip
    names += [
        (f"{n.module}.{alias.name}", n.lineno)
        for n in ast.walk(tree)
        if isinstance(n, ast.ImportFrom)
        for alias in n.names
    ]
    return [line for name, line in names if re.search(r"^django\..*(dispatch|signals)\b", name)]


def catches_of_everything(tree: ast.Module) -> list[int]:
    """Handlers that take whatever comes and do not raise it again."""
    handlers = [n for n in ast.walk(tree) if isinstance(n, ast.ExceptHandler)]
    return [h.lineno for h in handlers if _takes_everything(h) and not _raises_again(h)]


def _writes_in(scope: ast.AST, models: set[str]) -> Iterator[int]:
    writes = [call for call in _calls(scope) if _attr(call) in WRITES]
    known = models | _holding(scope, models) if writes else models
    for call in writes:
        if isinstance(call.func, ast.Attribute) and _root(call.func.value) in known:
            yield call.lineno


def _holding(scope: ast.AST, models: set[str]) -> set[str]:
    """Names of a scope that hold governed rows. Twice over, for names made of names."""
    found: set[str] = set()
    for _ in range(2):
        for node in ast.walk(scope):
            found |= _bound_by(node, models, models | found)
    return found


def _bound_by(node: ast.AST, models: set[str], known: set[str]) -> set[str]:
    match node:
        case ast.arg(arg=name, annotation=ast.expr() as told):
            return {name} if _mentions(told, models) else set()
        case ast.AnnAssign(target=ast.Name(id=name), annotation=told):
            return {name} if _mentions(told, models) else set()
        case ast.Assign(targets=[ast.Name(id=name)], value=source):
            return {name} if _root(source) in known else set()
        case ast.For(target=ast.Name(id=name), iter=source):
            return {name} if _root(source) in known else set()
        case ast.comprehension(target=ast.Name(id=name), iter=source):
            return {name} if _root(source) in known else set()
    return set()


def _mentions(annotation: ast.expr, models: set[str]) -> bool:
    return any(isinstance(n, ast.Name) and n.id in models for n in ast.walk(annotation))


def _root(node: ast.AST) -> str:
    """The name at the bottom of a chain of attributes, calls and subscripts."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _calls(scope: ast.AST) -> list[ast.Call]:
    return [n for n in ast.walk(scope) if isinstance(n, ast.Call)]


def _attr(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _takes_everything(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    return any(isinstance(n, ast.Name) and n.id in EVERYTHING for n in ast.walk(handler.type))


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None
