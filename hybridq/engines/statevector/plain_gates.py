"""Single operations on a state in NumPy, and the algebra of their 2×2 matrices."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.statevector.kernels import factors as kinds
from hybridq.engines.statevector.kernels.gates import EXCHANGE, FLIP, MATRIX
from hybridq.engines.statevector.program import Factor, Operation

Amplitudes = NDArray[np.complexfloating]
Matrix = NDArray[np.complex128]
Vector = NDArray[np.float64]

Entries = tuple[complex, complex, complex, complex]
"""A 2×2 matrix, row by row: products of these few numbers are quicker than arrays."""


class Basis:
    """The basis states of n qubits, and operations on states over them."""

    @staticmethod
    @lru_cache(maxsize=2)
    def of(n_qubits: int) -> Basis:
        """Return the basis states of so many qubits; the last ones are kept."""
        return Basis(n_qubits)

    def __init__(self, n_qubits: int) -> None:
        self.index = np.arange(1 << n_qubits)
        self._parities: dict[int, NDArray[np.uint8]] = {}
        self._chosen: dict[tuple[int, int], NDArray[np.int64]] = {}

    def apply(self, op: Operation, state: Amplitudes, x: Vector) -> None:
        """Apply an operation at the parameters `x`, in place."""
        if op.kind == MATRIX:
            self._multiply(op, product_of(op.factors, x), state)
        else:
            self._turn(op, _angle(op.factors[0], x), state)

    def undo(
        self, op: Operation, psi: Amplitudes, phi: Amplitudes, x: Vector, gradient: Vector
    ) -> None:
        """Undo an operation on ψ and φ, in place, and add 2 Re ⟨φ|∂U|ψ⟩ to `gradient`."""
        if op.kind != MATRIX:
            factor = op.factors[0]
            if factor.angle.parameter is not None:
                slope = 2.0 * factor.angle.coefficient * self._element(op, psi, phi)
                gradient[factor.angle.parameter] += slope
            angle = -_angle(factor, x)
            self._turn(op, angle, psi)
            self._turn(op, angle, phi)
            return
        if any(factor.angle.parameter is not None for factor in op.factors):
            add_slopes(op.factors, x, self._overlaps(op, psi, phi), gradient)
        a, b, c, d = (entry.conjugate() for entry in product_of(op.factors, x))
        for state in (psi, phi):
            self._multiply(op, (a, c, b, d), state)

    def _sides(self, op: Operation, state: Amplitudes) -> tuple[Any, Any, Any]:
        """Return a view of a state, and its places with a 0 and with a 1 at the target."""
        if not op.condition:
            return state.reshape(-1, 2, 1 << op.target), np.s_[:, 0], np.s_[:, 1]
        bit = 1 << op.target
        zero = self._where(op.condition | bit, op.source)
        return state, zero, zero | bit

    def _multiply(self, op: Operation, entries: Entries, state: Amplitudes) -> None:
        view, zero, one = self._sides(op, state)
        a, b, c, d = entries
        here, there = view[zero], view[one]
        if b == 0 and c == 0:
            view[zero], view[one] = a * here, d * there
        else:
            view[zero], view[one] = a * here + b * there, c * here + d * there

    def _overlaps(self, op: Operation, psi: Amplitudes, phi: Amplitudes) -> Entries:
        """Return Σ conj(φ_a) ψ_b over the places where the operation acts."""
        view, *places = self._sides(op, psi)
        bra = self._sides(op, phi)[0].conj()
        a, b, c, d = (
            complex((bra[to] * view[start]).sum(dtype=np.complex128))
            for to in places
            for start in places
        )
        return a, b, c, d

    def _turn(self, op: Operation, angle: float, state: Amplitudes) -> None:
        """Apply an exchange or the rotation about a product of Paulis."""
        if op.kind == EXCHANGE:
            source, target, sign = self._exchange(op)
            here, there = state[source], state[target]
            c, s = np.cos(angle), np.sin(angle) * sign
            to, back = (-1j * s, -1j * s) if op.imaginary else (s, -s)
            state[source] = c * here + back * there
            state[target] = c * there + to * here
        elif op.kind == FLIP:
            product = self._pauli(op, state)
            state *= np.cos(angle)
            state -= 1j * np.sin(angle) * product
        else:
            turn = np.exp([-1j * op.sign * angle, 1j * op.sign * angle]).astype(state.dtype)
            state *= turn[self.parity(op.z)]

    def _element(self, op: Operation, psi: Amplitudes, phi: Amplitudes) -> float:
        """Return Re ⟨φ|G|ψ⟩, G the derivative by the operation's angle at 0."""
        if op.kind == EXCHANGE:
            source, target, sign = self._exchange(op)
            there = phi[target].conj() * psi[source]
            back = phi[source].conj() * psi[target]
            part = (there + back).imag if op.imaginary else (there - back).real
            return float((part * sign).sum(dtype=np.float64))
        half = 0.5 if op.factors[0].kind == kinds.HALF_ANGLE else 1.0
        return half * overlap(phi, self._pauli(op, psi)).imag

    def _pauli(self, op: Operation, state: Amplitudes) -> Amplitudes:
        """Return P times a state: P|z⟩ = i^y (−1)^{|z & zm|} |z ^ x⟩."""
        signs = np.array([op.sign, -op.sign], state.real.dtype)[self.parity(op.z)]
        product = signs * state
        if op.flip:
            product = product[self.index ^ op.flip]
        return np.asarray(1j * product if op.imaginary else product)

    def _exchange(self, op: Operation) -> tuple[Any, Any, Any]:
        """Return the places that an exchange leads from and to, and the signs."""
        source = self._where(op.condition, op.source)
        return source, source ^ op.flip, op.sign * (1.0 - 2.0 * self.parity(op.z)[source])

    def parity(self, mask: int) -> NDArray[np.uint8]:
        """Return the parity of the bits under a mask, of each basis state."""
        if mask not in self._parities:
            self._parities[mask] = (np.bitwise_count(self.index & mask) & 1).astype(np.uint8)
        return self._parities[mask]

    def _where(self, mask: int, value: int) -> NDArray[np.int64]:
        """Return the basis states with `value` under a mask."""
        if (mask, value) not in self._chosen:
            self._chosen[mask, value] = np.flatnonzero((self.index & mask) == value)
        return self._chosen[mask, value]


