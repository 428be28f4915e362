"""The graph canvas, with the mouse and without one: what is drawn on it reaches the graph."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Arriving, Sample
from tests.browser.people import Person
from tests.governance.canvas_pages import HOSTILE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

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


def test_relation_is_drawn_applied_by_another_and_undone(person: Arriving, sample: Sample) -> None:
    gus, ben = person("graph-editor"), person("reviewer")
    look(gus, "concept=1")

    draw_relation(gus)
    gus.picture("canvas-proposed")
    proposed, asked = states(gus), set_of(gus)
    press(gus, asked.replace("change/", "submit/"))
    look(ben, f"set={re.sub(r'[^0-9]', '', asked)}")
    seen = states(ben)
    decision = {"reason": "已核对。", "password": sample.passwords["reviewer"]}
    press(ben, asked.replace("change/", "apply/"), **decision)
    look(gus, "concept=1")
    drawn = gus.page.evaluate(f"{DRAWN}.told.edges.map((edge) => edge.source + edge.target)")
    press(gus, asked.replace("change/", "undo/"))
    look(gus, "concept=1")

    assert proposed == seen == {"预防": "added"}
    assert "c103c2" in drawn
    assert states(gus) == {"预防": "ended"}
    withdraw(gus, set_of(gus))


def test_concept_is_added_and_related_in_one_set(person: Arriving) -> None:
    gus = person("graph-editor")
    look(gus, "concept=1")

    gus.click("[data-adds]")
    gus.page.select_option("[name=type]", "drug")
    gus.fill("names_zh", "达比加群酯")
    gus.click(SEND)
    ready(gus)
    gus.page.mouse.move(*place(gus, "达比加群酯"))
    handle = gus.page.locator("[data-handle]").bounding_box()
    assert handle
    drag(gus, (handle["x"] + 12, handle["y"] + 12), place(gus, "肺血栓栓塞症"))
    gus.click("dialog[open] a:has-text('预防')")
    gus.picture("canvas-relate-new")
    gus.fill("passage", str(a_passage(gus)))
    gus.click(SEND)
    ready(gus)
    gus.picture("canvas-new-related")

    assert states(gus) == {"达比加群酯": "added", "预防": "added"}
    withdraw(gus, set_of(gus))


def test_merger_is_proposed_by_dropping_and_taken_back_by_a_key(person: Arriving) -> None:
    gus = person("graph-editor")
    look(gus, "concept=1")
    before = place(gus, "普通肝素")

    drag(gus, before, place(gus, "低分子肝素"))
    gus.page.wait_for_selector("dialog[open]")
    gus.picture("canvas-merge")
    gus.click("dialog[open] [type=submit]")
    ready(gus)
    proposed = states(gus)
    gus.page.keyboard.press("Control+z")
    gus.page.wait_for_selector("text=已收回")
    ready(gus)

    assert proposed == {"普通肝素": "merged", "低分子肝素": "changed", "并入": "merged"}
    assert states(gus) == {}
    withdraw(gus, set_of(gus))


def test_nothing_is_proposed_by_moving_a_concept_about(person: Arriving) -> None:
    gus = person("graph-editor")
    look(gus, "concept=1")
    x, y = place(gus, "普通肝素")

    drag(gus, (x, y), (x + 60, y + 40))

    assert not gus.page.locator("dialog[open]").count()
    assert place(gus, "普通肝素") == pytest.approx((x + 60, y + 40), abs=12)


def test_relation_is_begun_with_the_keyboard_alone(person: Arriving) -> None:
    gus = person("graph-editor")
    look(gus)
    keys = gus.page.keyboard

    gus.page.focus("[data-search]")
    keys.type("磺达")
    gus.page.wait_for_selector("[data-hits] [role=option]")
    keys.press("Enter")
    gus.page.wait_for_selector("[data-details] [data-relate-from]")
    gus.page.focus("[data-list]")
    keys.press("Home")
    keys.press("Enter")
    gus.page.wait_for_selector("[data-details]:focus")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Tab")
    assert gus.page.evaluate("document.activeElement.hasAttribute('data-relate-from')")
    gus.picture("canvas-keyboard", is_whole=False)
    keys.press("Enter")
    keys.press("ArrowDown")
    keys.press("Enter")
    gus.page.wait_for_selector("dialog[open]")
    keys.press("Enter")
    gus.page.wait_for_url(re.compile("/relate/"))

    assert gus.page.input_value("[name=type]")
    assert gus.page.input_value("[name=object]")


def test_canvas_is_moved_with_the_keyboard(person: Arriving) -> None:
    gus = person("graph-editor")
    look(gus, "concept=1")
    gus.page.focus("[data-stage-box]")
    zoom = gus.page.evaluate(f"{DRAWN}.stage.cy.zoom()")

    gus.page.keyboard.press("+")
    larger = gus.page.evaluate(f"{DRAWN}.stage.cy.zoom()")
    gus.page.keyboard.press("0")

    assert larger > zoom
    assert gus.page.evaluate(f"{DRAWN}.stage.cy.zoom()") == pytest.approx(zoom)


def test_double_click_shows_what_is_around_and_the_way_back_leads_back(person: Arriving) -> None:
    gus = person("graph-editor")
    look(gus, "concept=1")
    before = gus.page.evaluate(f"{DRAWN}.told.nodes.length")

    gus.page.mouse.dblclick(*place(gus, "间歇充气加压装置"))
    gus.page.wait_for_url(re.compile("concept=1,107"))
    after = gus.page.evaluate(f"{DRAWN}.told.nodes.length")
    gus.page.go_back()
    gus.page.wait_for_function(f"{DRAWN}.told.nodes.length === {before}")

    assert after > before


def test_server_that_is_away_is_said_and_asked_again(person: Arriving) -> None:
    gus = person("graph-editor")
    look(gus, "concept=1")

    gus.page.route("**/canvas/shown/**", lambda route: route.fulfill(status=503))
    gus.page.mouse.dblclick(*place(gus, "间歇充气加压装置"))
    gus.page.wait_for_selector("[role=alert]")
    gus.picture("canvas-away")
    gus.page.unroute("**/canvas/shown/**")
    gus.page.click("[role=alert] button")

    gus.page.wait_for_url(re.compile("concept=1,107"))
    assert not gus.page.locator("[role=alert]").count()


def test_session_that_ended_is_said(person: Arriving) -> None:
    gus = person("graph-editor")
    look(gus, "concept=1")
    gus.context.clear_cookies(name="sessionid")

    gus.page.mouse.dblclick(*place(gus, "间歇充气加压装置"))

    gus.page.wait_for_selector("[role=alert]:has-text('退出登录')")


def test_types_are_unticked_and_what_lapsed_is_asked_for(person: Arriving) -> None:
    gus = person("graph-editor")
    look(gus, "concept=1")

    gus.page.uncheck("[data-types] [value=drug]")
    gus.page.wait_for_url(re.compile("type="))
    left = gus.page.evaluate(f"{DRAWN}.told.nodes.map((node) => node.type)")
    gus.page.check("[data-types] [value=drug]")
    gus.page.wait_for_function("!location.search.includes('type=')")

    assert "drug" not in left
    assert "disease" in left


@pytest.mark.parametrize(("language", "width"), [("zh-hans", 1440), ("en", 1024)])
def test_canvas_is_exported_with_title_date_and_legend(
    person: Arriving, tmp_path: Path, language: str, width: int
) -> None:
    gus = person("graph-editor", language=language, width=width)
    look(gus, "concept=1")

    with gus.page.expect_download() as svg:
        gus.page.click("[data-svg]")
    with gus.page.expect_download() as png:
        gus.page.click("[data-png]")
    drawn = svg.value.path().read_text("utf-8")

    told = [each.text for each in ET.fromstring(drawn).iter() if each.text]
    title = {
        "en": "Knowledge graph · venous thromboembolism",
        "zh-hans": "知识图谱 · 静脉血栓栓塞症",
    }
    assert title[language] in told
    assert {"en": "Legend", "zh-hans": "图例"}[language] in told
    assert re.fullmatch(r"[\w-]+-\d{4}-\d\d-\d\d\.svg", svg.value.suggested_filename)
    assert png.value.path().read_bytes().startswith(b"\x89PNG")


def test_hostile_names_are_drawn_and_exported_as_text(person: Arriving, sample: Sample) -> None:
    ana, ben = person("curator"), person("reviewer")
    names = [f"{n} {name}"[:200] for n, name in enumerate(HOSTILE)]
    steps = [concept(f"h{n}", "drug", name) for n, name in enumerate(names)]
    applied(ana, ben, sample.passwords["reviewer"], steps)

    look(ana, "with=" + ",".join(str(number_of(ana, name)) for name in names))
    listed = ana.page.locator("[data-list] bdi").all_text_contents()
    with ana.page.expect_download() as svg:
        ana.page.click("[data-svg]")
    written = [each.text for each in ET.fromstring(svg.value.path().read_text("utf-8")).iter()]
    for name in names[:6]:
        ana.page.click(f"[data-list] [role=option]:nth-child({listed.index(name) + 1})")
        ana.page.wait_for_function(
            "name => document.querySelector('[data-details] h3')?.textContent === name", arg=name
        )
    ana.picture("canvas-hostile")

    assert sorted(listed) == sorted(names)
    assert set(names) <= set(written)
    foreign = "[data-canvas] :is(img, script:not([type='application/json']))"
    assert not ana.page.locator(foreign).count()


def test_thousand_concepts_stay_usable(person: Arriving, sample: Sample) -> None:
    ana, ben = person("curator"), person("reviewer")
    passage, centres = a_passage(ana), range(4)
    steps = [concept(f"c{n}", "drug", f"千图药品{n}") for n in centres]
    for n in range(1000):
        steps.append(concept(f"d{n}", "disease", f"千图疾病{n}"))
        steps.append(relation(f"new:c{n % 4}", "treats", f"new:d{n}", passage))
    applied(ana, ben, sample.passwords["reviewer"], steps)
    numbers = ",".join(str(number_of(ana, f"千图药品{n}")) for n in centres)

    look(ana, f"concept={numbers}")
    spent = ana.page.evaluate(f"""async () => {{
        const {{ stage }} = {DRAWN}, begun = performance.now();
        stage.layOut();
        const laidOut = performance.now();
        for (let n = 0; n < 30; n += 1) {{
            stage.cy.panBy({{ x: 3, y: 2 }});
            await new Promise(requestAnimationFrame);
        }}
        return [laidOut - begun, (performance.now() - laidOut) / 30];
    }}""")
    ana.picture("canvas-thousand", is_whole=False)

    assert ana.page.evaluate(f"{DRAWN}.told.nodes.length") == 1000
    assert "未全部显示" in ana.page.inner_text("[data-remarks]")
    # Milliseconds: for the layout, and for a picture while it is moved; without a graphics card.
    assert spent[0] < 15_000
    assert spent[1] < 250


def test_table_says_the_same_as_the_canvas(person: Arriving) -> None:
    gus = person("graph-editor")
    look(gus, "concept=1")
    drawn = set(gus.page.evaluate(f"{DRAWN}.told.nodes.map((node) => node.label)"))

    gus.click("[data-as-table]")

    listed = gus.page.locator(".kb-canvas-table >> nth=0 >> th[scope=row] [data-is-data]")
    assert set(listed.all_inner_texts()) == drawn


def test_relation_is_proposed_in_the_table_without_scripts(person: Arriving) -> None:
    gus = person("graph-editor")
    browser, cookies = gus.context.browser, gus.context.storage_state()
    assert browser
    bare = browser.new_context(java_script_enabled=False, storage_state=cookies)
    page = bare.new_page()
    page.goto(f"{gus.base}{CANVAS}?concept=1")

    page.click("noscript a")
    page.click("tr:has-text('利伐沙班') >> text=与另一概念建立关系")
    page.click("a:has-text('利伐沙班 – 预防 → 肺血栓栓塞症')")
    page.fill("[name=passage]", str(a_passage(gus)))
    page.click(SEND)
    page.screenshot(path=gus.pictures / "canvas-table-bare.png", full_page=True)
    told = page.inner_text("table >> nth=1")
    bare.close()

    assert "将新增" in told
    look(gus)
    withdraw(gus, set_of(gus))


@pytest.mark.parametrize(("language", "width"), [("zh-hans", 1024), ("en", 1440)])
def test_canvas_bars_nobody(person: Arriving, language: str, width: int) -> None:
    gus = person("graph-editor", language=language, width=width)
    look(gus, "concept=1")
    gus.page.mouse.click(*place(gus, {"en": "enoxaparin", "zh-hans": "依诺肝素"}[language]))
    gus.page.wait_for_selector("[data-around]")

    gus.picture(f"canvas-chosen-{language}-{width}", is_whole=False)

    assert gus.barriers() == []
    assert gus.page.evaluate("document.documentElement.scrollWidth") <= width
