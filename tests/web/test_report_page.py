"""report.html as a reader meets it: in a browser, from a file, without a network."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.reporting.planted import planted
from tests.web.conftest import OpenFile
from thematic.formats.report.report_html import SECTIONS, render
from thematic.model import Code, Vectors
from thematic.reporting.figures import plots
from thematic.reporting.report import Inputs, StudyReport, make_report
from thematic.reporting.settings import ReportSettings

HOSTILE = "</noscript></svg></style><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
WORDS = f"{HOSTILE} שלום עולם 😀 $x^2$ =1+1"
CODES = (
    Code(id="reasons", name="Reasons", definition="Why they came."),
    Code(id="pushed", name="Pushed by somebody", parent_id="reasons"),
    Code(id="costs", name=WORDS, definition=WORDS),
)


def made(*, hostile: bool = False, coded: bool = True, **settings: object) -> tuple[StudyReport, bytes]:
    """A report of eight interviews with two attributes, and its page."""
    said = {
        f"P{n}": [["pushed"], ["costs", "pushed"], [], ["costs"] if n % 2 else ["reasons"]] for n in range(8)
    }
    attributes = {
        who: {"site": "AB"[n % 2], "arm": WORDS if hostile and n else "x"} for n, who in enumerate(said)
    }
    data, reads = planted(
        {who: rows if coded else [[]] * 4 for who, rows in said.items()},
        attributes=attributes,
        codes=CODES if hostile else (*CODES[:2], Code(id="costs", name="Costs")),
        seconds=20,
    )
    if hostile:
        data = replace(data, title=WORDS, notes=(WORDS,))
    ids = tuple(e.id for s in data.segmentations for e in s.excerpts)
    values = np.random.default_rng(0).normal(size=(len(ids), 8)).astype(np.float32)
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    vectors = Vectors(ids=ids, values=values, questions=values * 0, model="", model_sha256="")
    report = make_report(
        Inputs(data=data, reads=reads if coded else (), vectors=vectors, settings=ReportSettings(**settings))  # type: ignore[arg-type]
    )
    excerpts = [e for s in data.segmentations for e in s.excerpts]
    return report, render(report, plots(report), excerpts)


@pytest.fixture(scope="module")
def page_bytes() -> bytes:
    return made()[1]


def open_all(page: Page) -> None:
    for summary in page.locator("summary").all():
        summary.click()


def axe(page: Page) -> list[str]:
    """Violations of WCAG 2.2 AA and of axe's own best practice."""
    return [violation["id"] for violation in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_section_is_there_and_accessible(page_bytes: bytes, open_file: OpenFile, scheme: str) -> None:
    page = open_file(page_bytes, color_scheme=scheme)
    assert page.get_by_role("heading", level=2).all_text_contents() == list(SECTIONS.values())
    for link in page.get_by_role("navigation").get_by_role("link").all():
        target = link.get_attribute("href")
        assert target and page.locator(target).count() == 1
    open_all(page)
    assert axe(page) == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_figures_are_named_and_have_their_numbers(page_bytes: bytes, open_file: OpenFile) -> None:
    page = open_file(page_bytes)
    for name in ("Themes and codes by participant", "Themes by participant", "What each interview added"):
        figure = page.get_by_role("img", name=re.compile(f"^{name}"))
        expect(figure).to_be_visible()
    section = page.locator("#saturation")
    section.locator("summary").first.click()
    expect(section.locator("tbody tr").first).to_contain_text("P0")
    # The policy allows no style attribute, so a figure that needed one would be black.
    assert page.locator("svg [style]").count() == 0
    fill = page.evaluate("getComputedStyle(document.querySelector('#themes svg [fill=\"#0b4f8a\"]')).fill")
    assert fill == "rgb(11, 79, 138)"


def test_the_matrix_is_filtered_by_attributes(page_bytes: bytes, open_file: OpenFile) -> None:
    page = open_file(page_bytes)
    expect(page.locator("#matrix tbody tr:visible")).to_have_count(8)
    page.locator("#framework").get_by_label("site").select_option("A")
    expect(page.locator("#matrix tbody tr:visible")).to_have_count(4)
    expect(page.locator("#framework output")).to_have_text("4 of 8 participants")
    cell = page.locator("#matrix tbody tr:visible").first.locator("td").first
    expect(cell).to_contain_text("P0")


def test_a_click_on_a_line_opens_what_was_said_there(page_bytes: bytes, open_file: OpenFile) -> None:
    page = open_file(page_bytes)
    line = page.locator(".line").nth(2)
    strip = line.locator("svg")
    strip.scroll_into_view_if_needed()
    box = strip.bounding_box()
    assert box
    strip.click(position={"x": box["width"] * 0.95, "y": 5})
    expect(line.locator("details")).to_have_attribute("open", "")
    chosen = line.locator("li.chosen")
    expect(chosen).to_have_count(1)
    expect(chosen).to_contain_text("p2w3x0")


def test_without_javascript_everything_can_be_read(page_bytes: bytes, open_file: OpenFile) -> None:
    page = open_file(page_bytes, java_script_enabled=False, refusals=True)
    page.locator(".line summary").first.click()
    expect(page.locator(".line li").first).to_contain_text("p0w0x0")
    expect(page.locator("#matrix tbody tr")).to_have_count(8)


def test_words_cannot_break_out(open_file: OpenFile) -> None:
    report, content = made(hostile=True)
    page = open_file(content)
    open_all(page)
    assert page.evaluate("window.hacked === undefined")
    assert page.locator("main img, main script").count() == 0
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>window.hacked")
    expect(page.get_by_role("heading", level=1)).to_contain_text("שלום עולם 😀 $x^2$")
    assert axe(page) == []
    for plot in plots(report).values():
        ElementTree.fromstring(plot.svg())


def test_narrow_and_printed(page_bytes: bytes, open_file: OpenFile) -> None:
    narrow = open_file(page_bytes, viewport={"width": 360, "height": 740})
    open_all(narrow)
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 360
    page = open_file(page_bytes)
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).not_to_be_visible()
    expect(page.locator("#themes .plot")).to_be_visible()


def test_nothing_coded_says_what_to_do_and_withheld_numbers_are_not_in_the_page(open_file: OpenFile) -> None:
    page = open_file(made(coded=False)[1])
    expect(page.locator("#themes .missing")).to_contain_text("thematic review --coder NAME")
    expect(page.locator("#map figure")).to_be_visible()
    assert axe(page) == []
    hidden = made(suppress_below=9)[1].decode()
    assert ">withheld<" in hidden and "p1w3x0" not in hidden.split('id="framework"')[0]


def test_the_policy_allows_the_one_sheet_and_script_by_hash(page_bytes: bytes, open_file: OpenFile) -> None:
    page = open_file(page_bytes, refusals=True)
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content") or ""
    assert policy.startswith("default-src 'none'; style-src 'sha256-") and "unsafe" not in policy
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\" id=x>x</p>')")
    assert page.evaluate("getComputedStyle(document.querySelector('#x')).color") != "rgb(255, 0, 0)"
