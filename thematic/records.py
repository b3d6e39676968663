"""What texts/<id>.json says of every transcript but its turns, kept so that it is not parsed again. Floor 5.

`.thematic/records.jsonl` has a line a transcript: the hash of the file it was taken from, and what it said. A
line whose hash is no longer that of the file counts as none, and the file can be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from thematic.files import write_atomic
from thematic.study import Study, fingerprint

__all__ = ["keep_records", "records_of"]


_Entries = dict[str, tuple[str, dict[str, Any]]]
"""By id of the transcript: the hash of its file, and the record."""


def records_of(study: Study) -> dict[str, dict[str, Any]]:
    """The record of each transcript by id, sorted, with the hash of its turns in their place. Writes nothing.

    Raises StudyError for a record that is damaged.
    """
    return {id_: record for id_, (_, record) in _found(study, _kept(study)).items()}


def keep_records(study: Study) -> None:
    """Parse what changed, and keep it; call it while holding the study's lock."""
    kept = _kept(study)
    found = _found(study, kept)
    if found != kept:
        lines = (json.dumps([id_, *entry], ensure_ascii=True) for id_, entry in found.items())
        write_atomic(_path(study), "".join(f"{line}\n" for line in lines).encode())


def _path(study: Study) -> Path:
    return study.machine / "records.jsonl"


def _found(study: Study, kept: _Entries) -> _Entries:
    found: _Entries = {}
    for id_ in study.transcript_ids():
        digest = hashlib.sha256((study.root / "texts" / f"{id_}.json").read_bytes()).hexdigest()
        if id_ in kept and kept[id_][0] == digest:
            found[id_] = kept[id_]
        else:
            record = study.record(id_)
            found[id_] = digest, record | {"turns": fingerprint(record["turns"])}
    return found


def _whole(record: dict[str, Any]) -> dict[str, Any]:
    """The record, when it has what is asked of one. Raises TypeError or KeyError when it has not."""
    texts = (record["title"], record["text_sha256"], record["turns"], record["source"]["path"])
    if not (all(isinstance(text, str) for text in texts) and isinstance(record["attributes"], dict)):
        raise TypeError
    return record


def _kept(study: Study) -> _Entries:
    try:
        lines = _path(study).read_bytes().splitlines()
    except OSError:
        return {}
    kept: _Entries = {}
    for line in lines:
        try:
            id_, digest, record = json.loads(line)
            kept[id_] = digest, _whole(record)
        except (ValueError, TypeError, KeyError):
            continue
    return kept
