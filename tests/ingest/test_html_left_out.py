"""What of a web page is left out: it is said, with its beginning and its section."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.html_pages import document, page, texts, told

# Hidden and struck


@pytest.mark.parametrize(
    "attributes",
    [
        "hidden",
        'aria-hidden="true"',
        'style="display:none"',
        'style="color: red; Display : None"',
        'style="visibility: hidden"',
    ],
)
def test_hidden_text_is_left_out_and_said(tmp_path: Path, attributes: str) -> None:
    body = f"<p>seen <span {attributes}>not seen</span>too</p>"

    assert texts(tmp_path, body) == ["seen too"]
    assert told(tmp_path, body) == {"hidden_text_left_out": {"count": 1, "names": "not seen"}}


def test_hidden_element_without_text_is_not_worth_a_word(tmp_path: Path) -> None:
    assert told(tmp_path, '<p>x<i aria-hidden="true"></i></p>') == {}


@pytest.mark.parametrize("name", ["del", "s", "strike"])
def test_struck_text_is_left_out_and_said(tmp_path: Path, name: str) -> None:
    body = f"<p><{name}>50 mg</{name}> 25 mg</p>"

    assert texts(tmp_path, body) == ["25 mg"]
    assert told(tmp_path, body) == {"struck_text_left_out": {"count": 1, "names": "50 mg"}}


def test_text_that_only_looks_like_a_hidden_style_is_read(tmp_path: Path) -> None:
    assert texts(tmp_path, '<p style="list-style-display:none">x</p>') == ["x"]


# Scripts, controls, frames, pictures


def test_script_does_not_run_and_is_said(tmp_path: Path) -> None:
    body = "<p>x</p><script>document.write('<p>y</p>')</script>"

    assert texts(tmp_path, body) == ["x"]
    assert told(tmp_path, body) == {"script_left_out": {"count": 1}}


@pytest.mark.parametrize("markup", ["<style>p{}</style>", '<script type="application/ld+json">{}'])
def test_what_holds_no_text_is_not_worth_a_word(tmp_path: Path, markup: str) -> None:
    assert told(tmp_path, f"<p>x</p>{markup}") == {}


@pytest.mark.parametrize(
    "markup",
    ['<input value="5">', "<button>5</button>", "<textarea>5</textarea>", "<select><option>5"],
)
def test_control_is_left_out_and_said(tmp_path: Path, markup: str) -> None:
    body = f"<form><p>Dose</p>{markup}</form>"

    assert texts(tmp_path, body) == ["Dose"]
    assert told(tmp_path, body) == {"form_fields_left_out": {"count": 1, "names": "5"}}


def test_text_of_a_form_is_read(tmp_path: Path) -> None:
    assert texts(tmp_path, "<form><h2>Dose</h2><p>once daily</p></form>") == ["Dose", "once daily"]


@pytest.mark.parametrize("name", ["iframe", "object", "video", "audio"])
def test_what_comes_from_elsewhere_is_said(tmp_path: Path, name: str) -> None:
    body = f'<p>x</p><{name} src="http://example.org/a">no</{name}>'

    assert texts(tmp_path, body) == ["x"]
    assert told(tmp_path, body) == {"embedded_file_left_out": {"count": 1}}


def test_picture_is_said_and_its_description_read(tmp_path: Path) -> None:
    body = '<p>See <img src="a.png" alt="flow chart">.</p>'

    assert texts(tmp_path, body) == ["See flow chart."]
    assert told(tmp_path, body) == {"figure_left_out": {"count": 1}}


def test_drawing_is_said(tmp_path: Path) -> None:
    body = "<p>x</p><svg><text>not read</text></svg>"

    assert texts(tmp_path, body) == ["x"]
    assert told(tmp_path, body) == {"figure_left_out": {"count": 1}}


def test_caption_of_a_figure_is_read(tmp_path: Path) -> None:
    body = '<figure><img src="a"><figcaption>Fig. 1. Course</figcaption></figure>'

    assert texts(tmp_path, body) == ["Fig. 1. Course"]


def test_formula_without_characters_is_said(tmp_path: Path) -> None:
    assert told(tmp_path, "<p>x <math></math></p>") == {"equation_left_out": {"count": 1}}


# The frame


def test_only_the_marked_content_is_read(tmp_path: Path) -> None:
    body = "<div>Home</div><main><p>text</p></main><div>Imprint</div>"

    assert texts(tmp_path, body) == ["text"]
    assert told(tmp_path, body) == {"frame_left_out": {"count": 2, "names": "Home · Imprint"}}


def test_content_marked_by_its_role_is_the_content(tmp_path: Path) -> None:
    assert texts(tmp_path, '<p>Home</p><div role="main"><p>text</p></div>') == ["text"]


def test_loose_text_around_the_content_is_said(tmp_path: Path) -> None:
    found = told(tmp_path, "Home<main><p>text</p></main>Imprint")

    assert found == {"frame_left_out": {"count": 1, "names": "Home Imprint"}}


def test_content_that_is_hidden_is_not_the_content(tmp_path: Path) -> None:
    assert texts(tmp_path, "<main hidden><p>old</p></main><main><p>new</p></main>") == ["new"]


def test_article_is_the_content_where_it_is_most_of_the_page(tmp_path: Path) -> None:
    body = f"<p>Home</p><article><p>{'text ' * 20}</p></article>"

    assert texts(tmp_path, body) == [("text " * 20).strip()]


def test_articles_that_are_the_smaller_part_are_not_all_the_content(tmp_path: Path) -> None:
    body = f"<p>{'text ' * 20}</p><article><p>more</p></article>"

    assert texts(tmp_path, body)[-1] == "more"
    assert len(texts(tmp_path, body)) == 2


@pytest.mark.parametrize(
    "markup",
    [
        "<nav>Home</nav>",
        "<footer>Home</footer>",
        "<aside>Home</aside>",
        "<header>Home</header>",
        '<div role="navigation">Home</div>',
        '<div id="cookie-banner">Home</div>',
    ],
)
def test_frame_is_left_out_where_no_content_is_marked(tmp_path: Path, markup: str) -> None:
    body = f"{markup}<p>text</p>"

    assert texts(tmp_path, body) == ["text"]
    assert told(tmp_path, body) == {"frame_left_out": {"count": 1, "names": "Home"}}


def test_header_with_the_title_is_read(tmp_path: Path) -> None:
    assert texts(tmp_path, "<header><h1>Guide</h1></header><p>text</p>") == ["Guide", "text"]


def test_title_above_the_content_is_read(tmp_path: Path) -> None:
    assert texts(tmp_path, "<div><h1>Guide</h1></div><main><p>text</p></main>") == ["Guide", "text"]


@pytest.mark.parametrize("name", ["aside", "footer", "header"])
def test_what_stands_within_the_content_is_read(tmp_path: Path, name: str) -> None:
    assert texts(tmp_path, f"<main><{name}>Key point</{name}><p>x</p></main>") == ["Key point", "x"]


def test_section_on_consent_is_no_notice_about_cookies(tmp_path: Path) -> None:
    assert texts(tmp_path, '<div id="informed-consent">Ask first.</div>') == ["Ask first."]


# Places


def test_warning_names_the_section(tmp_path: Path) -> None:
    body = "<h1>Guide</h1><p>x</p><h2>Dose <b>now</b></h2><p><img src=a></p>"

    assert told(tmp_path, body)["figure_left_out"]["section"] == "Dose now"


def test_each_section_has_a_warning_of_its_own(tmp_path: Path) -> None:
    body = "<h1>A</h1><img src=a><img src=b><h2>B</h2><img src=c><p>x</p>"

    found = [dict(each.facts) for each in document(tmp_path, page(body)).warnings]

    assert found == [{"count": 2, "section": "A"}, {"count": 1, "section": "B"}]


def test_long_text_is_named_by_its_beginning(tmp_path: Path) -> None:
    found = told(tmp_path, f"<p>x</p><p hidden>{'word ' * 50}</p>")

    assert len(str(found["hidden_text_left_out"]["names"])) < 70
