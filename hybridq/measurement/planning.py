"""Making measurement plans: grouping, predicted variances, shots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from hybridq.circuits.circuit import Circuit
from hybridq.core.configured import named_or_configured
from hybridq.core.errors import (
    CapacityError,
    DimensionError,
    EngineError,
    ParameterError,
    Setting,
    UnknownNameError,
)
from hybridq.engines.base import (
    HamiltonianLike,
    Observable,
    as_observable,
    check_hermitian,
)
from hybridq.engines.noisy_gates import noisy_gates
from hybridq.measurement.base import MIXING, Amplitudes, Group, Grouping
from hybridq.measurement.pauli_grouping import PauliGrouping
from hybridq.measurement.plans import Plan, VarianceSource
from hybridq.measurement.registry import AUTO, GROUPINGS, GroupingLike
from hybridq.noise import NoiseModel
from hybridq.operators.pauli_sum import PauliSum


def plan(
    hamiltonian: HamiltonianLike,
    state: Circuit | ArrayLike | None = None,
    params: Mapping[str, float] | ArrayLike | None = None,
    *,
    grouping: GroupingLike = AUTO,
    target_error: float | None = None,
    shots: int | None = None,
    max_shots: int | None = None,
    noise: NoiseModel | None = None,
) -> Plan:
    """Return circuits and shots that measure a Hamiltonian.

    Shots are divided by the standard deviations of the groups, which are computed from the state
    where it fits in memory, covariances included. Where no state is at hand they are those of the
    maximally mixed state: run a pilot of the plan and call `Plan.refined`, or `measure`, which
    does so.

    Args:
        hamiltonian: a Pauli sum, a molecule or another problem; a molecule's integrals allow
            rotations of orbitals.
        state: the circuit that prepares the state, or a statevector, shape (2**n_qubits,).
        params: values of the circuit's parameters, by name or in order.
        grouping: ``"auto"`` for the one with the smallest predicted error among those that suit,
            a name of `GROUPINGS` or a configured grouping.
        target_error: the standard error wanted, in units of the Hamiltonian.
        shots: the number of shots in all, instead of `target_error`.
        max_shots: refuse targets that take more (default: 10**9).
        noise: noise of the machine, for which variances are predicted; see `noisy_variance`.

    Returns:
        the `Plan`.

    Raises:
        ParameterError: neither or both of `target_error` and `shots`; a target that takes more
            than `max_shots`; fewer than two shots for each circuit; or a Hamiltonian that is not
            hermitian.
        UnknownNameError: no grouping of that name.
        DimensionError: the state has another width than the Hamiltonian.

    Example:
        ``plan(molecule, circuit, params, target_error=1.6e-3)``.
    """
    if (target_error is None) == (shots is None):
        raise ParameterError(
            ("give either ", Setting("target_error"), " or ", Setting("shots")),
            argument="target_error",
        )
    observable = as_observable(hamiltonian)
    preparation, amplitudes = _prepared(state, params, observable.n_qubits)
    made = partial(
        _grouped,
        observable=observable,
        amplitudes=amplitudes,
        preparation=preparation,
        noise=noise,
    )
    groupings = _groupings(grouping, observable)
    best = made(groupings[0]) if len(groupings) == 1 else _best(groupings, made)
    if target_error is not None:
        return best.for_target(target_error, max_shots)
    assert shots is not None
    return best.with_shots(shots)


def _best(groupings: Sequence[Grouping], made: Callable[[Grouping], Plan]) -> Plan:
    """Return the plan with the smallest error.

    Sharing terms takes a while: of groupings of Pauli products only the best without does so.
    """
    plain = [(made(each.without_overlap()), each) for each in groupings]
    plain.sort(key=lambda pair: _rank(pair[0]))
    best_sums = next((each for _, each in plain if isinstance(each, PauliGrouping)), None)
    sharing = [
        made(each)
        for _, each in plain
        if each != each.without_overlap()
        and (each is best_sums or not isinstance(each, PauliGrouping))
    ]
    return min([found for found, _ in plain] + sharing, key=_rank)


def _rank(candidate: Plan) -> tuple[float, int]:
    """Return (Σ √V)² to ten digits, which keeps ties, and the circuits."""
    return float(f"{np.sqrt(candidate.variances).sum() ** 2:.10g}"), len(candidate.groups)


def _grouped(
    grouping: Grouping,
    observable: Observable,
    amplitudes: Amplitudes | None,
    preparation: Circuit | None,
    noise: NoiseModel | None,
) -> Plan:
    """Return the plan of one grouping, with two shots for each circuit."""
    if isinstance(observable, PauliSum) and observable.is_diagonal:
        constant, groups = _diagonal_group(observable)
    else:
        constant, groups = grouping.groups(observable)
    prepared = 1.0
    if noise is not None and preparation is not None:
        prepared = fidelity(preparation, noise)
        prepared *= readout_fidelity(preparation.n_qubits, noise)
    if amplitudes is not None and len(groups) > 1:
        mixing = _mixing(groups, prepared, noise)
        constant, groups = grouping.shared(observable, amplitudes, mixing) or (constant, groups)
    variances = [
        group.mixed_variance
        if amplitudes is None
        else noisy_variance(
            *group.part.moments(amplitudes), group, prepared * fidelity(group.rotation, noise)
        )
        for group in groups
    ]
    return Plan(
        grouping=grouping.name,
        constant=constant,
        groups=groups,
        variances=np.array(variances, dtype=np.float64),
        source=VarianceSource.MIXED if amplitudes is None else VarianceSource.STATE,
        shots=np.full(len(groups), 2, dtype=np.int64),
        preparation=preparation,
    )


def noisy_variance(mean: float, variance: float, group: Group, fidelity: float) -> float:
    r"""Return the variance of a group's value under depolarizing errors.

    .. math:: F V + (1 - F) W + F (1 - F) m^2

    with mean m and variance V of the state without noise, and W = Σ c² of the mixed state, whose
    mean is 0. Real noise leaves other states; groups without variance in the model are still
    not left without shots.
    """
    spread = (1.0 - fidelity) * (group.mixed_variance + fidelity * mean**2)
    return fidelity * variance + spread


def _mixing(groups: tuple[Group, ...], prepared: float, noise: NoiseModel | None) -> float:
    """Return the share of errors that leave the mixed state, over that of no error."""
    if noise is None or not groups:
        return MIXING
    right = prepared * float(np.mean([fidelity(group.rotation, noise) for group in groups]))
    return MIXING + (1.0 - right) / max(right, MIXING)


def fidelity(circuit: Circuit, noise: NoiseModel | None) -> float:
    """Return the product of the process fidelities of all channels of a circuit."""
    found = 1.0
    if noise is None:
        return found
    for each in noisy_gates(circuit, noise):
        for channel in each.channels:
            found *= channel.process_fidelity(len(each.gate.qubits))
    return found


def readout_fidelity(n_qubits: int, noise: NoiseModel) -> float:
    """Return the product of the mean probabilities of right readings."""
    right = [np.diag(np.asarray(each.matrix)).mean() for each in noise.readouts(n_qubits)]
    return float(np.prod(right))


@dataclass(frozen=True, eq=False)
class _DiagonalPart:
    """A diagonal sum as a `Part`."""

    operator: PauliSum

    def moments(self, state: Amplitudes) -> tuple[float, float]:
        """Return mean and variance over the basis states."""
        values = self.operator.diagonal()[state.indices.astype(np.int64)]
        chances = np.abs(state.values) ** 2
        mean = float(values @ chances)
        return mean, float((values - mean) ** 2 @ chances)


def _diagonal_group(observable: PauliSum) -> tuple[float, tuple[Group, ...]]:
    """Return the constant and the one group of a diagonal sum, of any width."""
    constant = float(observable.constant.real)
    rest = observable - constant
    if not len(rest):
        return constant, ()
    return constant, (Group(Circuit(observable.n_qubits), rest, _DiagonalPart(rest)),)


def _groupings(grouping: GroupingLike, observable: Observable) -> list[Grouping]:
    """Return the groupings to compare.

    Raises:
        UnknownNameError: no grouping of that name.
        ParameterError: it is neither a name nor a grouping, or does not suit the Hamiltonian; or
            the Hamiltonian is not hermitian.
    """
    if isinstance(observable, PauliSum):
        check_hermitian(observable)
        if observable.is_diagonal:
            return [GROUPINGS["qubit-wise"]()]
    grouping = named_or_configured(
        grouping,
        Grouping,
        argument="grouping",
        expected="'auto', a name of hybridq.measurement.GROUPINGS or a configured grouping",
        made="a grouping",
    )
    if not isinstance(grouping, str):
        return [grouping]
    if grouping.strip().lower() == AUTO:
        every = [GROUPINGS[name]() for name in GROUPINGS]
        return [each for each in every if each.suits(observable)]
    if grouping not in GROUPINGS:
        raise UnknownNameError("grouping", grouping, [AUTO, *GROUPINGS], argument="grouping")
    return [GROUPINGS[grouping]()]


def _prepared(
    state: Circuit | ArrayLike | None,
    params: Mapping[str, float] | ArrayLike | None,
    n_qubits: int,
) -> tuple[Circuit | None, Amplitudes | None]:
    """Return the circuit with its values, and the state where it fits in memory."""
    if not isinstance(state, Circuit):
        if params is not None:
            raise ParameterError(
                argument="params", value=params, expected="left out without a circuit"
            )
        return None, None if state is None else _checked_state(state, n_qubits)
    circuit = state if params is None else state.bind(params)
    if circuit.n_params:
        raise ParameterError(
            f"the circuit has {circuit.n_params} parameters without values",
            argument="params",
            remedy="give them by name or in order",
        )
    if circuit.n_qubits != n_qubits:
        raise DimensionError(
            argument="state",
            value=f"a circuit of {circuit.n_qubits} qubits",
            expected=f"{n_qubits} qubits wide, as the Hamiltonian is",
        )
    try:
        return circuit, Amplitudes.of(circuit.state())
    except (CapacityError, EngineError):  # too wide to be simulated: a pilot predicts instead
        return circuit, None


def _checked_state(state: ArrayLike, n_qubits: int) -> Amplitudes:
    """Return the entries of a statevector.

    Raises:
        DimensionError: it does not have 2**n_qubits entries.
        ParameterError: it is not normalized to 1e-6.
    """
    vector = np.asarray(state)
    if vector.shape != (1 << n_qubits,):
        raise DimensionError(
            argument="state",
            value=f"shape {vector.shape}",
            expected=f"a circuit, or a statevector of shape ({1 << n_qubits},)",
        )
    norm = float(np.linalg.norm(vector)) if vector.dtype.kind in "fciu" else np.nan
    if not abs(norm - 1.0) <= 1e-6:
        raise ParameterError(argument="state", value=norm, expected="a vector of norm 1")
    return Amplitudes.of(vector)
