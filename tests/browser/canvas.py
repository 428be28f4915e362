"""What tests of the canvas do on the screen: find what is drawn, drag it, and what goes before."""

from __future__ import annotations

import json
from typing import Any

from tests.browser.people import Person

CANVAS, SEND = "admin/canvas/", ".kb-form [type=submit]"
API = "api/v1/change_sets/"
# Reaches what is drawn: a canvas has no elements of its own.
DRAWN = "document.querySelector('[data-canvas]').canvas"
PLACE = f"""label => {{
    const {{ stage }} = {DRAWN};
    const node = stage.cy.nodes().filter((each) => each.data('label') === label)[0];
    const box = stage.cy.container().getBoundingClientRect(), at = node.renderedPosition();
    return [box.left + at.x, box.top + at.y];
}}"""


def look(who: Person, query: str = "") -> None:
    who.go(f"{CANVAS}?{query}")
    ready(who)


def ready(who: Person) -> None:
    who.page.wait_for_selector("[data-canvas][data-ready]", timeout=30_000)


def place(who: Person, label: str) -> tuple[float, float]:
    x, y = who.page.evaluate(PLACE, label)
    return x, y


def states(who: Person) -> dict[str, str]:
    told = who.page.evaluate(f"[...{DRAWN}.told.nodes, ...{DRAWN}.told.edges]")
    return {each["label"]: each["state"] for each in told if each["state"]}


def drag(who: Person, start: tuple[float, float], end: tuple[float, float]) -> None:
    mouse = who.page.mouse
    mouse.move(*start)
    mouse.down()
    mouse.move(end[0] - 30, end[1] - 15, steps=6)
    mouse.move(*end, steps=4)
    mouse.up()


def number_of(who: Person, name: str) -> int:
    answer = who.context.request.get(f"{who.base}{CANVAS}found/", params={"q": name})
    told = answer.json()["found"]
    return int(next(hit["number"] for hit in told if hit["label"] == name))


def send(who: Person, address: str, body: Any) -> Any:
    """To the API, as this person."""
    cookies = {c["name"]: c["value"] for c in who.context.cookies()}
    headers = {
        "X-CSRFToken": cookies["csrftoken"],
        "Content-Type": "application/json",
        "Referer": who.base,
    }
    answer = who.context.request.post(
        who.base + address, data=json.dumps(body), headers=headers, timeout=180_000
    )
    assert answer.ok, answer.text()
    return answer.json()


def applied(writer: Person, reader: Person, password: str, steps: list[Any]) -> None:
    """Written by one and applied by the other, over the API."""
    body = {"title": "画布测试", "steps": [{"deed": d, "content": c} for d, c in steps]}
    made = send(writer, API, body)
    send(writer, f"{API}{made['id']}/submit/", {})
    decision = {"reason": "已核对。", "password": password, "digest": made["digest"]}
    send(reader, f"{API}{made['id']}/apply/", decision)


def concept(ref: str, type_: str, name: str) -> Any:
    names = [{"language": "zh", "name": name, "preferred": True}]
    return "concept.add", {"ref": ref, "type": type_, "names": names, "codes": []}


def relation(subject: str, type_: str, object_: str, passage: int) -> Any:
    evidence = [{"passage": passage, "start": 0, "end": 4}]
    content = {"subject": subject, "type": type_, "object": object_, "qualifiers": {}}
    return "relation.add", content | {"evidence": evidence}


def a_passage(who: Person) -> int:
    told = who.context.request.get(f"{who.base}api/v1/concepts/1/neighbourhood/").json()
    carried = next(each for each in told["relations"] if each["evidence"])
    return int(carried["evidence"][0]["passage"])


def set_of(who: Person) -> str:
    """The address of the change set that the canvas shows."""
    return str(who.page.get_attribute("[data-to-set]", "href")).lstrip("/")


def withdraw(who: Person, address: str) -> None:
    press(who, address.replace("change/", "withdraw/"), reason="试过。")


def draw_relation(who: Person) -> None:
    """From one concept to another with the mouse, then the words that carry it."""
    who.page.mouse.move(*place(who, "达肝素"))
    handle = who.page.locator("[data-handle]").bounding_box()
    assert handle
    drag(who, (handle["x"] + 12, handle["y"] + 12), place(who, "深静脉血栓形成"))
    who.picture("canvas-choice")
    who.click("dialog[open] a:has-text('预防')")
    who.fill("find", "达肝素")
    who.click("[name=look]")
    who.page.locator("[name=found]").first.check()
    who.click(SEND)
    ready(who)


def press(who: Person, address: str, **fields: str) -> None:
    who.go(address)
    for name, value in fields.items():
        who.fill(name, value)
    who.click(SEND)
