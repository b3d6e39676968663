"""The texts of a project, wherever they stand: a file of the package, inside the XML, or rich text alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from thematic.errors import InputError, ThematicError
from thematic.formats.project_texts import project_transcript, unique_id
from thematic.formats.reading import ReadSettings, SourceFile, clean_id
from thematic.formats.refi.account import Account
from thematic.formats.refi.offsets import Choice, SourceText
from thematic.formats.refi.packages import Package
from thematic.formats.refi.parsing import Project, RawText, key
from thematic.model import Transcript

__all__ = ["SourceRead", "decode", "read_sources"]

_KINDS = {"PictureSource": "picture", "PDFSource": "PDF", "AudioSource": "recording", "VideoSource": "video"}
_ENDINGS = (".txt", ".docx", ".doc", ".rtf", ".odt", ".pdf", ".md", ".html", ".htm", ".mp3", ".mp4", ".wav")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(slots=True)
class SourceRead:
    """A source with its text: what the XML says, the words, and how its positions are counted."""

    raw: RawText
    source: SourceText
    original: bytes
    file_name: str
    transcript: Transcript
    choice: Choice | None = None
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Words:
    source: SourceText
    original: bytes
    extension: str = ".txt"
    told: str = ""


def read_sources(
    project: Project, package: Package, account: Account, *, encoding: str | None
) -> list[SourceRead]:
    """Every source that has words, in the order of the file; the others are told."""
    taken: set[str] = set()
    found = [
        read
        for raw in project.texts
        if (read := _read(raw, package, account, taken, encoding=encoding)) is not None
    ]
    for kind, name, codings in project.other_sources:
        what = _KINDS.get(kind, "source")
        account.losses.add(f"{what} files", "a study holds texts only", example=name)
        if codings:
            why = "a place there is no span of text"
            account.losses.add(f"codings of places in a {what}", why, count=codings)
    if len({key(read.raw.owner) for read in found}) < len(found):
        account.note("some recordings have several transcripts: each is a transcript of its own")
    return found


def _read(
    raw: RawText, package: Package, account: Account, taken: set[str], *, encoding: str | None
) -> SourceRead | None:
    name = " ".join((raw.name if raw.kind == "AudioSource" and raw.name else raw.owner_name).split())
    coded = len(raw.selections) + len(raw.codings)
    try:
        words = _words(raw, package, encoding)
    except ThematicError as error:
        if coded and not account.partial:
            account.problems += [replace(problem, line=raw.line) for problem in error.problems]
        else:
            _without_words(name, coded, error.problem.message, account)
        return None
    if words is None or not words.source.text.strip():
        why = "its text is not in the file" if words is None else "its text is empty"
        _without_words(name or raw.guid, coded, why, account)
        return None
    source = words.source
    if words.told:
        account.note(f"{name}: {words.told}")
    if source.dropped:
        account.note(f"{name}: {source.dropped} control characters were taken out of the text")
    stem = Path(name).stem if Path(name).suffix.lower() in _ENDINGS else name
    id_ = unique_id(stem or raw.guid, taken)
    file = SourceFile(f"{id_}{words.extension}", words.original)
    transcript = project_transcript(
        source.text,
        id=id_,
        title=name or id_,
        file=file,
        format="refi-qda",
        encoding=source.encoding,
        newline=source.newline,
        bom=source.bom,
    )
    return SourceRead(raw, source, words.original, file.name, transcript)


def _without_words(name: str, coded: int, why: str, account: Account) -> None:
    account.losses.add("texts", why, example=name)
    if coded:
        account.losses.add("selections and codings of a text", why, count=coded, example=name)


def _words(raw: RawText, package: Package, encoding: str | None) -> _Words | None:
    """The words of a source: its plain text, else what stands inside, else its rich text."""
    data = package.part(raw.plain_path) if raw.plain_path else None
    if data is not None:
        source, told = decode(data, encoding)
        return _Words(source, data, told=told)
    if raw.inline is not None:
        return _Words(SourceText(raw.inline), raw.inline.encode("utf-8", "surrogatepass"))
    data = package.part(raw.rich_path) if raw.rich_path else None
    return None if data is None else _rich(raw, data)


def _rich(raw: RawText, data: bytes) -> _Words:
    from thematic.formats.transcripts import read_file

    extension = Path(raw.rich_path).suffix.lower()
    file = SourceFile(f"{clean_id(raw.owner_name)}{extension}", data)
    text = read_file(file, settings=ReadSettings()).transcripts[0].text
    told = "only its rich text is in the file; positions are counted in its plain words"
    # Our readers set paragraphs apart by an empty line; programs count one line end, or a CRLF, for each.
    return _Words(SourceText(text.replace("\n\n", "\n")), data, extension, told)


def decode(data: bytes, encoding: str | None) -> tuple[SourceText, str]:
    """The text of a source, and what to tell. Not a character is changed but the byte order mark."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            try:
                return SourceText(data[len(mark) :].decode(name), encoding=name, bom=True), ""
            except UnicodeDecodeError as error:
                raise InputError(
                    f"a text is not {name} as its byte order mark says: {error.reason}",
                    hint="export the project again",
                ) from None
    if encoding:
        try:
            return SourceText(data.decode(encoding), encoding=encoding), ""
        except (LookupError, UnicodeDecodeError) as error:
            raise InputError(f"a text is not {encoding}: {error}", hint="leave --encoding out") from None
    try:
        return SourceText(data.decode("utf-8")), ""
    except UnicodeDecodeError:
        told = "not UTF-8, read as Western Windows (cp1252): look at letters with accents"
        return SourceText(data.decode("cp1252", "replace"), encoding="cp1252"), told
