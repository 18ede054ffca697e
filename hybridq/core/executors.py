"""Executors by name: processes of this machine, a Dask cluster, ranks of MPI."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeAlias

from hybridq.core import launch
from hybridq.core.errors import OutputError, ParameterError, UnknownNameError
from hybridq.core.mapper import Mapper
from hybridq.core.processes import cores

ExecutorLike: TypeAlias = str | Executor | Mapper | None
"""An executor of ``concurrent.futures``, the name of one (`EXECUTORS`), None for none, or an open
mapper."""

CONNECT_SECONDS = 10
"""Seconds after which a scheduler that does not answer is given up."""


def _processes(detail: str) -> AbstractContextManager[Mapper]:
    """Open processes of this machine: ``processes`` for one a core, ``processes:4``."""
    return _pool(process_count(detail) or cores())


def process_count(detail: str, name: str = "processes") -> int | None:
    """Return the number after the colon of ``processes:4``, None without one.

    Raises:
        ParameterError: it is not a whole number >= 1.
    """
    if not detail:
        return None
    if not (detail.isdecimal() and int(detail)):
        raise ParameterError(
            argument="executor", value=f"{name}:{detail}", expected=f"{name}:4 or the like"
        )
    return int(detail)


@contextmanager
def _pool(count: int) -> Iterator[Mapper]:
    # A fork would copy locks that other threads hold.
    context = multiprocessing.get_context("spawn")
    pools: list[ProcessPoolExecutor] = []

    def begin() -> Executor:
        pools.append(ProcessPoolExecutor(count, mp_context=context, initializer=_begin_process))
        return pools[-1]

    try:
        yield Mapper(begin(), workers=count, renew=begin)
    finally:
        for pool in pools:
            pool.shutdown(wait=True, cancel_futures=True)


def _begin_process() -> None:
    """Prepare a process: Ctrl-C at a terminal is for the one that began it."""
    import signal

    from hybridq.core.isolation import isolate

    isolate()
    launch.forget_launch()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _dask(detail: str) -> Iterator[Mapper]:
    """Open a running Dask cluster by its address, ``dask://host:8786``."""
    try:
        from distributed import Client
    except ImportError as error:
        raise ParameterError(
            "Dask is not installed",
            argument="executor",
            value=f"dask{detail}",
            remedy="install the extra, pip install 'hybridq[dask]'",
        ) from error
    address = detail.removeprefix("//")
    if not detail.startswith("//") or not address:
        raise ParameterError(
            argument="executor", value=f"dask:{detail}", expected="dask://HOST:PORT"
        )
    try:
        # Whatever listens there may send anything; a client would wait for it again at its end.
        with ThreadPoolExecutor(1) as thread:  # this one may have an event loop, as in notebooks
            thread.submit(_greet, address).result()
    except Exception as error:
        raise OutputError(
            f"the Dask scheduler at {address} did not answer within {CONNECT_SECONDS} s: "
            f"{type(error).__name__} {error}".rstrip(),
            argument="executor",
            remedy="start it with dask scheduler, or mind the address",
        ) from error
    with Client(address, timeout=CONNECT_SECONDS, set_as_default=False) as client:
        workers = sum(client.nthreads().values())
        yield Mapper(
            client.get_executor(pure=False),
            workers=workers or None,
            workers_left=lambda: len(client.nthreads()),
        )


def _greet(address: str) -> None:
    """Exchange greetings with a scheduler."""
    import asyncio

    from distributed.comm import connect

    async def greeted() -> None:
        comm = await connect(address, timeout=CONNECT_SECONDS)
        await comm.close()

    asyncio.run(asyncio.wait_for(greeted(), CONNECT_SECONDS))


@contextmanager
def _mpi(detail: str) -> Iterator[Mapper]:
    """Open the ranks of an MPI launch; rank 0 sends tasks to the others: ``mpi``."""
    MPI = launch.load_mpi("executor")
    from mpi4py.futures import MPICommExecutor

    ranks = launch.leader()
    if ranks is None:
        one = MPI.COMM_WORLD.size == 1
        raise ParameterError(
            "one rank of MPI has no others to send tasks to"
            if one
            else "tasks are sent by rank 0, and every rank runs this program",
            argument="executor",
            value="mpi",
            remedy="start it under a launcher, mpirun -n 4 hybridq ..."
            if one
            else "call the program through hybridq.core.launch.lead",
        )
    ranks.assign(_serve_tasks, release=launch.occupied)
    opened: Any = MPICommExecutor(ranks.comm, root=0)
    try:
        with opened as executor:  # rank 0 gets one; the others are in `_serve_tasks`
            yield Mapper(executor, workers=ranks.comm.size - 1)
    finally:
        ranks.dismiss()


def _serve_tasks() -> None:
    """Serve the tasks of rank 0 on another rank."""
    from mpi4py import MPI
    from mpi4py.futures import MPICommExecutor

    with MPICommExecutor(MPI.COMM_WORLD, root=0):
        pass


@contextmanager
def _serial(detail: str) -> Iterator[Mapper]:
    """Run tasks one after another, in this process: ``serial``."""
    yield Mapper()


@contextmanager
def _threads(detail: str) -> Iterator[Mapper]:
    """Open threads of this process, for compiled code: ``threads``, ``threads:4``."""
    count = process_count(detail, "threads") or cores()
    pool = ThreadPoolExecutor(count)
    try:
        yield Mapper(pool, workers=count)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


EXECUTORS: dict[str, Callable[[str], AbstractContextManager[Mapper]]] = {
    "serial": _serial,
    "threads": _threads,
    "processes": _processes,
    "dask": _dask,
    "mpi": _mpi,
}
"""Ways to open an executor by the part of its name before a colon, given the rest."""


def own_threads() -> str:
    """Return the name of an executor of as many threads as Numba's, for compiled code."""
    import numba

    return f"threads:{numba.get_num_threads()}"


@contextmanager
def open_mapper(executor: ExecutorLike) -> Iterator[Mapper]:
    """Open a mapper on an executor; one that is given by name is shut down at the end.

    Args:
        executor: an executor of ``concurrent.futures`` or a mapper, which stay open; a name:
            ``processes``, ``processes:4``, ``threads``, ``threads:4``, ``dask://host:8786``,
            ``mpi``, ``serial``; None for none.

    Raises:
        UnknownNameError: no executor of that name.
        ParameterError: it is not an executor, or its package is not installed.
        OutputError: a scheduler did not answer.
    """
    if isinstance(executor, Mapper):
        yield executor
        return
    if executor is None or not isinstance(executor, str):
        yield Mapper(executor)
        return
    name, _, detail = executor.partition(":")
    if name not in EXECUTORS:
        raise UnknownNameError("executor", name, EXECUTORS, argument="executor")
    with EXECUTORS[name](detail) as mapper:
        yield mapper
