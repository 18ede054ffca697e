"""One way to take a source of random numbers: a generator, a seed or nothing."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from hybridq.core.checks import is_whole
from hybridq.core.errors import ParameterError

RandomLike: TypeAlias = np.random.Generator | int | None


def as_generator(rng: RandomLike = None) -> np.random.Generator:
    """A NumPy generator: `rng` itself, one seeded by the integer `rng`, or a fresh one.

    Raises:
        ParameterError: `rng` is neither a generator, a non-negative integer nor None.
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is None:
        return np.random.default_rng()
    if not is_whole(rng) or rng < 0:
        raise ParameterError(
            f"rng={rng!r} is no source of randomness: "
            "give a numpy Generator, a non-negative integer seed or None"
        )
    return np.random.default_rng(int(rng))


def spawn(rng: RandomLike, count: int) -> list[np.random.Generator]:
    """`count` independent child generators of `rng` (by `SeedSequence.spawn`)."""
    return as_generator(rng).spawn(count)
