"""What the identifier check finds of planted identifiers, by kind, and how often it flags a clean sentence.

    python benchmarks/identifiers.py [--record] [--show all|held-out|seen]

Sentences: benchmarks/data/planted_identifiers.txt, written before the rules, of which every odd line of a
kind was held out while the rules were written; and eight later sets in other voices, each written after
the rules had been extended by the one before it. All are invented. At first sight, before anything was
changed for them:

| set | found by rules | found with NER | clean sentences flagged by rules | with NER |
|---|---|---|---|---|
| second: clinicians, oral history, no capitals | 137 of 144 | | 12 of 40 | |
| third: everyday | 63 of 64 | 63 of 64 | 6 of 40 | |
| fourth: nursing home, prison, school, farm | 98 of 105 | 99 of 105 | 12 of 70 | |
| fifth: office, football, choir, army; clean ones full of brands | 31 of 34 | 31 of 34 | 13 of 44 | |
| sixth: twenty trades; clean ones with capitals | 197 of 206 | 198 of 206 | 85 of 225 | 88 of 225 |
| the sixth once more, after what is named below | 194 of 206 | 195 of 206 | 16 of 225 | 19 of 225 |
| seventh: ordinary interviews, by the rules before that | 64 of 66 | 65 of 66 | 33 of 100 | 35 of 100 |
| the seventh, by the rules and lists after it | 64 of 66 | 65 of 66 | 5 of 100 | 7 of 100 |
| eighth: addiction, Australia, nicknames, speech recognition | 131 of 139 | 131 of 139 | 3 of 61 | 3 of 61 |
| ninth: mutual-aid groups in clinics and on video calls | 109 of 114 | 109 of 114 | 2 of 50 | 2 of 50 |

So many clean sentences of the sixth were flagged that four things were changed, none by looking at which:
a longer list of English words (WordNet's, less what the packaged model takes for names); capitals on
everyday words are a role, a form or a programme unless somebody was there; capitals throughout or inside
a word, a digit, or “a” before it, make a thing; and lists of what everybody knows. Whoever wrote these
lists had written the sixth set too, so its second line flatters; the seventh was written before the
lists, and measured once when they stood. The table below is after the rules learnt from all of these, and
no longer of unseen text. Each sentence is a transcript of one turn by itself, so that no sentence helps
another. An identifier counts as found when a finding overlaps it. Speed is in CPU seconds, on invented
talk of half a million words.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from thematic.deidentification import Recogniser, find_identifiers
from thematic.model import Source, Transcript, Turn

HERE = Path(__file__).parent
SENTENCES = HERE / "data" / "planted_identifiers.txt"
NAMES = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
LATER = [HERE / "data" / f"planted_identifiers_{name}.txt" for name in NAMES]
RESULTS = HERE / "results" / "identifiers.md"
FOUND = HERE / "results" / "identifiers_found.txt"
_MARK = re.compile(r"\[\[(.*?)\]\]")


@dataclass(frozen=True)
class Planted:
    """A sentence, and where its identifiers are; `held_out` says that the rules were written without it."""

    kind: str
    text: str
    spans: tuple[tuple[int, int], ...]
    held_out: bool


def read_planted(text: str) -> list[Planted]:
    planted: list[Planted] = []
    seen: dict[str, int] = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        kind, _, marked = line.partition("\t")
        plain, spans, done = "", [], 0
        for match in _MARK.finditer(marked):
            plain += marked[done : match.start()]
            spans.append((len(plain), len(plain) + len(match[1])))
            plain += match[1]
            done = match.end()
        seen[kind] = seen.get(kind, 0) + 1
        planted.append(Planted(kind, plain + marked[done:], tuple(spans), seen[kind] % 2 == 1))
    return planted


def transcript(text: str, number: int = 1) -> Transcript:
    turn = Turn(index=0, speaker="", role="participant", start=0, end=len(text))
    source = Source(path=f"s{number}.txt", sha256="", format="text")
    return Transcript(id=f"s{number}", title=f"s{number}", text=text, turns=(turn,), source=source)


def found_in(planted: Planted, recognise: Recogniser | None) -> tuple[int, bool]:
    """How many of the planted identifiers are found, and whether anything is."""
    findings = find_identifiers([transcript(planted.text)], recognise=recognise).findings
    here = [f for f in findings if f.where == "text"]
    hits = sum(any(f.start < end and start < f.end for f in here) for start, end in planted.spans)
    return hits, bool(here)


def table(sentences: Sequence[Planted], recognise: Recogniser | None) -> dict[str, tuple[int, int]]:
    """For each kind: found and planted; of clean sentences, flagged and all."""
    counts: dict[str, tuple[int, int]] = {}
    for planted in sentences:
        hits, flagged = found_in(planted, recognise)
        found, total = counts.get(planted.kind, (0, 0))
        more = (int(flagged), 1) if planted.kind == "clean" else (hits, len(planted.spans))
        counts[planted.kind] = (found + more[0], total + more[1])
    return counts


def found_lines() -> list[str]:
    """What the rules find in each set: the number of the sentence, then each finding with its kind.

    Where the words begin and end, and what they are called, decides what is replaced: overlap says nothing of
    it, and a change to a rule shows here sentence by sentence.
    """
    lines = []
    for path in [SENTENCES, *LATER]:
        lines.append(f"# {path.name}")
        for number, planted in enumerate(read_planted(path.read_text(encoding="utf-8")), 1):
            findings = find_identifiers([transcript(planted.text)]).findings
            told = [f"{f.text} ({f.kind})" for f in findings if f.where == "text"]
            if told:
                lines.append("\t".join([str(number), *told]))
    return lines


def words_per_second() -> tuple[int, float]:
    """Words of talk with names and numbers now and then, and CPU seconds of looking through them."""
    chance = random.Random(1)
    sentences = [p.text for p in read_planted(SENTENCES.read_text(encoding="utf-8")) if p.kind == "clean"]
    named = [p.text for p in read_planted(SENTENCES.read_text(encoding="utf-8")) if p.kind != "clean"]
    plain = list(PLAIN)
    transcripts = []
    words = 0
    for number in range(50):
        pieces: list[str] = []
        while sum(len(p.split()) for p in pieces) < 10_000:
            pool = chance.choices((plain, sentences, named), weights=(90, 7, 3))[0]
            pieces.append(" ".join(chance.choices(pool, k=1) + chance.choices(plain, k=3)))
        text, turns = "", []
        for i, piece in enumerate(pieces):
            start = len(text) + len("P01: ")
            text += f"P01: {piece}\n\n"
            turns.append(
                Turn(index=i, speaker="P01", role="participant", start=start, end=start + len(piece))
            )
        words += len(text.split())
        source = Source(path=f"t{number}.txt", sha256="", format="text")
        transcripts.append(
            Transcript(id=f"t{number}", title=f"t{number}", text=text, turns=tuple(turns), source=source)
        )
    begin = time.process_time()
    find_identifiers(transcripts)
    return words, time.process_time() - begin


PLAIN = (
    "so it was really a good group and i went there because my friend said that people don't judge you, "
    "which is "
    "what I needed then.",
    "I'd sit in the car for half an hour before I could go in, and then once I was in I didn't want to "
    "leave.",
    "You know, it's hard to say what it was that changed, but something did, and it wasn't one big moment.",
    "They ask you what your plan is for the week and you say it out loud, and somehow that makes it real.",
    "And the week after I went back, and the week after that, and before I knew it it was three months.",
    "It's not that they tell you what to do, they just keep asking until you have told yourself.",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name}")
    parser.add_argument(
        "--show", choices=("all", "held-out", "seen"), help="list what is missed, and clean sentences flagged"
    )
    parser.add_argument("--no-ner", action="store_true", help="rules only")
    options = parser.parse_args()
    sentences = read_planted(SENTENCES.read_text(encoding="utf-8"))
    recognisers: dict[str, Recogniser | None] = {"rules": None}
    if not options.no_ner:
        from thematic.deidentification.entities import load_recogniser

        loaded = load_recogniser()
        if loaded:
            recognisers["rules and NER"] = loaded[0]
    if options.show:
        for planted in sentences:
            if options.show != "all" and planted.held_out != (options.show == "held-out"):
                continue
            hits, flagged = found_in(planted, None)
            if planted.kind == "clean" and flagged:
                found = find_identifiers([transcript(planted.text)]).findings
                print("FLAGGED", planted.text, [(f.text, f.rules) for f in found])
            elif planted.kind != "clean" and hits < len(planted.spans):
                print("MISSED ", planted.kind, "|", planted.text)
    lines = report(sentences, recognisers)
    words, seconds = words_per_second()
    lines += [
        "",
        f"Speed of the rules: {words:,} words in {seconds:.1f} CPU seconds, {words / seconds:,.0f} words a "
        f"second.",
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    if options.record:
        RESULTS.write_text(HEAD + text, encoding="utf-8")
        FOUND.write_text("\n".join(found_lines()) + "\n", encoding="utf-8", newline="\n")
    return 0


HEAD = (
    """# What the identifier check finds

