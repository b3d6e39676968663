"""The coefficients against other people's programs, on random tables, and the small formulas on their own.

krippendorff, NLTK and statsmodels are the `oracles` extra: the tests that need them are skipped without it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from tests.agreement import literal
from thematic.agreement.coefficients import Cells, bias_index, prevalence_index
from thematic.agreement.distances import jaccard, masi, matrix_distance, ratio, set_distance, unequal
from thematic.agreement.estimates import estimate
from thematic.agreement.ratings import Values, values_from_rows
from thematic.agreement.weights import WEIGHTINGS, agreement_weights
from thematic.errors import SettingsError

SEEDS = pytest.mark.parametrize("seed", range(12))
NO_EXTRA = "the oracles extra is not installed"


def random_table(seed: int, *, n_coders: int, missing: float = 0.0) -> np.ndarray[Any, Any]:
    """Categories 1 to 5, shape (units, coders), NaN for not assigned; coders agree more often than not."""
    random = np.random.default_rng(seed)
    n_units = random.integers(20, 60)
    truth = random.integers(1, 6, size=(n_units, 1))
    found = np.where(
        random.random((n_units, n_coders)) < 0.6, truth, random.integers(1, 6, (n_units, n_coders))
    )
    return np.where(random.random((n_units, n_coders)) < missing, np.nan, found)


def values_of(table: np.ndarray[Any, Any]) -> Values:
    rows = [[None if np.isnan(cell) else int(cell) for cell in row] for row in table]
    return values_from_rows(rows, categories=[1, 2, 3, 4, 5])


def ours(table: np.ndarray[Any, Any], name: str, weights: Any = None) -> float:
    found = estimate(values_of(table), name, weights=weights, intervals=False).value
    assert found is not None
    return found


@SEEDS
@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha_equals_the_krippendorff_package(seed: int, level: str) -> None:
    krippendorff = pytest.importorskip("krippendorff", reason=NO_EXTRA)
    table = random_table(seed, n_coders=4, missing=0.3)
    theirs = krippendorff.alpha(reliability_data=table.T, level_of_measurement=level)
    assert ours(table, "krippendorff_alpha", level) == pytest.approx(theirs, abs=1e-10)


@SEEDS
def test_coefficients_of_several_coders_equal_nltk(seed: int) -> None:
    agreement = pytest.importorskip("nltk.metrics.agreement", reason=NO_EXTRA)
    table = random_table(seed, n_coders=3)
    task = agreement.AnnotationTask(
        data=[(str(g), str(u), int(table[u, g])) for u in range(len(table)) for g in range(3)]
    )
    assert ours(table, "percent_agreement") == pytest.approx(task.avg_Ao(), abs=1e-10)
    assert ours(table, "krippendorff_alpha", "nominal") == pytest.approx(task.alpha(), abs=1e-10)
    assert ours(table, "light_kappa") == pytest.approx(task.kappa(), abs=1e-10)
    assert ours(table, "conger_kappa") == pytest.approx(task.multi_kappa(), abs=1e-10)
    assert ours(table, "fleiss_kappa") == pytest.approx(task.pi(), abs=1e-10)


@SEEDS
def test_alpha_of_sets_equals_nltk(seed: int) -> None:
    """Without empty sets, for which NLTK divides by zero."""
    agreement = pytest.importorskip("nltk.metrics.agreement", reason=NO_EXTRA)
    theirs = pytest.importorskip("nltk.metrics.distance", reason=NO_EXTRA)
    random = np.random.default_rng(seed)
    rows = [
        [
            frozenset(random.choice(list("abcde"), size=random.integers(1, 4), replace=False).tolist())
            for _ in "12"
        ]
        for _ in range(30)
    ]
    data = [(str(g), str(u), row[g]) for u, row in enumerate(rows) for g in range(2)]
    values = values_from_rows(rows, level="sets")
    for name, distance in (("jaccard", theirs.jaccard_distance), ("masi", theirs.masi_distance)):
        task = agreement.AnnotationTask(data=data, distance=distance)
        found = estimate(values, weights=name, intervals=False).value
        assert found == pytest.approx(task.alpha(), abs=1e-10)


@SEEDS
def test_kappas_equal_statsmodels(seed: int) -> None:
    inter_rater = pytest.importorskip("statsmodels.stats.inter_rater", reason=NO_EXTRA)
    two, four = random_table(seed, n_coders=2), random_table(seed, n_coders=4)
    crossed = np.zeros((5, 5))
    for (a, b), count in Counter(map(tuple, (two - 1).astype(int).tolist())).items():
        crossed[a, b] = count
    assert ours(two, "cohen_kappa") == pytest.approx(inter_rater.cohens_kappa(crossed).kappa, abs=1e-10)
    tallies = np.stack([(four == k).sum(axis=1) for k in range(1, 6)], axis=1)
    assert ours(four, "fleiss_kappa") == pytest.approx(inter_rater.fleiss_kappa(tallies), abs=1e-10)
    assert ours(four, "brennan_prediger") == pytest.approx(
        inter_rater.fleiss_kappa(tallies, method="randolph"), abs=1e-10
    )


@SEEDS
@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
def test_cohen_kappa_equals_scikit_learn(seed: int, weights: str | None) -> None:
    from sklearn.metrics import cohen_kappa_score

    table = random_table(seed, n_coders=2)
    theirs = cohen_kappa_score(table[:, 0], table[:, 1], weights=weights, labels=[1, 2, 3, 4, 5])
    assert ours(table, "cohen_kappa", weights) == pytest.approx(theirs, abs=1e-10)


@pytest.mark.parametrize("weights", [*WEIGHTINGS, "circular", "bipolar"])
def test_alpha_takes_what_agreement_weights_lack_of_one_as_its_distance(weights: str) -> None:
    """Gwet (2014), ch. 6: his weighted alpha is Krippendorff's with that distance."""
    rows = [
        [None if np.isnan(x) else int(x) for x in row] for row in random_table(3, n_coders=4, missing=0.3)
    ]
    matrix = agreement_weights(weights, [1, 2, 3, 4, 5])
    expected = literal.alpha(rows, lambda c, k: 1 - matrix[c - 1, k - 1])
    found = estimate(values_from_rows(rows, categories=[1, 2, 3, 4, 5]), weights=weights, intervals=False)
    assert found.value == pytest.approx(expected, abs=1e-10)


