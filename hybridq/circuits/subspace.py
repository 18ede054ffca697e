"""Instructions on a feasible space: initial states and evolution under mixers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from hybridq.circuits.base import Angle, GeneratorSpectrum, Instruction
from hybridq.circuits.hops import HOPS, Partial
from hybridq.circuits.instructions import Excitation, Gate, Transition, XMixer
from hybridq.circuits.marks import Mark, boxes
from hybridq.circuits.one_hot import one_hot_reflection, one_hot_state
from hybridq.core.errors import DimensionError, EngineError, ParameterError, Setting, Text
from hybridq.operators.feasible import FeasibleSpace

if TYPE_CHECKING:
    from hybridq.circuits.placement import Placement

UNIFORM, ALIGNED, BITS = STATES = ("uniform", "aligned", "bits")
GROVER = "grover"
_MOST_CONTROLS = 10  # of a flip that is written as a circuit


def _set_qubits(instruction: FeasibleState | FeasibleMixer) -> None:
    """Fill in the qubits where they are those of the space itself."""
    n = instruction.space.n_qubits
    if not instruction.qubits:
        object.__setattr__(instruction, "qubits", tuple(range(n)))
    elif len(instruction.qubits) != n:
        raise DimensionError(
            argument="qubits", value=instruction.qubits, expected=f"{n} qubits, as the space has"
        )


def is_one_hot(space: FeasibleSpace) -> bool:
    """Return whether states are products of one-hot blocks and free qubits."""
    groups_only = space.is_product and not space.grid and not space.chains
    return groups_only and all(group.count == 1 for group in space.groups)


class NoCircuitError(ParameterError, EngineError):
    """An instruction has no exact circuit, so that engines of circuits cannot run it."""


def no_circuit(what: str, remedy: Text = "") -> NoCircuitError:
    """Return the error for an instruction without an exact circuit."""
    other = (*remedy,) if not isinstance(remedy, str) else (remedy,)
    return NoCircuitError(
        f"{what} has no exact circuit of gates",
        remedy=("run it with ", Setting("engine", "subspace"), *other),
    )


@dataclass(frozen=True)
class FeasibleState(Instruction):
    """An initial state on a feasible space, from |0…0⟩.

    Args:
        space: the feasible states.
        kind: ``"uniform"`` (equal amplitudes, on a group the Dicke state), ``"aligned"`` (the
            highest eigenstate of the hops) or ``"bits"`` (one basis state).
        bits: the basis state, qubit 0 first, for ``"bits"``.
        hops: kind of the hops, for ``"aligned"``; see `HOPS`.
        qubits: the qubits of the circuit that are those of the space; all by default.

    Raises:
        ParameterError: an unknown kind, or bits that are not feasible.
        DimensionError: qubits of another number than the space has.
    """

    space: FeasibleSpace
    kind: str = UNIFORM
    bits: tuple[int, ...] = ()
    hops: str = ""
    qubits: tuple[int, ...] = ()
    angle = None

    def __post_init__(self) -> None:
        _set_qubits(self)
        if self.kind not in STATES:
            raise ParameterError(
                argument="kind", value=self.kind, expected="'uniform', 'aligned' or 'bits'"
            )
        if self.kind == ALIGNED:
            _ = HOPS[self.hops]
        if self.kind == BITS and not self.space.contains(self.bits)[0]:
            raise ParameterError(
                argument="initial",
                value="".join(map(str, self.bits)),
                expected="bits that satisfy all constraints",
            )

    def decompose(self) -> tuple[Instruction, ...]:
        """Return X gates, or the product of W states of one-hot blocks.

        Raises:
            ParameterError: another state.
        """
        at = self.qubits
        if self.kind == BITS:
            return tuple(Gate("x", (at[q],)) for q, bit in enumerate(self.bits) if bit)
        even = self.kind == UNIFORM or HOPS[self.hops].is_even
        if is_one_hot(self.space) and even:
            return one_hot_state(_blocks(self.space, at), _on(self.space.free, at))
        raise no_circuit(f"the {self.kind} state of this feasible space")

    @property
    def symbol(self) -> str:
        """``feasible-state``."""
        return "feasible-state"

    def moved(self, placement: Placement) -> FeasibleState:
        """Return the state on the new qubits."""
        return replace(self, qubits=placement.qubits(self.qubits))

    def marks(self, angle: str) -> list[Mark]:
        """Return a box on each qubit."""
        return boxes(dict.fromkeys(self.qubits, "state"), self.kind)


@dataclass(frozen=True)
class FeasibleMixer(Instruction):
    r"""Evolution :math:`e^{-i\beta M}` on a feasible space, M = −A.

    A is the sum of all hops P(T + T†)P, with P the projector on the space; or, for ``"grover"``,
    the projector on the uniform state.

    Args:
        space: the feasible states.
        kind: ``"grover"``, or a kind of hops of `HOPS`.
        angle: β.
        sequential: True for the product of the evolutions under each hop, in the order of `HOPS`.
        qubits: the qubits of the circuit that are those of the space; all by default.

    Raises:
        UnknownNameError: an unknown kind.
        DimensionError: qubits of another number than the space has.
    """

    space: FeasibleSpace
    kind: str
    angle: Angle
    sequential: bool = False
    qubits: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        _set_qubits(self)
        if self.kind != GROVER:
            _ = HOPS[self.kind]

    @property
    def partials(self) -> tuple[Partial, ...]:
        """The hops on qubits of the space, those that commute together."""
        return () if self.kind == GROVER else tuple(HOPS[self.kind].partials(self.space))

    def decompose(self) -> tuple[Instruction, ...]:
        """Return excitations and phases, up to a global phase.

        Exact circuits exist for sequential mixers, and on one-hot blocks for all others.

        Raises:
            ParameterError: another mixer or space.
        """
        space, at = self.space, self.qubits
        if self.sequential:
            return tuple(step for partial in self.partials for step in self._rotations(partial))
        if is_one_hot(space):
            blocks, free = _blocks(space, at), _on(space.free, at)
            if self.kind == GROVER:
                return tuple(one_hot_reflection(blocks, free, self.angle))
            evolution = HOPS[self.kind].evolution
            if evolution is not None:
                large = [block for block in blocks if len(block) > 1]
                steps = [step for block in large for step in evolution(block, self.angle)]
                return (*steps, *((XMixer(free, self.angle),) if free else ()))
        trotter = Setting("mixer", f"{self.kind}-trotter")
        other: Text = () if self.kind == GROVER else (", or take ", trotter)
        raise no_circuit(f"the mixer {self.kind!r} on this feasible space", other)

    def _rotations(self, partial: Partial) -> list[Excitation]:
        """Return the evolution under hops that commute."""
        found = []
        for hop in partial:
            terms = [(sign, self._placed(each)) for sign, each in self._controlled(hop)]
            found.append(Excitation(tuple(terms), -self.angle, imaginary=True))
        return found

    def _controlled(self, hop: Transition) -> list[tuple[float, Transition]]:
        """Return P T P as a sum of transitions with controls.

        A flip is possible where none of the qubits that exclude this one is 1, and in a chain
        where its neighbour before is 1 and that behind is 0.
        """
        space, (qubit, *rest) = self.space, hop.created
        if hop.annihilated or rest or (space.is_product and qubit in space.free):
            if space.is_product:
                return [(1.0, hop)]
        else:
            controls = _neighbours_of(space, qubit)
            if controls is not None:
                before, clear = controls
                return [
                    (
                        (-1.0) ** size,
                        Transition((qubit,), (), (*before, *chosen), fermionic=False),
                    )
                    for size in range(len(clear) + 1)
                    for chosen in combinations(clear, size)
                ]
        raise no_circuit(f"the mixer '{self.kind}-trotter' on this feasible space")

    def _placed(self, term: Transition) -> Transition:
        at = self.qubits
        return replace(
            term,
            created=_on(term.created, at),
            annihilated=_on(term.annihilated, at),
            controls=_on(term.controls, at),
        )

    @property
    def symbol(self) -> str:
        """Kind of the mixer, such as ``xy-ring`` or ``bit-flip-trotter``."""
        return f"{self.kind}-trotter" if self.sequential else self.kind

    @property
    def spectrum(self) -> GeneratorSpectrum:
        """Eigenvalues of the parts; for sums of hops the number of hops as a bound."""
        if self.kind == GROVER:
            return GeneratorSpectrum(-0.5, [0.5], True)
        if self.sequential:  # 0 and ±1 each
            return GeneratorSpectrum(0.0, [0.5] * (2 * len(self.partials)), True)
        if is_one_hot(self.space) and HOPS[self.kind].evolution is not None:
            return super().spectrum
        return GeneratorSpectrum(0.0, [float(len(self.partials))], False)

    def moved(self, placement: Placement) -> FeasibleMixer:
        """Return the mixer on the new qubits."""
        return replace(self, qubits=placement.qubits(self.qubits))

    def marks(self, angle: str) -> list[Mark]:
        """Return a box on each qubit."""
        return boxes(dict.fromkeys(self.qubits, "mix"), self.symbol + angle)


def _neighbours_of(
    space: FeasibleSpace, qubit: int
) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Return qubits that must be 1 and 0 for a flip, None where no such list is short."""
    for chain in space.chains:
        if qubit in chain and space.is_product:
            at = chain.index(qubit)
            return chain[max(at - 1, 0) : at], chain[at + 1 : at + 2]
    excluded = space.exclusions
    if excluded is None or len(excluded[qubit]) > _MOST_CONTROLS:
        return None
    return (), excluded[qubit]


def _blocks(space: FeasibleSpace, at: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Return the groups of a space on the circuit's qubits."""
    return tuple(_on(group.qubits, at) for group in space.groups)


def _on(qubits: Sequence[int], at: tuple[int, ...]) -> tuple[int, ...]:
    """Return the circuit's numbers of qubits of the space."""
    return tuple(at[qubit] for qubit in qubits)
