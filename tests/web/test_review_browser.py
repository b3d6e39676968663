"""The review page as a coder meets it: in a real browser, by keyboard, in every mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.builders import make_segmentation, make_study_data, make_transcript
from tests.web.serving import Served, make_session, serving
from thematic.model import Decision
from thematic.review import Review, disagreements
from thematic.web.session import ReviewSession

Open = Callable[..., tuple[Page, Served]]


@pytest.fixture
def open_review(chromium: Browser, tmp_path: Path) -> Iterator[Open]:
    """Serves a session and opens it; fails when the page asks for anything elsewhere or has an error."""
    faults: list[str] = []
    with ExitStack() as stack:

        def open_(
            mode: str = "blind", session: ReviewSession | None = None, expected: int = 0, **options: Any
        ) -> tuple[Page, Served]:
            served = stack.enter_context(serving(session or make_session(tmp_path, mode=mode)))
            context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}} | options)
            stack.callback(context.close)
            watch(context, served, faults, expected)
            page = context.new_page()
            page.goto(served.secrets.address)
            return page, served

        yield open_
    assert faults == []


def watch(context: BrowserContext, served: Served, faults: list[str], expected: int) -> None:
    context.set_default_timeout(8_000)
    context.on(
        "request", lambda r: None if r.url.startswith(served.origin) else faults.append(f"asked for {r.url}")
    )
    context.on("weberror", lambda error: faults.append(f"error: {error.error}"))

    def listen(page: Page) -> None:
        page.on(
            "console",
            lambda m: (
                faults.append(m.text)
                if m.type == "error" and not (expected and f"status of {expected}" in m.text)
                else None
            ),
        )

    context.on("page", listen)


def decisions(served: Served) -> list[Decision]:
    return served.session.journal.decisions


def made(served: Served) -> list[tuple[str, tuple[str, ...]]]:
    return [(d.action, d.code_ids) for d in decisions(served)]


def at(page: Page, number: int, total: int = 9) -> None:
    expect(page.locator(".where p")).to_contain_text(f"{number} of {total}")


def axe(page: Page) -> list[str]:
    results = Axe().run(page)
    return [f"{v['id']}: {v['nodes'][0]['html']}" for v in results.response["violations"]]


# --- Modes ---------------------------------------------------------------------------------------------


def test_blind_shows_neither_suggestions_nor_clusters_nor_other_coders(open_review: Open) -> None:
    page, served = open_review("blind")
    assert "/open/" not in page.url
    expect(page.locator("mark")).to_have_text(served.session.data.segmentations[0].excerpts[0].text)
    for word in ("Suggested", "strong", "close to", "Clusters", "the week needs a middle"):
        assert word not in page.content()
    page.goto(f"{served.origin}/clusters")
    expect(page.locator("main")).to_contain_text("not shown while you code blind")
    assert page.locator(".cluster").count() == 0


def test_a_whole_blind_review_by_keyboard(open_review: Open) -> None:
    page, served = open_review("blind")
    at(page, 1)
    page.keyboard.press("/")
    page.keyboard.type("clinic")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    at(page, 2)
    page.keyboard.press("/")
    page.keyboard.type("extra")
    page.keyboard.press("Enter")
    page.keyboard.press("1")  # the code used before is on key 1
    page.keyboard.press("Enter")
    for number in range(3, 10):
        at(page, number)
        page.keyboard.press("n")
    expect(page.locator("h1")).to_have_text("Everything is decided")
    assert made(served) == [
        ("add", ("recommended",)),
        ("add", ("extra-support", "recommended")),
        *[("none-apply", ())] * 7,
    ]
    assert {d.mode for d in decisions(served)} == {"blind"}
    assert all(d.details.keys() == {"seconds"} for d in decisions(served))


def test_assist_preselects_nothing_and_rejecting_costs_as_many_keys(open_review: Open) -> None:
    page, served = open_review("assist")
    assert page.locator("input:checked").count() == 1  # the switch for keys, in its dialog
    expect(page.locator(".suggestions")).to_contain_text("close to the example: “My nurse wrote the time")
    expect(page.locator("[data-suggestion].at h3")).to_contain_text("A clinician's word")
    page.keyboard.press("a")
    page.keyboard.press("x")
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    at(page, 2)
    expect(page.locator(".careful")).to_contain_text("Support after treatment has ended")
    page.keyboard.press("x")
    page.keyboard.press("n")
    at(page, 3)
    first, second = decisions(served)
    assert (first.action, first.code_ids, first.mode) == ("accept", ("recommended",), "assist")
    assert first.details["shown"] == [
        {"code": "recommended", "rank": 1, "band": "strong"},
        {"code": "extra-support", "rank": 2, "band": "fair"},
        {"code": "ease", "rank": 3, "band": "weak"},
    ]
    assert first.details["rejected"] == ["extra-support", "ease"]
    assert first.details["hidden_by_lot"] is False
    assert 0 <= first.details["seconds"] < 60
    assert (second.action, second.details["rejected"]) == ("none-apply", ["extra-support"])


def test_in_assist_a_lot_hides_the_suggestions_of_some(open_review: Open, tmp_path: Path) -> None:
    ids = [e.id for s in make_study_data().segmentations for e in s.excerpts]
    coder, hidden = next(
        (f"c{i}", [id_ for id_ in ids if session.hidden_by_lot(id_)])
        for i in range(100)
        if (session := make_session(tmp_path, f"c{i}", mode="assist")) and session.hidden_by_lot(ids[0])
    )
    page, served = open_review(session=make_session(tmp_path, coder, mode="assist"))
    assert hidden[0] == ids[0]
    expect(page.locator(".aside-note")).to_contain_text("Drawn by lot")
    assert "strong" not in page.content()
    page.keyboard.press("n")
    expect(page.locator(".progress")).to_contain_text("1 of 9")
    assert decisions(served)[0].details["hidden_by_lot"] is True
    assert decisions(served)[0].details["shown"] == []


def test_reveal_asks_first_then_shows_and_logs_a_change(open_review: Open) -> None:
    page, served = open_review("reveal")
    assert "suggested" not in page.content()
    page.get_by_role("checkbox", name="Weaker bonds").check()
    page.keyboard.press("Enter")
    expect(page.locator(".suggestions h2")).to_have_text("You have decided. These were suggested:")
    page.keyboard.press("a")
    page.get_by_role("checkbox", name="Weaker bonds").uncheck()
    page.keyboard.press("Enter")
    at(page, 2)
    page.keyboard.press("n")
    expect(page.locator(".suggestions h2")).to_contain_text("You have decided")
    page.keyboard.press("Enter")  # nothing changed: keep it and go on
    at(page, 3)
    assert made(served) == [("add", ("bonds",)), ("change", ("recommended",)), ("none-apply", ())]
    assert decisions(served)[0].details["shown"] == []
    assert decisions(served)[1].details["shown"][0]["code"] == "recommended"


# --- Keys ----------------------------------------------------------------------------------------------


def test_memo_flag_later_propose_and_undo_by_keyboard(open_review: Open) -> None:
    page, served = open_review()
    page.keyboard.press("m")
    page.keyboard.type("n is a letter here")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(page.locator(".where")).to_contain_text("flagged")
    expect(page.locator("#memo")).to_have_value("n is a letter here")  # not lost by flagging
    page.keyboard.press("p")
    page.keyboard.type("Small rituals")
    page.keyboard.press("Enter")
    expect(page.locator("#live")).to_have_text("P01: proposed “Small rituals”")
    page.keyboard.press("l")
    at(page, 2)
    page.keyboard.press("k")
    at(page, 1)
    expect(page.locator(".where")).to_contain_text("put off")
    page.keyboard.press("j")
    at(page, 2)
    page.keyboard.press("n")
    at(page, 3)
    page.keyboard.press("u")
    at(page, 2)
    expect(page.locator(".progress")).to_contain_text("0 of 9")
    page.keyboard.press("Backspace")
    at(page, 1)
    expect(page.locator(".where")).not_to_contain_text("put off")
    assert [d.action for d in decisions(served)] == [
        "flag",
        "propose",
        "defer",
        "none-apply",
        "undo",
        "undo",
    ]
    assert decisions(served)[1].details["name"] == "Small rituals"


def test_a_search_that_finds_nothing_leads_to_a_proposal(open_review: Open) -> None:
    page, served = open_review("blind")
    page.keyboard.press("/")
    page.keyboard.type("getting there by bus")
    page.keyboard.press("Enter")
    expect(page.locator("#propose-name")).to_have_value("getting there by bus")
    page.keyboard.type("How people travel")
    page.get_by_role("button", name="Propose it").click()
    expect(page.locator(".undo")).to_contain_text("getting there by bus")
    (proposal,) = decisions(served)
    assert proposal.details == {"name": "getting there by bus", "definition": "How people travel"}
    page.keyboard.press("/")
    page.keyboard.type("clinic")
    page.keyboard.press("Enter")
    page.keyboard.press("/")  # searching for what is chosen does not take it away
    page.keyboard.type("clinic")
    page.keyboard.press("Enter")
    expect(page.locator(".tree input:checked")).to_have_count(1)


def test_help_opens_on_a_question_mark_and_single_keys_can_be_turned_off(open_review: Open) -> None:
    page, served = open_review()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert axe(page) == []
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_timeout(100)
    at(page, 1)
    page.get_by_role("button", name="None applies").press("Enter")
    at(page, 2)
    assert made(served) == [("none-apply", ())]


def test_choices_that_are_not_saved_are_not_left_in_silence(open_review: Open) -> None:
    page, _ = open_review()
    page.get_by_label("Ease of joining").check()
    page.keyboard.press("j")
    expect(page.locator("#span-words")).to_contain_text("Not saved yet")
    at(page, 1)
    page.keyboard.press("j")
    at(page, 2)


def test_flagging_does_not_lose_a_choice_that_is_not_saved(open_review: Open) -> None:
    page, served = open_review()
    page.keyboard.press("n")
    at(page, 2)
    page.keyboard.press("k")
    at(page, 1)
    page.get_by_label("Ease of joining").check()
    page.keyboard.press("f")
    expect(page.locator(".where")).to_contain_text("flagged")
    page.keyboard.press("j")
    expect(page.locator("#span-words")).to_contain_text("Not saved yet")
    page.keyboard.press("Enter")
    at(page, 2)
    assert made(served) == [("none-apply", ()), ("flag", ()), ("change", ("ease",))]


def test_the_meaning_of_a_code_stays_in_sight(open_review: Open) -> None:
    page, _ = open_review()
    page.get_by_label("Extra support").focus()
    meaning = page.locator("#meaning")
    for words in (
        "Wanting more help",
        "Appointments too short",
        "use 'Continuity'",
        "four weeks of nothing",
        "Once they closed",
    ):
        expect(meaning).to_contain_text(words)
    expect(meaning).to_be_in_viewport()


# --- The span ------------------------------------------------------------------------------------------


def test_a_key_pressed_while_the_next_page_arrives_counts_as_a_choice(open_review: Open) -> None:
    page, served = open_review()
    page.get_by_label("Ease of joining").check()
    page.keyboard.press("Enter")
    at(page, 2)
    page.keyboard.press("k")
    expect(page.get_by_label("Ease of joining")).to_be_checked()
    # The moment between a new page and htmx's word that it is there, made long.
    page.evaluate(
        "() => { const form = document.querySelector('#decide'); form.replaceWith(form.cloneNode(true)); }"
    )
    page.keyboard.press("Shift+ArrowLeft")
    page.evaluate("() => document.dispatchEvent(new CustomEvent('htmx:after:swap'))")
    page.keyboard.press("Enter")
    at(page, 2)
    assert [d.action for d in decisions(served)] == ["add", "change"]


def test_the_span_is_adjusted_by_sentences(open_review: Open) -> None:
    page, served = open_review()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("#span-words")).to_have_text("The span was adjusted.")
    page.keyboard.press("Shift+ArrowUp")
    page.get_by_label("Ease of joining").check()
    page.keyboard.press("Enter")
    at(page, 2)
    assert decisions(served)[0].quote.text == (
        "My nurse, she, um, she wrote the time on a card and put it in my coat. I didn't plan on going."
    )
    page.keyboard.press("k")
    expect(page.locator("mark")).to_have_text(decisions(served)[0].quote.text)
    page.keyboard.press("0")
    page.keyboard.press("Enter")
    at(page, 2)
    assert decisions(served)[1].action == "change"
    assert decisions(served)[1].quote.text.endswith("on a Tuesday.")


def test_the_span_is_adjusted_by_dragging_and_counts_in_code_points(
    open_review: Open, tmp_path: Path
) -> None:
    words = "😀😀 We laughed a lot. Then 👩‍👩‍👧 it was over. العربية here."
    transcript = make_transcript("T1", [("Interviewer", "And?"), ("T1", words)])
    data = make_study_data(
        transcripts=(transcript,),
        segmentations=(make_segmentation(transcript),),
        suggestions=(),
        clustering=None,
        codings=(),
    )
    page, served = open_review(session=make_session(tmp_path, data=data))
    box = page.evaluate(
        """() => { const nodes = [...document.querySelectorAll('.turn.current [data-start]')];
        const node = nodes.find(n => n.textContent.includes('over')).firstChild;
        const at = node.textContent.indexOf('it was'); const range = new Range();
        range.setStart(node, at); range.setEnd(node, at + 6);
        const r = range.getBoundingClientRect(); return [r.left, r.right, r.top + r.height / 2] }"""
    )
    page.mouse.move(box[0] + 1, box[2])
    page.mouse.down()
    page.mouse.move(box[1], box[2], steps=5)
    page.mouse.up()
    expect(page.locator("#span-words")).to_have_text("The span was adjusted.")
    page.keyboard.press("n")
    expect(page.locator("h1")).to_have_text("Everything is decided")
    quote = decisions(served)[0].quote
    assert quote.text == "it was"
    assert transcript.text[quote.start : quote.end] == "it was"


# --- Two tabs, a server that is gone -------------------------------------------------------------------


def test_the_second_tab_is_told_and_nothing_is_lost(open_review: Open) -> None:
    first, served = open_review(expected=409)
    second = first.context.new_page()
    second.goto(first.url)
    first.get_by_label("Ease of joining").check()
    first.keyboard.press("Enter")
    at(first, 2)
    second.get_by_label("Weaker bonds").check()
    second.locator("#memo").fill("what I saw here")
    second.locator("#save").click()
    expect(second.locator("h1")).to_have_text("Decided in another tab")
    expect(second.locator("main")).to_contain_text("Ease of joining")
    expect(second.locator("main")).to_contain_text("Weaker bonds")
    expect(second.locator("main")).to_contain_text("what I saw here")
    assert axe(second) == []
    assert made(served) == [("add", ("ease",))]
    second.get_by_role("button", name="Save mine instead").click()
    at(second, 2)
    assert made(served) == [("add", ("ease",)), ("change", ("bonds",))]
    assert decisions(served)[1].memo == "what I saw here"


def test_an_undo_that_would_take_back_something_else_is_refused(open_review: Open) -> None:
    first, served = open_review(expected=409)
    first.keyboard.press("n")
    at(first, 2)
    second = first.context.new_page()
    second.goto(first.url)
    first.keyboard.press("n")
    at(first, 3)
    second.keyboard.press("u")
    expect(second.get_by_role("alert").last).to_contain_text("Another tab has decided something since")
    assert [d.action for d in decisions(served)] == ["none-apply"] * 2


def test_a_page_whose_server_is_gone_says_so(chromium: Browser, tmp_path: Path) -> None:
    context = chromium.new_context()
    page = context.new_page()
    with serving(make_session(tmp_path)) as served:
        page.goto(served.secrets.address)
    page.keyboard.press("n")
    expect(page.locator("#offline")).to_be_visible()
    at(page, 1)
    context.close()


# --- Adjudication --------------------------------------------------------------------------------------


def dispute(tmp_path: Path) -> ReviewSession:
    """Ana and Ben agree on the first excerpt, differ on the second and third."""
    from tests.web.serving import make_session as make
    from thematic.web.session import Submission

    reviews = []
    for coder, choices in (
        ("ana", (("ease",), ("bonds",), ("ease", "bonds"))),
        ("ben", (("ease",), ("extra-support",), ())),
    ):
        session = make(tmp_path, coder)
        for i, codes in enumerate(choices):
            session.save(
                session.queue[i],
                Submission(
                    action="decide" if codes else "none-apply",
                    decision_id=f"{coder}{i}",
                    version="",
                    code_ids=codes,
                    memo="the week needs a middle" if i == 1 and coder == "ana" else "",
                ),
            )
        reviews.append(Review.replay(coder, session.journal.decisions))
    found = disagreements(reviews)
    return make(
        tmp_path,
        "chair",
        adjudicating=True,
        queue=tuple(d.excerpt_id for d in found),
        disputes={d.excerpt_id: d for d in found},
    )


def test_adjudication_shows_only_disagreements_without_names(open_review: Open, tmp_path: Path) -> None:
    page, served = open_review(session=dispute(tmp_path))
    at(page, 1, 2)
    expect(page.locator(".positions li")).to_have_count(2)
    expect(page.locator(".positions")).to_contain_text("the week needs a middle")
    assert "ana" not in page.locator("body").inner_text()
    assert "ben" not in page.locator("body").inner_text()
    assert axe(page) == []
    page.keyboard.press("t")
    taken = page.locator("#chosen").inner_text()
    page.keyboard.press("m")
    page.keyboard.type("we agreed on the phone")
    page.keyboard.press("Control+Enter")
    at(page, 2, 2)
    page.keyboard.press("n")
    expect(page.locator("h1")).to_have_text("Nothing is left to settle")
    first, second = decisions(served)
    assert first.layer == second.layer == "negotiated"
    assert served.session.codes[first.code_ids[0]].name in taken
    assert first.memo == "we agreed on the phone"
    assert first.details["positions"] == {"ana": ["bonds"], "ben": ["extra-support"]}
    assert second.action == "none-apply"


def test_adjudication_can_keep_to_two_codes_that_stand_against_each_other(
    open_review: Open, tmp_path: Path
) -> None:
    page, served = open_review(session=dispute(tmp_path))
    page.keyboard.press("o")
    rows = page.locator("table[aria-labelledby=by-pair] tbody tr")
    expect(rows).to_have_count(3)
    assert axe(page) == []
    ease = rows.filter(has_text="Ease of joining, or not")
    expect(ease).to_contain_text("0 of 1")
    ease.get_by_role("link").click()
    expect(page.locator(".keeping")).to_contain_text("Ease of joining, or not")
    at(page, 2, 2)
    assert axe(page) == []
    page.keyboard.press("k")  # there is no other excerpt of this pair to go to
    at(page, 2, 2)
    page.keyboard.press("n")
    expect(page.locator("h1")).to_have_text("Overview")
    expect(ease).to_contain_text("1 of 1")
    assert len(decisions(served)) == 1


# --- Clusters and the overview ---------------------------------------------------------------------------


def test_from_a_cluster_to_a_proposed_code_is_one_step(open_review: Open) -> None:
    page, served = open_review("assist")
    page.keyboard.press("c")
    expect(page.locator("h1")).to_have_text("Clusters against the codebook")
    expect(page.locator(".cluster")).to_have_count(2)  # the unstable third is hidden
    cluster = page.locator(".cluster", has_text="evening, kitchen, alone, five")
    expect(cluster).to_contain_text("It is part of a larger code")
    expect(cluster).to_contain_text("Extra support 67%")
    expect(cluster.locator("blockquote")).to_have_count(2)
    cluster.get_by_text("Propose a code from it").click()
    cluster.get_by_label("Name").fill("The hard hours")
    cluster.get_by_label("What it would mean").fill("When nobody is there.")
    cluster.get_by_role("button", name="Propose it").click()
    expect(cluster).to_contain_text("Proposed; propose another")
    (proposal,) = decisions(served)
    assert (proposal.action, proposal.code_ids) == ("propose", ())
    assert proposal.details["name"] == "The hard hours"
    assert proposal.details["cluster"] == "c1"
    assert len(proposal.details["excerpts"]) == 3
    page.keyboard.press("o")
    expect(page.locator(".proposals")).to_contain_text("The hard hours: When nobody is there.")
    assert served.session.decided == set()


def test_the_overview_leads_to_transcripts_codes_and_what_was_set_apart(open_review: Open) -> None:
    page, _ = open_review()
    page.get_by_label("Ease of joining").check()
    page.keyboard.press("Enter")
    at(page, 2)
    page.keyboard.press("f")
    expect(page.locator(".where")).to_contain_text("flagged")
    page.keyboard.press("o")
    expect(page.get_by_role("row", name="Interview P01")).to_contain_text("1 of 5")
    expect(page.get_by_role("row", name="Ease of joining")).to_contain_text("1")
    page.get_by_role("link", name="Ease of joining").click()
    expect(page.locator(".rows li")).to_have_count(1)
    page.go_back()
    page.get_by_role("link", name="Flagged").click()
    expect(page.locator(".rows li")).to_have_count(1)
    page.locator(".rows a").click()
    at(page, 2)
    page.keyboard.press("o")
    page.get_by_role("link", name="Go on with Interview P02").click()
    expect(page.locator("h1")).to_have_text("Interview P02")


# --- Without JavaScript --------------------------------------------------------------------------------


def test_the_basics_work_without_javascript(open_review: Open) -> None:
    page, served = open_review("assist", java_script_enabled=False)
    page.get_by_label("Weaker bonds").check()
    page.locator("#memo").fill("by mouse")
    page.get_by_role("button", name="Save", exact=True).click()
    at(page, 2)
    page.get_by_role("radio", name="Applies").first.check()
    page.get_by_role("link", name="end earlier").click()
    expect(page.locator("mark")).not_to_contain_text("The group gave the week a middle")
    page.get_by_role("radio", name="Applies").first.check()
    page.get_by_role("button", name="Save", exact=True).click()
    at(page, 3)
    page.get_by_role("button", name="Undo").click()
    at(page, 2)
    page.get_by_role("link", name="Next", exact=True).click()
    at(page, 3)
    page.get_by_role("link", name="Previous").click()
    page.get_by_role("button", name="Flag").click()
    expect(page.locator(".where")).to_contain_text("flagged")
    page.get_by_role("link", name="Keys").click()
    expect(page.locator("h1")).to_have_text("Keys")
    assert [d.action for d in decisions(served)] == ["add", "accept", "undo", "flag"]
    assert decisions(served)[0].memo == "by mouse"
    assert decisions(served)[1].quote.text.endswith("sit in the kitchen and count.")


# --- Looks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_an_accessibility_fault(open_review: Open, scheme: str) -> None:
    page, served = open_review("assist", color_scheme=scheme)
    assert axe(page) == []
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    at(page, 2)
    page.keyboard.press("p")
    assert axe(page) == []
    for path in ("/overview", "/excerpts", "/excerpts?code=ease", "/clusters", "/keys", "/nowhere"):
        page.goto(f"{served.origin}{path}") if path != "/nowhere" else None
        assert axe(page) == [], path


@pytest.mark.parametrize("size", [(1280, 800), (1024, 768), (768, 1024)])
def test_the_excerpt_and_the_buttons_are_in_sight_at_once(open_review: Open, size: tuple[int, int]) -> None:
    page, _ = open_review("assist", viewport={"width": size[0], "height": size[1]})
    expect(page.locator("mark").first).to_be_in_viewport()
    expect(page.locator("#save")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


HOSTILE = (
    "</mark></p><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'> {{ 7 * 7 }} "
    "\u202eright to left\u202c שלום 👩‍👩‍👧 e\u0301 \u0000 tab\tand\n\nlines"
)


def test_hostile_and_very_long_text_is_inert_and_intact(open_review: Open, tmp_path: Path) -> None:
    long = "Nobody stays behind. " * 4_762
    transcript = make_transcript("T1", [("Interviewer", HOSTILE), ("T1", HOSTILE + long[:-1])])
    data = make_study_data(
        transcripts=(transcript,),
        segmentations=(make_segmentation(transcript),),
        suggestions=(),
        clustering=None,
        codings=(),
        title="<script>window.hacked = 2</script>",
    )
    excerpt = data.segmentations[0].excerpts[0]
    assert len(excerpt.text) > 100_000
    page, served = open_review(session=make_session(tmp_path, data=data))
    shown = page.evaluate("document.querySelector('mark').textContent")
    assert shown == excerpt.text.replace("\0", "\ufffd")  # HTML has no sign for the null character
    assert page.evaluate("window.hacked") is None
    page.get_by_label("Ease of joining").check()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Everything is decided")
    assert decisions(served)[0].quote.text == excerpt.text
