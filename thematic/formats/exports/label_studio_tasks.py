"""Label Studio: a task a transcript, with codings as annotations and the first suggestions as predictions.

`labels.xml` is the labeling configuration to paste into a new project; `tasks.json` and `tasks.jsonl` are the
same tasks in two shapes. Offsets are code points, as Label Studio stores them since 1.4.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any
from xml.sax.saxutils import quoteattr

from thematic.errors import Problem
from thematic.formats.exports.excerpt_rows import code_labels, coder_names, codes_in_use
from thematic.model import Coding, Excerpt, StudyData, Suggestion, Transcript

__all__ = ["FROM", "TO", "not_carried", "render_files"]

FROM, TO = "code", "text"
MODEL = "thematic: suggestions, not codings"


def render_files(data: StudyData) -> dict[str, bytes]:
    """tasks.json, tasks.jsonl and labels.xml. Same data, same bytes.

    An annotation holds the codings of one coder in one transcript; coder, layer and memo stand in the `meta`
    of each region, since Label Studio knows only its own users.
    """
    codings: dict[str, dict[str, list[Coding]]] = {}
    for coding in data.codings:
        codings.setdefault(coding.quote.transcript_id, {}).setdefault(coding.coder_id, []).append(coding)
    excerpts = {e.id: e for s in data.segmentations for e in s.excerpts}
    first: dict[str, list[Suggestion]] = {}
    for s in data.suggestions:
        if s.excerpt_id in excerpts and s.code_id and s.rank == 1:
            first.setdefault(excerpts[s.excerpt_id].transcript_id, []).append(s)
    labels, names = code_labels(data.codebook), coder_names(data)
    tasks = [
        _task(t, codings.get(t.id, {}), first.get(t.id, []), excerpts, labels, names)
        for t in data.transcripts
    ]
    return {
        "tasks.json": _json(tasks, indent=1),
        "tasks.jsonl": b"".join(_json(task) for task in tasks),
        "labels.xml": _labels(data),
    }


def not_carried(data: StudyData) -> tuple[Problem, ...]:
    coders = {c.coder_id for c in data.codings}
    told = [Problem("definitions and criteria of codes have no place in Label Studio")]
    if coders:
        told.append(Problem("coders are no users there: each stands in the `meta` of their regions"))
    coded = {(c.coder_id, c.quote.transcript_id, c.quote.start, c.quote.end) for c in data.codings}
    empty = sum(
        (j.coder_id, j.quote.transcript_id, j.quote.start, j.quote.end) not in coded for j in data.judged
    )
    if empty:
        told.append(Problem(f"{empty} passages judged to have no code cannot be told from unread ones there"))
    return tuple(told)


def _task(
    transcript: Transcript,
    by_coder: Mapping[str, list[Coding]],
    first: Sequence[Suggestion],
    excerpts: Mapping[str, Excerpt],
    labels: dict[str, str],
    names: dict[str, str],
) -> dict[str, Any]:
    task: dict[str, Any] = {
        "data": {
            "text": transcript.text,
            "transcript": transcript.id,
            "title": transcript.title,
            **{f"case {name}": value for name, value in transcript.attributes.items()},
        },
        "annotations": [
            {"result": [_region(c, labels, names) for c in sorted(made, key=_order)]}
            for _, made in sorted(by_coder.items())
        ],
    }
    if first:
        regions = [_suggested(s, excerpts[s.excerpt_id], labels) for s in first]
        task["predictions"] = [{"model_version": MODEL, "result": regions}]
    return task


def _order(coding: Coding) -> tuple[int, int, str, str]:
    return coding.quote.start, coding.quote.end, coding.code_id, coding.layer


def _region(coding: Coding, labels: dict[str, str], names: dict[str, str]) -> dict[str, Any]:
    quote = coding.quote
    key = (quote.transcript_id, quote.start, quote.end, coding.code_id, coding.coder_id, coding.layer)
    meta: dict[str, Any] = {"coder": names[coding.coder_id], "layer": coding.layer}
    if coding.memo:
        meta["text"] = [coding.memo]
    label = labels.get(coding.code_id, coding.code_id)
    return _span(key, quote.start, quote.end, quote.text, label) | {"meta": meta}


def _suggested(suggestion: Suggestion, excerpt: Excerpt, labels: dict[str, str]) -> dict[str, Any]:
    code_id = suggestion.code_id or ""
    region = _span(
        ("suggestion", excerpt.id, code_id),
        excerpt.start,
        excerpt.end,
        excerpt.text,
        labels.get(code_id, code_id),
    )
    return region if suggestion.score is None else region | {"score": round(float(suggestion.score), 6)}


def _span(key: Iterable[object], start: int, end: int, text: str, label: str) -> dict[str, Any]:
    return {
        "id": sha256("\0".join(map(str, key)).encode("utf-8", "surrogatepass")).hexdigest()[:10],
        "from_name": FROM,
        "to_name": TO,
        "type": "labels",
        "value": {"start": start, "end": end, "text": text, "labels": [label]},
    }


def _labels(data: StudyData) -> bytes:
    labels = code_labels(data.codebook)
    codes = [code for _, code in codes_in_use(data)]
    lines = ["<View>", f'  <Labels name="{FROM}" toName="{TO}">']
    for code in codes:
        color = f" background={quoteattr(code.color)}" if code.color else ""
        lines.append(f"    <Label value={quoteattr(labels.get(code.id, code.id))}{color}/>")
    lines += ["  </Labels>", f'  <Text name="{TO}" value="$text" granularity="word"/>', "</View>", ""]
    return "\n".join(lines).encode("utf-8", "xmlcharrefreplace")


def _json(value: Any, *, indent: int | None = None) -> bytes:
    separators = (",", ":") if indent is None else None
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators) + "\n"
    return text.encode("utf-8", "backslashreplace")
