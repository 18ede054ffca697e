"""Base of the mixers that keep states in a feasible space."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

import numpy as np

from hybridq.ansatz.mixers.base import Conserved, Mixer
from hybridq.ansatz.mixers.hop_scale import HopScale, hop_scale
from hybridq.circuits.subspace import ALIGNED, BITS, UNIFORM, FeasibleMixer, FeasibleState
from hybridq.core.checks import is_whole
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.operators.feasible import FeasibleSpace, Group, unpacked

if TYPE_CHECKING:
    from hybridq.circuits.base import Angle, Instruction
    from hybridq.operators.ising import Ising

STANDARD = "standard"
INITIAL = (STANDARD, UNIFORM, ALIGNED)

Blocks: TypeAlias = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class FeasibleSpaceMixer(Mixer):
    """A mixer that keeps states in the feasible space of a problem.

    A subclass chooses the hops, by the name `hops` of `hybridq.circuits.hops.HOPS`.

    Args:
        initial: the state before the first layer: ``"standard"``, ``"uniform"`` (all feasible
            states alike), ``"aligned"`` (the highest eigenstate of −M), or the bits of a feasible
            state, qubit 0 first.
        space: the feasible states; those of the problem by default.

    Raises:
        ParameterError: another initial state.
    """

    initial: str | tuple[int, ...] = field(default=STANDARD, kw_only=True)
    space: FeasibleSpace | None = field(default=None, kw_only=True, repr=False)
    hops: ClassVar[str]
    sequential: ClassVar[bool] = False
    standard: ClassVar[str] = UNIFORM
    conserves: ClassVar[Conserved] = Conserved.FEASIBILITY

    def __post_init__(self) -> None:
        given = self.initial
        if isinstance(given, str) and given in INITIAL:
            return
        bits = _bits_of(given)
        if bits is None:
            raise ParameterError(
                argument="initial",
                value=given,
                expected=f"{', '.join(map(repr, INITIAL))} or the bits of a feasible state",
            )
        object.__setattr__(self, "initial", bits)

    def fitted(self, n_qubits: int, space: FeasibleSpace | None) -> Self:
        """Return the mixer with its own feasible states, or else with these.

        Raises:
            DimensionError: its own states have another width.
            ParameterError: the initial state is not feasible.
        """
        mixer = replace(self, space=self._own_space(n_qubits) or space)
        if mixer.space is not None and mixer.space.n_qubits != n_qubits:
            raise DimensionError(
                argument="space", value=mixer.space.n_qubits, expected=f"one of {n_qubits} qubits"
            )
        mixer.initial_state(n_qubits)  # raises if infeasible
        return mixer

    def _own_space(self, n_qubits: int) -> FeasibleSpace | None:
        """Return the feasible states that the mixer was configured with, None without."""
        return self.space

    def _space(self, n_qubits: int) -> FeasibleSpace:
        """Return the feasible states; all basis states where neither has constraints."""
        return self.space or self._own_space(n_qubits) or FeasibleSpace(n_qubits)

    @property
    def feasible_space(self) -> FeasibleSpace | None:
        """The states that the fitted mixer keeps to, None for all."""
        return self.space

    def confines_to(self, space: FeasibleSpace) -> bool:
        """Return whether the mixer has these feasible states."""
        return self.space == space

    def initial_state(self, n_qubits: int) -> tuple[Instruction, ...]:
        """Return the state that `initial` names."""
        space, initial = self._space(n_qubits), self.initial
        if not isinstance(initial, str):
            if len(initial) != n_qubits:
                raise DimensionError(argument="initial", value=initial, expected=f"{n_qubits} bits")
            return (FeasibleState(space, BITS, initial),)
        name = self.standard if initial == STANDARD else initial
        if name == BITS:
            return (FeasibleState(space, BITS, extreme_bits(space)),)
        return (FeasibleState(space, name, hops=self.hops if name == ALIGNED else ""),)

    def instructions(self, n_qubits: int, angle: Angle) -> tuple[Instruction, ...]:
        r"""Return :math:`e^{-i\beta M}` on the feasible states."""
        return (FeasibleMixer(self._space(n_qubits), self.hops, angle, self.sequential),)

    @property
    def starts_in_eigenstate(self) -> bool:
        """True unless the mixer is sequential or the state is one basis state."""
        return not self.sequential and self.initial in (ALIGNED, STANDARD)

    @property
    def starts_in_basis_state(self) -> bool:
        """True for given bits, and where the standard state is one."""
        given = self.initial
        return not isinstance(given, str) or (given == STANDARD and self.standard == BITS)

    def hop_scale(self, ising: Ising) -> HopScale | None:
        """Return the scales of the hops and a cost; see `hop_scale`."""
        return None if self.space is None else hop_scale(self.space, self.hops, ising)

    def period(self, n_qubits: int, *, flip_symmetric: bool = False) -> float | None:
        """Return 2π for a sequential mixer, None for a sum of hops without a known period."""
        return 2.0 * np.pi if self.sequential else self._sum_period(n_qubits)

    def _sum_period(self, n_qubits: int) -> float | None:
        """Return the period of the exponential of the sum of all hops, None if unknown."""
        return None

    def describe(self) -> dict[str, Any]:
        """Return name and options as plain values; the space is part of the problem."""
        names = [each.name for each in fields(self) if each.name != "space"]
        return {"kind": self.kind, **{name: getattr(self, name) for name in names}}


@dataclass(frozen=True)
class BlocksMixer(FeasibleSpaceMixer):
    """A mixer on groups of qubits, which a caller may give as one-hot blocks.

    Args:
        blocks: groups of qubits of which exactly one is 1; the constraints of the problem by
            default.

    Raises:
        ParameterError: the blocks overlap or are empty.
    """

    blocks: Blocks | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "blocks", checked_blocks(self.blocks))

    def _own_space(self, n_qubits: int) -> FeasibleSpace | None:
        """Return the space of the mixer's own blocks.

        Raises:
            DimensionError: a block names a qubit out of range.
        """
        if self.blocks is None:
            return self.space
        highest = max((qubit for block in self.blocks for qubit in block), default=-1)
        if highest >= n_qubits:
            raise DimensionError(
                argument="blocks",
                value=self.blocks,
                expected=f"groups of the qubits 0 to {n_qubits - 1}",
            )
        return FeasibleSpace(n_qubits, groups=tuple(Group(block) for block in self.blocks))


def extreme_bits(space: FeasibleSpace) -> tuple[int, ...]:
    """Return |0…0⟩, |1…1⟩ where that is infeasible, or else the first feasible state.

    The empty set is the plain start of independent sets and packings, all sets that of covers.

    Raises:
        ParameterError: no state is feasible.
    """
    for bit in (0, 1):
        bits = (bit,) * space.n_qubits
        if space.contains(bits)[0]:
            return bits
    if not space.dim:
        raise ParameterError("no state satisfies all constraints", argument="space")
    return tuple(unpacked(space.words[:1], space.n_qubits)[0].tolist())


def checked_blocks(blocks: Iterable[Sequence[int]] | None) -> Blocks | None:
    """Return blocks as tuples of integers; None stays None.

    Raises:
        ParameterError: an empty block, an entry that is not an integer >= 0, or a qubit in two
            blocks.
    """
    if blocks is None:
        return None
    try:
        checked = tuple(tuple(block) for block in blocks)
    except TypeError:
        checked = ((),)
    qubits = [qubit for block in checked for qubit in block]
    whole = all(is_whole(qubit) and qubit >= 0 for qubit in qubits)
    if not all(checked) or not whole or len(set(qubits)) < len(qubits):
        raise ParameterError(
            argument="blocks",
            value=blocks,
            expected="groups of qubits counted from 0, each qubit in one group at most",
        )
    return tuple(tuple(int(qubit) for qubit in block) for block in checked)


def _bits_of(given: Any) -> tuple[int, ...] | None:
    """Return bits as a tuple, from a text or a sequence; None for anything else."""
    try:
        bits = [int(each) for each in given] if not isinstance(given, float) else []
    except (TypeError, ValueError):
        return None
    return tuple(bits) if bits and set(bits) <= {0, 1} else None
