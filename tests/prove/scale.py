"""How long the pages take with thousands of sources, and that no page asks more for more of them.

The shelf is filled to half, looked at, filled, and looked at again. What is asked of the database
must be the same both times; how long it takes is said, not judged.
"""

from __future__ import annotations

import tests.prove.home  # noqa: F401

# isort: split

import logging
import time
from statistics import quantiles

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from governance.models import Account, Version
from tests.prove import say
from tests.prove.worlds import Violation, World, arguments, run
from tests.support import knowledge
from tests.support.visiting import BACKEND

PLANTS = {"chatty": "a page asks once more for every tenth source"}
V, S = "/admin/governance/version/", "/admin/governance/source/"
PAGES = {
    "home": "/admin/",
    "home by department": "/admin/?by=department",
    "sources": S,
    "sources, searched": f"{S}?q=卒中",
    "sources, searched in English": f"{S}?q=renal",
    "sources of a class": f"{S}?source_class=textbook",
    "versions": V,
    "versions due": f"{V}?due=60",
    "versions in force, searched": f"{V}?status=active&q=renal",
    "review page": f"{V}{{large}}/change/",
    "its difference": f"{V}{{large}}/difference/",
}


def prove(world: World, *, sources: int, passages: int, rounds: int, plant: str) -> str:
    logging.disable()
    large = _large(world)
    _fill(world, sources // 2, passages)
    before = {name: _asked(world.ben, page.format(large=large)) for name, page in PAGES.items()}
    _fill(world, sources - sources // 2, passages)
    after = {name: _asked(world.ben, page.format(large=large)) for name, page in PAGES.items()}
    if plant == "chatty":
        after["home"] += sources // 10
    grown = [name for name in PAGES if after[name] > before[name]]
    if grown:
        raise Violation(f"with more sources more is asked by: {', '.join(grown)}")
    for name, page in PAGES.items():
        worst = _p95(world.ben, page.format(large=large), rounds)
        say(f"{name:30} {after[name]:3} queries, p95 {worst * 1000:5.0f} ms")
    return f"{sources} sources of {passages} passages; no query more than with half of them."


def _large(world: World) -> int:
    """A version to be read that is as long as a textbook, with a predecessor in force."""
    texts = [world.text() for _ in range(3000)]
    source = knowledge.source(world.ana, title="Large")
    knowledge.active(source, world.ana, world.ben, texts=texts, label="1")
    changed = [f"{text} changed" if n % 10 == 0 else text for n, text in enumerate(texts)]
    return knowledge.in_review(source, world.ana, texts=changed, label="2").pk


def _fill(world: World, count: int, passages: int) -> None:
    """Most are in force; some are drafts or waiting."""
    for place in range(count):
        _bring_in(world, place, passages)


def _bring_in(world: World, place: int, passages: int) -> Version:
    title = f"{world.text()[:60]} {place}"
    source = knowledge.source(world.ana, title=title)
    texts = [f"{world.text()} {n}" for n in range(passages)]
    if place % 10 == 0:
        return knowledge.draft(source, world.ana, texts=texts)
    waiting = knowledge.in_review(source, world.ana, texts=texts)
    return waiting if place % 10 == 1 else knowledge.approve(waiting, world.ben)


def _browser(account: Account) -> Browser:
    browser = Browser(SERVER_NAME="localhost")
    browser.force_login(account, backend=BACKEND)
    return browser


def _asked(account: Account, address: str) -> int:
    browser = _browser(account)
    browser.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(address)
    if answer.status_code != 200:
        raise Violation(f"{address} answers {answer.status_code}")
    return len(queries)


def _p95(account: Account, address: str, rounds: int) -> float:
    browser = _browser(account)
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        browser.get(address)
        seconds.append(time.perf_counter() - began)
    return quantiles(seconds, n=20)[-1]


if __name__ == "__main__":
    parser = arguments(__doc__ or "", rounds=40, plants=PLANTS)
    parser.add_argument("--sources", type=int, default=5000)
    parser.add_argument("--passages", type=int, default=10)
    given = parser.parse_args()
    run(
        "scale",
        given.seed,
        lambda world: prove(
            world,
            sources=given.sources,
            passages=given.passages,
            rounds=given.rounds,
            plant=given.plant or "",
        ),
    )
