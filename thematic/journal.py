"""One coder's decisions on disk: an append-only file of lines, each vouching for all before it. Floor 4.

A line is a JSON object that ends in the hash of its content; its content names the hash of the line before.
So a changed, removed or added line is found. A line counts once it is on the disk: `append` returns after
fsync. A last line that a crash tore is moved to `<name>.torn-<hash>` and reported; no whole line is lost.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from thematic.errors import Problem, StudyError, ThematicError
from thematic.files import sync_folder, write_atomic
from thematic.model import Decision
from thematic.review import GENESIS, decision_from_record, decision_hash, decision_record

__all__ = ["Journal", "read_journal", "verify_journal"]


@dataclass(slots=True)
class Journal:
    """A coder's journal, open for reading and appending. Safe among threads and processes of one machine."""

    path: Path
    decisions: list[Decision] = field(default_factory=list)
    head: str = GENESIS
    size: int = 0
    torn: Path | None = None

    @classmethod
    def open(cls, path: Path) -> Journal:
        """The journal at `path`, which need not exist yet. Raises StudyError when its chain is broken.

        A torn last line is set aside first; `torn` then names the file it was moved to.
        """
        journal = cls(path)
        with journal._locked():
            journal._catch_up()
        return journal

    def append(self, decision: Decision) -> Decision:
        """Write one decision to the disk; returns it as written, chained to the line before.

        Raises StudyError when the disk refuses; the journal is then as it was before.
        """
        [chained] = self.extend([decision])
        return chained

    def extend(self, decisions: Iterable[Decision]) -> list[Decision]:
        """Write these decisions, in their order, all at once or not at all; returns them as written.

        For an import of thousands: the disk is asked once. Raises StudyError as `append` does.
        """
        with self._locked():
            self._catch_up()
            head, lines, chained = self.head, [], []
            for decision in decisions:
                chained.append(replace(decision, previous_hash=head))
                record = decision_record(chained[-1])
                head = record["hash"]
                text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
                lines.append(text.encode("utf-8", "surrogatepass") + b"\n")
            if lines:
                data = b"".join(lines)
                self._write(data)
                self.decisions += chained
                self.head = head
                self.size += len(data)
        return chained

    def refresh(self) -> list[Decision]:
        """Decisions that another process has appended since, now taken in too."""
        known = len(self.decisions)
        with self._locked():
            self._catch_up()
        return self.decisions[known:]

    def _write(self, line: bytes) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            is_new = not self.path.exists()
            with self.path.open("ab") as file:
                try:
                    file.write(line)
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    file.truncate(self.size)  # shrinking needs no space: half a line must not stay
                    raise
            if is_new:
                sync_folder(self.path.parent)
        except OSError as error:
            raise StudyError(
                f"the decision was not saved: {(error.strerror or str(error)).lower()}",
                path=str(self.path),
                hint="nothing before it is lost; make room or check the drive, then decide again",
            ) from error

    def _take(self, decision: Decision, digest: str, length: int) -> None:
        self.decisions.append(decision)
        self.head = digest
        self.size += length

    def _catch_up(self) -> None:
        """Read what stands in the file beyond what is known, checking the chain."""
        if not self.path.exists():
            return
        found = self.path.stat().st_size
        if found == self.size:
            return
        if found < self.size:
            raise StudyError(
                "the journal has become shorter while it was open",
                path=str(self.path),
                hint="restore it from a copy; `thematic status --verify` tells what is there",
            )
        with self.path.open("rb") as file:
            file.seek(self.size)
            new = file.read()
        whole, newline, rest = new.rpartition(b"\n")
        for line in (whole + newline).splitlines(keepends=True):
            number = len(self.decisions) + 1
            decision, digest = _parse(line, self.head, self.path, number)
            self._take(decision, digest, len(line))
        if rest:
            self._set_aside(rest)

    def _set_aside(self, rest: bytes) -> None:
        """Move what stands after the last line end to a file of its own."""
        torn = self.path.with_name(f"{self.path.name}.torn-{sha256(rest).hexdigest()[:8]}")
        write_atomic(torn, rest)
        with self.path.open("r+b") as file:
            file.truncate(self.size)
            os.fsync(file.fileno())
        self.torn = torn

    @contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock

        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.path.with_name(f".{self.path.name}.lock"), thread_local=False):
            yield


def read_journal(path: Path) -> tuple[tuple[Decision, ...], list[Problem]]:
    """The whole decisions of a journal, without touching it, and a problem for a torn last line.

    Raises StudyError when the chain is broken: what follows a changed line cannot be trusted.
    """
    data = path.read_bytes()
    whole, newline, rest = data.rpartition(b"\n")
    decisions: list[Decision] = []
    head = GENESIS
    for number, line in enumerate((whole + newline).splitlines(keepends=True), start=1):
        decision, head = _parse(line, head, path, number)
        decisions.append(decision)
    problems = []
    if rest:
        problems.append(
            Problem(
                f"the last line is torn ({len(rest)} bytes without an end): it was never acknowledged",
                str(path),
                len(decisions) + 1,
                "it is set aside when this coder reviews again; every line before it is whole",
            )
        )
    return tuple(decisions), problems


def verify_journal(path: Path) -> list[Problem]:
    """Everything that is wrong with the chain of a journal, as problems; an empty list when it holds."""
    try:
        _, problems = read_journal(path)
    except ThematicError as error:
        return list(error.problems)
    return problems


def _parse(line: bytes, head: str, path: Path, number: int) -> tuple[Decision, str]:
    hint = "restore this journal from a copy: a decision is never edited, only followed by another"
    try:
        record = json.loads(line)
        decision = decision_from_record(record)
    except ThematicError as error:
        raise StudyError(error.problem.message, path=str(path), line=number, hint=hint) from None
    except ValueError as error:
        raise StudyError(f"this line is not JSON: {error}", path=str(path), line=number, hint=hint) from None
    if decision.previous_hash != head:
        raise StudyError(
            "the chain is broken: a line before this one is missing, changed or out of place",
            path=str(path),
            line=number,
            hint=hint,
        )
    digest = decision_hash(record)
    if record.get("hash") != digest:
        raise StudyError(
            "this line was changed after it was written: its hash does not fit",
            path=str(path),
            line=number,
            hint=hint,
        )
    return decision, digest
