"""From files or a study to an agreement report, and from a report back to the same numbers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thematic.agreement.assistance_ledger import AssistanceLedger, make_assistance_ledger
from thematic.agreement.experimental import experimental_figures
from thematic.agreement.methods import Background
from thematic.agreement.negotiation import Ledger, make_ledger
from thematic.agreement.ratings import Level, Ratings
from thematic.agreement.report import AgreementReport, make_report
from thematic.agreement.results import AuditSettings, Circumstances
from thematic.agreement.side_by_side import Readings, side_by_side
from thematic.agreement.tables import (
    Assigned,
    CodingTable,
    Layout,
    characters_from_table,
    check_comparable,
    check_names,
    ratings_from_table,
)
from thematic.agreement.units import (
    UNAIDED,
    CodedUnits,
    Excluded,
    character_units,
    eligible_units,
    overlap_share,
    ratings_from_codings,
)
from thematic.assignments import progress
from thematic.double_coding import drawn_units
from thematic.errors import Problem, SettingsError
from thematic.model import Codebook, Coding, ReviewMode
from thematic.text import join_names

if TYPE_CHECKING:
    from thematic.pipeline import Pipeline
    from thematic.review import Judgement
    from thematic.study import Study

__all__ = [
    "AuditRequest",
    "audit_study",
    "audit_tables",
    "differences",
    "readings",
    "reopen",
]

UNITS = ("excerpt", "turn", "sentence", "character")
MODES: tuple[ReviewMode, ...] = ("blind", "reveal", "assist", "import")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRequest:
    """What is asked of an audit: everything that its numbers depend on besides the codings.

    unit: `excerpt` is the row of a table or the excerpt of a study. mode: only codings made in this mode;
    None takes those made without suggestions in view. For the others see `TableSettings`,
    `ratings_from_table` and `AuditSettings`.
    """

    layout: Layout | None = None
    missing: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    unit: str = "excerpt"
    overlap: str = "half"
    assigned: Assigned = "rows"
    mode: str | None = None
    coders: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    level: Level | None = None
    scale: tuple[str, ...] = ()
    experimental: bool = False
    settings: AuditSettings = field(default_factory=AuditSettings)

    def __post_init__(self) -> None:
        allowed = {"unit": UNITS, "mode": (None, *MODES), "assigned": ("rows", "interviews", "all")}
        allowed["level"] = (None, "nominal", "ordinal", "interval", "ratio")
        for name, choices in allowed.items():
            if getattr(self, name) not in choices:
                names = join_names([str(choice) for choice in choices if choice], "or")
                raise SettingsError(f"--{name} {getattr(self, name)}: no such choice", hint=f"choose {names}")
        overlap_share(self.overlap)

    @property
    def modes(self) -> frozenset[str]:
        return frozenset({self.mode}) if self.mode else frozenset(UNAIDED)

    def options(self) -> dict[str, Any]:
        """Everything as plain values, to be kept with the report."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "settings"}
        settings = {f.name: getattr(self.settings, f.name) for f in fields(self.settings)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in (plain | settings).items()
        }

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> AuditRequest:
        """The request that `options` was made from. Raises SettingsError on what no request has."""
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in options.items()
        }
        of_settings = {f.name for f in fields(AuditSettings)}
        settings = {name: given.pop(name) for name in of_settings & given.keys()}
        try:
            return cls(**given, settings=AuditSettings(**settings))
        except TypeError as error:
            raise SettingsError(f"the report was made with options unknown here: {error}") from error


# --- Tables -------------------------------------------------------------------------------------------


def read_tables(paths: Sequence[Path], request: AuditRequest) -> CodingTable:
    """The tables in these files as one. Raises InputError, SettingsError."""
    from thematic.formats.agreement.coding_tables import TableSettings, read_codings

    settings = TableSettings(
        layout=request.layout,
        missing=request.missing,
        coders=request.coders,
        model_coders=request.machines,
    )
    return read_codings(paths, settings=settings)


