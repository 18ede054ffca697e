"""Linear algebra beside an objective that has the cores for itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Within the block NumPy's and SciPy's linear algebra keeps to one thread.

    That of a few dozen numbers gains nothing from BLAS threads, which then spin on the very cores
    that the objective runs on: half the time of a search on two cores.
    """
    import threadpoolctl

    with threadpoolctl.threadpool_limits(1, user_api="blas"):
        yield
