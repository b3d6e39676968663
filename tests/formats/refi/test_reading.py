"""Projects as programs of the field leave them: what is odd is put right, what is missing is told."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.formats.refi.projects import (
    CODES,
    TEXT,
    Counting,
    archive,
    guid,
    project,
    project_xml,
    selection,
    text_source,
    write,
)
from tests.formats.writers import docx, paragraph, run
from thematic.coded_project import CodedProject
from thematic.errors import InputError
from thematic.formats.projects.front_door import ProjectSettings, read_project, sniff_project

FILE = f"{guid('source')}.txt"
START = TEXT.index("waited two hours")
WAITED = selection("waited", START, START + 16, name="waited two hours")


def read(path: Path, xml: str, files: dict[str, bytes] | None = None, **settings: Any) -> CodedProject:
    written = write(path / "p.qdpx", archive(xml, {FILE: TEXT.encode()} if files is None else files))
    return read_project(written, settings=ProjectSettings(**settings))


def coded_with_care(name: str, user: str = "ada") -> str:
    made = f'guid="{guid(name)}" creatingUser="{guid(user)}"'
    return f'<Coding {made}><CodeRef targetGUID="{guid("care")}"/></Coding>'


def lost(project: CodedProject) -> dict[str, int]:
    return {loss.what: loss.count for loss in project.report.losses}


@pytest.mark.parametrize("qde", ["project.qde", "Project.QDE", "My Study.qde", "folder/project.qde"])
@pytest.mark.parametrize("folder", ["sources", "Sources", "SOURCES"])
def test_names_in_the_package_may_be_spelt_otherwise(tmp_path: Path, qde: str, folder: str) -> None:
    assert len(read_project(project(tmp_path / "a.qdpx", qde=qde, folder=folder)).codings) == 6


def test_names_with_backslashes_and_the_files_of_macs(tmp_path: Path) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("project.qde", project_xml(text_source(WAITED)))
        made.writestr(f"Sources\\{FILE.upper()}", TEXT)
        made.writestr("sources/.root", b"\x00")
        made.writestr("__MACOSX/._project.qde", b"\x00")
    assert len(read_project(write(tmp_path / "a.qdpx", out.getvalue())).codings) == 1


@pytest.mark.parametrize("beside", ["sources", "Sources", ""])
def test_a_bare_qde_takes_its_texts_from_beside_it(tmp_path: Path, beside: str) -> None:
    folder = tmp_path / beside
    folder.mkdir(exist_ok=True)
    (folder / FILE).write_bytes(TEXT.encode())
    path = write(tmp_path / "project.qde", project_xml(text_source(WAITED)).encode())
    assert [c.quote.text for c in read_project(path).codings] == ["waited two hours"]


def test_a_bare_qde_without_its_texts_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "project.qde", project_xml(text_source(WAITED)).encode())
    read = read_project(path)
    assert read.codings == ()
    assert lost(read)["selections and codings of a text"] == 1


@pytest.mark.parametrize(
    "written",
    ["absolute:///etc/passwd", "relative:///../../etc/passwd", "internal://../x.txt", "internal://.."],
)
def test_a_path_that_leads_elsewhere_is_not_followed(tmp_path: Path, written: str) -> None:
    assert read(tmp_path, project_xml(text_source(WAITED, path=written))).texts == ()


def test_guids_with_braces_and_in_capitals_are_the_same(tmp_path: Path) -> None:
    xml = project_xml(text_source(WAITED)).replace(
        f'CodeRef targetGUID="{guid("waiting")}"', f'CodeRef targetGUID="{{{guid("waiting").upper()}}}"'
    )
    [coding] = read(tmp_path, xml).codings
    assert (coding.code_id, coding.coder_id) == ("waiting", "Ada")


@pytest.mark.parametrize(
    "namespace", ["urn:QDA-XML:project:1.5", "http://schema.qdasoftware.org/project", ""]
)
def test_another_namespace_is_read_and_told(tmp_path: Path, namespace: str) -> None:
    found = read(tmp_path, project_xml(text_source(WAITED), namespace=namespace))
    assert len(found.codings) == 1
    assert any("namespace" in note for note in found.report.notes)


def test_codes_without_colour_folders_and_users_that_are_not_listed(tmp_path: Path) -> None:
    stranger = WAITED.replace(guid("ada"), guid("nobody"))
    found = read(tmp_path, project_xml(text_source(stranger), users=""))
    assert [c.coder_id for c in found.codings] == [f"user-{guid('nobody')[:8]}"]
    assert lost(found)["folders that only group codes (isCodable is false)"] == 1
    assert found.codebook is not None
    assert [(c.name, c.color) for c in found.codebook.codes] == [
        ("Access", None),
        ("Waiting", "#33cc33"),
        ("Care", None),
    ]


def test_codings_that_nobody_signed_are_the_authors_or_nobodys(tmp_path: Path) -> None:
    unsigned = selection("waited", START, START + 16, name="waited two hours", user=None)
    by_author = f'creatingUserGUID="{guid("ben")}"'
    assert (
        read(tmp_path, project_xml(text_source(unsigned), attributes=by_author)).codings[0].coder_id
        == "Ben B"
    )
    assert read(tmp_path, project_xml(text_source(unsigned))).codings[0].coder_id == "unknown-coder"
    assert read(tmp_path, project_xml(text_source(unsigned)), coder="cy").codings[0].coder_id == "cy"


def test_two_users_of_one_name_are_two_coders(tmp_path: Path) -> None:
    users = f'<User guid="{guid("ada")}" name="Ada"/><User guid="{guid("ben")}" name="ada"/>'
    both = WAITED + selection("visit", TEXT.index("visit"), TEXT.index("visit") + 5, user="ben")
    found = read(tmp_path, project_xml(text_source(both), users=users))
    assert {c.coder_id for c in found.codings} == {"Ada", "ada-2"}


def test_a_project_without_codes_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, project_xml(text_source(""), codes=""))
    assert (found.codebook, len(found.texts)) == (None, 1)


def test_a_coding_of_a_code_that_is_not_there_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, project_xml(text_source(WAITED), codes=CODES.replace(guid("waiting"), guid("x"))))
    assert (found.codings, lost(found)["codings"]) == ((), 1)


def test_a_text_coded_as_a_whole_is_coded_in_all_its_words(tmp_path: Path) -> None:
    whole = coded_with_care("w", user="ben")
    [coding] = read(tmp_path, project_xml(text_source(whole))).codings
    assert (coding.whole, coding.quote.text, coding.coder_id) == (True, TEXT, "Ben B")


def test_memos_come_from_descriptions_and_notes_and_not_from_repeated_quotes(tmp_path: Path) -> None:
    inside = f'<Description>so long</Description><NoteRef targetGUID="{guid("n")}"/>'
    repeated = "<Description>waited  two hours</Description>"
    # in the order of the schema, a note stands after the codings; readers must not mind
    notes = (
        f'<Notes><Note guid="{guid("n")}" name="N"><PlainTextContent>see 😀</PlainTextContent></Note></Notes>'
    )
    for text, memo in ((inside, "so long\n\nsee 😀"), (repeated, "")):
        coded = selection("waited", START, START + 16, name="waited two hours", inside=text)
        [coding] = read(tmp_path, project_xml(text_source(coded), after=notes)).codings
        assert coding.memo == memo


def test_a_selection_with_only_a_memo_is_kept(tmp_path: Path) -> None:
    only = selection(
        "waited", START, START + 16, name="waited two hours", code=None, inside="<Description>!</Description>"
    )
    [coding] = read(tmp_path, project_xml(text_source(only))).codings
    assert (coding.code_id, coding.memo, coding.quote.text) == (None, "!", "waited two hours")


def variables(*names: str) -> str:
    made = "".join(f'<Variable guid="{guid(n)}" name="{n}" typeOfVariable="Text"/>' for n in names)
    return f"<Variables>{made}</Variables>"


def value(name: str, text: str) -> str:
    variable = f'<VariableRef targetGUID="{guid(name)}"/>'
    return f"<VariableValue>{variable}<TextValue>{text}</TextValue></VariableValue>"


def case(name: str, inside: str) -> str:
    return f'<Case guid="{guid(f"case {name}")}" name="{name}">{inside}</Case>'


SOURCE_REF = f'<SourceRef targetGUID="{guid("source")}"/>'


SELECTION_REF = f'<SelectionRef targetGUID="{guid(f"selection waited{START}")}"/>'


@pytest.mark.parametrize(
    ("cases", "on_source", "expected", "told"),
    [
        (case("P01", value("age", "42") + SOURCE_REF), "", {"case": "P01", "age": "42"}, None),
        ("", value("age", "42"), {"age": "42"}, None),
        (
            case("P01", value("age", "42") + SELECTION_REF),
            "",
            {"case": "P01", "age": "42"},
            None,
        ),
        (
            case("P01", value("age", "42") + value("site", "x") + SOURCE_REF)
            + case("P02", value("age", "43") + value("site", "x") + SOURCE_REF),
            "",
            {"case": "P01; P02", "site": "x"},
            "values",
        ),
        (
            case("P01", value("age", "42") + SOURCE_REF) + case("P02", value("age", "9") + SELECTION_REF),
            "",
            {"case": "P01", "age": "42"},
            "cases",
        ),
        (case("P09", value("age", "1")), "", {}, "cases"),
    ],
    ids=["case", "source", "selection", "differing", "part", "nowhere"],
)
def test_cases_and_variables_become_attributes(
    tmp_path: Path, cases: str, on_source: str, expected: dict[str, str], told: str | None
) -> None:
    before = variables("age", "site") + (f"<Cases>{cases}</Cases>" if cases else "")
    found = read(tmp_path, project_xml(text_source(WAITED + on_source), before=before))
    assert found.texts[0].transcript.attributes == expected
    assert told is None or told in lost(found)


def test_a_variable_called_case_or_participant_keeps_its_value(tmp_path: Path) -> None:
    before = variables("case", "Participant")
    source = text_source(WAITED + value("case", "a") + value("Participant", "b"))
    attributes = read(tmp_path, project_xml(source, before=before)).texts[0].transcript.attributes
    assert attributes == {"case (2)": "a", "Participant (2)": "b"}


def test_rich_text_alone_is_read_and_told(tmp_path: Path) -> None:
    data = docx(*(paragraph(run(line)) for line in TEXT.split("\n") if line))
    files = {f"{guid('source')}.docx": data}
    counted = TEXT.replace("\n\n", "\n").index("waited two hours")
    source = text_source(selection("waited", counted, counted + 16, name="waited two hours"))
    source = source.replace("plainTextPath", "richTextPath").replace(".txt", ".docx")
    found = read(tmp_path, project_xml(source), files)
    assert [c.quote.text for c in found.codings] == ["waited two hours"]
    assert any("rich text" in note for note in found.report.notes)
    assert found.texts[0].file_name.endswith(".docx")


def test_pictures_pdfs_and_recordings_are_told_and_their_texts_read(tmp_path: Path) -> None:
    others = (
        f'<PictureSource guid="{guid("pic")}" name="a.jpg"><PictureSelection guid="{guid("ps")}" firstX="1" '
        f'firstY="1" secondX="2" secondY="2">{coded_with_care("pc")}</PictureSelection></PictureSource>'
        f'<PDFSource guid="{guid("pdf")}" name="b.pdf"><Representation guid="{guid("rep")}" '
        f'plainTextPath="internal://{FILE}">{WAITED}</Representation></PDFSource>'
        f'<AudioSource guid="{guid("audio")}" name="c.mp3"><Transcript guid="{guid("tr")}">'
        f"<PlainTextContent>I waited. She listened.</PlainTextContent>"
        f'<SyncPoint guid="{guid("s1")}" timeStamp="0" position="0"/>'
        f'<SyncPoint guid="{guid("s2")}" timeStamp="2000" position="9"/>'
        f'<TranscriptSelection guid="{guid("ts")}" fromSyncPoint="{guid("s1")}" toSyncPoint="{guid("s2")}">'
        f"{coded_with_care('tc')}</TranscriptSelection></Transcript>"
        f'<AudioSelection guid="{guid("as")}" begin="0" end="9">{coded_with_care("ac")}</AudioSelection>'
        f"</AudioSource>"
        f'<VideoSource guid="{guid("video")}" name="d.mp4"/>'
    )
    found = read(tmp_path, project_xml(others))
    assert [(c.quote.transcript_id, c.quote.text) for c in found.codings] == [
        ("b", "waited two hours"),
        ("c", "I waited."),
    ]
    told = lost(found)
    assert told["codings of places in a picture"] == told["codings of places in a recording"] == 1
    assert {"picture files", "PDF files", "recording files", "video files"} <= set(told)
    [turn, *_] = found.texts[1].transcript.turns
    assert turn.start_time == 0.0


def pdf(on_pages: str, in_text: str, words: str = TEXT) -> str:
    text = f"<PlainTextContent>{words}</PlainTextContent>" if words else ""
    return (
        f'<PDFSource guid="{guid("pdf")}" name="b.pdf">{on_pages}'
        f'<Representation guid="{guid("rep")}">{text}{in_text}</Representation></PDFSource>'
    )


def on_page(id_: str, words: str, *, name: str = "", code: str = "care") -> str:
    inside = f'<Representation guid="{guid(f"r{id_}")}"><PlainTextContent>{words}</PlainTextContent>'
    coding = coded_with_care(f"c{id_}", user="ben").replace(guid("care"), guid(code))
    return (
        f'<PDFSelection guid="{guid(id_)}" name="{name}" page="0" firstX="1" firstY="1" secondX="2" '
        f'secondY="2">{f"{inside}</Representation>" if words else ""}{coding}</PDFSelection>'
    )


def test_a_transcript_that_is_also_a_text_is_read_once_with_its_times(tmp_path: Path) -> None:
    at = TEXT.index("P01: Fine") + 2  # in UTF-16 units, as the emoji before it says
    sync = f'<SyncPoint guid="{guid("s1")}" timeStamp="2000" position="{at}"/>'
    transcript = f'<Transcript guid="{guid("tr")}" plainTextPath="internal://{FILE}">{sync}'
    video = f'<VideoSource guid="{guid("v")}" name="d.mp4">{transcript}{{}}</Transcript></VideoSource>'
    waited = selection("waited", START + 3, START + 19, name="waited two hours")
    for inside, number in (
        ("", 1),
        (waited, 2),
    ):  # where something is selected in it, it is a text of its own
        found = read(tmp_path, project_xml(video.format(inside) + text_source(waited)))
        assert len(found.texts) == number
    found = read(tmp_path, project_xml(video.format("") + text_source(waited)))
    [text] = found.texts
    assert [c.quote.text for c in found.codings] == ["waited two hours"]
    assert [turn.start_time for turn in text.transcript.turns] == [None, 2.0, None, None]
    assert any("transcript of d.mp4 is the text P01 interview" in note for note in found.report.notes)


def test_what_is_selected_on_a_page_and_in_the_text_is_one_selection(tmp_path: Path) -> None:
    twin = f"selection waited{START}"
    found = read(tmp_path, project_xml(pdf(on_page(twin, "waited", code="waiting"), WAITED)))
    assert [(c.code_id, c.quote.text) for c in found.codings] == [("waiting", "waited two hours")]
    assert "codings of places in a PDF" not in lost(found)
    other = read(tmp_path, project_xml(pdf(on_page(twin, "waited"), WAITED)))
    assert {(c.code_id, c.quote.text) for c in other.codings} == {
        ("waiting", "waited two hours"),
        ("care", "waited two hours"),
    }


def test_what_is_selected_on_a_page_is_found_in_the_text_by_its_words_where_they_stand_once(
    tmp_path: Path,
) -> None:
    pages = (
        on_page("once", "She  listened.I felt")  # lines of a page are joined as they come
        + on_page("twice", "the")
        + on_page("nowhere", "", name="Quotation 12:3")
        + on_page("named", "", name="And the nurse? P01: She listened.")
    )
    found = read(tmp_path, project_xml(pdf(pages, "")))
    assert [c.quote.text for c in found.codings] == [
        "She listened. I felt",
        "And the nurse?\nP01: She listened.",
    ]
    assert lost(found)["codings of places in a PDF"] == 2
    assert any("2 selections on its pages" in note for note in found.report.notes)


def test_a_coding_with_two_codes_is_two_and_one_without_its_element_is_one(tmp_path: Path) -> None:
    code = f'<CodeRef targetGUID="{guid("care")}"/>'
    both = WAITED.replace("</Coding>", f"{code}</Coding>")
    assert [c.code_id for c in read(tmp_path, project_xml(text_source(both))).codings] == ["waiting", "care"]
    bare = selection("waited", START, START + 16, code=None, inside=code)
    assert [c.code_id for c in read(tmp_path, project_xml(text_source(bare))).codings] == ["care"]


def test_a_date_that_is_none_is_told(tmp_path: Path) -> None:
    xml = project_xml(text_source(WAITED)).replace("2026-01-02T03:04:05Z", "18.03.2019 10:00")
    found = read(tmp_path, xml)
    assert (found.codings[0].at, lost(found)["dates"]) == (None, 1)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_read_and_told(tmp_path: Path, encoding: str) -> None:
    text = TEXT.replace("\n", "\r\n")
    start = text.index("waited two hours") + 2  # two emoji before it
    source = text_source(selection("waited", start, start + 16, name="waited two hours"))
    found = read(tmp_path, project_xml(source), {FILE: text.encode(encoding)})
    assert [c.quote.text for c in found.codings] == ["waited two hours"]
    assert found.texts[0].transcript.text == TEXT
    assert any(encoding in note for note in found.report.notes)


def test_a_word_document_where_plain_text_belongs_is_read_as_what_it_is(tmp_path: Path) -> None:
    data = docx(*(paragraph(run(line)) for line in TEXT.split("\n") if line))
    start = TEXT.replace("\n\n", "\n").index("waited two hours")
    source = text_source(selection("waited", start, start + 16, name="waited two hours"))
    found = read(tmp_path, project_xml(source), {FILE: data})
    assert [c.quote.text for c in found.codings] == ["waited two hours"]
    assert found.texts[0].file_name.endswith(".docx")


def test_a_memo_in_rich_text_alone_is_read(tmp_path: Path) -> None:
    inside = f'<NoteRef targetGUID="{guid("n")}"/>'
    notes = f'<Notes><Note guid="{guid("n")}" name="N" richTextPath="internal://memo.docx"/></Notes>'
    xml = project_xml(
        text_source(selection("waited", START, START + 16, name="waited two hours", inside=inside)),
        after=notes,
    )
    files = {FILE: TEXT.encode(), "memo.docx": docx(paragraph(run("so long 😀")))}
    assert read(tmp_path, xml, files).codings[0].memo == "so long 😀"


@pytest.mark.parametrize("stored", ["50% 1.txt", "50%25 1.txt", "caf%C3%A9.txt"])
def test_a_percent_sign_in_the_name_of_a_file_is_one_or_an_encoding(tmp_path: Path, stored: str) -> None:
    for written in (stored, stored.replace("%", "%25")):
        found = read(
            tmp_path,
            project_xml(text_source(WAITED, path=f"internal://{written}")),
            {stored: TEXT.encode()},
        )
        assert len(found.codings) == 1


BEYOND = selection("beyond", 100_000, 100_009, name="beyond")


def test_a_selection_beyond_the_text_stops_the_import_and_each_is_named(tmp_path: Path) -> None:
    backwards = selection("back", 9, 4)
    negative = selection("minus", -5, 4)
    xml = project_xml(text_source(WAITED + BEYOND + backwards + negative))
    with pytest.raises(InputError) as caught:
        read(tmp_path, xml)
    messages = [problem.message for problem in caught.value.problems]
    assert len(messages) == 3
    assert f"from 100000 to 100009 is beyond the text, which has {len(TEXT):,}" in messages[0]
    assert "ends before it begins" in messages[1]
    assert "beyond the text" in messages[2]
    assert "--partial" in (caught.value.problems[0].hint or "")
    found = read(tmp_path, xml, partial=True)
    assert [c.quote.text for c in found.codings] == ["waited two hours"]
    assert lost(found)["codings"] == 3


def test_a_selection_that_counts_a_line_end_after_the_text_ends_with_it(tmp_path: Path) -> None:
    for more in (1, 2):
        all_of_it = selection("all", 0, len(TEXT) + more)
        found = read(tmp_path, project_xml(text_source(WAITED + all_of_it)))
        assert found.codings[1].quote.text == TEXT
        assert lost(found)["selections that end just beyond the text"] == 1


def test_positions_that_are_no_numbers_are_named(tmp_path: Path) -> None:
    xml = project_xml(text_source(WAITED.replace(f'"{START}"', '"many"')))
    with pytest.raises(InputError, match="no position"):
        read(tmp_path, xml)


def test_characters_that_xml_forbids_are_taken_out_of_names(tmp_path: Path) -> None:
    xml = project_xml(text_source(WAITED)).replace('name="Care"', 'name="Ca\x02re&#11;"')
    found = read(tmp_path, xml)
    assert found.codebook is not None
    assert [code.name for code in found.codebook.codes] == ["Access", "Waiting", "Care"]
    assert any("forbids" in note for note in found.report.notes)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_a_project_file_in_another_encoding(tmp_path: Path, encoding: str) -> None:
    xml = project_xml(text_source(selection("Caf", 0, 4, name="INT:")), codes=CODES.replace("Care", "Pflegé"))
    declared = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    data = xml.replace('encoding="utf-8"', f'encoding="{declared}"').encode(encoding)
    found = read_project(write(tmp_path / "a.qdpx", archive(data, {FILE: TEXT.encode()})))
    assert found.codebook is not None
    assert found.codebook.codes[-1].name == "Pflegé"


def test_a_text_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    found = read(
        tmp_path, project_xml(text_source(selection("x", 0, 4))), {FILE: "Café im Grünen".encode("cp1252")}
    )
    assert found.codings[0].quote.text == "Café"
    assert any("cp1252" in note for note in found.report.notes)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2019-03-18T10:00:00.1234567Z", "2019-03-18T10:00:00.123456+00:00"),
        ("2019-03-18T10:00:00", "2019-03-18T10:00:00+00:00"),
        ("2019-03-18T10:00:00-05:00", "2019-03-18T10:00:00-05:00"),
        ("0001-01-01T00:00:00", None),
        ("yesterday", None),
    ],
)
def test_dates_as_programs_write_them(tmp_path: Path, written: str, expected: str | None) -> None:
    xml = project_xml(text_source(WAITED)).replace("2026-01-02T03:04:05Z", written)
    at = read(tmp_path, xml).codings[0].at
    assert (at.isoformat() if at else None) == expected


def test_sniffing_asks_the_content_too(tmp_path: Path) -> None:
    made = project(tmp_path / "a.qdpx")
    assert sniff_project(write(tmp_path / "renamed.zip", made.read_bytes())) == "refi-qda"
    assert sniff_project(write(tmp_path / "p.xml", project_xml("").encode())) == "refi-qda"
    assert sniff_project(write(tmp_path / "notes.txt", b"no project")) is None


def test_counting_of_one_program_is_told_in_json(tmp_path: Path) -> None:
    path = project(tmp_path / "a.qdpx", eol="\r\n", counting=Counting(unit="utf16"), bom=True)
    record = read_project(path).report.record()
    [counted] = record["positions"]
    assert counted["described"] == "UTF-16 code units, CRLF counted twice, BOM not counted"
    assert counted["text"] == "P01 interview"
