"""Settings of all tests."""

import functools
import gc
import os
import signal

import hypothesis
import pytest
import threadpoolctl
from alembic import util

# A shell that runs the tests in the background has Ctrl-C ignored, which tests and the processes
# that they begin must be able to send.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Whether this machine has compiled a kernel yet must not decide which numbers a test sees.
os.environ.setdefault("HYBRIDQ_KERNELS", "compiled")

# A deadline for each example would fail on a busy machine. The suite draws the same examples each
# time, so that a failure tells of a change, and a third of Hypothesis' hundred, to be quick;
# make test-slow draws others (`new-examples`).
hypothesis.settings.register_profile("hybridq", deadline=None, derandomize=True, max_examples=30)
hypothesis.settings.register_profile("new-examples", deadline=None)
hypothesis.settings.load_profile("hybridq")


# Collecting tests and compiling kernels make many objects that stay: a twentieth of the time went
# into looking for garbage among them.
gc.set_threshold(10_000, 10, 10)


def pytest_collection_finish():
    """Let the garbage collector pass over what lives to the end of the session."""
    gc.collect()
    gc.freeze()


# What compiles most kernels: in two processes at once, each would compile them for itself.
KERNELS = (
    "tests/angles/", "tests/ansatz/mixers/", "tests/classical/", "tests/engines/",
    "tests/experiments_scripts/test_gset_study.py", "tests/operators/test_feasible.py",
    "tests/security/test_declared_sizes.py", "tests/strategies/test_qaoa_strategies.py",
    "tests/testing/test_contracts.py",
)  # fmt: skip


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give one process all files that compile kernels, and any other to the next free one."""
    from xdist.scheduler import LoadFileScheduling

    class KernelsTogether(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return "kernels" if nodeid.startswith(KERNELS) else super()._split_scope(nodeid)

    return KernelsTogether(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(autouse=True, scope="session")
def migrations_read_once():
    """Let Alembic keep Optuna's migrations, which it reads twice for each storage that it opens."""
    load = util.load_python_file
    kept = functools.cache(load)
    util.load_python_file = lambda folder, name: (
        load(folder, name) if name == "env.py" else kept(folder, name)  # env.py does the work
    )


@pytest.fixture(autouse=True, scope="session")
def one_blas_thread():
    """Dense oracles use many small matrices: threads of BLAS only get into each other's way."""
    with threadpoolctl.threadpool_limits(1, user_api="blas"):
        yield
