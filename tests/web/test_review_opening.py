"""From a study folder to a page: what each mode loads, what is refused, and the two commands as processes."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.builders import make_study_data
from tests.web.serving import Client
from thematic.errors import InputError, SettingsError, StudyError
from thematic.journal import read_journal
from thematic.model import Clustering, Provenance, Suggestion
from thematic.pipeline import Pipeline
from thematic.study import Study, StudySettings
from thematic.web.opening import alone, open_adjudication, open_review
from thematic.web.server import listen
from thematic.web.session import Submission

CODEBOOK = Path(__file__).parents[2] / "codebooks" / "smart_recovery.yaml"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """The invented interviews in a study folder, with the packaged codebook."""
    study = Study.create(tmp_path / "study", StudySettings(title="Invented"))
    study.codebook_path.write_bytes(CODEBOOK.read_bytes())
    for transcript in make_study_data().transcripts:
        study.save_transcript(transcript, read_key="k", report={})
    return study


def code_ids(study: Study) -> list[str]:
    return [code.id for code in Pipeline(study).codebook.codes if code.parent_id][:3]


@contextmanager
def command(study: Study, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`thematic …` as a process of its own, and the address that it prints on stderr."""
    line = [sys.executable, "-m", "thematic", *arguments, "--no-open", "--study", str(study.root)]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert process.stdout is not None
    try:
        said = ""
        while not (found := re.search(r"http://127\.0\.0\.1:\d+/open/\S+", said)):
            new = process.stderr.readline()
            assert new, said
            said += new
        yield process, found.group()
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
        process.stdout.close()


def code_with(study: Study, coder: str, *choices: tuple[str, ...]) -> None:
    session = open_review(Pipeline(study), coder)
    for i, codes in enumerate(choices):
        action: Any = "decide" if codes else "none-apply"
        session.save(
            session.queue[i],
            Submission(action=action, decision_id=f"{coder}{i}", version="", code_ids=codes),
        )


