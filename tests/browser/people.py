"""A person before the screen: logs in, goes to pages, and what the browser noticed meanwhile."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

# Rules of WCAG 2.1, level AA; what axe calls less than serious is left to the eye.
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
GRAVE = {"serious", "critical"}
HEIGHT = 900


@dataclass
class Person:
    """One browser window. `strayed` are requests that left the host, `noise` errors of scripts."""

    page: Page
    context: BrowserContext
    base: str
    pictures: Path
    clicks: int = 0
    strayed: list[str] = field(default_factory=list)
    noise: list[str] = field(default_factory=list)

    def go(self, path: str) -> int:
        answer = self.page.goto(self.base + path.lstrip("/"))
        return answer.status if answer else 0

    def click(self, selector: str) -> None:
        self.clicks += 1
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state()

    def fill(self, name: str, value: str) -> None:
        self.page.fill(f"[name={name}]", value)

    def picture(self, name: str, *, is_whole: bool = True) -> None:
        """The page, or what of it is in the window."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.page.evaluate("[...document.images].forEach((one) => { one.loading = 'eager'; })")
        self.page.wait_for_function("[...document.images].every((one) => one.complete)")
        self.page.screenshot(path=self.pictures / f"{name}.png", full_page=is_whole)

    def barriers(self) -> list[str]:
        """What keeps people out, as axe finds it on the page as it is now."""
        found = Axe().run(self.page, options=RULES).response["violations"]
        return [
            f"{v['id']}: {node['target']}"
            for v in found
            if v["impact"] in GRAVE
            for node in v["nodes"]
        ]

    def words(self) -> str:
        """What is to be read on the page, with titles and hints, without the text of works."""
        return str(self.page.evaluate(_READ))

    def leave(self) -> None:
        self.context.close()


# Text of works, file names and digests are data; everything else that is seen is ours to translate.
_READ = """() => {
    const data = "script, style, code, .kb-text, .kb-grid, .kb-contents, [data-is-data],"
        + " .material-symbols-outlined, [lang]:not([lang^=zh])";
    const isSeen = (e) => e && e.checkVisibility() && !e.closest(data);
    const shown = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        if (isSeen(texts.currentNode.parentElement)) shown.push(texts.currentNode.data);
    }
    document.querySelectorAll("[title], [placeholder], [aria-label]").forEach((e) => {
        if (isSeen(e)) shown.push(e.title, e.placeholder, e.getAttribute("aria-label"));
    });
    return shown.filter(Boolean).join(" \\n ");
}"""


def arrive(
    browser: Browser, base: str, pictures: Path, *, language: str, width: int, session: Any = None
) -> Person:
    """Somebody before an empty window in this language, with the cookies of a session if any."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        locale="zh-CN" if language != "en" else "en-US",
        storage_state=session,
    )
    context.add_cookies([{"name": "django_language", "value": language, "url": base}])
    person = Person(context.new_page(), context, base, pictures)
    person.page.on("request", lambda request: _watch(person, request))
    person.page.on("console", lambda message: _hear(person, message))
    person.page.on("pageerror", lambda error: person.noise.append(str(error)))
    return person


def log_in(person: Person, name: str, password: str) -> Person:
    person.go("admin/login/")
    person.fill("username", name)
    person.fill("password", password)
    person.page.click("[type=submit]")
    person.page.wait_for_load_state()
    return person


def _watch(person: Person, request: Request) -> None:
    parts = urlsplit(request.url)
    if parts.scheme in ("http", "https", "ws") and parts.netloc != urlsplit(person.base).netloc:
        person.strayed.append(request.url)


def _hear(person: Person, message: ConsoleMessage) -> None:
    # A page that is refused on purpose is told by its status, not by the console.
    if message.type == "error" and not re.search(r"status of [45]\d\d", message.text):
        person.noise.append(message.text)
