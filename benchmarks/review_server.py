"""The review page under load: speed on 50,000 excerpts, memory, kills, and eight coders at once.

    python -m benchmarks.review_server [speed] [kills] [coders]

Every number is taken from outside: a client that sends what a browser sends, to a server in its own process.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.web.serving import Client
from tests.web.test_review_kept import check_all_kept, code_at_once, review_with_kills, worker

EXCERPTS, DECISIONS = 50_000, 5_000
KILLED_DECISIONS = 500
CODERS, DECISIONS_A_CODER = 8, 200


def speed() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        worker(Path(folder), "ada", EXCERPTS, "assist") as (process, address),
    ):
        begin = time.perf_counter()
        client = Client(address)  # the token, the start page, the first excerpt
        row("first page, through both redirects", f"{1000 * (time.perf_counter() - begin):.1f} ms", "300 ms")
        first = memory(process.pid)
        seconds = []
        for i in range(DECISIONS):
            begin = time.perf_counter()
            answer = client.decide(("ease", "bonds", "extra-support")[i % 3])
            seconds.append(time.perf_counter() - begin)
            assert answer.status == 200
        median, slow = 1000 * statistics.median(seconds), 1000 * statistics.quantiles(seconds, n=20)[-1]
        row("decision, saved and the next page read, median", f"{median:.1f} ms", "50 ms")
        row("the same, 95th percentile", f"{slow:.1f} ms", "")
        early, late = (1000 * statistics.median(part) for part in (seconds[:500], seconds[-500:]))
        row("median of the first 500; of the last 500", f"{early:.1f}; {late:.1f} ms", "")
        last = memory(process.pid)
        row(f"memory before and after {DECISIONS:,} decisions", f"{first:.0f}; {last:.0f} MB", "flat")
        row("growth a decision", f"{1024 * (last - first) / DECISIONS:.1f} KB", "the decision itself")
        client.close()


def memory(pid: int) -> float:
    """Resident megabytes of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def kills() -> None:
    with tempfile.TemporaryDirectory() as folder:
        acknowledged, times = review_with_kills(Path(folder), KILLED_DECISIONS, seed=7)
        check_all_kept(Path(folder) / "ada.jsonl", acknowledged)
        row(f"{KILLED_DECISIONS} decisions, server killed {times} times", "0 lost, 0 twice", "0, 0")


def coders() -> None:
    with tempfile.TemporaryDirectory() as folder:
        names = [f"coder-{i}" for i in range(CODERS)]
        begin = time.perf_counter()
        code_at_once(Path(folder), names, DECISIONS_A_CODER)
        took = time.perf_counter() - begin
        row(f"{CODERS} coders at once, {DECISIONS_A_CODER} decisions each", "all there", "all there")
        row("the same, with starting eight servers", f"{took:.0f} s", "")


def row(what: str, found: str, wanted: str) -> None:
    print(f"{what:<58}{found:>22}{wanted:>22}", flush=True)


if __name__ == "__main__":
    row("", "found", "wanted")
    for name in sys.argv[1:] or ("speed", "kills", "coders"):
        {"speed": speed, "kills": kills, "coders": coders}[name]()
