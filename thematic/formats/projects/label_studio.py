"""Label Studio's export (JSON, or its tasks a line): regions of texts with labels, a set an annotator.

Regions of type `labels` on a text are read. Positions are code points since version 1.4 and UTF-16 units
before; the words that each region keeps show which. What is a choice, a rating or a relation is told as a
loss.
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
from thematic.formats.sqlite_files import moment
from thematic.model import Layer

__all__ = ["read", "sniff"]

_ENDINGS = (".json", ".jsonl", ".ndjson")
_DATA = re.compile(r'"data"\s*:\s*\{')


def sniff(head: bytes, path: Path) -> bool:
    """JSON whose tasks have an object `data`, and `annotations` (`completions` before 1.0)."""
    if path.is_dir() or path.suffix.casefold() not in _ENDINGS:
        return False
    text = head_text(head) if len(head) < HEAD_BYTES else beginning(path)
    return _DATA.search(text) is not None and any(
        f'"{key}"' in text for key in ("annotations", "completions")
    )


def read(path: Path, *, settings: ProjectSettings) -> CodedProject:
    """The tasks of the export. Predictions are no codings and stay out. Raises as `project_of_texts` does."""
    losses = Losses()
    tasks = [_task(line, row, losses) for line, row in read_json_objects(path)]
    return project_of_texts(
        [task for task in tasks if task is not None],
        path=path,
        program="Label Studio",
        format="label-studio",
        settings=settings,
        losses=losses,
        notes=("definitions of labels are not in this export",),
    )


def _task(line: int, row: Mapping[str, Any], losses: Losses) -> LabelledText | None:
    data = row.get("data")
    if not isinstance(data, dict):
        losses.add("tasks", "they have no data", example=f"number {line}")
        return None
    regions = [
        (made, region)
        for made in _list(row.get("annotations")) or _list(row.get("completions"))
        if isinstance(made, dict) and not made.get("was_cancelled")
        for region in _list(made.get("result"))
        if isinstance(region, dict)
    ]
    if _list(row.get("predictions")):
        losses.add(
            "predictions", "a prediction is no coding of a person", count=len(_list(row["predictions"]))
        )
    key = _text_key(data, [region for _, region in regions])
    if key is None:
        losses.add("tasks", "they have no text: images, sound, or a link to a file", example=f"number {line}")
        return None
    task = LabelledText(
        line=line,
        name=named(data, "transcript", "id", "name", "title", "doc", "document") or named(row, "id"),
        text=data[key],
        attributes={
            name.removeprefix("case "): " ".join(str(value).split())
            for name, value in data.items()
            if name.startswith("case ") and isinstance(value, str | int | float)
        },
    )
    for made, region in regions:
        spans = _spans(made, region)
        if not spans:
            losses.add("results", f"of the kind “{region.get('type') or 'unknown'}”, which codes no words")
        task.spans.extend(spans)
    return task


def _spans(made: Mapping[str, Any], region: Mapping[str, Any]) -> list[Span]:
    value = region.get("value")
    if not isinstance(value, dict):
        return []
    start, end = value.get("start"), value.get("end")
    labels = [x for key in ("labels", "hypertextlabels") for x in _list(value.get(key)) if isinstance(x, str)]
    if not isinstance(start, int) or not isinstance(end, int):
        return []
    found = region.get("meta")
    meta: Mapping[str, Any] = found if isinstance(found, dict) else {}
    layer: Layer = meta["layer"] if meta.get("layer") in ("negotiated", "final") else "independent"
    words = value.get("text")
    return [
        Span(
            start=start,
            end=end,
            label=label,
            words=words if isinstance(words, str) else "",
            coder=named(meta, "coder") or _annotator(made),
            at=moment(made.get("created_at")),
            memo="\n".join(x for x in _list(meta.get("text")) if isinstance(x, str)),
            layer=layer,
        )
        for label in labels
    ]


def _annotator(made: Mapping[str, Any]) -> str:
    """Who annotated: an address without its domain, a name, or the number of the user."""
    who = made.get("completed_by")
    if isinstance(who, dict):
        full = " ".join(str(who.get(key) or "") for key in ("first_name", "last_name")).strip()
        return full or named(who, "username", "email", "id").partition("@")[0]
    return f"annotator {who}" if isinstance(who, int) and not isinstance(who, bool) else str(who or "")


def _text_key(data: Mapping[str, Any], regions: list[Mapping[str, Any]]) -> str | None:
    """Which value of a task is the text: `text`, or the longest that every region fits into."""
    texts = {key: value for key, value in data.items() if isinstance(value, str)}
    if "text" in texts:
        return "text"
    values = [r["value"] for r in regions if isinstance(r.get("value"), dict)]
    last = max((v["end"] for v in values if isinstance(v.get("end"), int)), default=1)
    fitting = [
        key for key, value in texts.items() if len(value) >= last and not value.startswith(("http", "/data/"))
    ]
    return max(fitting, key=lambda key: len(texts[key]), default=None)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