def audit_tables(
    paths: Sequence[Path], request: AuditRequest, *, codebook_path: Path | None = None
) -> AgreementReport:
    """The report on tables of codings.

    codebook_path: a codebook whose codes are all reported, by name and theme; tables may use ids or names.
    Raises InputError, CodebookError, SettingsError and AgreementError, each with the next step.
    """
    from thematic.formats.codebooks.front_door import read_codebook

    codebook = None if codebook_path is None else read_codebook(codebook_path)[0]
    coded = code_tables(read_tables(paths, request), request, codebook)
    check_comparable(coded, str(paths[0]))
    background = Background(
        names=_names(codebook),
        parents=_parents(codebook),
        codebook=_title(codebook),
        inputs=_hashes([*paths, *([codebook_path] if codebook_path else [])]),
        options=request.options(),
        experimental=experimental_figures(coded) if request.experimental else {},
    )
    return make_report(coded, settings=request.settings, background=background)


def code_tables(table: CodingTable, request: AuditRequest, codebook: Codebook | None) -> CodedUnits:
    """The rows of a table as ratings, under the unit that was asked for."""
    if codebook is not None:
        table = _by_id(table, codebook)
        request = replace(request, codes=_ids(request.codes, codebook))
    if request.unit == "character":
        return characters_from_table(table, coders=request.coders, codes=request.codes, modes=request.modes)
    if request.unit != "excerpt":
        raise SettingsError(
            f"--unit {request.unit} needs the transcripts, and a table has none",
            hint="the rows of a table are its units; for other units put the codings into a study",
        )
    return ratings_from_table(
        table,
        level=request.level,
        scale=request.scale,
        coders=request.coders,
        codes=request.codes,
        codebook=[code.id for code in codebook.codes] if codebook else (),
        assigned=request.assigned,
        modes=request.modes,
    )


def _by_id(table: CodingTable, codebook: Codebook) -> CodingTable:
    """The table with names of codes replaced by their ids."""
    return replace(table, cells=tuple(tuple(sorted({*_ids(cell, codebook)})) for cell in table.cells))


def _ids(codes: Iterable[str], codebook: Codebook) -> tuple[str, ...]:
    """The ids of codes that are given by id or by name; what is neither stays as it is."""
    ids = {code.id for code in codebook.codes}
    id_of = {code.name: code.id for code in codebook.codes if code.name not in ids}
    return tuple(id_of.get(code, code) for code in codes)


def _names(codebook: Codebook | None) -> dict[str, str]:
    return {} if codebook is None else {code.id: code.name for code in codebook.codes}


def _parents(codebook: Codebook | None) -> dict[str, str | None]:
    return {} if codebook is None else {code.id: code.parent_id for code in codebook.codes}


def _title(codebook: Codebook | None) -> str | None:
    return None if codebook is None else f"{codebook.title}, version {codebook.version}"