def test_alpha_names_every_distance_it_has() -> None:
    with pytest.raises(SettingsError, match="no distance “cubic”") as refused:
        estimate(values_from_rows([[1, 2], [2, 2]]), weights="cubic")
    assert "ordinal, interval" in str(refused.value.hint)
    assert "quadratic" in str(refused.value.hint)


# --- Agreement weights ---------------------------------------------------------------------------------

FOUR = [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("name", "next_to", "two_apart", "ends"),
    [
        ("identity", 0, 0, 0),
        ("linear", 2 / 3, 1 / 3, 0),
        ("quadratic", 8 / 9, 5 / 9, 0),
        ("radical", 1 - (1 / 3) ** 0.5, 1 - (2 / 3) ** 0.5, 0),
        ("ordinal_gwet", 1 - 1 / 6, 1 - 3 / 6, 0),
        # (1/3)², (2/4)² and (3/5)² over the largest of them.
        ("ratio", 1 - (1 / 9) / 0.36, 1 - 0.25 / 0.36, 0),
        # sin² of 45, 90 and 135 degrees: the ends are neighbours.
        ("circular", 1 - 0.5, 0, 1 - 0.5),
        # 1/5, 4/8 and 9/9.
        ("bipolar", 1 - 0.2, 1 - 0.5, 0),
    ],
)
def test_weights_of_four_categories(name: str, next_to: float, two_apart: float, ends: float) -> None:
    found = agreement_weights(name, FOUR)
    assert found[0] == pytest.approx([1, next_to, two_apart, ends])
    assert np.allclose(found, found.T)


def test_weights_follow_numbers_where_categories_are_numbers() -> None:
    assert agreement_weights("linear", [1, 2, 5])[0] == pytest.approx([1, 0.75, 0])
    assert agreement_weights("linear", ["low", "middle", "high"])[0] == pytest.approx([1, 0.5, 0])
    assert agreement_weights("ordinal_gwet", [1, 2, 5])[0] == pytest.approx([1, 2 / 3, 0])


@pytest.mark.parametrize("name", WEIGHTINGS)
def test_weights_of_a_single_category(name: str) -> None:
    assert agreement_weights(name, ["only"]).tolist() == [[1.0]]


# --- Distances -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "jaccard_distance", "masi_distance"),
    [
        ("", "", 0, 0),
        ("", "a", 1, 1),
        ("a", "a", 0, 0),
        ("a", "b", 1, 1),
        ("12", "1234", 1 / 2, 1 - 1 / 2 * 2 / 3),
        ("ab", "ac", 2 / 3, 1 - 1 / 3 * 1 / 3),
        ("abc", "abd", 1 / 2, 1 - 1 / 2 * 1 / 3),
    ],
)
def test_distances_between_sets(a: str, b: str, jaccard_distance: float, masi_distance: float) -> None:
    sets = [frozenset(a), frozenset(b), frozenset("wxyz")]
    for formula, expected in ((jaccard, jaccard_distance), (masi, masi_distance)):
        found = set_distance(formula, sets)
        assert found.between(np.array([0, 1]), np.array([1, 0])) == pytest.approx([expected] * 2)
        assert found.block(np.array([0]), np.array([0, 1]))[0] == pytest.approx([0, expected])


