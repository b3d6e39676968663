"""ELAN annotation files (.eaf): tiers of speech on a time line.

Tiers that depend on another (words, translations, glosses) repeat its speech and are left out.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from typing import TYPE_CHECKING

from thematic.errors import InputError, Problem
from thematic.formats.encoding import head_text
from thematic.formats.transcripts.reading import Dropped, Reading, ReadSettings, SourceFile
from thematic.formats.transcripts.script import Said, to_reading
from thematic.formats.transcripts.speakers import Roster
from thematic.formats.transcripts.tiers import script_of_tiers
from thematic.formats.zips import parse_xml
from thematic.text import count_words, snippet

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["read", "sniff"]


def sniff(head: bytes, name: str) -> bool:  # noqa: ARG001
    """XML whose first element is ANNOTATION_DOCUMENT."""
    return "<ANNOTATION_DOCUMENT" in head_text(head[:4096])


def read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading:
    """The transcript of an ELAN file: all annotations of independent tiers in order of time.

    A tier is labelled with its participant, or with its own name where it has none or shares it with another
    tier. Raises InputError when the XML is broken, or an annotation has no place on the time line.
    """
    root = parse_xml(file.data, file.name)
    slots = _slots(root, file)
    tiers = root.findall("TIER")
    shared = Counter(tier.get("PARTICIPANT", "").strip() for tier in tiers if not tier.get("PARENT_REF"))
    problems: list[Problem] = []
    pieces: list[Said] = []
    dropped: list[Dropped] = []
    for tier in tiers:
        name = tier.get("TIER_ID", "")
        values = [" ".join((value.text or "").split()) for value in tier.iter("ANNOTATION_VALUE")]
        if tier.get("PARENT_REF"):
            words = sum(map(count_words, values))
            text = f"{name}: {snippet(' '.join(values))}"
            dropped.append(Dropped(None, text, f"depends on the tier {tier.get('PARENT_REF')}", words))
            continue
        participant = tier.get("PARTICIPANT", "").strip()
        label = participant if participant and shared[participant] == 1 else name
        for annotation in tier.iter("ALIGNABLE_ANNOTATION"):
            value = annotation.findtext("ANNOTATION_VALUE") or ""
            start, end = (slots.get(annotation.get(f"TIME_SLOT_REF{n}", "")) for n in (1, 2))
            if start is None or end is None:
                message = f"the annotation “{snippet(value)}” of the tier {name} has no time"
                problems.append(Problem(message, file.name, None, "align it in ELAN, and save"))
            pieces.append(Said(label=label, text=value, start_time=start, end_time=end))
    script = script_of_tiers(pieces, dropped, problems, name=file.name, pause=settings.pause)
    return to_reading(script, file=file, format="eaf", roster=roster)


def _slots(root: Element, file: SourceFile) -> dict[str, float]:
    """Seconds by slot. A slot without a time stands evenly between its neighbours, as ELAN draws it."""
    slots = [(slot.get("TIME_SLOT_ID", ""), slot.get("TIME_VALUE")) for slot in root.iter("TIME_SLOT")]
    times: list[float | None] = []
    for _, value in slots:
        if value is not None and not value.strip().isdecimal():
            raise InputError(f"the time {value!r} is no number", path=file.name, hint="save it again in ELAN")
        times.append(int(value[:18]) / 1000 if value is not None else None)
    known = [i for i, time in enumerate(times) if time is not None]
    found: dict[str, float] = {}
    for i, (name, _) in enumerate(slots):
        time = times[i]
        if time is None:
            at = bisect(known, i)
            if not 0 < at < len(known):
                continue
            before, after = known[at - 1], known[at]
            first, last = times[before] or 0.0, times[after] or 0.0
            time = first + (last - first) * (i - before) / (after - before)
        found[name] = time
    return found
