"""Quotes of a table in the transcripts of a study: each at its one place, or listed for a person."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from thematic.coded_project import (
    CodedProject,
    Losses,
    LossReport,
    ProjectCoding,
    coder_ids,
)
from thematic.errors import InputError, Problem, SettingsError, did_you_mean
from thematic.formats.projects.found_codes import FoundCodes
from thematic.formats.projects.front_door import ProjectSettings
from thematic.formats.projects.quote_tables.rows import QuoteRow, QuoteTable
from thematic.formats.transcripts.reading import clean_id
from thematic.model import Coder, Layer, Quote, Transcript
from thematic.quoting import Places, SearchedText, find_words, same_words
from thematic.text import join_names, snippet

__all__ = ["place_quotes"]

MOST_TOLD = 50
_ENDING = re.compile(r"\.[A-Za-z0-9]{2,5}$")
# “D 3: P01.docx”, as ATLAS.ti numbers its documents.
_NUMBERED = re.compile(r"^[DP]?\s?\d+\s*:\s*")
# “… (P01, S. 3: 120)”, the page and place that MAXQDA puts behind the words of a PDF.
_REFERENCE = re.compile(r"\s*\([^()]{1,200}, (?:S|p|P|Pos)\. ?\d+(?:: ?\d+)?\)\s*$")
_FORMULA = tuple("=+-@＝＋－＠")


def place_quotes(table: QuoteTable, path: Path, sha256: str, settings: ProjectSettings) -> CodedProject:
    """The codings of the table in the transcripts of `settings`.

    Raises InputError with every row whose words stand nowhere or in more than one place, unless
    `settings.partial`: then they are in the report, and all of them in `kept`. Nothing is ever guessed.
    """
    if not settings.transcripts:
        raise InputError(
            f"these are quotes ({table.program}), and there are no transcripts to find them in",
            path=path.name,
            hint="ingest the transcripts first (thematic init, thematic ingest), then import into that study",
        )
    if not table.rows:
        raise InputError("no row has both a quote and a code", path=path.name, hint="export it again")
    finder = _Finder(settings.transcripts, _documents(settings.transcripts))
    finder.learn_paragraphs(table.rows)
    found = [(row, finder.find(row)) for row in table.rows]
    stray = [(row, place.problem) for row, place in found if place.quote is None]
    placed = [(row, place) for row, place in found if place.quote is not None]
    if stray and not settings.partial:
        raise InputError(
            f"{len(stray):,} of {len(found):,} quotes have no certain place; nothing was written",
            path=path.name,
            problems=_told(stray, path.name),
            hint="mend them there, or take the others with --partial: these are then listed in the report",
        )
    losses = Losses()
    for row, problem in stray:
        losses.add(
            "quotes",
            "they have no certain place in the transcripts",
            kept="all of them in kept.json",
            example=f"row {row.line}: {problem.message}",
        )
    return _project(table, path, sha256, settings, placed, losses, stray)


def _project(
    table: QuoteTable,
    path: Path,
    sha256: str,
    settings: ProjectSettings,
    placed: list[tuple[QuoteRow, _Place]],
    losses: Losses,
    stray: list[tuple[QuoteRow, Problem]],
) -> CodedProject:
    names = sorted({row.coder or settings.coder or "" for row, _ in placed})
    if "" in names:
        raise SettingsError("the table does not say who coded", path=path.name, hint="say it: --coder NAME")
    ids = dict(zip(names, coder_ids(names), strict=True))
    codes = FoundCodes(settings.codebook)
    codings = [
        ProjectCoding(
            quote=cast(Quote, place.quote),
            coder_id=ids[row.coder or settings.coder or ""],
            code_id=codes.of_text(steps[0]) if len(steps) == 1 else codes.of(steps),
            at=row.at,
            memo=row.memo,
            layer=cast(Layer, row.layer),
            details=dict(row.details) | ({} if place.how == "same" else {"quoted_as": row.words}),
        )
        for row, place in placed
        for steps in row.codes
    ]
    notes = list(table.notes)
    for how, what in (
        ("typography", "but for quotation marks, dashes and spaces"),
        ("spacing", "but for spaces"),
    ):
        number = sum(place.how == how for _, place in placed)
        if number:
            notes.append(f"{number:,} quotes were found {what}; the words of the transcript are kept")
    by_place = sum(place.by == "place" for _, place in placed)
    if by_place:
        notes.append(
            f"{by_place:,} quotes stand more than once; the position in the file says which is meant"
        )
    kept: dict[str, Any] = {}
    if stray:
        kept["not_placed"] = [
            {
                "row": row.line,
                "document": row.document,
                "words": row.words,
                "codes": [list(steps) for steps in row.codes],
                "coder": row.coder,
                "why": problem.message,
            }
            for row, problem in stray
        ]
    report = LossReport(
        carried=(
            ("codings", len(codings)),
            ("quotes", len(placed)),
            ("transcripts they are in", len({c.quote.transcript_id for c in codings})),
            ("coders", len(names)),
        ),
        losses=(*losses.all(), *table.losses),
        notes=tuple(notes),
    )
    return CodedProject(
        title=path.stem,
        program=table.program,
        format=table.format,
        file=path.name,
        sha256=sha256,
        codebook=codes.codebook(settings.codebook.title if settings.codebook else path.stem),
        coders=tuple(Coder(id=ids[name], name=name) for name in names),
        codings=tuple(codings),
        report=report,
        kept=kept,
    )


def _told(stray: list[tuple[QuoteRow, Problem]], name: str) -> list[Problem]:
    told = [replace(problem, path=name, line=row.line) for row, problem in stray[:MOST_TOLD]]
    if len(stray) > MOST_TOLD:
        told.append(Problem(f"and {len(stray) - MOST_TOLD:,} more rows", name))
    return told


# --- Documents -----------------------------------------------------------------------------------------


def _documents(transcripts: Mapping[str, Transcript]) -> dict[str, set[str]]:
    """What a document may be called in another program -> ids of transcripts."""
    names: dict[str, set[str]] = {}
    for transcript in transcripts.values():
        file = transcript.source.path
        for name in (transcript.id, transcript.title, file, file.rpartition(".")[0]):
            if name.strip():
                names.setdefault(_key(name), set()).add(transcript.id)
    # An id is never hidden by the title of another transcript.
    return names | {_key(id_): {id_} for id_ in transcripts}


def _key(name: str) -> str:
    return clean_id(name).casefold()


# --- Places --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row's words stand and how near they come; or why there is no certain place."""

    quote: Quote | None
    problem: Problem
    how: str = "same"
    by: str = "words"


