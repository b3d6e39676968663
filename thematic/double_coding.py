"""Which excerpts were drawn to be coded twice: the log of a study, double-coding.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from thematic.errors import SettingsError
from thematic.files import write_atomic
from thematic.study import Study

__all__ = ["SAMPLE_FILE", "drawn_units", "draws", "log_draw"]

SAMPLE_FILE = "double-coding.json"


def draws(study: Study) -> list[dict[str, Any]]:
    """The samples drawn so far, oldest first; an empty list where none was."""
    path = study.root / SAMPLE_FILE
    if not path.is_file():
        return []
    try:
        found = json.loads(path.read_bytes())["draws"]
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            "this is no log of samples", path=str(path), hint="restore it, or move it away and draw again"
        ) from error
    return list(found)


def log_draw(study: Study, drawn: Mapping[str, Sequence[str]], *, seed: int, total: int) -> None:
    """Add a draw to the log; drawing the same sample again adds nothing."""
    made = {
        "seed": seed,
        "of": total,
        "drawn": sum(map(len, drawn.values())),
        "excerpts": {interview: list(units) for interview, units in drawn.items()},
    }
    before = draws(study)
    if made not in before:
        data = json.dumps({"draws": [*before, made]}, ensure_ascii=False, indent=1) + "\n"
        write_atomic(study.root / SAMPLE_FILE, data.encode())


def drawn_units(study: Study) -> set[str]:
    """Every excerpt that was ever drawn for double coding."""
    return {unit for drawn in draws(study) for units in drawn["excerpts"].values() for unit in units}
