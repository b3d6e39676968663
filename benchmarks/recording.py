"""What a benchmark found, written beside the others with the machine that it was found on."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path

__all__ = ["record"]


def record(path: Path, title: str, doc: str | None, lines: Sequence[str]) -> None:
    """Write a result: title, how it was measured (the docstring of the script), machine, lines."""
    machine = f"{os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}"
    head = f"# {title}\n\n{(doc or '').strip()}\n\n{machine}.\n\n"
    path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
