"""The quantum approximate optimization algorithm as an ansatz."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz import angle_tables, angles
from hybridq.ansatz.automatic_start import automatic
from hybridq.ansatz.base import Ansatz
from hybridq.ansatz.checks import CostLike, as_cost
from hybridq.ansatz.given_angles import for_depth
from hybridq.ansatz.mixers import Mixer, X, default_mixer, mixer_for
from hybridq.ansatz.mixers.hop_scale import HopScale
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, DiagonalPhase
from hybridq.core.arrays import as_floats
from hybridq.core.checks import is_whole
from hybridq.core.errors import DimensionError, ParameterError, Setting
from hybridq.core.limits import check_layers
from hybridq.core.randomness import RandomLike
from hybridq.core.registry import Registry
from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.operators.feasible import FeasibleSpace
from hybridq.operators.ising import Ising
from hybridq.operators.pauli_sum import PauliSum
from hybridq.problems.base import BinaryProblem, Problem

Vector = NDArray[np.float64]

Start: TypeAlias = "Callable[[QAOA, RandomLike], Vector]"


def _tabulated(name: str, angles_of: Callable[[Ising, int], Vector]) -> Start:
    """Return a start from tables of angles, which exist for the X mixer only."""

    def start(ansatz: QAOA, rng: RandomLike) -> Vector:
        if not ansatz.mixer.has_tables:
            raise ParameterError(
                f"the start {name!r} has angles for the mixer 'x', not {ansatz.mixer.kind!r}",
                argument="initial",
                value=name,
                remedy=("use ", Setting("initial", "ramp"), " or ", Setting("initial", "random")),
            )
        return angles_of(ansatz.ising, ansatz.p)

    return start


def _ramp(ansatz: QAOA, rng: RandomLike) -> Vector:
    """Return the linear ramp, in units of hops or with β in periods of the mixer."""
    scale = ansatz.hop_scale
    if scale is not None:
        return angles.hop_ramp(scale, ansatz.p)
    ramp = angles.linear_ramp(ansatz.ising, ansatz.p)
    period = ansatz.mixer.period(ansatz.n_qubits)
    ramp[ansatz.p :] *= 1.0 if period is None else period / np.pi
    return ramp


def _sweep(ansatz: QAOA, rng: RandomLike) -> Vector:
    """Return the sweep from the state in which the mixer starts."""
    scale = ansatz.hop_scale
    if scale is None or not ansatz.mixer.starts_in_basis_state:
        raise ParameterError(
            "the start 'sweep' is for mixers that start in one feasible assignment, and "
            f"{ansatz.mixer.kind!r} does not here",
            argument="initial",
            value="sweep",
            remedy=("use ", Setting("initial", "ramp")),
        )
    return angles.hop_sweep(scale, ansatz.p)


def _auto(ansatz: QAOA, rng: RandomLike) -> Vector:
    if not ansatz.mixer.has_tables:
        return _sweep(ansatz, rng) if ansatz.can_sweep else _ramp(ansatz, rng)
    return automatic(ansatz.ising, ansatz.p)


INITIAL_POINTS: Registry[Start] = Registry(
    "initial point",
    {
        "ramp": _ramp,
        "sweep": _sweep,
        "tuned-ramp": _tabulated("tuned-ramp", angle_tables.tuned_ramp),
        "fixed-angles": _tabulated("fixed-angles", angles.fixed_angles),
        "transfer": _tabulated("transfer", angle_tables.median_angles),
        "sk": _tabulated("sk", angle_tables.sk_angles),
        "tree": _tabulated("tree", angle_tables.tree_start),
        "auto": _auto,
        "random": lambda ansatz, rng: angles.random_angles(ansatz.bounds, rng),
    },
)


_SCALES = 1e-150, 1e150  # of the largest coefficient, whose square a float holds


def _check_scale(ising: Ising) -> None:
    """Raise for coefficients whose squares overflow, or underflow to nothing."""
    groups = [ising.linear, ising.couplings, *(own for _, own in ising.higher_groups)]
    largest = max(float(np.abs(own).max(initial=0.0)) for own in groups)
    if largest and not _SCALES[0] <= largest <= _SCALES[1]:
        raise ParameterError(
            f"the largest coefficient of the cost is {largest:.3g}, and scales of angles hold "
            f"from {_SCALES[0]:g} to {_SCALES[1]:g}",
            argument="hamiltonian",
            remedy="scale the weights",
        )


_DEFAULT_MIXER = X()
_SLOWER_BITS = 3  # a layer on a feasible space: 2**3 times that of the X mixer, a state


@dataclass(frozen=True, eq=False, init=False)
class QAOA(Ansatz):
    r"""p layers of phase and mixer, parameters γ_1 … γ_p, β_1 … β_p.

    .. math:: |\gamma,\beta\rangle = \prod_{l=1}^{p} e^{-i\beta_l M}\, e^{-i\gamma_l H}
              \;|s\rangle

    with the initial state s of the mixer M; by default :math:`M = -\sum_q X_q` and |+…+⟩. For
    max-cut, H = −C, the expectation of −H equals the literature's for
    :math:`e^{-i\beta\sum X} e^{-i\gamma C}` at the same angles.

    Args:
        hamiltonian: a problem, or its cost as a `PauliSum` or `Ising`, which is minimized: a
            hermitian sum of products of Z. Penalties of a problem are left out where the mixer
            keeps to its feasible assignments.
        p: number of layers, at least 1.
        mixer: a name of `MIXERS` or a configured mixer (default: the first that suits the family,
            x without constraints). Feasible states come from the problem, or else from the mixer.

    Raises:
        ParameterError: the Hamiltonian is not diagonal, p is not a positive integer, or the mixer
            does not fit the problem.
        UnknownNameError: no mixer of that name.

    Source: Farhi, Goldstone, Gutmann 2014, arXiv:1411.4028; Hadfield et al. 2019,
    arXiv:1709.03489 (other mixers).
    """

    hamiltonian: PauliSum
    p: int = 1
    mixer: Mixer = _DEFAULT_MIXER
    kind: ClassVar[str] = "qaoa"
    summary: ClassVar[str] = "Alternate phases of the cost with a mixer: for problems over bits."
    source: ClassVar[str] = "Farhi, Goldstone, Gutmann 2014, arXiv:1411.4028"
    starts: ClassVar[tuple[str, ...]] = tuple(INITIAL_POINTS)

    def __init__(self, hamiltonian: CostLike, p: int = 1, mixer: str | Mixer | None = None) -> None:
        if not is_whole(p) or p < 1:
            raise ParameterError(argument="p", value=p, expected="an integer >= 1")
        check_layers("p", p, 2)
        space, confined, default = None, False, X.kind
        if isinstance(hamiltonian, Problem):
            space, confined = hamiltonian.space, hamiltonian.confined
            default = default_mixer(hamiltonian.mixers, space)
        chosen = default if mixer is None else mixer
        if isinstance(hamiltonian, BinaryProblem):
            fitted = mixer_for(
                chosen,
                hamiltonian.n_qubits,
                space,
                confined=confined,
                other=hamiltonian.penalty_remedy,
            )
            keeps = space is not None and fitted.confines_to(space)
            cost = hamiltonian.unpenalized().to_pauli_sum() if keeps else hamiltonian.hamiltonian
        else:
            cost = as_cost(hamiltonian)
            fitted = mixer_for(chosen, cost.n_qubits, space, confined=confined)
        if not cost.is_diagonal:
            raise ParameterError(
                "QAOA needs a Hamiltonian of I and Z only, got one with X or Y terms",
                argument="hamiltonian",
            )
        object.__setattr__(self, "hamiltonian", cost)
        object.__setattr__(self, "p", int(p))
        object.__setattr__(self, "mixer", fitted)
        _check_scale(self.ising)  # which raises if coefficients are complex

    @classmethod
    def suits(cls, family: type[Problem]) -> bool:
        """Return whether problems of a family are over bits."""
        return issubclass(family, BinaryProblem)

    @cached_property
    def ising(self) -> Ising:
        """The cost as an energy of spins."""
        return Ising.from_pauli_sum(self.hamiltonian)

    @cached_property
    def hop_scale(self) -> HopScale | None:
        """Scales of the mixer and the cost on a feasible space, None without one."""
        return self.mixer.hop_scale(self.ising)

    @property
    def can_sweep(self) -> bool:
        """True if the circuit begins in one feasible assignment that hops lead out of."""
        return self.mixer.starts_in_basis_state and self.hop_scale is not None

    @property
    def strength(self) -> float:
        """Energy scale of one move of the mixer: of a hop, or else of a single spin."""
        scale = self.hop_scale
        return angles.coupling_strength(self.ising) if scale is None else scale.strength

    @property
    def n_qubits(self) -> int:
        """Width of the circuit."""
        return self.hamiltonian.n_qubits

    @property
    def space(self) -> FeasibleSpace | None:
        """The states that the mixer keeps to, None for all."""
        return self.mixer.feasible_space

    def keeps_feasible(self, problem: Problem) -> bool:
        """Return whether the circuit keeps to the feasible assignments of a problem."""
        return self.space is not None and self.space == problem.space

    def measured(self, problem: Problem) -> PauliSum | ElectronicHamiltonian:
        """Return the cost of a problem, without penalties where the circuit needs none."""
        return self.hamiltonian if self.keeps_feasible(problem) else problem.observable

    @property
    def effort_bits(self) -> int:
        """Qubits of the X mixer whose layers take about as long as those of this circuit.

        On a feasible space a layer takes some ten times as long a state.
        """
        if self.space is None:
            return self.n_qubits
        return max(self.space.dim - 1, 1).bit_length() + _SLOWER_BITS

    @property
    def n_params(self) -> int:
        """2p."""
        return 2 * self.p

    @cached_property
    def circuit(self) -> Circuit:
        """The circuit, initial state first."""
        n = self.n_qubits
        instructions = [*self.mixer.initial_state(n)]
        for layer in range(self.p):
            instructions.append(DiagonalPhase(self.hamiltonian, Angle(parameter=layer)))
            instructions += self.mixer.instructions(n, Angle(parameter=self.p + layer))
        return Circuit(n, tuple(instructions))

    @cached_property
    def bounds(self) -> Vector:
        """Bounds covering one period of each angle, shape (2p, 2).

        β has the period of the mixer: of X π/2 where the cost is spin-flip symmetric and π
        elsewhere; without a period its bounds are ±π. γ has period 2π/g where all energies differ
        by multiples of g; without such a g its bounds are π over the `strength`, where the phase
        of a single spin or hop would wrap.
        """
        period = self._period
        beta = np.pi if period is None else period / 2.0
        step = _energy_step(self.ising)
        gamma = np.pi / step if step else np.pi / self.strength
        return np.array([[-gamma, gamma]] * self.p + [[-beta, beta]] * self.p)

    @cached_property
    def _period(self) -> float | None:
        return self.mixer.period(self.n_qubits, flip_symmetric=not self.ising.has_odd_terms)

    @cached_property
    def periods(self) -> Vector:
        """Periods of γ and β up to a global phase, shape (2p,).

        That of γ is 2π/g for energies that differ by multiples of g, infinite without such a g;
        that of β is the mixer's, which the symmetry of the cost may halve.
        """
        step, beta = _energy_step(self.ising), self._period
        gamma = 2.0 * np.pi / step if step else np.inf
        return np.array([gamma] * self.p + [np.inf if beta is None else beta] * self.p)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """``gamma_1`` … ``gamma_p``, ``beta_1`` … ``beta_p``."""
        return tuple(f"{name}_{k + 1}" for name in ("gamma", "beta") for k in range(self.p))

    def into_bounds(self, x: ArrayLike) -> Vector:
        """Return the point of `bounds` that is equivalent to `x` by the angles' periods.

        Angles without a period are clipped.
        """
        point = np.array(x, dtype=np.float64)
        low, high = self.bounds[:, 0], self.bounds[:, 1]
        wrapped = low + np.mod(point - low, high - low)
        if not _energy_step(self.ising):
            wrapped[: self.p] = np.clip(point[: self.p], low[: self.p], high[: self.p])
        if self._period is None:
            wrapped[self.p :] = np.clip(point[self.p :], low[self.p :], high[self.p :])
        return np.clip(wrapped, low, high)

    def initial_point(self, start: str | ArrayLike | None = None, rng: RandomLike = None) -> Vector:
        """Return a parameter vector to start from, shape (2p,).

        Args:
            start: a name of `INITIAL_POINTS` (``"auto"``, ``"ramp"``, ``"sweep"``,
                ``"tuned-ramp"``, ``"fixed-angles"``, ``"transfer"``, ``"sk"``, ``"tree"``,
                ``"random"``), or the angles, those of fewer layers interpolated; the ramp by
                default.
            rng: for ``"random"``.

        Raises:
            UnknownNameError: no start of that name.
            DimensionError: angles of another length.
            ParameterError: angles that are not finite, or no tabulated angles for this depth or
                mixer.
        """
        if start is None or isinstance(start, str):
            return self._start(INITIAL_POINTS.canonical(start or "ramp"), rng)
        point = np.array(as_floats("initial", start))
        if point.ndim == 1 and 0 < point.size < self.n_params and point.size % 2 == 0:
            point = for_depth(point, self.p)
        if point.shape != (self.n_params,):
            got = point.size if point.ndim == 1 else f"an array of shape {point.shape}"
            raise DimensionError(
                f"QAOA(p={self.p}) takes {self.n_params} angles in one list "
                f"(gamma_1 ... gamma_p, beta_1 ... beta_p), got {got}",
                argument="initial",
                remedy="or give {'gamma': [...], 'beta': [...]}",
            )
        if not np.isfinite(point).all():
            bad = int(np.flatnonzero(~np.isfinite(point))[0])
            raise ParameterError(
                f"initial angle {bad} must be finite, got {point[bad]}", argument="initial"
            )
        return point

    def _start(self, name: str, rng: RandomLike) -> Vector:
        return INITIAL_POINTS[name](self, rng)

    def describe(self) -> dict[str, Any]:
        """Return facts for a result: plain names and plain values."""
        return {**super().describe(), "p": self.p, "mixer": self.mixer.kind}


def _energy_step(ising: Ising) -> float:
    """Return the largest g of which all energy differences are multiples, or 0.

    Flipping the sign of one term changes the energy by twice its coefficient, and every
    difference is a sum of such changes.
    """
    changes = 2.0 * np.abs(ising.coefficients)
    if not changes.any() or (changes != np.round(changes)).any() or changes.max() > 2**50:
        return 0.0
    return float(np.gcd.reduce(changes.astype(np.int64)))
