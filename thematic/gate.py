"""The gate: nothing leaves a study while direct identifiers in it are undecided. Floor 5.

Whatever makes files with words of participants for other people calls `require_decided` first: exports,
packets, the report, the agreement report, rows of `query` as CSV or JSON. What somebody who works in the
study looks at does not: the review page, `check`, what a command prints, and exports/ as `run` leaves them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from thematic.checking import Checked, State, beside_texts, check_transcripts, decided_forms, state_of
from thematic.deciding import quoted_identifiers
from thematic.deidentification import KINDS
from thematic.errors import SettingsError, StudyError
from thematic.files import write_atomic
from thematic.identifier_log import append_log
from thematic.pipeline import Pipeline
from thematic.study import Study, fingerprint, json_bytes

__all__ = ["IdentifierError", "keep_checked", "require_decided", "undecided_counts"]


class IdentifierError(StudyError):
    """Something would leave the study while direct identifiers in it are undecided. Exit code 3: findings."""

    exit_code = 3


def require_decided(
    study: Study,
    *,
    leaving: str,
    accept_residual: str | None = None,
    by: str | None = None,
    within: Iterable[str] | None = None,
) -> int:
    """Raise IdentifierError while direct identifiers that would leave are undecided; else return how many.

    leaving: what is about to be written, in the words of a log: `export`, `packet`, `report`.
    accept_residual: the reason for letting them go; it is logged, and may quote none of them. The check of
    these very texts is used where there was one, with the names that were recognised then; otherwise the
    rules are run now. within: the texts that would leave, where these are not the whole study: only what
    stands in them counts. Call it while holding the study's lock where a reason is given.
    """
    forms, decided = _forms(study)
    left = [f for f in forms if f["direct"] and f["leaves"] and _is_undecided(f["key"], decided)]
    if within is not None and left:
        quoted = quoted_identifiers("\n".join(within), {f["key"] for f in left})
        left = [f for f in left if f["key"] in quoted]
    if accept_residual is not None and not accept_residual.strip():
        raise SettingsError("--accept-residual needs a reason", hint='--accept-residual "why they may leave"')
    if not left:
        return 0
    occurrences = sum(f["count"] for f in left)
    if accept_residual is None:
        raise IdentifierError(
            f"no {leaving} while {_count(len(left))} undecided ({occurrences:,} occurrences)",
            path=str(study.root),
            hint="look with `thematic check`, and decide with `thematic check --table FILE.csv`; or say why "
            'they may leave, which is logged: --accept-residual "REASON"',
        )
    if quoted_identifiers(accept_residual, {f["key"] for f in left if len(f["key"]) > 2}):
        raise SettingsError(
            "the reason quotes an identifier, and would stand in the log for good",
            hint="say it without the name",
        )
    record = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": by or user_name(),
        "decision": "accept residual",
        "leaving": leaving,
        "forms": len(left),
        "occurrences": occurrences,
        "reason": accept_residual,
    }
    append_log(study.root, [record])
    return len(left)


def _count(forms: int) -> str:
    return "one direct identifier is" if forms == 1 else f"{forms:,} direct identifiers are"


def undecided_counts(study: Study) -> dict[str, int]:
    """How many forms are undecided, direct and indirect, of what would leave the study."""
    forms, decided = _forms(study)
    left = [f for f in forms if f["leaves"] and _is_undecided(f["key"], decided)]
    direct = sum(bool(f["direct"]) for f in left)
    return {"direct": direct, "indirect": len(left) - direct}


def keep_checked(study: Study, checked: Checked) -> None:
    """Remember what a check of the study found, for the gate. Machine data, as private as the texts."""
    pipeline = Pipeline(study)
    _write(study, _key(pipeline), checked)


def user_name() -> str:
    """Who is at the keyboard, for the log."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _forms(study: Study) -> tuple[list[dict[str, Any]], dict[str, State]]:
    """What the last check of these texts found, or what the rules find now."""
    if not study.transcript_ids():  # a project of which only the codes and pictures came
        return [], {}
    pipeline = Pipeline(study)
    key = _key(pipeline)
    path = study.machine / "identifiers.json"
    try:
        record = json.loads(path.read_bytes())
    except (OSError, ValueError):
        record = {}
    if not isinstance(record, dict) or record.get("key") != key:
        transcripts = list(pipeline.transcripts.values())
        checked = check_transcripts(
            transcripts, list(beside_texts(pipeline)), files=len(transcripts), recognise=False
        )
        record = _write(study, key, checked)
    return record["forms"], decided_forms(study)


def _write(study: Study, key: str, checked: Checked) -> dict[str, Any]:
    record = {
        "key": key,
        "recognised_by": checked.recognised_by,
        "forms": [
            {"key": g.key, "direct": KINDS[g.kind][0], "leaves": g.leaves, "count": len(g.findings)}
            for g in checked.groups
        ],
    }
    write_atomic(study.machine / "identifiers.json", json_bytes(record))
    return record


def _key(pipeline: Pipeline) -> str:
    """What a check depends on: the texts and turns, the sheet of cases, memos, the codebook, the rules and
    lists."""
    return fingerprint(
        "identifiers",
        _rules(),
        pipeline.records,
        pipeline.participants_key,
        pipeline.decisions_key,
        pipeline.codebook_key if pipeline.study.codebook_path.is_file() else "",
    )


@lru_cache(maxsize=1)
def _rules() -> str:
    """The hash of the rules and word lists, as they stand in the package."""
    folder = files("thematic.deidentification")
    parts = sorted(
        (part for where in (folder, folder / "lists") for part in where.iterdir() if part.is_file()),
        key=lambda part: part.name,
    )
    digest = sha256()
    for part in parts:
        if part.name.endswith((".py", ".txt")):
            digest.update(part.name.encode() + b"\0" + part.read_bytes() + b"\0")
    return digest.hexdigest()


def _is_undecided(form: str, decided: dict[str, State]) -> bool:
    return state_of(form, decided) in ("open", "postponed", "replaced")
