"""A real browser for the tests of pages: the Chromium of the system, never a download."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, Route, sync_playwright

# What a browser does of its own accord is no request of the page.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def program() -> str:
    """The Chromium of the system."""
    if os.environ.get("THEMATIC_NO_BROWSER") == "1":
        pytest.skip("THEMATIC_NO_BROWSER=1: pages are not tested in a browser")
    names = (os.environ.get("THEMATIC_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    program = next((found for name in names if name and (found := shutil.which(name))), None)
    if program is None:
        pytest.fail(
            "no Chromium found: install it with `apt-get install chromium`, name one in THEMATIC_CHROMIUM, "
            "or set THEMATIC_NO_BROWSER=1 to leave out the tests that need it",
            pytrace=False,
        )
    return program


@pytest.fixture(scope="session")
def playwright(program: str) -> Iterator[Playwright]:
    """What drives the browser, until the tests of this process end."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def launch(playwright: Playwright, program: str) -> Callable[..., Browser]:
    """`launch(*arguments)` starts a headless Chromium, which ends with the tests of this process."""
    return lambda *arguments: playwright.chromium.launch(executable_path=program, args=[*QUIET, *arguments])


@pytest.fixture
def own_browser(playwright: Playwright, program: str, tmp_path: Path) -> Callable[[], BrowserContext]:
    """`own_browser()` opens the browser of one person, whose profile on the disk is there the next time.

    A context that has no profile can lose on a reload what a page has kept a moment before.
    """
    return lambda: playwright.chromium.launch_persistent_context(
        tmp_path / "profile", executable_path=program, args=[*QUIET]
    )


@pytest.fixture(scope="session")
def chromium(launch: Callable[..., Browser]) -> Iterator[Browser]:
    """One browser for all tests that need no other."""
    browser = launch()
    yield browser
    browser.close()


OpenFile = Callable[..., Page]


@pytest.fixture
def open_file(chromium: Browser, tmp_path: Path) -> Iterator[OpenFile]:
    """`open_file(content, fragment, **options of a browser context)` opens the bytes as a page of a file.

    The test fails when the page asks for anything but itself, or has an error; with `refusals=True` the
    browser may say in the console what it refused. `browser` is one that was started in another way.
    """
    faults: list[str] = []
    contexts = []

    def open_(
        content: bytes,
        fragment: str = "",
        *,
        browser: Browser = chromium,
        refusals: bool = False,
        **options: Any,
    ) -> Page:
        path = tmp_path / "page.html"
        path.write_bytes(content)

        def only_itself(route: Route, request: Request) -> None:
            if request.url.partition("#")[0] == path.as_uri():
                route.continue_()
            else:
                faults.append(f"asked for {request.url}")
                route.abort()

        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}} | options)
        contexts.append(context)
        context.route("**/*", only_itself)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        if not refusals:
            page.on("console", lambda message: faults.append(message.text))
        page.goto(f"{path.as_uri()}#{fragment}")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []
