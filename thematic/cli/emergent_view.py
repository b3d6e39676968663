"""How `thematic clusters --tree`, `--new` and `--codes` look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.markup import escape
from rich.padding import Padding

from thematic.cli import render
from thematic.clustering import CandidateTheme, CodePair, Uncovered
from thematic.model import Excerpt
from thematic.text import snippet

__all__ = ["print_code_pairs", "print_themes", "print_uncovered"]

_MOST_PAIRS = 8


def _quote(excerpt: Excerpt) -> Padding:
    return Padding(escape(f"{excerpt.transcript_id}: “{snippet(excerpt.text, 150)}”"), (0, 0, 0, 5))


def print_themes(themes: Sequence[CandidateTheme]) -> None:
    """A candidate theme a block: its terms, then its clusters."""
    console = render.results()
    for number, theme in enumerate(themes, start=1):
        console.print(
            f"[bold]{number}[/]  [italic]{escape(', '.join(theme.terms)) or 'no telling words'}[/]  "
            f"({theme.excerpts} excerpts, {len(theme.transcript_ids)} interviews)"
        )
        for cluster in theme.clusters:
            console.print(
                f"   {cluster.id}  {escape(', '.join(cluster.terms))}  ({len(cluster.excerpt_ids)} excerpts)"
            )
    if not themes:
        console.print("no cluster is shown, so there is no tree")


def print_uncovered(found: Uncovered, excerpts: Mapping[str, Excerpt]) -> None:
    """A sentence a cluster, with three quotes from different interviews."""
    console = render.results()
    shown = [cluster for cluster in found.clustering.clusters if cluster.status != "hidden"]
    for cluster, sentence in zip(shown, found.sentences, strict=True):
        console.print(f"[bold]{cluster.id}[/]  {escape(sentence)}")
        if cluster.reason:
            console.print(Padding(escape(cluster.reason), (0, 0, 0, 5)))
        for id_ in cluster.exemplar_ids:
            console.print(_quote(excerpts[id_]))
    if not shown:
        console.print("no group stands out among the excerpts that no code covers")


def print_code_pairs(
    pairs: Sequence[CodePair], names: Mapping[str, str], excerpts: Mapping[str, Excerpt]
) -> None:
    """A pair of codes a block, with the excerpts on the wrong side."""
    console = render.results()
    for pair in pairs[:_MOST_PAIRS]:
        one, other = (f"“{names.get(code, code)}”" for code in pair.code_ids)
        console.print(
            f"[bold]{escape(one)} and {escape(other)}[/]: {pair.error:.0%} of their excerpts read like the "
            f"other code (50% is chance; {pair.excerpts[0]} and {pair.excerpts[1]} excerpts, {pair.together} "
            "with both)"
        )
        for id_ in pair.misplaced:
            console.print(_quote(excerpts[id_]))
    if not pairs:
        console.print("no two codes with eight excerpts from three interviews each are hard to tell apart")
    elif len(pairs) > _MOST_PAIRS:
        render.print_note(f"{len(pairs) - _MOST_PAIRS} more pairs; --json has all")
