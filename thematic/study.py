"""The study folder: settings, texts, codebook versions, machine data, locks. Floor 4.

    my-study/
      study.toml                 settings; people edit it
      speakers.toml              who is interviewer, who participant; people confirm it
      participants.csv           case attributes (site, arm …), a row a transcript; optional, or .xlsx
      codebook.yaml              people edit it; every version used is kept in codebooks/<version>.yaml
      transcripts/               the originals, never modified
      texts/<id>.txt, <id>.json  canonical text, and its turns; earlier/ has what a text was before
      decisions/<coder>.jsonl    append-only, one file per coder
      identifiers.jsonl          what was decided about identifiers, none of which it quotes; append-only
      not_identifiers.toml       words that look like names and identify nobody; people edit it; optional
      .thematic/                 machine data, disposable, each file named by the hash of its inputs
      exports/

Every write is a temporary file, fsync, rename: a file is the old one or the new one, never half of one.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, Self, TypeVar, get_args, get_origin, get_type_hints

from thematic.clustering import ClusterSettings
from thematic.embedding import EmbedSettings
from thematic.errors import Problem, SettingsError, StudyError
from thematic.files import is_empty, write_atomic
from thematic.model import Codebook, Source, Transcript, Turn
from thematic.reporting import ReportSettings
from thematic.segmentation import SegmentSettings
from thematic.suggestion import SuggestSettings
from thematic.text import Alignment, align_replaced, join_names

__all__ = [
    "AgreementSettings",
    "ReadingSettings",
    "Study",
    "StudySettings",
    "fingerprint",
    "json_bytes",
    "read_transcript",
]

T = TypeVar("T")

SPEAKERS = "speakers.toml"
NOT_IDENTIFIERS = "not_identifiers.toml"
PARTICIPANTS = ("participants.csv", "participants.xlsx")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingSettings:
    """How files are decoded. encoding: empty for UTF-8, or a name such as cp1252."""

    encoding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementSettings:
    """stance: `coding-reliability`, `codebook` or `reflexive`; in the last no coefficient is printed."""

    stance: str = "codebook"

    def __post_init__(self) -> None:
        stances = ("coding-reliability", "codebook", "reflexive")
        if self.stance not in stances:
            raise SettingsError(f"unknown stance “{self.stance}”", hint=f"choose {join_names(stances, 'or')}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySettings:
    """Everything in study.toml: one table a stage."""

    title: str = "Untitled study"
    read: ReadingSettings = field(default_factory=ReadingSettings)
    segment: SegmentSettings = field(default_factory=SegmentSettings)
    embed: EmbedSettings = field(default_factory=EmbedSettings)
    suggest: SuggestSettings = field(default_factory=SuggestSettings)
    cluster: ClusterSettings = field(default_factory=ClusterSettings)
    agreement: AgreementSettings = field(default_factory=AgreementSettings)
    report: ReportSettings = field(default_factory=ReportSettings)


@dataclass(frozen=True, slots=True)
class Study:
    """An open study folder. The folder is the state; this knows where it is and what its settings say."""

    root: Path
    settings: StudySettings

    # --- Opening and making ------------------------------------------------------------------------

    @classmethod
    def open(cls, root: Path) -> Self:
        """The study in `root`. Raises StudyError when there is none, SettingsError for a bad study.toml."""
        path = root / "study.toml"
        if not path.is_file():
            raise StudyError(
                "this folder is no study: it has no study.toml",
                path=str(root),
                hint="make one with `thematic init DIR --codebook FILE`, or name one with --study DIR",
            )
        return cls(root, read_settings(path))

    @classmethod
    def find(cls, start: Path) -> Self:
        """The nearest study upwards from `start`."""
        here = start.resolve()
        for folder in (here, *here.parents):
            if (folder / "study.toml").is_file():
                return cls.open(folder)
        raise StudyError(
            "no study here: neither this folder nor one above it has a study.toml",
            path=str(start),
            hint="make one with `thematic init DIR --codebook FILE`, or name one with --study DIR",
        )

    @classmethod
    def create(cls, root: Path, settings: StudySettings) -> Self:
        """A new study in `root`, which must be absent or empty. study.toml is the first file written."""
        if root.exists() and not root.is_dir():
            raise StudyError("this is a file, not a folder", path=str(root), hint="name a new folder")
        if (root / "study.toml").is_file():
            raise StudyError(
                "this folder is a study already",
                path=str(root),
                hint="go on with it (thematic status --study DIR), or name a new folder",
            )
        if root.is_dir() and not is_empty(root):
            raise StudyError(
                "this folder is not empty and is no study",
                path=str(root),
                hint="name a new folder, an empty one, or a study made before",
            )
        root.mkdir(parents=True, exist_ok=True)
        write_atomic(root / "study.toml", settings_toml(settings).encode())
        return cls(root, settings)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the study for one run. Raises StudyError at once when another process works in it.

        The operating system lets go of the lock when a process dies, so a killed run leaves none behind.
        """
        from filelock import FileLock, Timeout

        self.machine.mkdir(exist_ok=True)
        lock = FileLock(self.machine / "lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise StudyError(
                "another run is working in this study",
                path=str(self.root),
                hint="wait until it is done, or choose another folder with --out",
            ) from None
        try:
            yield
        finally:
            lock.release()

    @property
    def machine(self) -> Path:
        return self.root / ".thematic"

    # --- Transcripts -------------------------------------------------------------------------------

    def transcript_ids(self) -> list[str]:
        """Ids of the transcripts, sorted."""
        return sorted(path.stem for path in (self.root / "texts").glob("*.json"))

    def record(self, transcript_id: str) -> dict[str, Any]:
        """What texts/<id>.json says: turns, source, how and from what it was read.

        Raises StudyError where the study has no such transcript, or the record is damaged.
        """
        return _parsed(self._record(transcript_id), str(self.root / "texts" / f"{transcript_id}.json"))

    def _record(self, transcript_id: str) -> bytes:
        try:
            return (self.root / "texts" / f"{transcript_id}.json").read_bytes()
        except FileNotFoundError:
            raise StudyError(
                f"the study has no transcript “{transcript_id}”",
                path=str(self.root),
                hint=f"it has {join_names(self.transcript_ids()) or 'none yet: run `thematic ingest PATH`'}",
            ) from None

    def transcript(self, transcript_id: str) -> Transcript:
        """The transcript, checked: its text has the recorded hash. Raises StudyError when it was changed."""
        record = self._record(transcript_id)
        path = self.root / "texts" / f"{transcript_id}.txt"
        return read_transcript(record, path.read_bytes(), path=str(path))

    def save_transcript(
        self,
        transcript: Transcript,
        *,
        read_key: str,
        report: Mapping[str, Any],
        replaced: Mapping[str, Any] | None = None,
    ) -> None:
        """Write texts/<id>.txt and then texts/<id>.json; the second makes the first count.

        replaced: where names were replaced in the text as it was read (`edits`), and the hash of that text
        (`unreplaced_sha256`).
        """
        data = transcript.text.encode("utf-8", "surrogatepass")
        record = {
            "id": transcript.id,
            "title": transcript.title,
            "text_sha256": hashlib.sha256(data).hexdigest(),
            "read_key": read_key,
            "source": dataclasses.asdict(transcript.source),
            "attributes": dict(transcript.attributes),
            "report": report,
            "turns": [
                {k: v for k, v in dataclasses.asdict(turn).items() if k != "anchors" or v}
                for turn in transcript.turns
            ],
        } | ({"replaced": replaced} if replaced else {})
        path = self.root / "texts" / f"{transcript.id}.txt"
        if path.exists() and (before := path.read_bytes()) != data:
            # Decisions quote the text they were made on: it is kept, so that their places can be found again.
            digest = hashlib.sha256(before).hexdigest()[:12]
            earlier = self.root / "texts" / "earlier" / f"{transcript.id}-{digest}.txt"
            write_atomic(earlier.with_suffix(".json"), json_bytes(self._replaced(transcript.id)))
            write_atomic(earlier, before)
        write_atomic(path, data)
        write_atomic(self.root / "texts" / f"{transcript.id}.json", json_bytes(record))

    def earlier_texts(self, transcript_id: str) -> list[str]:
        """The texts a transcript had before it was corrected, latest first."""
        paths = self._earlier_paths(transcript_id)
        return [path.read_bytes().decode("utf-8", "surrogatepass") for path in paths]

    def known_alignments(self, transcript_id: str, text: str) -> dict[tuple[str, int], Alignment]:
        """How earlier texts, by their place in `earlier_texts`, correspond to the present one, where they
        differ from it by nothing but replaced names."""
        paths = self._earlier_paths(transcript_id)
        if not paths:
            return {}
        now = self._replaced(transcript_id)
        known: dict[tuple[str, int], Alignment] = {}
        for i, path in enumerate(paths):
            try:
                then = json.loads(path.with_suffix(".json").read_bytes())
            except (OSError, ValueError):
                continue  # from before replacements were recorded: it is aligned by its words
            if then["unreplaced_sha256"] == now["unreplaced_sha256"]:
                old = path.read_bytes().decode("utf-8", "surrogatepass")
                edits = ([tuple(edit) for edit in record["edits"]] for record in (then, now))
                known[transcript_id, i] = align_replaced(old, text, *edits)
        return known

    def _earlier_paths(self, transcript_id: str) -> list[Path]:
        paths = (self.root / "texts" / "earlier").glob(f"{transcript_id}-????????????.txt")
        return sorted(paths, key=lambda path: (-path.stat().st_mtime_ns, path.name))

    def _replaced(self, transcript_id: str) -> dict[str, Any]:
        """Where names were replaced in a text that the study holds, and the hash of the text as it was
        read."""
        record = self.record(transcript_id)
        found: dict[str, Any] = record.get("replaced") or {
            "unreplaced_sha256": record["text_sha256"],
            "edits": [],
        }
        return found

    def participants_path(self) -> Path | None:
        """The sheet of case attributes, if the study has one."""
        return next((path for name in PARTICIPANTS if (path := self.root / name).is_file()), None)

    # --- Codebook ----------------------------------------------------------------------------------

    @property
    def codebook_path(self) -> Path:
        return self.root / "codebook.yaml"

    def keep_codebook(self, codebook: Codebook) -> None:
        """Keep this version in codebooks/<version>.yaml, if it is not there yet."""
        path = self.root / "codebooks" / f"{codebook.version}.yaml"
        if not path.exists():
            write_atomic(path, self.codebook_path.read_bytes())

    # --- People's work -----------------------------------------------------------------------------

    def journals(self) -> list[Path]:
        """The decision files, one a coder, sorted by name."""
        return sorted((self.root / "decisions").glob("*.jsonl"))

    def journal_path(self, coder_id: str) -> Path:
        """Where a coder's decisions are. Raises SettingsError for a name that is no file name."""
        if not re.fullmatch(r"[\w][\w .\-]{0,63}", coder_id) or coder_id.endswith((" ", ".")):
            raise SettingsError(
                f"“{coder_id}” cannot be a coder's name",
                hint="use letters, digits, spaces, - and _, at most 64, for example: ada",
            )
        return self.root / "decisions" / f"{coder_id}.jsonl"

    def frames(self) -> Any:
        """The study as tidy Arrow tables, see `formats.report.frames.Frames`: `.codings.to_pandas()`."""
        # By name, as it stands on all stages, which are floors above this one.
        return import_module("thematic.frames").frames(self)

    # --- Machine data ------------------------------------------------------------------------------

    def machine_file(self, stage: str, name: str, key: str, suffix: str = ".parquet") -> Path:
        """Where a stage keeps its result for these inputs."""
        return self.machine / stage / f"{name}-{key[:16]}{suffix}"

    def forget_other(self, stage: str, keep: set[Path]) -> None:
        """Delete machine data of `stage` that the current inputs no longer lead to."""
        folder = self.machine / stage
        if folder.is_dir():
            for path in folder.iterdir():
                if path not in keep:
                    path.unlink(missing_ok=True)


