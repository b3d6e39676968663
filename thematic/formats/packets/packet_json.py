"""What the page of a packet saves: decisions as JSON, each with the id and the hash of its words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from thematic.errors import InputError, Problem
from thematic.packets import DECISIONS, PACKET_SCHEMA, FilledRow, Packet, Returned

__all__ = ["read_packet"]


def read_packet(data: bytes, name: str) -> Returned:
    """What was filled in. Raises InputError when the file is none that the page saves, or is cut off."""
    try:
        saved = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InputError(
            f"damaged or cut off: {error}", path=name, hint="save the decisions again from the page"
        ) from None
    if not isinstance(saved, Mapping) or saved.get("schema") != PACKET_SCHEMA:
        raise InputError(
            "these are no decisions that a packet saved",
            path=name,
            hint="open the page of the packet, choose “Save decisions”, and send that file",
        )
    problems: list[Problem] = []
    rows: list[FilledRow] = []
    seen: set[str] = set()
    packet, entries = _packet(saved, name), saved.get("rows")
    for number, entry in enumerate(entries if isinstance(entries, list) else (), start=1):
        row = _row(entry)
        if row is None:
            problems.append(Problem(f"entry {number} cannot be read", name, None, _AGAIN))
        elif row.excerpt_id in seen:
            problems.append(Problem(f"{row.excerpt_id} stands there twice", name, None, _AGAIN))
        else:
            seen.add(row.excerpt_id)
            rows.append(row)
    return Returned(packet, tuple(rows), tuple(problems), ())


_AGAIN = "the file is not for editing: save the decisions again from the page"


def _packet(saved: Mapping[str, Any], name: str) -> Packet:
    said = [saved.get(key) for key in ("packet", "coder", "mode", "codebook")]
    if not all(isinstance(value, str) for value in said) or said[2] not in ("blind", "assist"):
        raise InputError("the file does not say which packet it belongs to", path=name, hint=_AGAIN)
    id_, coder, mode, version = map(str, said)
    return Packet(
        id=id_, coder=coder, mode="blind" if mode == "blind" else "assist", codebook_version=version
    )


def _row(entry: Any) -> FilledRow | None:
    if not isinstance(entry, Mapping):
        return None
    texts = {key: entry.get(key, "") for key in ("excerpt", "words", "decision", "memo", "hash")}
    lists = {key: entry.get(key, []) for key in ("codes", "rejected", "shown")}
    if not all(isinstance(value, str) for value in texts.values()) or not texts["excerpt"]:
        return None
    if not all(isinstance(v, list) and all(isinstance(i, str) for i in v) for v in lists.values()):
        return None
    if texts["decision"] not in ("", *DECISIONS) or not texts["hash"]:
        return None
    return FilledRow(
        excerpt_id=texts["excerpt"],
        words=texts["words"],
        decision=texts["decision"],
        codes=tuple(lists["codes"]),
        rejected=tuple(lists["rejected"]),
        memo=texts["memo"].strip(),
        shown=tuple(lists["shown"]),
        hash=texts["hash"],
    )
