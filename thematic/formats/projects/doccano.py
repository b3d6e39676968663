"""doccano's export of sequence labels: `label: [[start, end, "Label"]]`, or `entities` with offsets.

Positions are code points. Who labelled is not in the file: doccano writes a file for each user, and `--coder`
says whose it is. Where `annotations` name users by number, they are `user 1` and so on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from thematic.coded_project import CodedProject, Losses
from thematic.formats.encoding import head_text
from thematic.formats.projects.front_door import HEAD_BYTES, ProjectSettings
from thematic.formats.projects.task_texts import (
    LabelledText,
    Span,
    beginning,
    named,
    project_of_texts,
    read_json_objects,
)

__all__ = ["read", "sniff"]

_ENDINGS = (".json", ".jsonl", ".ndjson")
_TRIPLE = re.compile(r'"labels?"\s*:\s*\[\s*(?:\]|\[\s*-?\d+\s*,\s*-?\d+\s*,\s*")')
_KNOWN = frozenset(
    "id text data label labels entities annotations relations comments meta cats annotation_approver".split()
)


def sniff(head: bytes, path: Path) -> bool:
    """JSON with a text and labels as triples, or entities with start and end offsets."""
    if path.is_dir() or path.suffix.casefold() not in _ENDINGS:
        return False
    text = head_text(head) if len(head) < HEAD_BYTES else beginning(path)
    return ('"text"' in text or '"data"' in text) and (
        '"start_offset"' in text or _TRIPLE.search(text) is not None
    )


def read(path: Path, *, settings: ProjectSettings) -> CodedProject:
    """The texts of the export with their labels. Raises as `project_of_texts` does."""
    losses = Losses()
    tasks = [_task(line, row, losses) for line, row in read_json_objects(path)]
    return project_of_texts(
        [task for task in tasks if task is not None],
        path=path,
        program="doccano",
        format="doccano",
        settings=settings,
        losses=losses,
    )


def _task(line: int, row: Mapping[str, Any], losses: Losses) -> LabelledText | None:
    text = next((row[key] for key in ("text", "data") if isinstance(row.get(key), str)), None)
    if text is None:
        losses.add("rows", "they have no text", example=f"number {line}")
        return None
    attributes = {
        key: " ".join(str(value).split())
        for key, value in row.items()
        if key.casefold() not in _KNOWN
        and isinstance(value, str | int | float)
        and not isinstance(value, bool)
    }
    name = named(row, "doc", "transcript", "name", "title", "filename", "id")
    task = LabelledText(line=line, name=name, text=text, attributes=attributes)
    relations = row.get("relations")
    if isinstance(relations, list) and relations:
        losses.add("relations", "codings have none between them", count=len(relations))
    for key in ("Comments", "comments"):
        if isinstance(row.get(key), list) and row[key]:
            losses.add("comments", "they are of a text and not of its words", count=len(row[key]))
    for key in ("label", "labels"):
        for item in row[key] if isinstance(row.get(key), list) else []:
            if isinstance(item, list) and len(item) >= 3 and _whole(item[0]) and _whole(item[1]):
                task.spans.append(Span(start=item[0], end=item[1], label=str(item[2])))
            else:
                losses.add("labels", "they are of a text and not of its words", example=str(item)[:60])
    for key in ("entities", "annotations"):
        for item in row[key] if isinstance(row.get(key), list) else []:
            if isinstance(item, dict) and _whole(item.get("start_offset")) and _whole(item.get("end_offset")):
                user = item.get("user")
                task.spans.append(
                    Span(
                        start=item["start_offset"],
                        end=item["end_offset"],
                        label=named(item, "label", "label_text") or "unnamed",
                        coder=f"user {user}" if _whole(user) else "",
                    )
                )
    return task


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
