"""What is declared of every coefficient in the registry, checked on random small tables."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from tests.agreement import literal
from thematic.agreement.estimates import METRICS, estimate, estimate_codes
from thematic.agreement.ratings import Ratings, Values, as_ratings, values_from_rows
from thematic.agreement.registry import COEFFICIENTS, Coefficient, coefficient
from thematic.agreement.results import AuditSettings, Estimate
from thematic.agreement.weights import WEIGHTINGS, agreement_weights
from thematic.errors import AgreementError, SettingsError

ALPHA_LEVELS = ("nominal", "ordinal", "interval", "ratio")
Rows = list[list[Any]]


def variants() -> list[Any]:
    """Every coefficient with every kind of weights that it takes; alpha takes distances."""
    found = []
    for name, declared in COEFFICIENTS.items():
        if name == "krippendorff_alpha":
            kinds: list[str | None] = list(ALPHA_LEVELS)
        else:
            kinds = [None, *WEIGHTINGS] if declared.weighted else [None]
        found += [pytest.param(declared, weights, id=f"{name}-{weights}") for weights in kinds]
    return found


every_variant = pytest.mark.parametrize(("declared", "weights"), variants())


def random_rows(seed: int, declared: Coefficient) -> Rows:
    """A few units, two to four coders, categories 1 to 4 (0 and 1 where there may be two), cells missing.

    One table in ten has a single category.
    """
    random = np.random.default_rng(seed)
    n_units, n_coders = random.integers(1, 9), 2 if declared.two_coders else random.integers(2, 5)
    categories = [0, 1] if declared.two_categories else [1, 2, 3, 4]
    if seed % 10 == 9:
        categories = categories[:1]
    missing = random.choice([0.0, 0.25])
    return [
        [None if random.random() < missing else int(random.choice(categories)) for _ in range(n_coders)]
        for _ in range(n_units)
    ]


def table(rows: Rows, declared: Coefficient) -> Values:
    return values_from_rows(rows, categories=[0, 1] if declared.two_categories else None)


def compute(rows: Rows, declared: Coefficient, weights: str | None) -> Estimate:
    return estimate(table(rows, declared), declared.name, weights=weights, intervals=False)


def literally(rows: Rows, declared: Coefficient, weights: str | None) -> float | None:
    """The slow version of the coefficient, on the coders who rated anything."""
    active = [g for g in range(len(rows[0])) if any(row[g] is not None for row in rows)]
    kept = [[row[g] for g in active] for row in rows]
    categories = table(rows, declared).categories
    matrix = agreement_weights(weights if weights in WEIGHTINGS else "identity", categories)

    def w(k: Any, el: Any) -> float:
        return float(matrix[categories.index(k), categories.index(el)])

    by_name: dict[str, Callable[[], float | None]] = {
        "percent_agreement": lambda: literal.percent(kept, w),
        "positive_agreement": lambda: literal.specific(kept, 1),
        "negative_agreement": lambda: literal.specific(kept, 0),
        "cohen_kappa": lambda: literal.cohen(kept, 0, 1, w),
        "light_kappa": lambda: literal.light(kept, w),
        "scott_pi": lambda: literal.scott(kept, w),
        "fleiss_kappa": lambda: literal.fleiss(kept, categories, w),
        "conger_kappa": lambda: literal.conger(kept, w),
        "brennan_prediger": lambda: literal.brennan_prediger(kept, categories, w),
        "pabak": lambda: literal.brennan_prediger(kept, categories, w),
        "gwet_ac1": lambda: literal.gwet(kept, categories, w),
        "gwet_ac2": lambda: literal.gwet(kept, categories, w),
        "krippendorff_alpha": lambda: literal.alpha(kept, distance(kept, weights)),
    }
    return by_name[declared.name]()


def distance(rows: Rows, metric: str | None) -> Callable[[Any, Any], float]:
    by_name: dict[str | None, Callable[[Any, Any], float]] = {
        "nominal": lambda c, k: float(c != k),
        "ordinal": literal.ordinal_distance(rows),
        "interval": lambda c, k: float((c - k) ** 2),
        "ratio": literal.ratio_distance,
    }
    return by_name[metric]


@every_variant
def test_equals_the_literal_definition(declared: Coefficient, weights: str | None) -> None:
    n_compared = 0
    for seed in range(80):
        rows = random_rows(seed, declared)
        found = compute(rows, declared, weights)
        if found.value is not None:
            assert found.value == pytest.approx(literally(rows, declared, weights), abs=1e-12), rows
            n_compared += 1
    assert n_compared > 30


@every_variant
def test_has_the_first_status_that_applies(declared: Coefficient, weights: str | None) -> None:
    statuses = set()
    for seed in range(120):
        rows = random_rows(seed, declared)
        found = compute(rows, declared, weights)
        assert found.status == expected_status(rows, declared, weights), rows
        assert (found.value is None) == (found.status != "ok")
        statuses.add(found.status)
    assert {"ok", "too_few_units"} <= statuses
    assert not declared.chance_corrected or "no_variation" in statuses


def expected_status(rows: Rows, declared: Coefficient, weights: str | None) -> str:
    units = literal.pairable(rows)
    active = [g for g in range(len(rows[0])) if any(row[g] is not None for row in rows)]
    if len(active) < 2:
        return "one_coder"
    shared = [
        sum(row[a] is not None and row[b] is not None for row in rows) for a, b in combinations(active, 2)
    ]
    if (min(shared) if declared.complete_pairs else len(units)) < 2:
        return "too_few_units"
    constant = len({rating for unit in units for rating in unit}) < 2
    if (constant and declared.chance_corrected) or literally(rows, declared, weights) is None:
        return "no_variation"
    return "ok"


@every_variant
def test_stays_within_its_bounds(declared: Coefficient, weights: str | None) -> None:
    """The upper one always; the lower one where every coder rated everything, without weights."""
    highest, lowest = -np.inf, np.inf
    for seed in range(200):
        rows = random_rows(seed, declared)
        found = compute(rows, declared, weights).value
        if found is not None:
            highest = max(highest, found)
            if weights in (None, "identity", "nominal") and not any(None in row for row in rows):
                lowest = min(lowest, found)
    assert highest <= declared.highest + 1e-12
    assert lowest >= declared.lowest - 1e-12
    assert highest > 0.2


@every_variant
def test_does_not_depend_on_the_order_of_units_or_coders(declared: Coefficient, weights: str | None) -> None:
    random = np.random.default_rng(0)
    for seed in range(40):
        rows = random_rows(seed, declared)
        order = random.permutation(len(rows[0]))
        shuffled = [[rows[u][g] for g in order] for u in random.permutation(len(rows))]
        assert_same(compute(shuffled, declared, weights), compute(rows, declared, weights))


@every_variant
def test_depends_on_who_said_it_only_where_declared(declared: Coefficient, weights: str | None) -> None:
    """The ratings of each unit dealt to other coders."""
    random = np.random.default_rng(0)
    changed = False
    for seed in range(40):
        rows = random_rows(seed, declared)
        if any(cell is None for row in rows for cell in row):
            continue
        dealt = [[row[g] for g in random.permutation(len(row))] for row in rows]
        before, after = compute(rows, declared, weights), compute(dealt, declared, weights)
        if declared.coders_apart:
            changed |= before.value != pytest.approx(after.value)
        else:
            assert_same(after, before)
    assert changed == declared.coders_apart


@pytest.mark.parametrize("declared", [d for d in COEFFICIENTS.values() if not d.two_categories])
def test_does_not_depend_on_the_names_of_categories(declared: Coefficient) -> None:
    names = {1: "zest", 2: "apathy", 3: "mirth", 4: "dread", None: None}
    for seed in range(40):
        rows = random_rows(seed, declared)
        renamed = [[names[cell] for cell in row] for row in rows]
        found = estimate(values_from_rows(renamed), declared.name, intervals=False)
        assert_same(
            found, compute(rows, declared, "nominal" if declared.name == "krippendorff_alpha" else None)
        )


@every_variant
def test_counts_a_row_as_often_as_its_size(declared: Coefficient, weights: str | None) -> None:
    """Which is what makes character-level agreement exact without counting characters."""
    random = np.random.default_rng(0)
    for seed in range(40):
        rows = random_rows(seed, declared)
        sizes = random.integers(1, 5, len(rows))
        runs = table(rows, declared)
        sized = Values(
            units=runs.units,
            coders=runs.coders,
            categories=runs.categories,
            indices=runs.indices,
            sizes=sizes,
        )
        repeated = [row for row, size in zip(rows, sizes, strict=True) for _ in range(size)]
        assert_same(
            estimate(sized, declared.name, weights=weights, intervals=False),
            compute(repeated, declared, weights),
        )


@pytest.mark.parametrize("name", sorted(COEFFICIENTS))
def test_by_code_it_is_that_of_the_dichotomised_variable(name: str) -> None:
    """The vectorised path over many codes gives what each code gives on its own."""
    declared = COEFFICIENTS[name]
    for seed in range(40):
        rows = random_rows(seed, declared)
        by_code = as_ratings(table(rows, declared))
        found = estimate_codes(by_code, name, settings=AuditSettings(rare=0), intervals=False)
        for position, one in enumerate(found):
            alone = Values(
                units=by_code.units,
                coders=by_code.coders,
                categories=(0, 1),
                indices=by_code.presence[:, :, position],
            )
            assert_same(one, estimate(alone, name, intervals=False))


# --- Special cases -------------------------------------------------------------------------------------


def complete_rows(seed: int, n_coders: int = 2) -> Rows:
    random = np.random.default_rng(seed)
    return random.integers(1, 5, size=(random.integers(4, 30), n_coders)).tolist()


def value(rows: Rows, name: str, weights: Any = None) -> float:
    found = estimate(values_from_rows(rows), name, weights=weights, intervals=False).value
    assert found is not None
    return found


@pytest.mark.parametrize("seed", range(10))
class TestSpecialCases:
    def test_two_complete_coders(self, seed: int) -> None:
        rows = complete_rows(seed)
        assert value(rows, "fleiss_kappa") == pytest.approx(value(rows, "scott_pi"))
        assert value(rows, "conger_kappa") == pytest.approx(value(rows, "cohen_kappa"))
        assert value(rows, "light_kappa") == pytest.approx(value(rows, "cohen_kappa"))

    def test_identity_weights(self, seed: int) -> None:
        rows = complete_rows(seed, n_coders=3)
        assert value(rows, "gwet_ac2", "identity") == pytest.approx(value(rows, "gwet_ac1"))
        assert value(rows, "fleiss_kappa", np.eye(4)) == pytest.approx(value(rows, "fleiss_kappa"))

    def test_alpha_and_pi_differ_by_sample_size_only(self, seed: int) -> None:
        rows = complete_rows(seed)
        n = 2 * len(rows)
        assert 1 - value(rows, "krippendorff_alpha", "nominal") == pytest.approx(
            (1 - value(rows, "scott_pi")) * (n - 1) / n
        )
        assert 1 - value(rows, "krippendorff_alpha", "interval") == pytest.approx(
            (1 - value(rows, "scott_pi", "quadratic")) * (n - 1) / n
        )

    def test_two_categories(self, seed: int) -> None:
        rows = (np.array(complete_rows(seed, n_coders=3)) > 2).astype(int).tolist()
        agreement = value(rows, "percent_agreement")
        assert value(rows, "pabak") == pytest.approx(2 * agreement - 1)
        for weights in ("linear", "quadratic", "ordinal_gwet"):
            assert value(rows, "conger_kappa", weights) == pytest.approx(value(rows, "conger_kappa"))
        nominal = value(rows, "krippendorff_alpha", "nominal")
        for metric in ("ordinal", "interval", "ratio"):
            assert value(rows, "krippendorff_alpha", metric) == pytest.approx(nominal)

    def test_sets_of_one_code_are_labels(self, seed: int) -> None:
        rows = complete_rows(seed, n_coders=3)
        sets = [[frozenset([str(cell)]) for cell in row] for row in rows]
        table_of_sets = values_from_rows(sets, level="sets")
        for metric in ("masi", "jaccard"):
            found = estimate(table_of_sets, weights=metric, intervals=False)
            assert found.value == pytest.approx(value(rows, "krippendorff_alpha", "nominal"))

    def test_alpha_of_a_scale(self, seed: int) -> None:
        rows = complete_rows(seed, n_coders=3)
        monotone = [[cell**3 for cell in row] for row in rows]
        assert value(monotone, "krippendorff_alpha", "ordinal") == pytest.approx(
            value(rows, "krippendorff_alpha", "ordinal")
        )
        moved = [[1e6 + 2.5 * cell for cell in row] for row in rows]
        assert value(moved, "krippendorff_alpha", "interval") == pytest.approx(
            value(rows, "krippendorff_alpha", "interval")
        )
        stretched = [[2.5 * cell for cell in row] for row in rows]
        assert value(stretched, "krippendorff_alpha", "ratio") == pytest.approx(
            value(rows, "krippendorff_alpha", "ratio")
        )

    def test_distances_of_ones_own(self, seed: int) -> None:
        rows = complete_rows(seed, n_coders=3)
        x = np.arange(1.0, 5.0)
        squares = (x[:, None] - x) ** 2
        assert value(rows, "krippendorff_alpha", squares) == pytest.approx(
            value(rows, "krippendorff_alpha", "interval")
        )
        assert value(rows, "krippendorff_alpha", 7 * squares) == pytest.approx(
            value(rows, "krippendorff_alpha", squares)
        )


@pytest.mark.parametrize("metric", ["jaccard", "masi"])
def test_alpha_of_sets_equals_the_literal_definition(metric: str) -> None:
    random = np.random.default_rng(3)
    slow = literal.jaccard if metric == "jaccard" else literal.masi
    for _ in range(40):
        rows: Rows = [
            [
                None if random.random() < 0.2 else frozenset(code for code in "abcd" if random.random() < 0.4)
                for _ in range(3)
            ]
            for _ in range(random.integers(3, 9))
        ]
        found = estimate(values_from_rows(rows, level="sets"), weights=metric, intervals=False)
        if found.value is not None:
            assert found.value == pytest.approx(literal.alpha(rows, slow), abs=1e-12)


# --- The registry itself -------------------------------------------------------------------------------


def test_names_are_exact() -> None:
    assert sorted(COEFFICIENTS) == [
        "brennan_prediger", "cohen_kappa", "conger_kappa", "fleiss_kappa", "gwet_ac1", "gwet_ac2",
        "krippendorff_alpha", "light_kappa", "negative_agreement", "pabak", "percent_agreement",
        "positive_agreement", "scott_pi",
    ]  # fmt: skip
    with pytest.raises(SettingsError, match="which kappa") as caught:
        coefficient("kappa")
    assert "cohen_kappa" in (caught.value.hint or "")
    assert "gwet_ac1" not in (caught.value.hint or "")
    with pytest.raises(SettingsError, match="no coefficient is called “agreement_index”"):
        coefficient("agreement_index")


def test_variants_are_named_in_words() -> None:
    rows: Rows = [[1, 1], [2, 3], [3, None], [2, 2]]
    values = values_from_rows(rows)
    names = {
        (name, weights): estimate(values, name, weights=weights, intervals=False).variant
        for name, weights in [
            ("krippendorff_alpha", None),
            ("krippendorff_alpha", "interval"),
            ("cohen_kappa", "quadratic"),
            ("gwet_ac2", "ordinal_gwet"),
            ("fleiss_kappa", None),
        ]
    }
    assert names == {
        ("krippendorff_alpha", None): "Krippendorff's alpha, nominal",
        ("krippendorff_alpha", "interval"): "Krippendorff's alpha, interval",
        ("cohen_kappa", "quadratic"): "Cohen's kappa, quadratic weights, units that both coders rated",
        (
            "gwet_ac2",
            "ordinal_gwet",
        ): "Gwet's AC2, ordinal gwet weights, incomplete ratings after Gwet (2014)",
        ("fleiss_kappa", None): "Fleiss' kappa, incomplete ratings after Gwet (2014)",
    }


def test_what_does_not_fit_is_refused() -> None:
    three = values_from_rows([[1, 1, 2], [2, 2, 2], [1, 2, 1]])
    with pytest.raises(AgreementError, match="Cohen's kappa is for two coders; 3 rated"):
        estimate(three, "cohen_kappa")
    with pytest.raises(AgreementError, match="applied or not; this variable has 3 values"):
        estimate(values_from_rows([[1, 2], [3, 3]]), "pabak")
    with pytest.raises(SettingsError, match="takes no weights"):
        estimate(three, "gwet_ac1", weights="linear")
    with pytest.raises(SettingsError, match="no agreement weights are called “cubic”"):
        estimate(three, "gwet_ac2", weights="cubic")
    with pytest.raises(SettingsError, match="alpha has no distance “euclid”"):
        estimate(three, weights="euclid")
    with pytest.raises(SettingsError, match="2 categories need a square"):
        estimate(three, weights=np.zeros((3, 3)))
    with pytest.raises(SettingsError, match="must be symmetric"):
        estimate(three, weights=np.array([[0.0, 1.0], [2.0, 0.0]]))
    with pytest.raises(SettingsError, match="1 for each category against itself"):
        estimate(three, "gwet_ac2", weights=np.zeros((2, 2)))


def test_a_coder_who_rated_nothing_is_left_out() -> None:
    found = estimate(
        values_from_rows([[1, 1, None], [2, 2, None], [1, 2, None]]), "cohen_kappa", intervals=False
    )
    assert found.value == pytest.approx(literal.cohen([[1, 1], [2, 2], [1, 2]], 0, 1))
    alone = values_from_rows([[1, None], [2, None]])
    assert {estimate(alone, name).status for name in COEFFICIENTS} == {"one_coder"}


@pytest.mark.parametrize("declared", [d for d in COEFFICIENTS.values() if not d.complete_pairs])
def test_a_coder_who_never_saw_a_code_is_left_out_of_it(declared: Coefficient) -> None:
    random = np.random.default_rng(0)
    presence = random.integers(0, 2, (30, 3, 2)).astype(np.int8)
    presence[:, 2, 1] = -1
    units = tuple(map(str, range(30)))
    both = Ratings(units=units, coders=("a", "b", "c"), codes=("x", "y"), presence=presence)
    alone = Ratings(units=units, coders=("a", "b"), codes=("y",), presence=presence[:, :2, 1:])
    [_, found] = estimate_codes(both, declared.name, intervals=False)
    [expected] = estimate_codes(alone, declared.name, intervals=False)
    assert found.value is not None
    assert found.value == pytest.approx(expected.value)


def test_every_metric_has_words() -> None:
    of_ranks = ["nominal", "ordinal", "interval", "ratio", "circular", "bipolar"]
    assert list(METRICS) == [*of_ranks, "jaccard", "masi"]


@pytest.mark.parametrize(
    "module",
    ["", ".audits", ".planning", ".character", ".unitizing", ".unitizing_family", ".multivalued", ".gamma"],
)
def test_import_needs_nothing_heavier_than_numpy(module: str) -> None:
    heavy = "scipy sklearn pandas matplotlib torch spacy krippendorff nltk statsmodels numba"
    check = (
        f"import sys, thematic.agreement{module}\n"
        f"loaded = [name for name in {heavy.split()!r} if name in sys.modules]\n"
        "sys.exit(', '.join(loaded) or 0)"
    )
    run = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def assert_same(found: Estimate, expected: Estimate) -> None:
    assert found.status == expected.status
    assert found.value == (None if expected.value is None else pytest.approx(expected.value, abs=1e-12))
    assert isinstance(expected, Estimate)
    assert isinstance(found.value, float | None)


def test_ratings_are_checked() -> None:
    fits = {"units": ("u",), "coders": ("a", "b"), "codes": ("x",)}
    presence = np.zeros((1, 2, 1), dtype=np.int8)
    Ratings(**fits, presence=presence)
    for wrong, message in [
        ({"presence": presence[:, :1]}, "shape"),
        ({"presence": presence + 2}, "between -1 and 1"),
        ({"coders": ("a", "a")}, "coders must have different names"),
        ({"interviews": ("i", "j")}, "2 interviews for 1 units"),
        ({"model_coders": frozenset("z")}, "model coders that are not coders"),
        ({"sizes": np.array([0])}, "at least 1"),
    ]:
        with pytest.raises(ValueError, match=message):
            Ratings(**{**fits, "presence": presence, **wrong})
    with pytest.raises(ValueError, match="read-only"):
        Ratings(**fits, presence=presence).presence[0, 0, 0] = 1
