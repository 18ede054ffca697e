"""Instructions written out as Pauli rotations and phases, exactly up to a global phase."""

from __future__ import annotations

from itertools import combinations

from hybridq.circuits.instructions import (
    Angle,
    DiagonalPhase,
    Excitation,
    Instruction,
    PauliRotation,
    PhaseGate,
    Transition,
    XMixer,
)
from hybridq.circuits.transforms import bits_of
from hybridq.core.errors import ParameterError

Masks = tuple[int, int]
"""Qubits with an X or Y, qubits with a Z or Y."""


def rotations(instruction: Instruction) -> list[PauliRotation]:
    r"""Rotations :math:`e^{-i\theta P/2}` whose product is `instruction` up to a global phase.

    Args:
        instruction: anything with an angle.

    Raises:
        ParameterError: an excitation of several terms that do not commute.
    """
    if isinstance(instruction, PauliRotation):
        return [instruction]
    if isinstance(instruction, XMixer):
        return [PauliRotation("X", (q,), instruction.angle * -2.0) for q in instruction.qubits]
    if isinstance(instruction, DiagonalPhase):
        return [
            PauliRotation(paulis, qubits, instruction.angle * (2.0 * value.real))
            for paulis, qubits, value in instruction.hamiltonian.simplify()
            if qubits
        ]
    if isinstance(instruction, PhaseGate):
        return _phase(instruction.qubits, instruction.angle)
    if isinstance(instruction, Excitation):
        return [
            PauliRotation(*_letters(masks), instruction.angle * factor)
            for masks, factor in excitation_paulis(instruction).items()
        ]
    raise AssertionError(instruction)


def _phase(qubits: tuple[int, ...], angle: Angle) -> list[PauliRotation]:
    r"""With :math:`n = (1 - Z)/2`, the product of k numbers is 2**-k Σ_S (−1)^{|S|} Z_S."""
    share = 2.0 ** (1 - len(qubits))
    return [
        PauliRotation("Z" * size, chosen, angle * (-share * (-1) ** size))
        for size in range(1, len(qubits) + 1)
        for chosen in combinations(sorted(qubits), size)
    ]


def excitation_paulis(excitation: Excitation) -> dict[Masks, float]:
    r"""The factors f of :math:`e^{\theta G} = \prod_P e^{-i f_P \theta P / 2}`.

    Raises:
        ParameterError: products P that do not commute, so that no such form exists.
    """
    factors: dict[Masks, float] = {}
    for coefficient, term in excitation.terms:
        for masks, value in _transition_paulis(term).items():
            # T − T† keeps 2i Im, −i(T + T†) keeps −2i Re of the coefficient of P.
            share = 4.0 * value.real if excitation.imaginary else -4.0 * value.imag
            factors[masks] = factors.get(masks, 0.0) + coefficient * share
    kept = {masks: factor for masks, factor in factors.items() if abs(factor) > 1e-15}
    if len(excitation.terms) > 1:
        _require_commuting(list(kept), excitation)
    return kept


def _transition_paulis(term: Transition) -> dict[Masks, complex]:
    """T as a sum of Pauli products: an X on every flip, half of 1 ± Z on every mode that counts."""
    modes = sorted(term.qubits)
    values: dict[Masks, complex] = {}
    scale = term.sign * 2.0 ** -len(modes)
    for size in range(len(modes) + 1):
        for chosen in combinations(modes, size):
            mask = sum(1 << mode for mode in chosen)
            sign = -1 if (mask & term.source_bits).bit_count() % 2 else 1
            # The Zs act first: X Z = −i Y.
            z = mask | term.sign_mask
            ys = (z & term.flip_mask).bit_count()
            values[term.flip_mask, z] = sign * scale * (1, -1j, -1, 1j)[ys % 4]
    return values


def _require_commuting(products: list[Masks], excitation: Excitation) -> None:
    for (x, z), (other_x, other_z) in combinations(products, 2):
        if ((x & other_z).bit_count() + (z & other_x).bit_count()) % 2:
            raise ParameterError(
                f"the excitation of {len(excitation.terms)} terms on qubits "
                f"{list(excitation.qubits)} has terms that do not commute, and no exact product "
                "of rotations: use excitations of one term each"
            )


def _letters(masks: Masks) -> tuple[str, tuple[int, ...]]:
    x, z = masks
    qubits = tuple(bits_of(x | z))
    return "".join("ZXY"[(x >> q & 1) * (1 + (z >> q & 1))] for q in qubits), qubits
