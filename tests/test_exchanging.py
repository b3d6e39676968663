"""A study through REFI-QDA and back is the same study; a project through a study and back keeps its GUIDs."""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.codebook_strategies import codebooks
from thematic.errors import SettingsError
from thematic.exchanging import export_qdpx
from thematic.formats.codebooks.front_door import write_codebook_yaml
from thematic.formats.projects.front_door import read_project
from thematic.formats.projects.project_texts import project_transcript
from thematic.formats.transcripts.reading import SourceFile
from thematic.importing import import_project, new_study
from thematic.journal import Journal
from thematic.model import Codebook, Decision, Quote
from thematic.pipeline import Pipeline
from thematic.selection import Selection
from thematic.status import verify_study
from thematic.study import Study, StudySettings

ROOT = Path(__file__).parents[1]
SCHEMA = etree.XMLSchema(etree.parse(ROOT / "thematic" / "schemas" / "Project.xsd"))
NS = "{urn:QDA-XML:project:1.0}"

_TEXTS = st.lists(
    st.sampled_from(
        [
            "INT: Why?\n",
            "P: Well… ",
            "😀👍🏽 ",
            "e\u0301tonnant ",
            "שלום עולם\n",
            "تمام. ",
            "\u2028",
            "a",
            " ",
            "\n\n",
        ]
    ),
    min_size=1,
    max_size=14,
).map("".join)
_MEMOS = st.sampled_from(["", "", "see <b>&amp;</b> “later”", "two\n\nparagraphs", "😀"])
_VALUES = st.sampled_from(
    ["42", "-3", "007", "1.50", "2024-02-29", "2024-02-30", "true", "=x", "north & south"]
)
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_CODERS = ["ada", "Ben B", "Zoë"]


@st.composite
def decisions(draw: st.DrawFn, texts: dict[str, str], codebook: Codebook) -> list[Decision]:
    codes = [code.id for code in codebook.codes]
    found: dict[tuple[Any, ...], Decision] = {}
    for number in range(draw(st.integers(0, 10))):
        id_ = draw(st.sampled_from(sorted(texts)))
        text = texts[id_]
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
        given_codes = draw(st.lists(st.sampled_from(codes), max_size=3, unique=True))
        memo = draw(_MEMOS)
        if start == end or not given_codes:
            given_codes = []
            memo = memo or "a point"
        coder, layer = draw(st.sampled_from(_CODERS)), draw(st.sampled_from(["independent", "negotiated"]))
        found[coder, layer, id_, start, end] = Decision(
            id=f"d{number}",
            coder_id=coder,
            action="add" if given_codes else "memo",
            at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
            + timedelta(microseconds=draw(st.integers(0, 10**9))),
            quote=Quote(transcript_id=id_, start=start, end=end, text=text[start:end]),
            code_ids=tuple(given_codes),
            memo=memo,
            layer=layer,
            codebook_version=codebook.version,
        )
    return list(found.values())


def make_study(root: Path, codebook: Codebook, texts: dict[str, str], attributes: dict[str, Any]) -> Study:
    study = Study.create(root, StudySettings(title="Clinic & “co”"))
    study.codebook_path.write_bytes(write_codebook_yaml(codebook).encode())
    for id_, text in texts.items():
        transcript = project_transcript(
            text,
            id=id_,
            title=f"The text {id_}",
            file=SourceFile(f"{id_}.txt", text.replace("\n", "\r\n").encode()),
            format="text",
            newline="crlf",
            attributes=attributes.get(id_, {}),
        )
        study.save_transcript(transcript, read_key=id_, report={})
    return study


def people_say(study: Study) -> set[tuple[Any, ...]]:
    """Every coding, and every memo on a passage without codes."""
    pipeline = Pipeline(study)
    said: set[tuple[Any, ...]] = {
        (c.quote, c.code_id, c.coder_id, c.layer, c.memo, c.at) for c in pipeline.codings
    }
    for coder, made in pipeline.decisions.items():
        said |= {(d.quote, None, coder, d.layer, d.memo) for d in made if d.action == "memo"}
    return said


def by_title(study: Study) -> dict[str, tuple[str, dict[str, str]]]:
    return {t.title: (t.text, dict(t.attributes)) for t in Pipeline(study).transcripts.values()}


