"""Users of a project as coders, and the layer of their codings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from thematic.coded_project import coder_ids
from thematic.formats.refi.account import Account
from thematic.formats.refi.identity import layer_of
from thematic.formats.refi.parsing import key
from thematic.model import Coder, Layer

__all__ = ["People"]

UNKNOWN = "unknown-coder"


@dataclass(slots=True)
class People:
    """Coders and layers by the GUID of their user; whoever is not listed gets a name when first met."""

    account: Account
    unsigned: str | None
    coders: dict[str, Coder] = field(default_factory=dict)
    layers: dict[str, Layer] = field(default_factory=dict)

    @classmethod
    def of(cls, users: Sequence[dict[str, str]], account: Account, unsigned: str | None) -> People:
        """The people of these users. Two of one name are two coders; a layer of ours is no coder.

        unsigned: whose the codings are that nobody signed.
        """
        people = cls(account, unsigned)
        named = [(key(user["guid"]), user["name"].strip() or user["id"].strip()) for user in users]
        layers = {guid: layer_of(guid, name) for guid, name in named}
        own = [(guid, name) for guid, name in named if layers[guid][1] == "independent"]
        by_name: dict[str, Coder] = {}
        for (guid, name), id_ in zip(own, coder_ids([name for _, name in own]), strict=True):
            people.coders.setdefault(guid, Coder(id=id_, name=name))
            by_name.setdefault(name, people.coders[guid])
        for guid, (name, layer) in layers.items():
            people.layers[guid] = layer
            if layer != "independent":
                if name not in by_name:
                    by_name[name] = people._new(name)
                people.coders[guid] = by_name[name]
        return people

    def coder(self, *guids: str) -> tuple[str, Layer]:
        """The id of the coder behind the first of these GUIDs that is one, and the layer of the codings."""
        guid = next((guid for guid in guids if guid), "")
        if guid not in self.coders:
            if guid:
                self.coders[guid] = self._new(f"user-{guid[:8]}")
                name = self.coders[guid].id
                self.account.note(f"the user {guid} is not in the list of users; called {name}")
            elif self.unsigned:
                self.coders[guid] = Coder(id=self.unsigned, name=self.unsigned)
            else:
                self.coders[guid] = self._new(UNKNOWN)
                self.account.note(f"codings that nobody signed are those of “{self.coders[guid].id}”")
            self.layers[guid] = "independent"
        return self.coders[guid].id, self.layers[guid]

    def _new(self, name: str) -> Coder:
        taken = list(dict.fromkeys(coder.id for coder in self.coders.values()))
        return Coder(id=coder_ids([*taken, name])[-1], name=name)
