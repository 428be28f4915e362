"""What the canvas shows, exports and lists: whatever it is called, and however much it is."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.browser.canvas import (
    API,
    CANVAS,
    DRAWN,
    SEND,
    a_passage,
    applied,
    concept,
    look,
    number_of,
    place,
    relation,
    send,
    set_of,
    withdraw,
)
from tests.browser.conftest import Arriving, Sample
from tests.governance.canvas_pages import HOSTILE

pytestmark = [pytest.mark.browser, pytest.mark.slow]


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


def test_what_cannot_be_seen_in_a_draft_breaks_no_export(person: Arriving) -> None:
    """No set with such a name is ever applied; but a program may have written a draft of it."""
    ana = person("curator")
    names = [
        f"{n}{name}" for n, name in enumerate(["\x01\x1b", "\u202eevil", "a\u200bb", "\ufffe<b>"])
    ]
    steps = [concept(f"u{n}", "drug", name) for n, name in enumerate(names)]
    body = {"title": "看不见", "steps": [{"deed": d, "content": c} for d, c in steps]}
    made = send(ana, API, body)

    look(ana, f"set={made['id']}")
    listed = ana.page.locator("[data-list] bdi").all_text_contents()
    with ana.page.expect_download() as svg:
        ana.page.click("[data-svg]")
    written = [each.text for each in ET.fromstring(svg.value.path().read_text("utf-8")).iter()]
    withdraw(ana, f"admin/governance/changeset/{made['id']}/change/")

    assert sorted(listed) == sorted(names)
    assert {"0\ufffd\ufffd", "1\u202eevil", "3\ufffd<b>"} <= set(written)


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