def renamed(said: set[tuple[Any, ...]], study: Study) -> set[tuple[Any, ...]]:
    titles = {t.id: t.title for t in Pipeline(study).transcripts.values()}
    return {(replace(s[0], transcript_id=titles[s[0].transcript_id]), *s[1:]) for s in said}


def through(study: Study, folder: Path, profile: str) -> tuple[Study, bytes]:
    data = export_qdpx(Pipeline(study), profile=profile).data
    path = folder / f"{profile}.qdpx"
    path.write_bytes(data)
    project = read_project(path)
    other = new_study(folder / f"from-{profile}", project)
    import_project(other, project)
    return other, data


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # each example writes files: shrinking takes minutes
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.data())
def test_a_study_through_refi_and_back_is_the_same(data: st.DataObject) -> None:
    codebook = data.draw(codebooks())
    drawn = data.draw(st.lists(_TEXTS, min_size=1, max_size=2, unique=True))
    texts = {id_: text for id_, text in zip("AB", drawn, strict=False) if text.strip()}
    if not texts:
        return
    attributes = data.draw(
        st.dictionaries(
            st.sampled_from(sorted(texts)),
            st.dictionaries(st.sampled_from(["age", "site", "case"]), _VALUES, max_size=3),
        )
    )
    made = data.draw(decisions(texts, codebook))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        study = make_study(folder / "study", codebook, texts, attributes)
        for decision in made:
            Journal.open(study.journal_path(decision.coder_id)).append(decision)
        for profile in ("spec", "nvivo-win"):
            other, exported = through(study, folder, profile)
            assert by_title(other) == by_title(study)
            ours, theirs = renamed(people_say(study), study), renamed(people_say(other), other)
            assert (ours - theirs, theirs - ours) == (set(), set())
            back = Pipeline(other).codebook
            assert [replace(c, guid=None) for c in back.codes] == [
                replace(c, guid=None) for c in walked(Pipeline(study).codebook)
            ]
            assert verify_study(other) == []
            # And once more: not a byte changes, so every GUID is kept.
            assert export_qdpx(Pipeline(other), profile=profile).data == exported


def walked(codebook: Codebook) -> list[Any]:
    from thematic.codebook import walk

    return [code for _, code in walk(codebook)]


@pytest.mark.parametrize(
    ("profile", "windows", "before"),
    [
        # What stands before “waited”, counted by hand. The standard: code points, a line end is one.
        ("spec", False, len("INT: So? ") + 1 + 1 + len("P: I ")),
        # NVivo for Windows: UTF-16 units, the emoji is two, and so is a line end.
        ("nvivo-win", True, len("INT: So? ") + 2 + 2 + len("P: I ")),
    ],
)
def test_positions_are_counted_as_the_profile_says(
    tmp_path: Path, profile: str, windows: bool, before: int
) -> None:
    from thematic.codebook import make_codebook
    from thematic.model import Code

    codebook = make_codebook("C", [Code(id="waiting", name="Waiting")])
    study = make_study(tmp_path / "study", codebook, {"A": TEXT}, {})
    start = TEXT.index("waited")
    quote = Quote(transcript_id="A", start=start, end=start + 6, text="waited")
    decision = Decision(id="d", coder_id="ada", action="add", at=MOMENT, quote=quote, code_ids=("waiting",))
    Journal.open(study.journal_path("ada")).append(decision)
    package = zipfile.ZipFile(io.BytesIO(export_qdpx(Pipeline(study), profile=profile).data))
    project = etree.fromstring(package.read("project.qde"))
    [selection] = project.iter(f"{NS}PlainTextSelection")
    assert (int(selection.get("startPosition")), int(selection.get("endPosition"))) == (before, before + 6)
    [source] = [name for name in package.namelist() if name.lower().startswith("sources/")]
    assert package.read(source).count(b"\r\n") == (TEXT.count("\n") if windows else 0)


# --- Projects of others ------------------------------------------------------------------------------

USER, OTHER = "{ADA00000-0000-4000-8000-00000000000A}", "be000000-0000-4000-8000-00000000000b"


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


TEXT = "INT: So? 😀\nP: I waited two hours. She listened.\n"


def rich_project() -> str:
    """One of everything that a project can hold besides pictures and recordings."""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<Project xmlns="urn:QDA-XML:project:1.0" name="Clinic" origin="Invented 1.0" creatingUserGUID="{USER}"
 creationDateTime="2026-01-02T03:04:05Z" basePath="C:/Users/somebody/Documents">
