"""excerpts.html as a reader meets it: in a browser, from a file."""

import re
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.builders import make_codebook, make_coding, make_segmentation, make_study_data, make_transcript
from tests.web.conftest import OpenFile
from thematic.formats.exports import excerpts_html
from thematic.model import Code, StudyData

HOSTILE = (
    "</mark></noscript></article><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
)


@pytest.fixture(scope="module")
def data() -> StudyData:
    return make_study_data()


@pytest.fixture(scope="module")
def content(data: StudyData) -> bytes:
    return excerpts_html.render(data)


def excerpts_shown(page: Page) -> list[str]:
    return page.locator(".reading .passage").evaluate_all("nodes => nodes.map(node => node.id)")


def ids(data: StudyData, *places: tuple[int, int]) -> list[str]:
    """The ids of excerpts by the number of their transcript and their own."""
    return [data.segmentations[transcript].excerpts[n].id for transcript, n in places]


def saying(*words: str) -> StudyData:
    transcript = make_transcript("T1", [("T1", w) for w in words])
    return make_study_data(
        transcripts=(transcript,),
        segmentations=(make_segmentation(transcript),),
        suggestions=(),
        clustering=None,
        codings=(),
    )


# --- Views ---------------------------------------------------------------------------------------------


def test_opens_with_themes_and_says_what_suggestions_are(content, open_file: OpenFile):
    page = open_file(content)
    expect(page.get_by_role("heading", level=1)).to_have_text("Groups in treatment (invented)")
    expect(page.get_by_role("note")).to_contain_text("Suggestions are not calibrated")
    expect(page.get_by_role("note")).to_contain_text("a shortlist for a reader")
    expect(page.get_by_role("note").get_by_role("listitem")).to_have_text([re.compile("^P02: who is")])
    expect(page.locator("#themes .overview")).to_contain_text(
        "1 coded by people, 2 suggested first, in 2 of 3"
    )
    expect(page.locator("output")).to_have_text("9 excerpts")
    expect(page.locator("#transcripts")).to_be_hidden()


def test_a_code_shows_what_people_coded_first_then_suggestions(data, content, open_file: OpenFile):
    page = open_file(content)
    page.get_by_role("navigation", name="Themes and codes").get_by_role("link", name="Extra support").click()
    expect(page.locator(".reading-title")).to_be_focused()
    expect(page.locator(".reading .group")).to_have_text(
        ["Coded by people (1)", "Suggested first, the closest on top (1)", "Further down the shortlist (1)"]
    )
    assert excerpts_shown(page) == ids(data, (0, 1), (2, 1), (0, 0))


def test_the_closest_suggestion_is_on_top(data, content, open_file: OpenFile):
    page = open_file(content, "code-4")  # Ease of joining, which the later interview fits better
    assert excerpts_shown(page)[:2] == ids(data, (2, 0), (0, 2))


def test_a_theme_shows_the_excerpts_of_its_codes(data, content, open_file: OpenFile):
    page = open_file(content, "code-3")  # Online and in person
    assert set(excerpts_shown(page)) == set(ids(data, (0, 0), (0, 2), (0, 3), (1, 1), (2, 0)))
    outline = page.get_by_role("navigation", name="Themes and codes")
    expect(outline.get_by_role("link", name="Online and in person")).to_contain_text("4")


def test_a_passage_stands_in_its_turn_after_the_question(data, content, open_file: OpenFile):
    page = open_file(content, "code-5")
    passage = page.locator(f"#{ids(data, (0, 3))[0]}")
    expect(passage.locator(".asked")).to_have_text("You moved to the video group later.")
    expect(passage.locator("mark")).to_have_text(data.segmentations[0].excerpts[3].text)
    expect(passage.locator(".around")).to_contain_text("Two buses. At home I just open the laptop.")
    expect(passage.locator(".around")).to_be_visible()


def test_why_is_told_on_demand_and_warnings_at_once(data, content, open_file: OpenFile):
    page = open_file(content, "code-1")
    passage = page.locator(f"#{ids(data, (0, 1))[0]}")
    expect(passage.locator(".warning")).to_have_text(
        re.compile("^Careful: for Extra support, near what is excl")
    )
    reasons = passage.locator(".why li")
    expect(reasons.first).to_be_hidden()
    passage.get_by_text("Why").click()
    expect(reasons.first).to_have_text(re.compile("Extra support: close to the example: “I see my"))


