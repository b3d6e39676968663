"""What a reader is told where there is no probability: how well a code fits in words, or that none does."""

from __future__ import annotations

from thematic.model import Excerpt, Suggestion

__all__ = ["FEWEST_RANKED", "TOO_FEW", "TOO_LITTLE", "abstention", "band"]

# With fewer excerpts than this, a rank among them says nothing: "top 5 %" of 19 would be less than one.
FEWEST_RANKED = 20
TOO_FEW = "too few excerpts to rank against"
TOO_LITTLE = "too few words of content to compare with a codebook"

_BANDS = ((0.99, "top 1 % for this code"), (0.95, "top 5 % for this code"), (0.80, "top 20 % for this code"))
_BELOW = "below the top 20 % for this code"


def band(share: float) -> str:
    """In words, how much of the corpus the code fits less well than this excerpt."""
    return next((words for least, words in _BANDS if share >= least), _BELOW)


def abstention(excerpt: Excerpt, reason: str) -> Suggestion:
    """That nothing is suggested for this excerpt, and why."""
    return Suggestion(
        excerpt_id=excerpt.id,
        code_id=None,
        rank=1,
        score=None,
        band=None,
        status="abstained",
        reason=reason,
    )
