"""The work a study needs, as units; done by an engine, with a receipt for each. Floor 5.

Cutting is a unit a transcript, embedding a unit a transcript or, for a long one, a part of it. Respondents of
one survey are worked on many at a time. Which these are depends on the transcripts alone.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import Any

from thematic.engines import Engine, EngineSettings, load_engine
from thematic.errors import Problem, StudyError
from thematic.files import write_atomic
from thematic.model import ProgressCallback
from thematic.receipts import Receipts
from thematic.study import Study, fingerprint
from thematic.units import (
    EXCERPTS_IN_UNIT,
    MARK,
    TRANSCRIPTS_IN_UNIT,
    Failure,
    Plan,
    Stage,
    Unit,
    parts,
    versions,
)

__all__ = ["Workload", "embed_units", "segment_units"]

_DOING = {"segment": "cut into excerpts", "embed": "embedded"}


def segment_units(study: Study, records: Mapping[str, Mapping[str, Any]]) -> list[Unit]:
    """The units that cut these transcripts, in order of their first one.

    records: for each id `text_sha256`, `turns` (their hash) and `source`, as in texts/<id>.json.
    """
    by_source: dict[str, list[str]] = defaultdict(list)
    for id_ in sorted(records):
        by_source[records[id_]["source"]["path"]].append(id_)
    groups = [
        ids[begin : begin + TRANSCRIPTS_IN_UNIT]
        for ids in by_source.values()
        for begin in range(0, len(ids), TRANSCRIPTS_IN_UNIT)
    ]
    libraries = versions("segment")
    units = []
    for ids in sorted(groups):
        texts = [(id_, records[id_]["text_sha256"], records[id_]["turns"]) for id_ in ids]
        key = fingerprint("segment", libraries, texts, study.settings.segment)
        stem = PurePath(records[ids[0]]["source"]["path"]).stem
        name = ids[0] if len(ids) == 1 else f"{stem} from {ids[0]}"
        units.append(_unit(study, name, "segment", key, tuple(ids)))
    return units


def embed_units(study: Study, cut: Sequence[tuple[Unit, int, str]], model_sha256: str) -> list[Unit]:
    """The units that embed what these have cut, in order; of each its excerpts and the file's hash."""
    model = (model_sha256, versions("embed"), EXCERPTS_IN_UNIT)
    return [
        _unit(
            study,
            f"{unit.name} part {part + 1}" if part else unit.name,
            "embed",
            fingerprint("embed", unit.key, model),
            unit.transcripts,
            source=unit.output,
            source_sha256=sha256,
            part=part,
        )
        for unit, rows, sha256 in cut
        for part in parts(rows)
    ]


def _unit(
    study: Study, name: str, stage: Stage, key: str, transcripts: tuple[str, ...], **fields: Any
) -> Unit:
    folder = "excerpts" if stage == "segment" else "vectors"
    output = study.machine_file(folder, name, key).relative_to(study.root).as_posix()
    return Unit(name=name, stage=stage, key=key, transcripts=transcripts, output=output, **fields)


@dataclass
class Workload:
    """Does the units of one study, and gives what they have written.

    files: transcript id -> the name of the file it was read from, for messages.
    on_unit: called for every unit asked for, with its excerpts and whether it was computed now.
    """

    study: Study
    engine: EngineSettings
    threads: int | None
    files: Mapping[str, str]
    on_unit: Callable[[Unit, int, bool], None] = lambda _unit, _rows, _computed: None
    failures: dict[str, tuple[Unit, Failure]] = field(default_factory=dict)

    @cached_property
    def receipts(self) -> Receipts:
        return Receipts(self.study.machine / "receipts.jsonl", self.study.root)

    @cached_property
    def _engine(self) -> Engine:
        return load_engine(self.engine)

    def complete(self, units: Sequence[Unit], on_progress: ProgressCallback) -> list[Unit]:
        """Do what of these is not done; returns the units that are done, in the order given.

        The others are in `failures` afterwards: they do not stop anybody.
        """
        missing = []
        for unit in units:
            receipt = self.receipts.get(unit)
            if receipt is None or self.receipts.data(unit) is None:
                missing.append(unit)
            else:
                self.on_unit(unit, receipt.rows, False)
        on_progress(len(units) - len(missing), len(units))
        by_name = {unit.name: unit for unit in missing}
        if missing:
            plan = self._plan()
            for done, outcome in enumerate(self._engine.run(missing, plan), start=1):
                unit = by_name[outcome.unit]
                if isinstance(outcome, Failure):
                    self.failures[f"{unit.stage} {unit.name}"] = (unit, outcome)
                else:
                    self.receipts.add(outcome)
                    self.on_unit(unit, outcome.rows, True)
                on_progress(len(units) - len(missing) + done, len(units))
        return [unit for unit in units if f"{unit.stage} {unit.name}" not in self.failures]

    def data(self, units: Sequence[Unit]) -> Iterator[bytes]:
        """What each of these units has written, checked. Call it for units that are done."""
        for unit in units:
            data = self.receipts.data(unit)
            if data is None:
                raise StudyError(
                    "changed by another program during the run",
                    path=str(self.study.root / unit.output),
                    hint="run the same command again",
                )
            yield data

    def raise_failures(self) -> None:
        """Raise StudyError with a problem for each unit that could not be done, if there are any."""
        if not self.failures:
            return
        problems = []
        for unit, failure in self.failures.values():
            file = "" if failure.everywhere else self._file(unit)
            problems.append(Problem(failure.message, file or None, None, failure.hint or None))
        problems = list(dict.fromkeys(problems))
        first = next(iter(self.failures.values()))[0]
        raise StudyError(
            f"{len(self.failures)} of the transcripts could not be {_DOING[first.stage]}; "
            "what was done for the others is kept",
            hint="mend or leave out what is named here, then run the same command again",
            problems=problems,
        )

    def _file(self, unit: Unit) -> str:
        file = self.files[unit.transcripts[0]]
        return file if unit.name in (*unit.transcripts,) else f"{file} ({unit.name})"

    def _plan(self) -> Plan:
        mark = self.study.root / MARK
        if not mark.exists():
            write_atomic(mark, secrets.token_hex(16).encode())
        return Plan(
            root=str(self.study.root.resolve()),
            mark=mark.read_text(),
            segment=self.study.settings.segment,
            embed=self.study.settings.embed,
            threads=self.threads,
            versions=versions("segment", "embed"),
        )
