"""Suggestions learnt from human codes: as `thematic evaluate` measures them, on every set in a folder.

    python benchmarks/learned.py --data DIR [--only NAME] [--record]

DIR holds pairs NAME.jsonl (rows `doc`, `i`, `speaker`, `text`, `codes`) and NAME.codebook.json. Whole
interviews are kept back, and every choice (how to learn, calibration, thresholds, the promise) is made
without them. One draw a fold, five folds. Differences under about .03 are noise on sets of this size.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from thematic.embedding import EmbedSettings
from thematic.evaluating import evaluate_data
from thematic.formats.evaluation.evaluation_rows import method_rows
from thematic.suggestion import SuggestSettings

RESULTS = Path(__file__).parent / "results" / "learned.md"


def section(name: str, report: dict[str, Any], seconds: float) -> list[str]:
    full, promise, data = report["full"], report["promise"], report["data"]
    lines = [
        f"### {name}: {data['coded']} coded of {data['excerpts']} excerpts, "
        f"{data['interviews']} interviews, {data['codes_in_use']} codes in use",
        "",
        "| method | recall@1 | recall@3 | recall@5 | mAP |",
        "|---|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in method_rows(report)),
        "",
        "| learnt from | thematic, recall@1 / @3 / mAP | TF-IDF + logistic regression | better at |",
        "|---|---|---|---|",
    ]
    for what, unit in (("few_shot", "examples a code"), ("interviews", "interviews")):
        for size, ours in report[what].items():
            theirs = report["baselines"]["tfidf_lr"][what].get(size)
            if theirs is None:
                continue
            keys = ("recall_at_1", "recall_at_3", "mean_average_precision")
            better = sum(ours[key] > theirs[key] for key in keys)
            cells = (" / ".join(f"{found[key]:.3f}" for key in keys) for found in (ours, theirs))
            lines.append(f"| {size} {unit} | {' | '.join(cells)} | {better} of 3 |")
    eight = report["few_shot"]["8"]
    share = " / ".join(f"{eight[f'recall_at_{k}'] / full[f'recall_at_{k}']:.0%}" for k in (1, 3, 5))
    lines += [
        "",
        f"- With 8 examples a code, of what all other interviews reach: {share} of recall@1 / @3 / @5.",
        f"- Chosen in the folds: {'; '.join(sorted(set(report['chosen'])))}.",
        f"- Calibration error {full['ece']:.3f} over all codes, {full['ece_first']:.3f} of first "
        f"suggestions; macro-F1 {full['macro_f1']:.3f}; no suggestion for {full['abstained']:.1%} of "
        f"excerpts ({full['abstained_of_coded']:.1%} of coded ones).",
        f"- Promise of {promise['target']:.0%}: "
        + (
            f"kept in {promise['kept']:.0%} of {promise['splits']} random splits, made in {promise['made']}, "
            f"coverage {promise['coverage']:.1%}"
            if promise["splits"]
            else "not tried"
        )
        + (f", right {promise['precision']:.1%}." if promise["made"] else f"; {promise['reason']}."),
        f"- {seconds:.0f} s of processor time, embedding included.",
        "",
    ]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only")
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name} as well")
    options = parser.parse_args()
    lines: list[str] = []
    for path in sorted(options.data.glob(f"{options.only or '*'}.jsonl")):
        began = time.process_time()
        report = evaluate_data(
            path,
            path.with_name(f"{path.stem}.codebook.json"),
            embed=EmbedSettings(),
            suggest=SuggestSettings(),
            on_stage=lambda _name: lambda _done, _total: None,
        )
        lines += section(path.stem, report, time.process_time() - began)
        print("\n".join(lines), flush=True)
    if options.record:
        head = [
            "# Suggestions learnt from human codes",
            "",
            (__doc__ or "").strip().replace("\n    ", "\n"),
            "",
        ]
        RESULTS.write_text("\n".join(head + lines), encoding="utf-8")


if __name__ == "__main__":
    main()
