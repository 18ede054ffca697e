"""Unitary coupled cluster with singles and doubles, as a product of exponentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from hybridq.ansatz.base import Ansatz, Vector
from hybridq.ansatz.checks import checked_flag
from hybridq.ansatz.electrons import Electrons, ElectronsLike, require_orbitals
from hybridq.ansatz.orbital_symmetry import is_allowed, orbital_parities
from hybridq.ansatz.perturbation import Perturbation
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, Excitation, Transition
from hybridq.core.checks import checked_count
from hybridq.core.errors import ParameterError, Setting
from hybridq.core.limits import check_layers
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.problems.base import Problem
from hybridq.problems.electronic_problem import ElectronicProblem

RANDOM_SPREAD = 0.05  # radians; small, since all angles 0 is the reference determinant


@dataclass(frozen=True, eq=False)
class UCCSD(Ansatz):
    r"""Factorised unitary coupled cluster, spin-conserving singles and doubles.

    .. math:: |\theta\rangle = \prod_r \prod_k e^{\theta_{rk} (T_k - T_k^\dagger)}\, |\Phi\rangle,
              \qquad T = a^\dagger_a a_i \;\text{or}\; a^\dagger_a a^\dagger_b a_j a_i

    Φ is the determinant `reference`. One exponential is exact for each excitation. `excitations`
    are in the order of application. Where electrons fill the orbitals in one way only, or symmetry
    forbids every excitation, there are none, and the circuit prepares Φ without parameters.

    Args:
        molecule: a `Molecule`, or (n_orbitals, n_alpha, n_beta). Open shells are accepted.
        singlet: share one parameter between excitations that differ by spin flip; closed shells
            only.
        repetitions: repetitions of the whole product; each has its own parameters.
        symmetry: leave out excitations that the point group forbids; the integrals show the group.
            Started from ``"mp2"`` or ``"zero"`` their angles would stay 0, so the minimum is the
            same with fewer parameters. Without integrals nothing is left out.
        reference: initial state as bits, qubit 0 first (default: lowest orbitals).

    Raises:
        ParameterError: electrons that do not fit, or an open shell or unrestricted orbitals with
            `singlet`.

    Source: Romero et al. 2018, arXiv:1701.02691; Evangelista, Chan, Scuseria 2019,
    arXiv:1910.10130 (the product form and its order).
    """

    molecule: ElectronsLike
    singlet: bool = False
    repetitions: int = 1
    symmetry: bool = True
    reference: str | Sequence[int] | None = None
    kind: ClassVar[str] = "uccsd"
    summary: ClassVar[str] = "Excite singles and doubles of a molecule, once each."
    source: ClassVar[str] = "Romero et al. 2018, arXiv:1701.02691"

    @classmethod
    def for_problem(cls, problem: Problem, **options: Any) -> Self:
        """Return the ansatz for a molecule; see `Ansatz.for_problem`."""
        require_orbitals(problem)
        return cls(problem, **options)

    @classmethod
    def suits(cls, family: type[Problem]) -> bool:
        """Return whether problems of a family have electrons in orbitals."""
        return issubclass(family, ElectronicProblem)

    def __post_init__(self) -> None:
        object.__setattr__(self, "repetitions", checked_count("repetitions", self.repetitions))
        for name in ("singlet", "symmetry"):
            object.__setattr__(self, name, checked_flag(name, getattr(self, name)))
        if self.singlet and not self.electrons.is_closed_shell:
            raise ParameterError(
                (
                    Setting("singlet", True),
                    " needs a closed shell in orbitals that alpha and beta share",
                ),
                argument="singlet",
                value=True,
                remedy="leave it out for open shells",
            )
        check_layers("repetitions", self.repetitions, max(1, len(self.excitations)))

    @property
    def starts(self) -> tuple[str, ...]:  # type: ignore[override]
        """``"mp2"`` (where there are integrals), ``"zero"``, ``"random"``."""
        known = self.electrons.electronic is not None
        return ("mp2", "zero", "random") if known else ("zero", "random")

    @cached_property
    def electrons(self) -> Electrons:
        """The reference determinant and the integrals."""
        return Electrons.of(self.molecule, self.reference)

    @cached_property
    def excitations(self) -> tuple[Transition, ...]:
        """The excitations T of one repetition, first applied first."""
        every = [*self.electrons.doubles(), *self.electrons.singles()]
        electronic = self.electrons.electronic
        if self.symmetry and electronic is not None:
            parities = orbital_parities(electronic)
            every = [excitation for excitation in every if is_allowed(excitation, parities)]
        return tuple(every)

    @cached_property
    def parameter_of(self) -> tuple[int, ...]:
        """The parameter of each of `excitations` within a repetition, counted from 0."""
        seen: dict[object, int] = {}
        return tuple(
            seen.setdefault(self._family(excitation), len(seen)) for excitation in self.excitations
        )

    def _family(self, excitation: Transition) -> object:
        """Return the key that excitations with one parameter have in common."""
        modes = frozenset(excitation.created), frozenset(excitation.annihilated)
        if not self.singlet:
            return modes
        n, m = self.electrons.n_qubits, self.electrons.n_orbitals
        mirrored = tuple(frozenset((mode + m) % n for mode in side) for side in modes)
        return frozenset([modes, mirrored])

    @cached_property
    def circuit(self) -> Circuit:
        """X gates for the reference, then the exponentials."""
        own = max(self.parameter_of, default=-1) + 1
        exponentials = [
            Excitation(((1.0, excitation),), Angle(parameter=repetition * own + parameter))
            for repetition in range(self.repetitions)
            for excitation, parameter in zip(self.excitations, self.parameter_of, strict=True)
        ]
        return Circuit(self.electrons.n_qubits, (*self.electrons.preparation, *exponentials))

    def _start(self, name: str, rng: RandomLike) -> Vector:
        if name == "random":
            return as_generator(rng).normal(0.0, RANDOM_SPREAD, self.n_params)
        start = np.zeros(self.n_params)
        if name == "mp2":
            assert self.electrons.electronic is not None
            theory = Perturbation(self.electrons.electronic, self.electrons.occupied)
            for excitation, parameter in zip(self.excitations, self.parameter_of, strict=True):
                start[parameter] = theory.angle(excitation)
            start = np.tile(start[: self.n_params // self.repetitions], self.repetitions)
            start /= self.repetitions
        return start

    @classmethod
    def richer(cls, facts: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
        """Return options of more expressive circuits, the nearest first."""
        found: list[dict[str, Any]] = [{"singlet": False}] if facts.get("singlet") else []
        if facts.get("forbidden_by_symmetry"):
            # At angle 0 they have no slope, so that other starts are needed.
            found.append({"symmetry": False, "restarts": 5})
        return (*found, {"repetitions": 2 * int(facts.get("repetitions", 1))})

    def describe(self) -> dict[str, Any]:
        """Return facts for a result: plain names and plain values."""
        every = len(self.electrons.singles()) + len(self.electrons.doubles())
        return {
            "kind": self.kind,
            "n_params": self.n_params,
            "excitations": len(self.excitations),
            "forbidden_by_symmetry": every - len(self.excitations),
            "singlet": self.singlet,
            "repetitions": self.repetitions,
        }
