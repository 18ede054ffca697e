"""What holds for all tests."""

import pytest
import threadpoolctl


@pytest.fixture(autouse=True, scope="session")
def one_blas_thread():
    """Dense oracles use many small matrices: threads of BLAS only get into each other's way."""
    with threadpoolctl.threadpool_limits(1, user_api="blas"):
        yield
