"""A study as a coded project for other programs. Floor 6.

Codings of people, each with the GUIDs it came with; suggestions of the machine only when they are asked for,
as the codings of a user who says that it is a machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from thematic.anchoring import anchor
from thematic.coded_project import CodedProject, Losses, LossReport, ProjectCoding, ProjectText
from thematic.journal import read_journal
from thematic.kept_imports import kept_records
from thematic.model import Codebook, Coder, Coding, Decision, Quote, StudyData, Suggestion, Transcript
from thematic.pipeline import Pipeline
from thematic.review import Judgement, Review
from thematic.selection import Selection, select

if TYPE_CHECKING:
    from thematic.formats.refi.writing import Written

__all__ = ["export_qdpx", "study_project"]

MACHINE = "thematic"


def export_qdpx(
    pipeline: Pipeline,
    *,
    profile: str = "spec",
    with_suggestions: bool = False,
    selection: Selection | None = None,
) -> Written:
    """The study, or a part of it, as a REFI-QDA project. Raises SettingsError for a profile that is none."""
    from thematic.formats.refi.writing import write_project

    project = study_project(pipeline, with_suggestions=with_suggestions, selection=selection)
    return write_project(project, profile=profile)


def study_project(
    pipeline: Pipeline, *, with_suggestions: bool = False, selection: Selection | None = None
) -> CodedProject:
    """The study as it stands now: texts, codebook, and what people's decisions add up to.

    A study without texts goes out too when an import has kept sources for the way back.
    """
    losses = Losses()
    kept = _joined(record for record in kept_records(pipeline.study) if record.get("format") == "refi-qda")
    if kept["sources"] and not selection and not pipeline.study.transcript_ids():
        return _project(pipeline, (), pipeline.codebook, (), (), losses, kept)
    reviews = {coder: Review.replay(coder, made) for coder, made in _decisions(pipeline).items()}
    codings = [coding for review in reviews.values() for coding in _of_coder(review, losses)]
    transcripts = tuple(pipeline.transcripts.values())
    codebook = pipeline.codebook
    coders = [Coder(id=coder, name=coder) for coder in reviews]
    if with_suggestions:
        codings += _suggested(pipeline.suggestions, {e.id: e for e in pipeline.excerpts})
        coders.append(Coder(id=MACHINE, name=MACHINE, kind="model"))
    if selection:
        data = select(_data(pipeline, codings, coders), selection)
        chosen = {(c.coder_id, c.layer, c.quote, c.code_id) for c in data.codings}
        asked = bool(selection.codes)
        ids = {transcript.id for transcript in data.transcripts}
        codings = [
            c
            for c in codings
            if (c.coder_id, c.layer, c.quote, c.code_id or "") in chosen
            or (c.code_id is None and not asked and _is_asked(c, selection, ids))
        ]
        transcripts, codebook, coders = data.transcripts, data.codebook, list(data.coders)
    known = {code.id for code in codebook.codes}
    unknown = [coding for coding in codings if coding.code_id is not None and coding.code_id not in known]
    for coding in unknown:
        losses.add("codings", "their code is no longer in the codebook", example=coding.code_id or "")
    if codebook.description or codebook.version_notes:
        losses.add("descriptions and version notes of a codebook", "the standard has no place for them")
    speakers = sum(bool(transcript.turns) for transcript in transcripts)
    if speakers:
        reason = "speakers and times stand in the text only: the standard has no place for turns"
        losses.add("texts with turns", reason, count=speakers)
    # Pictures, and what is coded in them, are nobody's part.
    kept = kept | {"sources": []} if selection else kept
    codings = [coding for coding in codings if coding not in unknown] if unknown else codings
    return _project(pipeline, transcripts, codebook, coders, codings, losses, kept)


def _project(
    pipeline: Pipeline,
    transcripts: Sequence[Transcript],
    codebook: Codebook,
    coders: Sequence[Coder],
    codings: Sequence[ProjectCoding],
    losses: Losses,
    kept: Mapping[str, Any],
) -> CodedProject:
    return CodedProject(
        title=pipeline.study.settings.title,
        program="thematic",
        format="refi-qda",
        file="",
        sha256="",
        codebook=codebook,
        texts=tuple(_text(transcript) for transcript in transcripts),
        coders=tuple(coders),
        codings=tuple(codings),
        report=LossReport(losses=losses.all()),
        kept=kept,
    )


def _decisions(pipeline: Pipeline) -> dict[str, tuple[Decision, ...]]:
    """The decisions of each coder at their present places; no excerpts are made for it."""
    study = pipeline.study
    texts = {id_: transcript.text for id_, transcript in pipeline.transcripts.items()}
    earlier = {id_: study.earlier_texts(id_) for id_ in texts}
    journals = {path.stem: read_journal(path)[0] for path in study.journals()}
    return {coder: anchor(made, texts, earlier).decisions for coder, made in journals.items()}


def _text(transcript: Transcript) -> ProjectText:
    return ProjectText(transcript=transcript, original=b"", file_name=transcript.source.path)


def _data(pipeline: Pipeline, codings: Iterable[ProjectCoding], coders: Iterable[Coder]) -> StudyData:
    """As much of the study as choosing a part of it needs."""
    return StudyData(
        title="",
        transcripts=tuple(pipeline.transcripts.values()),
        segmentations=tuple(pipeline.segmentations.values()),
        codebook=pipeline.codebook,
        codings=tuple(
            Coding(
                quote=coding.quote,
                code_id=coding.code_id or "",
                coder_id=coding.coder_id,
                codebook_version="",
                at=coding.at or datetime.min,
                layer=coding.layer,
            )
            for coding in codings
        ),
        coders=tuple(coders),
    )


def _is_asked(coding: ProjectCoding, selection: Selection, ids: set[str]) -> bool:
    return (
        coding.quote.transcript_id in ids
        and (not selection.coders or coding.coder_id in selection.coders)
        and (not selection.layers or coding.layer in selection.layers)
    )


# --- People's codings ------------------------------------------------------------------------------


def _of_coder(review: Review, losses: Losses) -> list[ProjectCoding]:
    made: list[ProjectCoding] = []
    for place, judgement in review.judgements.items():
        events = [event for event in review.history[place] if event.id not in review.undone]
        came = _came(events)
        made += _codings(review.coder_id, judgement, came)
        if judgement.none_applies:
            losses.add("passages on which no code applies", "the standard has no place for them")
        if judgement.rejected:
            losses.add("rejected codes", "the standard has no place for them", count=len(judgement.rejected))
        if judgement.deferred and not judgement.decided:
            losses.add("deferred passages", "the standard has no place for them")
        if judgement.flagged:
            losses.add("flags", "the standard has no place for them")
    proposals = len(review.proposals())
    if proposals:
        losses.add("proposals of codes", "the standard has no place for them", count=proposals)
    return made


def _came(events: Iterable[Decision]) -> tuple[str, list[Mapping[str, Any]]]:
    """The memo that came with the imports of a passage, and each coding as it came."""
    memo = ""
    entries: list[Mapping[str, Any]] = []
    for event in events:
        if event.mode == "import" and "codings" in event.details:
            memo = event.memo
            entries += [dict(entry) for entry in event.details["codings"]]
    return memo, entries


_OWN = ("code", "at", "memo", "whole")


def _codings(
    coder: str, judgement: Judgement, came: tuple[str, list[Mapping[str, Any]]]
) -> list[ProjectCoding]:
    """What a judgement says, with the GUIDs it came with where it still says that."""
    memo, entries = came
    same_memo = memo == judgement.memo
    stated = list(judgement.code_ids)
    points = not judgement.quote.text  # codings without words are kept as they came
    made: list[ProjectCoding] = []
    found: set[str] = set()
    for entry in entries:
        code = entry.get("code")
        if code is None or points or code in stated:
            found.add(str(code))
            made.append(
                ProjectCoding(
                    quote=judgement.quote,
                    coder_id=coder,
                    code_id=code,
                    at=datetime.fromisoformat(entry["at"]) if entry.get("at") else None,
                    memo=str(entry.get("memo", "")) if same_memo else judgement.memo,
                    whole=bool(entry.get("whole")),
                    layer=judgement.layer,  # type: ignore[arg-type]
                    details=_details(entry, judgement.memo, same_memo=same_memo),
                )
            )
    # A code that was added here to a selection that came is one more coding of that selection.
    beside = next((entry for entry in entries if entry.get("selection")), {})
    shared = _details(beside, judgement.memo, same_memo=same_memo)
    shared = {name: value for name, value in shared.items() if name not in ("guid", "notes")}
    last = judgement.last
    made += [
        ProjectCoding(
            quote=judgement.quote,
            coder_id=coder,
            code_id=code,
            at=last.at if last else None,
            memo=judgement.memo,
            layer=judgement.layer,  # type: ignore[arg-type]
            details=shared,
        )
        for code in stated
        if code not in found
    ]
    if not made and judgement.memo:
        made.append(
            ProjectCoding(
                quote=judgement.quote,
                coder_id=coder,
                code_id=None,
                memo=judgement.memo,
                layer=judgement.layer,  # type: ignore[arg-type]
            )
        )
    return made


def _details(entry: Mapping[str, Any], memo: str, *, same_memo: bool) -> dict[str, Any]:
    """What goes back as it came; a memo that was written anew here takes the place of the one that came."""
    details = {name: value for name, value in entry.items() if name not in _OWN}
    if same_memo or not details:
        return details
    kept = {name: value for name, value in details.items() if name not in ("notes", "selection_notes")}
    return kept | {"description": memo}


def _suggested(suggestions: Iterable[Suggestion], excerpts: Mapping[str, Any]) -> list[ProjectCoding]:
    """The shortlists as codings of the machine, each marked in its memo."""
    made = []
    for suggestion in suggestions:
        if suggestion.status != "suggested" or suggestion.code_id is None:
            continue
        excerpt = excerpts[suggestion.excerpt_id]
        quote = Quote(
            transcript_id=excerpt.transcript_id, start=excerpt.start, end=excerpt.end, text=excerpt.text
        )
        memo = "Suggestions of the machine, not coded by a person."
        made.append(ProjectCoding(quote=quote, coder_id=MACHINE, code_id=suggestion.code_id, memo=memo))
    return made


# --- What imports have kept ------------------------------------------------------------------------


def _joined(records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What all imports have kept, as one: by the ids that the texts have in this study."""
    joined: dict[str, Any] = {"codes": {}, "texts": {}, "project": {}, "xml": {}}
    lists: dict[str, dict[str, Any]] = {"users": {}, "variables": {}, "cases": {}, "notes": {}, "sources": {}}
    for record in records:
        kept = record["kept"]
        names = record.get("transcripts", {})
        joined["project"] = joined["project"] or kept.get("project", {})
        joined["codes"] |= kept.get("codes", {})
        joined["texts"] |= {names.get(id_, id_): about for id_, about in kept.get("texts", {}).items()}
        for name, found in lists.items():
            found |= {str(each["guid"]).strip("{}").lower(): each for each in kept.get(name, ())}
        for name, elements in kept.get("xml", {}).items():
            joined["xml"].setdefault(name, []).extend(
                element for element in elements if element not in joined["xml"].get(name, ())
            )
    return joined | {name: list(found.values()) for name, found in lists.items()}
