"""The graph canvas, with the mouse and without one: what is drawn on it reaches the graph."""

from __future__ import annotations

import re

import pytest

from tests.browser.canvas import (
    DRAWN,
    SEND,
    a_passage,
    drag,
    draw_relation,
    look,
    place,
    press,
    ready,
    set_of,
    states,
    withdraw,
)
from tests.browser.conftest import Arriving, Sample

pytestmark = [pytest.mark.browser, pytest.mark.slow]


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
