"""Parts of a result about an energy: accuracy, particles, spin, growth."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.classical.exact_energies import Diagonalization, ExactStatus, numbers_of
from hybridq.core.equality import ComparedByValue
from hybridq.core.errors import Setting, Spelling, Text, in_python, render_text
from hybridq.core.plain import plain
from hybridq.operators.sector import Sector
from hybridq.presentation.advice import Advice

HARTREE_FOCK = "Hartree-Fock"
OTHER_DETERMINANT = "Reference determinant"
SPIN_GAP = 0.1  # of ⟨S²⟩: below it two states count as of one multiplicity
SAME_ENERGY = 1e-8  # relative: states this near are degenerate, and their spins mix at will


@dataclass(frozen=True)
class Particles:
    """Expectation values of the numbers of electrons: of spin α, of spin β, of both."""

    n_alpha: float
    n_beta: float
    n: float


@dataclass(frozen=True)
class Energy:
    """Accuracy of a variational energy.

    Fields that do not apply or are not known are None.

    Attributes:
        value: the energy that was reached; ``float(energy)`` gives it as well.
        unit: ``"hartree"`` for molecules, None where the Hamiltonian brings its own unit.
        hartree_fock: energy of the reference determinant, in hartree.
        reference: name of that determinant, ``"Hartree-Fock"`` where it is one.
        exact: the exact ground energy, with the particle numbers asked for where there are some.
        diagonalization: record of how `exact` was computed, or of why it was not.
        exact_s_squared: ⟨S²⟩ of the exact ground state, in units of ħ².
        left_sector: True if the state has left the particle numbers that were asked for.
        kept: the sector that the circuit conserves, where the ground state lies in another one.
        reachable: the lowest energy in `kept`.
        error: energy − `exact`.
        error_mha: `error` in millihartree (molecules only).
        chemical_accuracy: True if `error` is at most 1.6 millihartree (molecules only).
        correlation_recovered: (E_HF − E) / (E_HF − E_exact), 1 at the exact energy; only with
            Hartree–Fock orbitals.
        particles: numbers of electrons of the state.
        s_squared: ⟨S²⟩ in units of ħ²: 0 for a singlet, 0.75 for a doublet, 2 for a triplet.
        s_z: ⟨S_z⟩ in units of ħ.
        advice: options of which a trial reached a lower energy, where this one is poor.
    """

    value: float | None = None
    unit: str | None = None
    hartree_fock: float | None = None
    exact: float | None = None
    diagonalization: Diagonalization = field(default_factory=Diagonalization)
    exact_s_squared: float | None = None
    left_sector: bool = False
    kept: Sector | None = None
    reachable: float | None = None
    error: float | None = None
    error_mha: float | None = None
    chemical_accuracy: bool | None = None
    correlation_recovered: float | None = None
    particles: Particles | None = None
    s_squared: float | None = None
    s_z: float | None = None
    reference: str = HARTREE_FOCK
    advice: Advice | None = None

    def __float__(self) -> float:
        return math.nan if self.value is None else self.value

    @property
    def other_spin(self) -> bool:
        """True if the exact state has another spin and another energy."""
        if self.error is None or self.exact is None:
            return False
        if self.s_squared is None or self.exact_s_squared is None:
            return False
        apart = abs(self.error) > SAME_ENERGY * max(1.0, abs(self.exact))
        return apart and abs(self.s_squared - self.exact_s_squared) > SPIN_GAP

    @property
    def exact_note(self) -> str:
        """Method of the exact energy, and differences between its state and this one."""
        parts = [exact_text(self.diagonalization)]
        if self.left_sector:
            parts.append("the circuit does not keep these numbers, and its state has others")
        elif self.other_spin:
            parts.append(
                f"its state has ⟨S²⟩ = {abs(self.exact_s_squared or 0.0):.2f}, and the one found "
                f"{abs(self.s_squared or 0.0):.2f}"
            )
        if self.reachable is not None:
            parts.append(self.kept_text)
        return "; ".join(parts)

    @property
    def kept_text(self) -> str:
        """The sector that the circuit conserves and its lowest energy, in words."""
        numbers = "its numbers" if self.kept is None else numbers_of(self.kept)
        return (
            f"the circuit keeps {numbers}, whose lowest energy is {self.reachable:.8f}; "
            "the ground state lies in another sector"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all fields, and the note that sums up the exact energy."""
        return {**plain(self), "exact_note": self.exact_note}


def exact_text(how: Diagonalization, spell: Spelling = in_python) -> str:
    """Return how an exact energy was computed, or why not and the remedy.

    Args:
        how: the record.
        spell: spells the arguments in it.
    """
    text: Text = how.method
    if how.status is ExactStatus.TOO_LARGE:
        text = (how.method, "; ", Setting("exact", True), " tries")
    return render_text(text, spell)


@dataclass(frozen=True, eq=False)
class Iteration(ComparedByValue):
    """One step of an ansatz that grows.

    An operator is appended and all parameters are optimized.

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
        """Number of parameters of the ansatz after this step."""
        return len(self.parameters)
