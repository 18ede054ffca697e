"""Mean value that a machine is expected to measure, with its noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from hybridq.backends.twirl import twirled_noise
from hybridq.circuits.placement import Placement
from hybridq.core.errors import CapacityError, EngineError
from hybridq.engines.noisy import Density, Trajectories
from hybridq.engines.protocols import SupportsGradient
from hybridq.engines.trajectories.engine import TrajectoriesEngine
from hybridq.operators.ising import Ising

if TYPE_CHECKING:
    from hybridq.backends.base import Compilation
    from hybridq.operators.pauli_sum import PauliSum

_EXACT_QUBITS = 10  # up to which a density matrix takes a second
_MOST_QUBITS = 16  # up to which records of errors take some seconds
_RECORDS = 64
_STEPS = 30  # of a refinement


@dataclass(frozen=True)
class Prediction:
    """Expected mean energy on a machine.

    Attributes:
        value: the mean energy.
        method: how it was found.
        error: standard error of an estimate from records of errors; 0 for an exact value.
    """

    value: float
    method: str
    error: float = 0.0


def predicted(
    compiled: Compilation, x: ArrayLike, energy: PauliSum, ideal: float | None = None
) -> Prediction | None:
    r"""Return the mean energy of the compiled circuit, None where errors are not known.

    Up to 10 qubits it is exact for the noise model, up to 16 an estimate from records of errors,
    of the Pauli twirl where the noise is not a mixture of Paulis; beyond, the success probability
    s and a uniform distribution otherwise:

    .. math:: \langle H\rangle \approx s \langle H\rangle_0 + (1-s)\, 2^{-n} \mathrm{tr} H

    Args:
        compiled: by the backend.
        x: values of the parameters.
        energy: H, on the qubits of the circuit as written.
        ideal: the mean energy of a perfect machine; without it wide circuits have no prediction.
    """
    if compiled.success is None:
        return None
    circuit, noise = compiled.circuit, compiled.noise
    if circuit is not None and noise is not None and circuit.n_qubits <= _MOST_QUBITS:
        moved = Placement(compiled.measured, circuit.n_qubits).hamiltonian(energy)
        point = np.asarray(x, dtype=np.float64)
        try:
            if circuit.n_qubits <= _EXACT_QUBITS:
                exact = Density(noise).bind(circuit, moved)
                return Prediction(exact.expectation(point), "density matrix")  # type: ignore[attr-defined]
            method = "records of errors"
            try:
                records = Trajectories(noise, trajectories=_RECORDS).bind(circuit, moved)
            except EngineError:  # noise that is not a mixture of Paulis
                pauli = Trajectories(twirled_noise(noise), trajectories=_RECORDS)
                records, method = pauli.bind(circuit, moved), f"{method} of twirled noise"
            assert isinstance(records, TrajectoriesEngine)
            estimate = records.estimate(point)
            return Prediction(estimate.value, method, estimate.standard_error)
        except CapacityError:
            pass
    if ideal is None:
        return None
    share, mean = compiled.success, Ising.from_pauli_sum(energy).constant
    return Prediction(
        share * ideal + (1.0 - share) * mean, "success probability, uniform otherwise"
    )


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
