"""Packets as Word documents: written, filled in as Word and LibreOffice do, and read back by comment."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree

from tests.builders import make_study_data
from thematic.errors import InputError
from thematic.formats.packets.packet_docx import W, render
from thematic.formats.packets.packet_docx_returned import read_packet
from thematic.model import StudyData
from thematic.packets import Returned, make_packet, words_hash

W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
NS = {"w": W, "w14": W14, "w15": W15}
DATA = make_study_data(codings=())
EXCERPTS = [e for s in DATA.segmentations for e in s.excerpts]
FIRST, SECOND, THIRD = EXCERPTS[:3]


def packet(mode: str = "blind", data: StudyData = DATA) -> bytes:
    made = make_packet("ada", mode, data.codebook, EXCERPTS)  # type: ignore[arg-type]
    return render(make_study_data(codings=(), suggestions=()) if mode == "blind" else data, made)


class Document:
    """A document as a word processor has it: its parts as trees, to be changed and saved."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.body = etree.fromstring(self.parts["word/document.xml"])
        self.comments = etree.fromstring(self.parts["word/comments.xml"])
        self.replies: list[tuple[str, str]] = []

    def save(self) -> bytes:
        self.parts["word/document.xml"] = etree.tostring(self.body)
        self.parts["word/comments.xml"] = etree.tostring(self.comments)
        if self.replies:
            rows = "".join(
                f'<w15:commentEx w15:paraId="{child}" w15:paraIdParent="{parent}" w15:done="0"/>'
                for child, parent in self.replies
            )
            text = f'<w15:commentsEx xmlns:w15="{W15}">{rows}</w15:commentsEx>'
            self.parts["word/commentsExtended.xml"] = text.encode()
            kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.commentsExtended+xml"
            override = f'<Override PartName="/word/commentsExtended.xml" ContentType="{kind}"/></Types>'
            types = self.parts["[Content_Types].xml"].decode()
            self.parts["[Content_Types].xml"] = types.replace("</Types>", override).encode()
            relation = (
                '<Relationship Id="rId99" Type="http://schemas.microsoft.com/office/2011/relationships/'
                'commentsExtended" Target="commentsExtended.xml"/></Relationships>'
            )
            rels = self.parts["word/_rels/document.xml.rels"].decode()
            self.parts["word/_rels/document.xml.rels"] = rels.replace("</Relationships>", relation).encode()
        target = BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in self.parts.items():
                archive.writestr(name, part)
        return target.getvalue()

    def comment(self, excerpt_id: str) -> etree._Element:
        found = [c for c in self.comments if excerpt_id in "".join(c.itertext())]
        return found[0]

    def write_in(self, excerpt_id: str, after: str, text: str) -> None:
        """Type behind a line of our comment."""
        line = next(t for t in self.comment(excerpt_id).iter(f"{{{W}}}t") if t.text.startswith(after))
        line.text = f"{after} {text}"

    def reply(self, excerpt_id: str, *lines: str, thread: bool = True) -> None:
        """A reply as Word writes it: a comment of its own on the same words, and a thread beside it."""
        above = self.comment(excerpt_id)
        parent = f"{0x10000000 + int(above.get(f'{{{W}}}id')):08X}"
        above.findall("w:p", NS)[-1].set(f"{{{W14}}}paraId", parent)
        id_ = self._new(*lines)
        last = f"{0x20000000 + int(id_):08X}"
        self.comments[-1].findall("w:p", NS)[-1].set(f"{{{W14}}}paraId", last)
        if thread:
            self.replies.append((last, parent))
        self._anchor(id_, above.get(f"{{{W}}}id"))

    def _new(self, *lines: str) -> str:
        id_ = str(len(self.comments) + 1000)
        paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
        comment = f'<w:comment xmlns:w="{W}" w:id="{id_}" w:author="Ada">{paragraphs}</w:comment>'
        self.comments.append(etree.fromstring(comment))
        return id_

    def _anchor(self, id_: str, beside: str) -> None:
        for tag in ("commentRangeStart", "commentRangeEnd"):
            (mark,) = self.body.xpath(f"//w:{tag}[@w:id='{beside}']", namespaces=NS)
            mark.addnext(etree.Element(f"{{{W}}}{tag}", {f"{{{W}}}id": id_}))
        (reference,) = self.body.xpath(f"//w:commentReference[@w:id='{beside}']/..", namespaces=NS)
        run = etree.SubElement(reference.getparent(), f"{{{W}}}r")
        reference.addnext(run)
        etree.SubElement(run, f"{{{W}}}commentReference", {f"{{{W}}}id": id_})

    def anchored_at(self, words: str, *lines: str) -> None:
        """A comment of the coder's own at a run with these words."""
        id_ = self._new(*lines)
        run = next(r for r in self.body.iter(f"{{{W}}}r") if words in "".join(r.itertext()))
        run.addprevious(etree.Element(f"{{{W}}}commentRangeStart", {f"{{{W}}}id": id_}))
        reference = etree.Element(f"{{{W}}}r")
        etree.SubElement(reference, f"{{{W}}}commentReference", {f"{{{W}}}id": id_})
        run.addnext(reference)
        run.addnext(etree.Element(f"{{{W}}}commentRangeEnd", {f"{{{W}}}id": id_}))

    def run_of(self, words: str) -> etree._Element:
        return next(t for t in self.body.iter(f"{{{W}}}t") if words in (t.text or ""))


