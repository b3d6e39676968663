"""Gamma: agreement on the best alignment of free spans, by the pygamma-agreement package.

Experimental, and an optional extra: `pip install 'thematic[gamma]'`. Mathet, Widlöcher & Métivier (2015),
The Unified and Holistic Method Gamma, Computational Linguistics 41:437-479. The chance level is simulated, so
that the value depends on the seed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from thematic.errors import AgreementError, SettingsError

__all__ = ["GammaAgreement", "gamma", "observed_disorder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GammaAgreement:
    """1 - observed / expected disorder. n_samples: how many simulated continua the expectation is over."""

    value: float
    observed_disorder: float
    expected_disorder: float
    n_samples: int
    seed: int


def observed_disorder(spans: Mapping[str, Iterable[tuple[float, float, str]]]) -> float:
    """The disorder of the best alignment: positions and codes count alike (alpha = beta = delta_empty = 1).

    spans: for each coder, start, end and code. Raises SettingsError when pygamma-agreement is not installed,
    AgreementError with fewer than two coders.
    """
    continuum, dissimilarity = _continuum(spans)
    with _undisturbed():
        return float(continuum.get_best_alignment(dissimilarity).disorder)


def gamma(spans: Mapping[str, Iterable[tuple[float, float, str]]], *, seed: int = 0) -> GammaAgreement:
    """Gamma of the spans of two coders or more on one text. Arguments, errors: see `observed_disorder`."""
    continuum, dissimilarity = _continuum(spans)
    with _undisturbed():
        np.random.seed(seed)
        result = continuum.compute_gamma(dissimilarity)
    return GammaAgreement(
        value=float(result.gamma),
        observed_disorder=float(result.observed_disorder),
        expected_disorder=float(result.expected_disorder),
        n_samples=len(result.chance_alignments),
        seed=seed,
    )


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Puts numpy's global generator, which the package draws from, back as it was, and mutes its log.

    It logs a line for every alignment when its faster solver is not installed; the result is the same.
    """
    state = np.random.get_state()
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(level)
        np.random.set_state(state)


def _continuum(spans: Mapping[str, Iterable[tuple[float, float, str]]]) -> tuple[Any, Any]:
    try:
        from pyannote.core import Segment
        from pygamma_agreement import CombinedCategoricalDissimilarity, Continuum
    except ModuleNotFoundError as error:
        raise SettingsError(
            "gamma needs the pygamma-agreement package", hint="pip install 'thematic[gamma]'"
        ) from error
    continuum = Continuum()
    for coder, marked in spans.items():
        for start, end, code in marked:
            continuum.add(coder, Segment(start, end), code)
    if continuum.num_annotators < 2:
        raise AgreementError("gamma needs spans of two coders or more")
    return continuum, CombinedCategoricalDissimilarity(alpha=1, beta=1, delta_empty=1)
