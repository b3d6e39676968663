"""Play the people of docs/two-coders.md: two invented coders and a chair, with the codings of the sample.

Usage: python scripts/two_coders.py page STUDY CODER CODINGS.csv   code in the review page, by keyboard
       python scripts/two_coders.py workbook PACKET.xlsx CODINGS.csv   fill in a packet, as a spreadsheet does
       python scripts/two_coders.py settle STUDY CODER   settle every disagreement in the adjudication page

The page is the real one, in a headless Chromium. Nothing is written but by the page and by the workbook.
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Hands:
    """What an invented coder would say of an excerpt: the codes of the turn that its words are from."""

    def __init__(self, path: Path) -> None:
        with path.open(encoding="utf-8-sig", newline="") as file:
            self.rows = [
                (row["doc"], " ".join(row["text"].split()), row["codes"]) for row in csv.DictReader(file)
            ]

    def codes(self, transcript: str, words: str) -> list[str]:
        flat = " ".join(words.split())
        found = next((codes for doc, text, codes in self.rows if doc == transcript and flat in text), "")
        return [code for code in found.split(";") if code]


@contextmanager
def page_of(*arguments: str) -> Iterator[Page]:
    command = [sys.executable, "-c", "from thematic.cli.app import main; main()", *arguments, "--no-open"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    try:
        url = next(found[0] for line in server.stderr if (found := re.search(r"http://127\S+", line)))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 860})
            page.goto(url)
            yield page
            browser.close()
    finally:
        server.terminate()
        server.wait()
        server.stderr.close()


def done(page: Page) -> tuple[int, int]:
    found = re.match(r"([\d,]+) of ([\d,]+)", page.locator(".progress span").inner_text())
    assert found
    return int(found[1].replace(",", "")), int(found[2].replace(",", ""))


def code_in_page(study: str, coder: str, hands: Hands) -> None:
    with page_of("review", "--coder", coder, "--study", study) as page:
        total = done(page)[1]
        while (count := done(page)[0]) < total:
            transcript = page.locator(".where h1").inner_text()
            codes = hands.codes(transcript, page.locator("mark").evaluate("node => node.textContent"))
            for code in codes:
                box = page.locator(f'.tree input[value="{code}"]')
                key = box.get_attribute("aria-keyshortcuts")
                if key:
                    page.keyboard.press(key)
                else:
                    page.keyboard.press("/")
                    page.keyboard.insert_text(
                        page.locator(f'.tree li[data-code="{code}"] .name').inner_text()
                    )
                    page.keyboard.press("Enter")
                expect(box).to_be_checked()
            page.keyboard.press("Enter" if codes else "n")
            expect(page.locator(".progress span")).to_contain_text(f"{count + 1:,} of")
        print(f"{coder} has decided on {total} excerpts in the page")


def fill_workbook(path: Path, hands: Hands) -> None:
    import openpyxl

    book = openpyxl.load_workbook(path)
    sheet, codebook = book["Review"], book["Codebook"]
    columns = {str(cell.value): cell.column for cell in sheet[1]}
    ids = next(cell.column for cell in codebook[1] if cell.value == "Id")
    names = {row[ids - 1].value: row[0].value for row in codebook.iter_rows(min_row=2)}
    count = 0
    for row in range(2, sheet.max_row + 1):
        transcript, words = (sheet.cell(row, columns[title]).value for title in ("Transcript", "Words"))
        codes = hands.codes(str(transcript), str(words))[:2]
        for title, code in zip(("Code", "Also"), codes, strict=False):
            sheet.cell(row, columns[title]).value = names[code]
        sheet.cell(row, columns["Decision"]).value = "coded" if codes else "none applies"
        count += 1
    book.save(path)
    print(f"{count} rows of {path.name} are filled in")


def settle_in_page(study: str, coder: str) -> None:
    with page_of("adjudicate", "--coder", coder, "--study", study) as page:
        total = done(page)[1]
        while (count := done(page)[0]) < total:
            offers = page.locator(".take").count()
            if offers:
                page.keyboard.press("t")
            page.keyboard.press("m")
            page.keyboard.insert_text("talked over, see the codebook")
            page.keyboard.press("Control+Enter" if offers else "Escape")
            if not offers:
                page.keyboard.press("n")
            expect(page.locator(".progress span")).to_contain_text(f"{count + 1:,} of")
        print(f"{coder} has settled {total} disagreements")


def main() -> None:
    match sys.argv[1:]:
        case ["page", study, coder, codings]:
            code_in_page(study, coder, Hands(Path(codings)))
        case ["workbook", packet, codings]:
            fill_workbook(Path(packet), Hands(Path(codings)))
        case ["settle", study, coder]:
            settle_in_page(study, coder)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
