"""Decisions about identifiers: a table out, the filled table back, texts read again with pseudonyms. Floor 5.

The table and the key file hold names and lie outside the study; the study keeps a log that quotes none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thematic.checking import Checked, encodings_of, originals
from thematic.deidentification import KINDS, Group, form_key
from thematic.deidentification.pseudonyms import alias_of, checked_aliases, clashes, part_for, propose
from thematic.errors import InputError, Problem, did_you_mean
from thematic.identifier_log import append_log, read_log, standing
from thematic.ingestion import ingest, read_inputs, study_key
from thematic.keyfile import KeyEntry, KeyFile, refuse_inside, write_private
from thematic.study import ReadingSettings, Study
from thematic.text import join_names, snippet

if TYPE_CHECKING:
    from thematic.formats.spreadsheets import Sheet

__all__ = ["DECISIONS", "Decided", "decide", "reread", "table_rows", "the_key", "write_table"]

DECISIONS = ("allow", "replace", "generalise", "postpone")
COLUMNS = (
    *("id", "found", "kind", "class", "times", "transcripts", "where", "context", "another context"),
    *("decision", "replacement", "same_as", "reason"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What became of a filled table: how many of each decision are new, which transcripts were read again."""

    new: Mapping[str, int]
    unchanged: int
    blank: int
    reread: tuple[str, ...]
    key_path: str
    notes: tuple[str, ...] = ()


# --- The table out -------------------------------------------------------------------------------------


def write_table(study: Study, checked: Checked, path: Path) -> int:
    """Write a table of the undecided forms, for a spreadsheet; returns how many. Only its owner may read it.

    Raises StudyError inside a study or a git work tree, because the table quotes what it asks about. Call it
    while holding the study's lock: the first time it makes the key file.
    """
    from thematic.formats.safe_csv import safe_csv

    refuse_inside(path, "this table")
    if path.suffix.lower() != ".csv":
        raise InputError(
            "the table is written as CSV", path=str(path), hint="give it a name that ends in .csv"
        )
    key = the_key(study)
    rows = table_rows(checked, key)
    write_private(path, safe_csv(COLUMNS, rows))
    return len(rows)


def table_rows(checked: Checked, key: KeyFile) -> list[list[str]]:
    """The undecided forms as rows: which may be a shorter form of another is proposed, nothing else."""
    groups = checked.undecided
    people = {g.key for g in groups if g.kind in ("person", "possible name")}
    rows = []
    for group in groups:
        longer = alias_of(group.key, people) if group.key in people else None
        contexts = [f"{f.before}[{f.text}]{f.after}" for f in group.findings[:2]]
        rows.append(
            [
                key.finding_id(group.key),
                group.form,
                group.kind,
                "direct" if group.is_direct else "indirect",
                str(len(group.findings)),
                ", ".join(group.transcripts[:5]) + (" …" if len(group.transcripts) > 5 else ""),
                ", ".join(sorted({f.detail or f.where for f in group.findings})),
                *(" ".join(context.split()) for context in contexts),
                *[""] * (2 - len(contexts)),
                "",
                "",
                key.finding_id(longer) if longer else "",
                "",
            ]
        )
    return rows


def the_key(study: Study) -> KeyFile:
    """The study's key file; a new one, noted in the log, where the study has none."""
    log = read_log(study.root)
    if any(record.get("key") for record in log):
        return study_key(study)
    key = KeyFile.new(study.settings.title)
    key.save()
    append_log(study.root, [{"at": _now(), "decision": "key made", "key": key.id}])
    return key


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


# --- The table back ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    group: Group
    id: str
    decision: str
    replacement: str
    same_as: str
    reason: str


