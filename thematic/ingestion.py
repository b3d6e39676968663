"""Transcripts and codebook into the study folder. Floor 5.

Everything that can be wrong with the input is found before anything is written: `read_inputs` reads and
checks, `ingest` writes.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thematic import __version__
from thematic.errors import InputError, Problem, StudyError, ThematicError
from thematic.files import write_atomic
from thematic.identifier_log import read_log, standing
from thematic.keyfile import key_folder
from thematic.records import keep_records, records_of
from thematic.study import NOT_IDENTIFIERS, PARTICIPANTS, SPEAKERS, ReadingSettings, Study, fingerprint
from thematic.text import join_names

if TYPE_CHECKING:
    from thematic.deidentification.replacing import Replacer
    from thematic.formats.transcripts.reading import Reading, SourceFile
    from thematic.formats.transcripts.speakers import Roster, Speaker
    from thematic.keyfile import KeyFile
    from thematic.model import Codebook, ProgressCallback

__all__ = [
    "CodebookFile",
    "IngestReport",
    "Inputs",
    "ingest",
    "read_codebook_file",
    "read_inputs",
    "set_codebook",
]


@dataclass(frozen=True, slots=True)
class CodebookFile:
    """A codebook that was read and found usable, and the YAML that stands for it in the study."""

    codebook: Codebook
    yaml: bytes
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class FileRead:
    """A transcript file: its bytes, what they were read as, the hash of all that decides how.

    `is_held`: the study has it already, read in the same way. `replaced`: for each transcript in which names
    were replaced, the edits and the hash of its text before.
    """

    file: SourceFile
    key: str
    reading: Reading
    is_held: bool = False
    replaced: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of the files: transcript ids by outcome, who speaks, warnings, and what was passed over."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    speakers: tuple[Speaker, ...]
    warnings: tuple[Problem, ...]
    notes: tuple[str, ...]
    files: tuple[dict[str, Any], ...]

    def record(self) -> dict[str, Any]:
        """The report as plain values, for --json."""
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Transcript files read and checked against each other and against the study; nothing written yet."""

    files: tuple[FileRead, ...]
    unchanged: tuple[str, ...]
    notes: tuple[str, ...]
    beside: Mapping[str, SourceFile]
    warnings: tuple[Problem, ...]
    known: frozenset[str]

    def report(self) -> IngestReport:
        """What ingesting would do."""
        read = [file.reading for file in self.files]
        ids = {t.id: file.is_held for file in self.files for t in file.reading.transcripts}
        return IngestReport(
            added=tuple(id_ for id_ in ids if id_ not in self.known),
            changed=tuple(id_ for id_, is_held in ids.items() if id_ in self.known and not is_held),
            unchanged=(*self.unchanged, *(id_ for id_, is_held in ids.items() if is_held)),
            speakers=tuple(speaker for reading in read for speaker in reading.speakers),
            warnings=(*self.warnings, *(w for reading in read for w in reading.report.warnings)),
            notes=self.notes,
            files=tuple(_report_record(reading) for reading in read),
        )


def read_inputs(
    paths: Sequence[Path], *, settings: ReadingSettings, study: Study | None = None, only_new: bool = True
) -> Inputs:
    """Read every transcript file among `paths` that is not already in the study as it is.

    speakers.toml and participants.csv (or .xlsx) are taken from beside the transcripts, else from the study.
    Raises InputError with the problems of all files.
    """
    from thematic.formats.transcripts.attributes import read_attributes, with_attributes
    from thematic.formats.transcripts.front_door import find_files, open_file, read_files
    from thematic.formats.transcripts.reading import ReadSettings

    beside = _files_beside(paths, open_file)
    speakers_file = _own_file(SPEAKERS, beside, study)
    # Whatever can change how a file is read is in the key, so that a file with a known key is not read again.
    how = fingerprint(
        "read",
        __version__,
        settings,
        hashlib.sha256(speakers_file or b"").hexdigest(),
        *replacements_key(study),
    )
    known = records_of(study) if study else {}
    held: dict[str, list[str]] = {}
    for id_, record in known.items():
        held.setdefault(record["read_key"], []).append(id_)

    found, notes = find_files(paths)
    new: list[SourceFile] = []
    unchanged: list[str] = []
    for file in map(open_file, found):
        ids = held.get(_key(how, file), []) if only_new else []
        unchanged += ids
        if not ids:
            new.append(file)
    reading = ReadSettings(encoding=settings.encoding or None)
    readings, cases = check_all(
        lambda: read_files(new, settings=reading, roster=_roster(speakers_file)),
        lambda: [read_attributes(beside[name], settings=reading) for name in PARTICIPANTS if name in beside],
    )
    warnings = [warning for sheet in cases for warning in sheet.warnings]
    for sheet in cases:
        warnings += (
            with_attributes([t for read in readings for t in read.transcripts], sheet)[1] if new else []
        )
    replacer = study_replacer(study) if new else None
    files = tuple(
        _replaced(FileRead(file, key := _key(how, file), reading, key in held), replacer)
        for file, reading in zip(new, readings, strict=True)
    )
    _refuse_clashes(files, known)
    return Inputs(files, tuple(unchanged), tuple(notes), beside, tuple(warnings), frozenset(known))


