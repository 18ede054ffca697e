"""Exact minimum of a small Ising problem by exhaustive search."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybridq.classical import _couplings
from hybridq.classical.baseline import Baseline
from hybridq.core.errors import CapacityError
from hybridq.core.executors import ExecutorLike, open_mapper, own_threads

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising

# One to ten minutes on two cores with the spin-flip symmetry, depending on vector width.
EXACT_LIMIT = 40
# Seconds without Gray code and blocks.
HIGHER_ORDER_LIMIT = 22

# Up to here all energies at once take no longer than to load compiled code.
_AT_ONCE = 19

_LOW_BITS = 10  # 1024 energies of a block: 8 KiB, a quarter of a level-1 cache
_COLUMN_BITS = 5
_MID_BITS = 12  # 4 million states a chunk, about a millisecond


def exact_minimum(ising: Ising, *, executor: ExecutorLike = None) -> Baseline:
    """Return the ground state by exhaustive search, of smallest index if degenerate.

    For terms of at most two spins the states run in Gray order over the high spins, with the
    low spins evaluated in vectorized blocks, and without linear terms only half of them are
    visited, since E(s) = E(-s). Work is cut into chunks of fixed size: the answer does not
    depend on the executor. Terms of more spins are enumerated directly.

    Args:
        ising: the problem; couplings may be any real numbers.
        executor: has the chunks as tasks, see `hybridq.core.executors.open_mapper`; by default as
            many threads as Numba's.

    Raises:
        CapacityError: more than `EXACT_LIMIT` spins, or more than `HIGHER_ORDER_LIMIT` with
            terms of more than two spins.
    """
    n = ising.n_qubits
    limit = HIGHER_ORDER_LIMIT if ising.higher else EXACT_LIMIT
    if n > limit:
        kind = " with terms of more than two spins" if ising.higher else ""
        raise CapacityError(
            f"exhaustive search of {n} spins means 2^{n} = {2.0**n:.1e} states{kind}; "
            f"the limit is {limit}",
            remedy="use local_search or reference",
        )
    index = _plain_minimum(ising) if ising.higher else _gray_minimum(ising, executor)
    return Baseline.from_bits(
        ising, index_to_bits(index, n), method="exhaustive search", exact=True
    )


def index_to_bits(index: int, n_qubits: int) -> NDArray[np.uint8]:
    """Return the bits of a basis index, uint8 of shape (n_qubits,), qubit 0 first."""
    return np.array([(index >> q) & 1 for q in range(n_qubits)], dtype=np.uint8)


def _plain_minimum(ising: Ising) -> int:
    n = ising.n_qubits
    best, best_index = np.inf, 0
    chunk = 1 << min(n, 14)
    for start in range(0, 1 << n, chunk):
        indices = np.arange(start, start + chunk)
        bits = ((indices[:, None] >> np.arange(n)) & 1).astype(np.uint8)
        energies = np.asarray(ising.energies(bits))
        lowest = int(np.argmin(energies))
        if energies[lowest] < best:
            best, best_index = float(energies[lowest]), start + lowest
    return best_index


def _gray_minimum(ising: Ising, executor: ExecutorLike) -> int:
    couplings = _couplings.dense(ising)
    linear = np.array(ising.linear, dtype=np.float64)
    if not linear.any():
        # The highest spin is fixed to up, and its couplings become fields on the others.
        linear = couplings[:-1, -1].copy()
        couplings = np.ascontiguousarray(couplings[:-1, :-1])
    n = len(linear)
    if n <= _AT_ONCE:
        return int(np.argmin(_all_energies(couplings, linear)))
    n_low = min(n, _LOW_BITS)
    n_mid = min(n - n_low, _MID_BITS)
    n_prefixes = 1 << (n - n_low - n_mid)
    low = _quadratic_energies(couplings[:n_low, :n_low], linear[:n_low])
    table = low.reshape(-1, 1 << min(n_low, _COLUMN_BITS))
    scan = partial(_scan, couplings=couplings, linear=linear, table=table, n_mid=n_mid)
    if n_prefixes == 1:
        _, high = scan(0)
    else:
        with open_mapper(executor or own_threads()) as mapper:
            # The order of the prefixes is kept, so ties go to the smallest index.
            _, high = min(mapper.map(scan, range(n_prefixes)), key=lambda found: found[0])
    spins = 1.0 - 2.0 * index_to_bits(high, n - n_low)
    fields = couplings[:n_low, n_low:] @ spins
    block = low + _quadratic_energies(np.zeros((n_low, n_low)), fields)
    return (high << n_low) | int(np.argmin(block))


def _scan(
    prefix: int,
    *,
    couplings: NDArray[np.float64],
    linear: NDArray[np.float64],
    table: NDArray[np.float64],
    n_mid: int,
) -> tuple[float, int]:
    """Return the lowest energy of a chunk, and the high bits of its state."""
    from hybridq.classical._exact_kernel import scan_chunk

    return scan_chunk(couplings, linear, table, n_mid, prefix)


def _all_energies(
    couplings: NDArray[np.float64], linear: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the energies of all states, half of the spins at a time, shape (2**n,)."""
    n = len(linear)
    half = n // 2
    low = _quadratic_energies(couplings[:half, :half], linear[:half])
    high = _quadratic_energies(couplings[half:, half:], linear[half:])
    fields = couplings[:half, half:]
    energies = high[:, None] + low[None, :]
    for spin in range(half):
        # The field of the upper spins on one lower spin, with either sign.
        field = _quadratic_energies(np.zeros((n - half,) * 2), fields[spin])
        signs = 1.0 - 2.0 * ((np.arange(1 << half) >> spin) & 1)
        energies += field[:, None] * signs
    return energies.reshape(-1)


def _quadratic_energies(
    couplings: NDArray[np.float64], linear: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return sum h_i s_i + sum_{i<j} J_ij s_i s_j for all states, shape (2**n,)."""
    n = len(linear)
    spins = 1.0 - 2.0 * ((np.arange(1 << n)[:, None] >> np.arange(n)) & 1)
    return spins @ linear + 0.5 * ((spins @ couplings) * spins).sum(axis=1)
