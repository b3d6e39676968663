"""Damaged and hostile transcript files: no traceback, no hang, memory bounded.

    python benchmarks/fuzz_readers.py [--files N] [--seed SEED] [--record]

N files (10,000) are made from good ones of every format by cutting, flipping, repeating, shuffling,
recoding, splicing and rebuilding archives, besides the attacks of `tests/formats/mutations.py` (bombs,
entities, declared sizes, depth, ten-megabyte lines). Each is read; anything but a reading whose words are all
accounted for, or one ThematicError, is printed and fails. The table gives the slowest file and the memory.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.formats.mutations import hostile_files, mutants
from thematic.errors import ThematicError
from thematic.formats import read_file
from thematic.formats.transcripts.reading import SourceFile

RESULTS = Path(__file__).parent / "results" / "fuzz_readers.md"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    outcomes: Counter[str] = Counter()
    slowest: tuple[float, str] = (0.0, "")
    failures = 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    attacks = ((f"attack: {name}", *file) for name, file in hostile_files().items())
    files = ((f"mutant {i}", *file) for i, file in enumerate(mutants(options.files, options.seed)))
    for label, name, data in (*attacks, *files):
        start = time.process_time()
        try:
            report = read_file(SourceFile(name, data)).report
            outcome = "read"
            if report.words_in != report.words_out + report.words_in_labels + report.words_dropped:
                outcome = "read, words not accounted for"
        except ThematicError:
            outcome = "refused"
        except Exception:
            outcome = "traceback"
            traceback.print_exc()
        slowest = max(slowest, (time.process_time() - start, f"{label} ({name}, {len(data):,} bytes)"))
        outcomes[outcome] += 1
        if outcome not in ("read", "refused"):
            failures += 1
            print(f"{outcome}: {label} as {name}", file=sys.stderr)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lines = ["| outcome | files |", "|---|---|"]
    lines += [f"| {outcome} | {count:,} |" for outcome, count in sorted(outcomes.items())]
    lines += ["", f"Slowest: {slowest[0]:.2f} CPU seconds, {slowest[1]}."]
    lines += [f"Peak memory: {peak / 1024:.0f} MB, {before / 1024:.0f} MB before the first file."]
    report = "\n".join(lines)
    print(report)
    if options.record:
        command = f"`python benchmarks/fuzz_readers.py --files {options.files} --seed {options.seed}`"
        RESULTS.write_text(f"# Damaged and hostile transcript files\n\n{command}\n\n{report}\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