def test_blind_reads_neither_suggestions_nor_clusters_nor_other_people(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    code_with(study, "ben", tuple(code_ids(study)[:1]))

    def forbidden(_self: object) -> None:
        raise AssertionError("blind coding must not read this")

    for name in ("suggestions", "clustering", "vectors", "codings", "decisions", "anchored"):
        monkeypatch.setattr(Pipeline, name, property(forbidden))
    session = open_review(Pipeline(study), "ada")
    assert session.data.suggestions == ()
    assert session.data.clustering is None
    assert session.data.codings == ()
    assert session.decided == set()
    assert list(session.queue) == [e.id for e in Pipeline(study).excerpts]


def test_assist_and_reveal_have_suggestions_and_clusters(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Pipeline(study).excerpts[0]
    suggestion = Suggestion(
        excerpt_id=first.id, code_id=code_ids(study)[0], rank=1, score=0.9, band="strong", status="suggested"
    )
    clustering = Clustering(
        clusters=(), unclustered=(), provenance=Provenance(stage="cluster", version="0", settings={})
    )
    monkeypatch.setattr(Pipeline, "suggestions", (suggestion,))
    monkeypatch.setattr(Pipeline, "clustering", clustering)
    for mode in ("reveal", "assist"):
        session = open_review(Pipeline(study), "ada", mode=mode)  # type: ignore[arg-type]
        assert session.data.suggestions == (suggestion,)
        assert session.data.clustering is clustering
    # A blind coder may have the order by uncertainty, but not what it comes from.
    session = open_review(Pipeline(study), "ada", order="uncertainty")
    assert session.data.suggestions == ()
    assert sorted(session.queue) == sorted(e.id for e in Pipeline(study).excerpts)


def test_what_cannot_be_meant_is_told_with_the_next_step(study: Study) -> None:
    for fields, hint in (
        ({"order": "disagreement"}, "--mode assist"),
        ({"order": "code"}, "--order code --code ID"),
        ({"code_id": "x"}, "--order code --code ID"),
        ({"transcript_id": "P9"}, "choose P01, P02 or P03"),
        ({"order": "code", "code_id": code_ids(study)[0] + "s"}, f"did you mean “{code_ids(study)[0]}”"),
    ):
        with pytest.raises(SettingsError) as caught:
            open_review(Pipeline(study), "ada", **fields)  # type: ignore[arg-type]
        assert hint in (caught.value.hint or "")
    with pytest.raises(InputError, match="no excerpt to judge"):
        open_review(Pipeline(study), "ada", order="code", code_id=code_ids(study)[0])
    with pytest.raises(SettingsError, match="cannot be a coder's name"):
        open_review(Pipeline(study), "../ada")


def test_one_transcript_and_one_code_can_be_asked_for(study: Study) -> None:
    wanted = code_ids(study)[0]
    session = open_review(Pipeline(study), "ada", transcript_id="P02")
    assert {session.excerpts[id_].transcript_id for id_ in session.queue} == {"P02"}
    code_with(study, "ada", (wanted,), (), (wanted,))
    session = open_review(Pipeline(study), "ada", order="code", code_id=wanted)
    assert list(session.queue) == [Pipeline(study).excerpts[i].id for i in (0, 2)]


def test_disagreement_takes_two_coders(study: Study) -> None:
    code_with(study, "ana", tuple(code_ids(study)[:1]))
    with pytest.raises(InputError, match="takes two coders; ana has decided so far"):
        open_adjudication(Pipeline(study), "chair")


def test_decisions_on_a_corrected_transcript_stay_where_the_words_are(study: Study) -> None:
    code_with(study, "ada", tuple(code_ids(study)[:1]))
    old = study.transcript("P01")
    extra = "Note: corrected.\n\n"
    moved = replace(
        old,
        text=extra + old.text,
        turns=tuple(replace(t, start=t.start + len(extra), end=t.end + len(extra)) for t in old.turns),
    )
    study.save_transcript(moved, read_key="k2", report={})
    session = open_review(Pipeline(study), "ada")
    assert len(session.decided) == 1
    (id_,) = session.decided
    judgement = session.judgement(id_)
    assert judgement is not None
    assert moved.text[judgement.quote.start : judgement.quote.end] == judgement.quote.text
    assert id_ in session.position


def test_one_page_a_coder(study: Study) -> None:
    with (
        alone(study, "ada"),
        alone(study, "ben"),
        pytest.raises(StudyError, match="is open already"),
        alone(study, "ada"),
    ):
        pass
    with alone(study, "ada"):
        pass


def test_the_socket_is_of_the_loopback_interface() -> None:
    with listen() as sock:
        assert sock.getsockname()[0] == "127.0.0.1"
        with pytest.raises(StudyError, match=f"port {sock.getsockname()[1]} cannot be used"):
            listen(sock.getsockname()[1])


def test_two_coders_and_a_chair_end_to_end(study: Study) -> None:
    a, b, _ = code_ids(study)
    for coder, codes in (("ana", (a, a)), ("ben", (a, b))):
        with command(study, "review", "--coder", coder) as (process, address):
            client = Client(address)
            for code in codes:
                assert client.decide(code).status == 200
            client.close()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
            assert (process.returncode, out) == (0, "")
            assert "2 decisions kept" in err
    with command(study, "adjudicate", "--coder", "chair") as (process, address):
        client = Client(address)
        assert client.page is not None
        assert "0 of 1 settled" in client.page.text
        assert "Nothing is left to settle" in client.decide(b, memo="the second reading").text
        client.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    (decision,) = read_journal(study.journal_path("chair"))[0]
    assert (decision.layer, decision.code_ids, decision.memo) == ("negotiated", (b,), "the second reading")
    assert decision.details["positions"] == {"ana": [a], "ben": [b]}
    codings = Pipeline(study).codings
    assert sorted((c.coder_id, c.layer, c.code_id) for c in codings) == sorted(
        [
            ("ana", "independent", a),
            ("ana", "independent", a),
            ("ben", "independent", a),
            ("ben", "independent", b),
            ("chair", "negotiated", b),
        ]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--blind", "--mode", "assist"), "exclude each other"),
        (("--mode", "asist"), "did you mean “assist”?"),
        (("--order", "random"), "choose transcript, learning, uncertainty, code or disagreement"),
    ],
)
def test_a_wrong_flag_is_told_before_anything_starts(
    study: Study, arguments: tuple[str, ...], message: str
) -> None:
    line = [sys.executable, "-m", "thematic", "review", "--coder", "ada", "--study", str(study.root)]
    done = subprocess.run([*line, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_page_that_nobody_uses_stops_by_itself(study: Study) -> None:
    with command(study, "review", "--coder", "ada", "--idle", "0.02") as (process, _):
        assert process.wait(30) == 0
        assert process.stderr is not None
        assert "no page was asked for in 0.02 minutes" in process.stderr.read()


def test_a_page_that_is_used_goes_on(tmp_path: Path) -> None:
    from thematic.web.server import Idle

    async def app(scope: Any, receive: Any, send: Any) -> None: ...

    idle = Idle(app)
    idle.last -= 100
    assert idle.seconds > 99
    call = idle({"type": "http"}, None, None)  # type: ignore[arg-type]
    with pytest.raises(
        StopIteration
    ):  # by hand: in a process that drives a browser an event loop runs already
        call.send(None)
    assert idle.seconds < 99
