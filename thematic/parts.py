"""A study too large for memory, a part at a time: transcripts with all that is known of them. Floor 5."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from thematic.model import Clustering, Segmentation, StudyData, Suggestion, Transcript
from thematic.text import check_quote

__all__ = ["EXCERPTS_IN_PART", "in_parts"]

EXCERPTS_IN_PART = 5_000
"""A part ends with the unit of work that brings it to so many excerpts."""


def in_parts(
    frame: StudyData,
    units: Iterable[Sequence[Segmentation]],
    transcripts: Callable[[Sequence[str]], Sequence[Transcript]],
    suggestions: Iterable[Suggestion],
) -> Iterator[StudyData]:
    """Parts of one study that together hold all of it, in order.

    frame: the study without transcripts, excerpts and suggestions; its codings, judgements and clusters are
        given to the parts that they lie in.
    units: the excerpts, as they were cut. transcripts: gives those with these ids, in their order.
    suggestions: in the order of the excerpts.
    """
    codings, judged, clusters = defaultdict(list), defaultdict(list), _cluster_of(frame.clustering)
    for coding in frame.codings:
        codings[coding.quote.transcript_id].append(coding)
    for one in frame.judged:
        judged[one.quote.transcript_id].append(one)
    shortlists = groupby(suggestions, key=attrgetter("excerpt_id"))
    for segmentations in _gathered(units):
        ids = [s.transcript_id for s in segmentations]
        texts = transcripts(ids)
        excerpts = [excerpt for s in segmentations for excerpt in s.excerpts]
        by_id = {text.id: text for text in texts}
        shortlist: list[Suggestion] = []
        for excerpt in excerpts:
            check_quote(by_id[excerpt.transcript_id], excerpt.start, excerpt.end, excerpt.text)
            excerpt_id, own = next(shortlists)
            if excerpt_id != excerpt.id:
                raise ValueError(f"suggestions for {excerpt_id} where those for {excerpt.id} are due")
            shortlist += own
        yield replace(
            frame,
            transcripts=tuple(texts),
            segmentations=tuple(segmentations),
            suggestions=tuple(shortlist),
            clustering=_part(frame.clustering, [e.id for e in excerpts], clusters),
            codings=tuple(coding for id_ in ids for coding in codings[id_]),
            judged=tuple(one for id_ in ids for one in judged[id_]),
        )


def _gathered(units: Iterable[Sequence[Segmentation]]) -> Iterator[list[Segmentation]]:
    gathered: list[Segmentation] = []
    for unit in units:
        gathered += unit
        if sum(len(s.excerpts) for s in gathered) >= EXCERPTS_IN_PART:
            yield gathered
            gathered = []
    if gathered:
        yield gathered


def _cluster_of(clustering: Clustering | None) -> dict[str, int]:
    clusters = clustering.clusters if clustering else ()
    return {id_: place for place, cluster in enumerate(clusters) for id_ in cluster.excerpt_ids}


def _part(
    clustering: Clustering | None, excerpt_ids: Sequence[str], places: dict[str, int]
) -> Clustering | None:
    """The clusters with those of their excerpts that are in a part; whole in what is said of them."""
    if clustering is None:
        return None
    here: dict[int, list[str]] = defaultdict(list)
    for id_ in excerpt_ids:
        if id_ in places:
            here[places[id_]].append(id_)
    clusters = (replace(clustering.clusters[at], excerpt_ids=tuple(here[at])) for at in sorted(here))
    return replace(clustering, clusters=tuple(clusters), unclustered=())
