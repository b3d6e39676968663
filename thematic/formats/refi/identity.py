"""Who and what is who in an exchanged project: GUIDs that come out the same at every export (UUIDv5)."""

from __future__ import annotations

import re
import uuid

from thematic.model import Layer

__all__ = ["MACHINE_GUID", "MACHINE_NAME", "layer_of", "layered_name", "made_guid", "user_guid"]

# Fixed for ever: GUIDs that other programs have stored were made with it.
_GUIDS = uuid.UUID("2b9b5a0e-7c55-5f3b-8a63-0d7f7a9a5c1e")

MACHINE_NAME = "thematic (suggestions of the machine, not coded by a person)"
_LAYERED = re.compile(r"(.*) \[(negotiated|final)\]", re.DOTALL)


def made_guid(*parts: str) -> str:
    """The GUID of what these strings name, always the same."""
    return str(uuid.uuid5(_GUIDS, "\0".join(parts).encode("utf-8", "replace").decode()))


def user_guid(coder_id: str, layer: Layer = "independent") -> str:
    """The GUID of a coder who came from no other program."""
    return made_guid("user", coder_id, layer)


MACHINE_GUID = made_guid("user", MACHINE_NAME)


def layered_name(name: str, layer: Layer) -> str:
    """The name under which the codings of a layer are exchanged: `Ada [negotiated]`."""
    return name if layer == "independent" else f"{name} [{layer}]"


def layer_of(guid: str, name: str) -> tuple[str, Layer]:
    """The coder's own name and the layer, for a user as `layered_name` writes it."""
    match = _LAYERED.fullmatch(name)
    if match is None:
        return name, "independent"
    layer: Layer = "negotiated" if match[2] == "negotiated" else "final"
    return (match[1], layer) if guid == user_guid(match[1], layer) else (name, "independent")
