"""Lattice models of spins and electrons."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from hybridq.experiments.problems.base import ProblemSection
from hybridq.experiments.problems.limits import (
    MOST_OF_A_SECTOR,
    MOST_OF_A_STATE,
    check_qubits,
)
from hybridq.problems.hamiltonian_problem import HamiltonianProblem
from hybridq.problems.hubbard_problem import HubbardProblem

if TYPE_CHECKING:
    from hybridq.operators.pauli_sum import PauliSum
    from hybridq.operators.spin_models import Lattice
    from hybridq.problems.base import Problem

Sites = Annotated[int, Field(ge=1)]


class LatticeSection(ProblemSection):
    """The ground state of a model on a chain or a square lattice."""

    over_bits: ClassVar[bool] = False

    sites: Sites | Annotated[list[Sites], Field(min_length=2, max_length=2)]
    """Sites of a chain, or [rows, columns] of a square lattice, numbered row by row."""

    periodic: bool = False
    """Close the chain to a ring, the square lattice to a torus."""

    @property
    def lattice(self) -> Lattice:
        """The lattice as `hybridq.operators.spin_models` takes it."""
        return self.sites if isinstance(self.sites, int) else (self.sites[0], self.sites[1])

    @property
    def count(self) -> int:
        """Number of sites."""
        return self.sites if isinstance(self.sites, int) else self.sites[0] * self.sites[1]

    @property
    def qubits(self) -> int:
        """See `ProblemSection.qubits`: a spin is one."""
        return self.count

    @property
    def shape(self) -> str:
        """Description of the lattice."""
        if isinstance(self.sites, int):
            return f"{'ring' if self.periodic else 'chain'} of {self.sites}"
        rows, columns = self.sites
        return f"{'torus' if self.periodic else 'lattice'} of {rows} × {columns}"

    @model_validator(mode="after")
    def _can_close(self) -> Self:
        shortest = self.sites if isinstance(self.sites, int) else min(self.sites)
        if self.periodic and shortest < 3:
            raise ValueError(
                f"sites: {self.sites} with periodic: true: a closed row needs at least 3 sites; "
                "leave out periodic, or give more sites"
            )
        return self


class SpinSection(LatticeSection):
    """A model of spins, in Pauli matrices.

    Class attributes:
        most_qubits: the limit of the engines for this model.
    """

    family: ClassVar[type[Problem]] = HamiltonianProblem
    most_qubits: ClassVar[int] = MOST_OF_A_SECTOR

    J: float = 1.0
    """Coupling of neighbours."""

    def check(self, base: Path, most: int | None = MOST_OF_A_STATE) -> None:
        """See `ProblemSection.check`."""
        check_qubits(self.qubits, self.most_qubits, f"sites: {self.sites}")

    def build(self, base: Path, seed: int, contents: Mapping[str, bytes]) -> Problem:
        """See `ProblemSection.build`."""
        self.check(base)
        return HamiltonianProblem(self.hamiltonian(), name=f"{self.summary}, {self.shape}")

    @abstractmethod
    def hamiltonian(self) -> PauliSum:
        """Return the Pauli sum."""


class BondedSpinSection(SpinSection):
    """A model of interactions only, which needs at least two spins."""

    @model_validator(mode="after")
    def _has_bonds(self) -> Self:
        if self.sites in (1, [1, 1]):
            raise ValueError(f"sites: {self.sites} has no neighbours to couple: give at least 2")
        return self


class TransverseIsing(SpinSection):
    """The transverse-field Ising model, -J ΣZZ - h ΣX."""

    # The field changes the number of spins up: no sector is conserved.
    most_qubits: ClassVar[int] = MOST_OF_A_STATE
    summary: ClassVar[str] = "transverse-field Ising model"

    kind: Literal["tfim"] = "tfim"

    h: float = 1.0
    """Transverse field."""

    def hamiltonian(self) -> PauliSum:
        """See `SpinSection.hamiltonian`."""
        from hybridq.operators.spin_models import tfim

        return tfim(self.lattice, h=self.h, J=self.J, periodic=self.periodic)


class Heisenberg(BondedSpinSection):
    """The Heisenberg model, J Σ(XX + YY + ZZ) - h ΣZ, in Pauli matrices."""

    summary: ClassVar[str] = "Heisenberg model"

    kind: Literal["heisenberg"] = "heisenberg"

    h: float = 0.0
    """Field along z."""

    def hamiltonian(self) -> PauliSum:
        """See `SpinSection.hamiltonian`."""
        from hybridq.operators.spin_models import heisenberg

        return heisenberg(self.lattice, J=self.J, h=self.h, periodic=self.periodic)


class XXZ(BondedSpinSection):
    """The XXZ model, J Σ(XX + YY + Δ ZZ) - h ΣZ, in Pauli matrices."""

    summary: ClassVar[str] = "XXZ model"

    kind: Literal["xxz"] = "xxz"

    delta: float
    """The anisotropy Δ: 1 is the Heisenberg model, 0 the XY model."""

    h: float = 0.0
    """Field along z."""

    def hamiltonian(self) -> PauliSum:
        """See `SpinSection.hamiltonian`."""
        from hybridq.operators.spin_models import xxz

        return xxz(self.lattice, self.delta, J=self.J, h=self.h, periodic=self.periodic)


class Hubbard(LatticeSection):
    """The Fermi-Hubbard model with given numbers of electrons."""

    family: ClassVar[type[Problem]] = HubbardProblem
    summary: ClassVar[str] = "Fermi-Hubbard model"

    kind: Literal["hubbard"] = "hubbard"

    t: float = 1.0
    """Hopping."""

    U: float = 4.0
    """Repulsion of two electrons on a site."""

    mu: float = 0.0
    """Chemical potential."""

    n_alpha: Annotated[int, Field(ge=0)] | None = None
    """Spin-up electrons; half filling by default, rounded up."""

    n_beta: Annotated[int, Field(ge=0)] | None = None
    """Spin-down electrons; half filling by default, rounded down."""

    @model_validator(mode="after")
    def _electrons_fit(self) -> Self:
        for name in ("n_alpha", "n_beta"):
            electrons = getattr(self, name)
            if electrons is not None and electrons > self.count:
                raise ValueError(
                    f"{name}: {electrons} electrons do not fit on {self.count} sites: "
                    f"give 0 to {self.count}"
                )
        return self

    @property
    def qubits(self) -> int:
        """See `ProblemSection.qubits`: a site is two, one for each spin."""
        return 2 * self.count

    def check(self, base: Path, most: int | None = MOST_OF_A_STATE) -> None:
        """See `ProblemSection.check`."""
        check_qubits(self.qubits, MOST_OF_A_SECTOR, f"sites: {self.sites}")

    def build(self, base: Path, seed: int, contents: Mapping[str, bytes]) -> Problem:
        """See `ProblemSection.build`."""
        self.check(base)
        from hybridq.operators.spin_models import fermi_hubbard

        model = fermi_hubbard(self.lattice, t=self.t, U=self.U, mu=self.mu, periodic=self.periodic)
        name = f"{self.summary}, {self.shape}"
        return HubbardProblem(model, self.n_alpha, self.n_beta, name=name)


MODELS: tuple[type[ProblemSection], ...] = (TransverseIsing, Heisenberg, XXZ, Hubbard)
