"""report.html of the agreement audit as a reader meets it: in a browser, from a file, without a network."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.web.conftest import OpenFile
from thematic.agreement.report import AgreementReport
from thematic.auditing import AuditRequest, audit_tables
from thematic.formats.agreement import agreement_html
from thematic.formats.agreement.agreement_figures import (
    confusion_map,
    forest,
    interview_strip,
    prevalence_plot,
)

ROOT = Path(__file__).parents[2]
SAMPLES = [ROOT / "transcripts_sample" / f"codings_coder_{coder}.csv" for coder in "ab"]
CODEBOOK = ROOT / "codebooks" / "smart_recovery.yaml"
HOSTILE = "</svg></style><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"


@pytest.fixture(scope="module")
def report() -> AgreementReport:
    return audit_tables(SAMPLES, AuditRequest(), codebook_path=CODEBOOK)


@pytest.fixture(scope="module")
def content(report: AgreementReport) -> bytes:
    return agreement_html.render(report)


def many_coders(folder: Path, code: str = "b", words: str = "words") -> AgreementReport:
    """Four people and a machine on 60 units of six interviews."""
    rows = [
        f'P{i % 6},{i},{coder},{kind},"{words} {i}","{";".join(codes)}"'
        for i in range(60)
        for position, (coder, kind) in enumerate(
            [("Ada", "human"), ("Ben", "human"), ("Cy", "human"), ("Di", "human"), ("tool", "model")]
        )
        if (codes := ["a"] * (i % 3 == 0) + [code] * ((i + (i % 7 == position)) % 4 == 0)) is not None
    ]
    path = folder / "many.csv"
    path.write_text("interview,unit,coder,kind,text,codes\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return audit_tables([path], AuditRequest())


def axe(page: Page) -> list[str]:
    """Violations of WCAG 2.2 AA and of axe's own best practice."""
    return [violation["id"] for violation in Axe().run(page).response["violations"]]


def test_says_the_headline_and_every_section(
    content: bytes, report: AgreementReport, open_file: OpenFile
) -> None:
    page = open_file(content)
    expect(page.get_by_role("heading", level=1)).to_have_text("Inter-coder agreement")
    expect(page.locator(".lead")).to_have_text(report.headline)
    headings = page.get_by_role("heading", level=2).all_text_contents()
    assert headings == [
        "Every code",
        "Cautions",
        "Rare codes",
        "Coders",
        "Codes that stand against each other",
        "Where to spend the meeting",
        "Interview by interview",
        "The same codings, counted otherwise",
        "Methods, to adapt for the paper",
    ]
    for link in page.get_by_role("navigation").get_by_role("link").all():
        target = link.get_attribute("href")
        assert target and page.locator(target).count() == 1


def test_every_figure_is_named_and_has_its_numbers(content: bytes, open_file: OpenFile) -> None:
    page = open_file(content)
    for name in (
        "Agreement on each code",
        "Agreement and how often a code was applied",
        "Codes that stand against each other",
        "Agreement interview by interview",
    ):
        figure = page.get_by_role("img", name=re.compile(name))
        expect(figure).to_be_visible()
        section = page.locator("section", has=figure)
        section.locator("summary").first.click()
        assert section.locator("details[open] table tbody tr").count() >= 10


def test_numbers_of_the_table_are_those_of_the_figure(
    content: bytes, report: AgreementReport, open_file: OpenFile
) -> None:
    page = open_file(content)
    page.locator("#codes summary").click()
    row = page.locator("#codes tr", has_text="Non-judgemental room")
    expect(row).to_contain_text(".54")
    expect(row).to_contain_text("[.24, .83]")
    expect(page.locator("#codes svg")).to_contain_text(".54 [.24, .83]")
    by_name = {report.name(code.code): code for code in report.compared.codes}
    alpha = by_name["Non-judgemental room"].alpha
    assert alpha.value is not None and round(alpha.value, 2) == 0.54


def test_disagreements_show_both_readings_in_context(content: bytes, open_file: OpenFile) -> None:
    page = open_file(content)
    articles = page.locator("#disagreements article")
    expect(articles).to_have_count(40)
    first = articles.first
    expect(first.get_by_role("heading")).to_contain_text("Shared lived experience and mutual aid")
    expect(first.get_by_role("listitem")).to_have_count(2)
    expect(first.locator("blockquote")).not_to_be_empty()
    assert first.locator(".context").count() in (1, 2)


