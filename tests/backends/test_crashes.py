"""A crash at any write or call: repeated, the run pays nothing twice and ends in the same bits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest

from experiments.chaos.service import Service
from hybridq import Circuit
from hybridq.backends import Capabilities, Execution, Ledger, execute
from tests.backends.fake_backend import FakeBackend, FakeTime


class Crash(BaseException):
    """The process ends here, as after SIGKILL: no handler of the library may catch it."""


class CrashingLedger(Ledger):
    """Crashes before or after one of its writes."""

    def __init__(self, path: Path, time: FakeTime, at: int, after: bool) -> None:
        super().__init__(path, now=time.now)
        self.left, self.after = at, after

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Crash
        with super()._writing(what):
            yield
        if self.left == 0 and self.after:
            raise Crash


SETTLE = 5.0


def batch() -> list[Execution]:
    circuit = Circuit(3).h(0).ry(1, "theta").cx(0, 2)
    return [Execution(circuit, (0.1 * k,), 20 + k) for k in range(3)]


def fake(time: FakeTime, **faults: Any) -> Service:
    return Service(time.now, delay=SETTLE, duration=3.0, **faults)


def run(service: Service, ledger: Ledger, time: FakeTime, **hooks: Any) -> list[np.ndarray]:
    limits = Capabilities(most_executions=2, settle=SETTLE, price=service.price)
    backend = FakeBackend(service=service, limits=limits, **hooks)
    return execute(backend, batch(), ledger=ledger, clock=time.clock).bits


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[np.ndarray], list[Any]]:
    time = FakeTime()
    service = fake(time)
    with Ledger(tmp_path_factory.mktemp("ledger") / "l.db", now=time.now) as ledger:
        bits = run(service, ledger, time)
    return bits, service.paid()


def check(
    service: Service, path: Path, time: FakeTime, undisturbed: tuple[list[np.ndarray], list[Any]]
) -> None:
    with Ledger(path, now=time.now) as ledger:
        bits = run(service, ledger, time)
        for found, expected in zip(bits, undisturbed[0], strict=True):
            np.testing.assert_array_equal(found, expected)
        assert service.paid() == undisturbed[1]
        known = sum(each.executions for each in ledger.batches() if each.was_submitted)
        assert known == len(service.paid())


# The canary and two batches: an intent, a job and bits of each.
WRITES = 9


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, WRITES + 1))
def test_a_crash_at_any_write_pays_nothing_twice(
    at: int, after: bool, tmp_path: Path, undisturbed: tuple[list[np.ndarray], list[Any]]
) -> None:
    time = FakeTime()
    service = fake(time)
    with pytest.raises(Crash), CrashingLedger(tmp_path / "l.db", time, at, after) as ledger:
        run(service, ledger, time)
    check(service, tmp_path / "l.db", time, undisturbed)


def test_an_undisturbed_run_has_this_number_of_writes(tmp_path: Path) -> None:
    time = FakeTime()
    with CrashingLedger(tmp_path / "l.db", time, 0, False) as ledger:
        run(fake(time), ledger, time)
        assert -ledger.left == WRITES


@pytest.mark.parametrize("hook", ["before_submit", "after_submit"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_crash_at_any_submission_pays_nothing_twice(
    hook: str, at: int, tmp_path: Path, undisturbed: tuple[list[np.ndarray], list[Any]]
) -> None:
    time = FakeTime()
    service = fake(time)
    calls = iter(range(1, 100))

    def crash() -> None:
        if next(calls) == at:
            raise Crash

    with pytest.raises(Crash), Ledger(tmp_path / "l.db", now=time.now) as ledger:
        run(service, ledger, time, **{hook: crash})
    check(service, tmp_path / "l.db", time, undisturbed)


@pytest.mark.parametrize("seed", range(10))
def test_a_faulty_service_is_paid_once(
    seed: int, tmp_path: Path, undisturbed: tuple[list[np.ndarray], list[Any]]
) -> None:
    time = FakeTime()
    check(fake(time, faults=0.4, seed=seed), tmp_path / "l.db", time, undisturbed)


def test_processes_that_want_the_same_submit_it_once(
    tmp_path: Path, undisturbed: tuple[list[np.ndarray], list[Any]]
) -> None:
    """Two clients of one ledger at the same time; the second waits, and finds it submitted."""
    time = FakeTime()
    service = fake(time)
    inside, go_on = Event(), Event()

    def pause() -> None:
        inside.set()
        assert go_on.wait(60)

    found: list[list[np.ndarray]] = []

    def client(**hooks: Any) -> None:
        with Ledger(tmp_path / "l.db", now=time.now) as ledger:
            found.append(run(service, ledger, time, **hooks))

    first = Thread(target=client, kwargs={"before_submit": pause})
    second = Thread(target=client)
    first.start()
    assert inside.wait(60)  # the intent of the first is written, its submission has begun
    second.start()
    go_on.set()
    first.join(60)
    second.join(60)
    assert service.paid() == undisturbed[1]
    assert len(found) == 2
    for bits in found:
        for mine, expected in zip(bits, undisturbed[0], strict=True):
            np.testing.assert_array_equal(mine, expected)