def test_codings_by_people_do_not_look_like_suggestions(data, content, open_file: OpenFile):
    page = open_file(content, "code-1")
    passage = page.locator(f"#{ids(data, (0, 1))[0]}")
    expect(passage.locator(".chip.coding")).to_have_text(re.compile(r"^Extra support\s+Ana, Ben$"))
    expect(passage.locator(".chip.coding")).to_have_css("border-top-style", "solid")
    suggested = passage.locator(".chip:not(.coding)")
    expect(suggested).to_have_text(re.compile(r"^Extra support\s+strong$"))
    expect(suggested).to_have_css("border-top-style", "dashed")


@pytest.mark.parametrize("number", [0, 1])
def test_a_transcript_reads_from_first_to_last_word(number, data, content, open_file: OpenFile):
    page = open_file(content, f"transcript-{number}")
    flow = page.locator(".reading .flow")
    flow.locator(".speaker, .reason").evaluate_all("nodes => nodes.forEach(node => node.remove())")
    said = flow.locator(".turn, mark").all_text_contents()
    transcript = data.transcripts[number]
    everything = "".join(transcript.text[turn.start : turn.end] for turn in transcript.turns)
    assert "".join("".join(said).split()) == "".join(everything.split())
    expect(flow.locator(".asked").first).to_be_hidden()  # the interviewer's turn stands there already


def test_clusters_are_told_as_prompts_for_reading(data, content, open_file: OpenFile):
    page = open_file(content, "clusters")
    expect(page.locator("#clusters .lead")).to_contain_text(
        "Clusters are prompts for reading, not codes. 1 cluster"
    )
    card = page.locator(".overview .cluster").first
    expect(card).to_contain_text("3 excerpts from 2 of 3 interviews")
    expect(card).to_contain_text("stable: 81% of it comes back")
    expect(card).to_contain_text("Against the codebook: part of a wider code. 2 of 3 excerpts")
    card.get_by_text("Read all 3").click()
    assert excerpts_shown(page) == ids(data, (0, 1), (0, 3), (2, 1))


def test_codings_outside_the_excerpts_are_listed_with_their_transcript(data, open_file: OpenFile):
    question = replace(
        data.segmentations[0].excerpts[0], start=13, end=25, text=data.transcripts[0].text[13:25]
    )
    page = open_file(excerpts_html.render(replace(data, codings=(make_coding(question, "ease", "ana"),))))
    page.get_by_role("link", name="By transcript").click()
    page.get_by_text("1 coding lies outside the excerpts").click()
    expect(page.locator(".elsewhere li").first).to_have_text(
        "“Can you tell” Online and in person › Ease of joining, Ana"
    )


def test_a_code_that_left_the_codebook_keeps_what_people_coded(data, open_file: OpenFile):
    gap = data.segmentations[0].excerpts[1]
    page = open_file(
        excerpts_html.render(replace(data, codings=(make_coding(gap, "shed", "ana"),))), "code-7"
    )
    expect(page.locator(".reading-title")).to_have_text("shed")
    expect(page.locator(".reading .definition")).to_have_text("No longer in the codebook.")
    assert excerpts_shown(page) == [gap.id]


# --- Filters -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "choice", "places"),
    [
        ("Transcript", "P03", [(2, 0), (2, 1)]),
        ("Speaker", "P02", [(1, 0), (1, 1)]),
        ("Theme or code", "A clinician's word", [(0, 0), (1, 0)]),
        ("People", "Coded", [(0, 1), (1, 0)]),
        ("group", "online", [(2, 0), (2, 1)]),
    ],
)
def test_a_filter_keeps_what_it_names(label, choice, places, data, content, open_file: OpenFile):
    page = open_file(content, "transcripts")
    page.get_by_role("combobox", name=label, exact=True).select_option(label=choice)
    expect(page.locator("output")).to_have_text(f"{len(places)} of 9 excerpts")
    assert excerpts_shown(page) == ids(data, *places)


def test_the_band_is_that_of_the_code_that_is_asked_for(data, content, open_file: OpenFile):
    page = open_file(content, "transcripts")
    page.get_by_label("Theme or code").select_option(label="Ease of joining")
    page.get_by_label("Band").select_option(label="fair")
    expect(page.locator("output")).to_have_text("1 of 9 excerpts")
    assert excerpts_shown(page) == ids(data, (0, 3))


