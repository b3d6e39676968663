"""The identifier check: what in a study may still name somebody, and how it is replaced. Floor 2."""

from thematic.deidentification.findings import KINDS, Finding, Findings, Kind, Passage, passages_of
from thematic.deidentification.groups import Group, form_key, group_findings
from thematic.deidentification.identifiers import Recogniser, find_identifiers

__all__ = [
    "KINDS",
    "Finding",
    "Findings",
    "Group",
    "Kind",
    "Passage",
    "Recogniser",
    "find_identifiers",
    "form_key",
    "group_findings",
    "passages_of",
]
