"""Elements of XML as strings: attributes in a fixed order; characters that XML forbids are replaced."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from thematic.codebook import GUID

__all__ = ["Elements", "valid_date", "valid_guid", "xsd_date"]

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)?")
_ATTRIBUTE = {'"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
_CONTENT = {"\r": "&#13;"}


class Elements:
    """Makes elements; `replaced` counts the characters for which U+FFFD now stands."""

    def __init__(self) -> None:
        self.replaced = 0

    def element(self, tag: str, /, *children: str, **attributes: str | None) -> str:
        """`<tag a="b">children</tag>`; an attribute that is None or empty is left out."""
        given = "".join(
            f' {key}="{self._legal(value, _ATTRIBUTE)}"' for key, value in attributes.items() if value
        )
        inside = "".join(children)
        return f"<{tag}{given}>{inside}</{tag}>" if inside else f"<{tag}{given}/>"

    def named(self, tag: str, value: str, /, *children: str, **attributes: str | None) -> str:
        """An element whose `name` attribute is written even where it is empty."""
        made = self.element(tag, *children, **attributes)
        at = len(tag) + 1
        return f'{made[:at]} name="{self._legal(value, _ATTRIBUTE)}"{made[at:]}'

    def text(self, name: str, content: str) -> str:
        """`<name>content</name>`, or nothing where there is no content."""
        return f"<{name}>{self._legal(content, _CONTENT)}</{name}>" if content else ""

    def group(self, name: str, children: Iterable[str]) -> str:
        """The element that holds these, or nothing where there are none."""
        inside = "\n".join(children)
        return f"<{name}>\n{inside}\n</{name}>" if inside else ""

    def _legal(self, text: str, entities: dict[str, str]) -> str:
        if _FORBIDDEN.search(text):
            text, number = _FORBIDDEN.subn("\ufffd", text)
            self.replaced += number
        return escape(text, entities)


def valid_guid(written: str) -> str:
    """The GUID as it is written, or empty when it is none."""
    bare = written.strip()
    inside = bare[1:-1] if bare.startswith("{") and bare.endswith("}") else bare
    return bare if GUID.fullmatch(inside) else ""


def valid_date(written: str) -> str:
    """The moment as it is written, where the standard allows it so, or empty."""
    return written if _MOMENT.fullmatch(written) and _is_moment(written) else ""


def _is_moment(written: str) -> bool:
    try:
        datetime.fromisoformat(written)
    except ValueError:
        return False
    return True


def xsd_date(at: datetime | None) -> str:
    """The moment in UTC as the standard writes it, or empty."""
    return "" if at is None else at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
