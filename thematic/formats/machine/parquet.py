"""Machine data as Parquet: segmentations, vectors and suggestions, one file each. The only user of pyarrow.

The bytes depend on the data and the pyarrow version only: no time stamps, one row group order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any

from thematic.model import Evidence, Excerpt, Quote, Segmentation, SetAside, Suggestion, Vectors

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from thematic.model import CodeText
    from thematic.suggestion.ranking import Ranking

__all__ = [
    "EXCERPT_COLUMNS",
    "SET_ASIDE_COLUMNS",
    "each_suggestion",
    "longest_shortlist",
    "make_table",
    "open_files",
    "read_columns",
    "read_segmentations",
    "read_suggestions",
    "read_vectors",
    "table_bytes",
    "write_ranking",
    "write_segmentations",
    "write_suggestions",
    "write_vectors",
]


EXCERPT_COLUMNS = (
    "id transcript_id start end text speaker role start_time end_time "
    "question_start question_end question_text"
).split()
SET_ASIDE_COLUMNS = "transcript_id start end text reason".split()
"""What a reader of tables wants of a file of segmentations, by `kind`."""
_RANKED_AT_A_TIME = _SUGGESTED_AT_A_TIME = 65_536


def open_files(paths: Sequence[str]) -> Any:
    """Parquet files of one schema as one Arrow data set, read as it is asked for."""
    import pyarrow.dataset

    return pyarrow.dataset.dataset(paths, format="parquet")


def make_table(kinds: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> pa.Table:
    """An Arrow table of these columns; a kind is text, texts, whole, number, time or yes_or_no."""
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "texts": pa.list_(pa.string()),
        "whole": pa.int64(),
        "number": pa.float64(),
        "time": pa.timestamp("us", tz="UTC"),
        "yes_or_no": pa.bool_(),
    }
    columns = list(zip(*rows, strict=True)) or [()] * len(kinds)
    arrays = [pa.array(list(c), types[kind]) for c, kind in zip(columns, kinds.values(), strict=True)]
    return pa.Table.from_arrays(arrays, names=list(kinds))


def write_segmentations(segmentations: Sequence[Segmentation]) -> bytes:
    """Excerpts and what was set aside, transcript by transcript, in order; `kind` tells them apart."""
    rows = []
    for segmentation in segmentations:
        own = {"transcript_id": segmentation.transcript_id}
        rows += [own | _excerpt_row(excerpt) for excerpt in segmentation.excerpts]
        rows += [
            own
            | {
                "kind": "set_aside",
                "start": item.quote.start,
                "end": item.quote.end,
                "text": item.quote.text,
                "turns": [item.turn],
                "reason": item.reason,
            }
            for item in segmentation.set_aside
        ]
    # A transcript without a word of a participant has no row, but is one of them all the same.
    ids = json.dumps([segmentation.transcript_id for segmentation in segmentations])
    return _write(rows, _segmentation_schema(), {"transcripts": ids})


def read_segmentations(data: bytes) -> list[Segmentation]:
    """The inverse of `write_segmentations`."""
    rows, metadata = _read(data)
    excerpts: dict[str, list[Excerpt]] = {id_: [] for id_ in json.loads(metadata["transcripts"])}
    set_aside: dict[str, list[SetAside]] = {id_: [] for id_ in excerpts}
    for row in rows:
        id_ = row["transcript_id"]
        if row["kind"] == "set_aside":
            quote = Quote(transcript_id=id_, start=row["start"], end=row["end"], text=row["text"])
            set_aside[id_].append(SetAside(quote=quote, turn=row["turns"][0], reason=row["reason"]))
        else:
            excerpts[id_].append(_excerpt(row, id_))
    return [
        Segmentation(transcript_id=id_, excerpts=tuple(made), set_aside=tuple(set_aside[id_]))
        for id_, made in excerpts.items()
    ]


def write_vectors(vectors: Vectors) -> bytes:
    """Ids and float32 rows of values and questions."""
    import pyarrow as pa

    width = vectors.values.shape[1]
    row = pa.list_(pa.float32(), width)
    table = pa.table(
        {
            "id": _texts(vectors.ids),
            "values": pa.FixedSizeListArray.from_arrays(_numbers(vectors.values), type=row),
            "questions": pa.FixedSizeListArray.from_arrays(_numbers(vectors.questions), type=row),
        }
    )
    return _bytes(table, {"model": vectors.model, "model_sha256": vectors.model_sha256, "width": str(width)})


def read_vectors(data: bytes) -> Vectors:
    """The inverse of `write_vectors`, bit for bit."""
    import numpy as np

    table = _table(data)
    metadata = _metadata(table)
    width = int(metadata["width"])

    def matrix(name: str) -> Any:
        column = table.column(name).combine_chunks()
        return np.asarray(column.flatten(), dtype=np.float32).reshape(-1, width)

    return Vectors(
        ids=tuple(table.column("id").to_pylist()),
        values=matrix("values"),
        questions=matrix("questions"),
        model=metadata["model"],
        model_sha256=metadata["model_sha256"],
    )


def write_suggestions(suggestions: Iterable[Suggestion]) -> bytes:
    """Suggestions with their evidence, in order; some of them in memory at a time."""
    import pyarrow as pa

    rows = map(_suggestion_row, suggestions)
    return _in_groups(
        pa.Table.from_pylist(some, schema=_suggestion_schema())
        for some in iter(lambda: list(islice(rows, _SUGGESTED_AT_A_TIME)), [])
    )


def _suggestion_row(s: Suggestion) -> dict[str, Any]:
    return {
        "excerpt_id": s.excerpt_id,
        "code_id": s.code_id,
        "rank": s.rank,
        "score": s.score,
        "band": s.band,
        "status": s.status,
        "probability": s.probability,
        "reason": s.reason,
        "evidence": [
            {
                "kind": e.kind,
                "text": e.text,
                "code_id": e.code_id,
                "similarity": e.similarity,
                "excerpt_id": e.excerpt_id,
                "warning": e.warning,
            }
            for e in s.evidence
        ],
        "examples": s.examples,
        "promised": s.promised,
    }


def _in_groups(tables: Iterable[pa.Table]) -> bytes:
    """Tables of suggestions as one file, a row group each; one without rows for none."""
    import pyarrow.parquet as pq

    schema = _suggestion_schema().with_metadata({})
    buffer = BytesIO()
    with pq.ParquetWriter(buffer, schema, compression="zstd") as writer:
        written = 0
        for table in tables:
            writer.write_table(table.replace_schema_metadata({}), row_group_size=max(table.num_rows, 1))
            written += 1
        if not written:
            writer.write_table(schema.empty_table())
    return buffer.getvalue()


def read_suggestions(data: bytes) -> tuple[Suggestion, ...]:
    """The inverse of `write_suggestions`."""
    rows, _ = _read(data)
    return tuple(map(_suggestion, rows))


def each_suggestion(
    path: Path, *, only_first: bool = False, of: Set[str] | None = None
) -> Iterator[Suggestion]:
    """The suggestions in a file, in order, a few in memory at a time.

    only_first: those of rank 1. of: those of these excerpts.
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, pre_buffer=False) as file:
        for batch in file.iter_batches(batch_size=16_384, use_threads=False):
            kept = batch.filter(pc.equal(batch.column("rank"), 1)) if only_first else batch
            if of is not None:
                kept = kept.filter([id_ in of for id_ in kept.column("excerpt_id").to_pylist()])
            yield from map(_suggestion, kept.to_pylist())