def test_several_people_and_a_machine(tmp_path: Path, open_file: OpenFile) -> None:
    page = open_file(agreement_html.render(many_coders(tmp_path)))
    expect(page.get_by_role("img", name="Agreement of each pair of coders")).to_be_visible()
    assert page.locator("#coders table").first.locator("tbody tr").count() == 6
    machines = page.locator("#machines table").first.locator("tbody tr")
    expect(machines).to_have_count(5)
    expect(machines.first).to_contain_text("(people)")
    assert axe(page) == []


def test_words_cannot_break_out(tmp_path: Path, open_file: OpenFile) -> None:
    report = many_coders(tmp_path, HOSTILE.replace('"', "'").replace(";", ""), HOSTILE.replace('"', "'"))
    page = open_file(agreement_html.render(report))
    assert page.evaluate("window.hacked === undefined")
    assert page.locator("img[src], script").count() == 0
    expect(page.locator("#disagreements blockquote").first).to_contain_text("<script>window.hacked")


def test_the_policy_allows_the_style_sheet_and_nothing_else(content: bytes, open_file: OpenFile) -> None:
    page = open_file(content, refusals=True)
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content") or ""
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert page.evaluate("getComputedStyle(document.body).maxWidth") == "976px"  # the sheet was applied
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\" id=x>x</p>')")
    assert page.evaluate("getComputedStyle(document.querySelector('#x')).color") != "rgb(255, 0, 0)"


def test_accessible_and_narrow(content: bytes, open_file: OpenFile) -> None:
    page = open_file(content)
    for summary in page.locator("summary").all():
        summary.click()
    assert axe(page) == []
    narrow = open_file(content, viewport={"width": 360, "height": 740})
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 360


def test_prints_without_links(content: bytes, open_file: OpenFile) -> None:
    page = open_file(content)
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).not_to_be_visible()


@pytest.mark.parametrize("draw", [forest, prevalence_plot, confusion_map, interview_strip])
def test_figures_stand_alone_and_need_no_colour(report: AgreementReport, draw) -> None:  # type: ignore[no-untyped-def]
    svg = draw(report)
    root = ElementTree.fromstring(svg)
    width, height = (float(root.attrib[name]) for name in ("width", "height"))
    space = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{space}title") is not None and root.find(f"{space}desc") is not None
    assert "style=" not in svg and "class=" not in svg and "href" not in svg
    for element in root.iter():
        for name in ("x", "x1", "x2", "cx"):
            assert -1 <= float(element.attrib.get(name, 0)) <= width + 1, element.attrib
        for name in ("y", "y1", "y2", "cy"):
            assert -1 <= float(element.attrib.get(name, 0)) <= height + 1, element.attrib
    colours = set(re.findall(r"#[0-9a-f]{6}", svg))
    lightness = sorted(sum(int(colour[at : at + 2], 16) for at in (1, 3, 5)) / 3 for colour in colours)
    assert lightness[0] < 60 and lightness[-1] == 255


def test_the_forest_has_a_dot_for_every_code_that_can_be_judged(report: AgreementReport) -> None:
    root = ElementTree.fromstring(forest(report))
    space = "{http://www.w3.org/2000/svg}"
    dots = [dot for dot in root.iter(f"{space}circle") if dot.find(f"{space}title") is not None]
    diamonds = [mark for mark in root.iter(f"{space}polygon") if mark.find(f"{space}title") is not None]
    judged = [row for row in report.compared.codes if row.alpha.value is not None]
    few = [row for row in judged if min(row.instances) < 10]
    assert (len(dots), len(diamonds)) == (len(judged), 4)
    assert sum(dot.attrib["fill"] == "#ffffff" for dot in dots) == len(few)
    radius = {dot.findtext(f"{space}title", "").split(":")[0]: float(dot.attrib["r"]) for dot in dots}
    assert radius["Shared lived experience and mutual aid"] == max(radius.values())
    texts = ["".join(text.itertext()) for text in root.iter(f"{space}text")]
    assert texts.count("too rare") == len(report.compared.codes) - len(judged)
    assert ".667" in texts and ".80" in texts