def decide(study: Study, checked: Checked, sheet: Sheet, *, by: str, name: str) -> Decided:
    """Take the decisions in a filled table over, and read the transcripts again with what was replaced.

    Call it while holding the study's lock. A row without a decision stays undecided; a row decided as before
    changes nothing. Raises InputError with every problem, and then nothing is written: an unknown id or
    decision, an allowed form without a reason, a pseudonym that is a word of the transcripts, a reason that
    quotes an identifier.
    """
    key = the_key(study)
    rows, blank, problems = _read_rows(sheet, checked, key, name)
    entries, more = _entries(study, rows, key, name)
    problems += more
    forms = {g.key for g in checked.groups if g.is_direct} | set(key.entries) | set(entries)
    forms = {form for form in forms if len(form) > 2}
    problems += [
        Problem(
            f"the reason for {row.id} quotes something that was found",
            name,
            row.line,
            "say it without the name: the log of the study keeps the reason",
        )
        for row in rows
        if quoted_identifiers(row.reason, forms)
    ]
    if problems:
        raise InputError(
            f"{name} cannot be taken over; nothing was written",
            path=name,
            problems=sorted(problems, key=lambda p: p.line or 0),
        )
    latest = standing(read_log(study.root))
    records: list[dict[str, Any]] = []
    new: dict[str, int] = {}
    for row in rows:
        entry = entries[row.group.key]
        record = {
            "at": _now(),
            "by": by,
            "decision": row.decision,
            "id": row.id,
            "kind": row.group.kind,
            "class": "direct" if row.group.is_direct else "indirect",
            "count": len(row.group.findings),
            "rules": list(row.group.rules),
            "replacement": key.replacement_id(entry.replacement),
            "reason": row.reason,
            "key": key.id,
        }
        before = latest.get(row.id, {})
        if all(before.get(field) == record[field] for field in ("decision", "replacement", "reason")):
            continue
        records.append(record)
        new[row.decision] = new.get(row.decision, 0) + 1
    key_path = key.with_entries(entries).save()
    append_log(study.root, records)
    again, notes = reread(study)
    return Decided(
        new=new,
        unchanged=len(rows) - len(records),
        blank=blank,
        reread=again,
        key_path=str(key_path),
        notes=notes,
    )


def _read_rows(
    sheet: Sheet, checked: Checked, key: KeyFile, name: str
) -> tuple[list[_Row], int, list[Problem]]:
    by_id = {key.finding_id(group.key): group for group in checked.groups}
    known = by_id | {
        key.finding_id(e.key): Group(key=e.key, form=e.form, kind=e.kind, findings=())  # type: ignore[arg-type]
        for e in key.entries.values()
        if key.finding_id(e.key) not in by_id
    }
    (header_line, header), *body = sheet.rows
    columns = [cell.strip().casefold() for cell in header]
    missing = [column for column in ("id", "decision") if column not in columns]
    if missing:
        problem = Problem(
            f"no column {join_names(missing)}", name, header_line, "fill in the table of `check --table`"
        )
        return [], 0, [problem]
    rows: list[_Row] = []
    problems: list[Problem] = []
    blank = 0
    seen: dict[str, int] = {}
    for line, cells in body:
        values = dict(zip(columns, (cell.strip().removeprefix("'") for cell in cells), strict=False))
        id_, decision = values.get("id", ""), values.get("decision", "").casefold()
        decision = {"generalize": "generalise", "ok": "allow"}.get(decision, decision)
        if not decision:
            blank += 1
            continue
        if id_ not in known:
            problems.append(
                Problem(f"there is no finding {snippet(id_, 20)}", name, line, "make the table again")
            )
        elif id_ in seen:
            problems.append(Problem(f"{id_} is already in line {seen[id_]}", name, line, "keep one"))
        elif decision not in DECISIONS:
            hint = did_you_mean(decision, DECISIONS) or f"write {join_names(DECISIONS, 'or')}"
            problems.append(Problem(f"“{snippet(decision, 20)}” is no decision", name, line, hint))
        elif decision == "allow" and not values.get("reason"):
            problems.append(
                Problem(f"{id_} is allowed without a reason", name, line, "say why in the column reason")
            )
        elif values.get("same_as") and values["same_as"] not in known:
            problems.append(
                Problem(
                    f"same_as: there is no finding {snippet(values['same_as'], 20)}",
                    name,
                    line,
                    "an id of the table",
                )
            )
        else:
            seen[id_] = line
            rows.append(
                _Row(
                    line,
                    known[id_],
                    id_,
                    decision,
                    values.get("replacement", ""),
                    known[values["same_as"]].key if values.get("same_as") else "",
                    values.get("reason", ""),
                )
            )
    return rows, blank, problems