def overlap(bra: Amplitudes, ket: Amplitudes) -> complex:
    """Return ⟨bra|ket⟩; the sum does not depend on threads."""
    return complex((bra.conj() * ket).sum(dtype=np.complex128))


def _angle(factor: Factor, x: Vector) -> float:
    """Return the angle of a rotation about a Pauli product, halved, or of an exchange."""
    angle = factor.angle.value(x)
    return 0.5 * angle if factor.kind == kinds.HALF_ANGLE else angle


def product_of(factors: list[Factor], x: Vector) -> Entries:
    """Return the product of the matrices of factors, the first applied first."""
    a, b, c, d = 1.0 + 0j, 0j, 0j, 1.0 + 0j
    for factor in factors:
        e, f, g, h = _entries(factor, x)
        a, b, c, d = e * a + f * c, e * b + f * d, g * a + h * c, g * b + h * d
    return a, b, c, d


def add_slopes(factors: list[Factor], x: Vector, overlaps: Entries, gradient: Vector) -> None:
    """Add 2 Re ⟨φ|∂U|ψ⟩ for each factor, from the overlaps after all of them."""
    for factor in reversed(factors):
        if factor.angle.parameter is not None:
            slope = _SLOPES[factor.kind](*overlaps)
            gradient[factor.angle.parameter] += factor.angle.coefficient * slope
        a, b, c, d = _entries(factor, x)  # the overlaps before it are U^T w conj(U)
        w, y, z, v = overlaps
        p, q, r, s = a * w + c * z, a * y + c * v, b * w + d * z, b * y + d * v
        a, b, c, d = a.conjugate(), b.conjugate(), c.conjugate(), d.conjugate()
        overlaps = p * a + q * c, p * b + q * d, r * a + s * c, r * b + s * d


_SLOPES: dict[int, Callable[[complex, complex, complex, complex], float]] = {
    kinds.RX: lambda a, b, c, d: b.imag + c.imag,
    kinds.RY: lambda a, b, c, d: c.real - b.real,
    kinds.RZ: lambda a, b, c, d: a.imag - d.imag,
    kinds.PHASE: lambda a, b, c, d: -2.0 * d.imag,
    kinds.GLOBAL: lambda a, b, c, d: -2.0 * (a.imag + d.imag),
}
"""2 Re Σ G_ab w_ab with dU/dθ = G U, by kind of factor."""


def _entries(factor: Factor, x: Vector) -> Entries:
    """Return the 2×2 matrix of a factor."""
    if factor.matrix is not None:
        a, b, c, d = factor.matrix.ravel().tolist()
        return a, b, c, d
    angle = float(factor.angle.value(x))
    c, s = math.cos(angle / 2), math.sin(angle / 2)
    if factor.kind == kinds.RX:
        return complex(c), complex(0.0, -s), complex(0.0, -s), complex(c)
    if factor.kind == kinds.RY:
        return complex(c), complex(-s), complex(s), complex(c)
    if factor.kind == kinds.RZ:
        return complex(c, -s), 0j, 0j, complex(c, s)
    turn = cmath.exp(1j * angle)
    return (1.0 + 0j if factor.kind == kinds.PHASE else turn), 0j, 0j, turn
