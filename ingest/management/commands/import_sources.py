"""Registers and uploads files, or whole folders of them, as drafts."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import py3langid
from django.core.management.base import CommandError

from governance import clock, originals
from governance.actions import sources, uploads, versions
from governance.actions.versions import Edition
from governance.classes import SourceClass
from governance.errors import Refused
from governance.management.reporting import Report, ReportingCommand
from governance.models import Account, Language, Version

ENDINGS = {".pdf", ".docx", ".md", ".markdown", ".txt", ".xml"}
PLAIN = {".md", ".markdown", ".txt", ".xml"}
CHUNK = 1024 * 1024
ENOUGH = 64 * 1024
NOT_SAID = "not said yet"


class Command(ReportingCommand):
    help = (
        "Register each file as a source of its own and upload it as a draft. What the file does"
        " not say (issuer, identifiers, licence) is left for the curator to fill in."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("path", nargs="+", type=Path)
        parser.add_argument("--by", required=True, help="the account on whose behalf")
        parser.add_argument(
            "--source-class", default=SourceClass.LITERATURE, choices=SourceClass.values
        )
        parser.add_argument(
            "--language", choices=Language.values, help="for PDF and DOCX better said; else guessed"
        )

    def act(self, options: dict[str, Any]) -> Report:
        account = Account.objects.filter(username=options["by"], is_active=True).first()
        if account is None:
            raise CommandError(f"There is no active account “{options['by']}”.")
        files = sorted(set(_files(options["path"])))
        if not files:
            raise CommandError("There is no file to import.")
        imported, refused = [], []
        for done, path in enumerate(files, start=1):
            try:
                version = _import(path, account, options["source_class"], options["language"])
                imported.append({"file": str(path), "version": version.pk})
            except (Refused, OSError) as why:
                refused.append({"file": str(path), "why": str(why)})
            self.progress(done, len(files))
        sentences = [f"{len(imported)} files imported as drafts, {len(refused)} refused."]
        sentences += [f"Refused {r['file']}: {r['why']}" for r in refused]
        return Report(sentences, {"imported": imported, "refused": refused}, ok=not refused)


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (p for p in path.rglob("*") if p.suffix.lower() in ENDINGS and p.is_file())
        elif path.is_file():
            yield path
        else:
            raise CommandError(f"There is no file or folder “{path}”.")


def _import(path: Path, by: Account, source_class: str, language: str | None) -> Version:
    with path.open("rb") as file:
        original = originals.keep(iter(lambda: file.read(CHUNK), b""), path.name)
    uploads.refuse_duplicate(original)
    source = sources.register(
        description=sources.Description(
            title=original.filename.rsplit(".", 1)[0],
            source_class=source_class,
            issuer=NOT_SAID,
            language=language or _language_of(path),
            licence=sources.Licence(NOT_SAID, serve=True, quote=True, train=False),
        ),
        by=by,
    )
    edition = Edition(label=str(clock.today()), published_on=str(clock.today()))
    return versions.register(source=source, edition=edition, original=original, by=by)


def _language_of(path: Path) -> str:
    """By its beginning where that is plain text, else by its name; read it is only later, apart."""
    told = path.stem
    if path.suffix.lower() in PLAIN:
        with path.open("rb") as file:
            told = file.read(ENOUGH).decode(errors="ignore")
    code, _confidence = py3langid.classify(told)
    return Language.ZH if code == "zh" else Language.EN
