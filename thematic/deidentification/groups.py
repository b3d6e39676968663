"""Findings grouped by what is written, so that one decision covers them all: Leeds, fourteen times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from thematic.deidentification.findings import KINDS, Finding, Kind

__all__ = ["Group", "form_key", "group_findings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One form and its occurrences. `form` is the commonest way it is written, without a possessive 's.

    `leaves` says that it stands where exports and packets would carry it: in the text, a label, a file
    name, an
    attribute, a memo; otherwise it is in the original files only.
    """

    key: str
    form: str
    kind: Kind
    findings: tuple[Finding, ...]

    @property
    def is_direct(self) -> bool:
        return KINDS[self.kind][0]

    @property
    def leaves(self) -> bool:
        return any(finding.where != "original only" for finding in self.findings)

    @property
    def transcripts(self) -> tuple[str, ...]:
        return tuple(sorted({finding.transcript_id for finding in self.findings}))

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(rule for finding in self.findings for rule in finding.rules))


def form_key(text: str) -> str:
    """What makes two forms the same: case, spaces, the shape of an apostrophe and a possessive 's do not
    count."""
    key = " ".join(text.casefold().replace("’", "'").split())
    if key.endswith("'s"):
        key = key[:-2]
    return key.rstrip("'") or key


def group_findings(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """Findings by form: direct identifiers first, and the rare ones first among them."""
    by_key: dict[str, list[Finding]] = {}
    for finding in findings:
        by_key.setdefault(form_key(finding.text), []).append(finding)
    groups = []
    for key, found in by_key.items():
        forms = Counter(_without_possessive(f.text) for f in found)
        kinds = Counter(f.kind for f in found)
        # The commonest kind; of equally common ones a direct kind before an indirect one.
        kind = max(kinds, key=lambda k: (kinds[k], KINDS[k][0], k))
        if KINDS[kind][0] is False and any(KINDS[k][0] for k in kinds if k != "possible name"):
            kind = max(
                (k for k in kinds if KINDS[k][0] and k != "possible name"), key=lambda k: (kinds[k], k)
            )
        form = max(forms, key=lambda text: (forms[text], text))
        groups.append(Group(key=key, form=form, kind=kind, findings=tuple(found)))
    return tuple(sorted(groups, key=lambda g: (not g.is_direct, len(g.findings), g.key)))


def _without_possessive(text: str) -> str:
    text = " ".join(text.split())
    return text[:-2] if text.endswith(("'s", "’s")) and len(text) > 3 else text
