"""The clock for work stands while anything compiles and goes on afterwards, whatever happens."""

import os
import threading
import time

import numpy as np
import pytest

from hybridq.core import clock
from hybridq.core.jit import jit

PAUSE = 0.05


def test_time_between_stand_and_go_is_no_work():
    began, wall = clock.work_seconds(), time.perf_counter()
    compiled = clock.compiling_seconds()
    clock.stand()
    clock.stand()  # Numba's lock is taken by one kernel for another
    time.sleep(PAUSE)
    clock.go()
    clock.go()
    worked = clock.work_seconds() - began
    stood = clock.compiling_seconds() - compiled
    assert stood >= PAUSE
    assert worked + stood <= time.perf_counter() - wall
    assert worked < time.perf_counter() - wall - PAUSE / 2


def test_two_threads_that_compile_at_once_stop_it_once():
    compiled, wall = clock.compiling_seconds(), time.perf_counter()
    both = threading.Barrier(2)

    def compile_something() -> None:
        clock.stand()
        both.wait()
        time.sleep(PAUSE)
        both.wait()
        clock.go()

    threads = [threading.Thread(target=compile_something) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert PAUSE <= clock.compiling_seconds() - compiled <= time.perf_counter() - wall


def test_it_stands_for_others_while_a_thread_compiles():
    compiling, read = threading.Event(), threading.Event()

    def compile_something() -> None:
        clock.stand()
        compiling.set()
        read.wait(10)
        clock.go()

    thread = threading.Thread(target=compile_something)
    thread.start()
    assert compiling.wait(10)
    assert clock.work_seconds() == clock.work_seconds()
    read.set()
    thread.join()
    assert clock.work_seconds() < clock.work_seconds()


def test_it_goes_on_for_whoever_was_interrupted_while_compiling():
    # Ctrl-C between Numba's event and its lock: the end of the event is never told.
    clock.stand()
    first = clock.work_seconds()
    assert first < clock.work_seconds()
    clock.go()  # late or never, it must not matter
    assert clock.work_seconds() > first


def test_compiling_a_kernel_is_no_work():
    @jit()
    def total(values):
        found = 0.0
        for value in values:
            found += value
        return found

    worked, compiled = clock.work_seconds(), clock.compiling_seconds()
    assert total(np.ones(3)) == pytest.approx(3.0)
    worked, compiled = clock.work_seconds() - worked, clock.compiling_seconds() - compiled
    assert 0 <= worked < compiled


def test_a_forked_process_does_not_wait_for_threads_that_it_has_not():
    compiling, forked = threading.Event(), threading.Event()

    def compile_something() -> None:
        clock.stand()
        compiling.set()
        forked.wait(10)
        clock.go()

    thread = threading.Thread(target=compile_something)
    thread.start()
    assert compiling.wait(10)
    child = os.fork()
    if child == 0:
        first = clock.work_seconds()
        time.sleep(0.01)
        os._exit(0 if clock.work_seconds() > first else 1)
    status = os.waitpid(child, 0)[1]
    forked.set()
    thread.join()
    assert os.waitstatus_to_exitcode(status) == 0
