"""The bundle of the canvas is that of its sources, and names what it holds of others."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "governance/canvas"
STATIC = ROOT / "governance/static/governance"


def digest_of_sources() -> str:
    """As `build.mjs` works it out."""
    digest = hashlib.sha256()
    for path in sorted(SOURCES.iterdir()):
        if path.suffix in (".js", ".mjs", ".json"):
            digest.update(f"{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def lock() -> dict[str, dict[str, str]]:
    told: dict[str, dict[str, str]] = json.loads((SOURCES / "package-lock.json").read_text())[
        "packages"
    ]
    return {name: part for name, part in told.items() if name}


def test_bundle_was_built_from_these_sources() -> None:
    first = (STATIC / "canvas.bundle.js").read_text("utf-8").split("\n", 1)[0]

    built_from = re.search(r"sources sha256 ([0-9a-f]{64})", first)

    assert built_from, first
    assert built_from[1] == digest_of_sources(), "Run `make canvas`."


def test_lock_holds_a_digest_of_every_part_and_no_address() -> None:
    parts = lock()

    assert all(part["integrity"].startswith("sha512-") for part in parts.values())
    assert not any("resolved" in part for part in parts.values())


def test_what_is_bundled_is_named_with_its_licence() -> None:
    told = (STATIC / "canvas.licences.txt").read_text("utf-8")

    named = dict(re.findall(r"^(\S+) (\d+\.\d+\.\d+) \(MIT\)$", told, re.M))

    assert set(named) == {"cose-base", "cytoscape", "cytoscape-fcose", "layout-base"}
    assert all(lock()[f"node_modules/{name}"]["version"] == v for name, v in named.items())
    assert told.count("Permission is hereby granted") == len(named)


def test_bundle_asks_nobody_else() -> None:
    told = (STATIC / "canvas.bundle.js").read_text("utf-8").split("Bundled license information")[0]
    names = set(re.findall(r"https?://[\w.-]+", told))

    assert names <= {"http://www.w3.org"}
