"""No acknowledged decision is lost: servers killed at random, coders at once, forms sent twice, full disk."""

from __future__ import annotations

import http.client
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.web.serving import Client, make_session, serving
from thematic.errors import StudyError
from thematic.journal import Journal, read_journal, verify_journal
from thematic.model import Decision
from thematic.web.session import Submission

ROOT = Path(__file__).parents[2]


@contextmanager
def worker(
    folder: Path, coder: str, excerpts: int, mode: str = "blind"
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A serving process of its own and its address; ended at the end."""
    command = [sys.executable, "-m", "tests.web.review_worker", str(folder), coder, str(excerpts), mode]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def review_with_kills(folder: Path, count: int, seed: int) -> tuple[list[str], int]:
    """Decide on `count` excerpts while the server is killed at random; returns the ids of the decisions that
    were acknowledged, and how often it was killed. A form without an answer is sent again after the restart.
    """
    rng = random.Random(seed)
    acknowledged: list[str] = []
    kills = 0
    pending: tuple[str, list[tuple[str, str]]] | None = None
    while len(acknowledged) < count:
        with worker(folder, "ada", count) as (process, address):
            client = Client(address)
            client.get("/")
            # By decisions, not by the clock: a fast machine would be done before the first kill.
            last = len(acknowledged) + rng.randint(2, max(4, count // 8))
            timer = threading.Timer(rng.uniform(0, 0.01), os.kill, (process.pid, signal.SIGKILL))
            try:
                while len(acknowledged) < count:
                    if pending is None:
                        assert client.page is not None
                        form = client.form(("action", "decide"), ("code", rng.choice(["ease", "bonds"])))
                        pending = client.path, form
                    else:  # the secrets of the page are new after a restart, the decision is the same
                        fresh = client.page.field("csrf")
                        pending = pending[0], [(k, fresh if k == "csrf" else v) for k, v in pending[1]]
                    answer = client.request("POST", *pending, follow=False)
                    assert answer.status == 303, answer.text
                    acknowledged.append(dict(pending[1])["decision"])
                    pending = None
                    if len(acknowledged) == last:
                        timer.start()
                    if len(acknowledged) < count:
                        client.get(answer.headers["Location"])
            except (OSError, http.client.HTTPException):
                kills += 1
            finally:
                timer.cancel()
                client.close()
    return acknowledged, kills


def check_all_kept(path: Path, acknowledged: list[str]) -> None:
    decisions, problems = read_journal(path)
    assert problems == []
    assert verify_journal(path) == []
    kept = [d.id for d in decisions]
    assert sorted(kept) == sorted(acknowledged)
    assert max(Counter(kept).values()) == 1
    assert len({d.excerpt_id for d in decisions}) == len(decisions)


def test_a_server_killed_at_random_loses_no_acknowledged_decision(tmp_path: Path) -> None:
    acknowledged, kills = review_with_kills(tmp_path, 40, seed=3)
    assert kills >= 3
    check_all_kept(tmp_path / "ada.jsonl", acknowledged)


def test_a_torn_line_is_set_aside_and_told(tmp_path: Path) -> None:
    with serving(make_session(tmp_path)) as served:
        client = Client(served.secrets.address)
        client.decide(action="none-apply")
        client.close()
    path = tmp_path / "ada.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 2])
    session = make_session(tmp_path)
    assert session.journal.torn is not None
    assert session.journal.torn.read_bytes() == whole[: len(whole) // 2]
    assert path.read_bytes() == whole
    assert len(session.decided) == 1


def code_alone(folder: Path, coder: str, count: int, faults: list[BaseException]) -> None:
    try:
        with worker(folder, coder, count) as (_, address):
            client = Client(address)
            for i in range(count):
                assert client.decide(("ease", "bonds")[i % 2]).status == 200
            client.close()
    except BaseException as fault:
        faults.append(fault)


def code_at_once(folder: Path, coders: list[str], count: int) -> None:
    """Each coder decides `count` times, all at once, each on a page of their own over one folder."""
    faults: list[BaseException] = []
    threads = [threading.Thread(target=code_alone, args=(folder, c, count, faults)) for c in coders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    for coder in coders:
        decisions, problems = read_journal(folder / f"{coder}.jsonl")
        assert problems == []
        assert (len(decisions), {d.coder_id for d in decisions}) == (count, {coder})
        assert len({d.excerpt_id for d in decisions}) == count


def test_coders_at_once_do_not_touch_each_other(tmp_path: Path) -> None:
    code_at_once(tmp_path, ["ada", "ben", "cy"], 15)


def test_the_tabs_of_one_coder_at_once_lose_nothing(tmp_path: Path) -> None:
    """Eight clients of one coder fight for the same excerpts: each acknowledged decision is there, and where
    an excerpt was decided on twice, the second client had seen the first decision and changed it."""
    with serving(make_session(tmp_path)) as served:
        saved, told = [], []

        def work(name: str) -> None:
            client = Client(served.secrets.address)
            for _ in range(9):
                form = client.form(("action", "none-apply"), ("memo", name))
                answer = client.request("POST", client.path, form, follow=False)
                (saved if answer.status == 303 else told).append(dict(form)["decision"])
                assert answer.status in (303, 409)
                if not client.get("/").text.count('id="decide"'):
                    break
            client.close()

        threads = [threading.Thread(target=work, args=(str(i),)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    decisions, _ = read_journal(tmp_path / "ada.jsonl")
    assert sorted(d.id for d in decisions) == sorted(saved)
    first = [d.excerpt_id for d in decisions if d.action == "none-apply"]
    assert len(first) == len(set(first)) == 9
    assert {d.action for d in decisions} <= {"none-apply", "change"}
    assert told


def test_a_form_that_is_sent_twice_counts_once(tmp_path: Path) -> None:
    with serving(make_session(tmp_path)) as served:
        client = Client(served.secrets.address)
        path, form = client.path, client.form(("action", "decide"), ("code", "ease"))
        first = client.request("POST", path, form, follow=False)
        second = client.request("POST", path, form, follow=False)
        assert (first.status, second.status) == (303, 303)
        assert len(served.session.journal.decisions) == 1
        client.close()


def test_a_full_disk_is_told_and_the_choice_is_still_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(make_session(tmp_path)) as served:
        client = Client(served.secrets.address)
        path, form = client.path, client.form(("code", "ease"), ("memo", "kept <b>memo</b>"))

        def full(_decision: Decision) -> Decision:
            raise StudyError("the decision was not saved: no space left on device", hint="make room")

        with monkeypatch.context() as patch:
            patch.setattr("thematic.journal.Journal.append", lambda _self, decision: full(decision))
            answer = client.request("POST", path, form)
        assert answer.status == 507
        assert "No space left on device" in answer.text or "no space left on device" in answer.text
        assert "Make room." in answer.text
        assert 'value="ease" checked' in answer.text
        assert "kept &lt;b&gt;memo&lt;/b&gt;" in answer.text
        assert served.session.decided == set()
        assert client.request("POST", path, form).status == 200
        assert len(served.session.decided) == 1
        client.close()


def test_what_another_program_appends_is_taken_in(tmp_path: Path) -> None:
    with serving(make_session(tmp_path)) as served:
        client = Client(served.secrets.address)
        other = make_session(tmp_path)
        stale = client.form(("action", "none-apply"))
        path = client.path
        other.save(
            other.queue[0], Submission(action="decide", decision_id="x", version="", code_ids=("ease",))
        )
        assert client.request("POST", path, stale).status == 409
        assert "1 of 9" in client.get("/overview").text
        assert len(Journal.open(tmp_path / "ada.jsonl").decisions) == 1
        client.close()


def test_the_last_decisions_are_as_fast_as_the_first(tmp_path: Path) -> None:
    """The cost of a decision does not grow with the number before it."""
    with worker(tmp_path, "ada", 240) as (_, address):
        client = Client(address)
        seconds = []
        for _ in range(240):
            begin = time.perf_counter()
            assert client.decide("ease").status == 200
            seconds.append(time.perf_counter() - begin)
        client.close()
    first, last = sorted(seconds[20:100])[20], sorted(seconds[-80:])[20]
    assert last < 2 * first + 0.005
