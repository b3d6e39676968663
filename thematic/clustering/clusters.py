"""The stage: excerpts and their vectors in, a Clustering out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from itertools import count
from math import sqrt
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from thematic import __version__
from thematic.clustering.description import exemplars, terms
from thematic.clustering.partition import (
    Labels,
    Points,
    dense_groups,
    join_nearest,
    one_thread,
    principal,
    ward_groups,
)
from thematic.clustering.stability import FEWEST_INTERVIEWS, stability
from thematic.errors import SettingsError, ThematicError
from thematic.model import Cluster, Clustering, Excerpt, ProgressCallback, Provenance, Vectors
from thematic.text import count_words

__all__ = ["ClusterSettings", "cluster"]

Method = Literal["ward", "hdbscan"]
Granularity = Literal["coarse", "medium", "fine"]
Status = Literal["stable", "doubtful", "hidden"]

_GRAIN = {"coarse": 0.5, "medium": 1.0, "fine": 2.0}
_FEWEST_WORDS = 3
_FEWEST_EXCERPTS = 20  # fewer are read one by one, and groups of them are chance
_MOST_IN_TREE = 5_000  # more cost much and bring nothing: see benchmarks/clusters.py
_MOST_GROUPED = 50_000  # the others join the nearest group, and the loss is told
_COMPONENTS = 50
_RESAMPLES = 20
_STABLE, _DOUBTFUL = 0.75, 0.5  # the cut-offs of Hennig for the mean Jaccard overlap
_TERMS, _EXEMPLARS = 6, 3
_ABOUT = (
    "Clusters are prompts for reading, not codes: they hold excerpts whose wording is alike. "
    "Whether these share a meaning is for a reader to say."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSettings:
    """How excerpts are grouped.

    method: `ward` puts every excerpt in a cluster; `hdbscan` only those in dense groups.
    granularity: `medium` makes about √n clusters of about √n excerpts from n excerpts, so that reading the
        list of clusters takes as long as reading one of them; `coarse` makes half as many, `fine` twice as
        many. `hdbscan` finds its own number.
    min_excerpts, min_interviews: smaller clusters are hidden, with the reason. In a study of few interviews
        half of them are enough.
    seed: of the draws behind the stability figures. The clusters themselves do not depend on it.
    """

    method: Method = "ward"
    granularity: Granularity = "medium"
    min_excerpts: int = 5
    min_interviews: int = 3
    seed: int = 0

    def __post_init__(self) -> None:
        names = (
            ("method", self.method, get_args(Method)),
            ("granularity", self.granularity, get_args(Granularity)),
        )
        for setting, name, allowed in names:
            if name not in allowed:
                raise SettingsError(
                    f"unknown {setting} of clusters: “{name}”", hint=f"one of {', '.join(allowed)}"
                )
        numbers = (
            ("min_excerpts", self.min_excerpts, 1),
            ("min_interviews", self.min_interviews, 1),
            ("seed", self.seed, 0),
        )
        for setting, number, least in numbers:
            if number < least:
                raise SettingsError(f"{setting} of clusters is {number}", hint=f"a whole number from {least}")


def cluster(
    excerpts: Sequence[Excerpt],
    vectors: Vectors,
    *,
    settings: ClusterSettings = ClusterSettings(),
    on_progress: ProgressCallback | None = None,
) -> Clustering:
    """Groups of excerpts that read alike: those to be shown first, by size, then the hidden ones, by size.

    Neither the order of `excerpts`, nor that of the rows of `vectors`, nor the number of threads matters.
    Excerpts of fewer than three words stay unclustered; an excerpt that repeats another's words joins it.
    Fewer than 20 different excerpts give no clusters, and a note that says so. `note` tells in words whatever
    a reader must know about the result.

    Raises ThematicError when an excerpt has no vector, or one that is not finite.
    """
    ordered = sorted(excerpts, key=lambda item: (item.transcript_id, item.start, item.end, item.id))
    alike = _same_words(ordered)
    distinct = [ordered[rows[0]] for rows in alike]
    places = _places(distinct, vectors)
    notes = [_ABOUT]
    found: list[Cluster] = []
    enough = len(distinct) >= _FEWEST_EXCERPTS
    if not enough:
        notes.append(
            f"There are no clusters: these need {_FEWEST_EXCERPTS} different excerpts of three words or "
            f"more, and there {'is' if len(distinct) == 1 else 'are'} {len(distinct)}."
        )
    else:
        grouping = _group(distinct, vectors.values, places, settings, on_progress)
        found = _describe(ordered, alike, grouping, settings)
        notes += _remarks(grouping, settings)
    clustered = {name for item in found for name in item.excerpt_ids}
    unclustered = tuple(excerpt.id for excerpt in ordered if excerpt.id not in clustered)
    if enough and unclustered:
        sparse = ", or in no dense group" if settings.method == "hdbscan" else ""
        notes.append(
            f"{_counted(len(unclustered), 'excerpt')} in no cluster: fewer than three words{sparse}."
        )
    return Clustering(
        clusters=tuple(replace(item, id=f"C{number:02}") for number, item in enumerate(found, start=1)),
        unclustered=unclustered,
        provenance=Provenance(
            stage="cluster",
            version=__version__,
            settings=asdict(settings),
            seed=settings.seed,
            model=vectors.model,
            model_sha256=vectors.model_sha256,
        ),
        note=" ".join(notes),
    )


# --- Input ---------------------------------------------------------------------------------------------


def _same_words(excerpts: Sequence[Excerpt]) -> list[list[int]]:
    """Rows of excerpts with the same words, in order of the first; those of too few words are left out."""
    rows: dict[str, list[int]] = {}
    for row, excerpt in enumerate(excerpts):
        if count_words(excerpt.text) >= _FEWEST_WORDS:
            rows.setdefault(" ".join(excerpt.text.casefold().split()), []).append(row)
    return list(rows.values())


def _places(excerpts: Sequence[Excerpt], vectors: Vectors) -> Labels:
    """The row of the vector of each excerpt."""
    rows = {name: row for row, name in enumerate(vectors.ids)}
    missing = [excerpt.id for excerpt in excerpts if excerpt.id not in rows]
    if missing:
        raise ThematicError(
            f"{len(missing)} of {len(excerpts)} excerpts have no vector, the first is {missing[0]}",
            hint="embed the excerpts again: these vectors were made from others",
        )
    places = np.array([rows[excerpt.id] for excerpt in excerpts], np.intp)
    for start in range(0, len(places), _MOST_GROUPED):
        finite = np.isfinite(vectors.values[places[start : start + _MOST_GROUPED]]).all(axis=1)
        if not finite.all():
            broken = excerpts[start + int(np.flatnonzero(~finite)[0])]
            raise ThematicError(
                f"the vector of excerpt {broken.id} is not finite", hint="embed the excerpts again"
            )
    return places


# --- Groups --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grouping:
    """The label from 0 of each distinct excerpt, -1 for none, and what was found about it.

    inside: the rows of the excerpts that the groups, their terms and stabilities were made from. loss: by how
    much, as a share, the others are farther from the middle of theirs, in mean squared distance; None where
    all were placed in the same way.
    """

    points: Points
    inside: Labels
    loss: float | None
    labels: Labels
    dense: NDArray[np.bool_]
    stabilities: list[float | None]
    interviews: int


def _group(
    excerpts: Sequence[Excerpt],
    values: Points,
    places: Labels,
    settings: ClusterSettings,
    on_progress: ProgressCallback | None,
) -> _Grouping:
    """Group the excerpts, whose vectors are the rows `places` of `values`, which may lie on the disk."""
    done = count(1)

    def step() -> None:
        if on_progress is not None:
            on_progress(next(done), _RESAMPLES + 2)

    _, interviews = np.unique([excerpt.transcript_id for excerpt in excerpts], return_inverse=True)
    hashes = np.array(
        [int.from_bytes(sha256(e.id.encode()).digest()[:8], "big") for e in excerpts], np.uint64
    )
    groups = round(_GRAIN[settings.granularity] * sqrt(len(excerpts)))

    def group(rows: Labels, *, ward: bool = settings.method == "ward") -> Labels:
        sample = np.sort(np.argsort(hashes[rows], kind="stable")[:_MOST_IN_TREE])
        if ward:
            return ward_groups(points[rows], sample, groups)
        return dense_groups(points[rows], sample)

    inside = np.sort(np.argsort(hashes, kind="stable")[:_MOST_GROUPED])
    with one_thread():
        components = principal(values[places[inside]], min(_COMPONENTS, len(places) - 1, values.shape[1]))
        points = np.concatenate(
            [
                components.of(values[places[start : start + _MOST_GROUPED]])
                for start in range(0, len(places), _MOST_GROUPED)
            ]
        )
        everything = np.arange(len(points))
        labels, loss = group(inside if settings.method == "ward" else everything), None
        step()
        dense = group(everything, ward=False) >= 0
        step()
        if len(labels) < len(points):
            labels, loss = join_nearest(points, inside, labels)
        stabilities = stability(
            labels[inside],
            interviews[inside],
            regroup=lambda rows: group(inside[rows]),
            resamples=_RESAMPLES,
            seed=settings.seed,
            on_draw=step,
        )
    return _Grouping(
        points=points,
        inside=inside,
        loss=loss,
        labels=labels,
        dense=dense,
        stabilities=stabilities,
        interviews=int(interviews.max()) + 1,
    )


# --- Words ---------------------------------------------------------------------------------------------


def _describe(
    ordered: Sequence[Excerpt], alike: Sequence[Sequence[int]], grouping: _Grouping, settings: ClusterSettings
) -> list[Cluster]:
    """The clusters without their ids, those to be shown first, then by size, then by first excerpt."""
    distinct = [ordered[rows[0]] for rows in alike]
    inside = grouping.inside
    words = terms([distinct[row].text for row in inside], grouping.labels[inside], count=_TERMS)
    found = []
    for label, overlap in enumerate(grouping.stabilities):
        rows = np.flatnonzero(grouping.labels == label).tolist()
        members = sorted(row for first in rows for row in alike[first])
        core = sorted(row for first in rows if grouping.dense[first] for row in alike[first])
        transcripts = sorted({ordered[row].transcript_id for row in members})
        status, reason = _verdict(len(members), len(transcripts), overlap, grouping, settings)
        item = Cluster(
            id="",
            excerpt_ids=tuple(ordered[row].id for row in members),
            terms=words[label],
            exemplar_ids=exemplars(rows, grouping.points, distinct, count=_EXEMPLARS),
            transcript_ids=tuple(transcripts),
            stability=overlap,
            status=status,
            reason=reason,
            core_ids=tuple(ordered[row].id for row in core),
        )
        found.append((status == "hidden", -len(members), members[0], item))
    return [item for *_, item in sorted(found, key=lambda entry: entry[:3])]


def _interviews_needed(grouping: _Grouping, settings: ClusterSettings) -> int:
    return min(settings.min_interviews, (grouping.interviews + 1) // 2)


def _verdict(
    excerpts: int, interviews: int, overlap: float | None, grouping: _Grouping, settings: ClusterSettings
) -> tuple[Status, str]:
    """Whether a cluster is shown, and why if it is not, or only with a doubt."""
    needed = _interviews_needed(grouping, settings)
    if excerpts < settings.min_excerpts:
        return "hidden", f"{_counted(excerpts, 'excerpt')}, fewer than {settings.min_excerpts}"
    if interviews < needed:
        return "hidden", f"from {_counted(interviews, 'interview')}, fewer than {needed}"
    if overlap is None:
        return "doubtful", f"stability not known: that needs {FEWEST_INTERVIEWS} interviews"
    back = f"about {int(100 * overlap)}% of it comes back when one interview in five is left out"
    if overlap < _DOUBTFUL:
        return "hidden", f"unstable: {back}"
    if overlap < _STABLE:
        return "doubtful", f"not quite stable: {back}"
    return "stable", ""


def _remarks(grouping: _Grouping, settings: ClusterSettings) -> list[str]:
    """What a reader must know about how the groups were found, a sentence each."""
    total, needed = len(grouping.labels), _interviews_needed(grouping, settings)
    remarks = []
    if total > _MOST_IN_TREE:
        remarks.append(
            f"The tree of groups was made from {_MOST_IN_TREE:,} of {total:,} excerpts, chosen by the hash "
            "of their ids; the others joined the nearest group."
        )
    inside = len(grouping.inside)
    if inside < total:
        remarks.append(f"Terms and stability are those of {inside:,} of them.")
    if grouping.loss is not None:
        remarks.append(
            f"The groups settled among these, and {total - inside:,} more joined them in the end; what is "
            f"lost by it: their mean squared distance from the middle of their group is {grouping.loss:+.1%} "
            "against that of the others."
        )
    if grouping.interviews < FEWEST_INTERVIEWS:
        remarks.append(
            f"The stability of clusters is not known: that needs {FEWEST_INTERVIEWS} interviews, and there "
            f"{'is' if grouping.interviews == 1 else 'are'} {grouping.interviews}."
        )
    if needed < settings.min_interviews:
        remarks.append(
            f"In a study of {_counted(grouping.interviews, 'interview')}, a cluster is shown if it comes "
            f"from {needed}, not {settings.min_interviews}."
        )
    return remarks


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
