from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
import xmlschema
from hypothesis import given

from tests.codebook_strategies import codebooks
from thematic.codebook import make_codebook, walk
from thematic.errors import CodebookError
from thematic.formats.codebooks.codebook_qdc import (
    code_guid,
    describe,
    read_codebook_qdc,
    read_description,
    write_codebook_qdc,
)
from thematic.formats.codebooks.front_door import read_codebook
from thematic.model import Code, Codebook

XSD = xmlschema.XMLSchema(str(files("thematic") / "schemas" / "Codebook.xsd"))
A, B = "85d17f60-7bb0-481e-b742-b4861dd669df", "0f8a1907-7e42-4739-8610-a676b4d1b69f"


def read(
    codes: str, *, encoding: str = "utf-8", namespace: str = "urn:QDA-XML:codebook:1.0"
) -> tuple[Codebook, list[str]]:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        f'<CodeBook xmlns="{namespace}" origin="Another program">\n<Codes>\n{codes}\n</Codes></CodeBook>'
    )
    return read_bytes(text.encode(encoding))


def read_bytes(data: bytes) -> tuple[Codebook, list[str]]:
    codebook, warnings = read_codebook_qdc(data, path="book.qdc", title="book")
    told = [
        str(w)
        for w in warnings
        if not re.search("no definition|no examples|the same def|two themes", w.message)
    ]
    return codebook, told


# --- Round trips ---------------------------------------------------------------------------------------


@given(codebooks())
def test_the_same_codes_come_back_in_the_order_of_the_tree(codebook: Codebook) -> None:
    again, told = read_bytes(write_codebook_qdc(codebook))
    assert again.codes == tuple(code for _, code in walk(codebook))
    assert again.version == codebook.version
    assert told == []


@given(codebooks())
def test_every_file_is_valid_by_the_standard(codebook: Codebook) -> None:
    XSD.validate(write_codebook_qdc(codebook).decode())


def test_the_ready_made_codebook_goes_and_comes_back() -> None:
    seed, _ = read_codebook(Path(__file__).parents[2] / "codebooks" / "smart_recovery.yaml")
    data = write_codebook_qdc(seed)
    XSD.validate(data.decode())
    assert read_bytes(data) == (make_codebook("book", seed.codes), [])


def test_a_deep_tree() -> None:
    codes = [Code(id=f"c{i}", name=f"C{i}", parent_id=f"c{i - 1}" if i else None) for i in range(2000)]
    again, _ = read_bytes(write_codebook_qdc(make_codebook("T", codes)))
    assert [code.parent_id for code in again.codes] == [code.parent_id for code in codes]


# --- What is written -----------------------------------------------------------------------------------


def test_a_file_reads_well() -> None:
    codes = [
        Code(
            id="a",
            name="A & B",
            definition="First.\n\nSecond <b>.",
            include=("x",),
            color="#0072B2",
            guid=A.upper(),
        ),
        Code(id="b", name="B", parent_id="a", examples=("y", "z"), status="merged", merged_into="a"),
    ]
    text = write_codebook_qdc(make_codebook("T", codes)).decode()
    assert re.sub(r'origin="thematic [^"]+"', "", text) == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<CodeBook xmlns="urn:QDA-XML:codebook:1.0" >\n'
        "<Codes>\n"
        f'<Code guid="{A.upper()}" name="A &amp; B" isCodable="true" color="#0072B2">'
        "<Description>First.\n\nSecond &lt;b&gt;.\n\nInclude:\n- x\n\nId: a</Description>\n"
        '<Code guid="a6d562a0-776b-595e-8fea-e56181414f65" name="B" isCodable="false">'
        "<Description>Examples:\n- y\n- z\n\nId: b\nStatus: merged\nMerged into: a</Description>\n"
        "</Code>\n</Code>\n</Codes>\n</CodeBook>\n"
    )


def test_guids_never_change() -> None:
    assert code_guid(Code(id="motivation-to-attend", name="x")) == "473ad387-a1b4-5c12-9380-f0eea7ad239d"
    assert code_guid(Code(id="motivation-to-attend", name="y", color="#abc")) == code_guid(
        Code(id="motivation-to-attend", name="x")
    )
    assert code_guid(Code(id="a", name="x", guid=A)) == A