python benchmarks/identifiers.py --record

"""
    + "\n".join((__doc__ or "").strip().split("\n")[4:])
    + "\n\n"
)


def report(sentences: Sequence[Planted], recognisers: dict[str, Recogniser | None]) -> list[str]:
    later = [p for path in LATER for p in read_planted(path.read_text(encoding="utf-8"))]
    parts = {"all": sentences, "held out": [p for p in sentences if p.held_out], "later sets": later}
    columns = [(name, part) for name in recognisers for part in parts]
    results = {(name, part): table(parts[part], recognisers[name]) for name, part in columns}
    lines = [
        "| kind | " + " | ".join(f"{name}, {part}" for name, part in columns) + " |",
        "|---" * (len(columns) + 1) + "|",
    ]
    kinds = sorted({p.kind for p in [*sentences, *later]} - {"clean"})
    for kind in kinds:
        cells = [f"{results[c].get(kind, (0, 0))[0]}/{results[c].get(kind, (0, 0))[1]}" for c in columns]
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    totals = {
        c: tuple(sum(results[c][kind][i] for kind in kinds if kind in results[c]) for i in (0, 1))
        for c in columns
    }
    lines.append(
        "| **recall** | "
        + " | ".join(
            f"**{totals[c][0] / totals[c][1]:.3f}** ({totals[c][0]}/{totals[c][1]})" for c in columns
        )
        + " |"
    )
    lines.append(
        "| **clean sentences flagged** | "
        + " | ".join(f"**{results[c]['clean'][0]}/{results[c]['clean'][1]}**" for c in columns)
        + " |"
    )
    return lines


if __name__ == "__main__":
    sys.exit(main())
