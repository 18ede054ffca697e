"""Every mixer, engine and optimizer keeps its contract, and broken ones are caught."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

import hybridq as hq
from hybridq.ansatz.mixers import MIXERS, XYRing
from hybridq.core.errors import MissingExtraError
from hybridq.engines.simulators import Statevector
from hybridq.operators.feasible import FeasibleSpace, Group, LinearBound
from hybridq.optimizers.spsa import SPSA
from hybridq.testing import ContractError, check_engine, check_mixer, check_optimizer

NEIGHBOURS = LinearBound((0, 1), (1, 1), upper=1)
SPACES = {
    None: 4,
    FeasibleSpace(5, groups=(Group((0, 1, 2)), Group((3, 4)))): 5,
    FeasibleSpace(6, groups=(Group((0, 1, 2, 3), 2),)): 6,
    FeasibleSpace(5, bounds=(NEIGHBOURS, LinearBound((1, 2, 4), (1, 2, 1), 1, 3))): 5,
    FeasibleSpace(6, bounds=(LinearBound((0, 4), (1, 1), upper=1),), groups=(Group((0, 1, 2)),)): 6,
    FeasibleSpace(4, grid=((0, 1), (2, 3))): 4,
    FeasibleSpace(6, chains=((0, 1, 2), (5, 4))): 6,
}  # fmt: skip


@pytest.mark.parametrize("name", list(MIXERS))
def test_mixers_keep_the_contract(name):
    mixer = MIXERS[name]()
    fitting = [(space, n) for space, n in SPACES.items() if mixer.lacks(space) is None]
    assert fitting
    for space, n in fitting:
        check_mixer(mixer, n, space)


@pytest.mark.parametrize("name", list(hq.ENGINES))
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"precision": "single", "kernels": "numpy"},
        # Slow: all kernels of every engine are compiled once more.
        pytest.param({"precision": "single"}, marks=pytest.mark.slow),
    ],
    ids=["double", "single-numpy", "single"],
)
def test_engines_keep_the_contract(name, options):
    kind = hq.ENGINES[name]
    if set(options) <= set(kind.option_names()):
        check_engine(kind(**options))
    else:
        pytest.skip("the engine has no such options")


@pytest.mark.parametrize("name", list(hq.OPTIMIZERS))
def test_optimizers_keep_the_contract(name):
    optimizer = hq.OPTIMIZERS[name]()
    try:
        optimizer.prepare()
    except MissingExtraError:
        pytest.skip("its package is not installed")
    check_optimizer(optimizer)


@dataclass(frozen=True)
class HalfPeriod(XYRing):
    """A period that is too short."""

    kind: ClassVar[str] = "half-period"

    def period(self, n_qubits, *, flip_symmetric=False):
        return 0.5


@dataclass(frozen=True, kw_only=True)
class Shifted(Statevector):
    """Expectation values with a small bias."""

    name: ClassVar[str] = "shifted"

    def bind(self, circuit, observable):
        running = super().bind(circuit, observable)
        plain = running.expectation
        running.expectation = lambda x: plain(x) + 1e-3
        return running


@dataclass(frozen=True)
class Spendthrift(SPSA):
    """An optimizer that ignores its budget's best point."""

    name: ClassVar[str] = "spendthrift"
    summary: ClassVar[str] = ""


@pytest.mark.parametrize(
    ("check", "broken", "message"),
    [
        (
            lambda entry: check_mixer(entry, 3, FeasibleSpace(3, groups=(Group((0, 1, 2)),))),
            HalfPeriod(),
            "after the period",
        ),
        (check_engine, Shifted(), "⟨H⟩ is"),
        (check_optimizer, Spendthrift(), "summary must be a text"),
    ],
    ids=["mixer", "engine", "optimizer"],
)
def test_a_broken_entry_is_caught(check, broken, message):
    with pytest.raises(ContractError, match=message):
        check(broken)
