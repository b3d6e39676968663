"""evaluation.html: one file that asks nothing of anybody, to read, print and archive. No script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thematic.formats.evaluation.evaluation_rows import code_rows, method_rows, sentences
from thematic.formats.evaluation.learning_curve import learning_curve

__all__ = ["render"]


def render(report: Mapping[str, Any]) -> bytes:
    """The page, in UTF-8. Same report, same bytes."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    loader = PackageLoader("thematic.formats")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.get_template("evaluation.html.jinja").render(
        report=report,
        methods=method_rows(report),
        codes=code_rows(report),
        sentences=sentences(report),
        curve=Markup(learning_curve(report)),
    )
    return page.encode("utf-8", "replace")
