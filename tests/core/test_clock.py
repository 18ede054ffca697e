"""The work clock pauses while anything compiles and continues afterwards."""

import os
import pickle
import threading

import numba
import numpy as np
import pytest
from numba.core import event

from hybridq.core import clock, jit

TIMEOUT = 60.0


class Timer:
    """Replaces `perf_counter`; only the test moves it."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def timer(monkeypatch):
    driven = Timer()
    monkeypatch.setattr(clock, "perf_counter", driven)
    monkeypatch.setattr(clock, "_excluded", 0.0)
    return driven


def test_time_between_pause_and_resume_is_not_work(timer):
    began, compiled = clock.work_seconds(), clock.compiling_seconds()
    timer.now += 1.0
    clock.pause()
    clock.pause()  # one kernel takes Numba's lock for another
    timer.now += 10.0
    clock.resume()
    timer.now += 20.0
    clock.resume()
    timer.now += 2.0
    assert clock.work_seconds() - began == 3.0
    assert clock.compiling_seconds() - compiled == 30.0


def test_two_threads_that_compile_at_once_are_excluded_once(timer):
    compiled = clock.compiling_seconds()
    both = threading.Barrier(3, timeout=TIMEOUT)

    def compile_something() -> None:
        clock.pause()
        both.wait()
        both.wait()
        clock.resume()

    threads = [threading.Thread(target=compile_something) for _ in range(2)]
    for thread in threads:
        thread.start()
    both.wait()
    timer.now += 5.0
    both.wait()
    for thread in threads:
        thread.join(TIMEOUT)
    assert clock.compiling_seconds() - compiled == 5.0


def test_it_pauses_for_others_while_a_thread_compiles(timer):
    compiling, read = threading.Event(), threading.Event()

    def compile_something() -> None:
        clock.pause()
        compiling.set()
        read.wait(TIMEOUT)
        clock.resume()

    thread = threading.Thread(target=compile_something)
    thread.start()
    assert compiling.wait(TIMEOUT)
    before = clock.work_seconds()
    timer.now += 7.0
    assert clock.work_seconds() == before
    read.set()
    thread.join(TIMEOUT)
    assert clock.work_seconds() == before
    timer.now += 1.0
    assert clock.work_seconds() == before + 1.0


def test_it_continues_for_a_thread_that_was_interrupted_while_compiling(timer):
    # Ctrl-C between Numba's event and its lock: the end of the event is never reported.
    clock.pause()
    timer.now += 3.0
    first = clock.work_seconds()
    timer.now += 1.0
    assert clock.work_seconds() == first + 1.0
    clock.resume()  # a late end must not matter
    timer.now += 1.0
    assert clock.work_seconds() == first + 2.0


def test_compiling_is_not_work(timer):
    assert jit  # importing the gateway starts the clock's listener

    class SlowCompiler(event.Listener):
        """Lets each compilation take ten seconds of the driven timer."""

        def on_start(self, event):
            pass

        def on_end(self, event):
            timer.now += 10.0

    @numba.njit  # without the disk cache, so that each run compiles
    def total(values):
        found = 0.0
        for value in values:
            found += value
        return found

    worked, compiled = clock.work_seconds(), clock.compiling_seconds()
    with event.install_listener("numba:compile", SlowCompiler()):
        assert total(np.ones(3)) == pytest.approx(3.0)
    assert clock.compiling_seconds() - compiled >= 10.0
    assert clock.work_seconds() == worked


def test_a_forked_process_does_not_wait_for_threads_of_its_parent(timer):
    compiling, forked = threading.Event(), threading.Event()

    def compile_something() -> None:
        clock.pause()
        compiling.set()
        forked.wait(TIMEOUT)
        clock.resume()

    thread = threading.Thread(target=compile_something)
    thread.start()
    assert compiling.wait(TIMEOUT)
    child = os.fork()
    if child == 0:
        first = clock.work_seconds()
        timer.now += 1.0
        os._exit(0 if clock.work_seconds() == first + 1.0 else 1)
    status = os.waitpid(child, 0)[1]
    forked.set()
    thread.join(TIMEOUT)
    assert os.waitstatus_to_exitcode(status) == 0


def test_a_deadline_hands_on_parts_of_what_is_left(timer):
    whole = clock.Deadline(10.0)
    timer.now += 4.0
    assert (whole.seconds, whole.left) == (4.0, 6.0)
    assert whole.part(0.5).left == 3.0
    assert whole.part(1.0, at_most=2.0).left == 2.0
    assert whole.without(5.0).left == 1.0
    assert whole.limited(12.0).left == 8.0
    assert whole.limited(12.0).seconds == 4.0
    assert not whole.limited(None).is_set
    assert clock.Deadline.of(whole) is whole
    assert clock.Deadline.of(1.5).left == 1.5
    timer.now += 7.0
    assert whole.passed
    assert whole.left == whole.part(0.5).left == whole.without(1.0).left == 0.0


def test_no_deadline_never_passes(timer):
    never = clock.Deadline.of(None)
    timer.now += 1e9
    assert not never.is_set
    assert not never.passed
    assert not never.part(0.1, at_most=1.0).is_set
    assert not never.without(1.0).is_set
    done = []
    assert never.run(done.append, 7) == 7
    assert done == [7]


def test_work_is_done_in_steps_that_fit(timer):
    def work(units: int) -> None:
        timer.now += 0.1 * units

    assert clock.Deadline(1.0).run(work, 1_000) in range(9, 12)
    assert clock.Deadline(1e6).run(work, 20) == 20
    assert clock.Deadline(0.0).run(work, 20) == 1


def test_a_deadline_is_the_same_moment_in_another_process(timer, monkeypatch):
    monkeypatch.setattr(clock, "time", timer)
    near, none = clock.Deadline(5.0), clock.Deadline()
    sent = pickle.dumps((near, none))
    timer.now += 2.0
    near, none = pickle.loads(sent)
    assert (near.left, near.is_set, none.is_set) == (3.0, True, False)
    timer.now += 9.0
    assert pickle.loads(sent)[0].passed