_NONE = Problem("")
_Count = Callable[[str], int]
# How programs number paragraphs: every line, or those with something in them.
_COUNTS: tuple[_Count, ...] = (
    lambda before: before.count("\n") + 1,
    lambda before: sum(bool(line.strip()) for line in before.split("\n")[:-1]) + 1,
)


@dataclass(slots=True)
class _Finder:
    transcripts: Mapping[str, Transcript]
    documents: Mapping[str, set[str]]
    searched: dict[str, SearchedText] = field(default_factory=dict)
    known: dict[tuple[str, str], Places] = field(default_factory=dict)
    paragraphs: dict[str, _Count] = field(default_factory=dict)

    def find(self, row: QuoteRow) -> _Place:
        ids = self._transcripts_of(row)
        if isinstance(ids, Problem):
            return _Place(None, ids)
        if row.span is not None and len(ids) == 1:
            start, end = row.span
            text = self.transcripts[ids[0]].text
            if 0 <= start < end <= len(text) and any(
                same_words(text[start:end], w) for w in _variants(row.words)
            ):
                trimmed = _trim(text, start, end)
                return self._placed(ids[0], trimmed, "same" if text[start:end] == row.words else "typography")
        found = {id_: self._places(id_, row.words) for id_ in ids}
        spans: list[tuple[str, tuple[int, int], str]] = [
            (id_, span, places.how) for id_, places in found.items() for span in places.spans
        ]
        if len(spans) == 1:
            id_, span, how = spans[0]
            return self._placed(id_, span, how)
        if len(spans) > 1:
            chosen = self._by_position(row, spans)
            if chosen is not None:
                id_, span, how = chosen
                return replace(self._placed(id_, span, how), by="place")
        where = join_names(ids) if len(ids) <= 3 else "any transcript"
        said = f"“{snippet(row.words)}”"
        if spans:
            hint = "give more of the words, so that there is one place"
            return _Place(None, Problem(f"{said} stands {len(spans)} times in {where}", hint=hint))
        return _Place(
            None, Problem(f"{said} is not in {where}", hint="was the text changed since it was coded?")
        )

    def learn_paragraphs(self, rows: tuple[QuoteRow, ...]) -> None:
        """How each document's paragraphs are counted, where the quotes with one place all agree on it."""
        fits: dict[str, list[bool]] = {}
        for row in rows:
            ids = self._transcripts_of(row)
            if row.paragraph is None or isinstance(ids, Problem) or len(ids) != 1:
                continue
            spans = self._places(ids[0], row.words).spans
            if len(spans) == 1:
                before = self.transcripts[ids[0]].text[: spans[0][0]]
                agree = fits.setdefault(ids[0], [True] * len(_COUNTS))
                for i, count in enumerate(_COUNTS):
                    agree[i] &= count(before) == row.paragraph
        for id_, agree in fits.items():
            counts = [count for count, fit in zip(_COUNTS, agree, strict=True) if fit]
            if counts:
                self.paragraphs[id_] = counts[0]

    def _by_position(
        self, row: QuoteRow, spans: list[tuple[str, tuple[int, int], str]]
    ) -> tuple[str, tuple[int, int], str] | None:
        """The one of several places that the row's paragraph names."""
        kept = [
            (id_, span, how)
            for id_, span, how in spans
            if id_ in self.paragraphs
            and self.paragraphs[id_](self.transcripts[id_].text[: span[0]]) == row.paragraph
        ]
        return kept[0] if len(kept) == 1 else None

    def _transcripts_of(self, row: QuoteRow) -> list[str] | Problem:
        if not row.document:
            return list(self.transcripts)
        bare = _NUMBERED.sub("", row.document)
        # P01.docx there may be P01.txt here.
        names = (row.document, _ENDING.sub("", row.document), bare, _ENDING.sub("", bare))
        ids = next((found for name in names if (found := self.documents.get(_key(name)))), set[str]())
        if len(ids) == 1:
            return list(ids)
        if ids:
            return Problem(f"“{row.document}” may be {join_names(sorted(ids), 'or')}", hint="write its id")
        hint = (
            did_you_mean(row.document, self.transcripts) or "rename it as the transcript, or ingest that one"
        )
        return Problem(f"the study has no transcript “{row.document}”", hint=hint)

    def _places(self, transcript_id: str, words: str) -> Places:
        key = (transcript_id, words)
        if key not in self.known:
            if transcript_id not in self.searched:
                self.searched[transcript_id] = SearchedText(self.transcripts[transcript_id].text)
            found = Places(())
            for variant in _variants(words):
                found = find_words(self.searched[transcript_id], variant)
                if found.spans:
                    break
            self.known[key] = found
        return self.known[key]

    def _placed(self, transcript_id: str, span: tuple[int, int], how: str) -> _Place:
        text = self.transcripts[transcript_id].text[span[0] : span[1]]
        quote = Quote(transcript_id=transcript_id, start=span[0], end=span[1], text=text)
        return _Place(quote, _NONE, how)


def _variants(words: str) -> tuple[str, ...]:
    """The words; then without the apostrophe that keeps a spreadsheet from taking them for a formula, or
    without a reference behind them."""
    if words.startswith("'") and words[1:].lstrip().startswith(_FORMULA):
        return words, words[1:]
    bare = _REFERENCE.sub("", words)
    return (words, bare) if bare.strip() and bare != words else (words,)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
