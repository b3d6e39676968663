"""Take the pictures of the README and the docs from the real pages, on the invented sample interviews.

Usage: python scripts/screenshots.py [NAME …]    writes docs/images/NAME.png; all of them without names
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def thematic(*arguments: object) -> list[str]:
    return [sys.executable, "-c", "from thematic.cli.app import main; main()", *map(str, arguments)]


def excerpts(browser: Browser, study: Path) -> None:
    """The exported page, by theme and code, scrolled to the first quotes."""
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.goto((study / "exports" / "excerpts.html").as_uri())
    page.get_by_role("link", name="Weekly plan and goal setting").first.click()
    page.mouse.move(0, 0)  # no link should look chosen because the pointer happens to be on it
    page.screenshot(path=IMAGES / "excerpts.png")


def review(browser: Browser, study: Path) -> None:
    """The review page in assist mode, on an excerpt with suggestions."""
    command = thematic("review", "--coder", "ada", "--mode", "assist", "--no-open", "--study", study)
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    try:
        url = next(found[0] for line in server.stderr if (found := re.search(r"http://127\S+", line)))
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(url)
        for _ in range(12):
            page.get_by_role("link", name="Next", exact=True).click()
        page.screenshot(path=IMAGES / "review.png")
    finally:
        server.terminate()
        server.wait()


def packet(browser: Browser, study: Path) -> None:
    """The page of a packet, with a passage coded."""
    out = study / "packets" / "ben.html"
    command = thematic("packet", "--for", "ben", "--to", "html", "--study", study, "--quiet")
    subprocess.run(command, check=True)
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.goto(out.as_uri())
    for _ in range(2):
        page.keyboard.press("Enter")
        page.keyboard.press("n")
    page.keyboard.press("j")
    page.keyboard.press("/")
    page.keyboard.insert_text("clinician's")
    page.keyboard.press("Enter")
    page.screenshot(path=IMAGES / "packet.png")


def agreement(browser: Browser, study: Path) -> None:
    """The forest plot of the agreement report of the two invented coders."""
    codings = sorted((ROOT / "transcripts_sample").glob("codings_*.csv"))
    out = study.parent / "agreement"
    codebook = ROOT / "codebooks" / "smart_recovery.yaml"
    command = thematic("agree", *codings, "--codebook", codebook, "--out", out, "--quiet")
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    page = browser.new_page(viewport={"width": 1000, "height": 900}, device_scale_factor=1.5)
    page.goto((out / "report.html").as_uri())
    page.locator("figure").first.screenshot(path=IMAGES / "agreement.png")


def report(browser: Browser, study: Path) -> None:
    """Two figures of the report on the sample study with its two invented coders."""
    coded = study.parent / "coded"
    for command in (("demo", "--coded", "--out", coded), ("report", "--study", coded)):
        subprocess.run(thematic(*command, "--quiet"), check=True, stdout=subprocess.DEVNULL)
    page = browser.new_page(viewport={"width": 1100, "height": 900}, device_scale_factor=1.5)
    page.goto((coded / "report" / "report.html").as_uri())
    for section in ("themes", "saturation"):
        page.locator(f"#{section} figure svg").first.screenshot(path=IMAGES / f"report-{section}.png")


PICTURES: dict[str, Callable[[Browser, Path], None]] = {
    "excerpts": excerpts,
    "review": review,
    "packet": packet,
    "agreement": agreement,
    "report": report,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PICTURES)}")
    names = parser.parse_args().names or list(PICTURES)
    if unknown := [name for name in names if name not in PICTURES]:
        parser.error(f"there is no picture {unknown[0]}: choose of {', '.join(PICTURES)}")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        study = Path(folder) / "study"
        subprocess.run(thematic("demo", "--out", study, "--quiet"), check=True, stdout=subprocess.DEVNULL)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name in names:
            PICTURES[name](browser, study)
        browser.close()


if __name__ == "__main__":
    main()
