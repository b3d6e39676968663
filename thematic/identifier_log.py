"""The log of what was decided about identifiers: append-only, each line vouching for those before. Floor 4.

It says who decided what, when and why, and on which finding, by a salted hash. It never quotes an identifier.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from thematic.errors import StudyError
from thematic.files import sync_folder

__all__ = ["LOG", "append_log", "read_log", "standing"]

LOG = "identifiers.jsonl"
_GENESIS = "0" * 64


def read_log(study: Path) -> list[dict[str, Any]]:
    """Every line of the log of the study in this folder. Raises StudyError when its chain is broken."""
    path = study / LOG
    if not path.is_file():
        return []
    lines: list[dict[str, Any]] = []
    head = _GENESIS
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            record = json.loads(line)
            holds = record["previous"] == head and record["hash"] == _hash(record)
        except (ValueError, KeyError, TypeError):
            holds = False
        if not holds:
            raise StudyError(
                "the log of decisions about identifiers was changed, or is torn",
                path=str(path),
                line=number,
                hint="restore it from a copy; a decision is never edited, only followed by another",
            )
        head = record["hash"]
        lines.append(record)
    return lines


def append_log(study: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Add lines, all or none, on the disk when this returns. Call it while holding the study's lock."""
    before = read_log(study)
    head = before[-1]["hash"] if before else _GENESIS
    lines = []
    for record in records:
        line = {**record, "previous": head}
        line["hash"] = head = _hash(line)
        lines.append(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    if not lines:
        return
    path = study / LOG
    size = path.stat().st_size if path.exists() else 0
    with path.open("ab") as file:
        try:
            file.write("".join(lines).encode())
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            file.truncate(size)
            raise
    sync_folder(study)


def standing(log: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The latest decision about each finding, by its id."""
    return {record["id"]: record for record in log if record.get("id")}


def _hash(record: Mapping[str, Any]) -> str:
    content = {key: value for key, value in record.items() if key != "hash"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
