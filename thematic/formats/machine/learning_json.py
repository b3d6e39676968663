"""What suggestions were learnt from, as JSON: machine data beside the suggestions."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from thematic.suggestion.learnt import Learning
from thematic.suggestion.promise import Promise
from thematic.suggestion.shortlist import ShortlistRule
from thematic.suggestion.verdicts import CodeVerdict

__all__ = ["learning_record", "read_learning", "write_learning"]


def learning_record(learning: Learning) -> dict[str, Any]:
    """Plain values under the names of the fields."""
    return asdict(learning)


def write_learning(learning: Learning | None) -> bytes:
    """One JSON document; `null` where nothing was learnt."""
    record = None if learning is None else learning_record(learning)
    return (json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def read_learning(data: bytes) -> Learning | None:
    """The inverse of `write_learning`."""
    record = json.loads(data)
    if record is None:
        return None
    return Learning(
        **{
            **record,
            "coders": tuple(record["coders"]),
            "verdicts": tuple(CodeVerdict(**verdict) for verdict in record["verdicts"]),
            "shortlist": ShortlistRule(**record["shortlist"]) if record["shortlist"] else None,
            "promise": Promise(**record["promise"]),
        }
    )
