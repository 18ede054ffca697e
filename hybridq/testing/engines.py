"""The contract of engines, held against dense states of small circuits."""

from __future__ import annotations

import dataclasses
import pickle

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.mixers import XYComplete
from hybridq.ansatz.qaoa import QAOA
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, Excitation, Transition
from hybridq.core.errors import EngineError
from hybridq.engines.base import Engine
from hybridq.engines.config import EngineConfig
from hybridq.engines.protocols import (
    SupportsCorrelations,
    SupportsDistribution,
    SupportsExpectation,
    SupportsGradient,
    SupportsSampling,
    SupportsState,
    capabilities,
)
from hybridq.operators.ising import Ising
from hybridq.operators.pauli_sum import PauliSum
from hybridq.testing.contract import close, require

_SHOTS = 4096
_STEP = 1e-5


def check_engine(engine: EngineConfig, *, exact: bool = True) -> None:
    """Hold a configured engine against dense states of small circuits.

    Each capability that the running engine has is checked: expectation values, gradients (against
    differences), correlations, states (up to a global phase), exact distributions, samples (five
    standard errors). Circuits that the engine refuses with `EngineError` are left out; one must
    be taken.

    Args:
        engine: the configuration.
        exact: whether it simulates without noise; of others only samples, shapes and
            reproducibility are checked.

    Raises:
        ContractError: a promise is broken.
    """
    name = type(engine).__name__
    for promise in ("name", "summary"):
        text = getattr(engine, promise, None)
        require(isinstance(text, str) and bool(text), f"{name}.{promise} must be a text")
    require(dataclasses.is_dataclass(engine), f"{name} must be a dataclass")
    require(pickle.loads(pickle.dumps(engine)) == engine, f"{name} changes when pickled")
    taken = 0
    for circuit, observable, x in _cases():
        try:
            running = engine.bind(circuit, observable)
        except EngineError:
            continue
        taken += 1
        require(bool(capabilities(running)), f"{name}: the running engine has no capability")
        _check_running(name, running, circuit, observable, x, exact)
    require(taken > 0, f"{name}: it refuses every circuit of the check")


def _cases() -> list[tuple[Circuit, PauliSum, NDArray[np.float64]]]:
    """Return circuits with an observable and parameters."""
    edges = {(0, 1): 1.0, (1, 2): -0.5, (0, 2): 2.0, (2, 3): 1.5}
    ising = Ising(4, 0.25, np.zeros(4), np.array(list(edges)), np.array(list(edges.values())))
    qaoa, shallow = QAOA(ising, 2), QAOA(ising, 1)
    blocks = QAOA(ising, 2, XYComplete(blocks=((0, 1, 2),)))
    gates = Circuit(3).h(0).cx(0, 1).ry(2, "a").rzz(0, 2, "b").rx(1, "c").cx(1, 2)
    mixed = PauliSum.from_labels({"ZZI": 1.0, "IXX": 0.5, "YIY": -0.25, "III": 0.125})
    diagonal = PauliSum.from_labels({"ZZI": 1.0, "IZZ": 0.5, "ZII": -0.75})
    hop = Excitation(((1.0, Transition((2,), (0,))),), Angle(parameter=0))
    pair = Excitation(((1.0, Transition((1, 3), (0, 2))),), Angle(parameter=1))
    hopping = Circuit(4).x(0).x(2).append(hop, pair)
    numbers = PauliSum.from_labels({"ZIII": 0.5, "ZZII": 1.0, "IIZZ": -0.25})
    return [
        (hopping, numbers, np.array([0.3, -0.7])),
        (qaoa.circuit, qaoa.hamiltonian, np.array([0.4, 0.7, -0.5, -0.2])),
        (shallow.circuit, shallow.hamiltonian, np.array([0.4, -0.5])),
        (blocks.circuit, blocks.hamiltonian, np.array([0.4, 0.7, -0.5, -0.2])),
        (gates, mixed, np.array([0.3, -1.2, 0.8])),
        (gates, diagonal, np.array([1.3, 0.2, -0.6])),
    ]