def _key(how: str, file: SourceFile) -> str:
    return fingerprint(how, file.name, file.sha256)


def ingest(
    study: Study, inputs: Inputs, *, on_stage: Callable[[str], ProgressCallback] | None = None
) -> IngestReport:
    """Write the transcripts that are new or changed: the original, the canonical text, the turns.

    Call it while holding the study's lock. An interrupted call is finished by calling it again.
    """
    update = on_stage("Reading") if on_stage else None
    report = inputs.report()
    for name, source in inputs.beside.items():
        _keep(study, name, source.data)
    for i, file in enumerate(inputs.files, start=1):
        write_atomic(study.root / "transcripts" / file.file.name, file.file.data)
        record = _report_record(file.reading)
        for transcript in file.reading.transcripts:
            study.save_transcript(
                transcript, read_key=file.key, report=record, replaced=file.replaced.get(transcript.id)
            )
        if update:
            update(i, len(inputs.files))
    if report.speakers and not (study.root / SPEAKERS).exists():
        from thematic.formats.transcripts.speakers import speakers_toml

        proposal = speakers_toml(report.speakers).replace(
            "# Who is who.", "# Who is who, as proposed when the files were read: please check.", 1
        )
        # Under this name it is a proposal; people who agree, or correct it, rename it to speakers.toml.
        write_atomic(study.root / "speakers.proposed.toml", proposal.encode())
    keep_records(study)
    return report


def read_codebook_file(path: Path) -> CodebookFile:
    """The codebook in `path`, whatever its format. Raises CodebookError with every mistake and its line."""
    from thematic.formats.codebooks.front_door import read_codebook, write_codebook_yaml

    codebook, warnings = read_codebook(path)
    is_yaml = path.suffix.lower() in (".yaml", ".yml")
    yaml = path.read_bytes() if is_yaml else write_codebook_yaml(codebook).encode()
    return CodebookFile(codebook, yaml, tuple(warnings))


def set_codebook(study: Study, file: CodebookFile) -> None:
    """Make this the study's codebook, and keep its version."""
    if not study.codebook_path.exists() or study.codebook_path.read_bytes() != file.yaml:
        write_atomic(study.codebook_path, file.yaml)
    study.keep_codebook(file.codebook)


def replacements_key(study: Study | None) -> list[str]:
    """What changes when another form is to be replaced, or by other words; empty where nothing is."""
    if study is None:
        return []
    decided = standing(read_log(study.root))
    return [f"{id_}={d['replacement']}" for id_, d in sorted(decided.items()) if d.get("replacement")]


def study_replacer(study: Study | None) -> Replacer | None:
    """What replaces names in the transcripts of a study, or None where nothing is to be replaced.

    Raises StudyError when the key file is not here: a transcript would be read with the names in it.
    """
    if study is None or not replacements_key(study):
        return None
    from thematic.deidentification.replacing import Replacer

    return Replacer(study_key(study).replacements())


def study_key(study: Study) -> KeyFile:
    """The key file that the log of the study names. Raises StudyError when it is not here, or too old."""
    from thematic.keyfile import load_key

    log = read_log(study.root)
    key_id = next((record["key"] for record in log if record.get("key")), "")
    key = load_key(key_id)
    if key is None:
        raise StudyError(
            f"the key file {key_id} of this study is not on this machine: it holds the pseudonyms",
            path=str(key_folder() / f"{key_id}.json"),
            hint="copy it there from whoever decided about names, by a safe way, or name its folder in "
            "THEMATIC_KEYS",
        )
    known = {key.finding_id(form) for form, entry in key.entries.items() if entry.replacement}
    if {id_ for id_, d in standing(log).items() if d.get("replacement")} - known:
        raise StudyError(
            "the key file is older than the decisions of the study: some of their names are not in it",
            path=str(key.path()),
            hint="copy the newest one from whoever decided last",
        )
    return key