# --- Descriptions --------------------------------------------------------------------------------------


def test_a_definition_that_looks_like_our_headings_comes_back() -> None:
    definition = "Include:\n- not an item\nId: no id\n\\Exclude:"
    code = Code(id="a", name="A", definition=definition, include=("- x",))
    text = describe(code)
    assert text.startswith("\\Include:\n- not an item\n\\Id: no id\n\\\\Exclude:\n\nInclude:\n- - x")
    assert read_description(text) == {"id": "a", "definition": definition + "\n", "include": ("- x",)}


@pytest.mark.parametrize(
    "text",
    [
        "Plain words.",
        "Include: things said in passing.",
        "Rules:\n- one\n- two",
        "",
    ],
)
def test_a_description_of_another_program_is_all_definition(text: str) -> None:
    assert read_description(text) == {"definition": text}


def test_headings_written_by_hand_are_understood() -> None:
    text = "What it is.\nInclude:\n  - x \n\n- y\nCounter-examples:\n- z"
    assert read_description(text) == {
        "definition": "What it is.",
        "include": ("x", "y"),
        "counter_examples": ("z",),
    }


@pytest.mark.parametrize(
    "tail", ["Include:\nloose words", "Include:\n- x\nInclude:\n- y", "Id: a\nStatus: lost"]
)
def test_headings_that_do_not_fit_lose_nothing(tail: str) -> None:
    text = f"What it is.\n{tail}"
    codebook, told = read(
        f'<Code guid="{A}" name="A" isCodable="true"><Description>{text}</Description></Code>'
    )
    assert codebook.codes[0].definition == text
    assert told == ["book.qdc:4: the description of “A” is all read as definition: its headings do not fit"]


# --- Files of other programs ---------------------------------------------------------------------------


def test_ids_come_from_names_and_guids_are_kept() -> None:
    codebook, told = read(
        f'<Code guid="{A.upper()}" name="Feelings" isCodable="true" color="#F00082">'
        f'<Code guid="{{{B}}}" name="Feelings" isCodable="true"/></Code>'
    )
    assert [(code.id, code.parent_id, code.guid) for code in codebook.codes] == [
        ("feelings", None, A.upper()),
        ("feelings-2", "feelings", B),
    ]
    assert told == []


def test_wrong_namespace_and_prefixes() -> None:
    codebook, told = read(f'<Code guid="{A}" name="A" isCodable="true"/>', namespace="urn:QDA:0:4")
    assert codebook.codes[0].name == "A"
    assert told == [
        "book.qdc: its namespace is “urn:QDA:0:4”, not “urn:QDA-XML:codebook:1.0”; read all the same"
    ]
    prefixed = f"""<q:CodeBook xmlns:q="urn:QDA-XML:codebook:1.0"><q:Codes>
        <q:Code guid="{A}" name="A" isCodable="true"><q:Description>x</q:Description></q:Code>
        </q:Codes></q:CodeBook>"""
    codebook, told = read_bytes(prefixed.encode())
    assert (codebook.codes[0].definition, told) == ("x", [])


def test_guids_that_are_missing_wrong_or_doubled() -> None:
    codebook, told = read(
        f'<Code name="A" isCodable="true"/><Code guid="7" name="B" isCodable="true"/>'
        f'<Code guid="{A}" name="C" isCodable="true"/><Code guid="{A.upper()}" name="D" isCodable="true"/>'
    )
    assert [code.guid for code in codebook.codes] == [None, None, A, None]
    assert told == [
        "book.qdc:4: “a”: it has no GUID; one is made from its id",
        "book.qdc:4: “b”: the GUID “7” is none; one is made from its id",
        "book.qdc:4: “d” has the GUID of a code before it; one is made from its id",
    ]


@pytest.mark.parametrize(
    ("written", "color"),
    [
        ("#FF0072B2", "#0072B2"),
        ("#0072B2FF", "#0072B2"),
        ("#800072B2", "#0072B2"),
        ("0072B2", "#0072B2"),
        ("blue", None),
    ],
)
def test_colours_are_put_right(written: str, color: str | None) -> None:
    codebook, told = read(f'<Code guid="{A}" name="A" isCodable="true" color="{written}"/>')
    assert codebook.codes[0].color == color
    what = f"is now “{color}”" if color else "is none; left out"
    assert told == [f"book.qdc:4: “a”: the colour “{written}” {what}"]


