"""Notes of a project: memos of codings where they are about one, notes of the project where they are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from thematic.coded_project import ProjectNote
from thematic.errors import ThematicError
from thematic.formats.refi.account import BESIDE, Account
from thematic.formats.refi.elements import read_date
from thematic.formats.refi.packages import Package
from thematic.formats.refi.parsing import Project, key
from thematic.formats.refi.sources import decode
from thematic.model import Coder
from thematic.text import join_names

__all__ = ["Memos"]


@dataclass(slots=True)
class Memos:
    """The words of each note by its GUID, and which of them have become memos of codings."""

    words: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, project: Project, package: Package, account: Account) -> Memos:
        """The notes of a project; one whose words are not in the file is told."""
        memos = cls()
        for note in project.notes:
            text = note.inline
            if text is None and note.plain_path:
                try:
                    data = package.part(note.plain_path)
                    text = None if data is None else decode(data, None)[0].text
                except ThematicError:
                    text = None
            if text is None:
                text = note.description
                if not text and (note.plain_path or note.rich_path):
                    account.losses.add("memos", "their text is not in the file", example=note.name)
            memos.words[key(note.guid)] = text
        return memos

    def memo(self, references: Iterable[str], description: str = "") -> str:
        """One memo of a description and of notes, each once."""
        parts = [description.strip()]
        for guid in references:
            if guid in self.words:
                self.used.add(guid)
                parts.append(self.words[guid].strip())
        return "\n\n".join(dict.fromkeys(filter(None, parts)))

    def rest(
        self, project: Project, coders: Mapping[str, Coder], account: Account
    ) -> tuple[ProjectNote, ...]:
        """The notes that are no memo of a coding, with what they are about."""
        about = _about(project)
        made = []
        if project.description.strip():
            made.append(ProjectNote(title="Description", text=project.description, about="the project"))
        for note in project.notes:
            guid = key(note.guid)
            if note.has_codings:
                what = "memos that are coded themselves"
                account.losses.add(what, "their codings are not taken", kept=BESIDE)
            if guid in self.used and guid not in about:
                continue
            coder = coders.get(note.user)
            made.append(
                ProjectNote(
                    title=note.name,
                    text=self.words[guid],
                    about=join_names(about.get(guid, [])),
                    coder_id=coder.id if coder else "",
                    at=read_date(note.at),
                )
            )
        return tuple(made)


def _about(project: Project) -> dict[str, list[str]]:
    """What each note is about, in words, by its GUID."""
    about: dict[str, list[str]] = {}
    for guid in project.notes_of_project:
        about.setdefault(guid, []).append("the project")
    for text in project.texts:
        for guid in text.notes:
            about.setdefault(guid, []).append(f"the text {text.owner_name}")
    for code in project.codes:
        for guid in code["notes"]:
            about.setdefault(guid, []).append(f"the code {code['name']}")
    return about
