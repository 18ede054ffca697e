"""The parts of a result, each a group of plain named fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from networkx import Graph


@dataclass(frozen=True)
class ProblemInfo:
    """Which question was asked; `facts` holds what the problem says of itself."""

    kind: str
    name: str
    n_qubits: int
    sense: str
    value_name: str = "value"
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OptimizerInfo:
    """How the classical outer loop went.

    Attributes:
        method: the optimizer's name.
        evaluations: how many times the objective was evaluated.
        status: one word: ``converged``, ``max_evaluations``, ``time_limit``, ``target``,
            ``interrupted`` or ``failed``.
        message: one sentence that says why the search ended.
        options: those of the optimizer that were not at their defaults.
        reason: the fact that ended the search, a value of `hybridq.optimizers.Reason`; empty if
            unknown.
    """

    method: str
    evaluations: int
    status: str
    message: str
    options: dict[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class Best:
    """The best assignment sampled: its natural value, its bits (qubit 0 first), its meaning."""

    value: float
    bits: str
    assignment: dict[Any, int]


@dataclass(frozen=True)
class Reference:
    """A classical answer to the same question; `exact` says whether it is proven optimal."""

    value: float
    method: str
    exact: bool


@dataclass(frozen=True)
class Ratio:
    """The expectation and the best sample, each divided by the reference value.

    None where the reference is zero or of the other sign, so that a quotient would say nothing.
    """

    expectation: float | None
    best: float | None


@dataclass(frozen=True)
class Particles:
    """Expectation values of the numbers of electrons: of spin α, of spin β, of both."""

    n_alpha: float
    n_beta: float
    n: float


@dataclass(frozen=True)
class Energy:
    """How good a variational energy is; None where a figure makes no sense or is not known.

    Attributes:
        unit: ``"hartree"`` for molecules, None where the Hamiltonian brings its own unit.
        hartree_fock: energy of the Hartree–Fock determinant, in hartree.
        exact: the exact ground energy, with the particle numbers asked for where there are some.
        exact_note: how `exact` was computed, or why it was not, and what tells its state from
            those of the circuit.
        exact_s_squared: ⟨S²⟩ of the exact ground state, in units of ħ².
        reachable: the lowest energy of the states that the circuit keeps to, where the ground
            state is not among them.
        error: energy − `exact`.
        error_mha: `error` in millihartree (molecules only).
        chemical_accuracy: whether `error` is at most 1.6 millihartree (molecules only).
        correlation_recovered: (E_HF − E) / (E_HF − E_exact), 1 at the exact energy.
        particles: how many electrons the state holds.
        s_squared: ⟨S²⟩ in units of ħ²: 0 for a singlet, 0.75 for a doublet, 2 for a triplet.
        s_z: ⟨S_z⟩ in units of ħ.
    """

    unit: str | None = None
    hartree_fock: float | None = None
    exact: float | None = None
    exact_note: str = ""
    exact_s_squared: float | None = None
    reachable: float | None = None
    error: float | None = None
    error_mha: float | None = None
    chemical_accuracy: bool | None = None
    correlation_recovered: float | None = None
    particles: Particles | None = None
    s_squared: float | None = None
    s_z: float | None = None


@dataclass(frozen=True)
class Iteration:
    """One step of an ansatz that grows: an operator is appended and all parameters optimized.

    Attributes:
        operator: name of the operator that was appended.
        gradient: |dE/dθ| of that operator before, the largest of the pool.
        gradient_norm: Euclidean norm of the whole pool's gradient before.
        energy: after the optimization.
        parameters: after the optimization, shape (n_params,).
        evaluations: of the objective, in all iterations so far.
    """

    operator: str
    gradient: float
    gradient_norm: float
    energy: float
    parameters: NDArray[np.float64]
    evaluations: int

    @property
    def n_params(self) -> int:
        """How many parameters the ansatz has by now."""
        return len(self.parameters)


@dataclass(frozen=True)
class Trace:
    """Arrays behind the pictures; they stay out of the JSON.

    Attributes:
        values: the objective at every evaluation in order, shape (evaluations,): in the problem's
            natural sign where it is an energy, else as it was minimized.
        iterations: for an ansatz that grows (ADAPT-VQE), its steps in order.
        sample_values: distinct natural values that were sampled, ascending.
        sample_counts: how often each of them was sampled.
        draw_uniform: returns values of uniformly random assignments, the same at every call.
        landscape: for p = 1, the triple (gammas, betas, expectation[gamma, beta]).
        graph: the problem's graph, where it has one.
        seconds: time of the search alone; compiling, kills and pauses left out.
    """

    values: NDArray[np.float64]
    sample_values: NDArray[np.float64] | None = None
    sample_counts: NDArray[np.int64] | None = None
    draw_uniform: Callable[[], NDArray[np.float64]] | None = None
    landscape: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]] | None = None
    graph: Graph[Any] | None = None
    iterations: tuple[Iteration, ...] = ()
    seconds: float = 0.0

    @property
    def uniform_values(self) -> NDArray[np.float64] | None:
        """Values of uniformly random assignments, for comparison; drawn when asked for."""
        return None if self.draw_uniform is None else self.draw_uniform()
