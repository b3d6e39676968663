"""thematic: code interviews with people deciding and the machine suggesting."""

from __future__ import annotations

__version__ = "0.1.0"
