"""The notebook of the manual runs from first to last cell."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from tests.reporting.studies import code_study, make_study

NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebook.ipynb"


@pytest.mark.slow
def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of the notebook programs are not ours
        import nbformat
        from nbclient import NotebookClient

        code_study(make_study(tmp_path / "thematic-demo"))
        monkeypatch.setenv("PYTHONPATH", str(NOTEBOOK.parents[1]))
        monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        client = NotebookClient(
            notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
        )
        client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert not any(output.output_type == "error" for output in outputs)
    shown = [output for output in outputs if "image/svg+xml" in output.get("data", {})]
    assert len(shown) == 1 and "Motivation to attend" in shown[0].data["image/svg+xml"]
    assert any("interviews" in output.get("text", "") for output in outputs)
    assert (tmp_path / "saturation.png").read_bytes().startswith(b"\x89PNG")
