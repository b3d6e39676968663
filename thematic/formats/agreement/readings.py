"""Readings side by side as files: a page, a table, and a paragraph on why there is no coefficient."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

from thematic.agreement.methods import REFERENCES, reflexive_text
from thematic.agreement.side_by_side import Readings
from thematic.formats.agreement.agreement_files import plain
from thematic.formats.safe_csv import safe_csv

__all__ = ["readings_files", "readings_record"]

_UNSHOWABLE = re.compile("[\0\ud800-\udfff\ufffe\uffff]")


def readings_files(readings: Readings) -> dict[str, bytes]:
    """Every file by its name."""
    methods = f"{reflexive_text()}\n\nReference\n{REFERENCES['Braun']}\n"
    return {
        "readings.html": _page(readings),
        "readings.csv": _table(readings),
        "methods.txt": methods.encode(),
    }


def readings_record(readings: Readings) -> dict[str, Any]:
    """The readings as JSON takes them."""
    found: dict[str, Any] = plain(readings)
    return found


def _page(readings: Readings) -> bytes:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    loader = PackageLoader("thematic.formats")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = loader.get_source(environment, "agreement.css")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    page = environment.get_template("readings.html.jinja").render(
        readings=readings,
        why=reflexive_text(),
        reference=REFERENCES["Braun"],
        style=Markup(style),
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
    )
    return _UNSHOWABLE.sub("�", page).encode("utf-8")


def _table(readings: Readings) -> bytes:
    header = ["interview", "unit", "text", "alike"]
    header += [f"{coder}: codes" for coder in readings.coders] + [
        f"{coder}: memo" for coder in readings.coders
    ]
    rows = []
    for passage in readings.passages:
        applied = [
            "; ".join(readings.names.get(code, code) for code in passage.readings[coder]) or "(nothing)"
            if coder in passage.readings
            else "(not read)"
            for coder in readings.coders
        ]
        memos = [passage.memos.get(coder, "") for coder in readings.coders]
        where = [passage.interview or "", passage.unit, passage.text, "yes" if passage.alike else "no"]
        rows.append([*where, *applied, *memos])
    return safe_csv(header, rows)