def _hashes(paths: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of each file, by its name without folders, numbered where names repeat."""
    hashes: dict[str, str] = {}
    for path in paths:
        name, n = path.name, 1
        while name in hashes:
            n += 1
            name = f"{path.name} ({n})"
        with path.open("rb") as file:
            hashes[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return hashes


# --- A study ------------------------------------------------------------------------------------------


def audit_study(study: Study, request: AuditRequest) -> AgreementReport:
    """The report on the codings of a study: the independent layer only, made without suggestions in view.

    Raises StudyError, SettingsError and AgreementError with the next step.
    """
    from thematic.pipeline import Pipeline

    pipeline = Pipeline(study)
    made = _work(pipeline, request)
    base = _code_study(pipeline, made, request, "excerpt")
    coded = base if request.unit == "excerpt" else _other_unit(pipeline, made, request, base)
    check_comparable(coded, str(study.root))
    codebook = pipeline.codebook
    background = Background(
        title=f"{study.settings.title}: inter-coder agreement",
        stance=study.settings.agreement.stance,  # type: ignore[arg-type]
        names=_names(codebook),
        parents=_parents(codebook),
        codebook=_title(codebook),
        circumstances=_circumstances(study, pipeline, made.everything, coded),
        inputs=_hashes([*study.journals(), study.codebook_path]),
        options=request.options(),
        texts={id_: transcript.text for id_, transcript in pipeline.transcripts.items()},
        ledger=_ledger(made.everything),
        assistance=made.assistance,
        experimental=experimental_figures(coded) if request.experimental else {},
    )
    return make_report(
        coded,
        settings=request.settings,
        background=background,
        unit_rules=_unit_rules(pipeline, made, request, base, coded),
    )


def readings(study: Study, request: AuditRequest) -> Readings:
    """What each coder applied to the passages that several read: for comparing, without a coefficient."""
    from thematic.pipeline import Pipeline

    pipeline = Pipeline(study)
    coded = _code_study(pipeline, _work(pipeline, request), request, "excerpt")
    check_comparable(coded, str(study.root))
    title = f"{study.settings.title}: readings side by side"
    return side_by_side(coded, title=title, names=_names(pipeline.codebook))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """The decisions of a study, and which of them count.

    everything: all judgements by coder. counted: those made in a mode that counts. codings: those of
    `counted`. n_left_out: codings of the independent layer that are not among them.
    """

    everything: Mapping[str, tuple[Judgement, ...]]
    counted: Mapping[str, tuple[Judgement, ...]]
    codings: tuple[Coding, ...]
    n_left_out: int
    assistance: tuple[AssistanceLedger, ...]


def _work(pipeline: Pipeline, request: AuditRequest) -> _Work:
    """Without help unless the request asks for it: what a coder decided before a suggestion was in view."""
    from thematic.review import judgements, made_alone, make_codings, was_aided

    with_help = request.mode in ("reveal", "assist")
    everything, counted, assistance, codings = {}, {}, [], []
    for coder, decisions in pipeline.decisions.items():
        everything[coder] = judgements(coder, decisions)
        alone = made_alone(decisions)
        stands = everything[coder] if with_help else judgements(coder, alone)
        counted[coder] = tuple(
            judgement
            for judgement in stands
            if judgement.last is not None
            and judgement.layer == "independent"
            and request.mode in (None, judgement.last.mode)
            and (not with_help or was_aided(judgement.last))
        )
        codings += [
            coding
            for coding in make_codings(coder, decisions if with_help else alone)
            if coding.layer == "independent"
        ]
        aided = [
            judgement.last
            for judgement in everything[coder]
            if judgement.layer == "independent" and judgement.last is not None and was_aided(judgement.last)
        ]
        if aided:
            without = [
                judgement.last
                for judgement in judgements(coder, alone)
                if judgement.layer == "independent" and judgement.last is not None
            ]
            assistance.append(make_assistance_ledger(coder, without, aided))
    places = {(coder, judgement.quote) for coder, found in counted.items() for judgement in found}
    kept = tuple(coding for coding in codings if (coding.coder_id, coding.quote) in places)
    said = {(coding.coder_id, coding.quote, coding.code_id) for coding in kept}
    left_out = sum(
        coding.layer == "independent" and (coding.coder_id, coding.quote, coding.code_id) not in said
        for coding in pipeline.codings
    )
    return _Work(
        everything=everything,
        counted=counted,
        codings=kept,
        n_left_out=left_out,
        assistance=tuple(assistance),
    )


def _code_study(
    pipeline: Pipeline,
    made: _Work,
    request: AuditRequest,
    unit: str,
    overlap: str | None = None,
) -> CodedUnits:
    from thematic.segmentation import segment

    transcripts = list(pipeline.transcripts.values())
    if unit == "excerpt":
        segmentations = list(pipeline.segmentations.values())
    else:
        settings = replace(pipeline.study.settings.segment, unit=unit)  # type: ignore[arg-type]
        segmentations = [segment(transcript, settings=settings) for transcript in transcripts]
    units, excluded = eligible_units(segmentations, transcripts)
    codes = [code.id for code in pipeline.codebook.codes if code.status == "active"]
    check_names("coder", [*request.coders, *request.machines], list(made.everything))
    request = replace(request, codes=_ids(request.codes, pipeline.codebook))
    check_names("code", request.codes, [*codes, *sorted({coding.code_id for coding in pipeline.codings})])
    chosen = set(request.coders or made.everything)
    what = "codings made in other modes" if request.mode else "codings made with suggestions in view"
    return ratings_from_codings(
        [
            coding
            for coding in made.codings
            if coding.coder_id in chosen and (not request.codes or coding.code_id in request.codes)
        ],
        units=units,
        read={
            coder: [judgement.quote for judgement in found if judgement.decided]
            for coder, found in made.counted.items()
            if coder in chosen
        },
        codes=request.codes or codes,
        unit_name=unit,
        overlap=overlap_share(overlap or request.overlap),
        modes=MODES,
        model_coders=request.machines,
        excluded=[
            *excluded,
            Excluded(reason=what, n_codings=made.n_left_out),
            Excluded(
                reason="codings agreed in discussion",
                n_codings=sum(coding.layer == "negotiated" for coding in pipeline.codings),
            ),
        ],
    )


def _other_unit(pipeline: Pipeline, made: _Work, request: AuditRequest, base: CodedUnits) -> CodedUnits:
    if request.unit == "character":
        return character_units(base)
    return _code_study(pipeline, made, request, request.unit)


def _unit_rules(
    pipeline: Pipeline,
    made: _Work,
    request: AuditRequest,
    base: CodedUnits,
    coded: CodedUnits,
) -> dict[str, Ratings]:
    """The same codings under the other unit rules, by their words."""
    candidates = [base, character_units(base)]
    candidates += [
        _code_study(pipeline, made, request, unit, overlap)
        for unit, overlap in (("sentence", "half"), ("turn", "half"), ("turn", "any"))
    ]
    return {
        other.rule: other.ratings
        for other in candidates
        if other.rule != coded.rule and other.ratings.codes == coded.ratings.codes and other.units
    }


def _circumstances(
    study: Study, pipeline: Pipeline, made: Mapping[str, Sequence[Judgement]], coded: CodedUnits
) -> Circumstances:
    discussed: dict[str, Any] = {}
    for judgement in _all(made):
        if judgement.layer == "negotiated" and judgement.excerpt_id and judgement.last is not None:
            at = judgement.last.at
            discussed[judgement.excerpt_id] = min(at, discussed.get(judgement.excerpt_id, at))
    late = sum(
        judgement.layer == "independent"
        and judgement.last is not None
        and judgement.excerpt_id in discussed
        and judgement.last.at > discussed[judgement.excerpt_id]
        for judgement in _all(made)
    )
    double = {
        unit.id for unit, n in zip(coded.units, coded.assigned.sum(axis=1).tolist(), strict=True) if n >= 2
    }
    drawn = drawn_units(study)
    everything = len(double) == len(pipeline.excerpts)  # then there was nothing to draw
    return Circumstances(
        n_eligible_units=len(pipeline.excerpts),
        drawn_by_seed=None if everything or not drawn else double <= drawn,
        n_after_discussion=late,
        unread={
            coder: (asked - done, asked)
            for coder, (asked, done) in progress(study, pipeline.excerpts, pipeline.decisions).items()
            if coder in coded.ratings.coders and done < asked
        },
    )


def _ledger(made: Mapping[str, Sequence[Judgement]]) -> Ledger | None:
    """The discussions of a study; None where there were none."""
    agreed = {
        judgement.excerpt_id: frozenset(judgement.code_ids) if judgement.decided else None
        for judgement in _all(made)
        if judgement.layer == "negotiated" and judgement.excerpt_id
    }
    if not agreed:
        return None
    alone = {
        coder: {
            judgement.excerpt_id: frozenset(judgement.code_ids)
            for judgement in found
            if judgement.layer == "independent" and judgement.decided and judgement.excerpt_id
        }
        for coder, found in made.items()
    }
    return make_ledger(agreed, alone)


def _all(made: Mapping[str, Sequence[Judgement]]) -> Iterable[Judgement]:
    return (judgement for found in made.values() for judgement in found)


# --- Computing a report again -------------------------------------------------------------------------


def reopen(path: Path) -> dict[str, Any]:
    """report.json as it was written. Raises SettingsError when it is none."""
    try:
        found = json.loads(path.read_bytes())
        if not isinstance(found["background"]["options"], dict):
            raise TypeError
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            "this is no report of an agreement audit", path=str(path), hint="name agreement/report.json"
        ) from error
    return dict(found)


def differences(stored: Any, fresh: Any, where: str = "") -> list[Problem]:
    """Every place in which two reports differ, with both values; an empty list where they are the same."""
    if isinstance(stored, dict) and isinstance(fresh, dict):
        found = []
        for name in dict.fromkeys([*stored, *fresh]):
            inner = f"{where}.{name}" if where else str(name)
            found += differences(stored.get(name), fresh.get(name), inner)
        return found
    if isinstance(stored, list) and isinstance(fresh, list) and len(stored) == len(fresh):
        pairs = enumerate(zip(stored, fresh, strict=True), start=1)
        return [problem for n, (a, b) in pairs for problem in differences(a, b, f"{where}[{n}]")]
    if stored == fresh:
        return []
    return [Problem(f"{where}: {_short(stored)} in the report, {_short(fresh)} now")]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"
