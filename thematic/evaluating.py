"""What `thematic evaluate` measures: suggestions, of a study or any file of coded turns; and what is left to
find in a study.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thematic.codebook import code_texts
from thematic.emergent import study_uncovered
from thematic.errors import InputError, Problem
from thematic.model import Excerpt, Segmentation, Vectors
from thematic.pipeline import StageProgress

if TYPE_CHECKING:
    from thematic.embedding import EmbedSettings
    from thematic.pipeline import Pipeline
    from thematic.reporting.saturation import Band
    from thematic.reporting.settings import ReportSettings
    from thematic.suggestion import SuggestSettings
    from thematic.suggestion.lessons import Lesson

__all__ = ["evaluate_data", "evaluate_study"]

_NAMED = 5  # codes that a warning names one by one


def evaluate_study(pipeline: Pipeline) -> dict[str, Any]:
    """How good the suggestions of this study are against what its coders decided.

    Raises InputError when nobody has coded, or too little to measure anything.
    """
    from thematic.embedding import code_vectors
    from thematic.suggestion.evaluation import evaluate

    lessons = pipeline.lessons
    if not lessons:
        raise InputError(
            "nobody has coded in this study yet, so there is nothing to measure suggestions by",
            path=str(pipeline.study.root),
            hint="code some interviews: thematic review --coder NAME",
        )
    texts = code_texts(pipeline.codebook)
    report = evaluate(
        pipeline.excerpts,
        pipeline.vectors,
        pipeline.codebook,
        texts,
        code_vectors(texts, pipeline.embedder),
        lessons,
        encode=pipeline.embedder.encode,
        settings=pipeline.study.settings.suggest,
        on_progress=pipeline.on_stage("Evaluating"),
    )
    return {
        "title": pipeline.study.settings.title,
        **report,
        "remaining": _remaining(pipeline),
        "saturation": _saturation(pipeline, lessons),
    }


def _remaining(pipeline: Pipeline) -> dict[str, Any]:
    """How much of each code each coder has still to find, from what was judged in the order drawn by lot."""
    from thematic.review import Review
    from thematic.suggestion.next_to_code import drawn_order
    from thematic.suggestion.stopping import remaining

    known = {excerpt.id for excerpt in pipeline.excerpts}
    codes = [code.id for code in pipeline.codebook.codes if code.status == "active"]
    told = {}
    for coder, made in pipeline.decisions.items():
        judged = {
            id_: frozenset(judgement.code_ids)
            for (layer, id_), judgement in Review.replay(coder, made).judgements.items()
            if layer == "independent" and judgement.decided and id_ in known
        }
        used = [code for code in codes if any(code in given for given in judged.values())]
        sample, found = remaining(drawn_order(pipeline.excerpts, coder), judged, used)
        told[coder] = {
            "judged": len(judged),
            "sample": sample,
            "excerpts": len(known),
            "codes": [asdict(one) for one in found],
        }
    return told


def _saturation(pipeline: Pipeline, lessons: Sequence[Lesson]) -> dict[str, Any]:
    """What another interview would add: codes that none before it has, and clusters of what fits no code."""
    codes: dict[str, set[str]] = {lesson.transcript_id: set() for lesson in lessons}
    for lesson in lessons:
        codes[lesson.transcript_id] |= lesson.applied
    clusters: dict[str, set[str]] = {id_: set() for id_ in dict.fromkeys(pipeline.records)}
    for cluster in study_uncovered(pipeline).clustering.clusters:
        for id_ in cluster.transcript_ids if cluster.status != "hidden" else ():
            clusters[id_].add(cluster.id)
    ordered = {id_: codes[id_] for id_ in clusters if id_ in codes}
    settings = pipeline.study.settings.report
    return {"codes": _saturated(ordered, settings), "new_clusters": _saturated(clusters, settings)}


def _saturated(has: Mapping[str, Collection[str]], settings: ReportSettings) -> dict[str, Any] | None:
    """Plain values of the saturation of what each interview has; None under two interviews."""
    from thematic.reporting.saturation import saturate_presence

    things = sorted(set().union(*has.values()))
    if len(has) < 2:
        return None
    found = saturate_presence(
        np.array([[thing in of_one for thing in things] for of_one in has.values()], bool).reshape(
            len(has), len(things)
        ),
        list(has),
        settings,
    )
    return {
        "interviews": len(has),
        "found": len(things),
        "reached": found.reached,
        "verdict": found.verdict,
        "orders": found.orders,
        "reached_in": found.reached_in,
        "reached_at": None if found.reached_at is None else _ends(found.reached_at),
        "cumulative": [{"interviews": band.interviews} | _ends(band) for band in found.cumulative],
    }


def _ends(band: Band) -> dict[str, float]:
    return {"low": band.low, "median": band.median, "high": band.high}


def evaluate_data(
    data: Path,
    codebook: Path,
    *,
    embed: EmbedSettings,
    suggest: SuggestSettings,
    on_stage: StageProgress,
    threads: int | None = None,
) -> dict[str, Any]:
    """The same for rows of coded turns (`doc`, `i`, `text`, `codes` …) and a codebook in any format.

    Every row is one excerpt, and was looked at by its coder: no codes mean that none applies. Turns of an
    interviewer that nobody coded are left out. Codes that the codebook lacks are measured too, by their name
    and what was coded with them, and a warning names them. Nothing is written. Raises InputError for a file
    that is none, or of which no code is in the codebook; CodebookError for a codebook that is none.
    """
    from thematic.embedding import code_vectors, concatenate, load_embedder
    from thematic.embedding import embed as embed_excerpts
    from thematic.formats.codebooks.front_door import read_codebook
    from thematic.formats.evaluation.coded_excerpts import read_coded_excerpts
    from thematic.suggestion.evaluation import evaluate
    from thematic.suggestion.lessons import Lesson

    coded = read_coded_excerpts(data, read_codebook(codebook)[0])
    read = coded.codebook
    excerpts = [e for e in coded.excerpts if e.role != "interviewer" or any(coded.codes[e.id].values())]
    embedder = load_embedder(embed.model, threads=threads, allow_download=embed.allow_download)
    update = on_stage("Embedding")
    parts: list[Vectors] = []
    ordered: list[Excerpt] = []
    for transcript_id in dict.fromkeys(excerpt.transcript_id for excerpt in excerpts):
        of_one = tuple(e for e in excerpts if e.transcript_id == transcript_id)
        parts.append(
            embed_excerpts(Segmentation(transcript_id=transcript_id, excerpts=of_one), embedder=embedder)
        )
        ordered += of_one
        update(len(ordered), len(excerpts))
    texts = code_texts(read)
    report = evaluate(
        ordered,
        concatenate(parts),
        read,
        texts,
        code_vectors(texts, embedder),
        [
            Lesson(
                coder_id=coder or "the coder",
                transcript_id=excerpt.transcript_id,
                start=excerpt.start,
                end=excerpt.end,
                applied=codes,
            )
            for excerpt in ordered
            for coder, codes in coded.codes[excerpt.id].items()
        ],
        encode=embedder.encode,
        settings=suggest,
        on_progress=on_stage("Evaluating"),
    )
    return {"title": data.stem, **report, "warnings": _codes_added(coded.added) + report["warnings"]}


def _codes_added(added: Sequence[Problem]) -> list[str]:
    if not added:
        return []
    number = "1 code is" if len(added) == 1 else f"{len(added)} codes are"
    return [
        f"{number} not in the codebook, and known by name and codings only: "
        + "; ".join(f"{one.message}{f' ({one.hint})' if one.hint else ''}" for one in added[:_NAMED])
        + (f"; and {len(added) - _NAMED} more" if len(added) > _NAMED else "")
        + "."
    ]
