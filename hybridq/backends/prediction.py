"""Mean value that a machine is expected to measure, with its noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from hybridq.circuits.placement import Placement
from hybridq.core.errors import CapacityError
from hybridq.engines.noisy import Density, Trajectories
from hybridq.engines.protocols import SupportsGradient
from hybridq.engines.trajectories.engine import TrajectoriesEngine, TrajectoryEstimate
from hybridq.operators.ising import Ising

if TYPE_CHECKING:
    from hybridq.backends.base import Compilation
    from hybridq.circuits.circuit import Circuit
    from hybridq.noise import NoiseModel
    from hybridq.operators.pauli_sum import PauliSum

_EXACT_QUBITS = 10  # up to which a density matrix takes a second
_WORK = 2.5e9  # amplitudes times gates on two qubits that records change, a few seconds
_WORK_PER_SECOND = 1e9  # about, of one core
_PILOT, _FEWEST, _MOST = 32, 6, 1024  # records
_GOAL = 0.01  # error at which records end, of what the circuit gains over random guesses
_STEPS = 30  # of a refinement


@dataclass(frozen=True)
class Prediction:
    """Expected mean energy on a machine.

    Attributes:
        value: the mean energy.
        method: how it was found.
        error: standard error of an estimate from records of errors; 0 for an exact value.
        rough: whether it is from the success probability alone.
    """

    value: float
    method: str
    error: float = 0.0
    rough: bool = False


def predicted(
    compiled: Compilation,
    x: ArrayLike,
    energy: PauliSum,
    ideal: float | None = None,
    *,
    share: float = 1.0,
    seconds: float | None = None,
) -> Prediction | None:
    r"""Return the mean energy of the compiled circuit, None where errors are not known.

    Up to 10 qubits it is exact for the noise model. Beyond it is an estimate from records of
    errors, unbiased for the noise model: as many as a standard error of 1 % of what the circuit
    gains over random guesses takes, and at most as many as some seconds allow. Where these are too
    few, the success probability s, and a uniform distribution otherwise:

    .. math:: \langle H\rangle \approx s \langle H\rangle_0 + (1-s)\, 2^{-n} \mathrm{tr} H

    Args:
        compiled: by the backend.
        x: values of the parameters.
        energy: H, on the qubits of the circuit as written.
        ideal: the mean energy of a perfect machine; without it wide circuits have no prediction.
        share: of the work of one prediction, where several are made.
        seconds: that are left, about; None without a limit.
    """
    if compiled.success is None:
        return None
    circuit, noise = compiled.circuit, compiled.noise
    if circuit is not None and noise is not None:
        moved = Placement(compiled.measured, circuit.n_qubits).hamiltonian(energy)
        point = np.asarray(x, dtype=np.float64)
        try:
            if circuit.n_qubits <= _EXACT_QUBITS:
                exact = Density(noise).bind(circuit, moved)
                return Prediction(exact.expectation(point), "exact for these errors")  # type: ignore[attr-defined]
            work = share * (_WORK if seconds is None else min(_WORK, seconds * _WORK_PER_SECOND))
            most = work / ((compiled.two_qubit_gates + circuit.n_qubits) << circuit.n_qubits)
            if most >= _FEWEST:
                return _from_records(circuit, noise, moved, point, ideal, int(min(most, _MOST)))
        except CapacityError:
            pass
    if ideal is None:
        return None
    return rough(compiled.success, energy, ideal)


def rough(success: float, energy: PauliSum, ideal: float) -> Prediction:
    """Return the mean energy by the success probability alone; see `predicted`."""
    mean = Ising.from_pauli_sum(energy).constant
    return Prediction(
        success * ideal + (1.0 - success) * mean,
        "from the share of runs without any error alone: too wide or deep to simulate with noise",
        rough=True,
    )


def _from_records(
    circuit: Circuit,
    noise: NoiseModel,
    energy: PauliSum,
    x: NDArray[np.float64],
    ideal: float | None,
    most: int,
) -> Prediction:
    """Return an estimate from a pilot and as many more records as it asks for."""
    first = min(_PILOT, most)
    found = _estimate(circuit, noise, energy, x, first, 0)
    counts, estimates = [first], [found]
    gained = abs((found.value if ideal is None else ideal) - Ising.from_pauli_sum(energy).constant)
    goal = max(_GOAL * gained, 1e-9)
    further = min(int(np.ceil(first * (found.standard_error / goal) ** 2)), most) - first
    if further > 1:
        counts.append(further)
        estimates.append(_estimate(circuit, noise, energy, x, further, 1))
    shares = np.array(counts) / sum(counts)
    return Prediction(
        float(shares @ [each.value for each in estimates]),
        f"estimated from {sum(counts):,} random records of these errors",
        float(np.linalg.norm(shares * [each.standard_error for each in estimates])),
    )


def _estimate(
    circuit: Circuit,
    noise: NoiseModel,
    energy: PauliSum,
    x: NDArray[np.float64],
    records: int,
    seed: int,
) -> TrajectoryEstimate:
    """Return the estimate from some records of errors."""
    running = Trajectories(noise, trajectories=records, rng=seed).bind(circuit, energy)
    assert isinstance(running, TrajectoriesEngine)
    return running.estimate(x)


def improved(
    compiled: Compilation, x: ArrayLike, energy: PauliSum
) -> tuple[NDArray[np.float64], float] | None:
    """Return parameters of lower mean energy on the machine, and the predicted gain.

    The density matrix of the compiled circuit is optimized from `x` by L-BFGS.

    Args:
        compiled: by the backend.
        x: the parameters to begin with.
        energy: H, on the qubits of the circuit as written.

    Returns:
        the parameters and the gain, at least 0; None where errors are not known, or beyond 10
        qubits.
    """
    circuit, noise = compiled.circuit, compiled.noise
    if circuit is None or noise is None or circuit.n_qubits > _EXACT_QUBITS:
        return None
    moved = Placement(compiled.measured, circuit.n_qubits).hamiltonian(energy)
    running = Density(noise).bind(circuit, moved)
    assert isinstance(running, SupportsGradient)
    start = np.asarray(x, dtype=np.float64)
    found = minimize(
        running.expectation_and_gradient,
        start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _STEPS},
    )
    gain = running.expectation(start) - float(found.fun)
    if gain <= 0.0:
        return start, 0.0
    return np.asarray(found.x, dtype=np.float64), gain
