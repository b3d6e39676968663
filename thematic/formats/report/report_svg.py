"""A figure of matplotlib inside a page: named for those who cannot see it, and without a style of its own.

The page's policy allows one style sheet and no `style` attribute, so each becomes the attribute of the same
name; names inside the picture get a prefix, as several pictures stand in one page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from thematic.reporting.figures import Plot

__all__ = ["inline_svg"]

_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_KEPT = frozenset(
    """fill stroke stroke-width stroke-linejoin stroke-linecap stroke-dasharray stroke-dashoffset opacity
    fill-opacity stroke-opacity stroke-miterlimit fill-rule font-size font-family font-weight font-style
    text-anchor""".split()
)
_FONT = re.compile(r"(?:(italic|oblique)\s+)?(?:(bold|\d{3})\s+)?([\d.]+)(?:px)?\s+(.+)")


def inline_svg(plot: Plot) -> str:
    """The figure as an element of a page, `role="img"`, with its title and description."""
    ElementTree.register_namespace("", _SVG.strip("{}"))
    # Made by us a moment ago, from our own figure: nothing foreign is parsed here.
    root = ElementTree.fromstring(plot.svg())
    prefix = f"{plot.name}-"
    for element in list(root):
        if element.tag in (f"{_SVG}metadata", f"{_SVG}title"):
            root.remove(element)
    for parent in root.iter():
        for element in list(parent):
            if element.tag == f"{_SVG}style":
                parent.remove(element)
    used = {link[1:] for element in root.iter() if (link := element.attrib.get(_LINK))}
    used |= {
        name
        for element in root.iter()
        for name in re.findall(r"url\(#([^)]+)\)", " ".join(element.attrib.values()))
    }
    for element in root.iter():
        _rewrite(element, prefix, used)
    for name in ("width", "height"):
        root.attrib[name] = root.attrib[name].removesuffix("pt")
    root.attrib |= {
        "role": "img",
        "aria-labelledby": f"{prefix}title {prefix}desc",
        "stroke-linejoin": "round",
        "stroke-linecap": "butt",
    }
    title = ElementTree.Element(f"{_SVG}title", {"id": f"{prefix}title"})
    title.text = plot.title
    description = ElementTree.Element(f"{_SVG}desc", {"id": f"{prefix}desc"})
    description.text = plot.description
    root[0:0] = [title, description]
    return ElementTree.tostring(root, encoding="unicode")


def _rewrite(element: ElementTree.Element, prefix: str, used: set[str]) -> None:
    attributes = element.attrib
    if "id" in attributes:
        if attributes["id"] in used:
            attributes["id"] = prefix + attributes["id"]
        else:
            del attributes["id"]
    if link := attributes.pop(_LINK, None):
        attributes["href"] = f"#{prefix}{link[1:]}" if link.startswith("#") else link
    for rule in attributes.pop("style", "").split(";"):
        name, _, value = (part.strip() for part in rule.partition(":"))
        if name in _KEPT:
            attributes[name] = value
        elif name == "font" and (font := _FONT.fullmatch(value)):
            attributes["font-size"], attributes["font-family"] = font[3], font[4]
            if font[1]:
                attributes["font-style"] = font[1]
            if font[2]:
                attributes["font-weight"] = font[2]
    for name, value in attributes.items():
        if "url(#" in value:
            attributes[name] = value.replace("url(#", f"url(#{prefix}")
