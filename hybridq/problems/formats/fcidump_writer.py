"""Text of FCIDUMP files."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hybridq.operators.electronic import ElectronicHamiltonian

# Less than this is rounding of a zero.
_ZERO = 1e-15


def format_fcidump(
    electronic: ElectronicHamiltonian,
    n_alpha: int,
    n_beta: int,
    orbital_symmetries: tuple[int, ...] | None = None,
) -> str:
    """Return the text of an FCIDUMP file: each distinct integral once, to 17 digits.

    Values are in hartree. For orbitals of their own for α and β, the file has six blocks and
    IUHF=1.
    """
    m = electronic.n_orbitals
    labels = ",".join(str(label) for label in orbital_symmetries or (1,) * m)
    restricted = electronic.is_restricted
    header = [
        f"&FCI NORB={m},NELEC={n_alpha + n_beta},MS2={n_alpha - n_beta},",
        f"  ORBSYM={labels},",
        "  ISYM=1," if restricted else "  ISYM=1,UHF=.TRUE.,IUHF=1,",
        "&END",
    ]
    h, (aa, ab, bb) = electronic.one_body, electronic.two_body
    zero = _line(0.0, 0, 0, 0, 0)
    body: list[str] = []
    if restricted:
        body += [*_two_body(aa, exchange=True), *_one_body(h[0])]
    else:
        for block in (
            _two_body(aa, exchange=True),
            _two_body(bb, exchange=True),
            _two_body(ab, exchange=False),
            _one_body(h[0]),
            _one_body(h[1]),
        ):
            body += [*block, zero]
    return "\n".join([*header, *body, _line(electronic.constant, 0, 0, 0, 0), ""])


def _two_body(g: NDArray[np.float64], *, exchange: bool) -> Iterator[str]:
    """Yield the lines of the two-electron integrals."""
    m = len(g)
    pairs = [(i, j) for i in range(m) for j in range(i + 1)]
    for left, (i, j) in enumerate(pairs):
        for k, l in pairs[: left + 1] if exchange else pairs:  # noqa: E741
            if abs(g[i, j, k, l]) > _ZERO:
                yield _line(g[i, j, k, l], i + 1, j + 1, k + 1, l + 1)


def _one_body(h: NDArray[np.float64]) -> Iterator[str]:
    """Yield the lines of the one-electron integrals."""
    # Zeros of the diagonal are written too: without them a file may appear truncated.
    for i in range(len(h)):
        for j in range(i + 1):
            if i == j or abs(h[i, j]) > _ZERO:
                yield _line(h[i, j], i + 1, j + 1, 0, 0)


def _line(value: float, i: int, j: int, k: int, l: int) -> str:  # noqa: E741
    """Return the line of one integral."""
    return f"{value: .16E} {i:4d} {j:4d} {k:4d} {l:4d}"
