"""The key file: which form stands for whom. It lies outside the study, and only its owner may read it.
Floor 4.

In the study itself a decision names an identifier only by a hash that is salted with a secret of this
file, so
that whoever has the study, but not the key file, learns nothing from its log.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from thematic.errors import StudyError
from thematic.files import sync_folder

__all__ = ["KeyEntry", "KeyFile", "key_folder", "refuse_inside"]

FOLDER_VARIABLE = "THEMATIC_KEYS"
_ALPHABET = "bcdfghjkmnpqrstvwxz23456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """What was decided about a form: `replacement` is empty unless it is replaced or generalised."""

    key: str
    form: str
    kind: str
    decision: str
    replacement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """The decisions of one study about identifiers, by the key of the form, with the secret of its hashes."""

    id: str
    salt: str
    study: str
    entries: Mapping[str, KeyEntry] = field(default_factory=dict)

    @classmethod
    def new(cls, study: str) -> KeyFile:
        return cls(id="key-" + _letters(secrets.token_bytes(16), 8), salt=secrets.token_hex(32), study=study)

    def finding_id(self, key: str) -> str:
        """The id of a form in the study's log: `id-` and ten letters that say nothing without this file."""
        return "id-" + _letters(self._digest("form", key), 10)

    def replacement_id(self, replacement: str) -> str:
        """Which replacement it is, without saying it."""
        return _letters(self._digest("replacement", replacement), 10) if replacement else ""

    def _digest(self, what: str, text: str) -> bytes:
        message = f"{what}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.new(bytes.fromhex(self.salt), message, hashlib.sha256).digest()

    def with_entries(self, entries: Mapping[str, KeyEntry]) -> KeyFile:
        return replace(self, entries={**self.entries, **entries})

    def replacements(self) -> dict[str, str]:
        """The key of every form that is replaced -> the words that stand for it."""
        return {key: entry.replacement for key, entry in self.entries.items() if entry.replacement}

    def path(self) -> Path:
        return key_folder() / f"{self.id}.json"

    def save(self) -> Path:
        """Write it, readable by its owner only. Raises StudyError inside a study or a git work tree."""
        path = self.path()
        refuse_inside(path, "the key file of pseudonyms")
        record: dict[str, Any] = {
            "what": "Which pseudonym stands for whom in a study of thematic. Keep it apart from the study.",
            "format": 1,
            "id": self.id,
            "study": self.study,
            "salt": self.salt,
            "entries": [
                {
                    "key": e.key,
                    "form": e.form,
                    "kind": e.kind,
                    "decision": e.decision,
                    "replacement": e.replacement,
                }
                for e in (self.entries[key] for key in sorted(self.entries))
            ],
        }
        write_private(path, (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode())
        return path


def load_key(key_id: str) -> KeyFile | None:
    """The key file of this id, or None where this user has none. Raises StudyError when it cannot be
    trusted."""
    path = key_folder() / f"{key_id}.json"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    if os.name != "nt" and path.stat().st_mode & 0o077:
        raise StudyError(
            "others may read this key file", path=str(path), hint=f"close it to them: chmod 600 {path}"
        )
    try:
        record = json.loads(data)
        entries = {entry["key"]: KeyEntry(**entry) for entry in record["entries"]}
        return KeyFile(id=record["id"], salt=record["salt"], study=record["study"], entries=entries)
    except (ValueError, KeyError, TypeError):
        raise StudyError(
            "damaged: not a key file", path=str(path), hint="restore it from a copy; it cannot be made again"
        ) from None


def key_folder() -> Path:
    """Where key files are: the folder named by THEMATIC_KEYS, else the user's data folder."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named).expanduser().resolve()
    from platformdirs import user_data_path

    return user_data_path("thematic", appauthor=False) / "keys"


def refuse_inside(path: Path, what: str) -> None:
    """Raise StudyError when `path` lies in a study or a git work tree, from where it would be shared."""
    for folder in path.resolve().parents:
        if (folder / "study.toml").is_file() or (folder / ".git").exists():
            where = "a study" if (folder / "study.toml").is_file() else "a git work tree"
            raise StudyError(
                f"{what} may not lie in {where}: it holds the names that are to be kept from it",
                path=str(path),
                hint=f"choose a place outside {folder}"
                + (f"; key files go to the folder named by {FOLDER_VARIABLE}" if "key file" in what else ""),
            )


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, the old one or the new one whole."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.parent / f".{path.name}.{os.getpid()}.tmp"
    try:
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _letters(digest: bytes, count: int) -> str:
    number = int.from_bytes(digest, "big")
    letters = []
    for _ in range(count):
        number, remainder = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[remainder])
    return "".join(letters)