def test_names_that_are_missing_or_doubled() -> None:
    codebook, told = read(
        f'<Code guid="{A}" name="" isCodable="true"/><Code guid="{B}" name="X" isCodable="true"/>'
        '<Code guid="2ac291d0-f84c-59de-a2ce-17ce22fc05b2" name="x" isCodable="true"/>'
    )
    assert [code.name for code in codebook.codes] == ["unnamed", "X", "x (2)"]
    assert told == [
        "book.qdc:4: a code has no name; it is now “unnamed”",
        "book.qdc:4: a second code under one theme is named “x”; it is now “x (2)”",
    ]


def test_a_code_that_was_copied_with_its_description() -> None:
    description = "<Description>One.\n\nId: a</Description>"
    codebook, told = read(
        f'<Code guid="{A}" name="A" isCodable="true">{description}</Code>'
        f'<Code guid="{B}" name="New" isCodable="true">{description}</Code>'
    )
    assert [code.id for code in codebook.codes] == ["a", "new"]
    assert told[0] == "book.qdc:6: a second code has the id “a”; it is now “new”"


def test_a_code_merged_into_one_that_is_gone() -> None:
    codebook, told = read(
        f'<Code guid="{A}" name="A" isCodable="false">'
        "<Description>Id: a\nStatus: merged\nMerged into: gone</Description></Code>"
    )
    assert (codebook.codes[0].status, codebook.codes[0].merged_into) == ("retired", None)
    assert told == ["book.qdc:4: “a” is merged into a code that is not in this file; now it is retired"]


def test_what_is_not_read_is_counted() -> None:
    text = f"""<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes>
        <Code guid="{A}" name="Folder" isCodable="false"><NoteRef targetGUID="{B}"/></Code></Codes>
        <Sets><Set guid="{B}" name="S"><Description>not of a code</Description><MemberCode guid="{A}"/>
        </Set></Sets></CodeBook>"""
    codebook, told = read_bytes(text.encode())
    assert codebook.codes[0].definition == ""
    assert told == [
        "book.qdc: 1 NoteRef not read",
        "book.qdc: 1 Set not read",
        "book.qdc: 1 code only groups others (isCodable is false); here any code can be given: Folder",
    ]


def test_the_codebook_of_a_whole_project() -> None:
    text = f"""<Project xmlns="urn:QDA-XML:project:1.0" name="P"><Users/><CodeBook><Codes>
        <Code guid="{A}" name="A" isCodable="true"/></Codes></CodeBook>
        <Sources><TextSource><Coding><CodeRef targetGUID="{A}"/></Coding></TextSource></Sources></Project>"""
    codebook, told = read_bytes(text.encode())
    assert [code.name for code in codebook.codes] == ["A"]
    assert told == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "cp1252"])
def test_encodings_that_the_file_names(encoding: str) -> None:
    codebook, told = read(f'<Code guid="{A}" name="Été" isCodable="true"/>', encoding=encoding)
    assert (codebook.codes[0].name, codebook.codes[0].id, told) == ("Été", "été", [])


def test_an_encoding_that_the_file_names_wrongly() -> None:
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes>\n'
    text += f'<Code guid="{A}" name="Été" isCodable="true"/></Codes></CodeBook>'
    codebook, told = read_bytes(text.encode("cp1252"))
    assert codebook.codes[0].name == "Été"
    assert told == ["book.qdc:3: not utf-8 text as it says; read as Western Windows (cp1252)"]


def test_characters_that_xml_forbids() -> None:
    codebook, told = read(
        f'<Code guid="{A}" name="a\x0bb&#x1;c&#0;&#xD800;&#x110000;&#233;" isCodable="true"/>'
    )
    assert codebook.codes[0].name == "abcé"
    assert told == ["book.qdc:4: 5 forbidden characters were taken out"]


# --- Files that are refused ----------------------------------------------------------------------------

