"""Seeds made from what they are for: the same words and numbers give the same seed anywhere."""

from __future__ import annotations

import hashlib
from typing import Any

from hybridq.experiments.records import Plain, canonical

_DIGITS = 13  # hexadecimal: 52 bits, which a float holds too, as some readers of JSON need


def derived(*parts: Any) -> int:
    """A seed below 2**52 from plain values: the head of SHA-256 of their canonical JSON."""
    return int(hashlib.sha256(canonical(list(parts)).encode()).hexdigest()[:_DIGITS], 16)


def trial_seed(seed: int, repeat: int, problem: Plain) -> int:
    """The seed of a trial's solve.

    It does not depend on the ansatz, the optimizer or other choices, so that they are compared on
    common random numbers.

    Args:
        seed: of the experiment.
        repeat: which of the repeats, from 0.
        problem: the facts of the instance.
    """
    return derived("trial", seed, repeat, problem)
