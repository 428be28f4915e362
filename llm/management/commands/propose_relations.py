"""Reads what is in force for relations that people may take into the graph."""

from __future__ import annotations

from collections import Counter
from typing import Any

from governance.management.reporting import Report, ReportingCommand
from llm.embedding import Unavailable
from llm.proposing.reading import read_waiting, readers


class Command(ReportingCommand):
    help = "Read what is in force for relations to propose, as far as more is known than before."

    def act(self, options: dict[str, Any]) -> Report:
        told: dict[str, dict[str, int]] = {}
        sentences, ok = [], True
        for reader in readers():
            try:
                read = read_waiting(reader, again=True)
            except Unavailable as error:
                sentences.append(f"The language model is away: {error}")
                ok = False
                continue
            counts = sum(map(Counter, read.values()), Counter[str]())
            told[reader.value] = {"versions": len(read), **counts}
            sentences.append(
                f"{reader.label}: {len(read)} versions read, {counts['proposed']} relations newly"
                f" proposed; {counts['known']} in the graph already, {counts['refused']} refused"
                f" before, {counts['dropped']} not proved by the text."
            )
            ok = ok and not counts["failed"]
        return Report(sentences, told, ok=ok)
