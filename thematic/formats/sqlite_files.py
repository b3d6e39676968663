"""Databases of other programs, read as files from strangers: read-only, plain tables only, bounded time."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from thematic.errors import InputError

__all__ = ["MAGIC", "Database", "file_sha256", "moment", "open_database", "texts"]

MAGIC = b"SQLite format 3\x00"

_LARGEST_VALUE = 256 * 1024 * 1024  # bytes of one text
_STEPS = 50_000  # of SQLite's machine between two looks at how long a question takes
_LOOKS = 100_000  # five billion steps: minutes; an honest table of a million rows needs a thousandth


class Database:
    """An open database and what its tables are called; ask it for rows by table and column."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        rows = self._ask("SELECT name, type, sql FROM sqlite_master")
        # A view could compute without end, and a virtual table runs code; these programs write neither.
        self._tables = {
            str(name).lower()
            for name, kind, sql in rows
            if kind == "table" and "virtual" not in str(sql)[:30].lower()
        }

    def has(self, table: str) -> bool:
        return table.lower() in self._tables

    def columns(self, table: str) -> tuple[str, ...]:
        """The columns of a table in small letters; none where there is no such table."""
        if not self.has(table):
            return ()
        return tuple(str(row[1]).lower() for row in self._ask(f'PRAGMA table_info("{table}")'))

    def rows(self, table: str, columns: Sequence[str], order: str = "") -> list[dict[str, Any]]:
        """The rows of a table; a column that this version of the program does not have is None.

        Text that is not UTF-8 has � for what cannot be read. None at all where there is no such table.
        """
        there = self.columns(table)
        asked = [column for column in columns if column in there]
        if not asked:
            return []
        names = ", ".join(f'"{column}"' for column in asked)
        by = f' ORDER BY "{order}"' if order in there else " ORDER BY rowid"
        return [
            dict.fromkeys(columns) | dict(zip(asked, row, strict=True))
            for row in self._ask(f'SELECT {names} FROM "{table}"{by}')
        ]

    def _ask(self, question: str) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(question).fetchall()
        except (sqlite3.Error, OverflowError, MemoryError, UnicodeError) as error:
            # A damaged schema ends in UnicodeError: the message of SQLite quotes it.
            raise _damaged(self._name, error) from error


@contextmanager
def open_database(path: Path) -> Iterator[Database]:
    """The database at `path`, opened so that nothing in it, beside it or around it changes.

    Raises InputError when it is none, is damaged, or is open in its program with work not yet written.
    """
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        raise InputError(
            "this project is open in its program, which has not written all of it yet",
            path=path.name,
            hint="close it there, then import again",
        )
    connection = None
    try:
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True)
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
        connection.execute("PRAGMA trusted_schema = OFF")
        looks = iter(range(_LOOKS))
        connection.set_progress_handler(lambda: next(looks, None) is None, _STEPS)
        yield Database(connection, path.name)
    except sqlite3.Error as error:
        raise _damaged(path.name, error) from error
    finally:
        if connection is not None:
            connection.close()


def _damaged(name: str, error: BaseException) -> InputError:
    return InputError(
        f"this database cannot be read: {error}",
        path=name,
        hint="copy it again from the computer it comes from, with its program closed",
    )


def file_sha256(path: Path) -> str:
    """The hash of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def moment(value: Any) -> datetime | None:
    """A date as databases keep it (`2026-01-31 12:00:00.5`), in UTC where it names no zone; else None."""
    try:
        found = datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def texts(row: Mapping[str, Any], *columns: str) -> str:
    """The first of these columns that holds a text."""
    return next((str(row[c]) for c in columns if isinstance(row.get(c), str) and row[c].strip()), "")
