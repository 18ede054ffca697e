"""Ground state of a Hamiltonian that is given as a Pauli sum."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

from hybridq.core.errors import ParameterError, Setting, Text
from hybridq.core.numbers import plural
from hybridq.core.registry import Registry
from hybridq.operators.spin_order import alternates, spin_blocks
from hybridq.problems.base import Problem, Sense
from hybridq.problems.hermitian import real_part, worst_imaginary

if TYPE_CHECKING:
    from hybridq.operators.pauli_sum import PauliSum


INTERLEAVED = "interleaved"
SPIN_ORDERS = Registry("spin order", {name: name for name in ("blocked", INTERLEAVED)})


class HamiltonianProblem(Problem):
    """Lowest eigenvalue of a Pauli sum.

    Args:
        hamiltonian: hermitian; equal terms are merged, imaginary parts that are rounding dropped.
        name: of this instance; its size by default.
        spin_order: ``"interleaved"`` where the qubits are modes by Jordan and Wigner whose spins
            alternate: they are reordered, all spin-up modes first. ``"blocked"`` and None leave
            them as they are.

    Raises:
        ParameterError: it is not hermitian, and the worst term is named; or no such order.
    """

    kind: ClassVar[str] = "hamiltonian"
    qubits: ClassVar[str] = "those of the sum"
    summary: ClassVar[str] = (
        "Find the ground-state energy of a Hamiltonian, a sum of Pauli operators."
    )
    reads: ClassVar[tuple[str, ...]] = ("pauli-sum",)
    examples: ClassVar[tuple[str, ...]] = (
        "tfim.json --ansatz hva --layers 6",
        "h2.txt --ansatz hardware-efficient --plot h2.png",
        "- --json - < tfim.json",
    )
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "energy"
    may_be_diagonal: ClassVar[bool] = True

    def __init__(
        self, hamiltonian: PauliSum, *, name: str | None = None, spin_order: str | None = None
    ) -> None:
        worst = worst_imaginary(hamiltonian)
        if worst is not None:
            paulis, qubits, coefficient = worst
            term = " ".join(f"{p}{q}" for p, q in zip(paulis, qubits, strict=True)) or "I"
            raise ParameterError(
                f"the Hamiltonian is not hermitian: {term} has the coefficient {coefficient:.6g}",
                argument="hamiltonian",
                remedy="take (H + H.dagger()) / 2, or correct it",
            )
        self._hamiltonian = real_part(hamiltonian)
        self.spin_order = None if spin_order is None else SPIN_ORDERS[spin_order]
        if self.spin_order == INTERLEAVED:
            self._hamiltonian = spin_blocks(self._hamiltonian)
        terms = "1 term" if len(self._hamiltonian) == 1 else f"{len(self._hamiltonian)} terms"
        self.name = str(name or f"{terms} on {hamiltonian.n_qubits} qubits")

    def __repr__(self) -> str:
        return (
            f"HamiltonianProblem({self.name!r}: {len(self._hamiltonian)} terms on "
            f"{self.n_qubits} qubits)"
        )

    @classmethod
    def from_file(
        cls,
        path: str | os.PathLike[str],
        format: str | None = None,
        *,
        header: str | None = None,
        spin_order: str | None = None,
        **options: Any,
    ) -> Self:
        """Return the Hamiltonian in a file; see `Problem.from_file`.

        Args:
            path: the file's name, or ``-``.
            format: a name in `hybridq.problems.formats.FORMATS`.
            header: of tables only.
            spin_order: order of the modes: interleaved reorders them, all spin-up modes first
                (default: blocked).
            options: none but these.
        """
        if spin_order is not None:
            options["spin_order"] = spin_order
        return super().from_file(path, format, header=header, **options)

    @cached_property
    def notes(self) -> tuple[Text, ...]:
        """An offer to reorder the modes, where their spins seem to alternate."""
        if self.spin_order is not None or not alternates(self._hamiltonian):
            return ()
        offer = (
            "the numbers of ones on even and on odd qubits are conserved, as if spin-up and "
            "spin-down modes took turns; if they do, by Jordan and Wigner, ",
            Setting("spin_order", INTERLEAVED),
            " puts all spin-up modes first, the order that the circuits here are made for",
        )
        return (offer,)

    @property
    def n_qubits(self) -> int:
        """Number of qubits."""
        return self._hamiltonian.n_qubits

    @property
    def hamiltonian(self) -> PauliSum:
        """Pauli sum with real coefficients."""
        return self._hamiltonian

    def size(self) -> str:
        """Return terms and qubits, such as ``"16 terms, 8 qubits"``."""
        return f"{plural(len(self._hamiltonian), 'term')}, {plural(self.n_qubits, 'qubit')}"

    def describe(self) -> dict[str, Any]:
        """Return sizes and properties.

        Returns:
            ``terms``, ``constant`` (coefficient of the identity), ``one_norm`` (the sum of all
            |coefficients|), ``diagonal`` (whether only I and Z occur).
        """
        return {
            "terms": len(self._hamiltonian),
            "constant": self._hamiltonian.constant.real,
            "one_norm": self._hamiltonian.one_norm,
            "diagonal": self._hamiltonian.is_diagonal,
        }
