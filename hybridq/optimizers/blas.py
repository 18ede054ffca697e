"""Linear algebra beside an objective that has the cores for itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Within the block NumPy's and SciPy's linear algebra keeps to one thread.

    That of a few dozen numbers gains nothing from BLAS threads, which then spin on the very cores
    that the objective runs on: half the time of a search on two cores. Blocks within such a block
    cost nothing.
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
    """The libraries of this process, looked for once: that takes longer than a small search."""
    import scipy.linalg  # noqa: F401  its BLAS has to be there to be found
    import threadpoolctl

    return threadpoolctl.ThreadpoolController()
