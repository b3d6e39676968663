"""A packet as a page: filled in by keyboard in a real browser, saved to a file, and read back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.builders import make_segmentation, make_study_data, make_transcript
from tests.web.conftest import OpenFile
from thematic.errors import InputError
from thematic.formats.packets.packet_files import read_returned
from thematic.formats.packets.packet_html import render
from thematic.model import StudyData
from thematic.packets import Returned, make_packet

BLIND = make_study_data(codings=(), suggestions=(), clustering=None)
ASSISTED = make_study_data(codings=())
EXCERPTS = [e for s in BLIND.segmentations for e in s.excerpts]
FIRST, SECOND, THIRD = EXCERPTS[:3]


def packet(data: StudyData = BLIND, mode: str = "blind") -> bytes:
    excerpts = [e for s in data.segmentations for e in s.excerpts]
    return render(data, make_packet("ada", mode, data.codebook, excerpts))  # type: ignore[arg-type]


def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def search(page: Page, word: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(word)
    page.keyboard.press("Enter")


def saved(page: Page, tmp_path: Path) -> Path:
    with page.expect_download() as download:
        page.keyboard.press("s")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    return path


def decided(returned: Returned) -> list[tuple[str, str, tuple[str, ...], str]]:
    return [(r.excerpt_id, r.decision, r.codes, r.memo) for r in returned.rows]


def test_the_same_packet_has_the_same_bytes_and_a_blind_one_no_suggestion() -> None:
    assert packet() == packet()
    assert b"data-suggestion" not in packet().replace(b"li.dataset.suggestion", b"").split(b"<style>")[0]
    assert b'class="shown"' not in packet()
    assert b'class="shown"' in packet(ASSISTED, "assist")


def test_a_packet_is_filled_in_by_keyboard_and_read_back(open_file: OpenFile, tmp_path: Path) -> None:
    page = open_file(packet())
    keys(page, "Enter")
    expect(page.locator(".passage.at")).to_have_text(FIRST.text)
    search(page, "clinic")
    keys(page, "m")
    page.keyboard.type("as the nurse said")
    keys(page, "Escape", "Enter")
    expect(page.locator(".passage.at")).to_have_text(SECOND.text)
    keys(page, "1")  # the code used before is on key 1
    search(page, "extra")
    keys(page, "Enter", "n", "l")
    expect(page.locator("#count")).to_have_text(f"4 of {len(EXCERPTS)} decided")
    keys(page, "u")
    expect(page.locator("#count")).to_have_text(f"3 of {len(EXCERPTS)} decided")
    path = saved(page, tmp_path)
    expect(page.locator("#save")).to_have_text("Saved")
    returned = read_returned(path.read_bytes(), path.name)
    assert returned.packet == make_packet("ada", "blind", BLIND.codebook, EXCERPTS)
    assert decided(returned) == [
        (FIRST.id, "", ("recommended",), "as the nurse said"),
        (SECOND.id, "", ("recommended", "extra-support"), ""),
        (THIRD.id, "none applies", (), ""),
    ]


def test_suggestions_are_judged_and_nothing_is_chosen_beforehand(open_file: OpenFile, tmp_path: Path) -> None:
    page = open_file(packet(ASSISTED, "assist"))
    keys(page, "Enter")
    assert page.locator("[aria-pressed=true], input:checked").count() == 0
    keys(page, "a", "x")
    path = saved(page, tmp_path)
    (row,) = read_returned(path.read_bytes(), path.name).rows
    assert (row.codes, row.rejected) == (("recommended",), ("extra-support",))
    assert row.shown == ("recommended", "extra-support", "ease")


def test_what_was_decided_is_there_again_after_the_browser_was_closed(
    own_browser: Callable[[], BrowserContext], tmp_path: Path
) -> None:
    file = tmp_path / "packet.html"
    file.write_bytes(packet())
    for found in ("0 of", "1 of"):
        with own_browser() as browser:
            page = browser.new_page()
            page.goto(file.as_uri())
            expect(page.locator("#count")).to_contain_text(found)
            if found == "1 of":
                expect(page.locator("#message")).to_contain_text("here again")
            else:
                keys(page, "Enter", "n")
                saved(page, tmp_path)
                on_disk(tmp_path / "profile", b'"none applies"')


def on_disk(profile: Path, words: bytes) -> None:
    """Wait until the browser has written what a page keeps: it does so seconds later, and closing it does not
    always make it."""
    folder = profile / "Default" / "Local Storage" / "leveldb"
    until = time.monotonic() + 30
    while not any(words in path.read_bytes() for path in folder.glob("*.log")):
        assert time.monotonic() < until, "nothing kept"
        time.sleep(0.1)


def test_what_was_decided_is_read_from_the_file_of_this_packet_only(
    open_file: OpenFile, tmp_path: Path
) -> None:
    page = open_file(packet())
    keys(page, "Enter", "n")
    path = saved(page, tmp_path)
    page = open_file(packet())
    expect(page.locator("#count")).to_contain_text("0 of")
    page.locator("#load").set_input_files(path)
    expect(page.locator("#count")).to_contain_text("1 of")
    other = tmp_path / "other.json"
    other.write_text(json.dumps(json.loads(path.read_text()) | {"packet": "another"}))
    page.locator("#load").set_input_files(other)
    expect(page.locator("#message")).to_contain_text("not saved from this packet")
    expect(page.locator("#count")).to_contain_text("1 of")


def test_leaving_with_decisions_that_are_in_no_file_is_asked_about(
    open_file: OpenFile, tmp_path: Path
) -> None:
    page = open_file(packet())
    asks = """() => {
        const event = new Event("beforeunload", { cancelable: true });
        dispatchEvent(event);
        return event.defaultPrevented;
    }"""
    assert not page.evaluate(asks)
    keys(page, "Enter", "n")
    assert page.evaluate(asks)
    saved(page, tmp_path)
    assert not page.evaluate(asks)


def test_words_of_a_stranger_are_words_and_the_page_asks_for_nothing(open_file: OpenFile) -> None:
    words = '<script>document.title = "run"</script> </span> "quoted" & \u202eright to left\u202c 🙂'
    transcript = make_transcript("<b>P1</b>", [("Interviewer", "So?"), ('P"1', words)])
    data = make_study_data(
        codings=(), suggestions=(), clustering=None,
        transcripts=(transcript,), segmentations=(make_segmentation(transcript),),
    )  # fmt: skip
    page = open_file(packet(data))
    keys(page, "Enter")
    assert page.title() != "run"
    assert page.locator(".passage.at").evaluate("node => node.textContent") == words


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(open_file: OpenFile, scheme: str) -> None:
    page = open_file(packet(ASSISTED, "assist"), color_scheme=scheme)
    for pressed in ((), ("Enter", "a"), ("?",)):
        keys(page, *pressed)
        found = Axe().run(page).response["violations"]
        assert [f"{v['id']}: {v['nodes'][0]['html']}" for v in found] == []


def entry(**changed: Any) -> dict[str, Any]:
    row = {"excerpt": FIRST.id, "words": "x", "hash": "0", "decision": "", "codes": [], "memo": "m"}
    return row | changed


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([entry(), entry()], "stands there twice"),
        ([entry(codes="ease")], "entry 1 cannot be read"),
        ([entry(decision="perhaps")], "entry 1 cannot be read"),
        ([entry(), 7], "entry 2 cannot be read"),
        ([entry(hash="")], "entry 1 cannot be read"),
    ],
)
def test_a_file_that_somebody_edited(rows: list[Any], says: str) -> None:
    file = {"schema": "thematic-packet-1", "packet": "a", "coder": "ada", "mode": "blind", "codebook": "v"}
    returned = read_returned(json.dumps(file | {"rows": rows}).encode(), "ada.json")
    assert any(says in problem.message for problem in returned.problems)


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b'{"schema": "thematic-packet-1", "pac', "ada.json", "damaged or cut off"),
        (b"{}", "ada.json", "no decisions that a packet saved"),
        (b'{"schema": "thematic-packet-1"}', "ada.json", "does not say which packet"),
        (packet(), "ada.html", "this is the page itself"),
        (b"{\\rtf1 }", "ada.rtf", "must come back as .docx"),
        (b"x", "~$ada.docx", "lock file"),
    ],
)
def test_a_file_that_is_no_decisions(data: bytes, name: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_returned(data, name)
