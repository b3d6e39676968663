"""Suggestions learnt anew while a page is open: in a process of its own, so that no answer waits for it.

    python -m thematic.web.relearning STUDY

learns from what is decided by now, as `thematic suggest` does, and prints where the suggestions are.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thematic.errors import ThematicError

if TYPE_CHECKING:
    from thematic.model import Suggestion
    from thematic.web.session import ReviewSession

__all__ = ["EVERY", "Relearner"]

EVERY = 10
"""After so many decisions on the page, suggestions are learnt anew."""


class Relearner:
    """Keeps the suggestions of a session up to what was decided."""

    def __init__(self, session: ReviewSession, root: Path, *, every: int = EVERY) -> None:
        self.session, self.root, self.every = session, root, every
        self.since = 0
        self.task: asyncio.Task[None] | None = None

    def decided(self) -> None:
        """Hear of a decision. When it is time, and nothing is being learnt, begin."""
        self.since += 1
        if self.since >= self.every and (self.task is None or self.task.done()):
            self.since = 0
            self.task = asyncio.get_running_loop().create_task(self._learn())

    async def stop(self) -> None:
        """Give up what is being learnt; the next page, or `thematic suggest`, does it again."""
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def _learn(self) -> None:
        # A session of its own: Ctrl-C in the terminal is for the page, which then gives this up in order.
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "thematic.web.relearning", str(self.root)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            printed, _ = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise
        told: dict[str, Any] = json.loads(printed) if process.returncode == 0 else {}
        try:
            found = await asyncio.to_thread(_read, Path(told["suggestions"]))
        except (KeyError, OSError):
            # Another command is at work in the study, or has replaced the file.
            self.since = self.every
            self.session.behind = told.get("error") or "it was broken off"
        else:
            self.session.take_suggestions(found, told["learnt"])


def _read(path: Path) -> tuple[Suggestion, ...]:
    from thematic.formats.machine.parquet import read_suggestions

    return read_suggestions(path.read_bytes())


def learn_anew(root: Path) -> dict[str, Any]:
    """Bring the suggestions of a study up to what was decided; where they are, and what they are learnt from.

    `error` in their place, where that is refused.
    """
    from thematic.pipeline import Pipeline
    from thematic.study import Study

    try:
        study = Study.open(root)
        with study.lock():
            pipeline = Pipeline(study, threads=1)
            told = learnt_from(pipeline)
            return {"suggestions": str(pipeline.suggestions_path), "learnt": told}
    except ThematicError as error:
        return {"error": error.problem.message}


def learnt_from(pipeline: Any) -> tuple[str, ...]:
    """What is to be said of the suggestions of a study, the most important first."""
    learning = pipeline.learning
    return learning.sentences if learning else ("Suggestions come from the codebook's wording alone.",)


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(5)  # the page comes first
    print(json.dumps(learn_anew(Path(sys.argv[1]))))
