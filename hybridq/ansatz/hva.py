"""Hamiltonian variational ansatz: evolutions under parts of the Hamiltonian."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.base import Ansatz, Vector
from hybridq.ansatz.electrons import Electrons
from hybridq.ansatz.hva_start import StartState, start_state
from hybridq.ansatz.term_groups import Group, commuting_groups, evolution, local_strength
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Instruction
from hybridq.core.checks import checked_count
from hybridq.core.errors import ParameterError, Setting
from hybridq.core.limits import check_layers
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.operators.hubbard import HubbardModel
from hybridq.operators.pauli_sum import PauliSum
from hybridq.problems.base import BinaryProblem, Problem

RAMP_STEP = 0.4  # the ramp's full angle, in units of the inverse local strength


@dataclass(frozen=True, eq=False)
class HVA(Ansatz):
    r"""Layers of evolutions under the groups of commuting terms of H.

    .. math:: |\theta\rangle = \prod_{l=1}^{L} \prod_{g} e^{-i\theta_{lg} H_g}\,|\psi_0\rangle,
              \qquad H = \mathrm{const} + \sum_g H_g

    The groups come from `commuting_groups`: Ising couplings and fields, the even and the odd bonds
    of a chain, the interaction and the hoppings of a Hubbard model. The parameters are in the
    order of application, layer by layer. L is the number of `layers`.

    By default ψ_0 is the ground state of the group whose ground state is a product of states of one
    and two qubits (|+…+⟩ for a transverse field, singlets for a Heisenberg chain), and this group
    comes last in each layer; with `particles`, it is the Slater determinant that is the ground
    state of the hopping, whose groups come last.

    Args:
        hamiltonian: a hermitian `PauliSum` or a `HubbardModel`.
        layers: number of layers, at least 1.
        reference: initial state: bits of a basis state, qubit 0 first, or plus (default: auto: the
            ground state of a group of terms); with particles, auto is that of the hopping.
        particles: numbers of spin-up and spin-down fermions; (n_alpha, n_beta) of spin-blocked
            modes by Jordan and Wigner. A Hubbard model is half filled by default.

    Raises:
        ParameterError: the Hamiltonian is not hermitian or only a constant, its terms commute and
            the initial state is not their ground state, or an argument is not accepted.

    Source: Wecker, Hastings, Troyer 2015, arXiv:1507.08969; Wiersema et al. 2020,
    arXiv:2008.02941.
    """

    hamiltonian: PauliSum | HubbardModel
    layers: int = 4
    reference: str | Sequence[int] = "auto"
    particles: tuple[int, int] | None = None
    kind: ClassVar[str] = "hva"
    summary: ClassVar[str] = "Evolve under groups of terms of H: for lattice models."
    source: ClassVar[str] = "Wecker, Hastings, Troyer 2015, arXiv:1507.08969"
    starts: ClassVar[tuple[str, ...]] = ("ramp", "random")

    @classmethod
    def for_problem(cls, problem: Problem, **options: Any) -> Self:
        """Return the ansatz for `problem`, with its lattice model or particles."""
        if problem.model is not None:
            options.setdefault("particles", problem.particles)
            return cls(problem.model, **options)
        if problem.electronic is not None and "particles" not in options:
            # Any other state has other electron numbers, and the evolutions keep most of them.
            options.setdefault("reference", Electrons.of(problem).bits)
        return cls(problem.hamiltonian, **options)

    @classmethod
    def suits(cls, family: type[Problem]) -> bool:
        """Return whether the terms of a family may fail to commute: not over bits."""
        return not issubclass(family, BinaryProblem)

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", checked_count("layers", self.layers))
        if not isinstance(self.hamiltonian, PauliSum | HubbardModel):
            raise ParameterError(
                argument="hamiltonian",
                value=self.hamiltonian,
                expected="a PauliSum or a HubbardModel",
                remedy="give the .hamiltonian of a problem",
            )
        particles = self.particles
        if particles is None and isinstance(self.hamiltonian, HubbardModel):
            sites = self.hamiltonian.n_sites
            particles = ((sites + 1) // 2, sites // 2)
        if particles is not None and not isinstance(particles, Sequence):
            raise ParameterError(
                argument="particles", value=particles, expected="(n_alpha, n_beta)"
            )
        object.__setattr__(self, "particles", None if particles is None else tuple(particles))
        check_layers("layers", self.layers, len(self.pauli_sum))
        # Raises if the Hamiltonian cannot be split or the state not prepared.
        if len(self.groups) == 1 and not self._start_state.n_solved:
            raise ParameterError(
                "all terms of the Hamiltonian commute, so no evolution can change the energy of "
                f"the initial state ({self._start_state.name})",
                argument="ansatz",
                value=self.kind,
                remedy=("use ", Setting("ansatz", "hardware-efficient")),
            )

    @cached_property
    def pauli_sum(self) -> PauliSum:
        """H on qubits."""
        if isinstance(self.hamiltonian, HubbardModel):
            return self.hamiltonian.hamiltonian
        return self.hamiltonian

    @cached_property
    def _start_state(self) -> StartState:
        groups = commuting_groups(self.pauli_sum)
        return start_state(groups, self.pauli_sum.n_qubits, self.reference, self.particles)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups in the order of application."""
        return self._start_state.groups

    @cached_property
    def circuit(self) -> Circuit:
        """The initial state, then the layers."""
        n = self.pauli_sum.n_qubits
        instructions: list[Instruction] = list(self._start_state.preparation)
        for number in range(self.layers * len(self.groups)):
            instructions += evolution(self.groups[number % len(self.groups)], n, number)
        return Circuit(n, tuple(instructions))

    def _start(self, name: str, rng: RandomLike) -> Vector:
        r"""Return the start called `name`.

        ``"ramp"`` follows an annealing path: with :math:`\tau = 0.4 / \kappa`, κ the
        `local_strength`, the groups of the initial state have the angle τ in every layer and the
        others :math:`\tau (l - 1/2) / L`. ``"random"`` is uniform within 0 and τ. All angles 0
        would be a stationary point wherever H and ψ_0 are real.
        """
        full = RAMP_STEP / local_strength(self.pauli_sum)
        if name == "random":
            return as_generator(rng).uniform(0.0, full, self.n_params)
        rising = (np.arange(self.layers) + 0.5) / self.layers
        angles = np.full((self.layers, len(self.groups)), full)
        angles[:, : len(self.groups) - self._start_state.n_solved] *= rising[:, None]
        return angles.ravel()

    @property
    def bounds(self) -> NDArray[np.float64]:
        """Lowest and highest value of each parameter, shape (n_params, 2).

        The bounds are π over the `local_strength`, where a single qubit's phase would wrap.
        """
        edge = np.pi / local_strength(self.pauli_sum)
        return np.array([[-edge, edge]] * self.n_params)

    @classmethod
    def richer(cls, facts: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
        """Return options of more expressive circuits, the nearest first."""
        return ({"layers": 2 * int(facts.get("layers", 1))},)

    def describe(self) -> dict[str, Any]:
        """Return facts for a result: plain names and plain values."""
        return {
            "kind": self.kind,
            "n_params": self.n_params,
            "layers": self.layers,
            "groups": len(self.groups),
            "initial_state": self._start_state.name,
        }