def _entries(
    study: Study, rows: Sequence[_Row], key: KeyFile, name: str
) -> tuple[dict[str, KeyEntry], list[Problem]]:
    """What the key file says of each row, with pseudonyms where none was given."""
    problems: list[Problem] = []
    by_key = {row.group.key: row for row in rows}
    same_as = {row.group.key: row.same_as for row in rows if row.same_as and row.decision == "replace"}
    for loop in checked_aliases(same_as):
        problems.append(
            Problem(
                f"same_as of {by_key[loop].id} leads back to itself", name, by_key[loop].line, "leave one out"
            )
        )
    if problems:
        return {}, problems
    replaced = [row for row in rows if row.decision == "replace"]
    taken = words_of_originals(study) if replaced else frozenset()
    in_use = {
        w for e in key.entries.values() if e.decision == "replace" for w in e.replacement.casefold().split()
    }
    chosen: dict[str, str] = {}
    for row in replaced:
        if row.replacement:
            chosen[row.group.key] = row.replacement
            if found := clashes(row.replacement, taken):
                problems.append(
                    Problem(
                        f"the pseudonym of {row.id} is a word of the transcripts ({join_names(found)}): it "
                        f"could be "
                        "taken for somebody else",
                        name,
                        row.line,
                        "choose another, or leave it blank for a proposal",
                    )
                )
    waiting = [
        row
        for row in replaced
        if row.group.key not in chosen and not (row.same_as and _is_replaced(row.same_as, by_key, key))
    ]
    fresh = [row for row in waiting if not key.entries.get(row.group.key, _NOTHING).replacement]
    used = taken | in_use | {w for new in chosen.values() for w in new.casefold().split()}
    proposals = iter(propose(2 * len(fresh), used))
    for row in waiting:
        before = key.entries.get(row.group.key, _NOTHING)
        if before.decision == "replace" and before.replacement:
            chosen[row.group.key] = before.replacement
        else:
            names = min(2, len(row.group.key.split()))
            chosen[row.group.key] = " ".join(next(proposals) for _ in range(names))
    for row in replaced:
        if row.group.key not in chosen:
            chosen[row.group.key] = _as_alias(row.group.key, same_as, chosen, key)
    entries: dict[str, KeyEntry] = {}
    for row in rows:
        new = chosen.get(row.group.key, "")
        if row.decision == "generalise":
            words = row.replacement.strip("[] ") or KINDS[row.group.kind][1].strip("[]")
            new = f"[{words}]"
        entries[row.group.key] = KeyEntry(
            key=row.group.key,
            form=row.group.form,
            kind=row.group.kind,
            decision=row.decision,
            replacement=new,
        )
    return entries, problems


_NOTHING = KeyEntry(key="", form="", kind="", decision="")


def _is_replaced(form: str, rows: Mapping[str, _Row], key: KeyFile) -> bool:
    if form in rows:
        return rows[form].decision == "replace"
    return key.entries.get(form, _NOTHING).decision == "replace"


def _as_alias(form: str, same_as: Mapping[str, str], chosen: Mapping[str, str], key: KeyFile) -> str:
    """The pseudonym of whom this form is another form of: the same part of it where it is a part."""
    full = same_as[form]
    while full not in chosen and full in same_as:
        full = same_as[full]
    pseudonym = chosen.get(full) or key.entries[full].replacement
    return part_for(form, full, pseudonym)


def words_of_originals(study: Study) -> frozenset[str]:
    """Every word of the transcripts as they were read, in lower case: no pseudonym may be one of them."""
    words: set[str] = set()
    for _, reading in _read_originals(study):
        for transcript in reading.transcripts:
            words.update(re.findall(r"[^\W\d_]+", transcript.text.casefold()))
    return frozenset(words)


def _read_originals(study: Study) -> list[tuple[Path, Any]]:
    from thematic.formats.transcripts.front_door import open_file, read_file
    from thematic.formats.transcripts.reading import ReadSettings

    encodings = encodings_of(study)
    return [
        (path, read_file(open_file(path), settings=ReadSettings(encoding=encodings.get(path.name))))
        for path in originals(study)
    ]


def reread(study: Study) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read the originals of the study again, with what is to be replaced; originals and journals stay as they
    are, and codings keep their place. Returns the ids of what changed, and what could not be read again."""
    encodings = encodings_of(study)
    by_encoding: dict[str, list[Path]] = {}
    for path in originals(study):
        by_encoding.setdefault(encodings.get(path.name, ""), []).append(path)
    before = {id_: study.record(id_)["text_sha256"] for id_ in study.transcript_ids()}
    for encoding, paths in sorted(by_encoding.items()):
        settings = ReadingSettings(encoding=encoding) if encoding else study.settings.read
        inputs = read_inputs(paths, settings=settings, study=study)
        ingest(study, inputs)
    changed = tuple(id_ for id_, sha in before.items() if study.record(id_)["text_sha256"] != sha)
    held = {path.name for path in originals(study)}
    without = sorted(id_ for id_ in before if study.record(id_)["source"]["path"] not in held)
    notes = (
        (f"nothing can be replaced in {join_names(without)}: the original is not in transcripts/",)
        if without
        else ()
    )
    return changed, notes


def quoted_identifiers(text: str, forms: frozenset[str] | set[str]) -> set[str]:
    """Which of the forms that were found a text says."""
    said = form_key(text)
    return {f for f in forms if f in said and re.search(rf"(?<!\w){re.escape(f)}(?!\w)", said)}
