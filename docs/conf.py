"""How the manual becomes pages: `make docs` (strict: a warning is an error; nothing is fetched)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from thematic import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "thematic"
author = "the thematic contributors"
copyright = "the thematic contributors, MIT licence"
release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["conf.py", "*.ipynb"]
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence", "deflist"]

default_role = "code"  # docstrings write `names` as Markdown does
suppress_warnings = ["misc.highlighting_failure"]  # tables of example data have no lexer

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
python_use_unqualified_type_names = True
nitpicky = False

html_theme = "furo"
html_title = "thematic"
html_copy_source = False
html_show_sourcelink = False
html_last_updated_fmt = None
html_theme_options = {
    "footer_icons": [],
    "source_view_link": "",
    "light_css_variables": {"color-brand-primary": "#0b5d7a", "color-brand-content": "#0b5d7a"},
    "dark_css_variables": {"color-brand-primary": "#7cc4dd", "color-brand-content": "#7cc4dd"},
}


def name_files_outside_the_manual(_app: Sphinx, _page: str, source: list[str]) -> None:
    """A link to a file of the repository leads nowhere from a page: its name is given instead."""
    source[0] = re.sub(r"\[([^\]]+)\]\(\.\./([^)#\s]+)[^)]*\)", r"\1 (`\2`)", source[0])


def parameters_as_fields(
    _app: Sphinx, _what: str, _name: str, _object: object, _options: object, lines: list[str]
) -> None:
    """Our docstrings describe a parameter as `name: text`, hanging; the pages show it as a field."""
    fields = [re.sub(r"^([a-z_0-9]+(?:, [a-z_0-9]+)*): (?=\S)", r":\1: ", line) for line in lines]
    spaced: list[str] = []
    for before, line in zip(["", *fields], fields, strict=False):
        begins, was_field = line.startswith(":"), before.startswith((":", " "))
        if line.strip() and before.strip() and not line.startswith(" ") and begins != was_field:
            spaced.append("")
        spaced.append(line)
    lines[:] = spaced


def setup(app: Sphinx) -> None:
    app.connect("autodoc-process-docstring", parameters_as_fields)
    app.connect("source-read", name_files_outside_the_manual)
