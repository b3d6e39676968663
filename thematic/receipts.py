"""The receipts of a study: which units of work are done, and the hash of what each has written. Floor 5.

`.thematic/receipts.jsonl` has a line for every unit that was done. A unit without a receipt is not done; one
whose file has not the hash of its receipt is done again. A line that a crash cut off counts as none.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from thematic.files import write_atomic
from thematic.units import Receipt, Unit

__all__ = ["Receipts"]


class Receipts:
    """The receipts kept in the file `path`; `root` is the folder that the outputs of units are named from."""

    def __init__(self, path: Path, root: Path) -> None:
        self._path, self._root = path, root
        self._kept: dict[tuple[str, str, str], Receipt] = {}
        try:
            lines = path.read_bytes().split(b"\n")
        except FileNotFoundError:
            lines = []
        for line in lines[:-1]:  # after the last line end there is nothing, or half a line
            try:
                receipt = Receipt(**json.loads(line))
                self._kept[receipt.stage, receipt.unit, receipt.key] = receipt
            except (ValueError, TypeError):
                continue

    def get(self, unit: Unit) -> Receipt | None:
        """The receipt for this unit, whether or not its file is still what it was."""
        return self._kept.get((unit.stage, unit.name, unit.key))

    def data(self, unit: Unit) -> bytes | None:
        """What the unit has written, or None when it has no receipt, no file, or a file that was changed."""
        receipt = self.get(unit)
        if receipt is None:
            return None
        try:
            data = (self._root / unit.output).read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == receipt.sha256 else None

    def add(self, receipt: Receipt) -> None:
        """Keep a receipt. The line is whole or, after a crash, ignored."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            if file.tell() and not _ends_a_line(self._path):
                file.write(b"\n")
            file.write(_line(receipt))
        self._kept[receipt.stage, receipt.unit, receipt.key] = receipt

    def keep_only(self, units: Iterable[Unit]) -> None:
        """Forget the receipts of all other units."""
        wanted = {(unit.stage, unit.name, unit.key) for unit in units}
        if set(self._kept) != wanted & set(self._kept):
            self._kept = {key: receipt for key, receipt in self._kept.items() if key in wanted}
            write_atomic(self._path, b"".join(_line(receipt) for _, receipt in sorted(self._kept.items())))


def _line(receipt: Receipt) -> bytes:
    return json.dumps(dataclasses.asdict(receipt), ensure_ascii=True).encode() + b"\n"


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) == b"\n"
