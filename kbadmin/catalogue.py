"""Finds the sentences people see, compares them with their translations, and compiles these.

GNU gettext is not needed: Babel reads Python, Django turns templates into something Babel can
read, polib writes `.po` and `.mo`. Both come with `requirements/dev.txt`.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from django.utils.translation.template import templatize

FOLDERS = ("governance", "ingest", "llm", "kbadmin", "templates")
KEYWORDS: dict[str, tuple[Any, ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# A module that has another use for `_` imports the function under a name of its own.
RENAMED = re.compile(rf"\b({'|'.join(KEYWORDS)}) as (\w+)")
# No date, no translator, no version: a catalogue changes when a sentence does, and only then.
HEADER = {
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sdr]|\{\w*\}|%%")

# A sentence and the context that tells it from another of the same letters; mostly there is none.
Key = tuple[str, str]


@dataclass(frozen=True)
class Message:
    text: str
    context: str = ""
    plural: str = ""
    files: frozenset[str] = frozenset()

    @property
    def key(self) -> Key:
        return self.text, self.context

    def joined_with(self, other: Message) -> Message:
        plural = self.plural or other.plural
        return replace(self, plural=plural, files=self.files | other.files)


Messages = dict[Key, Message]


@dataclass(frozen=True)
class Finding:
    """What is wrong: `missing`, `fuzzy`, `obsolete`, `placeholders` or `uncompiled`."""

    kind: str
    file: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.file}: {self.text}"


class ToolMissing(Exception):
    """A part that translating needs is not installed."""


def messages_in(folders: Mapping[str, Path]) -> Messages:
    """Every message of the Python files and templates below these folders, by its key.

    Applications within an application (`contrib`) count when they are folders of their own here.
    """
    found: Messages = {}
    for name, folder in folders.items():
        for path in _sources(folder):
            file = f"{name}/{path.relative_to(folder).as_posix()}"
            for message in _messages_of(path, file):
                known = found.get(message.key)
                found[message.key] = known.joined_with(message) if known else message
    return found


def translated_in(binaries: Iterable[Path]) -> set[Key]:
    """What these compiled catalogues of others translate already."""
    polib = _part("polib")
    return {
        (entry.msgid, entry.msgctxt or "")
        for path in binaries
        if path.is_file()
        for entry in polib.mofile(str(path))
    }


def load(path: Path) -> Any:
    """The catalogue kept there, or an empty one."""
    polib = _part("polib")
    return polib.pofile(str(path)) if path.is_file() else polib.POFile()


def renewed(
    old: Any, messages: Messages, *, memory: Iterable[Any] = (), prune: bool = False
) -> Any:
    """A sorted catalogue of these messages, with the translations there were.

    `memory` are entries of other catalogues, asked where the old one has no translation. What is
    no longer used is marked as obsolete, or left out with `prune`.
    """
    polib = _part("polib")
    known = {**_by_key(entry for entry in memory if entry.msgstr), **_by_key(old)}
    new = polib.POFile(wrapwidth=98)
    new.metadata = dict(HEADER)
    new.extend(_entry(polib, messages[key], known.get(key)) for key in sorted(messages))
    unused = [entry for key, entry in sorted(_by_key(old).items()) if key not in messages]
    for entry in [] if prune else unused:
        entry.obsolete, entry.occurrences = True, []
        new.append(entry)
    return new


def compiled(catalogues: Iterable[Any]) -> bytes:
    """One `.mo` of all that is translated and in use; of two of one key, the first holds."""
    polib = _part("polib")
    whole = polib.POFile()
    whole.metadata = dict(HEADER)
    entries: dict[Key, Any] = {}
    for catalogue in catalogues:
        for key, entry in _by_key(catalogue.translated_entries()).items():
            entries.setdefault(key, entry)
    whole.extend(entries[key] for key in sorted(entries))
    binary: bytes = whole.to_binary()
    return binary


def findings(name: str, catalogue: Any, messages: Messages) -> Iterator[Finding]:
    """What keeps the catalogue called `name` from being a full translation of these messages."""
    entries = {key: entry for key, entry in _by_key(catalogue).items() if not entry.obsolete}
    for key in sorted(messages):
        entry = entries.get(key)
        if (
            entry is None
            or not _translations(entry)
            or bool(messages[key].plural) != _counts(entry)
        ):
            yield Finding("missing", ", ".join(sorted(messages[key].files)), key[0])
        elif entry.fuzzy:
            yield Finding("fuzzy", name, key[0])
        elif not _same_placeholders(entry):
            yield Finding("placeholders", name, key[0])
    for key, entry in sorted(_by_key(catalogue).items()):
        if key not in messages or entry.obsolete:
            yield Finding("obsolete", name, key[0])


def uncompiled(path: Path, catalogues: Iterable[Any]) -> Iterator[Finding]:
    """Names every message whose compiled translation is not the one in the catalogues."""
    binary = compiled(catalogues)
    if path.is_file() and path.read_bytes() == binary:
        return
    polib = _part("polib")
    there = _by_key(polib.mofile(str(path))) if path.is_file() else {}
    for key, entry in _by_key(polib.mofile(binary)).items():
        if key not in there or _translations(there.pop(key)) != _translations(entry):
            yield Finding("uncompiled", path.name, key[0])
    for key in there:
        yield Finding("uncompiled", path.name, key[0])


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts[:-1]
        if "contrib" in inside or "tests" in inside:
            continue
        is_template = "templates" in (folder.name, *inside) and path.suffix in (".html", ".txt")
        if is_template or path.suffix == ".py":
            yield path


def _messages_of(path: Path, file: str) -> Iterator[Message]:
    extract: Callable[..., Iterable[Any]] = _part("babel.messages.extract").extract
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What stands for the HTML keeps its indentation, over which Python's tokenizer stumbles.
        source = re.sub(r"(?m)^[ \t]+", "", templatize(source, origin=file))
    named = KEYWORDS | {alias: KEYWORDS[name] for name, alias in RENAMED.findall(source)}
    for _line, found, _comments, context in extract("python", io.BytesIO(source.encode()), named):
        text, plural = found if isinstance(found, tuple) else (found, "")
        if text:
            yield Message(text, context or "", plural, frozenset([file]))


def _entry(polib: Any, message: Message, old: Any) -> Any:
    entry = polib.POEntry(
        msgid=message.text,
        msgctxt=message.context or None,
        occurrences=[(file, "") for file in sorted(message.files)],
        flags=["python-format"] if "%" in "".join(PLACEHOLDER.findall(message.text)) else [],
    )
    if message.plural:
        entry.msgid_plural, entry.msgstr_plural = message.plural, {0: ""}
    if old is not None and bool(message.plural) == _counts(old):
        entry.msgstr, entry.msgstr_plural = old.msgstr, old.msgstr_plural
        entry.tcomment = old.tcomment
        entry.flags += ["fuzzy"] if old.fuzzy else []
    return entry


def _by_key(entries: Iterable[Any]) -> dict[Key, Any]:
    return {(entry.msgid, entry.msgctxt or ""): entry for entry in entries}


def _counts(entry: Any) -> bool:
    return bool(entry.msgid_plural)


def _translations(entry: Any) -> list[str]:
    """The translated forms; none where one of them is empty."""
    forms = list(entry.msgstr_plural.values()) if _counts(entry) else [entry.msgstr]
    return forms if all(forms) else []


def _same_placeholders(entry: Any) -> bool:
    """Whether each form fills in what the message does. A counted form may leave no word out."""
    wanted = Counter(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    return all(Counter(PLACEHOLDER.findall(form)) == wanted for form in _translations(entry))


def _part(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        needed = name.partition(".")[0]
        raise ToolMissing(
            f"Translating needs {needed}: install requirements/dev.txt, which brings it."
        ) from error
