"""Packages made to hurt: one clear error, bounded memory, nothing written."""

from __future__ import annotations

import io
import resource
import stat
import struct
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import pytest

from tests.formats.refi.projects import TEXT, archive, guid, project_xml, selection, text_source, write
from thematic.errors import InputError
from thematic.formats.projects.front_door import ProjectSettings, read_project

FILE = f"{guid('source')}.txt"
START = TEXT.index("waited two hours")
GOOD = project_xml(text_source(selection("waited", START, START + 16, name="waited two hours")))


def package(*parts: tuple[str | zipfile.ZipInfo, bytes], xml: str = GOOD) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        warnings.simplefilter("ignore")
        made.writestr("project.qde", xml)
        made.writestr(f"sources/{FILE}", TEXT)
        for name, data in parts:
            made.writestr(name, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


def declared(data: bytes, name: str, size: int) -> bytes:
    """The archive with another size declared for a part, in both of its headers."""
    changed = bytearray(data)
    for signature, at_size, at_name in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = -1
        while (at := changed.find(signature, at + 1)) >= 0:
            if changed[at + at_name :].startswith(name.encode()):
                changed[at + at_size : at + at_size + 4] = struct.pack("<I", size)
    return bytes(changed)


def stored(xml: bytes) -> bytes:
    """A package in which nothing is compressed, so that its ratio says nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("project.qde", xml)
    return out.getvalue()


BOMB = b"a" * (60 * 1024 * 1024)
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + ']><Project xmlns="urn:QDA-XML:project:1.0" name="&j;"/>'
)
EXTERNAL = '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><Project name="&x;"/>'
DEEP = GOOD.replace("<Sources>", "<Sources>" + "<a>" * 100_000)

HOSTILE: dict[str, tuple[bytes, str]] = {
    "zip bomb": (package(("sources/bomb.txt", BOMB)), "a trap"),
    "bomb as the project": (archive(BOMB), "a trap"),
    "2 GB declared": (declared(package(("sources/x.txt", b"x" * 99)), "sources/x.txt", 2**31 - 9), "a trap"),
    "4 GB declared": (declared(package(("sources/x.txt", b"x" * 99)), "sources/x.txt", 2**32 - 9), "larger"),
    "a name that leads up": (package(("../../evil.txt", b"x")), "leads out"),
    "an absolute name": (package(("/etc/evil", b"x")), "leads out"),
    "a name with a drive": (package(("C:\\evil.txt", b"x")), "leads out"),
    "backslashes that lead up": (package(("sources\\..\\..\\evil", b"x")), "leads out"),
    "a symbolic link": (package((link("sources/link.txt"), b"/etc/passwd")), "is a link"),
    "a name twice": (package((f"sources/{FILE}", b"other words")), "two of its parts"),
    "a name twice by case": (package((f"Sources/{FILE.upper()}", b"other words")), "two of its parts"),
    "two projects": (package(("other.qde", b"<Project/>"), xml=GOOD), ""),
    "billion laughs": (archive(LAUGHS), "document type"),
    "billion laughs in UTF-16": (archive(LAUGHS.encode("utf-16")), "document type"),
    "an external entity": (archive(EXTERNAL), "document type"),
    "a document type after a comment": (archive("<!-- a --><?b c?>\n" + EXTERNAL), "document type"),
    "no end": (archive(GOOD[:-40]), "broken XML"),
    "deep nesting": (archive(DEEP), "broken XML"),
    "a great many elements": (archive(b"<Project>" + b"<a/>" * 30_000_000), "trap"),
    "many elements, stored": (stored(b"<Project>" + b"<a b=''/>" * 9_000_000), "more elements"),
    "no XML": (archive(b"\x00\x01\x02" * 999), "broken XML"),
    "a codebook": (archive('<CodeBook xmlns="urn:QDA-XML:codebook:1.0"/>'), "no REFI-QDA project"),
    "empty": (b"PK\x05\x06" + b"\0" * 18, "no project"),
    "cut off": (package()[:200], "damaged"),
    "an encoding that is none": (archive('<?xml version="1.0" encoding="nope"?><Project/>'), "encoding"),
}
del HOSTILE["two projects"]  # project.qde is the one that counts


@pytest.mark.parametrize("name", HOSTILE)
def test_one_clear_error(tmp_path: Path, name: str) -> None:
    data, words = HOSTILE[name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError) as caught:
        read_project(write(tmp_path / "p.qdpx", data))
    assert words in str(caught.value)
    assert caught.value.hint
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024
    assert [path.name for path in tmp_path.iterdir()] == ["p.qdpx"]


def test_a_damaged_text_is_named(tmp_path: Path) -> None:
    whole = package()
    at = whole.index(f"sources/{FILE}".encode()) + len(f"sources/{FILE}") + 5
    broken = whole[:at] + bytes(255 - byte for byte in whole[at : at + 9]) + whole[at + 9 :]
    with pytest.raises(InputError, match="cannot be read"):
        read_project(write(tmp_path / "p.qdpx", broken))


def test_two_projects_at_one_place_are_asked(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.qde", GOOD)
        made.writestr("b.qde", GOOD)
    with pytest.raises(InputError, match=r"2 projects: a\.qde and b\.qde"):
        read_project(write(tmp_path / "p.qdpx", out.getvalue()))


def test_a_large_recording_in_the_package_is_not_touched(tmp_path: Path) -> None:
    import random

    noise = random.Random(1).randbytes(12 * 1024 * 1024)
    assert len(read_project(write(tmp_path / "p.qdpx", package(("sources/a.mp4", noise)))).codings) == 1


def test_a_link_beside_a_bare_qde_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(TEXT)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / FILE).symlink_to(tmp_path / "secret.txt")
    assert read_project(write(folder / "p.qde", GOOD.encode())).texts == ()


def test_the_command_writes_nothing_and_exits_with_2(tmp_path: Path) -> None:
    data, _ = HOSTILE["a name that leads up"]
    path = write(tmp_path / "p.qdpx", data)
    done = subprocess.run(
        [sys.executable, "-m", "thematic", "import", str(path), "--out", str(tmp_path / "study")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "leads out of the package" in done.stderr
    assert "Traceback" not in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["p.qdpx"]


def test_a_selection_beyond_the_text_writes_nothing(tmp_path: Path) -> None:
    beyond = project_xml(text_source(selection("x", 5, 99_999)))
    path = write(tmp_path / "p.qdpx", archive(beyond, {FILE: TEXT.encode()}))
    with pytest.raises(InputError, match="beyond the text"):
        read_project(path)
    assert read_project(path, settings=ProjectSettings(partial=True)).codings == ()
