"""Sources of random numbers: a generator, a seed or None."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from hybridq.core.checks import is_whole
from hybridq.core.errors import ParameterError

RandomLike: TypeAlias = np.random.Generator | int | None


def as_generator(rng: RandomLike = None) -> np.random.Generator:
    """Return `rng` itself, a generator seeded by the integer `rng`, or a fresh one.

    Raises:
        ParameterError: `rng` is neither a generator, a non-negative integer nor None.
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is None:
        return np.random.default_rng()
    if not is_whole(rng) or rng < 0:
        raise ParameterError(
            argument="rng", value=rng, expected="a NumPy Generator, an integer seed >= 0 or None"
        )
    return np.random.default_rng(int(rng))


def spawn(rng: RandomLike, count: int) -> list[np.random.Generator]:
    """Return `count` independent child generators of `rng` (`SeedSequence.spawn`)."""
    return as_generator(rng).spawn(count)
