"""Where a cluster stands against the codebook: one small study for each rule, and what counts in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import pytest

from thematic.clustering import ClusterSettings, place
from thematic.model import (
    Cluster,
    Clustering,
    Code,
    Codebook,
    Coding,
    Evidence,
    Excerpt,
    Placement,
    Provenance,
    Quote,
    Suggestion,
)

CODEBOOK = Codebook(
    title="Groups",
    version="1",
    codes=(
        Code(id="plan", name="Weekly plan"),
        Code(id="peer", name="Peers"),
        Code(id="room", name="Room"),
        Code(id="old", name="Old", status="retired"),
        Code(id="past", name="Past", status="merged", merged_into="older"),
        Code(id="older", name="Older", status="merged", merged_into="peer"),
    ),
)


def clustering(
    sizes: Mapping[str, int], status: Literal["stable", "doubtful", "hidden"] = "stable"
) -> Clustering:
    """Clusters of these sizes; their excerpts are named C01-0, C01-1, …"""
    clusters = tuple(
        Cluster(
            id=name,
            excerpt_ids=tuple(f"{name}-{number}" for number in range(size)),
            terms=(),
            exemplar_ids=(),
            transcript_ids=("P01",),
            stability=None,
            status=status,
        )
        for name, size in sizes.items()
    )
    made = Provenance(stage="cluster", version="0", settings={})
    return Clustering(clusters=clusters, unclustered=("alone-0", "alone-1"), provenance=made)


def suggestions(
    codes: Mapping[str, Sequence[str | None]], similarity: Mapping[str, float] | None = None
) -> list[Suggestion]:
    """The first suggestion for the excerpts of each cluster, in order; None abstains. Second ones mislead."""
    made = []
    for name, given in codes.items():
        for number, code in enumerate(given):
            excerpt_id = f"{name}-{number}"
            alike = (similarity or {}).get(name)
            evidence = () if alike is None else (proof(code, alike + number / 1000), proof(code, 0.99, True))
            first = Suggestion(
                excerpt_id=excerpt_id,
                code_id=code,
                rank=1,
                score=0.5,
                band="close",
                status="suggested" if code else "abstained",
                evidence=evidence,
            )
            made += [first, replace(first, rank=2, code_id="room", status="suggested")]
    return made


def proof(code: str | None, similarity: float, warning: bool = False) -> Evidence:
    return Evidence(kind="name", text="x", code_id=code or "", similarity=similarity, warning=warning)


def excerpts_of(made: Clustering) -> dict[str, Excerpt]:
    """Each excerpt of the clusters takes a hundred letters of P01, one after the other."""
    names = [name for item in made.clusters for name in item.excerpt_ids] + list(made.unclustered)
    return {
        name: Excerpt(
            id=name,
            transcript_id="P01",
            start=100 * row,
            end=100 * row + 100,
            text="x" * 100,
            turns=(row,),
            speaker="Ana",
        )
        for row, name in enumerate(names)
    }


def coding(excerpt: Excerpt, code: str, shift: int = 0, transcript: str = "P01") -> Coding:
    start, end = excerpt.start + shift, excerpt.end + shift
    return Coding(
        quote=Quote(transcript_id=transcript, start=start, end=end, text="x" * (end - start)),
        code_id=code,
        coder_id="ana",
        codebook_version="1",
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def by_suggestions(codes: Mapping[str, Sequence[str | None]], **options: float) -> dict[str, Placement]:
    made = clustering({name: len(given) for name, given in codes.items() if name != "alone"})
    placed = place(made, suggestions(codes, options), CODEBOOK)
    return {item.id: item.placement for item in placed.clusters if item.placement}


def by_people(
    codes: Mapping[str, Sequence[Iterable[str]]], none_apply: Sequence[str] = ()
) -> dict[str, Placement]:
    """Placed by codings; each excerpt lists its codes. Suggestions all say room, and should not matter."""
    made = clustering({name: len(given) for name, given in codes.items() if name != "alone"})
    excerpts = excerpts_of(made)
    codings = [
        coding(excerpts[f"{name}-{number}"], code)
        for name, given in codes.items()
        for number, several in enumerate(given)
        for code in several
    ]
    machine = suggestions({name: ["room"] * len(given) for name, given in codes.items()})
    placed = place(
        made, machine, CODEBOOK, excerpts=list(excerpts.values()), codings=codings, none_apply=none_apply
    )
    return {item.id: item.placement for item in placed.clusters if item.placement}


# --- The rules -----------------------------------------------------------------------------------------


def test_covers() -> None:
    found = by_suggestions({"C01": ["plan"] * 6 + ["peer"] * 4, "C02": ["peer"] * 4 + ["room"] * 6})["C01"]
    assert (found.kind, found.code_ids, found.shares) == ("covers", ("plan",), (0.6,))
    assert found.basis == "suggestions"
    assert "60% are under “Weekly plan”, and 100% of that code is here" in found.explanation


def test_one_excerpt_less_does_not_cover() -> None:
    assert by_suggestions({"C01": ["plan"] * 5 + ["peer"] * 4 + [None]})["C01"].kind != "covers"


def test_three_in_five_of_the_code_are_enough_to_cover_it() -> None:
    found = by_suggestions({"C01": ["plan"] * 9 + ["room"] * 6, "C02": ["room"] * 9 + ["plan"] * 6})["C01"]
    assert found.kind == "covers"
    assert "and 60% of that code is here" in found.explanation


def test_splits() -> None:
    found = by_suggestions({"C01": ["plan"] * 10, "C02": ["plan"] * 10})
    assert {item.kind for item in found.values()} == {"splits"}
    assert "as is most of C02: the code may hold 2 groups" in found["C01"].explanation


def test_a_sliver_elsewhere_does_not_split() -> None:
    found = by_suggestions({"C01": ["plan"] * 30, "C02": ["plan"] * 6})
    assert (found["C01"].kind, found["C02"].kind) == ("covers", "extends")


def test_extends() -> None:
    found = by_suggestions(
        {"C01": ["plan"] * 10, "C02": ["peer"] * 7 + ["plan"] * 6, "C03": ["plan"] * 5 + ["room"] * 6}
    )
    assert found["C01"].kind == "extends"
    assert found["C01"].code_ids == ("plan",)
    assert "which has 21: this may be one side of it" in found["C01"].explanation


def test_most_of_a_cluster_in_a_code_that_is_elsewhere_and_no_broader_is_unclear() -> None:
    found = by_suggestions({"C01": ["plan"] * 7 + ["room"] * 3, "C02": ["peer"] * 9 + ["plan"] * 6})["C01"]
    assert (found.kind, found.code_ids) == ("unclear", ("plan",))
    assert "but only 54% of that code is here" in found.explanation


def test_overlaps() -> None:
    found = by_people({"C01": [["peer"]] * 4 + [["plan"]] * 4 + [["room"]] * 2})["C01"]
    assert (found.kind, found.code_ids, found.shares) == ("overlaps", ("plan", "peer"), (0.4, 0.4))
    assert found.basis == "codings"


@pytest.mark.parametrize(("rooms", "kind"), [(10, "overlaps"), (11, "unclear")])
def test_one_in_four_is_enough_to_overlap(rooms: int, kind: str) -> None:
    several = [["peer"]] * 11 + [["plan"]] * 10 + [["room"]] * (rooms - 1) + [["old"]] * 10
    assert by_people({"C01": several})["C01"].kind == kind


def test_codes_often_given_together_are_related_not_confused() -> None:
    found = by_people({"C01": [["peer", "plan"]] * 4 + [["room"]] * 4})["C01"]
    assert (found.kind, found.code_ids) == ("unclear", ("plan", "peer"))
    assert "a relation" in found.explanation


def test_unclear() -> None:
    codes = (Code(id=f"c{n}", name=f"Code {n}") for n in range(6))
    book = Codebook(title="", version="", codes=tuple(codes))
    made = clustering({"C01": 6})
    placed = place(made, suggestions({"C01": [f"c{n}" for n in range(6)]}), book)
    found = placed.clusters[0].placement
    assert found is not None
    assert (found.kind, found.code_ids) == ("unclear", ("c0",))
    assert "17% are under “Code 0”, and no more under any other code: too few" in found.explanation


def test_new_to_people() -> None:
    none = [f"C01-{number}" for number in range(6)]
    found = by_people({"C01": [()] * 6 + [["plan"]] * 4}, none)["C01"]
    assert (found.kind, found.code_ids, found.shares, found.basis) == ("new", (), (), "codings")
    assert "60% fit no code" in found.explanation


def test_excerpts_that_nobody_read_are_not_new() -> None:
    found = by_people({"C01": [()] * 15 + [["plan"]] * 5, "C02": [["peer"]] * 6})["C01"]
    assert (found.kind, found.shares) == ("covers", (1.0,))


def test_new_by_similarity_is_called_a_weak_sign() -> None:
    codes = {"C01": ["plan"] * 10, "C02": ["peer"] * 10, "C03": ["room"] * 10, "C04": ["room"] * 10}
    found = by_suggestions(codes, C01=0.1, C02=0.5, C03=0.6, C04=0.7)
    assert {name: item.kind == "new" for name, item in found.items()} == {
        "C01": True,
        "C02": False,
        "C03": False,
        "C04": False,
    }
    assert "a weak sign" in found["C01"].explanation


def test_an_unstable_cluster_is_never_new() -> None:
    codes = {"C01": ["plan"] * 10, "C02": ["peer"] * 10, "C03": ["room"] * 20}
    made = clustering({"C01": 10, "C02": 10, "C03": 20}, status="doubtful")
    placed = place(made, suggestions(codes, {"C01": 0.1, "C02": 0.5, "C03": 0.6}), CODEBOOK)
    assert [item.placement.kind for item in placed.clusters if item.placement] == ["covers"] * 3
    excerpts = list(excerpts_of(made).values())
    read = [excerpt.id for excerpt in excerpts]
    placed = place(made, [], CODEBOOK, excerpts=excerpts, none_apply=read)
    assert {item.placement.kind for item in placed.clusters if item.placement} == {"unclear"}


# --- What counts ---------------------------------------------------------------------------------------


def test_hidden_clusters_are_not_placed() -> None:
    placed = place(clustering({"C01": 6}, status="hidden"), suggestions({"C01": ["plan"] * 6}), CODEBOOK)
    assert placed.clusters[0].placement is None


def test_a_hidden_cluster_splits_nothing() -> None:
    made = clustering({"C01": 10, "C02": 10})
    made = replace(made, clusters=(made.clusters[0], replace(made.clusters[1], status="hidden")))
    placed = place(made, suggestions({"C01": ["plan"] * 10, "C02": ["plan"] * 10}), CODEBOOK)
    assert placed.clusters[0].placement is not None
    assert placed.clusters[0].placement.kind == "extends"


def test_nothing_else_in_the_clustering_changes() -> None:
    made = clustering({"C01": 6})
    placed = place(made, suggestions({"C01": ["plan"] * 6}), CODEBOOK)
    assert placed != made
    assert replace(placed, clusters=tuple(replace(c, placement=None) for c in placed.clusters)) == made


def test_a_few_codings_do_not_outweigh_the_suggestions() -> None:
    four = by_people({"C01": [["plan"]] * 4 + [()] * 6})["C01"]
    five = by_people({"C01": [["plan"]] * 5 + [()] * 5})["C01"]
    assert (four.basis, four.code_ids) == ("suggestions", ("room",))
    assert (five.basis, five.code_ids) == ("codings", ("plan",))


def test_the_size_of_a_code_counts_excerpts_in_no_cluster() -> None:
    alone = {"C01": ["plan"] * 6, "alone": ["plan"] * 2}
    assert "75% of that code is here" in by_suggestions(alone)["C01"].explanation


@pytest.mark.parametrize(("shift", "basis"), [(0, "codings"), (50, "codings"), (51, "suggestions")])
def test_a_coding_counts_where_it_shares_half(shift: int, basis: str) -> None:
    made = clustering({"C01": 5})
    excerpts = excerpts_of(made)
    # The last excerpt decides: with four coded excerpts people have not said enough.
    codings = [coding(excerpts[f"C01-{n}"], "plan") for n in range(4)]
    codings.append(coding(excerpts["C01-4"], "plan", shift))
    placed = place(made, [], CODEBOOK, excerpts=list(excerpts.values()), codings=codings)
    assert placed.clusters[0].placement is not None
    assert placed.clusters[0].placement.basis == basis


def test_a_short_coding_inside_an_excerpt_counts() -> None:
    made = clustering({"C01": 1})
    excerpt = excerpts_of(made)["C01-0"]
    inside = coding(excerpt, "plan")
    inside = replace(inside, quote=Quote(transcript_id="P01", start=10, end=14, text="xxxx"))
    placed = place(
        made, [], CODEBOOK, excerpts=[excerpt], codings=[inside], settings=ClusterSettings(min_excerpts=1)
    )
    assert placed.clusters[0].placement is not None
    assert placed.clusters[0].placement.kind == "covers"


def test_a_coding_of_another_transcript_does_not_count() -> None:
    made = clustering({"C01": 5})
    excerpts = excerpts_of(made)
    codings = [coding(excerpts[f"C01-{n}"], "plan", transcript="P02") for n in range(5)]
    placed = place(made, [], CODEBOOK, excerpts=list(excerpts.values()), codings=codings)
    assert placed.clusters[0].placement is not None
    assert placed.clusters[0].placement.basis == "suggestions"


def test_merged_codes_count_as_what_they_became() -> None:
    found = by_people({"C01": [["past"]] * 3 + [["older"]] * 3 + [["peer"]] * 3})["C01"]
    assert (found.kind, found.code_ids, found.shares) == ("covers", ("peer",), (1.0,))


def test_retired_and_unknown_codes_count_as_no_code() -> None:
    found = by_people({"C01": [["old"]] * 5 + [["unheard-of"]] * 5})["C01"]
    assert found.kind == "new"


def test_codes_merged_in_a_circle_count_as_no_code() -> None:
    circle = (
        Code(id="a", name="A", status="merged", merged_into="b"),
        Code(id="b", name="B", status="merged", merged_into="a"),
    )
    book = Codebook(title="", version="", codes=circle)
    placed = place(clustering({"C01": 5}), suggestions({"C01": ["a"] * 5}), book)
    assert placed.clusters[0].placement is not None
    assert placed.clusters[0].placement.code_ids == ()


def test_no_suggestions_and_no_codings_are_unclear() -> None:
    placed = place(clustering({"C01": 5}), [], CODEBOOK)
    assert placed.clusters[0].placement is not None
    assert (placed.clusters[0].placement.kind, placed.clusters[0].placement.shares) == ("unclear", ())


def test_a_clustering_without_clusters_stays_as_it_is() -> None:
    assert place(clustering({}), [], CODEBOOK) == clustering({})


def test_codings_without_excerpts_are_a_mistake_of_the_caller() -> None:
    made = clustering({"C01": 5})
    with pytest.raises(ValueError, match="needs the excerpts"):
        place(made, [], CODEBOOK, codings=[coding(excerpts_of(made)["C01-0"], "plan")])
