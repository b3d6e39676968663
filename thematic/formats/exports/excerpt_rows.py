"""What every export of excerpts says: a study's excerpts joined with what is known of each, and the wording.

The exports differ in shape only. Names, evidence and figures are put into words here, once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from thematic.codebook import walk
from thematic.model import (
    Cluster,
    Code,
    Codebook,
    Coding,
    Evidence,
    Excerpt,
    Quote,
    StudyData,
    Suggestion,
    Transcript,
)

__all__ = [
    "PROMPTS",
    "ExcerptRow",
    "caution",
    "clock",
    "code_labels",
    "coder_names",
    "coders_who_looked",
    "codes_in_use",
    "codings_elsewhere",
    "excerpt_rows",
    "further_notes",
    "how_sure",
    "said_by",
    "stability_in_words",
    "why",
]

NOT_CALIBRATED = (
    "Suggestions are not calibrated: they are a shortlist for a reader, not codings. "
    "A band says how well a code fits a passage compared with the rest of these interviews, "
    "not how likely the code is to be right."
)
CALIBRATED = (
    "Suggestions are a shortlist for a reader, not codings. "
    "Their probabilities were calibrated on what people coded in these interviews."
)
PROMPTS = "Clusters are prompts for reading, not codes."


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcerptRow:
    """One excerpt and what is known of it.

    `shortlist` holds the suggested codes in order of rank; `abstained` says why there are none.
    `codings` are those of people whose span shares at least one character with the excerpt, in order of the
    text, then of code and coder.
    """

    excerpt: Excerpt
    transcript: Transcript
    shortlist: tuple[Suggestion, ...]
    abstained: Suggestion | None
    cluster: Cluster | None
    codings: tuple[Coding, ...]

    @property
    def warnings(self) -> tuple[Evidence, ...]:
        return tuple(e for s in self.shortlist for e in s.evidence if e.warning)


def excerpt_rows(data: StudyData) -> list[ExcerptRow]:
    """Every excerpt of the study, in order of transcripts and text."""
    suggestions: dict[str, list[Suggestion]] = {}
    for suggestion in data.suggestions:
        suggestions.setdefault(suggestion.excerpt_id, []).append(suggestion)
    clusters = data.clustering.clusters if data.clustering else ()
    cluster_of = {excerpt_id: cluster for cluster in clusters for excerpt_id in cluster.excerpt_ids}
    codings = _codings_by_excerpt(data)
    return [
        ExcerptRow(
            excerpt=excerpt,
            transcript=transcript,
            shortlist=tuple(
                sorted(
                    (s for s in suggestions.get(excerpt.id, ()) if s.status == "suggested"),
                    key=lambda s: s.rank,
                )
            ),
            abstained=next((s for s in suggestions.get(excerpt.id, ()) if s.status == "abstained"), None),
            cluster=cluster_of.get(excerpt.id),
            codings=tuple(codings.get(excerpt.id, ())),
        )
        for transcript, segmentation in zip(data.transcripts, data.segmentations, strict=True)
        for excerpt in segmentation.excerpts
    ]


def codings_elsewhere(data: StudyData) -> list[Coding]:
    """Codings that lie in no excerpt: of an interviewer's words, or of words that were set aside."""
    placed = {id(coding) for codings in _codings_by_excerpt(data).values() for coding in codings}
    return [coding for coding in sorted(data.codings, key=_coding_order) if id(coding) not in placed]


def coders_who_looked(data: StudyData) -> dict[str, tuple[str, ...]]:
    """The ids of the coders who have judged each excerpt, in order: who could have given a code and did not.

    A coder has judged an excerpt whose codes they stated, or of which they coded a part. In a project that
    was imported there are codings only: there, whoever coded a passage counts as having read its transcript,
    unless the import also tells of passages to which no code applies. Then it tells what was looked at.
    """
    place = _Excerpts(data)
    looked: dict[str, set[str]] = {}
    tells_all = {j.coder_id for j in data.judged if j.mode == "import" and j.none_applies}
    for judged in data.judged:
        quote = judged.quote
        if judged.excerpt_id in place.ids:
            met = [judged.excerpt_id]
        elif judged.mode == "import" and judged.coder_id not in tells_all:
            met = [excerpt.id for excerpt in place.excerpts.get(quote.transcript_id, ())]
        else:
            met = [excerpt.id for excerpt in place.meeting(quote)]
        for excerpt_id in met:
            looked.setdefault(excerpt_id or "", set()).add(judged.coder_id)
    for coding in data.codings:
        for excerpt in place.meeting(coding.quote):
            looked.setdefault(excerpt.id, set()).add(coding.coder_id)
    return {excerpt_id: tuple(sorted(coders)) for excerpt_id, coders in looked.items()}


