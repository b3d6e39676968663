"""Questions in SQL to a study as it stands: read-only, larger than memory, nothing fetched. Floor 6.

DuckDB answers. It sees tables that are handed to it and no file: access from SQL to files, the network,
extensions and settings is off before the question is read, and a question is one statement that reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from thematic.errors import InputError, StudyError, did_you_mean
from thematic.pipeline import Pipeline
from thematic.study import Study
from thematic.text import join_names

__all__ = ["TABLES", "Answer", "answering", "ask"]

TABLES: dict[str, str] = {
    "excerpts": "id, transcript_id, start, end, text, speaker, role, times, the question before",
    "set_aside": "words of participants that are in no excerpt, and why",
    "suggestions": "excerpt_id, code_id, rank, score, band, status, reason, evidence",
    "vectors": "id, values, questions: the embeddings",
    "codes": "the codebook: id, name, definition, parent_id, status, …",
    "codings": "what people coded: transcript_id, start, end, text, code_id, coder_id, at, memo, layer",
    "decisions": "the journals: coder_id, action, at, transcript_id, code_ids, …",
    "clusters": "a row for each excerpt of a cluster: cluster_id, excerpt_id, status, stability",
    "participants": "a row for each transcript and case attribute: transcript_id, attribute, value",
}
"""What can be asked, and what is in it."""

_MEMORY = "2GB"
_ROWS_AT_A_TIME = 2_048


@dataclass(frozen=True, slots=True)
class Answer:
    """Column names, and the rows as plain values: text, numbers, booleans, None, lists, dicts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def ask(study: Study, sql: str) -> Answer:
    """The answer to one SQL statement that reads, whole. Raises as `answering` does."""
    with answering(study, sql) as (columns, rows):
        return Answer(columns, tuple(rows))


@contextmanager
def answering(study: Study, sql: str) -> Iterator[tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]]:
    """The column names of the answer, and its rows as they are asked for, a few in memory at a time.

    Raises InputError with what is wrong with the question, and the tables and columns there are; StudyError
    when a table it names was not made yet. Some of what is wrong shows in the middle of the rows.
    """
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": _MEMORY,
            "temp_directory": "",  # nothing is written, not even what does not fit
            "python_enable_replacements": "false",  # a name in SQL is a table, never a variable of ours
        },
    )
    with connection:
        missing = _Tables(study, connection).fill(_words(sql))
        connection.execute("SET enable_progress_bar = false")  # it would stand on stdout, between the rows
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        try:
            statements = duckdb.extract_statements(sql)
            _refuse_writing(statements, duckdb)
            result = connection.execute(statements[0])
            columns = tuple(column[0] for column in result.description or ())
        except duckdb.Error as error:
            raise _explained(error, missing) from None

        def rows() -> Iterator[tuple[Any, ...]]:
            try:
                while some := result.fetchmany(_ROWS_AT_A_TIME):
                    for row in some:
                        yield tuple(map(_plain, row))
            except duckdb.Error as error:
                raise _explained(error, missing) from None

        yield columns, rows()


def _refuse_writing(statements: Sequence[Any], duckdb: Any) -> None:
    reading = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
    if len(statements) != 1 or statements[0].type not in reading:
        what = (
            f"{len(statements)} statements"
            if len(statements) != 1
            else f"a statement of the kind {statements[0].type.name}"
        )
        raise InputError(
            f"this is {what}; a question is one SELECT",
            hint="a study is never changed by a question; --csv and --json write the answer to a file: "
            'thematic query "SELECT …" --csv > answer.csv',
        )


def _words(sql: str) -> set[str]:
    """Every word of the question: only tables that may be meant are opened."""
    return {word.lower() for word in re.findall(r"\w+", sql)}


