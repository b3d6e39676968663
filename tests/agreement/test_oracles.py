"""Worked examples: printed in papers and manuals, and a larger file of them where it is at hand.

`published.json` is ours: data and printed values, with the rounding of the print as tolerance. The larger one
is found through the environment variable THEMATIC_ORACLES, or beside the checkout.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from thematic.agreement.distances import masi, set_distance
from thematic.agreement.estimates import estimate, estimate_codes
from thematic.agreement.multivalued import multivalued_alpha
from thematic.agreement.planning import required_units
from thematic.agreement.ratings import Values, as_ratings, values_from_rows
from thematic.agreement.results import AuditSettings
from thematic.agreement.unitizing import unitizing_alpha

PUBLISHED = json.loads((Path(__file__).parent / "published.json").read_text(encoding="utf-8"))
BESIDE = Path(__file__).parents[3] / "shared" / "oracles" / "agreement.json"
ORACLES = Path(os.environ.get("THEMATIC_ORACLES", BESIDE))


def published_table(example: dict[str, Any]) -> Values:
    if "counts" in example:
        rows = [key.split(",") for key, count in example["counts"].items() for _ in range(count)]
    elif "tallies" in example:
        rows = [
            [k for k, n in zip(example["categories"], tally, strict=True) for _ in range(n)]
            for tally in example["tallies"]
        ]
    else:
        rows = example["rows"]
    if example.get("by_coder"):
        rows = [list(unit) for unit in zip(*rows, strict=True)]
    return values_from_rows(rows)


@pytest.mark.parametrize(
    ("example", "name", "weights", "printed", "tolerance"),
    [
        pytest.param(example, *value, id=f"{example['source']}: {value[0]} {value[1] or ''}")
        for example in PUBLISHED
        for value in example["values"]
    ],
)
def test_published_value(
    example: dict[str, Any], name: str, weights: str | None, printed: float, tolerance: float
) -> None:
    found = estimate(published_table(example), name, weights=weights, intervals=False)
    assert found.status == "ok"
    assert found.value == pytest.approx(printed, abs=tolerance)


def test_published_values_by_category() -> None:
    example = next(example for example in PUBLISHED if "by_category" in example)
    [[name, printed, tolerance]] = example["by_category"]
    by_code = estimate_codes(as_ratings(published_table(example)), name, intervals=False)
    assert [found.value for found in by_code] == pytest.approx(printed, abs=tolerance)


def load_oracles() -> list[Any]:
    if not ORACLES.is_file():
        skip = pytest.mark.skip(reason="no file of oracles: set THEMATIC_ORACLES to its path")
        return [pytest.param({}, id="absent", marks=skip)]
    return [
        pytest.param(entry, id=entry["name"]) for entry in json.loads(ORACLES.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("entry", load_oracles())
def test_oracle(entry: dict[str, Any]) -> None:
    found = compute(entry)
    if entry["expected"] is None:
        assert found is None
    else:
        assert found == pytest.approx(entry["expected"], abs=entry["tolerance"] or 1e-9)


def compute(entry: dict[str, Any]) -> float | None:
    name, data = entry["coefficient"], entry["data"]
    if name == "required_sample_size":
        return required_units(data["alpha_min"], data["p_c"], significance=data["p"])
    if name == "masi_distance":
        distance = set_distance(masi, [frozenset(found) for found in data[0]])
        return float(distance.between(np.array([0]), np.array([1]))[0])
    if name.startswith("u_alpha_2004"):
        result = unitizing_alpha(data["spans"], tuple(data["continuum"]))
        return result.observed if name.endswith("_Do") else result.value
    if name == "gamma_observed_disorder":
        pytest.importorskip("pygamma_agreement", reason="the gamma extra is not installed")
        from thematic.agreement.gamma import observed_disorder

        spans: dict[str, list[tuple[float, float, str]]] = {}
        for coder, start, end, code in data:
            spans.setdefault(coder, []).append((start, end, code))
        return observed_disorder(spans)
    if entry.get("set_valued"):
        data = [[None if cell is None else frozenset(cell) for cell in row] for row in data]
    values = values_from_rows(data, level="sets" if entry.get("set_valued") else "nominal")
    if name == "krippendorff_mvalpha":
        return multivalued_alpha(values).value
    if name.endswith("_category"):
        by_code = as_ratings(values)
        position = by_code.codes.index(str(entry["category"]))
        every = estimate_codes(
            by_code, name.removesuffix("_category"), settings=AuditSettings(rare=0), intervals=False
        )
        return every[position].value
    return estimate(values, name, weights=weights_of(entry, values), intervals=False).value


def weights_of(entry: dict[str, Any], values: Values) -> Any:
    weights = entry.get("weights")
    if not isinstance(weights, dict):
        return weights
    distances = np.zeros((len(values.categories),) * 2)
    for pair, distance in weights["custom_distance"].items():
        a, b = (values.categories.index(category) for category in pair.split("|"))
        distances[a, b] = distances[b, a] = distance
    return distances if entry["coefficient"] == "krippendorff_alpha" else 1 - distances
