"""Seeds derived from their purpose, equal on every machine."""

from __future__ import annotations

import hashlib
from typing import Any

from hybridq.experiments.records import Plain, canonical

_DIGITS = 13  # hexadecimal: 52 bits, which a float holds too, as some JSON readers need


def derived(*parts: Any) -> int:
    """Return a seed below 2**52: the head of SHA-256 of the parts' canonical JSON."""
    return int(hashlib.sha256(canonical(list(parts)).encode()).hexdigest()[:_DIGITS], 16)


def trial_seed(seed: int, repeat: int, problem: Plain) -> int:
    """Return the seed of a trial's solve.

    It does not depend on the ansatz, the optimizer or other choices, which are thus compared on
    common random numbers.

    Args:
        seed: seed of the experiment.
        repeat: index of the repeat, from 0.
        problem: facts of the instance.
    """
    return derived("trial", seed, repeat, problem)