def _replaced(file: FileRead, replacer: Replacer | None) -> FileRead:
    """The file with pseudonyms in its transcripts, its speakers and its report."""
    if replacer is None:
        return file
    transcripts = []
    edits: dict[str, Any] = {}
    for transcript in file.reading.transcripts:
        changed, made = replacer.transcript(transcript)
        transcripts.append(changed)
        if made:
            digest = hashlib.sha256(transcript.text.encode("utf-8", "surrogatepass")).hexdigest()
            edits[transcript.id] = {"unreplaced_sha256": digest, "edits": [list(edit) for edit in made]}
    reading = file.reading
    report = reading.report
    changed_report = replace(
        report,
        dropped=tuple(replace(piece, text=replacer.text(piece.text)) for piece in report.dropped),
        warnings=tuple(replace(w, message=replacer.text(w.message)) for w in report.warnings),
    )
    speakers = tuple(
        replace(
            speaker,
            label=replacer.text(speaker.label),
            name=replacer.text(speaker.name),
            first_words=replacer.text(speaker.first_words),
        )
        for speaker in reading.speakers
    )
    changed_reading = replace(
        reading, transcripts=tuple(transcripts), report=changed_report, speakers=speakers
    )
    return replace(file, reading=changed_reading, replaced=edits)


def _files_beside(paths: Iterable[Path], open_file: Callable[[Path], SourceFile]) -> dict[str, SourceFile]:
    """speakers.toml and the sheet of participants that lie beside the transcripts: the first of each."""
    found: dict[str, SourceFile] = {}
    for path in paths:
        folder = path if path.is_dir() else path.parent
        for name in (SPEAKERS, NOT_IDENTIFIERS, *PARTICIPANTS):
            if name not in found and (folder / name).is_file():
                found[name] = open_file(folder / name)
    if all(name in found for name in PARTICIPANTS):
        raise InputError(
            f"there are both {join_names(PARTICIPANTS)}", path=PARTICIPANTS[1], hint="keep one of them"
        )
    return found


def _own_file(name: str, beside: Mapping[str, SourceFile], study: Study | None) -> bytes | None:
    """A file beside the transcripts, else the study's own."""
    if name in beside:
        return beside[name].data
    path = study.root / name if study else None
    return path.read_bytes() if path and path.is_file() else None


def _keep(study: Study, name: str, data: bytes) -> None:
    """Copy a file from beside the transcripts into the study; what was there before is kept as earlier."""
    path = study.root / name
    if path.exists():
        before = path.read_bytes()
        if before == data:
            return
        write_atomic(path.with_name(f"{path.stem}.earlier{path.suffix}"), before)
    write_atomic(path, data)


def _roster(data: bytes | None) -> Roster:
    from thematic.formats.transcripts.speakers import Roster, read_roster

    if data is None:
        return Roster()
    try:
        return read_roster(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(
            f"not UTF-8: {error.reason}", path="speakers.toml", hint="save it as UTF-8"
        ) from None


def _refuse_clashes(files: Sequence[FileRead], known: dict[str, dict[str, Any]]) -> None:
    """Refuse a transcript whose id the study already has from a file of another name."""
    problems = []
    for file in files:
        for transcript in file.reading.transcripts:
            before = known.get(transcript.id)
            if before and before["source"]["path"] != file.file.name:
                problems.append(
                    Problem(
                        f"the study has a transcript {transcript.id} from {before['source']['path']}",
                        file.file.name,
                        None,
                        "rename one of the files; a corrected transcript keeps the name of its file",
                    )
                )
    if problems:
        raise InputError("two files would be one transcript", problems=problems)


def _report_record(reading: Reading) -> dict[str, Any]:
    """What texts/<id>.json keeps of a reading report: counts, what was dropped and why, warnings."""
    report = reading.report
    return {
        "format": report.format,
        "lines_kept": report.lines_kept,
        "words_in": report.words_in,
        "words_out": report.words_out,
        "words_in_labels": report.words_in_labels,
        "dropped": [dataclasses.asdict(piece) for piece in report.dropped],
        "warnings": [str(warning) for warning in report.warnings],
        "unconfirmed_speakers": [s.label for s in reading.speakers if not s.confirmed],
    }


def check_all(*checks: Callable[[], Any]) -> list[Any]:
    """The results of all checks; raises one InputError with the problems of every check that failed."""
    results: list[Any] = []
    failed: list[ThematicError] = []
    for check in checks:
        try:
            results.append(check())
        except ThematicError as error:
            failed.append(error)
    if len(failed) == 1:
        raise failed[0]
    if failed:
        problems = [problem for error in failed for problem in error.problems]
        raise InputError(
            f"{join_names([str(error.problem.message) for error in failed])}", problems=problems
        ) from failed[0]
    return results
