"""Couplings of an Ising problem as arrays for compiled searches."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    import scipy.sparse

    from hybridq.operators.ising import Ising

Part: TypeAlias = "tuple[NDArray[np.intp], Ising]"
"""Spins of a part of a problem, and their energy."""


def dense(ising: Ising) -> NDArray[np.float64]:
    """Return the symmetric coupling matrix J, shape (n, n), zero diagonal."""
    matrix = np.zeros((ising.n_qubits, ising.n_qubits))
    if len(ising.pairs):
        i, j = np.asarray(ising.pairs).T
        np.add.at(matrix, (i, j), ising.couplings)
        np.add.at(matrix, (j, i), ising.couplings)
    return matrix


def neighbours(
    ising: Ising,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the coupling graph in compressed rows.

    It is kept with the problem: read it only.

    Returns:
        `starts` of shape (n + 1,), `targets` and `weights` of shape (2 m,): the neighbours of
        spin i are ``targets[starts[i]:starts[i + 1]]``.
    """
    known: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]] | None
    known = ising.__dict__.get("_neighbours")
    if known is not None:
        return known
    pairs = np.asarray(ising.pairs, dtype=np.int64).reshape(-1, 2)
    # Pairs are sorted, so that a stable sort by spin leaves each row sorted too.
    sources = np.concatenate([pairs[:, 1], pairs[:, 0]])
    targets = np.concatenate([pairs[:, 0], pairs[:, 1]])
    weights = np.concatenate([ising.couplings, ising.couplings]).astype(np.float64)
    small = ising.n_qubits <= 2**16  # NumPy sorts such numbers in linear time
    order = np.argsort(sources.astype(np.uint16) if small else sources, kind="stable")
    starts = np.zeros(ising.n_qubits + 1, dtype=np.int64)
    np.cumsum(np.bincount(sources, minlength=ising.n_qubits), out=starts[1:])
    made = starts, targets[order], weights[order]
    ising.__dict__["_neighbours"] = made
    return made


def without_fields(ising: Ising) -> Ising:
    """Return the same energy with fields as couplings to one more spin, which is up.

    Without fields it is `ising` itself. A state of the n + 1 spins means its first n, all flipped
    where the last one is down.
    """
    from hybridq.operators.ising import Ising

    if not has_fields(ising):
        return ising
    n = ising.n_qubits
    fields = np.flatnonzero(ising.linear)
    pairs = np.column_stack([fields, np.full(len(fields), n)])
    return Ising(
        n + 1,
        ising.constant,
        np.zeros(n + 1),
        np.concatenate([np.asarray(ising.pairs).reshape(-1, 2), pairs]),
        np.concatenate([ising.couplings, ising.linear[fields]]),
        (),
    )


def sparse(ising: Ising) -> scipy.sparse.csr_matrix:
    """Return the symmetric coupling matrix J, shape (n, n), zero diagonal."""
    import scipy.sparse

    starts, targets, weights = neighbours(ising)
    n = ising.n_qubits
    return scipy.sparse.csr_matrix((weights, targets, starts), shape=(n, n))


def split(ising: Ising, owner: NDArray[np.integer], count: int, *, least: int = 1) -> list[Part]:
    """Return the spins of each owner and the energy within them, without the constant.

    Args:
        ising: the problem, with terms of at most two spins.
        owner: the number of each spin's part, 0 ... count - 1, shape (n_qubits,).
        count: number of parts. Couplings between parts are left out.
        least: parts of fewer spins are left out.
    """
    from hybridq.operators.ising import Ising

    pairs = np.asarray(ising.pairs).reshape(-1, 2)
    order = np.argsort(owner, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))])
    rank = np.empty(ising.n_qubits, dtype=np.int64)
    rank[order] = np.arange(ising.n_qubits) - first[owner[order]]
    own = owner[pairs[:, 0]]
    inside = np.flatnonzero(own == owner[pairs[:, 1]])
    edges = inside[np.argsort(own[inside], kind="stable")]
    edge_first = np.concatenate([[0], np.cumsum(np.bincount(own[inside], minlength=count))])
    parts = []
    for number in np.flatnonzero(np.diff(first) >= least).tolist():
        spins = order[first[number] : first[number + 1]]
        chosen = edges[edge_first[number] : edge_first[number + 1]]
        parts.append(
            (
                spins,
                Ising(
                    len(spins),
                    0.0,
                    ising.linear[spins],
                    rank[pairs[chosen]],
                    ising.couplings[chosen],
                ),
            )
        )
    return parts


def has_fields(ising: Ising) -> bool:
    """Return whether a linear term breaks the symmetry under a flip of all spins."""
    return bool(np.any(ising.linear))


def require_quadratic(ising: Ising, what: str) -> None:
    """Raise for terms of more than two spins.

    Args:
        ising: the problem.
        what: the function that requires it, for the message.

    Raises:
        ParameterError: there are such terms.
    """
    if ising.higher:
        raise ParameterError(
            f"{what} takes terms of at most two spins, got a term of order {ising.order}",
            argument="ising",
            remedy="use exact_minimum, which takes any order",
        )
