"""What each person does of a day beyond the main way, on the screens."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.browser.conftest import Arriving, Sample
from tests.browser.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEND = ".kb-form [type=submit]"
EDIT = "admin/governance/source/2/edit/"
# Files let go of over the page, as the browser hands them to it.
LET_GO = """files => {
    const carried = new DataTransfer();
    for (const [name, text] of files) carried.items.add(new File([text], name));
    const event = new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true});
    document.querySelector("[data-drop]").dispatchEvent(event);
}"""


def guideline(title: str) -> str:
    return f"# {title}\n\n发布机构：示例医学会\n\n## 用法\n\n成人每日一次，每次 5 mg。\n"


def test_curator_drops_files_and_registers_one(person: Arriving) -> None:
    ana = person("curator")
    ana.go("admin/bring-in/")

    ana.page.evaluate(LET_GO, [[f"{t}.md", guideline(t)] for t in ("甲指南", "乙指南")])
    ana.page.wait_for_selector("tr:has-text('乙指南') a:has-text('确认')", timeout=60_000)
    ana.picture("day-inbox")
    ana.click("tr:has-text('甲指南') a:has-text('确认')")
    ana.page.select_option("[name=source_class]", "clinical_experience")
    expected = ana.page.input_value("[name=identifiers-0-kind]")
    ana.fill("identifiers-0-value", "QI-2026-014")
    ana.fill("published_on", "2026-10")
    ana.fill("label", "第一版")
    ana.fill("licence_text", "院内资料")
    ana.picture("day-confirm")
    ana.click(SEND)

    ana.page.wait_for_url(re.compile(r"/version/\d+/change/"))
    assert expected == "local_number"
    assert "甲指南" in ana.page.inner_text("body")


def test_curator_discards_many_files_and_ticks_outlive_what_is_asked_anew(
    person: Arriving,
) -> None:
    ana = person("curator")
    ana.go("admin/bring-in/")

    ana.page.evaluate(LET_GO, [[f"{t}.md", guideline(t)] for t in ("丙指南", "丁指南")])
    for title in ("丙指南", "丁指南"):
        ana.page.wait_for_selector(f"tr:has-text('{title}') [name=chosen]")
    ana.page.check("[data-tick-all]")
    with ana.page.expect_response("**/bring-in/rows/*"):
        ana.page.evaluate(LET_GO, [["戊指南.md", guideline("戊指南")]])
    ana.page.wait_for_selector("tr:has-text('戊指南') a:has-text('确认')", timeout=60_000)
    ana.picture("day-inbox-chosen")
    ana.click("form[action$='/discard/'] [type=submit]")
    ana.picture("day-discard-many")
    ana.click(SEND)

    ana.go("admin/bring-in/")
    left = ana.page.inner_text("[data-rows]")
    assert [title in left for title in ("丙指南", "丁指南", "戊指南")] == [False, False, True]


def test_reviewer_pulls_within_five_clicks_and_two_persons_put_back(person: Arriving) -> None:
    ben, dora = person("reviewer"), person("second-reviewer")
    ben.go("admin/")

    ben.click("a:has-text('撤下')")
    ben.click("a[href$='pulls/new/']")
    ben.fill("terms", "enoxaparin\n依诺肝素")
    ben.click(".kb-pull-search [type=submit]")
    ben.fill("reason", "批次召回。")
    ben.click(".kb-pull [type=submit]")
    clicks, pull = ben.clicks, ben.page.url
    ben.picture("day-pulled")
    for who in (ben, dora):
        who.go(f"{pull.split('/', 3)[3]}end/")
        for box in who.page.locator("[name=chosen]").all():
            box.check()
        who.fill("reason", "复核无误。")
        who.click(SEND)

    assert clicks <= 5
    assert "已处理完毕" in dora.page.inner_text("main, body")


def test_security_administrator_lets_somebody_in(person: Arriving) -> None:
    sue, new = person("security"), person()
    sue.go("admin/governance/account/add/")
    sue.fill("username", "ana-2")
    sue.fill("display_name", "诺拉")
    sue.page.check("[name=roles][value=curator]")
    sue.click(SEND)
    link = sue.page.input_value(".kb-key")
    sue.picture("day-link")

    new.page.goto(link)
    for field in new.page.locator("[type=password]").all():
        field.fill("an honest long password 7")
    new.page.click("[type=submit]")
    new.page.wait_for_load_state()
    new.go("admin/login/")
    new.fill("username", "ana-2")
    new.fill("password", "an honest long password 7")
    new.page.click("[type=submit]")
    new.page.wait_for_load_state()

    assert "诺拉" in new.page.inner_text("body")


def test_system_administrator_has_the_stores_compared(person: Arriving) -> None:
    sam = person("system")
    sam.go("admin/system/reconcile/")

    sam.click(SEND)
    sam.page.wait_for_selector(".kb-badge.kb-good", timeout=60_000)

    sam.picture("day-compared")


def test_compliance_officer_finds_who_approved(person: Arriving) -> None:
    cleo = person("compliance")
    cleo.go("admin/governance/auditentry/?action=version.approved")

    cleo.click("#result_list tbody th a")
    cleo.page.wait_for_url(re.compile(r"/auditentry/\d+/change/"))

    cleo.picture("day-entry")
    assert {"陈本 Ben", "已批准"} <= set(cleo.page.inner_text("body").splitlines())


def test_bench_ranks_what_is_in_force(person: Arriving) -> None:
    ben = person("reviewer")
    ben.go("admin/bench/")
    ben.fill("query", "静脉血栓 依诺肝素 剂量")

    ben.click(SEND)

    ben.page.wait_for_selector(".kb-hits")
    ben.picture("day-bench")
    hits = ben.page.inner_text(".kb-hits")
    assert "静脉血栓" in hits
    assert "说明书" not in hits  # it is overdue


def edit(who: Person, title: str) -> None:
    who.fill("title", title)
    who.fill("reason", "更名。")


def test_second_of_two_tabs_is_told_and_keeps_what_was_typed(person: Arriving) -> None:
    one, other = person("curator"), person("curator")
    for tab in (one, other):
        tab.go(EDIT)
    before = one.page.input_value("[name=title]")
    edit(one, f"{before}（一）")
    edit(other, f"{before}（二）")

    one.click(SEND)
    other.click(SEND)

    other.picture("day-two-tabs")
    assert other.page.input_value("[name=title]") == f"{before}（二）"
    assert other.page.locator(".kb-bad, .kb-error").count()


def test_session_that_ends_in_a_long_form_loses_nothing(person: Arriving, sample: Sample) -> None:
    ana = person("curator")
    ana.go(EDIT)
    edit(ana, "静脉血栓栓塞症防治指南（修订）")
    ana.context.clear_cookies(name="sessionid")

    ana.click(SEND)
    ana.picture("day-session-ended")
    ana.fill("username", "curator")
    ana.fill("password", sample.passwords["curator"])
    ana.page.click("[type=submit]")
    ana.page.wait_for_load_state()

    assert ana.page.input_value("[name=title]") == "静脉血栓栓塞症防治指南（修订）"


def test_back_and_sent_again_changes_nothing_more(person: Arriving) -> None:
    ana = person("curator")
    ana.go(EDIT)
    edit(ana, f"静脉血栓栓塞症防治指南 {date.today():%Y}")
    ana.click(SEND)

    ana.page.go_back()
    ana.page.wait_for_load_state()
    ana.click(SEND)

    ana.picture("day-back")
    ana.go("admin/governance/source/2/timeline/")
    assert ana.page.locator("text=→ 静脉血栓栓塞症防治指南").count() == 1
