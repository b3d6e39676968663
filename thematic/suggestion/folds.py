"""Which excerpts are learnt from and which are kept back, interview by interview.

Excerpts of one interview are alike. Were some of them learnt from and others kept back, what is measured
would flatter (on a public set .585 instead of .388), so an interview is never divided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["by_interview", "by_lot", "lot"]


def by_interview(interviews: Sequence[str], folds: int) -> NDArray[np.intp]:
    """The fold of each row: whole interviews, the largest first into the fold that has least.

    Uses as many folds as there are interviews when these are fewer.
    """
    sizes = Counter(interviews)
    held = [0] * max(1, min(folds, len(sizes)))
    fold_of: dict[str, int] = {}
    for name in sorted(sizes, key=lambda name: (-sizes[name], name)):
        fold_of[name] = held.index(min(held))
        held[fold_of[name]] += sizes[name]
    return np.array([fold_of[name] for name in interviews], np.intp)


def by_lot(rows: int, folds: int, *, seed: int) -> NDArray[np.intp]:
    """The fold of each row when there is one interview only: by lot, in folds of one size."""
    fold = np.arange(rows) % max(1, min(folds, rows))
    return np.random.default_rng(seed).permutation(fold)


def lot(*names: object) -> int:
    """A seed that depends on these names only."""
    text = "\0".join(map(str, names))
    return int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big")
