"""Brings the Chinese catalogue up to date with the code, or says where it is not."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django.apps import AppConfig, apps
from django.conf import settings
from django.core.management.base import CommandError

from governance.management.reporting import Report, ReportingCommand
from kbadmin import catalogue
from kbadmin.catalogue import Finding, Messages

INSIDE = Path("zh_Hans") / "LC_MESSAGES"


class Command(ReportingCommand):
    help = "Update the Chinese translations, or check that they are complete."
    # Sentences can be translated while the code around them is still in pieces.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--check", action="store_true", help="change nothing; 1 if incomplete")
        parser.add_argument("--prune", action="store_true", help="drop what is no longer used")

    def act(self, options: dict[str, Any]) -> Report:
        try:
            messages = wanted()
            if not options["check"]:
                update(messages, prune=options["prune"])
            found = list(check(messages))
        except catalogue.ToolMissing as missing:
            raise CommandError(str(missing)) from missing
        sentences = [str(finding) for finding in found]
        sentences.append(f"{len(found)} findings." if found else "All is translated.")
        data = {"findings": [[f.kind, f.file, f.text] for f in found]}
        return Report(sentences, data, ok=not found)


def folder() -> Path:
    """Where the two catalogues and the `.mo` compiled from both are kept."""
    return Path(settings.LOCALE_PATHS[0]) / INSIDE


def wanted() -> dict[str, Messages]:
    """What each catalogue must hold: our own sentences, and those of parts that lack Chinese."""
    others = {config.name: config for config in apps.get_app_configs() if _is_a_part(config)}
    known = catalogue.translated_in(_their_own(others.values()))
    ours = catalogue.messages_in({name: settings.BASE_DIR / name for name in catalogue.FOLDERS})
    theirs = catalogue.messages_in({name: Path(c.path) for name, c in others.items()})
    parts = {k: m for k, m in theirs.items() if k not in known and k not in ours}
    return {"django.po": ours, "parts.po": parts}


def update(wanted: dict[str, Messages], *, prune: bool = False) -> None:
    old = {name: catalogue.load(folder() / name) for name in wanted}
    # A sentence may move from a part's screen to one of ours, and takes its translation along.
    memory = [entry for po in old.values() for entry in po]
    new = [
        (name, catalogue.renewed(old[name], messages, memory=memory, prune=prune))
        for name, messages in wanted.items()
    ]
    folder().mkdir(parents=True, exist_ok=True)
    for name, po in new:
        po.save(str(folder() / name))
    (folder() / "django.mo").write_bytes(catalogue.compiled(po for _name, po in new))


def check(wanted: dict[str, Messages]) -> Iterator[Finding]:
    kept = {name: catalogue.load(folder() / name) for name in wanted}
    for name, messages in wanted.items():
        yield from catalogue.findings(name, kept[name], messages)
    yield from catalogue.uncompiled(folder() / "django.mo", kept.values())


def _is_a_part(config: AppConfig) -> bool:
    return config.name not in catalogue.FOLDERS and not config.name.startswith("django.contrib.")


def _their_own(configs: Any) -> list[Path]:
    framework = Path(django.__file__).parent
    folders = [framework / "conf", *(framework / "contrib").iterdir()]
    folders += [Path(config.path) for config in configs]
    return [place / "locale" / INSIDE / "django.mo" for place in folders]
