"""Tiers on a time line, as ELAN and Praat have them: what is said on each, in order of time."""

from __future__ import annotations

from collections.abc import Sequence

from thematic.errors import InputError, Problem
from thematic.formats.transcripts.reading import Dropped
from thematic.formats.transcripts.script import Said, Script, clean_pieces, compose
from thematic.text import join_names

__all__ = ["script_of_tiers"]


def script_of_tiers(
    pieces: Sequence[Said],
    dropped: Sequence[Dropped],
    problems: Sequence[Problem],
    *,
    name: str,
    pause: float,
) -> Script:
    """The script of all tiers of speech, each a speaker, with a warning where there are several.

    dropped: what other tiers say. Raises InputError with the problems where there are any: a timed file that
    cannot be aligned is refused.
    """
    if problems:
        raise InputError(f"{name} cannot be aligned", path=name, problems=problems)
    spoken, warnings = clean_pieces(sorted(pieces, key=lambda piece: piece.start_time or 0.0), name)
    script = compose(spoken, pause=pause)
    script.words_in += sum(piece.words for piece in dropped)
    script.dropped += dropped
    script.warnings += warnings
    labels = list(dict.fromkeys(piece.label for piece in spoken))
    if len(labels) > 1:
        message = f"the tiers {join_names(labels)} were read as speakers"
        hint = "give a tier that is no speech the role other in speakers.toml"
        script.warnings.append(Problem(message, name, None, hint))
    return script
