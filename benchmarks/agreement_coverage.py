"""How often a 95 % interval of alpha holds the true value, when units come from interviews.

    python benchmarks/agreement_coverage.py [--samples N] [--record]

Three coders judge one code on every unit. The code is more frequent in some interviews than in others
(intraclass correlation .2), and some interviews are easier to code than others (.1): a coder sees the truth
with the accuracy of the interview, and otherwise guesses at the frequency of the code. Everything is drawn
anew in every sample; the true alpha is that of a very large one. The samples of a row are audited as the
codes of one table; the two bootstraps get the first quarter of them.

- *unit bootstrap*: percentiles over units redrawn as if independent, which is what other programs do.
- *interview bootstrap*: percentiles over redrawn interviews.
- *interview jackknife*: the default, without each interview in turn, Student's t on D - 1 degrees of freedom.
- *none*: share of samples where the default gives no interval: the code is rare, or all in one interview.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from thematic.agreement.estimates import estimate_codes
from thematic.agreement.ratings import Ratings
from thematic.agreement.results import AuditSettings, Estimate

RESULTS = Path(__file__).parent / "results" / "agreement_coverage.md"
DESIGNS = ((5, 60), (8, 60), (12, 50), (20, 30), (40, 30))
PREVALENCES = (0.3, 0.08)
CODERS = 3
ACCURACY, ALIKE_FREQUENCY, ALIKE_ACCURACY = 0.85, 0.2, 0.1
DEFAULT = AuditSettings()
BOOTSTRAP = AuditSettings(interval="bootstrap", resamples=1000)


def draw(
    random: np.random.Generator, n_samples: int, n_interviews: int, n_units: int, prevalence: float
) -> NDArray[np.int8]:
    """Presence of the code in each sample; shape (interviews times units, coders, samples)."""
    shape = (n_interviews, 1, 1, n_samples)
    frequency = _likeness(random, prevalence, ALIKE_FREQUENCY, shape)
    accuracy = _likeness(random, ACCURACY, ALIKE_ACCURACY, shape)
    truth = random.random((n_interviews, n_units, 1, n_samples)) < frequency
    sees = random.random((n_interviews, n_units, CODERS, n_samples)) < accuracy
    guess = random.random((n_interviews, n_units, CODERS, n_samples)) < prevalence
    return np.where(sees, truth, guess).astype(np.int8).reshape(-1, CODERS, n_samples)


def _likeness(
    random: np.random.Generator, mean: float, correlation: float, shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """Shares with this mean, whose draws have this intraclass correlation: a beta distribution."""
    strength = 1 / correlation - 1
    return random.beta(mean * strength, (1 - mean) * strength, shape)


def true_alpha(random: np.random.Generator, prevalence: float) -> float:
    """That of 200,000 interviews of 10 units, twenty parts at a time."""
    parts = [draw(random, 1, 10_000, 10, prevalence) for _ in range(20)]
    [found] = estimate_codes(_ratings(np.concatenate(parts), None), intervals=False)
    assert found.value is not None
    return found.value


def measure(
    random: np.random.Generator, design: tuple[int, int], prevalence: float, n_samples: int
) -> list[float]:
    """Coverage and mean width of the three intervals, and the share of samples without one."""
    truth = true_alpha(random, prevalence)
    presence = draw(random, n_samples, *design, prevalence)
    row = [truth]
    quarter = presence[:, :, : max(n_samples // 4, 1)]
    for ratings, settings in (
        (_ratings(quarter, None), BOOTSTRAP),
        (_ratings(quarter, design), BOOTSTRAP),
        (_ratings(presence, design), DEFAULT),
    ):
        found = estimate_codes(ratings, settings=settings)
        row += _coverage(found, truth)
    return [*row, np.mean([estimate.low is None for estimate in found])]


def _coverage(found: tuple[Estimate, ...], truth: float) -> list[float]:
    ends = np.array([(own.low, own.high) for own in found if own.low is not None], dtype=float)
    inside = (ends[:, 0] <= truth) & (truth <= ends[:, 1])
    return [float(inside.mean()), float((ends[:, 1] - ends[:, 0]).mean())]


def _ratings(presence: NDArray[np.int8], design: tuple[int, int] | None) -> Ratings:
    n_units, n_coders, n_codes = presence.shape
    return Ratings(
        units=tuple(map(str, range(n_units))),
        coders=tuple(map(str, range(n_coders))),
        codes=tuple(map(str, range(n_codes))),
        presence=presence,
        interviews=None if design is None else tuple(str(unit // design[1]) for unit in range(n_units)),
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--samples", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    lines = [
        "| interviews × units | frequency | true alpha | unit bootstrap | interview bootstrap "
        "| interview jackknife | none |",
        "|---|---|---|---|---|---|---|",
    ]
    coverages = []
    started = time.process_time()
    for design in DESIGNS:
        for prevalence in PREVALENCES:
            random = np.random.default_rng([options.seed, *design, round(1000 * prevalence)])
            truth, *pairs, none = measure(random, design, prevalence, options.samples)
            cells = " | ".join(f"{pairs[i]:.1%} ({pairs[i + 1]:.2f})" for i in (0, 2, 4))
            lines.append(f"| {design[0]} × {design[1]} | {prevalence} | {truth:.3f} | {cells} | {none:.1%} |")
            coverages.append((pairs[0], pairs[4]))
            print(lines[-1], flush=True)
    held = all(0.9 <= share <= 0.97 for _, share in coverages)
    singly, default = ([pair[i] for pair in coverages] for i in (0, 1))
    summary = (
        f"Share of {options.samples} samples whose interval held the true alpha (and mean width), a quarter "
        f"of them for the bootstraps. Unit bootstrap: {min(singly):.1%} to {max(singly):.1%}. Default: "
        f"{min(default):.1%} to {max(default):.1%}."
    )
    print(summary, f"{time.process_time() - started:.0f} s of processor time.")
    if options.record:
        RESULTS.parent.mkdir(exist_ok=True)
        command = f"python benchmarks/agreement_coverage.py --samples {options.samples} --seed {options.seed}"
        title = "# Coverage of 95 % intervals of alpha"
        RESULTS.write_text(
            "\n".join([title, "", f"`{command}`", "", summary, "", *lines, ""]), encoding="utf-8"
        )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