def longest_shortlist(path: Path) -> int:
    """The largest rank of the suggestions in a file."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, pre_buffer=False) as file:
        return pc.max(file.read(columns=["rank"], use_threads=False).column("rank")).as_py() or 0


def _suggestion(row: dict[str, Any]) -> Suggestion:
    return Suggestion(**{**row, "evidence": tuple(Evidence(**evidence) for evidence in row["evidence"])})


def write_ranking(ids: Sequence[str], ranking: Ranking, code_texts: Sequence[CodeText]) -> bytes:
    """The same rows as `write_suggestions` of `ranking.suggestions(ids, code_texts)`, from columns.

    So many excerpts at a time: the evidence repeats the wording of the codebook for each, and an Arrow array
    holds no more than 2 GB of it.
    """
    return _in_groups(
        _ranking_table(
            ids[begin : begin + _RANKED_AT_A_TIME],
            ranking.part(begin, begin + _RANKED_AT_A_TIME),
            code_texts,
        )
        for begin in range(0, len(ids), _RANKED_AT_A_TIME)
    )


def _ranking_table(ids: Sequence[str], ranking: Ranking, code_texts: Sequence[CodeText]) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    k = ranking.ranked.shape[1]
    lengths = np.where(ranking.kept, k, 1)
    row_of = np.repeat(np.arange(len(ids)), lengths)  # the excerpt of each row of the table
    starts = np.cumsum(lengths) - lengths
    place = np.arange(len(row_of)) - np.repeat(starts, lengths)
    suggested = np.repeat(ranking.kept, lengths)

    def spread(values: Any, otherwise: Any) -> Any:
        """The cells of the shortlists, a row of the table each; `otherwise` for those who abstain."""
        whole = np.full(len(row_of), otherwise, values.dtype)
        whole[suggested] = values.reshape(-1)
        return whole

    def chosen(words: Sequence[str], places: Any) -> pa.Array:
        """The word of each cell of a shortlist; none for those who abstain."""
        return _texts(words).take(_numbers(spread(places, 0), there=suggested))

    from thematic.suggestion import NOT_CALIBRATED
    from thematic.suggestion.bands import TOO_LITTLE

    there = ranking.pieces >= 0
    of_row = np.zeros(len(row_of), np.int64)
    of_row[suggested] = there.sum(axis=2).reshape(-1)
    offsets = _numbers(np.concatenate([[0], np.cumsum(of_row)]).astype(np.int32))
    pieces = ranking.pieces[there]
    is_warning = np.broadcast_to(np.arange(there.shape[2]) == there.shape[2] - 1, there.shape)[there]

    def wording(values: Sequence[str]) -> pa.Array:
        return _texts(values).take(_numbers(pieces))

    fields = _suggestion_schema().field("evidence").type.value_type
    evidence = pa.StructArray.from_arrays(
        [
            wording([text.kind for text in code_texts]),
            wording([text.text for text in code_texts]),
            wording([text.code_id for text in code_texts]),
            _numbers(ranking.similarities[there]),
            pa.nulls(len(pieces), pa.string()),
            _numbers(is_warning),
        ],
        fields=list(fields),
    )
    nothing = len(row_of)
    scores = (
        pa.nulls(nothing, pa.float64())
        if ranking.shares is None
        else _numbers(spread(ranking.shares, np.nan), there=suggested)
    )
    bands, band_of = ranking.bands()
    names = _texts(["abstained", "suggested"])
    reasons = _texts([TOO_LITTLE, NOT_CALIBRATED])
    which = _numbers(suggested.astype(np.int8))
    return pa.Table.from_arrays(
        [
            _texts(ids).take(_numbers(row_of)),
            chosen(ranking.codes, ranking.ranked),
            _numbers(place + 1),
            scores,
            chosen(bands, band_of),
            names.take(which),
            pa.nulls(nothing, pa.float64()),
            reasons.take(which),
            pa.ListArray.from_arrays(offsets, evidence),
            pa.nulls(nothing, pa.int64()),
            pa.nulls(nothing, pa.float64()),
        ],
        schema=_suggestion_schema(),
    )


def _numbers(values: NDArray[Any], there: NDArray[np.bool_] | None = None) -> pa.Array:
    """All cells of `values` as an Arrow array over the same memory, null where they are not `there`.

    Not with `pa.array`, which imports pandas where it is installed, and that takes longer than the work.
    """
    import numpy as np
    import pyarrow as pa

    def bits(flags: NDArray[np.bool_]) -> pa.Buffer:
        return pa.py_buffer(np.packbits(flags, bitorder="little"))

    flat = np.ascontiguousarray(values).reshape(-1)
    cells = bits(flat) if flat.dtype == bool else pa.py_buffer(flat)
    valid = None if there is None else bits(there)
    return pa.Array.from_buffers(pa.from_numpy_dtype(flat.dtype), len(flat), [valid, cells])


def _texts(words: Sequence[str]) -> pa.Array:
    """These words as an Arrow array; see `_numbers`."""
    import numpy as np
    import pyarrow as pa

    encoded = [word.encode() for word in words]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(encoded), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))


def read_columns(
    data: bytes | Path, columns: Sequence[str], kind: str | None = "excerpt"
) -> dict[str, list[Any]]:
    """These columns of a file as lists; of segmentations, the rows of this `kind`."""
    import pyarrow.parquet as pq

    source = BytesIO(data) if isinstance(data, bytes) else data
    wanted = [*columns, "kind"] if kind else list(columns)
    table = pq.ParquetFile(source, pre_buffer=False).read(columns=wanted, use_threads=False)
    found = {name: table.column(name).to_pylist() for name in columns}
    if kind is None:
        return found
    kept = [value == kind for value in table.column("kind").to_pylist()]
    return {name: [v for v, keep in zip(column, kept, strict=True) if keep] for name, column in found.items()}


def _excerpt_row(excerpt: Excerpt) -> dict[str, Any]:
    question = excerpt.question
    return {
        "kind": "excerpt",
        "id": excerpt.id,
        "start": excerpt.start,
        "end": excerpt.end,
        "text": excerpt.text,
        "turns": list(excerpt.turns),
        "speaker": excerpt.speaker,
        "role": excerpt.role,
        "start_time": excerpt.start_time,
        "end_time": excerpt.end_time,
        "question_start": question.start if question else None,
        "question_end": question.end if question else None,
        "question_text": question.text if question else None,
    }


def _excerpt(row: dict[str, Any], transcript_id: str) -> Excerpt:
    question = None
    if row["question_start"] is not None:
        question = Quote(
            transcript_id=transcript_id,
            start=row["question_start"],
            end=row["question_end"],
            text=row["question_text"],
        )
    return Excerpt(
        id=row["id"],
        transcript_id=transcript_id,
        start=row["start"],
        end=row["end"],
        text=row["text"],
        turns=tuple(row["turns"]),
        speaker=row["speaker"],
        role=row["role"],
        start_time=row["start_time"],
        end_time=row["end_time"],
        question=question,
    )


def _segmentation_schema() -> pa.Schema:
    import pyarrow as pa

    text, whole, seconds = pa.string(), pa.int64(), pa.float64()
    return pa.schema(
        [
            ("kind", text),
            ("transcript_id", text),
            ("id", text),
            ("start", whole),
            ("end", whole),
            ("text", text),
            ("turns", pa.list_(pa.int64())),
            ("speaker", text),
            ("role", text),
            ("start_time", seconds),
            ("end_time", seconds),
            ("question_start", whole),
            ("question_end", whole),
            ("question_text", text),
            ("reason", text),
        ]
    )


def _suggestion_schema() -> pa.Schema:
    import pyarrow as pa

    text = pa.string()
    evidence = pa.struct(
        [
            ("kind", text),
            ("text", text),
            ("code_id", text),
            ("similarity", pa.float64()),
            ("excerpt_id", text),
            ("warning", pa.bool_()),
        ]
    )
    return pa.schema(
        [
            ("excerpt_id", text),
            ("code_id", text),
            ("rank", pa.int64()),
            ("score", pa.float64()),
            ("band", text),
            ("status", text),
            ("probability", pa.float64()),
            ("reason", text),
            ("evidence", pa.list_(evidence)),
            ("examples", pa.int64()),
            ("promised", pa.float64()),
        ]
    )


def table_bytes(rows: list[dict[str, Any]], schema: pa.Schema) -> bytes:
    """A table of these rows; a column that a row does not have is null in it.

    Lone surrogates, which are no UTF-8, become �.
    """
    return _write([{key: _encodable(value) for key, value in row.items()} for row in rows], schema, {})


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return (
            value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        )
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    if isinstance(value, dict):
        return {key: _encodable(item) for key, item in value.items()}
    return value


def _write(rows: list[dict[str, Any]], schema: pa.Schema, metadata: dict[str, str]) -> bytes:
    import pyarrow as pa

    return _bytes(pa.Table.from_pylist(rows, schema=schema), metadata)


def _bytes(table: pa.Table, metadata: dict[str, str]) -> bytes:
    import pyarrow.parquet as pq

    buffer = BytesIO()
    pq.write_table(table.replace_schema_metadata(metadata), buffer, compression="zstd")
    return buffer.getvalue()


def _read(data: bytes) -> tuple[list[dict[str, Any]], dict[str, str]]:
    table = _table(data)
    return table.to_pylist(), _metadata(table)


def _table(data: bytes) -> pa.Table:
    """The table in these bytes, read in this thread.

    Arrow's own threads may still be starting when a short process ends, and then abort it.
    """
    import pyarrow.parquet as pq

    return pq.ParquetFile(BytesIO(data), pre_buffer=False).read(use_threads=False)


def _metadata(table: pa.Table) -> dict[str, str]:
    return {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
