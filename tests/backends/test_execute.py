"""Executions: pooled by content, limited by budgets, guarded by a canary."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.chaos.service import Service
from hybridq import Circuit, NoiseModel, noise
from hybridq.backends import (
    BackendError,
    Budget,
    BudgetError,
    Capabilities,
    Embedded,
    Execution,
    Ledger,
    Outcome,
    Price,
    execute,
    resolve_backend,
)
from hybridq.backends.canary import canary, check_canary, pattern
from hybridq.backends.limits import batches_of
from hybridq.core.errors import DimensionError, FormatError, ParameterError, UnknownNameError
from tests.backends.fake_backend import FakeBackend, FakeTime

BELL = Execution(Circuit(3).h(0).cx(0, 2).ry(1, "theta"), (0.3,), 400)


@pytest.fixture
def ledger() -> Any:
    with Ledger(":memory:") as book:
        yield book


class Paid:
    """A fake service and what it was paid for."""

    def __init__(self, ledger: Ledger, **limits: Any) -> None:
        self.time, self.ledger = FakeTime(), ledger
        self.service = Service(self.time.now)
        given = {"price": Price(0.3, 0.001), **limits}
        self.backend = FakeBackend(service=self.service, limits=Capabilities(**given))

    def run(self, *executions: Execution, **options: Any) -> Outcome:
        clock = self.time.clock
        return execute(self.backend, executions, ledger=self.ledger, clock=clock, **options)

    @property
    def shots(self) -> int:
        return sum(shots for _, _, shots in self.service.paid())


def test_equal_executions_are_pooled(ledger: Ledger) -> None:
    paid = Paid(ledger)
    first = paid.run(BELL)
    assert (first.executions, paid.shots) == (2, 500)  # 100 of the canary
    again = paid.run(BELL)
    assert (again.executions, again.reused, again.cost, paid.shots) == (0, 400, 0.0, 500)
    np.testing.assert_array_equal(again.bits[0], first.bits[0])
    more = paid.run(replace(BELL, shots=1000))
    assert (more.executions, more.shots, more.reused, paid.shots) == (1, 600, 400, 1100)
    np.testing.assert_array_equal(more.bits[0][:400], first.bits[0])
    twice = paid.run(replace(BELL, shots=100), BELL)
    assert [len(bits) for bits in twice.bits] == [100, 400]
    assert paid.shots == 1100


def test_other_values_are_other_executions(ledger: Ledger) -> None:
    paid = Paid(ledger)
    paid.run(BELL, replace(BELL, values=(0.4,)))
    assert paid.shots == 900


def test_a_pool_is_cut_without_bias() -> None:
    """The first of many pooled shots are a fair sample, though engines sort theirs."""
    with Ledger(":memory:") as ledger:
        uniform = Execution(Circuit(1).h(0), (), 4000)
        execute(Embedded(), [uniform], ledger=ledger)
        (bits,) = execute(Embedded(), [replace(uniform, shots=400)], ledger=ledger).bits
        # Five standard errors of the mean of 400 fair bits.
        assert abs(bits.mean() - 0.5) < 5 * 0.5 / 20


@pytest.mark.parametrize(
    ("budget", "argument"),
    [
        (Budget(max_executions=1), "max_executions"),
        (Budget(max_shots=499), "max_shots"),
        (Budget(max_cost=1.0), "max_cost"),  # 2 * 0.3 + 500 * 0.001 = 1.1
    ],
)
def test_a_batch_over_budget_is_refused_before_submission(
    budget: Budget, argument: str, ledger: Ledger
) -> None:
    paid = Paid(ledger)
    with pytest.raises(BudgetError, match="nothing was submitted") as caught:
        paid.run(BELL, budget=budget)
    assert caught.value.argument == argument
    assert paid.service.jobs == {}
    assert ledger.batches() == []


def test_a_batch_at_the_limits_of_its_budget_runs(ledger: Ledger) -> None:
    paid = Paid(ledger)
    exact = Budget(max_executions=2, max_shots=500, max_cost=1.1)
    assert paid.run(BELL, budget=exact).cost == pytest.approx(1.1)
    assert sum(each.cost or 0.0 for each in ledger.batches()) == pytest.approx(1.1)
    # What is paid for already needs no budget.
    assert paid.run(BELL, budget=Budget(max_executions=0, max_cost=0.0)).executions == 0


def test_a_limit_of_cost_needs_a_price(ledger: Ledger) -> None:
    paid = Paid(ledger, price=None)
    with pytest.raises(BudgetError, match="price of fake is not known"):
        paid.run(BELL, budget=Budget(max_cost=100.0))
    assert paid.service.jobs == {}


def test_a_circuit_wider_than_the_device_is_refused(ledger: Ledger) -> None:
    paid = Paid(ledger, n_qubits=2)
    with pytest.raises(BackendError, match="the circuit has 3 qubits, and fake has 2"):
        paid.run(BELL)
    assert ledger.batches() == []


def test_too_many_shots_are_refused(ledger: Ledger) -> None:
    paid = Paid(ledger, most_shots=399)
    with pytest.raises(BackendError, match="at most 399 shots of one execution, got 400"):
        paid.run(BELL)
    assert ledger.batches() == []


def test_a_reversed_order_of_bits_is_caught_before_the_first_run(ledger: Ledger) -> None:
    paid = Paid(ledger)
    paid.backend = replace(paid.backend, reverse=True)
    with pytest.raises(BackendError, match=r"canary of fake failed.*reversed order"):
        paid.run(BELL)
    assert paid.shots == 100
    # Its bits are never used: the canary of a mended machine runs again.
    paid.backend = replace(paid.backend, reverse=False)
    paid.run(BELL)
    assert paid.shots == 600


@pytest.mark.parametrize("n_qubits", range(1, 9))
def test_the_canary_tells_bits_from_their_reversal(n_qubits: int) -> None:
    bits = np.tile(np.array(pattern(n_qubits), dtype=np.uint8), (10, 1))
    check_canary(bits, "it")
    if n_qubits > 1:
        with pytest.raises(BackendError):
            check_canary(bits[:, ::-1], "it")


def test_the_canary_forgives_noise() -> None:
    noisy = Embedded(NoiseModel(readout=noise.readout(p10=0.2, p01=0.3)))
    with Ledger(":memory:") as ledger:
        (bits,) = execute(noisy, [canary(4)], ledger=ledger).bits
    check_canary(bits, "it")


def test_a_failed_job_is_submitted_anew_by_the_next_run(ledger: Ledger) -> None:
    paid = Paid(ledger)
    paid.run(canary(3))
    submit = paid.service.submit

    def cancelled(executions: list[Any], tag: str) -> str:
        job = submit(executions, tag)
        paid.service.jobs[job].cancelled = True
        return job

    paid.service.submit = cancelled  # type: ignore[method-assign]
    with pytest.raises(BackendError, match="ended without results"):
        paid.run(BELL, check_order=False)
    paid.service.submit = submit  # type: ignore[method-assign]
    assert len(paid.run(BELL, check_order=False).bits[0]) == 400


def test_embedded_samples_follow_the_probabilities() -> None:
    """sin²(0.15) on qubit 1, equal bits on qubits 0 and 2."""
    with Ledger(":memory:") as ledger:
        (bits,) = execute(Embedded(), [replace(BELL, shots=20_000)], ledger=ledger).bits
    assert (bits[:, 0] == bits[:, 2]).all()
    p = np.sin(0.15) ** 2
    assert abs(bits[:, 1].mean() - p) < 5 * np.sqrt(p * (1 - p) / 20_000)


def test_embedded_noise_flips_bits_as_its_readout() -> None:
    machine = Embedded("readout=0.1/0.3")
    with Ledger(":memory:") as ledger:
        ones = Execution(Circuit(2).x(1), (), 20_000)
        (bits,) = execute(machine, [ones], ledger=ledger).bits
    for qubit, p in ((0, 0.1), (1, 0.7)):
        assert abs(bits[:, qubit].mean() - p) < 5 * np.sqrt(p * (1 - p) / 20_000)


def test_machines_with_other_noise_or_seed_are_not_pooled() -> None:
    identities = {
        Embedded().identity,
        Embedded(seed=1).identity,
        Embedded("two_qubit=0.1").identity,
    }
    assert len(identities) == 3
    assert Embedded(shot_price=1.0).identity == Embedded().identity


def test_a_spec_makes_the_same_backend() -> None:
    made = Embedded("two_qubit=0.1,readout=0.01/0.02", seed=3)
    assert resolve_backend(made.spec) == made


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("embeded", UnknownNameError, "did you mean 'embedded'"),
        ("folder:", ParameterError, "folder:TARGET"),
        (3, ParameterError, "a name of hybridq.backends.BACKENDS"),
        (Embedded, ParameterError, "call the class"),
        ({"name": "embedded", "sed": 3}, UnknownNameError, "seed"),
    ],
)
def test_other_backends_are_refused(text: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        resolve_backend(text)


def test_executions_are_checked() -> None:
    with pytest.raises(DimensionError, match="1 numbers"):
        Execution(BELL.circuit, (), 10)
    with pytest.raises(ParameterError, match="finite"):
        Execution(BELL.circuit, (np.nan,), 10)
    with pytest.raises(ParameterError, match="shots"):
        Execution(BELL.circuit, (0.1,), 0)


def test_other_files_are_no_ledgers(tmp_path: Path) -> None:
    import sqlite3

    other = tmp_path / "other.db"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE things (x)")
    database.close()
    with pytest.raises(FormatError, match="not a ledger of hybridq"):
        Ledger(other)
    text = tmp_path / "text.db"
    text.write_text("this is a text of more than a hundred characters " * 30)
    with pytest.raises(FormatError, match="not a ledger of hybridq"):
        Ledger(text)


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=12),
    st.one_of(st.none(), st.integers(1, 4)),
    st.one_of(st.none(), st.integers(4, 9)),
    st.booleans(),
)
def test_batches_hold_every_execution_within_the_limits(shots, executions, total, equal):
    wanted = [Execution(Circuit(1).rx(0, "a"), (float(i),), n) for i, n in enumerate(shots)]
    limits = Capabilities(most_executions=executions, most_batch_shots=total, equal_shots=equal)
    parts = batches_of(wanted, limits)
    found = [each.values[0] for part in parts for each in part]
    assert sorted(found) == list(range(len(shots)))
    assert all(part == sorted(part, key=lambda each: each.values) for part in parts)
    for part in parts:
        assert len(part) <= (executions or len(shots))
        assert sum(each.shots for each in part) <= (total or sum(shots))
        assert not equal or len({each.shots for each in part}) == 1
    if not (executions or total or equal):
        assert len(parts) == 1
