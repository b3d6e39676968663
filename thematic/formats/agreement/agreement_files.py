"""The agreement report as files: report.json for machines, three tables for people, the methods paragraph."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Set
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from thematic.agreement.wording import STATUSES, VERDICTS
from thematic.formats.safe_csv import safe_csv

if TYPE_CHECKING:
    from thematic.agreement.report import AgreementReport
    from thematic.agreement.results import CodeAgreement, Estimate, Pool

__all__ = ["codes_csv", "disagreements_csv", "pairs_csv", "plain", "report_files", "report_json"]

Cell: TypeAlias = str | float

PLACES = 9
"""Decimal places kept: more than anybody reads, and fewer than differ between machines."""


def report_files(report: AgreementReport) -> dict[str, bytes]:
    """Every file of the report by its name."""
    from thematic.formats.agreement.agreement_figures import forest
    from thematic.formats.agreement.agreement_html import render

    return {
        "report.html": render(report),
        "forest.svg": forest(report).encode(),
        "report.json": report_json(report).encode("utf-8", "surrogatepass"),
        "codes.csv": codes_csv(report),
        "pairs.csv": pairs_csv(report),
        "disagreements.csv": disagreements_csv(report),
        "methods.txt": report.methods.encode(),
    }


def report_json(report: AgreementReport) -> str:
    """The report as one JSON object: the nouns of the library by their own names, undefined as null.

    There is a line for each field and for each item of a list, so that two reports can be compared line by
    line. The text of whole interviews is left out.
    """
    background = plain(report.background)
    del background["texts"]
    fields = []
    for name in _field_names(type(report)):  # type: ignore[arg-type]
        value = getattr(report, name)
        if isinstance(value, tuple) and value:
            text = "[\n  " + ",\n  ".join(_encode(plain(item)) for item in value) + "\n ]"
        else:
            text = _encode(background if name == "background" else plain(value))
        fields.append(f" {_encode(name)}: {text}")
    return "{\n" + ",\n".join(fields) + "\n}\n"


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def _encode(value: Any) -> str:
    return _ENCODER.encode(value)


def plain(value: Any) -> Any:
    """Dataclasses and mappings as objects, sequences, sets and arrays as lists, floats rounded."""
    kind = type(value)
    if kind is str or value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return round(value, PLACES) + 0.0  # no minus zero
    if isinstance(value, tuple | list):
        return [item if type(item) is str else plain(item) for item in value]
    if kind is dict or isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if names := _field_names(kind):  # type: ignore[arg-type]
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Set):
        return sorted(plain(item) for item in value)
    return plain(value.tolist())


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass; () for any other type."""
    return tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()


def codes_csv(report: AgreementReport) -> bytes:
    """One row a code or theme and pool of coders; every estimate with its interval and status."""
    header = ["pool", "level", "code", "name", "verdict", "instances", "units", "disagreements", "prevalence"]
    names = (
        "alpha",
        "positive_agreement",
        "negative_agreement",
        "percent_agreement",
        "ac1",
        "kappa",
        "pabak",
    )
    for name in names:
        header += [name, f"{name}_low", f"{name}_high", f"{name}_status"]
    header += ["alpha_p_below_tentative", "alpha_p_below_reliable", "alpha_design_effect", "alpha_interval"]
    header += ["prevalence_index", "bias_index", "kappa_variant"]

    def row(pool: Pool, level: str, code: CodeAgreement) -> list[Cell]:
        cells: list[Cell] = [
            " and ".join(pool.coders),
            level,
            code.code,
            report.name(code.code),
            VERDICTS[code.verdict],
            "; ".join(f"{who} {n}" for who, n in zip(pool.coders, code.instances, strict=True)),
            code.n_units,
            code.n_disagreements,
            _cell(code.prevalence),
        ]
        for name in names:
            cells += _estimate(getattr(code, name))
        alpha = code.alpha
        cells += [_cell(alpha.p_below_tentative), _cell(alpha.p_below_reliable), _cell(alpha.design_effect)]
        interval = f"{alpha.interval}{', optimistic' if alpha.optimistic else ''}" if alpha.interval else ""
        return [*cells, interval, _cell(code.prevalence_index), _cell(code.bias_index), code.kappa.variant]

    rows = [
        row(pool, level, code)
        for pool in (report.audit.people, *report.audit.machines)
        for level, codes in (("code", pool.codes), ("theme", pool.themes))
        for code in codes
    ]
    return safe_csv(header, rows)


def pairs_csv(report: AgreementReport) -> bytes:
    """One row a pair of coders and code, the row over all codes first."""
    header = ["coder", "other_coder", "kind", "code", "name", "variant", "units", "value", "status"]
    rows: list[list[Cell]] = []
    for pool in (report.audit.people, *report.audit.machines):
        for pair in pool.pairs:
            estimates = [("", pair.overall)]
            estimates += [(code.code, found) for code, found in zip(pool.codes, pair.by_code, strict=True)]
            for code, found in estimates:
                rows.append(
                    [
                        *pair.coders,
                        pool.kind,
                        code,
                        report.name(code) if code else "all codes",
                        found.variant,
                        found.n_units,
                        _cell(found.value),
                        STATUSES[found.status],
                    ]
                )
    return safe_csv(header, rows)


def disagreements_csv(report: AgreementReport) -> bytes:
    """One row a disagreement, worst codes first, with empty columns for what the meeting decides."""
    coders = report.compared.coders
    header = ["rank", "kind", "code", "other_code", "interview", "unit", "other_unit", "text"]
    header += [f"{coder}: codes" for coder in coders] + [f"{coder}: memo" for coder in coders]
    header += ["pairs", "weight", "before", "after", "cause", "resolution"]
    rows: list[list[Cell]] = []

    @cache
    def named(applied: tuple[str, ...] | None) -> str:
        if applied is None:
            return "(not assigned)"
        return "; ".join(report.name(code) for code in applied) or "(nothing)"

    for rank, found in enumerate(report.disagreements, start=1):
        codes = [report.name(code) for code in found.codes]
        rows.append(
            [
                rank,
                found.kind,
                codes[0],
                codes[1] if len(codes) > 1 else "",
                found.interview or "",
                found.unit,
                found.other_unit or "",
                found.text,
                *(named(found.readings.get(coder)) for coder in coders),
                *(found.memos.get(coder, "") for coder in coders),
                "; ".join(f"{a} / {b}" for a, b in found.pairs),
                _cell(found.weight),
                found.before,
                found.after,
                "",
                "",
            ]
        )
    return safe_csv(header, rows)


def _estimate(found: Estimate) -> list[Cell]:
    return [_cell(found.value), _cell(found.low), _cell(found.high), STATUSES[found.status]]


def _cell(value: float | None) -> Cell:
    return "" if value is None else round(value, 4) + 0.0