def test_words_are_found_in_any_case_and_with_any_apostrophe(data, content, open_file: OpenFile):
    page = open_file(content)
    page.get_by_label("Words").fill("COULDN’T tell you one")
    expect(page.locator("output")).to_have_text("1 of 9 excerpts")
    assert excerpts_shown(page) == ids(data, (1, 1))
    assert page.evaluate("[...CSS.highlights.get('found')].map(String)") == ["couldn't tell you one"]


def test_filters_combine_and_counts_follow(data, content, open_file: OpenFile):
    page = open_file(content)
    page.get_by_label("Words").fill("kitchen")
    page.get_by_label("Theme or code").select_option(label="Weaker bonds")
    expect(page.locator("output")).to_have_text("1 of 9 excerpts")
    outline = page.get_by_role("navigation", name="Themes and codes")
    expect(outline.get_by_role("link")).to_have_text(
        [
            re.compile(p)
            for p in (
                "to come\\s*1$",
                "support\\s*1$",
                "word\\s*0$",
                "person\\s*1$",
                "joining\\s*0$",
                "bonds\\s*1$",
            )
        ]
    )


def test_nothing_found_is_said_and_cleared(content, open_file: OpenFile):
    page = open_file(content)
    page.get_by_label("Words").fill("zeppelin")
    expect(page.get_by_text("No excerpt matches these filters.")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator("output")).to_have_text("9 excerpts")
    expect(page.get_by_label("Words")).to_be_focused()
    expect(page.locator("#themes .overview")).to_be_visible()


def test_an_excerpt_is_read_in_its_interview_and_back_again(data, content, open_file: OpenFile):
    page = open_file(content)
    page.get_by_label("Words").fill("kitchen")
    expect(page.locator("output")).to_have_text("2 of 9 excerpts")
    (alone,) = ids(data, (0, 3))
    page.locator(f"#{alone} .where").click()
    expect(page.locator(f"#{alone}")).to_be_focused()
    expect(page.locator(".reading .flow .passage")).to_have_count(5)
    page.go_back()
    expect(page.get_by_label("Words")).to_have_value("kitchen")
    assert excerpts_shown(page) == ids(data, (0, 1), (0, 3))


# --- Safe, offline, readable ---------------------------------------------------------------------------


def test_nothing_that_was_said_or_written_can_run(open_file: OpenFile):
    transcript = make_transcript(
        "T1", [("Interviewer", HOSTILE), (HOSTILE, HOSTILE)], attributes={HOSTILE: HOSTILE}
    )
    codebook = make_codebook()
    code = Code(id=HOSTILE, name=HOSTILE, definition=HOSTILE, examples=(HOSTILE,))
    segmentation = make_segmentation(transcript)
    hostile = make_study_data(
        title=HOSTILE,
        transcripts=(transcript,),
        segmentations=(segmentation,),
        codebook=replace(codebook, title=HOSTILE, codes=(*codebook.codes, code)),
        suggestions=(),
        clustering=None,
        codings=(make_coding(segmentation.excerpts[0], HOSTILE, HOSTILE, memo=HOSTILE),),
        notes=(HOSTILE,),
    )
    content = excerpts_html.render(hostile)
    for fragment in ("themes", "code-7", "transcript-0"):
        page = open_file(content, fragment)
        expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
        assert page.evaluate("typeof window.hacked") == "undefined"
        assert page.locator("img, main script").count() == 0
    expect(page.locator("mark")).to_have_text(HOSTILE)


def test_a_script_that_is_put_in_the_page_is_refused(content, open_file: OpenFile):
    page = open_file(content.replace(b"<footer>", b"<footer><p id=put>put</p>"), refusals=True)
    page.evaluate(
        """() => {
            window.refused = [];
            const note = (event) => refused.push(event.effectiveDirective);
            document.addEventListener('securitypolicyviolation', note);
            const script = document.createElement('script');
            script.textContent = 'window.hacked = 1';
            document.body.append(script);
            document.getElementById('put').setAttribute('style', 'color: red');
        }"""
    )
    page.wait_for_timeout(50)
    assert page.evaluate("refused.sort()") == ["script-src-elem", "style-src-attr"]
    assert page.evaluate("typeof window.hacked") == "undefined"