def filled(change: Callable[[Document], object], mode: str = "blind") -> Returned:
    document = Document(packet(mode))
    change(document)
    return read_packet(document.save(), "ada.docx")


def decided(returned: Returned) -> dict[str, tuple[str, tuple[str, ...], str]]:
    return {
        r.excerpt_id: (r.decision, r.codes, r.memo) for r in returned.rows if r.decision or r.codes or r.memo
    }


def test_the_same_packet_has_the_same_bytes_and_says_what_it_is() -> None:
    assert packet() == packet()
    returned = read_packet(packet(), "ada.docx")
    assert (returned.packet.coder, returned.packet.mode) == ("ada", "blind")
    assert returned.packet == make_packet("ada", "blind", DATA.codebook, EXCERPTS)
    assert len(returned.rows) == len(EXCERPTS)
    assert (decided(returned), returned.problems, returned.notes) == ({}, (), ())


def test_a_blind_packet_holds_no_suggestion_and_an_assisted_one_does() -> None:
    for mode, there in (("blind", False), ("assist", True)):
        text = "".join(Document(packet(mode)).comments.itertext())
        assert ("Suggested" in text) is there
    shown = read_packet(packet("assist"), "a.docx").rows[0].shown
    expected = [s.code_id for s in DATA.suggestions if s.excerpt_id == FIRST.id and s.status == "suggested"]
    assert list(shown) == expected


def test_codes_are_read_from_the_comment_from_replies_and_from_own_comments() -> None:
    def change(document: Document) -> None:
        document.write_in(FIRST.id, "Codes:", "recommended; Extra support")
        document.write_in(FIRST.id, "Memo:", "as the nurse said")
        document.reply(SECOND.id, "None applies.", "Memo: too short", "to tell")
        document.anchored_at(THIRD.text[:12], "recommended")

    returned = filled(change)
    assert returned.problems == ()
    assert decided(returned) == {
        FIRST.id: ("", ("recommended", "Extra support"), "as the nurse said"),
        SECOND.id: ("none applies", (), "too short\nto tell"),
        THIRD.id: ("", ("recommended",), ""),
    }


def test_a_reply_whose_thread_was_lost_is_found_by_its_place() -> None:
    returned = filled(lambda d: d.reply(SECOND.id, "recommended", thread=False))
    assert decided(returned) == {SECOND.id: ("", ("recommended",), "")}


def test_a_reply_to_a_reply_belongs_to_the_passage() -> None:
    def change(document: Document) -> None:
        document.reply(FIRST.id, "recommended")
        child, _ = document.replies[0]
        document.reply(FIRST.id, "Memo: sure?")
        document.replies[1] = (document.replies[1][0], child)

    assert decided(filled(change)) == {FIRST.id: ("", ("recommended",), "sure?")}


def test_tracked_insertions_count_and_tracked_deletions_do_not() -> None:
    def change(document: Document) -> None:
        document.write_in(FIRST.id, "Codes:", "")
        paragraph = document.comment(FIRST.id).findall("w:p", NS)[1]
        for tag, inner, text in (("ins", "t", "recommended"), ("del", "delText", "extra-support")):
            edit = etree.SubElement(paragraph, f"{{{W}}}{tag}", {f"{{{W}}}id": "1", f"{{{W}}}author": "A"})
            etree.SubElement(etree.SubElement(edit, f"{{{W}}}r"), f"{{{W}}}{inner}").text = text

    assert decided(filled(change)) == {FIRST.id: ("", ("recommended",), "")}


def change_words(document: Document) -> None:
    document.write_in(FIRST.id, "Codes:", "recommended")
    document.run_of(FIRST.text[:15]).text += " And more."


def copy_comment(document: Document) -> None:
    copied = etree.fromstring(etree.tostring(document.comment(FIRST.id)))
    copied.set(f"{{{W}}}id", "900")
    document.comments.append(copied)


def cut_words(document: Document) -> None:
    document.write_in(FIRST.id, "Codes:", "recommended")
    run = document.run_of(FIRST.text[:15]).getparent()
    paragraph = run.getparent()
    paragraph.getparent().remove(paragraph)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (change_words, f"({FIRST.id}): these words are not those of the packet: they were edited"),
        (copy_comment, "two comments have the same first line"),
        (cut_words, "its words are no longer in the document"),
        (
            lambda d: d.anchored_at("Interviewer", "recommended"),
            "the comment “recommended” stands at no passage (at “Interviewer 0:00:00”)",
        ),
    ],
)
def test_what_a_word_processor_spoils_is_told_with_the_words(
    change: Callable[[Document], None], says: str
) -> None:
    found = [p.message for p in filled(change).problems]
    assert any(says in message for message in found), found