def read_transcript(record: bytes, text: bytes, *, path: str) -> Transcript:
    """The transcript in the bytes of texts/<id>.json and texts/<id>.txt; `path`, of the latter, for messages.

    Raises StudyError when the text has not the recorded hash, or the record is damaged.
    """
    recorded = str(Path(path).with_suffix(".json"))
    said = _parsed(record, recorded)
    if hashlib.sha256(text).hexdigest() != said["text_sha256"]:
        raise StudyError(
            "the canonical text was changed after it was read, so offsets no longer hold",
            path=path,
            hint="edit the original and run `thematic ingest` on it; texts/ is not for editing",
        )
    canonical = text.decode("utf-8", "surrogatepass")
    try:
        turns = tuple(
            Turn(**{**turn, "anchors": tuple((a, b) for a, b in turn.get("anchors", ()))})
            for turn in said["turns"]
        )
        source = Source(**said["source"])
        whole = all(0 <= turn.start <= turn.end <= len(canonical) for turn in turns)
    except (TypeError, ValueError, AttributeError) as error:
        raise _damaged(str(error), recorded) from None
    if not whole:
        raise _damaged("a turn is outside of the text", recorded)
    return Transcript(
        id=said["id"],
        title=said["title"],
        text=canonical,
        turns=turns,
        source=source,
        attributes=said["attributes"],
    )