@pytest.mark.parametrize(
    "words",
    ["\u202eright to left\u202c שלום مرحبا", "👩‍👩‍👧 😀 é ﷽", "two\n\nparagraphs & <b>", "x" * 100_000,
     "word " * 20_000],
    ids=["rtl", "emoji", "lines", "one long word", "long"],
)  # fmt: skip
def test_any_words_are_shown_whole(words, open_file: OpenFile):
    page = open_file(excerpts_html.render(saying("Before.", words, "After.")), "transcript-0")
    said = page.locator("mark").nth(1)
    assert said.evaluate("node => node.textContent") == words
    box = said.bounding_box()
    assert box is not None and box["width"] < 700


def test_everything_can_be_read_without_javascript(data, content, launch, open_file: OpenFile):
    # Not Playwright's own switch, which leaves <noscript> closed: this is what a browser set so does.
    page = open_file(content, browser=launch("--blink-settings=scriptEnabled=false"))
    for segmentation in data.segmentations:
        for excerpt in segmentation.excerpts:
            expect(page.locator(f"#{excerpt.id} mark")).to_be_visible()
            assert page.locator(f"#{excerpt.id} mark").text_content() == excerpt.text
    expect(page.get_by_role("heading", name="By theme and code")).to_be_visible()
    expect(page.locator(".notes .label", has_text="No suggestion")).to_be_visible()
    expect(page.locator(".filters")).to_be_hidden()
    links = page.locator("a[href^='#ex-'], a[href^='#code-'], a[href^='#cluster-'], a[href^='#transcript-']")
    for target in set(links.evaluate_all("nodes => nodes.map(node => node.hash)")):
        assert page.locator(target).count() == 1, target


FRAGMENTS = ("themes", "code-1", "transcripts", "transcript-0", "clusters", "cluster-0")


def go_to(page: Page, fragment: str) -> None:
    page.evaluate("fragment => { location.hash = fragment; }", fragment)
    expect(page.locator("main > section:visible")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_barrier_is_found(scheme, width, content, open_file: OpenFile):
    page = open_file(content, color_scheme=scheme, viewport={"width": width, "height": 800})
    for fragment in FRAGMENTS:
        go_to(page, fragment)
        page.locator("details").evaluate_all("nodes => nodes.forEach(node => { node.open = true; })")
        options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
        result = Axe().run(page, options=options)
        assert result.violations_count == 0, result.generate_report()


def test_no_width_makes_the_page_scroll_sideways(content, open_file: OpenFile):
    page = open_file(content)
    for fragment in FRAGMENTS:
        go_to(page, fragment)
        for width in (320, 390, 820, 1024, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") == width, (fragment, width)


def test_a_large_study_is_drawn_a_page_at_a_time(open_file: OpenFile):
    page = open_file(
        excerpts_html.render(saying(*(f"Sentence number {n}." for n in range(1000)))), "transcript-0"
    )
    expect(page.locator(".reading .passage")).to_have_count(40)
    page.get_by_role("button", name="Show 40 more (960 left)").click()
    expect(page.locator(".reading .passage")).to_have_count(80)
    expect(page.locator(".reading .passage").nth(40)).to_be_focused()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".reading .passage")).to_have_count(1000)


def test_above_the_limit_the_page_says_what_it_leaves_out(data, content, monkeypatch, open_file: OpenFile):
    assert b"evidence of first suggestions only" not in content
    monkeypatch.setattr(excerpts_html, "FULL_EVIDENCE", 8)
    page = open_file(excerpts_html.render(data), "transcript-0")
    expect(
        page.get_by_text("With more than 8 excerpts it tells the evidence of first suggestions only")
    ).to_be_visible()
    nurse = page.locator(f"#{ids(data, (0, 0))[0]}")
    expect(nurse.locator(".why li")).to_have_count(3)  # two pieces for the first, and a word on the others
    expect(page.locator(".warning")).to_have_count(2)  # a warning is never left out


def test_the_bytes_are_the_same_each_time(data, content):
    assert excerpts_html.render(data) == content
    assert b"http://" not in content and b"https://" not in content


def test_an_empty_study_makes_a_page(open_file: OpenFile):
    empty = make_study_data(
        transcripts=(), segmentations=(), suggestions=(), clustering=None, codings=(), notes=(),
        codebook=replace(make_codebook(), codes=()),
    )  # fmt: skip
    page = open_file(excerpts_html.render(empty))
    expect(page.locator("output")).to_have_text("0 excerpts")