<Users><User guid="{USER}" name="Ada"/><User guid="{OTHER}" name="Ben" id="BB"/></Users>
<CodeBook><Codes>
<Code guid="{guid(1)}" name="Access" isCodable="false"><Description>Getting in</Description>
<NoteRef targetGUID="{guid(40)}"/>
<Code guid="{{{guid(2).upper()}}}" name="Waiting" isCodable="true" color="#33cc33"/></Code>
<Code guid="{guid(3)}" name="Care" isCodable="true"/></Codes></CodeBook>
<Variables><Variable guid="{guid(10)}" name="age" typeOfVariable="Integer"><Description>In years</Description>
</Variable><Variable guid="{guid(11)}" name="site" typeOfVariable="Text"/></Variables>
<Cases><Case guid="{guid(20)}" name="P01"><Description>first</Description><CodeRef targetGUID="{guid(3)}"/>
<VariableValue><VariableRef targetGUID="{guid(10)}"/><IntegerValue>42</IntegerValue></VariableValue>
<SourceRef targetGUID="{guid(30)}"/><SelectionRef targetGUID="{guid(31)}"/></Case></Cases>
<Sources><TextSource guid="{guid(30)}" name="Interview 1" plainTextPath="internal://{guid(30)}.txt"
 creatingUser="{USER}" creationDateTime="2026-01-01T00:00:00Z">
<Description>A long talk</Description>
<PlainTextSelection guid="{guid(31)}" name="waited two hours" startPosition="16" endPosition="32"
 creatingUser="{USER}" creationDateTime="2026-01-02T03:04:05Z" modifyingUser="{OTHER}"
 modifiedDateTime="2026-01-02T03:05:05Z"><Description>long!</Description>
<Coding guid="{guid(32)}" creatingUser="{USER}" creationDateTime="2026-01-02T03:04:05Z">
<CodeRef targetGUID="{guid(2)}"/><NoteRef targetGUID="{guid(41)}"/></Coding>
<Coding guid="{guid(33)}" creatingUser="{OTHER}" creationDateTime="2026-01-03T03:04:05Z">
<CodeRef targetGUID="{guid(3)}"/></Coding></PlainTextSelection>
<PlainTextSelection guid="{guid(34)}" name="Quotation 1:2" startPosition="34" endPosition="47"
 creatingUser="{OTHER}"><Description>only a memo</Description></PlainTextSelection>
<PlainTextSelection guid="{guid(35)}" startPosition="34" endPosition="34" creatingUser="{OTHER}">
<Coding guid="{guid(36)}" creatingUser="{OTHER}"><CodeRef targetGUID="{guid(3)}"/></Coding>
</PlainTextSelection>
<Coding guid="{guid(37)}" creatingUser="{USER}"><CodeRef targetGUID="{guid(3)}"/></Coding>
<VariableValue><VariableRef targetGUID="{guid(11)}"/><TextValue>north</TextValue></VariableValue>
</TextSource></Sources>
<Notes><Note guid="{guid(40)}" name="On access" creatingUser="{USER}"><PlainTextContent>What is access?
</PlainTextContent></Note>
<Note guid="{guid(41)}" name="On waiting"><PlainTextContent>Two hours!</PlainTextContent></Note></Notes>
<Links><Link guid="{guid(50)}" name="leads to" direction="OneWay" originGUID="{guid(2)}"
 targetGUID="{guid(3)}"/>
<Link guid="{guid(51)}" originGUID="{guid(2)}" targetGUID="{guid(99)}"/></Links>
<Sets><Set guid="{guid(60)}" name="Mine"><MemberCode targetGUID="{guid(2)}"/>
<MemberSource targetGUID="{guid(30)}"/></Set></Sets>
<Graphs><Graph guid="{guid(70)}" name="Map"><Vertex guid="{guid(71)}" representedGUID="{guid(3)}" firstX="1"
 firstY="2"/></Graph></Graphs>
