"""The report of `thematic evaluate` as rows and sentences, for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["code_rows", "method_rows", "sentences"]

_BASELINES = {
    "popularity": "the commonest codes elsewhere",
    "tfidf_cosine": "TF-IDF cosine with the wording",
    "plain_cosine": "plain cosine with the wording",
    "tfidf_lr": "TF-IDF regression, all others",
}


def method_rows(report: Mapping[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """Every way of suggesting with recall at 1, 3 and 5 and mean average precision."""
    rows = [_row("the codebook's wording alone", report["zero_shot"])]
    rows += [
        _row(f"learnt from {size} example{'' if size == '1' else 's'} a code", found)
        for size, found in report["few_shot"].items()
    ]
    rows += [
        _row(f"learnt from {size} interview{'' if size == '1' else 's'}", found)
        for size, found in report["interviews"].items()
        if size != "0"
    ]
    rows.append(_row(f"learnt from all other {_kept_back(report)}", report["full"]))
    return rows + [_row(words, report["baselines"][name]) for name, words in _BASELINES.items()]


def _kept_back(report: Mapping[str, Any]) -> str:
    return "interviews" if report["kept_back"] == "interviews" else "excerpts"


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _row(name: str, found: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    keys = ("recall_at_1", "recall_at_3", "recall_at_5", "mean_average_precision")
    one, three, five, precision = (f"{found[key]:.3f}" for key in keys)
    return name, one, three, five, precision


def code_rows(report: Mapping[str, Any]) -> list[tuple[str, str, str, str, str, str]]:
    """Every code with how well it is found."""

    def share(value: float | None) -> str:
        return "" if value is None else f"{value:.2f}"

    return [
        (
            code["name"],
            str(code["examples"]),
            str(code["interviews"]),
            share(code["average_precision"]),
            share(code["f1"]),
            code["verdict"],
        )
        for code in report["per_code"]
    ]


def sentences(report: Mapping[str, Any]) -> list[str]:
    """What the figures that stand in no table say."""
    full, promise, data = report["full"], report["promise"], report["data"]
    target, splits = f"{promise['target']:.0%}", promise["splits"]
    interviews, kept_back = _number(data["interviews"], "interview"), _kept_back(report)
    said = [
        f"{data['coded']:,} coded of {data['excerpts']:,} judged excerpts, {interviews}, "
        f"{data['codes_in_use']} of {data['codes']} codes in use. Recall@k: the share of coded excerpts with "
        "one of their codes among the first k.",
        f"Macro-F1 at thresholds chosen on other {kept_back}: {full['macro_f1']:.3f}. Calibration error "
        f"over all codes {full['ece']:.3f}, of first suggestions {full['ece_first']:.3f}. No code is "
        f"suggested for {full['abstained']:.0%} of excerpts, and for {full['abstained_of_coded']:.0%} of "
        "coded ones.",
    ]
    if promise["made"]:
        said.append(
            f"A promise of {target} was kept in {promise['kept']:.0%} of {splits} random splits of the "
            f"interviews; something was promised in {promise['made']}, where {promise['precision']:.1%} was "
            f"right. Coverage: {promise['coverage']:.1%} of excerpts."
        )
    else:
        said.append(f"A promise of {target} cannot be given: {promise['reason']}.")
    ceiling = report["human_ceiling"]
    if ceiling:
        said.append(
            f"People agree with each other at an F1 of {ceiling['people_f1']:.3f} ("
            f"{_number(ceiling['pairs'], 'pair')} of coders); the machine with the same people at "
            f"{ceiling['machine_f1']:.3f}."
        )
    else:
        said.append("One coder only: how far people would agree with each other is not known.")
    for coder, left in report.get("remaining", {}).items():
        known = [code for code in left["codes"] if code["recall_at_least"] >= 0.95]
        said.append(
            f"{coder} has judged {left['judged']:,} of {left['excerpts']:,} excerpts, {left['sample']:,} of "
            f"them drawn by lot: {len(known)} of {len(left['codes'])} codes used are found to 95 % or more, "
            "with a confidence of 95 %."
        )
    saturation = report.get("saturation") or {}
    for name, words in (("codes", "Codes in use"), ("new_clusters", "Clusters of what fits no code")):
        found = saturation.get(name)
        if found and found["found"]:
            said.append(_saturated(words, found))
    return said


def _saturated(words: str, found: Mapping[str, Any]) -> str:
    said = f"{words}: {found['found']} in {_number(found['interviews'], 'interview')}. {found['verdict']}"
    if found["reached_at"]:
        low, middle, high = (f"{found['reached_at'][end]:.0f}" for end in ("low", "median", "high"))
        span = f"{low}" if low == high else f"{low} to {high} interviews, at the median {middle}"
        said += (
            f" With the interviews in {found['orders']:,} random orders it is reached in "
            f"{found['reached_in']:.0%} of them, at {span}."
        )
    return said
