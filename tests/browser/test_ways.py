"""Each person's main way through the screens, and how many clicks it takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import Arriving, Sample
from tests.browser.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEND = ".kb-form [type=submit]"
TEXT = """# 示例

## 用法

成人起始剂量为每日一次，每次 5 mg。
"""


def upload(who: Person, folder: Path, label: str) -> None:
    file = folder / f"{label}.md"
    file.write_text(f"{TEXT}\n版次：{label}。\n", "utf-8")
    who.go("admin/governance/source/2/change/")
    who.click("text=新版本")
    who.page.set_input_files("[type=file]", file)
    who.fill("label", label)
    who.fill("published_on", "2026-10")
    who.click(SEND)
    who.page.wait_for_selector("text=已解析", timeout=60_000)


def submit(who: Person) -> None:
    who.click("a:has-text('提交')")
    who.click(SEND)


def test_curator_uploads_and_submits_within_six_clicks(person: Arriving, tmp_path: Path) -> None:
    ana = person("curator")

    upload(ana, tmp_path, "2027年版")
    submit(ana)

    ana.picture("way-submitted")
    assert "审核中" in ana.page.inner_text("body")
    assert ana.clicks <= 6


def test_reviewer_approves_within_four_clicks(
    person: Arriving, tmp_path: Path, sample: Sample
) -> None:
    ana, ben = person("curator"), person("reviewer")
    upload(ana, tmp_path, "2028年版")
    submit(ana)

    ben.go(ana.page.url.split("/", 3)[3])
    ben.click("a:has-text('批准')")
    ben.fill("reason", "已与原文核对。")
    ben.fill("password", sample.passwords["reviewer"])
    ben.click(SEND)

    ben.picture("way-approved")
    assert "现行有效" in ben.page.inner_text("body")
    assert ben.clicks <= 4


def test_double_click_on_approve_approves_once(
    person: Arriving, tmp_path: Path, sample: Sample
) -> None:
    ana, ben = person("curator"), person("reviewer")
    upload(ana, tmp_path, "2029年版")
    submit(ana)
    ben.go(ana.page.url.split("/", 3)[3] + "../approve/")
    ben.fill("reason", "已与原文核对。")
    ben.fill("password", sample.passwords["reviewer"])

    ben.page.dblclick(SEND)
    ben.page.wait_for_load_state()

    assert "现行有效" in ben.page.inner_text("body")


def test_nothing_typed_is_lost_when_the_password_is_wrong(person: Arriving) -> None:
    ben = person("reviewer")
    ben.go("admin/governance/version/10/approve/")
    ben.fill("reason", "已与原文逐段核对，剂量表无误。")
    ben.fill("password", "wrong")

    ben.click(SEND)

    assert ben.page.input_value("[name=reason]") == "已与原文逐段核对，剂量表无误。"


def test_way_back_to_a_form_that_was_refused_leads_to_it(person: Arriving) -> None:
    ben = person("reviewer")
    ben.go("admin/governance/version/10/approve/")
    ben.fill("reason", "已与原文逐段核对，剂量表无误。")
    ben.fill("password", "wrong")
    ben.click(SEND)
    ben.go("admin/")

    ben.page.go_back()

    assert ben.page.input_value("[name=reason]") == "已与原文逐段核对，剂量表无误。"


def test_correction_is_told_where_the_passage_stands(person: Arriving, tmp_path: Path) -> None:
    ana = person("curator")
    upload(ana, tmp_path, "2030年版")
    ana.click("a[data-action=correct]")
    ana.fill("text", "成人起始剂量为每日一次，每次 10 mg。")
    ana.fill("reason", "原文为 10 mg。")

    ana.click(SEND)

    assert "已更正" in ana.page.inner_text("article.kb-focus > ul")


def test_session_that_ended_leads_back_to_where_one_was(person: Arriving, sample: Sample) -> None:
    ben = person("reviewer")
    ben.context.clear_cookies(name="sessionid")
    ben.go("admin/governance/version/10/approve/")

    ben.fill("username", "reviewer")
    ben.fill("password", sample.passwords["reviewer"])
    ben.page.click("[type=submit]")
    ben.page.wait_for_load_state()

    assert ben.page.url.endswith("/version/10/approve/")


def test_key_that_is_held_leads_one_proposal_on(person: Arriving) -> None:
    gus, waiting = person("graph-editor"), "a[href*='/llm/proposal/'][href*='/change/']"
    gus.go("admin/llm/proposal/")
    for _second in range(60):  # until what is in force was read
        if not gus.page.query_selector(waiting):
            gus.page.wait_for_timeout(1000)
            gus.page.reload()
    gus.click(waiting)
    first = gus.page.url

    gus.page.keyboard.down("n")
    gus.page.wait_for_url(lambda url: url != first)
    second = gus.page.url
    gus.page.keyboard.down("n")
    gus.page.wait_for_timeout(1000)

    assert gus.page.url == second
