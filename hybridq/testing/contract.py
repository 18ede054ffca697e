"""Exception and comparison of contract checks."""

from __future__ import annotations

import math


class ContractError(AssertionError):
    """A broken contract of an extension; the message gives an example."""


def require(kept: bool, promise: str) -> None:
    """Raise unless a promise is kept.

    Args:
        kept: True if the promise is kept.
        promise: the promise and the example that breaks it.

    Raises:
        ContractError: it is not kept.
    """
    if not kept:
        raise ContractError(promise)


def close(a: float, b: float, scale: float = 1.0, tolerance: float = 1e-9) -> bool:
    """Return whether two numbers agree relative to `scale`; NaN agrees with nothing."""
    return math.isfinite(a) and math.isfinite(b) and abs(a - b) <= tolerance * max(scale, 1.0)