def _parsed(record: bytes, path: str) -> dict[str, Any]:
    """What texts/<id>.json says. Raises StudyError where a part of it is missing or of another kind."""
    try:
        said = json.loads(record)
    except (ValueError, RecursionError) as error:
        raise _damaged(str(error), path) from None
    if not isinstance(said, dict):
        raise _damaged("not an object", path)
    kinds = {"id": str, "title": str, "text_sha256": str, "turns": list, "source": dict, "attributes": dict}
    wrong = [key for key, kind in kinds.items() if not isinstance(said.get(key), kind)]
    if not wrong and not isinstance(said["source"].get("path"), str):
        wrong = ["source.path"]
    if wrong:
        raise _damaged(f"{join_names(wrong)} missing or of the wrong kind", path)
    return said


def _damaged(what: str, path: str) -> StudyError:
    hint = "run `thematic ingest` on the transcript again"
    return StudyError(f"damaged: {what}", path=path, hint=hint)


# --- Values as bytes and hashes ---------------------------------------------------------------------


def json_bytes(value: Any) -> bytes:
    """One JSON document as UTF-8, indented, keys in the order given."""
    return (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode(
        "utf-8", "surrogatepass"
    )


def fingerprint(*parts: Any) -> str:
    """SHA-256, in hex, of values made of dataclasses, mappings, sequences, strings and numbers."""
    text = json.dumps(parts, default=_plain, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"no fingerprint of {type(value).__name__}")


# --- study.toml ------------------------------------------------------------------------------------


def settings_toml(settings: StudySettings) -> str:
    """study.toml for these settings, with what each table means."""
    lines = [
        "# Settings of this study. Flags on the command line override them for one run.",
        "# What each setting means: `thematic run --help`, and docs/command-reference.md.",
        f"title = {json.dumps(settings.title, ensure_ascii=False)}",
    ]
    for table in fields(settings):
        value = getattr(settings, table.name)
        if dataclasses.is_dataclass(value):
            lines += ["", f"[{table.name}]"]
            pairs = ((f.name, getattr(value, f.name)) for f in fields(value))
            lines += [f"{name} = {_toml(v)}" for name, v in pairs if v is not None]  # TOML has no null
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def read_settings(path: Path) -> StudySettings:
    """The settings in a study.toml. Raises SettingsError with the line of each mistake."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise SettingsError(f"not UTF-8: {error.reason}", path=str(path), hint="save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise SettingsError(
            f"not TOML: {error}",
            path=str(path),
            line=int(line.group(1)) if line else None,
            hint='a setting is written as: unit = "passage"',
        ) from None
    problems: list[Problem] = []
    settings = _read_table(StudySettings, data, "", text, str(path), problems)
    if problems:
        raise SettingsError("the settings of the study cannot be used", problems=problems)
    return settings


def _read_table(
    cls: type[T], data: Mapping[str, Any], table: str, text: str, path: str, problems: list[Problem]
) -> T:
    hints = get_type_hints(cls)
    values: dict[str, Any] = {}
    for name, value in data.items():
        line = _line_of(text, table, name)
        if name not in hints:
            near = get_close_matches(name, hints, n=1)
            what = f"[{table}] has no setting “{name}”" if table else f"there is no setting or table “{name}”"
            hint = f"did you mean {near[0]}?" if near else f"allowed: {', '.join(hints)}"
            problems.append(Problem(what, path, line, hint))
        elif dataclasses.is_dataclass(hints[name]):
            if isinstance(value, Mapping):
                values[name] = _read_table(hints[name], value, name, text, path, problems)
            else:
                problems.append(Problem(f"{name} must be a table", path, line, f"write [{name}] above it"))
        elif not _fits(value, hints[name]):
            allowed = " or ".join(map(json.dumps, get_args(hints[name]))) or _type_name(hints[name])
            problems.append(
                Problem(f"{name} = {json.dumps(value, default=str)}", path, line, f"write {allowed}")
            )
        else:
            values[name] = float(value) if hints[name] is float else value
    try:
        return cls(**values)
    except SettingsError as error:
        problems.append(Problem(str(error), path, _line_of(text, "", f"[{table}]"), error.hint))
        return cls()


def _fits(value: Any, hint: Any) -> bool:
    if get_args(hint) and get_origin(hint) is not None and str(get_origin(hint)).endswith("Literal"):
        return value in get_args(hint)
    if get_args(hint):  # X | None: absent means None, so only X can be written
        return any(_fits(value, option) for option in get_args(hint) if option is not type(None))
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint) if isinstance(hint, type) else False


def _type_name(hint: Any) -> str:
    return {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false"}.get(
        hint, "another value"
    )


def _line_of(text: str, table: str, name: str) -> int | None:
    """The line where `name` is set in `[table]`; tomllib does not tell."""
    current = ""
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("["):
            current = stripped.strip("[] ")
            if name in (current, f"[{current}]") and not table:
                return number
        elif current == table and re.match(rf"{re.escape(name)}\s*=", stripped):
            return number
    return None
