"""Limit BLAS threads while an objective uses all cores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit the linear algebra of NumPy and SciPy to one thread within the block.

    Linear algebra of a few dozen numbers gains nothing from BLAS threads, which then spin on the
    cores that the objective runs on: half the time of a search on two cores. Nested blocks cost
    nothing.
    """
    global _is_limited
    if _is_limited:
        yield
        return
    with _controller().limit(limits=1, user_api="blas"):
        _is_limited = True
        try:
            yield
        finally:
            _is_limited = False


_is_limited = False


@cache
def _controller() -> Any:
    """Return the BLAS libraries of this process; finding them is slow, so only once."""
    import scipy.linalg  # noqa: F401  loads the BLAS that is to be limited
    import threadpoolctl

    return threadpoolctl.ThreadpoolController()
