"""Gamma is pygamma-agreement's; here only that the wrapper asks it the right thing."""

from __future__ import annotations

import importlib.util
import logging

import numpy as np
import pytest

from thematic.agreement.gamma import gamma, observed_disorder
from thematic.errors import AgreementError, SettingsError

INSTALLED = importlib.util.find_spec("pygamma_agreement") is not None
needs_extra = pytest.mark.skipif(not INSTALLED, reason="the gamma extra is not installed")

SPANS = {
    "a": [(1.0, 5.0, "x"), (6.0, 10.0, "y"), (11.0, 15.0, "x")],
    "b": [(2.0, 6.0, "x"), (7.0, 11.0, "y"), (12.0, 16.0, "x")],
}


@pytest.mark.skipif(INSTALLED, reason="the gamma extra is installed")
def test_without_the_extra_it_says_what_to_install() -> None:
    with pytest.raises(SettingsError, match="pygamma-agreement") as caught:
        gamma(SPANS)
    assert caught.value.hint == "pip install 'thematic[gamma]'"


@needs_extra
def test_disorder_of_spans_moved_by_one() -> None:
    """Each pair is moved by 1 at both ends, on a length of 4: ((1 + 1) / (4 + 4))²; the codes agree."""
    assert observed_disorder(SPANS) == pytest.approx(0.0625, abs=1e-5)


@needs_extra
def test_gamma_follows_its_seed_and_leaves_no_trace() -> None:
    np.random.seed(5)
    before = np.random.get_state()[1].tolist()
    first, again = gamma(SPANS, seed=1), gamma(SPANS, seed=1)
    assert first == again
    assert first.value == pytest.approx(1 - first.observed_disorder / first.expected_disorder)
    assert np.random.get_state()[1].tolist() == before
    assert logging.root.manager.disable == logging.NOTSET


@needs_extra
def test_one_coder_is_refused() -> None:
    with pytest.raises(AgreementError, match="two coders"):
        gamma({"a": SPANS["a"]})
