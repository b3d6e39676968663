"""While a page is open, suggestions are learnt anew from what is decided on it, in a process of its own."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.builders import make_study_data
from tests.reporting.studies import code_study, make_study
from tests.web.serving import Client, Served, make_session, serving
from thematic.pipeline import Pipeline
from thematic.study import Study
from thematic.web.opening import open_review
from thematic.web.relearning import Relearner, learn_anew
from thematic.web.session import Submission


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Three interviews in which Ada has coded."""
    study = make_study(tmp_path / "study")
    code_study(study, ["a"])
    return study


def until(done, served: Served) -> None:  # type: ignore[no-untyped-def]
    """Wait for the process that learns; it has a minute on a busy machine."""
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end, served.session.behind
        time.sleep(0.05)


def address(served: Served) -> str:
    return f"{served.origin}/open/{served.secrets.token}"


def test_decisions_on_the_page_change_the_suggestions_of_the_next(study: Study) -> None:
    session = open_review(Pipeline(study), "cara", mode="assist")
    before = {id_: session.shown(id_) for id_ in session.queue}
    assert session.learnt[0].startswith("Suggestions are learnt from")
    with serving(session, Relearner(session, study.root, every=3)) as served:
        client = Client(address(served))
        code = session.data.codebook.codes[-1].id
        for _ in range(3):
            client.decide(code)
        until(lambda: session.generation == 1, served)
        learnt = Pipeline(study)
        now = {id_: session.shown(id_) for id_ in session.queue}
        client.get("/overview")
        assert client.page is not None
        assert "after every 3 of your decisions; on this page 1 time so far" in client.page.text
        client.close()
    assert now != before
    assert learnt.suggestions_path.is_file(), "made by the other process, under the key of these decisions"
    assert {s for found in now.values() for s in found} <= set(learnt.suggestions)
    assert session.learnt == learnt.learning.sentences  # type: ignore[union-attr]
    assert "by 2 coders" in session.learnt[0]


def test_while_another_command_works_in_the_study_it_is_said_and_tried_again(study: Study) -> None:
    session = open_review(Pipeline(study), "cara", mode="assist")
    with serving(session, Relearner(session, study.root, every=2)) as served:
        client = Client(address(served))
        with study.lock():
            for _ in range(2):
                client.decide(session.data.codebook.codes[-1].id)
            until(lambda: session.behind, served)
        assert session.generation == 0
        client.get("/overview")
        assert client.page is not None
        assert f"The last time it could not be done: {session.behind}." in client.page.text
        client.get("/next")
        client.decide(session.data.codebook.codes[-1].id)
        until(lambda: session.generation == 1, served)
        client.close()
    assert session.behind == ""


def test_what_is_refused_is_told_by_the_process(tmp_path: Path) -> None:
    assert set(learn_anew(tmp_path)) == {"error"}


def test_a_decision_is_logged_with_the_suggestions_that_its_page_showed(tmp_path: Path) -> None:
    data = make_study_data(codings=())
    session = make_session(tmp_path, data=data, mode="assist")
    id_ = next(i for i in session.queue if session.shown(i))
    first = session.show(id_)
    others = [s for s in data.suggestions if s.excerpt_id != id_]
    session.take_suggestions(others, ["Suggestions are learnt from 9 coded excerpts."])
    assert session.shown(id_) == ()
    session.save(id_, Submission(action="none-apply", decision_id="1" * 32, version=""))
    shown = session.journal.decisions[-1].details["shown"]
    assert [each["code"] for each in shown] == [s.code_id for s in first]
    after = next(i for i in session.queue if session.shown(i) and i != id_)
    session.show(after)
    session.save(after, Submission(action="none-apply", decision_id="2" * 32, version="", generation=1))
    shown = session.journal.decisions[-1].details["shown"]
    assert [each["code"] for each in shown] == [s.code_id for s in session.shown(after)]


def test_a_blind_coder_hears_nothing_of_suggestions(study: Study) -> None:
    session = open_review(Pipeline(study), "cara")
    assert session.learnt == ()
    with serving(session) as served:
        client = Client(address(served))
        client.get("/overview")
        assert client.page is not None
        assert "What suggestions come from" not in client.page.text
        client.close()