def test_large_sets_stay_exact() -> None:
    """Where single precision would no longer tell the places in the table of distances apart."""
    sets = [frozenset(map(str, range(size))) for size in range(258)]
    found = set_distance(jaccard, sets).block(np.array([257]), np.array([0, 129, 255, 257]))
    assert found[0] == pytest.approx([1, 1 - 129 / 257, 1 - 255 / 257, 0], abs=1e-15)


def test_other_distances() -> None:
    pairs = np.array([0, 0, 1]), np.array([0, 1, 2])
    assert unequal().between(*pairs).tolist() == [0, 1, 1]
    assert ratio(np.array([0.0, 1.0, 3.0])).between(*pairs) == pytest.approx([0, 1, 0.25])
    assert matrix_distance(np.array([[0, 2], [2, 0]])).block(np.array([1]), np.array([0, 1])).tolist() == [
        [2, 0]
    ]
    with pytest.raises(SettingsError, match="square"):
        matrix_distance(np.zeros((2, 3)))
    with pytest.raises(SettingsError, match="never negative"):
        matrix_distance(np.array([[0.0, -1.0], [-1.0, 0.0]]))


# --- Prevalence and bias -------------------------------------------------------------------------------


def cells(rows: list[list[int]]) -> Cells:
    return Cells(np.array(rows)[:, :, None], 2)


def test_prevalence_and_bias_of_two_coders() -> None:
    """a = 4 both, b = 3 the first only, c = 1 the second only, d = 2 neither."""
    table = cells([[1, 1]] * 4 + [[1, 0]] * 3 + [[0, 1]] + [[0, 0]] * 2)
    assert prevalence_index(table) == pytest.approx([(4 - 2) / 10])
    assert bias_index(table) == pytest.approx([(3 - 1) / 10])


def test_bias_of_three_coders_is_that_of_the_pair_that_differs_most() -> None:
    table = cells([[1, 0, -1], [1, 0, 1], [1, 1, 0], [0, 0, 1], [-1, 1, 1]])
    # On units both rated: first 3 of 4 against second 1 of 4; first 2 of 3 against third 2 of 3.
    assert bias_index(table) == pytest.approx([0.5])


def test_prevalence_counts_units_that_can_be_compared() -> None:
    assert prevalence_index(cells([[1, 1], [0, 1], [1, -1], [1, -1]])) == pytest.approx([0.5])
    assert np.isnan(prevalence_index(cells([[1, -1]]))).all()
    assert np.isnan(bias_index(cells([[1, -1], [-1, 0]]))).all()


# --- Hard tables ---------------------------------------------------------------------------------------


def test_numbers_far_from_zero_keep_their_precision() -> None:
    """Moments cancel unless they are centred."""
    near = [[1.0, 2.0], [2.0, 2.5], [4.0, 4.0]]
    far = [[1e9 + cell for cell in row] for row in near]
    expected = estimate(values_from_rows(near), weights="interval", intervals=False).value
    assert estimate(values_from_rows(far), weights="interval", intervals=False).value == pytest.approx(
        expected, abs=1e-6
    )


def test_many_distinct_values() -> None:
    """10,000 numbers, and 3,000 words: as many distances as would take 800 MB as a square."""
    random = np.random.default_rng(0)
    truth = random.random(5000)
    rows = [[t, t + 0.1 * random.random()] for t in truth]
    found = estimate(values_from_rows(rows, level="interval"), intervals=False)
    # Differences are uniform on 0 to 0.1, on numbers uniform on 0 to 1: 1 - (0.01 / 3) / (2 / 12).
    assert found.value == pytest.approx(0.98, abs=0.003)
    words = [[f"w{random.integers(3000)}", f"w{random.integers(3000)}"] for _ in range(5000)]
    assert estimate(values_from_rows(words), intervals=False).value == pytest.approx(0, abs=0.01)


def test_free_text_for_codes_is_refused() -> None:
    words = values_from_rows([[f"a{i}", f"b{i}"] for i in range(1100)])
    with pytest.raises(Exception, match="2200 different values are too many for Fleiss' kappa"):
        estimate(words, "fleiss_kappa")
