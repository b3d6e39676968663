"""What a run has taken: stages inside others are counted once."""

from __future__ import annotations

import pytest

from thematic import ledger as module
from thematic.ledger import Ledger


def test_a_stage_inside_another_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 4.0, 5.0, 6.0, 10.0, 20.0])
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(clock))
    ledger = Ledger()
    with ledger.stage("suggest"):  # from 0 to 10
        with ledger.stage("columns"):  # from 1 to 4
            pass
        with pytest.raises(ZeroDivisionError), ledger.stage("embed"):  # from 5 to 6
            _ = 1 / 0
    assert ledger.seconds == {"columns": 3.0, "embed": 1.0, "suggest": 6.0}
    ledger.count("embed", 30, computed=True)
    record = ledger.record(began=0.0, excerpts=60)
    assert record["seconds_total"] == 20.0
    assert record["excerpts_per_second"] == {"embed": 30.0, "suggest": 10.0}
