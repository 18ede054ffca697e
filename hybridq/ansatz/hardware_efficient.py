"""Hardware-efficient ansatz: layers of rotations and entangling gates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any, ClassVar, Self

import numpy as np

from hybridq.ansatz.base import Ansatz, Vector
from hybridq.ansatz.checks import checked_bits
from hybridq.ansatz.electrons import Electrons
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, Gate, Instruction, PauliRotation
from hybridq.core.checks import checked_count
from hybridq.core.errors import ParameterError
from hybridq.core.limits import check_layers
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.core.registry import Registry
from hybridq.problems.base import Problem

Pairs = list[tuple[int, int]]


def _linear(n: int) -> Pairs:
    return [(q, q + 1) for q in range(n - 1)]


# name -> the pairs (control, target) of n qubits, in the order of application
ENTANGLERS: Registry[Callable[[int], Pairs]] = Registry(
    "entangler",
    {
        "linear": _linear,
        "ring": lambda n: _linear(n) + [(n - 1, 0)] * (n > 2),
        "pairwise": lambda n: _linear(n)[::2] + _linear(n)[1::2],
        "full": lambda n: list(combinations(range(n), 2)),
        "none": lambda n: [],
    },
)
ENTANGLING_GATES = Registry(
    "entangling gate", {name: name for name in ("cx", "cy", "cz", "iswap", "swap")}
)
ROTATIONS = Registry("rotation", {"rx": "X", "ry": "Y", "rz": "Z"})


MOST_ROTATIONS = 100
"""Limit for each layer and qubit."""


@dataclass(frozen=True, eq=False)
class HardwareEfficient(Ansatz):
    r"""Layers of rotations and entanglers, then final rotations.

    .. math:: |\theta\rangle = R(\theta_{L+1}) \prod_{l=1}^{L} \bigl[ E\, R(\theta_l) \bigr]
              |z\rangle

    L is the number of `layers`. The entanglers map the basis state z to `reference`, up to a
    phase. The parameters are in the order of application: layer, rotation, qubit.

    Args:
        n_qubits: width of the circuit.
        layers: number of layers, at least 1.
        rotations: rotations of each layer, of rx, ry and rz; in the order of application.
        entangler: pattern of the entangling gates: linear, ring, pairwise, full or none; linear
            joins q and q + 1, pairwise the even pairs and then the odd ones.
        entangling_gate: gate on each pair: cx, cy, cz, iswap or swap.
        final_rotations: rotate once more after the last layer; True: the same rotations, False:
            none, or other rotations.
        reference: initial state as bits, qubit 0 first (default: all 0); the state that all angles
            0 give.

    Raises:
        ParameterError: an argument has a value that is not accepted, or no rotation is left.
        UnknownNameError: an unknown rotation, entangler or gate.

    Source: Kandala et al. 2017, arXiv:1704.05018.
    """

    n_qubits: int = 0  # a field needs a value here to take the place of the base's property
    layers: int = 2
    rotations: Sequence[str] = ("ry", "rz")
    entangler: str = "linear"
    entangling_gate: str = "cx"
    final_rotations: bool | Sequence[str] = True
    reference: str | Sequence[int] | None = None
    kind: ClassVar[str] = "hardware-efficient"
    summary: ClassVar[str] = "Alternate rotations of all qubits with entangling gates."
    source: ClassVar[str] = "Kandala et al. 2017, arXiv:1704.05018"
    starts: ClassVar[tuple[str, ...]] = ("random", "uniform", "zero")

    @classmethod
    def for_problem(cls, problem: Problem, **options: Any) -> Self:
        """Return the ansatz for `problem`, of a molecule near the Hartree–Fock state."""
        if problem.electronic is not None:
            options.setdefault("reference", Electrons.of(problem).bits)
        return cls(problem.n_qubits, **options)

    def __post_init__(self) -> None:
        def store(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        store("n_qubits", checked_count("n_qubits", self.n_qubits))
        store("layers", checked_count("layers", self.layers))
        store("rotations", _rotations(self.rotations))
        store("final_rotations", self._final())
        store("entangler", ENTANGLERS.canonical(self.entangler))
        store("entangling_gate", ENTANGLING_GATES[self.entangling_gate])
        check_layers("layers", self.layers, self.n_qubits * (1 + len(self.rotations)))
        if self.reference is not None:
            store("reference", checked_bits(self.reference, self.n_qubits))
        if not self.n_params:
            raise ParameterError(
                "a hardware-efficient ansatz needs rotations",
                argument="rotations",
                remedy="give rx, ry or rz",
            )

    def _final(self) -> tuple[str, ...]:
        """Return the names of the rotations after the last layer."""
        if isinstance(self.final_rotations, bool):
            return tuple(self.rotations) if self.final_rotations else ()
        return _rotations(self.final_rotations)

    @cached_property
    def circuit(self) -> Circuit:
        """X gates for the reference, then the layers."""
        n = self.n_qubits
        pairs = ENTANGLERS[self.entangler](n)
        entangler = [Gate(self.entangling_gate, pair) for pair in pairs]
        bits = list(checked_bits("0" * n if self.reference is None else self.reference, n))
        for control, target in pairs[::-1] * self.layers:
            if self.entangling_gate in ("cx", "cy"):
                bits[target] ^= bits[control]
            elif self.entangling_gate in ("swap", "iswap"):
                bits[control], bits[target] = bits[target], bits[control]
        instructions: list[Instruction] = [Gate("x", (q,)) for q, bit in enumerate(bits) if bit]
        used = 0
        for names in (*[self.rotations] * self.layers, self._final()):
            if used:
                instructions += entangler
            for name in names:
                instructions += [
                    PauliRotation(ROTATIONS[name], (q,), Angle(parameter=used + q))
                    for q in range(n)
                ]
                used += n
        return Circuit(n, tuple(instructions))

    def _start(self, name: str, rng: RandomLike) -> Vector:
        """Return the start called `name`.

        ``"random"`` is normal with the variance 1 / (8 (L + 2)) for which gradients of two-local
        Hamiltonians do not vanish exponentially with the width: Zhang et al. 2022,
        arXiv:2203.09376. ``"uniform"`` fills the whole box.
        """
        if name == "random":
            spread = 1.0 / np.sqrt(8.0 * (self.layers + 2))
            return as_generator(rng).normal(0.0, spread, self.n_params)
        if name == "uniform":
            return as_generator(rng).uniform(-np.pi, np.pi, self.n_params)
        return np.zeros(self.n_params)

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
            "rotations": list(self.rotations),
            "final_rotations": list(self._final()),
            "entangler": self.entangler,
            "entangling_gate": self.entangling_gate,
        }


def _rotations(names: str | Sequence[str]) -> tuple[str, ...]:
    """Return canonical names, from a sequence or from text such as ``"ry,rz"``."""
    if isinstance(names, str):
        names = names.replace(",", " ").split()
    if len(names) > MOST_ROTATIONS:
        raise ParameterError(
            f"rotations must be at most {MOST_ROTATIONS} names, got {len(names):,}",
            argument="rotations",
            remedy="use more layers",
        )
    return tuple(ROTATIONS.canonical(name) for name in names)