<Description>All about waiting</Description>
<NoteRef targetGUID="{guid(40)}"/>
</Project>"""


@pytest.fixture
def imported(tmp_path: Path) -> Study:
    return imported_from(tmp_path, rich_project())


def imported_from(tmp_path: Path, xml: str) -> Study:
    path = tmp_path / "clinic.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qde", xml)
        archive.writestr(f"Sources/{guid(30)}.TXT", TEXT.replace("\n", "\r\n"))
    project = read_project(path)
    study = new_study(tmp_path / "study", project)
    import_project(study, project)
    return study


def exported(study: Study, **options: Any) -> Any:
    data = export_qdpx(Pipeline(study), **options).data
    return etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("project.qde"))


def plain(element: Any) -> Any:
    """An element as nested tuples, GUIDs of references in one form."""
    attributes = sorted(
        (k, re.sub(r"[{}]", "", v).lower() if "guid" in k.lower() else v) for k, v in element.attrib.items()
    )
    return (element.tag, attributes, (element.text or "").strip(), [plain(child) for child in element])


def test_a_project_through_a_study_comes_back_as_it_was(imported: Study) -> None:
    before, after = etree.fromstring(rich_project().encode()), exported(imported)
    SCHEMA.assertValid(before)
    SCHEMA.assertValid(after)
    for name in (
        "Users",
        "CodeBook",
        "Variables",
        "Cases",
        "Notes",
        "Sets",
        "Graphs",
        "NoteRef",
        "Description",
    ):
        assert plain(after.find(NS + name)) == plain(before.find(NS + name)), name
    source, came = after.find(f"{NS}Sources/{NS}TextSource"), before.find(f"{NS}Sources/{NS}TextSource")
    assert sorted(map(plain, source)) == sorted(map(plain, came))
    assert source.attrib["guid"] == came.attrib["guid"]
    [link] = after.find(NS + "Links")  # the other one led nowhere
    assert link.attrib["guid"] == guid(50)
    assert "basePath" not in after.attrib
    assert guid(2).upper() in etree.tostring(after).decode()  # as it was written


OTHERS = (
    f'<PictureSource guid="{guid(80)}" name="a.jpg" path="internal://a.jpg" currentPath="/Users/ada/a.jpg">'
    f'<PictureSelection guid="{guid(81)}" firstX="1" firstY="1" secondX="2" secondY="2">'
    f'<Coding guid="{guid(82)}"><CodeRef targetGUID="{guid(3)}"/></Coding>'
    f'<Coding guid="{guid(83)}"><CodeRef targetGUID="{guid(2)}"/></Coding></PictureSelection></PictureSource>'
    f'<AudioSource guid="{guid(84)}" name="b.mp3" path="absolute:///Users/ada/b.mp3"/>'
    f'<TextSource guid="{guid(85)}" name="gone" plainTextPath="internal://gone.txt">'
    f'<PlainTextSelection guid="{guid(86)}" startPosition="3" endPosition="9" creatingUser="{guid(99)}"/>'
    f"</TextSource>"
)


@pytest.mark.parametrize("profile", ["spec", "nvivo-win"])
def test_sources_without_words_go_back_as_they_came_and_tell_nothing_of_a_computer(
    tmp_path: Path, profile: str
) -> None:
    xml = rich_project().replace("</Sources>", f"{OTHERS}</Sources>")
    study = imported_from(tmp_path, xml)
    after = exported(study, profile=profile)
    SCHEMA.assertValid(after)
    text = etree.tostring(after).decode()
    assert "ada/" not in text and "currentPath" not in text
    paths = [s.get("path") or s.get("plainTextPath") for s in after.find(NS + "Sources")][1:]
    assert paths == ["relative:///a.jpg", "relative:///b.mp3", "relative:///gone.txt"]
    for number in (80, 81, 82, 83, 84, 85, 86):
        assert f'guid="{guid(number)}"' in text
    assert guid(99) not in text  # a user that is not in the list
    selected = after.find(f".//{NS}PlainTextSelection[@guid='{guid(86)}']")
    assert (selected.get("startPosition"), selected.get("endPosition")) == ("3", "9")
    # a part of the study takes no pictures
    assert guid(80) not in etree.tostring(exported(study, selection=Selection(coders=("Ada",)))).decode()


def test_what_was_no_valid_element_when_it_came_does_not_keep_a_study_from_leaving(tmp_path: Path) -> None:
    odd = f'<PictureSource guid="{guid(87)}"><Surprise/></PictureSource>'
    xml = rich_project().replace("</Sources>", f"{odd}</Sources>").replace("<Set ", '<Set rank="1" ')
    study = imported_from(tmp_path, xml)
    written = export_qdpx(Pipeline(study))
    assert guid(87).encode() not in zipfile.ZipFile(io.BytesIO(written.data)).read("project.qde")
    told = {loss.what for loss in written.report.losses}
    assert {"sources without text", "sets"} <= told


def test_a_project_of_which_no_text_is_there_goes_through_a_study(tmp_path: Path) -> None:
    xml = rich_project()
    a, b = xml.index("<Sources>"), xml.index("</Sources>")
    study = imported_from(tmp_path, f"{xml[:a]}<Sources>{OTHERS}{xml[b:]}")
    after = exported(study)
    SCHEMA.assertValid(after)
    assert [s.get("guid") for s in after.find(NS + "Sources")] == [guid(80), guid(84), guid(85)]


def test_what_it_means_is_in_the_study(imported: Study) -> None:
    pipeline = Pipeline(imported)
    assert {(c.coder_id, c.code_id, c.quote.text, c.memo) for c in pipeline.codings} == {
        ("Ada", "waiting", "waited two hours", "long!\n\nTwo hours!"),
        ("Ben", "care", "waited two hours", "long!"),
        ("Ada", "care", TEXT, ""),
    }
    assert pipeline.transcripts["Interview_1"].attributes == {"case": "P01", "age": "42", "site": "north"}
    folder = imported.root / "imports" / "clinic.qdpx"
    assert "What is access?" in (folder / "notes.md").read_text()
    report = json.loads((folder / "what-was-carried.json").read_text())
    assert report["carried"]["codings"] == 3
    assert {loss["what"] for loss in report["not_carried"]} >= {"links", "sets", "maps"}


def test_what_people_change_afterwards_goes_out_changed(imported: Study) -> None:
    pipeline = Pipeline(imported)
    coding = next(c for c in pipeline.codings if c.code_id == "waiting")
    decision = Decision(
        id="new",
        coder_id="Ada",
        action="change",
        at=datetime(2026, 5, 6, tzinfo=UTC),
        quote=coding.quote,
        code_ids=("care", "waiting"),
        memo="thought again",
    )
    Journal.open(imported.journal_path("Ada")).append(decision)
    sheet = (imported.root / "participants.csv").read_text(encoding="utf-8-sig")
    (imported.root / "participants.csv").write_text(
        sheet.replace('"42"', '"43"').replace('"north"', '"south"').replace("\n", "\n", 1)
    )
    after = exported(imported)
    SCHEMA.assertValid(after)
    selection = next(e for e in after.iter(f"{NS}PlainTextSelection") if e.get("guid") == guid(31))
    codings = selection.findall(f"{NS}Coding")
    assert [c.get("guid") for c in codings][:1] == [guid(32)]
    assert len(codings) == 3  # Ada's two, and Ben's
    assert selection.findtext(f"{NS}Description") == "thought again"
    values = {v.text for v in after.iter(f"{NS}IntegerValue", f"{NS}TextValue")}
    assert values == {"43", "south"}


def test_suggestions_go_out_only_when_asked_for_and_never_come_back_as_codings(
    imported: Study, tmp_path: Path
) -> None:
    assert "machine" not in etree.tostring(exported(imported)).decode()
    data = export_qdpx(Pipeline(imported), with_suggestions=True).data
    path = tmp_path / "with.qdpx"
    path.write_bytes(data)
    root = etree.fromstring(zipfile.ZipFile(path).read("project.qde"))
    SCHEMA.assertValid(root)
    machine = next(u.get("guid") for u in root.iter(f"{NS}User") if "machine" in u.get("name"))
    suggested = [c for c in root.iter(f"{NS}Coding") if c.get("creatingUser") == machine]
    assert suggested
    assert all(
        "not coded by a person" in (c.getparent().findtext(f"{NS}Description") or "") for c in suggested
    )
    project = read_project(path)
    assert {c.coder_id for c in project.codings} == {"Ada", "Ben"}
    assert any(loss.what == "suggestions of the machine" for loss in project.report.losses)


def test_the_same_study_gives_the_same_bytes(imported: Study) -> None:
    first, second = (export_qdpx(Pipeline(imported)).data for _ in range(2))
    assert first == second


def test_an_unknown_profile_is_refused(imported: Study) -> None:
    with pytest.raises(SettingsError, match="maxqda"):
        export_qdpx(Pipeline(imported), profile="maxqda")
