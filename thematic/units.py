"""Units of work: what one process can do by itself, and the receipt that it was done. Floor 5.

A unit is a pure function of the bytes it reads and of the plan. It writes one Parquet file (temporary name,
fsync, rename) and returns a receipt with the file's hash. The batches of the model are formed inside a unit,
so no engine that hands units out, in whatever order and to however many machines, alters one byte; and a unit
that is done twice is done the same way.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Literal

from thematic import __version__
from thematic.embedding import EmbedSettings
from thematic.errors import ThematicError
from thematic.segmentation import SegmentSettings
from thematic.storage import exists, read_bytes, write_bytes
from thematic.study import read_transcript

if TYPE_CHECKING:
    from thematic.embedding import Embedder

__all__ = [
    "EXCERPTS_IN_UNIT",
    "LIBRARIES",
    "MARK",
    "TRANSCRIPTS_IN_UNIT",
    "Failure",
    "Plan",
    "Receipt",
    "Unit",
    "Worker",
    "versions",
]

EXCERPTS_IN_UNIT = 2_000
"""A longer transcript is embedded in parts of so many excerpts: fixed boundaries make fixed batches."""

TRANSCRIPTS_IN_UNIT = 1_000
"""Respondents of one survey, each a transcript of a few answers, are cut and embedded so many at a time."""

LIBRARIES: dict[str, tuple[str, ...]] = {
    "segment": ("spacy",),
    "embed": ("numpy", "onnxruntime", "tokenizers"),
    "suggest": ("numpy", "scipy"),
    "cluster": ("numpy", "scipy", "scikit-learn", "hdbscan"),
}
"""The libraries whose version can change a result of a stage, by the name under which they are installed."""

MARK = ".thematic/plan"
"""The file in a study by which a worker knows that it sees the same storage as whoever sent it."""

Stage = Literal["segment", "embed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One piece of work: cut these transcripts into excerpts, or embed these excerpts.

    key: the hash of all that decides the result. output, source: names of files under the root of the plan.
    source: the excerpts to embed, whose bytes have the hash `source_sha256`; empty when cutting.
    part: which EXCERPTS_IN_UNIT of these, from 0.
    """

    name: str
    stage: Stage
    key: str
    transcripts: tuple[str, ...]
    output: str
    source: str = ""
    source_sha256: str = ""
    part: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That a unit was done: how many excerpts its file holds, and the hash of the file."""

    stage: Stage
    unit: str
    key: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a unit was not done. `everywhere`: no other unit can be done on that machine either."""

    stage: Stage
    unit: str
    message: str
    hint: str = ""
    everywhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What all units have in common. Nothing here changes a result but the settings.

    root: the study folder, or the URL of a place that all machines share.
    mark: what the file MARK there must say.
    threads: processors for one worker. versions: of the driver, which every worker must have too.
    """

    root: str
    mark: str
    segment: SegmentSettings
    embed: EmbedSettings
    threads: int | None = None
    versions: Mapping[str, str]


class Worker:
    """Does units, one after the other; loads the model when the first one needs it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def __call__(self, unit: Unit) -> Receipt | Failure:
        """Do the unit. Whatever goes wrong with it comes back as a Failure, so that others go on."""
        try:
            if self._unfit is not None:
                return Failure(stage=unit.stage, unit=unit.name, everywhere=True, **self._unfit)
            rows, data = self._segment(unit) if unit.stage == "segment" else self._embed(unit)
            write_bytes(self.plan.root, unit.output, data)
        except ThematicError as error:
            return Failure(stage=unit.stage, unit=unit.name, message=str(error), hint=error.hint or "")
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            return Failure(
                stage=unit.stage,
                unit=unit.name,
                message=f"{_place(error)}{reason} (on {socket.gethostname()})",
                hint="free or name another place, and run the same command again: what is done is kept",
            )
        except Exception as error:  # a poisoned unit must not stop the others; its message says what it was
            return Failure(
                stage=unit.stage,
                unit=unit.name,
                message=f"{type(error).__name__}: {error}",
                hint="leave this transcript out, and please report it: it should not happen",
            )
        digest = hashlib.sha256(data).hexdigest()
        return Receipt(stage=unit.stage, unit=unit.name, key=unit.key, rows=rows, sha256=digest)

    @cached_property
    def _unfit(self) -> dict[str, str] | None:
        """Why nothing can be done on this machine, or None when all is well."""
        host, here = socket.gethostname(), versions("segment", "embed")
        differ = [
            f"{name} {here.get(name)} instead of {expected}"
            for name, expected in self.plan.versions.items()
            if here.get(name) != expected
        ]
        if differ:
            return {
                "message": f"a worker on {host} has other versions: {', '.join(differ)}",
                "hint": "install the same versions on every machine: other versions give other results",
            }
        if not exists(self.plan.root, MARK) or read_bytes(self.plan.root, MARK).decode() != self.plan.mark:
            return {
                "message": f"a worker on {host} does not see the study at {self.plan.root}",
                "hint": "put the study on storage that every machine mounts at the same path, or name such a "
                "place with --storage URL",
            }
        return None

    @cached_property
    def _embedder(self) -> Embedder:
        from thematic.embedding import load_embedder

        settings = self.plan.embed
        return load_embedder(
            settings.model, threads=self.plan.threads, allow_download=settings.allow_download
        )

    def _segment(self, unit: Unit) -> tuple[int, bytes]:
        from thematic.formats.machine.parquet import write_segmentations
        from thematic.segmentation import segment

        root, made = self.plan.root, []
        for id_ in unit.transcripts:
            names = (f"texts/{id_}.json", f"texts/{id_}.txt")
            transcript = read_transcript(*(read_bytes(root, name) for name in names), path=names[1])
            made.append(segment(transcript, settings=self.plan.segment))
        return sum(len(s.excerpts) for s in made), write_segmentations(made)

    def _embed(self, unit: Unit) -> tuple[int, bytes]:
        from thematic.embedding import embed
        from thematic.formats.machine.parquet import read_segmentations, write_vectors
        from thematic.model import Segmentation

        data = read_bytes(self.plan.root, unit.source)
        if hashlib.sha256(data).hexdigest() != unit.source_sha256:
            raise OSError(f"{unit.source} is not the file that was written")
        excerpts = [excerpt for s in read_segmentations(data) for excerpt in s.excerpts]
        begin = unit.part * EXCERPTS_IN_UNIT
        part = Segmentation(
            transcript_id=unit.name, excerpts=tuple(excerpts[begin : begin + EXCERPTS_IN_UNIT])
        )
        return len(part.excerpts), write_vectors(embed(part, embedder=self._embedder))


def versions(*stages: str) -> dict[str, str]:
    """Versions of this package and of the libraries that these stages stand on."""
    names = sorted({name for stage in stages for name in LIBRARIES[stage]})
    return {"thematic": __version__} | {name: installed_version(name) for name in names}


def parts(rows: int) -> Sequence[int]:
    """The parts in which a file of so many excerpts is embedded: one even when it holds none."""
    return range(max(1, -(-rows // EXCERPTS_IN_UNIT)))


def _place(error: OSError) -> str:
    return f"{error.filename}: " if error.filename else ""
