"""What to code next, so that least work teaches most and estimates stay honest.

The first 150 are as different as they can be, from all interviews: measured on a public set, coding interview
by interview learns far less from as many excerpts. After that, those on which the suggestions waver, and
among them three in ten in an order drawn by lot. Only that slice is a random sample of everything, so only it
tells how much of a code is still to be found (see `stopping`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from thematic.model import Excerpt, Suggestion
from thematic.suggestion.folds import lot

if TYPE_CHECKING:
    from thematic.model import FloatMatrix

__all__ = ["DIVERSE_FIRST", "drawn_order", "order_to_code"]

DIVERSE_FIRST = 150
_BY_LOT = 0.3
_LOOKED_AT = 5000


def drawn_order(excerpts: Sequence[Excerpt], coder_id: str, *, seed: int = 0) -> tuple[str, ...]:
    """All excerpt ids in the order drawn for this coder: the first n are a random sample, for every n."""
    return tuple(sorted((e.id for e in excerpts), key=lambda id_: (lot(seed, "slice", coder_id, id_), id_)))


def order_to_code(
    excerpts: Sequence[Excerpt],
    values: FloatMatrix,
    suggestions: Iterable[Suggestion],
    decided: Collection[str],
    coder_id: str,
    *,
    seed: int = 0,
) -> tuple[str, ...]:
    """The ids of all excerpts: those to be judged in the order of this module, then those decided.

    values: a vector a row, in the order of the excerpts. decided: ids of what this coder has judged. The same
    work gives the same order, and another coder another one.
    """
    done = [e.id for e in excerpts if e.id in decided]
    rows = [row for row, e in enumerate(excerpts) if e.id not in decided]
    first = _diverse(excerpts, values, rows, max(0, DIVERSE_FIRST - len(done)), lot(seed, coder_id) % 2**32)
    taken = set(first)
    wavering = _by_margin([excerpts[row] for row in rows], suggestions)
    drawn = drawn_order([excerpts[row] for row in rows], coder_id, seed=seed)
    rng = np.random.default_rng(lot(seed, "mix", coder_id))
    queues = {True: iter(drawn), False: iter(wavering)}
    order = list(first)
    while len(order) < len(rows):
        next_id = next(id_ for id_ in queues[bool(rng.random() < _BY_LOT)] if id_ not in taken)
        taken.add(next_id)
        order.append(next_id)
    return (*order, *done)


def _diverse(
    excerpts: Sequence[Excerpt], values: FloatMatrix, rows: Sequence[int], number: int, seed: int
) -> list[str]:
    """The excerpt nearest to each of `number` centres, interview after interview in turn.

    Of very many excerpts, centres are looked for among some that are drawn by their ids.
    """
    from sklearn.cluster import KMeans

    if not number or not rows:
        return []
    among = sorted(rows, key=lambda row: (lot(seed, excerpts[row].id), row))[:_LOOKED_AT]
    points = values[among]
    number = min(number, len(np.unique(points, axis=0)))
    with threadpool_limits(1):
        found = KMeans(n_clusters=number, n_init=1, max_iter=20, random_state=seed).fit(points)
        distances = found.transform(points)
    chosen = list(dict.fromkeys(among[i] for i in distances.argmin(axis=0).tolist()))
    by_interview: dict[str, list[str]] = defaultdict(list)
    for row in sorted(chosen, key=lambda row: (lot(seed, excerpts[row].id), row)):
        by_interview[excerpts[row].transcript_id].append(excerpts[row].id)
    interviews = sorted(by_interview, key=lambda name: (lot(seed, name), name))
    rounds = zip_longest(*(by_interview[name] for name in interviews))
    return [id_ for one in rounds for id_ in one if id_ is not None]


def _by_margin(excerpts: Sequence[Excerpt], suggestions: Iterable[Suggestion]) -> list[str]:
    """Ids, those first whose two best suggestions are nearest; without a suggestion, last."""
    best: dict[str, list[float]] = defaultdict(list)
    for suggestion in suggestions:
        if suggestion.status == "suggested":
            p = suggestion.score if suggestion.probability is None else suggestion.probability
            best[suggestion.excerpt_id].append(p or 0.0)

    def margin(excerpt: Excerpt) -> float:
        found = sorted(best.get(excerpt.id, ()), reverse=True)
        return found[0] - (found[1] if len(found) > 1 else 0.0) if found else 2.0

    return [e.id for e in sorted(excerpts, key=lambda e: (round(margin(e), 4), e.id))]
