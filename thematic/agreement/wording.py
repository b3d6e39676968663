"""How numbers and verdicts of the audit are written, wherever they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from thematic.agreement.results import Estimate, Status, Verdict

__all__ = ["STATUSES", "VERDICTS", "interval", "number", "statuses", "threshold", "value"]

STATUSES: Mapping[Status, str] = {
    "ok": "",
    "no_variation": "no variation",
    "too_few_units": "too few units",
    "one_coder": "one coder only",
    "rare": "too rare",
}

VERDICTS: Mapping[Verdict, str] = {
    "above": "above",
    "straddles": "straddles",
    "below": "below",
    "too few": "too few",
}


def number(coefficient: float | None, places: int = 2) -> str:
    """A coefficient as papers print it: .83, 1.00, -.12; a dash where there is none."""
    if coefficient is None:
        return "–"
    text = f"{coefficient:.{places}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("0.", ".", 1) if abs(float(text)) < 1 else text


def threshold(limit: float) -> str:
    """A limit with as many places as it has, at least two: .667, .80."""
    return number(limit, 2 if round(limit, 2) == limit else 3)


def value(estimate: Estimate) -> str:
    """The value, or the reason why there is none."""
    return number(estimate.value) if estimate.value is not None else STATUSES[estimate.status]


def interval(estimate: Estimate) -> str:
    """`[.41, .74]`, marked with `*` where it is optimistic; empty where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"[{number(estimate.low)}, {number(estimate.high)}]" + ("*" if estimate.optimistic else "")


def statuses(left_out: Mapping[str, int]) -> str:
    """`3 too rare, 1 no variation`."""
    return ", ".join(f"{n} {STATUSES[status]}" for status, n in sorted(left_out.items()))  # type: ignore[index]
