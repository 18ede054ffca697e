"""The quantum approximate optimization algorithm as an ansatz."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz import angle_tables, angles
from hybridq.ansatz.automatic_start import automatic
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, DiagonalPhase, Gate, XMixer
from hybridq.core.checks import is_whole
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.core.limits import check_layers
from hybridq.core.randomness import RandomLike
from hybridq.core.registry import Registry
from hybridq.operators.ising import Ising

if TYPE_CHECKING:
    from collections.abc import Callable

    from hybridq.operators.pauli_sum import PauliSum

Vector = NDArray[np.float64]

INITIAL_POINTS: Registry[Callable[[QAOA, RandomLike], Vector]] = Registry(
    "initial point",
    {
        "ramp": lambda ansatz, rng: angles.linear_ramp(ansatz.ising, ansatz.p),
        "tuned-ramp": lambda ansatz, rng: angle_tables.tuned_ramp(ansatz.ising, ansatz.p),
        "fixed-angles": lambda ansatz, rng: angles.fixed_angles(ansatz.ising, ansatz.p),
        "transfer": lambda ansatz, rng: angle_tables.median_angles(ansatz.ising, ansatz.p),
        "sk": lambda ansatz, rng: angle_tables.sk_angles(ansatz.ising, ansatz.p),
        "auto": lambda ansatz, rng: automatic(ansatz.ising, ansatz.p),
        "random": lambda ansatz, rng: angles.random_angles(ansatz.bounds, rng),
    },
)


@dataclass(frozen=True, eq=False)
class QAOA:
    r"""p layers of phase and mixer on |+…+⟩, parameters γ_1 … γ_p, β_1 … β_p.

    .. math:: |\gamma,\beta\rangle = \prod_{l=1}^{p} e^{i\beta_l \sum_q X_q}\, e^{-i\gamma_l H}
              \;|{+}\dots{+}\rangle

    For max-cut, H = −C, the expectation of −H equals the literature's for
    :math:`e^{-i\beta\sum X} e^{-i\gamma C}` at the same angles.

    Args:
        hamiltonian: the cost, a hermitian sum of products of Z, which is minimized.
        p: number of layers, at least 1.

    Raises:
        ParameterError: the Hamiltonian is not diagonal, or p is no positive integer.

    Source: Farhi, Goldstone, Gutmann 2014, arXiv:1411.4028.
    """

    hamiltonian: PauliSum
    p: int
    kind: str = field(default="qaoa", init=False)

    def __post_init__(self) -> None:
        if not is_whole(self.p) or self.p < 1:
            raise ParameterError(f"QAOA takes a whole number of layers, p >= 1, got p={self.p!r}")
        object.__setattr__(self, "p", int(self.p))
        check_layers("p", self.p, 2)
        if not self.hamiltonian.is_diagonal:
            raise ParameterError(
                "QAOA needs a Hamiltonian of I and Z only: this one has X or Y terms"
            )
        _ = self.ising  # refuses complex coefficients

    @cached_property
    def ising(self) -> Ising:
        """The cost as an energy of spins."""
        return Ising.from_pauli_sum(self.hamiltonian)

    @property
    def n_qubits(self) -> int:
        """Width of the circuit."""
        return self.hamiltonian.n_qubits

    @property
    def n_params(self) -> int:
        """2p."""
        return 2 * self.p

    @cached_property
    def circuit(self) -> Circuit:
        """The circuit, Hadamard gates first."""
        n = self.n_qubits
        instructions: list[Any] = [Gate("h", (q,)) for q in range(n)]
        for layer in range(self.p):
            instructions.append(DiagonalPhase(self.hamiltonian, Angle(parameter=layer)))
            instructions.append(XMixer(tuple(range(n)), Angle(parameter=self.p + layer)))
        return Circuit(n, tuple(instructions))

    @cached_property
    def bounds(self) -> Vector:
        """A box that holds every distinct choice of angles, or all sensible ones; shape (2p, 2).

        β has period π/2 where the cost is spin-flip symmetric and π elsewhere. γ has period 2π/g
        where all energies differ by multiples of g; without such a g the box ends where a single
        spin's phase would wrap, π over the coupling strength.
        """
        quarter = np.pi / (2.0 if self.ising.has_odd_terms else 4.0)
        step = _energy_step(self.ising)
        gamma = np.pi / step if step else np.pi / angles.coupling_strength(self.ising)
        return np.array([[-gamma, gamma]] * self.p + [[-quarter, quarter]] * self.p)

    def into_bounds(self, x: ArrayLike) -> Vector:
        """The point of `bounds` that is equivalent to `x` by the angles' periods.

        γ is clipped instead where it has no period.
        """
        point = np.array(x, dtype=np.float64)
        low, high = self.bounds[:, 0], self.bounds[:, 1]
        wrapped = low + np.mod(point - low, high - low)
        if not _energy_step(self.ising):
            wrapped[: self.p] = np.clip(point[: self.p], low[: self.p], high[: self.p])
        return np.clip(wrapped, low, high)

    def initial_point(self, start: str | ArrayLike = "ramp", rng: RandomLike = None) -> Vector:
        """A parameter vector to start from, shape (2p,).

        Args:
            start: a name of `INITIAL_POINTS` (``"auto"``, ``"ramp"``, ``"tuned-ramp"``,
                ``"fixed-angles"``, ``"transfer"``, ``"sk"``, ``"random"``), or the angles.
            rng: for ``"random"``.

        Raises:
            UnknownNameError: no start of that name.
            DimensionError: angles of another length.
            ParameterError: angles that are not finite, or no fixed angles for this depth.
        """
        if isinstance(start, str):
            return INITIAL_POINTS[start](self, rng)
        try:
            point = np.array(start, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise ParameterError(f"the initial angles must be real numbers: {error}") from None
        if point.shape != (self.n_params,):
            raise DimensionError(
                f"QAOA(p={self.p}) takes {self.n_params} parameters "
                f"(gamma_1 ... gamma_p, beta_1 ... beta_p), got {point.size}"
            )
        if not np.isfinite(point).all():
            bad = int(np.flatnonzero(~np.isfinite(point))[0])
            raise ParameterError(f"initial angle {bad} is {point[bad]}: give finite numbers")
        return point

    def describe(self) -> dict[str, Any]:
        """Facts for a result: plain names and plain values."""
        return {"kind": self.kind, "n_params": self.n_params, "p": self.p}


def _energy_step(ising: Ising) -> float:
    """The largest g of which all energy differences are multiples, or 0 if there is none.

    Flipping the sign of one term changes the energy by twice its coefficient, and every
    difference is a sum of such changes.
    """
    terms = [*ising.linear, *ising.couplings, *(c for _, c in ising.higher)]
    changes = 2.0 * np.abs(np.array(terms, dtype=np.float64))
    if not changes.any() or (changes != np.round(changes)).any() or changes.max() > 2**50:
        return 0.0
    return float(np.gcd.reduce(changes.astype(np.int64)))