def test_words_that_were_edited_matter_only_where_something_was_decided() -> None:
    def change(document: Document) -> None:
        document.run_of(FIRST.text[:15]).text += " And more."

    assert filled(change).problems == ()


def test_lost_bookmarks_lost_comments_and_a_lost_property_are_made_up_for() -> None:
    def change(document: Document) -> None:
        for mark in document.body.xpath("//w:bookmarkStart|//w:bookmarkEnd", namespaces=NS):
            mark.getparent().remove(mark)
        document.comments.remove(document.comment(THIRD.id))
        del document.parts["docProps/custom.xml"]
        document.reply(FIRST.id, "recommended", thread=False)

    returned = filled(change)
    assert returned.packet.coder == "ada"
    assert decided(returned) == {FIRST.id: ("", ("recommended",), "")}
    assert "bookmarks are gone" in " ".join(returned.notes)


def test_a_document_that_is_no_packet() -> None:
    import docx

    target = BytesIO()
    docx.Document().save(target)
    with pytest.raises(InputError, match="is no packet"):
        read_packet(target.getvalue(), "other.docx")


def test_a_packet_without_its_comments() -> None:
    document = Document(packet())
    data = document.save()
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as old,
        zipfile.ZipFile(target, "w") as new,
    ):
        for name in old.namelist():
            if name != "word/comments.xml":
                new.writestr(name, old.read(name))
    with pytest.raises(InputError, match="no comments are left"):
        read_packet(target.getvalue(), "ada.docx")


def test_entities_in_a_document_are_refused() -> None:
    document = Document(packet())
    data = document.save()
    evil = data  # the same archive with a part that declares an entity
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(evil)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/comments.xml":
                part = b'<!DOCTYPE x [<!ENTITY a "b">]>' + re.sub(rb"^<\?xml[^>]*\?>", b"", part)
            new.writestr(name, part)
    with pytest.raises(InputError, match="declares entities"):
        read_packet(target.getvalue(), "ada.docx")


@pytest.mark.slow
def test_what_is_written_survives_libreoffice(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice here")

    def change(document: Document) -> None:
        document.write_in(FIRST.id, "Codes:", "recommended")
        document.reply(SECOND.id, "None applies", "Memo: “short”, wie's so geht")
        document.anchored_at(THIRD.text[:12], "Extra support")

    document = Document(packet("assist"))
    change(document)
    (tmp_path / "ada.docx").write_bytes(document.save())
    subprocess.run(
        [office, "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to",
         "docx:MS Word 2007 XML", "--outdir", str(tmp_path / "out"), str(tmp_path / "ada.docx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    returned = read_packet((tmp_path / "out" / "ada.docx").read_bytes(), "ada.docx")
    assert (returned.problems, returned.notes) == ((), ())
    assert returned.packet == make_packet("ada", "assist", DATA.codebook, EXCERPTS)
    assert decided(returned) == {
        FIRST.id: ("", ("recommended",), ""),
        SECOND.id: ("none applies", (), "“short”, wie's so geht"),
        THIRD.id: ("", ("Extra support",), ""),
    }
    assert returned.rows[0].shown == read_packet(packet("assist"), "x").rows[0].shown


def test_only_comments_can_be_written_and_word_finds_the_setting_in_its_place() -> None:
    settings = etree.fromstring(Document(packet()).parts["word/settings.xml"])
    names = [etree.QName(node).localname for node in settings]
    at = names.index("documentProtection")
    assert settings[at].get(f"{{{W}}}edit") == "comments"
    assert names.index("proofState") < at < names.index("defaultTabStop")


def test_words_that_xml_cannot_hold_come_back_as_the_same_passage() -> None:
    from tests.builders import make_segmentation, make_transcript

    words = (
        "a\0b \x0b tab\there\nline\r\nend \ud800 <w:t>&amp; \u202eright\u202c 🙂\xa0nbsp \x85 \u2028 \x1c end"
    )
    transcript = make_transcript("T<1>", [("Interviewer", "So?"), ('P"1&', words), ("Interviewer", "And?")])
    data = make_study_data(
        codings=(), suggestions=(), clustering=None,
        transcripts=(transcript,), segmentations=(make_segmentation(transcript),),
    )  # fmt: skip
    (excerpt,) = data.segmentations[0].excerpts
    document = Document(render(data, make_packet("ada", "blind", data.codebook, [excerpt])))
    document.write_in(excerpt.id, "Codes:", "recommended")
    returned = read_packet(document.save(), "ada.docx")
    assert returned.problems == ()
    assert decided(returned) == {excerpt.id: ("", ("recommended",), "")}
    assert returned.rows[0].hash == words_hash(excerpt.id, excerpt.text)
