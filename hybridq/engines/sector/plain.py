"""Runs in a sector in NumPy: the slow twins of `Walker` and `MatrixAction`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.engines.base import Vector
from hybridq.engines.sector.kernels.program import (
    BLOCK,
    DENSE,
    IMAGINARY,
    NEGATE,
    PHASE,
    REAL,
    Program,
)
from hybridq.engines.sector.support import flat_list


class PlainWalker:
    """Runner of one program, step by step on whole lists; see `Walker`.

    Args:
        program: the steps.
        size: number of amplitudes.
        per: one entry where states are real, two where they are complex.
        dtype: float64 or float32.
    """

    def __init__(self, program: Program, size: int, per: tuple[int, ...], dtype: Any) -> None:
        self._program, self._size = program, size
        self._dtype = np.result_type(dtype, np.complex64) if len(per) == 2 else np.dtype(dtype)
        entries = sum(entries_of(program, step) for step in range(len(program.kind)))
        memory.require(32 * entries, f"the lists of {len(program.kind)} steps", "use fewer qubits")
        self._lists = [flat_list(program, step) for step in range(len(program.kind))]
        self._blocks = {
            step: _Block(program, step) for step in np.flatnonzero(program.kind == BLOCK).tolist()
        }

    def forward(self, ket: NDArray[Any], point: Vector) -> None:
        """Apply the program at parameters `point` to the ket, in place."""
        states = ket.view(self._dtype).reshape(-1, 1)
        for step in range(len(self._lists)):
            self._apply(states, step, self._angle(step, point))

    def derivatives(
        self, ket: NDArray[Any], bra: NDArray[Any], point: Vector, gradient: Vector
    ) -> None:
        """Write the derivatives of ⟨ψ|H|ψ⟩ to `gradient`, ψ the program's final state.

        Args:
            ket: ψ.
            bra: Hψ.
        """
        states = np.stack([ket.view(self._dtype), bra.view(self._dtype)], axis=1)
        gradient[:] = 0.0
        for step in range(len(self._lists) - 1, -1, -1):
            parameter = self._program.parameter[step]
            if parameter >= 0:
                slope = 2.0 * self._program.scale[step]
                gradient[parameter] += slope * self._element(states, step)
            angle = self._angle(step, point)
            if angle:
                self._apply(states, step, -angle)

    def inner(self, a: NDArray[Any], b: NDArray[Any]) -> float:
        """Return Σ a b of two flat arrays, in double precision."""
        return _total(a * b)

    def _angle(self, step: int, point: Vector) -> float:
        program = self._program
        parameter = program.parameter[step]
        moved = program.scale[step] * point[parameter] if parameter >= 0 else 0.0
        return float(program.constant[step] + moved)

    def _apply(self, states: NDArray[Any], step: int, angle: float) -> None:
        """Apply e^{θG} to each column of `states`, in place."""
        kind = self._program.kind[step]
        source, target, sign = self._lists[step]
        sign = sign[:, None]
        if kind == NEGATE:
            states[source] *= -1
        elif kind == PHASE:
            states[source] *= np.exp(-1j * angle * sign)
        elif kind == DENSE:
            d = self._program.dense[self._program.low[step]]
            states *= np.exp(-1j * angle * d)[:, None]
        elif kind == BLOCK:
            u = self._blocks[step].exponential(angle)
            old = (sign * states[source]).reshape(-1, len(u), states.shape[1])
            states[source] = sign * (u @ old).reshape(-1, states.shape[1])
        else:
            here, there = states[source], states[target]
            c, s = np.cos(angle), np.sin(angle) * sign
            to, back = (s, -s) if kind == REAL else (-1j * s, -1j * s)
            states[source] = c * here + back * there
            states[target] = c * there + to * here

    def _element(self, states: NDArray[Any], step: int) -> float:
        """Return Re ⟨λ|G|ψ⟩ of the columns ψ and λ of `states`."""
        kind = self._program.kind[step]
        source, target, sign = self._lists[step]
        if kind == DENSE:
            d = self._program.dense[self._program.low[step]]
            return _total((states[:, 1].conj() * states[:, 0]).imag * d)
        psi, bra = states[source].T
        if kind == PHASE:
            return _total((bra.conj() * psi).imag * sign)
        if kind == BLOCK:
            generator = self._blocks[step].generator
            image = (sign * psi).reshape(-1, len(generator)) @ generator.T
            return _total((sign * bra.conj() * image.reshape(-1)).real)
        psi_to, bra_to = states[target].T
        there, back = bra_to.conj() * psi, bra.conj() * psi_to
        part = (there + back).imag if kind == IMAGINARY else (there - back).real
        return _total(part * sign)


class _Block:
    """A larger invariant block of a generator; see `hybridq.engines.sector.blocks`.

    Attributes:
        generator: G, shape (size, size).
    """

    def __init__(self, program: Program, step: int) -> None:
        size, count, imaginary, at = program.blocks[program.low[step]].tolist()
        self._shape = size, size
        after = at + count + 2 * count * size * size
        self._frequencies = program.spectra[at : at + count]
        both = program.spectra[at + count : after].reshape(count, 2, -1)
        self._even, self._odd = both[:, 0], both[:, 1] * (-1j if imaginary else 1.0)
        generator = program.spectra[after : after + size * size].reshape(self._shape)
        self.generator = -1j * generator if imaginary else generator

    def exponential(self, angle: float) -> NDArray[Any]:
        """Return e^{θG}."""
        turn = angle * self._frequencies
        u = np.cos(turn) @ self._even + np.sin(turn) @ self._odd
        return np.asarray(u.reshape(self._shape))


class PlainAction:
    """A stored matrix, multiplied by SciPy; see `Action`.

    Args:
        matrix: CSR, real or complex.
        dtype: dtype of the states.
    """

    def __init__(self, matrix: Any, dtype: Any) -> None:
        self._real = matrix.real.astype(dtype)
        is_complex = matrix.dtype.kind == "c"
        self._imaginary = matrix.imag.astype(dtype) if is_complex else None

    def apply(self, ket: NDArray[Any], out: NDArray[Any], per: tuple[int, ...]) -> None:
        """Write H times the ket to `out`, or Re H times a real ket."""
        columns = ket.reshape(-1, len(per))
        product = self._real @ columns
        if self._imaginary is not None and len(per) == 2:
            image = self._imaginary @ columns
            product[:, 0] -= image[:, 1]
            product[:, 1] += image[:, 0]
        out[:] = product.reshape(-1)


def entries_of(program: Program, step: int) -> int:
    """Return the number of single states that a step leads from."""
    first, low = program.first, int(program.low[step])
    if program.kind[step] == DENSE:
        return int(program.dense.shape[1])
    high = int(first[program.high[step] + 1] - first[program.high[step]])
    if program.kind[step] == BLOCK:
        return high
    return high * (program.width if low < 0 else int(first[low + 1] - first[low]))


def _total(values: NDArray[Any]) -> float:
    return float(values.sum(dtype=np.float64))