class _Tables:
    """Puts the tables of a study into a connection. What a study does not have yet is left out."""

    def __init__(self, study: Study, connection: Any) -> None:
        self._study, self._connection, self._pipeline = study, connection, Pipeline(study)

    def fill(self, wanted: set[str]) -> dict[str, str]:
        """Make the wanted tables, all for a question about tables; of others the command that makes them."""
        everything = bool(wanted & {"information_schema", "show", "tables", "describe", "duckdb_tables"})
        make: dict[str, Callable[[], None]] = {
            "excerpts": lambda: self._cut("excerpts", "excerpt"),
            "set_aside": lambda: self._cut("set_aside", "set_aside"),
            "suggestions": self._suggestions,
            "vectors": self._vectors,
            "codes": self._codes,
            "codings": self._codings,
            "decisions": self._decisions,
            "clusters": self._clusters,
            "participants": self._participants,
        }
        missing = {}
        for name, table in make.items():
            if everything or name in wanted:
                try:
                    table()
                except _NotMadeError as error:
                    missing[name] = str(error)
        return missing

    def _cut(self, name: str, kind: str) -> None:
        from thematic.formats.machine.parquet import EXCERPT_COLUMNS, SET_ASIDE_COLUMNS, open_files

        files = self._done(self._pipeline.segment_units)
        columns = EXCERPT_COLUMNS if name == "excerpts" else SET_ASIDE_COLUMNS
        self._connection.register(f"_{name}", open_files(files))
        quoted = ", ".join(f'"{column}"' for column in columns)
        self._connection.execute(f"CREATE VIEW {name} AS SELECT {quoted} FROM _{name} WHERE kind = '{kind}'")

    def _vectors(self) -> None:
        from thematic.formats.machine.parquet import open_files

        self._connection.register("vectors", open_files(self._done(self._pipeline.planned_vector_units)))

    def _done(self, units: Sequence[Any]) -> list[str]:
        receipts, root = self._pipeline.workload.receipts, self._study.root
        if any(receipts.get(unit) is None or not (root / unit.output).exists() for unit in units):
            raise _NotMadeError("thematic export")
        return [str(root / unit.output) for unit in units]

    def _suggestions(self) -> None:
        from thematic.formats.machine.parquet import open_files

        path = self._pipeline.suggestions_path
        if not path.exists():
            raise _NotMadeError("thematic suggest")
        self._connection.register("suggestions", open_files([str(path)]))

    def _codes(self) -> None:
        from thematic.formats.codebooks.front_door import read_codebook

        kinds = {"include": "texts", "exclude": "texts", "examples": "texts", "counter_examples": "texts"}
        fields = "id name definition include exclude examples counter_examples parent_id color status"
        names = [*fields.split(), "merged_into"]
        codebook, _ = read_codebook(self._study.codebook_path)
        self._rows(
            "codes",
            {name: kinds.get(name, "text") for name in names},
            ([getattr(code, name) for name in names] for code in codebook.codes),
        )

    def _codings(self) -> None:
        of_coding = {
            "code_id": "text", "coder_id": "text", "at": "time", "memo": "text", "layer": "text",
            "mode": "text", "from_suggestion": "yes_or_no", "codebook_version": "text",
        }  # fmt: skip
        self._rows(
            "codings",
            _OF_QUOTE | of_coding,
            ([*_quote(c), *(getattr(c, name) for name in of_coding)] for c in self._pipeline.codings),
        )

    def _decisions(self) -> None:
        of_decision = {
            "id": "text", "coder_id": "text", "action": "text", "at": "time", "code_ids": "texts",
            "memo": "text", "excerpt_id": "text", "layer": "text", "mode": "text",
            "codebook_version": "text",
        }  # fmt: skip
        self._rows(
            "decisions",
            _OF_QUOTE | of_decision,
            (
                [*_quote(d), *(getattr(d, name) for name in of_decision)]
                for made in self._pipeline.decisions.values()
                for d in made
            ),
        )

    def _clusters(self) -> None:
        from thematic.formats.machine.clustering_json import read_clustering

        path = self._pipeline.clusters_path
        if not path.exists():
            raise _NotMadeError("thematic clusters")
        self._rows(
            "clusters",
            {
                "cluster_id": "text", "excerpt_id": "text", "status": "text", "stability": "number",
                "terms": "texts", "core": "yes_or_no",
            },
            (
                [c.id, excerpt, c.status, c.stability, c.terms, excerpt in core]
                for c in read_clustering(path.read_bytes()).clusters
                for core in [frozenset(c.core_ids)]
                for excerpt in c.excerpt_ids
            ),
        )  # fmt: skip

    def _participants(self) -> None:
        self._rows(
            "participants",
            {"transcript_id": "text", "attribute": "text", "value": "text"},
            ([t.id, *item] for t in self._pipeline.transcripts.values() for item in t.attributes.items()),
        )

    def _rows(self, name: str, kinds: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        from thematic.formats.machine.parquet import make_table

        self._connection.register(name, make_table(kinds, rows))


_OF_QUOTE = {"transcript_id": "text", "start": "whole", "end": "whole", "text": "text"}


def _quote(noun: Any) -> tuple[Any, ...]:
    return tuple(getattr(noun.quote, name) for name in _OF_QUOTE)


class _NotMadeError(Exception):
    """A table of which the study has nothing yet: the command that makes it."""


def _explained(error: Exception, missing: Mapping[str, str]) -> InputError | StudyError:
    """DuckDB's message in one line, with what there is to ask instead."""
    message = " ".join(str(error).split("\n\n")[0].split())
    for name, command in missing.items():
        if re.search(rf"\b{name}\b", message):
            return StudyError(f"the study's {name} are not up to date", hint=f"make them: {command}")
    table = re.search(r"Table with name (\S+) does not exist", message)
    if table:
        near = did_you_mean(table[1], TABLES)
        return InputError(
            f"there is no table “{table[1]}”",
            hint=f"{near + ' ' if near else ''}the tables are {join_names(list(TABLES))}; "
            "`thematic query` without a question tells what is in them",
        )
    if re.search(r"disabled|permission|locked", message, re.IGNORECASE):
        return InputError(
            f"a question reads the tables of the study and nothing else: {message}",
            hint=f"the tables are {join_names(list(TABLES))}",
        )
    return InputError(message, hint="`thematic query` without a question tells the tables and columns")


def _plain(value: Any) -> Any:
    """A value as JSON can hold it: times in ISO 8601, numbers that are none as None."""
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if value is None or isinstance(value, str | int | bool):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
