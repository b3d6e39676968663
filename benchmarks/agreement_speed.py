"""The agreement audit against a loop over the krippendorff package, in the same process on the same table.

    python benchmarks/agreement_speed.py [--record]

The table: 5 coders, 5,000 units of 40 interviews, 30 codes, a fifth of the cells not assigned. Needs the
`oracles` extra. Times are processor time of one thread, the median of five, after imports.

- *a replicate*: alpha of all 30 codes on one bootstrap sample. The krippendorff package is given the counts
  of each value on each unit, its fastest way in, so that a sample is a choice of rows.
- *audit*: everything, by code, theme, pair, coder left out and interview, with intervals.
- *command*: what `thematic agree table.csv` does on that table: reading the file, the audit, every
  disagreement, the sensitivity table, and all files of the report.
- *characters*: alpha of one code on 2,000,000 characters of 40 interviews, 5 coders with 1,500 spans each.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from thematic.agreement.audits import audit
from thematic.agreement.character import CodedSpan, character_ratings
from thematic.agreement.estimates import estimate_codes
from thematic.agreement.ratings import Ratings, code_sets
from thematic.agreement.results import AuditSettings

RESULTS = Path(__file__).parent / "results" / "agreement_speed.md"
UNITS, CODERS, CODES, INTERVIEWS, MISSING = 5000, 5, 30, 40, 0.2


def table() -> Ratings:
    """Codes applied to 15 % of the units down to 1 %; a coder misses one in five and adds one in twenty."""
    random = np.random.default_rng(0)
    prevalence = np.geomspace(0.15, 0.01, CODES)
    truth = (random.random((UNITS, CODES)) < prevalence)[:, None, :]
    hit = random.random((UNITS, CODERS, CODES)) < 0.8
    false = random.random((UNITS, CODERS, CODES)) < prevalence * 0.05
    presence = np.where(truth, hit, false).astype(np.int8)
    presence[random.random((UNITS, CODERS)) < MISSING] = -1
    return Ratings(
        units=tuple(map(str, range(UNITS))),
        coders=tuple("abcde"),
        codes=tuple(f"code {code}" for code in range(CODES)),
        presence=presence,
        interviews=tuple(f"interview {unit * INTERVIEWS // UNITS}" for unit in range(UNITS)),
    )


def seconds(work: Callable[[], object], repeats: int = 5) -> float:
    times = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return statistics.median(times)


def krippendorff_replicate(ratings: Ratings) -> Callable[[], list[float]]:
    import krippendorff

    counts = np.stack([(ratings.presence == k).sum(axis=1) for k in (0, 1)], axis=-1)
    random = np.random.default_rng(0)

    def replicate() -> list[float]:
        sample = counts[random.integers(UNITS, size=UNITS)]
        return [
            krippendorff.alpha(value_counts=sample[:, code], level_of_measurement="nominal")
            for code in range(CODES)
        ]

    return replicate


def bootstrap(ratings: Ratings, resamples: int) -> Callable[[], object]:
    """All replicates with everything around them: estimates, quantiles, probabilities."""
    settings = AuditSettings(interval="bootstrap", resamples=resamples)
    return lambda: estimate_codes(ratings, settings=settings)


def characters() -> Callable[[], object]:
    random = np.random.default_rng(0)
    names = [f"interview {number}" for number in range(INTERVIEWS)]
    length = 2_000_000 // INTERVIEWS
    spans = [
        CodedSpan(
            names[random.integers(INTERVIEWS)], coder, "x", start, start + int(random.integers(20, 400))
        )
        for coder in "abcde"
        for start in map(int, random.integers(0, length - 400, 1500))
    ]

    def compute() -> object:
        ratings = character_ratings(
            spans,
            eligible={name: [(0, length)] for name in names},
            assigned=dict.fromkeys(names, "abcde"),
            coders=tuple("abcde"),
            codes=("x",),
        )
        return estimate_codes(ratings)

    return compute


def command(ratings: Ratings, folder: Path) -> Callable[[], object]:
    """What `thematic agree` does on the table as a file, less imports."""
    import jinja2  # noqa: F401  imports are not counted
    import scipy.optimize  # noqa: F401

    from thematic.auditing import AuditRequest, audit_tables
    from thematic.files import write_atomic
    from thematic.formats.agreement.agreement_files import report_files

    path = folder / "table.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["unit", "interview", *ratings.coders])
        for unit, readings in enumerate(ratings.presence):
            cells = [
                "NA" if own[0] < 0 else "; ".join(np.array(ratings.codes)[own == 1].tolist())
                for own in readings
            ]
            rows.writerow([ratings.units[unit], (ratings.interviews or ())[unit], *cells])

    def agree() -> None:
        report = audit_tables([path], AuditRequest(missing=("NA",)))
        for name, data in report_files(report).items():
            write_atomic(folder / name, data)

    return agree


def check_equal(ratings: Ratings) -> float:
    """The largest difference between their point estimates and ours."""
    import krippendorff

    counts = np.stack([(ratings.presence == k).sum(axis=1) for k in (0, 1)], axis=-1)
    theirs = [
        krippendorff.alpha(value_counts=counts[:, code], level_of_measurement="nominal")
        for code in range(CODES)
    ]
    ours = [found.value for found in estimate_codes(ratings, intervals=False)]
    return float(np.abs(np.array(ours, dtype=float) - theirs).max())


def peak_memory() -> float:
    """Of a process that makes the table and audits it, imports too, in MB."""
    code = "import agreement_speed as speed; speed.audit(speed.table()); speed.peak()"
    folder = Path(__file__).parent
    run = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    return float(run.stdout)


def peak() -> None:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    ratings = table()
    import scipy.special  # noqa: F401  imports are not counted

    by_unit = Ratings(
        units=ratings.units, coders=ratings.coders, codes=ratings.codes, presence=ratings.presence
    )
    theirs = seconds(krippendorff_replicate(ratings))
    over_units = seconds(bootstrap(by_unit, 1000)) / 1000
    over_interviews = seconds(bootstrap(ratings, 10_000)) / 10_000
    jackknife = seconds(lambda: estimate_codes(ratings))
    parents = {code: f"theme {position % 6}" for position, code in enumerate(ratings.codes)}
    whole = seconds(lambda: audit(ratings, parents=parents))
    with tempfile.TemporaryDirectory() as folder:
        everything = seconds(command(ratings, Path(folder)))
    by_character = seconds(characters())
    memory = peak_memory()
    lines = [
        "| | time | |",
        "|---|---|---|",
        f"| krippendorff package, a replicate over units | {1000 * theirs:.1f} ms | 1 × |",
        f"| thematic, a replicate over units (of 1,000) | {1000 * over_units:.3f} ms "
        f"| {theirs / over_units:,.0f} × |",
        f"| thematic, a replicate over interviews (of 10,000) | {1000 * over_interviews:.4f} ms "
        f"| {theirs / over_interviews:,.0f} × |",
        f"| thematic, alpha of all codes with the default interval | {1000 * jackknife:.0f} ms | |",
        f"| thematic, the whole audit ({len(code_sets(ratings).categories):,} different sets of codes) "
        f"| {whole:.2f} s | {memory:.0f} MB at most |",
        f"| thematic, the whole command: file, audit, all files of the report | {everything:.2f} s | |",
        f"| thematic, 2,000,000 characters | {1000 * by_character:.0f} ms | |",
    ]
    print("\n".join(lines))
    print(f"Largest difference between the alphas: {check_equal(ratings):.1e}")
    if options.record:
        RESULTS.parent.mkdir(exist_ok=True)
        head = ["# Speed of the agreement audit", "", "`python benchmarks/agreement_speed.py`", ""]
        RESULTS.write_text("\n".join([*head, *lines, ""]), encoding="utf-8")
    met = theirs / over_units >= 100 and everything < 1 and by_character < 1 and memory < 500
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
