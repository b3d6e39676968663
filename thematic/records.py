"""What texts/<id>.json says of every transcript but its turns, kept so that it is not parsed again. Floor 5.

`.thematic/records.jsonl` has a line a transcript: the hash of the file it was taken from, and what it said. A
line whose hash is no longer that of the file counts as none, and the file can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from typing import Any

from thematic.files import write_atomic
from thematic.study import Study, fingerprint

__all__ = ["records_of"]


def records_of(study: Study) -> dict[str, dict[str, Any]]:
    """The record of each transcript by id, sorted, with the hash of its turns in their place.

    Raises StudyError for a record that is damaged.
    """
    path = study.machine / "records.jsonl"
    kept = _kept(path.read_bytes()) if path.exists() else {}
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for id_ in study.transcript_ids():
        digest = hashlib.sha256((study.root / "texts" / f"{id_}.json").read_bytes()).hexdigest()
        if id_ in kept and kept[id_][0] == digest:
            found[id_] = kept[id_]
        else:
            record = study.record(id_)
            found[id_] = digest, record | {"turns": fingerprint(record["turns"])}
    if found != kept and study.machine.is_dir():
        with contextlib.suppress(OSError):  # in a study that may only be read they are parsed every time
            write_atomic(path, b"".join(_line(id_, *entry) for id_, entry in found.items()))
    return {id_: record for id_, (_, record) in found.items()}


def _line(id_: str, digest: str, record: dict[str, Any]) -> bytes:
    return json.dumps([id_, digest, record], ensure_ascii=True).encode() + b"\n"


def _kept(data: bytes) -> dict[str, tuple[str, dict[str, Any]]]:
    kept = {}
    for line in data.splitlines():
        try:
            id_, digest, record = json.loads(line)
        except (ValueError, TypeError):
            continue
        kept[id_] = digest, record
    return kept
