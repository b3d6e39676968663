"""Where clusters stand against the codebook: what they cover, extend, split, overlap, or add."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import permutations
from statistics import quantiles
from typing import Literal

from thematic.clustering.clusters import ClusterSettings
from thematic.model import (
    Cluster,
    Clustering,
    Codebook,
    Coding,
    Excerpt,
    Placement,
    PlacementKind,
    Suggestion,
)
from thematic.text import join_names

__all__ = ["codes_given", "codes_today", "place"]

_MOST = 0.6  # of a cluster under one code, or of a code in one cluster
_PART = 0.2  # of a code, in each of the clusters that split it
_EACH = 0.25  # of a cluster, under each of the codes that overlap in it
_BROADER = 2  # times as many excerpts under a code as in the cluster that is one side of it
_FEWEST_COMPARED = 20  # excerpts, to say which of them are least like their code


def place(
    clustering: Clustering,
    suggestions: Iterable[Suggestion],
    codebook: Codebook,
    *,
    excerpts: Sequence[Excerpt] = (),
    codings: Sequence[Coding] = (),
    none_apply: Collection[str] = (),
    settings: ClusterSettings = ClusterSettings(),  # noqa: B008  frozen
) -> Clustering:
    """The clustering with a placement on each cluster that is shown; hidden clusters get none.

    What people said counts where they said enough: a cluster is placed by their word alone if they coded, or
    said that no code applies to (`none_apply`, ids of excerpts), at least `settings.min_excerpts` of its
    excerpts. Otherwise it is placed by the first suggestion for each excerpt. `basis` says which. Excerpts
    that nobody read are never taken for excerpts that no code fits.

    A cluster, in this order,

    - is `new` if it is stable and, by people, no code applies to three in five of its excerpts; or, by
      suggestions, half of its excerpts are among the quarter of all that are least like their code;
    - `covers` a code if three in five of its excerpts are under it, and three in five of the code's are here;
    - `splits` a code if three in five of its excerpts are under it, the same is true of another cluster, and
      each holds one in five of the code's excerpts;
    - `extends` a code if three in five of its excerpts are under it, and the code has twice as many;
    - `overlaps` two codes if one in four of its excerpts is under each, and the two are not given to the same
      excerpts more often than by chance;
    - is `unclear` otherwise.

    `excerpts` are needed with `codings`, to tell which of them a coded span lies on. A merged code counts as
    what it was merged into; a retired code, or one that is not in the codebook, counts as no code.
    """
    if codings and not excerpts:
        raise ValueError("codings are spans: place() needs the excerpts to tell which of them are coded")
    today = codes_today(codebook)
    people = _Basis("codings", codes_given(excerpts, codings, none_apply, today))
    # One set a code, not one an excerpt: they may be millions, and so are gone through once.
    alone = {code: _known([code], today) for code in (None, *today)}
    first: dict[str, frozenset[str]] = {}
    likeness: dict[str, float] = {}
    for suggestion in suggestions:
        if suggestion.rank == 1:
            first[suggestion.excerpt_id] = alone.get(suggestion.code_id, frozenset())
            near = [item.similarity for item in suggestion.evidence if not item.warning]
            if suggestion.code_id is not None and near:
                likeness[suggestion.excerpt_id] = max(near)
    machine = _Basis("suggestions", first)
    shown = [cluster for cluster in clustering.clusters if cluster.status != "hidden"]
    by_people = [c for c in shown if len(people.looked_at(c)) >= settings.min_excerpts]
    by_machine = [c for c in shown if c not in by_people]
    least_alike = _least_alike(likeness)
    placements = {c.id: _placement(c, people, by_people, frozenset(), codebook) for c in by_people}
    for c in by_machine:
        placements[c.id] = _placement(c, machine, by_machine, least_alike, codebook)
    return replace(
        clustering,
        clusters=tuple(replace(c, placement=placements.get(c.id)) for c in clustering.clusters),
    )


# --- What is counted -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Basis:
    """Whose word counts, and the codes given to each excerpt that was looked at: maybe none."""

    name: Literal["codings", "suggestions"]
    codes: Mapping[str, frozenset[str]]
    _counted: dict[str, tuple[Counter[str], int]] = field(default_factory=dict, repr=False)

    @cached_property
    def sizes(self) -> Counter[str]:
        return Counter(code for codes in self.codes.values() for code in codes)

    @cached_property
    def pairs(self) -> Counter[tuple[str, str]]:
        return Counter(pair for codes in self.codes.values() for pair in permutations(sorted(codes), 2))

    def looked_at(self, cluster: Cluster) -> list[frozenset[str]]:
        return [self.codes[name] for name in cluster.excerpt_ids if name in self.codes]

    def counted(self, cluster: Cluster) -> tuple[Counter[str], int]:
        """How many excerpts of the cluster are under each code, and how many were looked at."""
        if cluster.id not in self._counted:
            looked_at = self.looked_at(cluster)
            counts = Counter(code for codes in looked_at for code in codes)
            self._counted[cluster.id] = (counts, len(looked_at))
        return self._counted[cluster.id]

    def holds_part(self, cluster: Cluster, code: str) -> bool:
        """Whether the cluster is mostly under the code and holds a part of it."""
        counts, looked_at = self.counted(cluster)
        return counts[code] >= _MOST * looked_at and counts[code] >= _PART * self.sizes[code]

    def given_together(self, one: str, other: str) -> bool:
        """Whether two codes are given to the same excerpts more often than independent codes would be."""
        return self.pairs[one, other] * len(self.codes) > self.sizes[one] * self.sizes[other]


def codes_given(
    excerpts: Sequence[Excerpt],
    codings: Sequence[Coding],
    none_apply: Collection[str],
    today: Mapping[str, str],
) -> dict[str, frozenset[str]]:
    """The codes people gave to each excerpt they looked at.

    A coding counts for an excerpt if the two share at least half of the shorter one.
    """
    spans = defaultdict(list)
    for coding in codings:
        spans[coding.quote.transcript_id].append(coding)
    given: dict[str, frozenset[str]] = {name: frozenset() for name in none_apply}
    for excerpt in excerpts:
        on_it = []
        for coding in spans[excerpt.transcript_id]:
            quote = coding.quote
            shared = min(excerpt.end, quote.end) - max(excerpt.start, quote.start)
            if 2 * shared >= min(excerpt.end - excerpt.start, quote.end - quote.start):
                on_it.append(coding.code_id)
        if on_it:
            given[excerpt.id] = _known(on_it, today)
    return given


def _known(codes: Sequence[str | None], today: Mapping[str, str]) -> frozenset[str]:
    return frozenset(today[code] for code in codes if code and code in today)


def codes_today(codebook: Codebook) -> dict[str, str]:
    """The active code that each id stands for: itself, or what it was merged into."""
    codes = {code.id: code for code in codebook.codes}
    today = {}
    for code in codebook.codes:
        now, passed = code, {code.id}
        while now.status == "merged" and now.merged_into in codes and now.merged_into not in passed:
            now = codes[now.merged_into]
            passed.add(now.id)
        if now.status == "active":
            today[code.id] = now.id
    return today


def _least_alike(likeness: Mapping[str, float]) -> frozenset[str]:
    """Ids of the quarter of excerpts that are least like the wording behind their first suggestion."""
    if len(likeness) < _FEWEST_COMPARED:
        return frozenset()
    limit = quantiles(likeness.values(), n=4)[0]
    return frozenset(name for name, value in likeness.items() if value < limit)


# --- The rules -----------------------------------------------------------------------------------------


def _placement(
    cluster: Cluster,
    basis: _Basis,
    others: Sequence[Cluster],
    least_alike: frozenset[str],
    codebook: Codebook,
) -> Placement:
    """The placement of one cluster among the `others` (itself too) that are placed on the same basis."""
    names = {code.id: f"“{code.name}”" for code in codebook.codes}
    looked_at = basis.looked_at(cluster)
    counts, total = basis.counted(cluster)
    ranked = sorted(counts, key=lambda code: (-counts[code], list(names).index(code)))
    whose = (
        f"Of the {total} excerpts that people coded"
        if basis.name == "codings"
        else "By the first suggestion for each excerpt"
    )

    def placed(kind: PlacementKind, codes: Sequence[str], sentence: str) -> Placement:
        return Placement(
            kind=kind,
            code_ids=tuple(codes),
            shares=tuple(round(counts[code] / total, 4) for code in codes),
            basis=basis.name,
            explanation=sentence + ".",
        )

    def share(code: str) -> str:
        return f"{counts[code] / total:.0%} are under {names[code]}"

    without = looked_at.count(frozenset())
    unlike = len(least_alike.intersection(cluster.excerpt_ids))
    if cluster.status == "stable" and basis.name == "codings" and without >= _MOST * total:
        return placed("new", (), f"{whose}, {without / total:.0%} fit no code")
    if cluster.status == "stable" and 2 * unlike >= len(cluster.excerpt_ids):
        return placed(
            "new",
            (),
            f"{unlike} of {len(cluster.excerpt_ids)} excerpts are among the quarter of all that are least "
            "like any code; a weak sign, for only a reader can say that no code applies",
        )
    if not ranked:
        return placed("unclear", (), f"{whose}, none is under a code")
    code = ranked[0]
    here, size = counts[code], basis.sizes[code]
    if here >= _MOST * total:
        siblings = [other.id for other in others if other is not cluster and basis.holds_part(other, code)]
        if here >= _MOST * size:
            return placed(
                "covers", (code,), f"{whose}, {share(code)}, and {here / size:.0%} of that code is here"
            )
        if siblings and here >= _PART * size:
            return placed(
                "splits",
                (code,),
                f"{whose}, {share(code)}, as is most of {join_names(siblings)}: the code may hold "
                f"{len(siblings) + 1} groups",
            )
        if size >= _BROADER * total:
            return placed(
                "extends",
                (code,),
                f"{whose}, {share(code)}, which has {size}: this may be one side of it",
            )
        return placed(
            "unclear", (code,), f"{whose}, {share(code)}, but only {here / size:.0%} of that code is here"
        )
    if len(ranked) > 1 and counts[ranked[1]] >= _EACH * total:
        other = ranked[1]
        both = f"{whose}, {share(code)} and {share(other)}"
        if basis.given_together(code, other):
            return placed("unclear", (code, other), f"{both}, which are often given together: a relation")
        return placed("overlaps", (code, other), f"{both}: look whether the two can be told apart")
    return placed("unclear", (code,), f"{whose}, {share(code)}, and no more under any other code: too few")