class _Excerpts:
    """The excerpts by transcript, to be found by a span."""

    def __init__(self, data: StudyData) -> None:
        self.excerpts = {s.transcript_id: s.excerpts for s in data.segmentations}
        self.ids = {excerpt.id for found in self.excerpts.values() for excerpt in found}
        self._starts = {id_: [e.start for e in found] for id_, found in self.excerpts.items()}
        self._ends = {id_: [e.end for e in found] for id_, found in self.excerpts.items()}

    def meeting(self, quote: Quote) -> tuple[Excerpt, ...]:
        """The excerpts that share a character with the quote."""
        # Excerpts are in order and do not overlap, so those that meet the span are neighbours.
        first = bisect_right(self._ends.get(quote.transcript_id, []), quote.start)
        last = bisect_left(self._starts.get(quote.transcript_id, []), quote.end)
        return self.excerpts.get(quote.transcript_id, ())[first:last]


def _codings_by_excerpt(data: StudyData) -> dict[str, list[Coding]]:
    place = _Excerpts(data)
    codings: dict[str, list[Coding]] = {}
    for coding in sorted(data.codings, key=_coding_order):
        for excerpt in place.meeting(coding.quote):
            codings.setdefault(excerpt.id, []).append(coding)
    return codings


def _coding_order(coding: Coding) -> tuple[str, int, int, str, str, str]:
    quote = coding.quote
    return (
        quote.transcript_id,
        quote.start,
        quote.end,
        coding.code_id,
        coding.coder_id,
        coding.at.isoformat(),
    )


# --- In words ------------------------------------------------------------------------------------------


def caution(suggestions: Iterable[Suggestion]) -> str:
    """What a reader must know of these suggestions before reading them."""
    return CALIBRATED if any(s.probability is not None for s in suggestions) else NOT_CALIBRATED


def further_notes(data: StudyData) -> list[str]:
    """The notes of the run, but for the one that says in short what `caution` says."""
    said, _, _ = caution(data.suggestions).partition(":")
    return [note for note in data.notes if not note.startswith(said)]


def code_labels(codebook: Codebook) -> dict[str, str]:
    """`Theme › Code` for each code id; a code without parent is its name."""
    labels: dict[str, str] = {}
    for _, code in walk(codebook):  # parents come before their children
        above = labels.get(code.parent_id or "")
        labels[code.id] = f"{above} › {code.name}" if above else code.name
    return labels


def codes_in_use(data: StudyData) -> list[tuple[int, Code]]:
    """The codes with their depth in the tree: those in use, and all that somebody gave.

    A code that was given and is not in the codebook any more stands at the end under its id: nobody's work
    is left out because a line of the codebook was deleted.
    """
    given = {coding.code_id for coding in data.codings}
    known = {code.id for code in data.codebook.codes}
    found = [(depth, c) for depth, c in walk(data.codebook) if c.status == "active" or c.id in given]
    return [*found, *((0, Code(id=id_, name=id_, status="retired")) for id_ in sorted(given - known))]


def coder_names(data: StudyData) -> dict[str, str]:
    """The name of each coder by id; an id that is not in the list of coders stands for itself."""
    return {c.coder_id: c.coder_id for c in data.codings} | {c.id: c.name for c in data.coders}


def said_by(coding: Coding, names: Mapping[str, str]) -> str:
    """Whose coding it is, and of which layer where it is not the coder's own judgement alone."""
    name = names[coding.coder_id]
    return name if coding.layer == "independent" else f"{name} ({coding.layer})"


_CLOSE_TO = {
    "name": "close to the name of the code",
    "definition": "close to the definition",
    "include": "close to what is included",
    "example": "close to the example",
    "coded_excerpt": "close to a passage coded by people",
    # An exclusion or a counter-example counts against the code, whether or not it is near enough to warn.
    "exclude": "near what is excluded",
    "counter_example": "near a counter-example",
}


def why(evidence: Evidence, suggestion: Suggestion, labels: Mapping[str, str]) -> str:
    """The evidence as a phrase: what the passage is close to, and its words.

    Evidence that belongs to another code than the suggested one, such as its theme, names that code.
    """
    code_id = evidence.code_id
    of = "" if code_id == suggestion.code_id else f" of {labels.get(code_id, code_id)}"
    return f"{_CLOSE_TO[evidence.kind]}{of}: “{' '.join(evidence.text.split())}”"


def how_sure(suggestion: Suggestion) -> str:
    """The band, what people's codings it was learnt from, and the promise that it falls under."""
    promised = "" if suggestion.promised is None else f"in the {suggestion.promised * 100:.0f} % promise"
    learnt = suggestion.reason if suggestion.examples is not None else None
    return " · ".join(filter(None, (suggestion.band, learnt, promised)))


def clock(seconds: float | None) -> str:
    """`h:mm:ss`, rounded down to the second; empty where the time is not known."""
    if seconds is None:
        return ""
    minutes, second = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{second:02d}"


def stability_in_words(cluster: Cluster) -> str:
    """How far the cluster came back when interviews were left out."""
    if cluster.stability is None:
        return "stability not known"
    words = f"{cluster.stability:.0%} of it comes back when interviews are left out"
    return words if cluster.status == "hidden" else f"{cluster.status}: {words}"
