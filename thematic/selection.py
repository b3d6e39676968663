"""A part of a study: by transcript, case attribute, coder, layer and code. Floor 2."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from thematic.codebook import ancestors, find_code, walk
from thematic.errors import Problem, SettingsError, did_you_mean
from thematic.model import Cluster, Clustering, Codebook, Segmentation, StudyData, Transcript
from thematic.text import join_names

__all__ = ["LAYERS", "Selection", "read_case", "select"]

LAYERS = ("independent", "negotiated", "final")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What to keep; an empty field keeps all.

    cases: (attribute, value) pairs. Of one attribute any of the values will do; each attribute must fit.
    codes: ids, names or paths `Theme > Code`; a theme stands for all below it.
    """

    transcripts: tuple[str, ...] = ()
    cases: tuple[tuple[str, str], ...] = ()
    coders: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.transcripts, self.cases, self.coders, self.layers, self.codes))

    def in_words(self) -> tuple[str, ...]:
        """Each condition as a phrase, such as `coder ana or ben`."""
        found = [("transcript", self.transcripts)]
        for attribute in dict.fromkeys(name for name, _ in self.cases):
            found.append((attribute, tuple(value for name, value in self.cases if name == attribute)))
        found += [("coder", self.coders), ("layer", self.layers), ("code", self.codes)]
        return tuple(f"{what} {join_names(values, 'or')}" for what, values in found if values)


def read_case(text: str) -> tuple[str, str]:
    """`site=north` as attribute and value. Raises SettingsError for a text of another form."""
    attribute, sign, value = text.partition("=")
    if not sign or not attribute.strip():
        raise SettingsError(f"“{text}” is no condition on a case", hint="write --case ATTRIBUTE=VALUE")
    return attribute.strip(), value.strip()


def select(data: StudyData, selection: Selection) -> StudyData:
    """The study with only what was asked for. Every excerpt of a transcript that is kept stays.

    Codes above a kept code stay in the codebook, so that it can be named by its path. Clusters lose the
    excerpts that are not kept. Raises SettingsError with every transcript, attribute, value, coder and layer
    that the study does not have, CodebookError for a code.
    """
    problems = _unknown(data, selection)
    if problems:
        raise SettingsError("the study has nothing like this", problems=problems)
    kept = [i for i, transcript in enumerate(data.transcripts) if _keeps(selection, transcript)]
    if not kept:
        raise SettingsError(
            f"no transcript has {join_names(selection.in_words())}", hint="ask for less at a time"
        )
    ids = {data.transcripts[i].id for i in kept}
    segmentations = tuple(data.segmentations[i] for i in kept)
    codebook, codes = _codes(data.codebook, selection.codes)
    excerpts = {excerpt.id for s in segmentations for excerpt in s.excerpts}
    return replace(
        data,
        transcripts=tuple(data.transcripts[i] for i in kept),
        segmentations=segmentations,
        codebook=codebook,
        suggestions=tuple(
            s
            for s in data.suggestions
            if s.excerpt_id in excerpts and (codes is None or s.code_id is None or s.code_id in codes)
        ),
        clustering=_clustering(data.clustering, segmentations),
        codings=tuple(
            c
            for c in data.codings
            if c.quote.transcript_id in ids
            and (not selection.coders or c.coder_id in selection.coders)
            and (not selection.layers or c.layer in selection.layers)
            and (codes is None or c.code_id in codes)
        ),
        coders=tuple(c for c in data.coders if not selection.coders or c.id in selection.coders),
        judged=tuple(
            j
            for j in data.judged
            if j.quote.transcript_id in ids
            and (not selection.coders or j.coder_id in selection.coders)
            and (not selection.layers or j.layer in selection.layers)
        ),
    )


def _keeps(selection: Selection, transcript: Transcript) -> bool:
    wanted: dict[str, set[str]] = {}
    for attribute, value in selection.cases:
        wanted.setdefault(attribute, set()).add(value)
    return (not selection.transcripts or transcript.id in selection.transcripts) and all(
        transcript.attributes.get(attribute, "") in values for attribute, values in wanted.items()
    )


def _unknown(data: StudyData, selection: Selection) -> list[Problem]:
    known_values: dict[str, dict[str, None]] = {}
    for transcript in data.transcripts:
        for attribute, value in transcript.attributes.items():
            known_values.setdefault(attribute, {})[value] = None
    problems = _missing("transcript", selection.transcripts, [t.id for t in data.transcripts])
    for attribute, value in selection.cases:
        if attribute not in known_values:
            problems += _missing("case attribute", [attribute], list(known_values))
        elif value and value not in known_values[attribute]:
            problems += _missing(f"{attribute}", [value], list(known_values[attribute]))
    problems += _missing("coder", selection.coders, [coder.id for coder in data.coders])
    return problems + _missing("layer", selection.layers, LAYERS)


def _missing(what: str, wanted: Iterable[str], known: Sequence[str]) -> list[Problem]:
    some = join_names([*known[:9], *(["…"] if len(known) > 9 else [])])
    return [
        Problem(
            f"there is no {what} “{word}”",
            hint=did_you_mean(word, known) or (f"there is {some}" if known else f"it has no {what} at all"),
        )
        for word in wanted
        if word not in known
    ]


def _codes(codebook: Codebook, wanted: Sequence[str]) -> tuple[Codebook, frozenset[str] | None]:
    """The codebook with these codes, what is above and below them; and the ids of them and of those below."""
    if not wanted:
        return codebook, None
    named = {find_code(codebook, text).id for text in wanted}
    for _, code in walk(codebook):  # parents come before their children
        if code.parent_id in named:
            named.add(code.id)
    shown = named | {above.id for code_id in named for above in ancestors(codebook, code_id)}
    return replace(codebook, codes=tuple(c for c in codebook.codes if c.id in shown)), frozenset(named)


def _clustering(clustering: Clustering | None, segmentations: Iterable[Segmentation]) -> Clustering | None:
    if clustering is None:
        return None
    places = {excerpt.id: excerpt.transcript_id for s in segmentations for excerpt in s.excerpts}
    parts = (_part(cluster, places) for cluster in clustering.clusters)
    return replace(
        clustering,
        clusters=tuple(part for part in parts if part.excerpt_ids),
        unclustered=tuple(id_ for id_ in clustering.unclustered if id_ in places),
    )


def _part(cluster: Cluster, places: dict[str, str]) -> Cluster:
    kept = tuple(id_ for id_ in cluster.excerpt_ids if id_ in places)
    transcripts = {places[id_] for id_ in kept}
    return replace(
        cluster,
        excerpt_ids=kept,
        exemplar_ids=tuple(id_ for id_ in cluster.exemplar_ids if id_ in places),
        core_ids=tuple(id_ for id_ in cluster.core_ids if id_ in places),
        transcript_ids=tuple(id_ for id_ in cluster.transcript_ids if id_ in transcripts),
    )
