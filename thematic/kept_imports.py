"""imports/<file>/: what an import has left beside a study: report, notes, and what an export gives back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from thematic.errors import StudyError
from thematic.formats.transcripts.reading import clean_id
from thematic.study import Study

__all__ = ["import_folder", "kept_records"]

KEPT = "kept.json"


def import_folder(study: Study, file: str) -> Path:
    """Where what came with this file is kept."""
    return study.root / "imports" / clean_id(file)


def kept_records(study: Study) -> list[dict[str, Any]]:
    """What each import has kept for the way back, by name of the file. Raises StudyError when damaged."""
    records = []
    for path in sorted((study.root / "imports").glob(f"*/{KEPT}")):
        try:
            record = json.loads(path.read_bytes())
        except ValueError as error:
            raise StudyError(
                f"damaged: {error}", path=str(path), hint="import the project again, or delete this file"
            ) from None
        if isinstance(record, dict):
            records.append(record)
    return records