LAUGHS = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>
<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes><Code name="&b;"/></Codes></CodeBook>"""
OUTSIDE = (
    """<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><CodeBook><Codes>&a;</Codes></CodeBook>"""
)


@pytest.mark.parametrize("text", [LAUGHS, OUTSIDE, "<!DOCTYPE CodeBook><CodeBook/>"])
def test_entities_are_refused(text: str) -> None:
    with pytest.raises(CodebookError, match="declares a document type"):
        read_bytes(text.encode())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "<CodeBook><Codes>\n<Code name='A'></Codes></CodeBook>",
            ":2: this is not XML: mismatched tag",
        ),
        ("<CodeBook>", ":1: this is not XML: no element found"),
        ("<html><Code name='A'/></html>", ": there is no codebook in this file"),
        ("<CodeBook><Codes/></CodeBook>", ": the codebook has no codes"),
        (
            "<?xml version='1.0' encoding='klingon'?><CodeBook/>",
            ":1: there is no text encoding “klingon”",
        ),
    ],
)
def test_not_a_codebook(text: str, message: str) -> None:
    with pytest.raises(CodebookError) as caught:
        read_bytes(text.encode())
    assert str(caught.value) == f"book.qdc{message}"


def test_a_very_deep_nesting_is_read() -> None:
    many = 20_000
    text = "<CodeBook xmlns='urn:QDA-XML:codebook:1.0'><Codes>"
    text += "".join(f"<Code name='{i}'>" for i in range(many)) + "</Code>" * many + "</Codes></CodeBook>"
    assert len(read_bytes(text.encode())[0].codes) == many


# --- As it is met in the field -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("rgb(31, 120, 180)", "#1F78B4"),
        ("rgba(31,120,180,0.5)", "#1F78B4"),
        ("31,120,180", "#1F78B4"),
        ("#FF1F78B4", "#1F78B4"),
        ("rgb(300,0,0)", None),
        ("red", None),
    ],
)
def test_colours_of_every_kind(written: str, read_as: str | None) -> None:
    codebook, told = read(f'<Code guid="{A}" name="X" isCodable="true" color="{written}"/>')
    assert codebook.codes[0].color == read_as
    assert any("the colour" in line for line in told)


@pytest.mark.parametrize("declared", ["ISO-8859-1", "windows-1252", "utf-16"])
def test_utf8_that_says_it_is_something_else(declared: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{declared}"?><CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes>'
        f'<Code guid="{A}" name="Ängste" isCodable="true"/></Codes></CodeBook>'
    )
    codebook, told = read_bytes(text.encode())
    assert codebook.codes[0].name == "Ängste"
    assert any("and is UTF-8" in line for line in told)


@pytest.mark.parametrize("name", ["Ängste überwinden", "À côté", "Łódź “x”"])
def test_letters_that_became_two_signs_are_put_right(name: str) -> None:
    mixed = "".join(
        bytes([b]).decode("cp1252") if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(b)
        for b in name.encode()
    )
    codebook, told = read(f'<Code guid="{A}" name="{mixed}" isCodable="true"/>')
    assert codebook.codes[0].name == name
    assert any("two signs each" in line for line in told)


@pytest.mark.parametrize("name", ["Ã la carte", "São Paulo", "naïve — “yes”", "Ä Ã¤ 日本"])
def test_letters_that_are_right_stay(name: str) -> None:
    codebook, told = read(f'<Code guid="{A}" name="{name}" isCodable="true"/>')
    assert codebook.codes[0].name == name
    assert told == []


def test_space_before_the_declaration_is_passed_over_and_lines_are_kept() -> None:
    code = f'<Code guid="{A}" name="X" color="none"/>'
    data = f'\n\n<?xml version="1.0"?>\n<CodeBook><Codes>{code}</Codes></CodeBook>'
    _, told = read_bytes(data.encode())
    assert any(line.startswith("book.qdc:4:") for line in told)


@pytest.mark.parametrize("name", ['The "good" life', "A & B", "a < b"])
def test_signs_that_belong_escaped_are_refused_with_their_place(name: str) -> None:
    with pytest.raises(CodebookError) as caught:
        read(f'<Code guid="{A}" name="{name}" isCodable="true"/>')
    assert caught.value.problem.line == 4
    assert "near “" in str(caught.value)
    assert "&quot;" in (caught.value.hint or "")
