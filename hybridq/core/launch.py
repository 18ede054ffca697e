"""Processes of an MPI launcher: rank 0 leads, the others do what it assigns.

A command, or a program through `lead`, runs on rank 0 alone. An executor or an engine that needs
the other ranks assigns them a duty, wherever its name came from: an option, a config or Python.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from typing import Any

from hybridq.core.errors import EngineError, ParameterError

_RANKS = ("OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK")
"""Variables in which launchers of MPI give a process its rank."""

_SIZES = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE")
"""Variables in which they give it the number of ranks; that of PMIx has none."""

_POLL_SECONDS = 0.005  # between two looks for a duty: a rank that waits leaves its core to others
_TAG = 18

_lead: _Lead | None = None


def launched_rank() -> int | None:
    """Return the rank that a launcher of MPI gave this process, without loading MPI."""
    return _number(_RANKS)


def is_launched() -> bool:
    """Return whether a launcher of MPI started this process, without loading MPI.

    Processes that a rank starts, and the tasks of an executor, are not ranks.
    """
    return launched_rank() is not None


def forget_launch() -> None:
    """Make this process, and those that it starts, none of the ranks."""
    for name in _RANKS:
        os.environ.pop(name, None)


def load_mpi(argument: str) -> Any:
    """Return the module ``mpi4py.MPI``.

    Args:
        argument: the argument that asks for it, for the message.

    Raises:
        ParameterError: mpi4py is not installed, or finds no MPI library, or the library is not
            that of the launcher.
    """
    try:
        import mpi4py

        if "mpi4py.MPI" not in sys.modules:
            mpi4py.rc.initialize, mpi4py.rc.finalize = False, True
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        raise ParameterError(
            f"MPI cannot be loaded: {error}",
            argument=argument,
            remedy="install an MPI library and the extra, pip install 'hybridq[mpi]'",
        ) from error
    library = MPI.Get_library_version().split(",")[0].split("\n")[0].strip()
    # MPICH under the launcher of Open MPI ends the process when it is initialized.
    if "OMPI_COMM_WORLD_RANK" in os.environ and library.startswith("MPICH"):
        raise _wrong_library(argument, "that of Open MPI", library)
    if not MPI.Is_initialized():
        with warnings.catch_warnings():  # of another launcher's variables, which is refused below
            warnings.simplefilter("ignore", RuntimeWarning)
            MPI.Init_thread()
    launched = _number(_SIZES)
    if launched is not None and is_launched() and launched != MPI.COMM_WORLD.size:
        raise _wrong_library(argument, f"of {launched} ranks", library)
    return MPI


def _wrong_library(argument: str, launcher: str, library: str) -> ParameterError:
    """Return the error of a library that cannot reach the other ranks."""
    return ParameterError(
        f"the launcher, {launcher}, is not that of mpi4py's MPI library, {library}",
        argument=argument,
        remedy="use the launcher of the same MPI, or choose the library by MPI4PY_MPIABI",
    )


def lead(work: Callable[[], int]) -> int:
    """Run a program on rank 0 of a launch; the other ranks do what it assigns.

    Without a launcher, and on a single rank, this is ``work()``.

    Args:
        work: the program; returns its exit code.

    Returns:
        The exit code; that of other ranks is 0.

    Raises:
        ParameterError: the library of MPI is not the launcher's, on rank 0.
    """
    global _lead
    if _lead is not None or not is_launched() or _number(_SIZES) == 1:
        return work()
    rank = launched_rank()
    try:
        MPI = load_mpi("comm")
    except ParameterError:
        if rank == 0:
            return work()  # and report it where MPI is needed
        return 0
    comm = MPI.COMM_WORLD
    if comm.size == 1:
        return work()
    forget_launch()
    if comm.rank:
        _serve(comm)
        return 0
    _lead = _Lead(comm)
    try:
        code = work()
        if not _lead.assigned:
            warnings.warn(
                f"{comm.size} ranks were launched, and one was used: the others serve the "
                "executor mpi and the engine distributed",
                UserWarning,
                stacklevel=2,
            )
        return code
    finally:
        _lead.end()
        _lead = None


def leader() -> _Lead | None:
    """Return the assignment of duties on rank 0 within `lead`, None elsewhere."""
    return _lead


class _Lead:
    """The duty of the other ranks, as rank 0 assigns it.

    Args:
        comm: all ranks, an ``mpi4py.MPI.Comm``.

    Attributes:
        comm: the same.
        assigned: whether they have had a duty.
    """

    def __init__(self, comm: Any) -> None:
        self.comm = comm
        self._release: Callable[[], None] | None = None
        self.assigned = False

    def assign(self, duty: Callable[[], None], release: Callable[[], None]) -> None:
        """Have every other rank call a function, after the one before has returned.

        Args:
            duty: a function of a module.
            release: called on rank 0 before the next duty and at the end: has to make `duty`
                return on the other ranks, or raise.

        Raises:
            EngineError: they have a duty that does not end.
        """
        self._let_go()
        self._tell(duty)
        self._release, self.assigned = release, True

    def dismiss(self) -> None:
        """Note that the other ranks have returned from their duty."""
        self._release = None

    def end(self) -> None:
        """End the other ranks."""
        self._let_go()
        self._tell(None)

    def _let_go(self) -> None:
        release, self._release = self._release, None
        if release is not None:
            try:
                release()
            except BaseException:
                self._release = release
                raise

    def _tell(self, duty: Callable[[], None] | None) -> None:
        for rank in range(1, self.comm.size):
            self.comm.send(duty, rank, _TAG)


def occupied() -> None:
    """Refuse another duty: the `release` of a duty that rank 0 ends itself.

    Raises:
        EngineError: always.
    """
    raise EngineError(
        "the other ranks run the tasks of an executor",
        remedy="use the engine after them, or within a task, where it has one rank",
    )


def _serve(comm: Any) -> None:
    """Do the duties that rank 0 assigns, until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # rank 0 decides
    logging.getLogger("hybridq").setLevel(logging.ERROR)  # it says for all what compiles
    warnings.simplefilter("ignore")
    try:
        while True:
            while not comm.iprobe(0, _TAG):
                time.sleep(_POLL_SECONDS)
            duty = comm.recv(None, 0, _TAG)
            if duty is None:
                return
            duty()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        comm.Abort(1)


def _number(names: tuple[str, ...]) -> int | None:
    """Return the first of these variables that is a whole number."""
    found = next((os.environ[name] for name in names if name in os.environ), "")
    return int(found) if found.isdecimal() else None
