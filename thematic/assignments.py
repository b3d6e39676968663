"""Who was asked to code what: explicit data of a study, in assignments.json, that people may edit.

    {"assignments": {"ben": {"transcripts": ["P01", "P02"], "sample": true}}}

A coder without an entry is asked for everything. `sample` adds the excerpts that `thematic sample` drew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from thematic.double_coding import drawn_units
from thematic.errors import SettingsError
from thematic.files import write_atomic
from thematic.model import Decision, Excerpt
from thematic.review import judgements
from thematic.study import Study
from thematic.text import join_names

__all__ = ["FILE", "Assignment", "assign", "assigned", "assignments", "progress"]

FILE = "assignments.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What one coder was asked to code: whole transcripts, and the excerpts drawn for double coding."""

    transcripts: tuple[str, ...] = ()
    sample: bool = False


def assignments(study: Study) -> dict[str, Assignment]:
    """The assignment of each coder who has one, by name. Raises SettingsError for a file that is none."""
    path = study.root / FILE
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_bytes())["assignments"]
        made = {
            str(coder): Assignment(
                transcripts=tuple(map(str, entry.get("transcripts", ()))), sample=bool(entry.get("sample"))
            )
            for coder, entry in found.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            "this says of nobody what to code",
            path=str(path),
            hint="mend it, or move it away and run `thematic assign` again",
        ) from error
    return dict(sorted(made.items()))


def assign(study: Study, coder: str, assignment: Assignment | None) -> None:
    """Write down what a coder is asked to code; None asks for everything again.

    Raises SettingsError for a transcript that the study has not, or a sample that was never drawn.
    """
    study.journal_path(coder)  # the name is checked
    made = assignments(study)
    if assignment is None:
        made.pop(coder, None)
    else:
        known = study.transcript_ids()
        unknown = [id_ for id_ in assignment.transcripts if id_ not in known]
        if unknown:
            raise SettingsError(
                f"no transcript {join_names(unknown, 'or')} in the study",
                hint=f"choose among {join_names(known)}",
            )
        if assignment.sample and not drawn_units(study):
            raise SettingsError(
                "no sample for double coding was drawn yet",
                hint="draw one first: thematic sample --share 0.2",
            )
        made[coder] = assignment
    entries = {
        name: {"transcripts": list(entry.transcripts), "sample": entry.sample}
        for name, entry in sorted(made.items())
    }
    data = json.dumps({"assignments": entries}, ensure_ascii=False, indent=1) + "\n"
    write_atomic(study.root / FILE, data.encode())


def assigned(study: Study, coder: str, excerpts: Iterable[Excerpt]) -> tuple[Excerpt, ...]:
    """Those of the excerpts that the coder was asked to code, in their order."""
    found: Sequence[Excerpt] = tuple(excerpts)
    assignment = assignments(study).get(coder)
    if assignment is None:
        return tuple(found)
    drawn = drawn_units(study) if assignment.sample else set()
    return tuple(e for e in found if e.transcript_id in assignment.transcripts or e.id in drawn)


def progress(
    study: Study, excerpts: Sequence[Excerpt], decisions: Mapping[str, Sequence[Decision]]
) -> dict[str, tuple[int, int]]:
    """For each coder with an entry: how many excerpts it asks for, and on how many of them they decided."""
    found = {}
    for coder in assignments(study):
        asked = {excerpt.id for excerpt in assigned(study, coder, excerpts)}
        made = judgements(coder, decisions.get(coder, ()))
        done = {j.excerpt_id for j in made if j.decided and j.layer == "independent"}
        found[coder] = (len(asked), len(asked & done))
    return found