def _check_running(
    name: str,
    running: Engine,
    circuit: Circuit,
    observable: PauliSum,
    x: NDArray[np.float64],
    exact: bool,
) -> None:
    psi = circuit.state(x)
    matrix = observable.to_matrix().toarray()
    mean = float(np.vdot(psi, matrix @ psi).real)
    chances = np.abs(psi) ** 2
    loose = 1e-4 if running.precision == "single" else 1e-8
    if exact and isinstance(running, SupportsExpectation):
        value = running.expectation(x)
        require(close(value, mean, tolerance=loose), f"{name}: ⟨H⟩ is {value}, not {mean}")
        many = running.expectations(np.array([x] * 8))
        require(many.shape == (8,), f"{name}: expectations() has shape {many.shape}")
        for each in many.tolist():
            require(close(each, value, tolerance=loose), f"{name}: expectations() gives {each}")
    if exact and isinstance(running, SupportsGradient):
        _check_gradient(name, running, circuit, matrix, x, loose)
    if exact and isinstance(running, SupportsCorrelations):
        _check_correlations(name, running, circuit.n_qubits, chances, x, loose)
    if exact and isinstance(running, SupportsState):
        overlap = abs(complex(np.vdot(psi, running.state(x))))
        require(abs(overlap - 1.0) < 1e-5, f"{name}: the state has overlap {overlap}")
    if exact and observable.is_diagonal and isinstance(running, SupportsDistribution):
        energies, weights = running.energies(), running.probabilities(x)
        total = float(weights.sum())
        require(close(total, 1.0, tolerance=1e-5), f"{name}: probabilities add up to {total}")
        average = float(energies @ weights)
        require(
            close(average, mean, tolerance=1e-4), f"{name}: the distribution has mean {average}"
        )
    if isinstance(running, SupportsSampling):
        _check_samples(name, running, chances if exact else None, circuit.n_qubits, x)


def _check_gradient(
    name: str,
    running: SupportsGradient,
    circuit: Circuit,
    matrix: NDArray[np.complexfloating],
    x: NDArray[np.float64],
    loose: float,
) -> None:
    _, gradient = running.expectation_and_gradient(x)
    for k in range(len(x)):
        ends = []
        for sign in (1.0, -1.0):
            there = x.copy()
            there[k] += sign * _STEP
            psi = circuit.state(there)
            ends.append(float(np.vdot(psi, matrix @ psi).real))
        slope = (ends[0] - ends[1]) / (2.0 * _STEP)
        require(
            close(float(gradient[k]), slope, tolerance=max(loose, 1e-5)),
            f"{name}: derivative {k} is {gradient[k]}, differences give {slope}",
        )


def _check_correlations(
    name: str,
    running: SupportsCorrelations,
    n_qubits: int,
    chances: NDArray[np.float64],
    x: NDArray[np.float64],
    loose: float,
) -> None:
    spins = 1.0 - 2.0 * (np.arange(1 << n_qubits)[:, None] >> np.arange(n_qubits) & 1)
    pairs = np.array([(i, j) for i in range(n_qubits) for j in range(n_qubits) if i != j])
    z, zz = running.correlations(x, pairs)
    for found, expected, what in (
        (z, chances @ spins, "⟨Z⟩ of qubit"),
        (zz, chances @ (spins[:, pairs[:, 0]] * spins[:, pairs[:, 1]]), "⟨ZZ⟩ of pair"),
    ):
        require(found.shape == expected.shape, f"{name}: {what}s has shape {found.shape}")
        worst = int(np.argmax(np.abs(found - expected)))
        require(
            close(float(found[worst]), float(expected[worst]), tolerance=loose),
            f"{name}: {what} {worst} is {found[worst]}, not {expected[worst]}",
        )


def _check_samples(
    name: str,
    running: SupportsSampling,
    chances: NDArray[np.float64] | None,
    n_qubits: int,
    x: NDArray[np.float64],
) -> None:
    drawn = np.asarray(running.sample(x, _SHOTS, 5))
    require(len(drawn) == _SHOTS, f"{name}: {len(drawn)} samples of {_SHOTS}")
    if drawn.ndim == 2:
        drawn = drawn.astype(np.int64) @ (1 << np.arange(n_qubits))
    require(
        bool(((drawn >= 0) & (drawn < 1 << n_qubits)).all()), f"{name}: samples outside 0 … 2**n"
    )
    first, again = (np.asarray(running.sample(x, _SHOTS, 5)) for _ in range(2))
    require(np.array_equal(first, again), f"{name}: other samples with the same seed")
    if chances is None:
        return
    counts = np.bincount(drawn, minlength=1 << n_qubits)
    errors = np.sqrt(chances * (1.0 - chances) / _SHOTS)
    apart = np.abs(counts / _SHOTS - chances) > 5.0 * errors + 1e-9
    require(
        not apart.any(), f"{name}: samples of state {int(np.argmax(apart))} are off by 5 errors"
    )
