"""The nouns of the field, frozen. Floor 0: standard library only, no I/O.

Offsets are Unicode code points into `Transcript.text`, half-open: `text[start:end]`.
Times are seconds from the start of the recording, or None where unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatMatrix = NDArray[np.float32]

__all__ = [
    "Cluster",
    "Clustering",
    "Code",
    "CodeText",
    "Codebook",
    "Coder",
    "Coding",
    "Decision",
    "Evidence",
    "Excerpt",
    "Judged",
    "Placement",
    "Provenance",
    "Quote",
    "Segmentation",
    "SetAside",
    "Source",
    "StudyData",
    "Suggestion",
    "Transcript",
    "Turn",
    "Vectors",
    "excerpt_id",
]

Role = Literal["interviewer", "participant", "other"]
ProgressCallback = Callable[[int, int], None]
"""Called by a stage as `on_progress(done, total)`."""

# Letters and digits that a spreadsheet cannot turn into a number, a date or 1E5, and that do not spell words.
_ID_ALPHABET = "bcdfghjkmnpqrstvwxz23456789"


def excerpt_id(transcript_id: str, text: str, occurrence: int = 0) -> str:
    """The id of a passage: `ex-` and ten letters or digits.

    `occurrence` counts, from 0, the passages of the transcript with the very same words before it. The id
    depends on the words only, not on their offsets: cutting again, or correcting a word elsewhere in the
    transcript, gives the same passage the same id.
    """
    digest = sha256(f"{transcript_id}\0{occurrence}\0{text}".encode("utf-8", "surrogatepass")).digest()
    number = int.from_bytes(digest, "big")
    letters = []
    for _ in range(10):
        number, remainder = divmod(number, len(_ID_ALPHABET))
        letters.append(_ID_ALPHABET[remainder])
    return "ex-" + "".join(letters)


# --- Transcripts ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The file a transcript was read from. `path` is a file name without folders: no home path is kept."""

    path: str
    sha256: str
    format: str
    encoding: str | None = None
    newline: Literal["lf", "crlf", "cr", "mixed"] | None = None
    bom: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one speaker says until another speaks: `text[start:end]`, without label or timestamp.

    `anchors` are (offset, seconds) of the cues or timestamps that begin inside the turn, in order.
    """

    index: int
    speaker: str
    role: Role
    start: int
    end: int
    start_time: float | None = None
    end_time: float | None = None
    anchors: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One interview: an immutable text and its turns, in order and not overlapping."""

    id: str
    title: str
    text: str
    turns: tuple[Turn, ...]
    source: Source
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A verbatim span. `text` must equal `transcript.text[start:end]`: it is its own checksum."""

    transcript_id: str
    start: int
    end: int
    text: str


# --- Excerpts ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A passage to be coded. `text` must equal `transcript.text[start:end]`.

    `question` is the interviewer's turn before it, or None. `turns` are the indices of the turns it lies in.
    """

    id: str
    transcript_id: str
    start: int
    end: int
    text: str
    turns: tuple[int, ...]
    speaker: str
    role: Role = "participant"
    start_time: float | None = None
    end_time: float | None = None
    question: Quote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """Words of a participant that are in no excerpt, and why: a back-channel turn such as "Yeah."."""

    quote: Quote
    turn: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmentation:
    """The excerpts of one transcript in order of the text, and what was set aside."""

    transcript_id: str
    excerpts: tuple[Excerpt, ...]
    set_aside: tuple[SetAside, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vectors:
    """Embeddings of excerpts, one row an id.

    values: float32, shape (n, d), rows of unit length.
    questions: float32, shape (n, d), the vector of the question before each excerpt; a zero row where none.
    """

    ids: tuple[str, ...]
    values: FloatMatrix
    questions: FloatMatrix
    model: str
    model_sha256: str


# --- Codebook ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code, or a theme when others have it as parent.

    `guid` is its identity in other programs (REFI-QDA), kept when it was read from one.
    """

    id: str
    name: str
    definition: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    parent_id: str | None = None
    color: str | None = None
    status: Literal["active", "retired", "merged"] = "active"
    merged_into: str | None = None
    guid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """Codes in the order of the file. `version` is the hash of the content that can change a coding."""

    title: str
    version: str
    codes: tuple[Code, ...]
    description: str = ""
    version_notes: tuple[str, ...] = ()


CodeTextKind = Literal["name", "definition", "include", "exclude", "example", "counter_example"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeText:
    """One piece of a code's wording, as it is embedded and as it is shown as evidence."""

    code_id: str
    kind: CodeTextKind
    text: str


# --- People's work -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Coder:
    id: str
    name: str
    kind: Literal["human", "model"] = "human"


Layer = Literal["independent", "negotiated", "final"]
ReviewMode = Literal["blind", "reveal", "assist", "import"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """A person's statement that a code applies to a span. Only a Decision makes one."""

    quote: Quote
    code_id: str
    coder_id: str
    codebook_version: str
    at: datetime
    memo: str = ""
    layer: Layer = "independent"
    from_suggestion: bool = False
    mode: ReviewMode = "blind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """That a coder has stated the codes of a passage, perhaps none: what tells “no” from “not looked at”.

    `excerpt_id` is None for a span that somebody chose freely. `none_applies` says that they gave it no code.
    """

    quote: Quote
    coder_id: str
    layer: Layer = "independent"
    mode: ReviewMode = "blind"
    excerpt_id: str | None = None
    none_applies: bool = False


Action = Literal[
    "accept", "change", "reject", "add", "none-apply", "defer", "flag", "propose", "memo", "undo"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One line of a coder's append-only journal. `previous_hash` chains it to the line before."""

    id: str
    coder_id: str
    action: Action
    at: datetime
    quote: Quote
    code_ids: tuple[str, ...] = ()
    memo: str = ""
    codebook_version: str = ""
    excerpt_id: str | None = None
    previous_hash: str = ""
    layer: Layer = "independent"
    mode: ReviewMode = "blind"
    details: Mapping[str, Any] = field(default_factory=dict)


# --- The machine's work --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How a result was made. Holds nothing that differs between two identical runs."""

    stage: str
    version: str
    settings: Mapping[str, Any]
    inputs: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    model: str | None = None
    model_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a code was suggested, or a warning against it (`warning=True`: a near exclude or counter-example).

    `kind` names what caused it; `text` is its wording; `excerpt_id` is set where it is a coded excerpt.
    `similarity` is for ordering only; it is not a confidence.
    """

    kind: CodeTextKind | Literal["coded_excerpt"]
    text: str
    code_id: str
    similarity: float
    excerpt_id: str | None = None
    warning: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A code for a reader to consider, or an abstention (`code_id` None, with the reason).

    `score` is the share of this corpus that the code fits less well (0 to 1): a rank against the code's own
    background. `band` is the same in words, or the probability in words where there is one. `probability` is
    None unless it was calibrated on codings; `examples` is how many excerpts people gave the code, None where
    nothing was learnt. `promised` is the precision at which the machine stands behind it, or None.
    """

    excerpt_id: str
    code_id: str | None
    rank: int
    score: float | None
    band: str | None
    status: Literal["suggested", "abstained"]
    probability: float | None = None
    reason: str | None = None
    evidence: tuple[Evidence, ...] = ()
    examples: int | None = None
    promised: float | None = None


PlacementKind = Literal["covers", "extends", "splits", "overlaps", "new", "unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a cluster stands against the codebook, and on what basis.

    `shares` gives, for each code of `code_ids`, the share of the cluster's excerpts under that code.
    `basis` says whether codings by people or mere suggestions were counted.
    """

    kind: PlacementKind
    code_ids: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    basis: Literal["codings", "suggestions"] = "suggestions"
    explanation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Excerpts that read alike: a prompt for reading, not a code.

    `stability` is the mean best Jaccard overlap when interviews are dropped, 0 to 1, or None where it could
    not be estimated. `core_ids` are the excerpts in the dense core; the rest is fringe.
    """

    id: str
    excerpt_ids: tuple[str, ...]
    terms: tuple[str, ...]
    exemplar_ids: tuple[str, ...]
    transcript_ids: tuple[str, ...]
    stability: float | None
    status: Literal["stable", "doubtful", "hidden"]
    reason: str = ""
    core_ids: tuple[str, ...] = ()
    placement: Placement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustering:
    clusters: tuple[Cluster, ...]
    unclustered: tuple[str, ...]
    provenance: Provenance
    note: str = ""


# --- The whole -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyData:
    """Everything an export or a report reads: one study as it stands now.

    `transcripts` and `segmentations` are in the same order. `suggestions` holds each excerpt's shortlist in
    order of rank. `notes` are the warnings of the run, to be shown with the results. `judged` are the
    passages whose codes people have stated, those without any code too.
    """

    title: str
    transcripts: tuple[Transcript, ...]
    segmentations: tuple[Segmentation, ...]
    codebook: Codebook
    suggestions: tuple[Suggestion, ...] = ()
    clustering: Clustering | None = None
    codings: tuple[Coding, ...] = ()
    coders: tuple[Coder, ...] = ()
    notes: tuple[str, ...] = ()
    judged: tuple[Judged, ...] = ()
