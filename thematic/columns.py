"""The excerpts of a study as columns on the disk, made once and mapped into memory. Floor 5.

`.thematic/columns/<key>/` has vectors as float32 arrays that are read where they lie, and the counted words.
It is made from the Parquet files of the units, and like them can be deleted at any time.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from thematic.formats.machine.parquet import read_columns, read_vectors
from thematic.suggestion.corpus import Corpus, WordCounts, count_words_in, let_go

__all__ = ["columns_of"]

_DONE = "total.txt"  # written last
_PARTS_IN_MEMORY = 64


def columns_of(folder: Path, rows: int, excerpts: Iterable[bytes], vectors: Iterable[bytes]) -> Corpus:
    """The columns kept in `folder`, made now if they are not there; older ones beside it are deleted.

    rows: how many excerpts there are. excerpts, vectors: what the units have written, in order; only read
    when the columns have to be made.
    """
    if not (folder / _DONE).exists():
        temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
        shutil.rmtree(folder.parent, ignore_errors=True)
        temporary.mkdir(parents=True)
        _write(temporary, rows, excerpts, vectors)
        temporary.rename(folder)
    return Corpus(
        ids=_lines(folder / "ids.txt"),
        transcripts=np.load(folder / "transcripts.npy"),
        values=np.load(folder / "values.npy", mmap_mode="r"),
        questions=np.load(folder / "questions.npy", mmap_mode="r"),
        words=WordCounts(
            ends=np.load(folder / "ends.npy"),
            words=np.load(folder / "words.npy"),
            counts=np.load(folder / "counts.npy"),
            vocabulary=_lines(folder / "vocabulary.txt"),
            total=int((folder / _DONE).read_text()),
        ),
    )


def _write(folder: Path, rows: int, excerpts: Iterable[bytes], vectors: Iterable[bytes]) -> None:
    ids: list[str] = []
    transcripts: list[int] = []
    numbers: dict[str, int] = {}

    def texts() -> Iterator[str]:
        for data in excerpts:
            columns = read_columns(data, ("id", "transcript_id", "text"))
            ids.extend(columns["id"])
            transcripts.extend(numbers.setdefault(id_, len(numbers)) for id_ in columns["transcript_id"])
            yield from columns["text"]

    words = count_words_in(texts())
    parts = map(read_vectors, vectors)
    first = next(parts)
    shape = (rows, first.values.shape[1])
    values, questions = (
        np.lib.format.open_memmap(folder / name, mode="w+", dtype=np.float32, shape=shape)
        for name in ("values.npy", "questions.npy")
    )
    begin = 0
    for number, part in enumerate(chain([first], parts), 1):
        end = begin + len(part.ids)
        if tuple(ids[begin:end]) != part.ids:
            raise ValueError(f"the vectors from row {begin} on are not those of the excerpts there")
        values[begin:end], questions[begin:end] = part.values, part.questions
        begin = end
        if number % _PARTS_IN_MEMORY == 0:  # what is written goes to the disk by and by, not at the end
            let_go(values)
            let_go(questions)
    for matrix in (values, questions):
        matrix.flush()
        let_go(matrix)
    np.save(folder / "transcripts.npy", np.array(transcripts, np.int32))
    for name, array in (("ends", words.ends), ("words", words.words), ("counts", words.counts)):
        np.save(folder / f"{name}.npy", array)
    (folder / "ids.txt").write_text("\n".join(ids), encoding="utf-8", newline="\n")
    (folder / "vocabulary.txt").write_bytes("\n".join(words.vocabulary).encode("utf-8", "surrogatepass"))
    (folder / _DONE).write_text(str(words.total))


def _lines(path: Path) -> list[str]:
    text = path.read_bytes().decode("utf-8", "surrogatepass")
    return text.split("\n") if text else []
