"""Random Ising problems, and their minima by the plainest means: NumPy over all states."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from hybridq.operators.ising import Ising

GSET = Path(__file__).parents[2] / "problems" / "maxcut"


def all_spins(n: int) -> np.ndarray:
    """All states in index order, shape (2**n, n); qubit 0 is the least significant bit."""
    return 1.0 - 2.0 * ((np.arange(1 << n)[:, None] >> np.arange(n)) & 1)


def all_energies(ising: Ising) -> np.ndarray:
    """Energies of all states from the formula, term by term."""
    spins = all_spins(ising.n_qubits)
    total = ising.constant + spins @ ising.linear
    for (i, j), coupling in zip(ising.pairs, ising.couplings, strict=True):
        total = total + coupling * spins[:, i] * spins[:, j]
    for qubits, value in ising.higher:
        total = total + value * spins[:, list(qubits)].prod(axis=1)
    return total


def index_of(bits: np.ndarray) -> int:
    return int(sum(int(bit) << q for q, bit in enumerate(bits)))


def random_ising(
    n: int, seed: int, *, density: float = 0.6, fields: bool = True, whole: bool = False
) -> Ising:
    rng = np.random.default_rng(seed)
    pairs = np.array(
        [(i, j) for i in range(n) for j in range(i + 1, n) if rng.random() < density],
        dtype=np.int64,
    ).reshape(-1, 2)
    if whole:
        couplings, linear = rng.integers(-3, 4, len(pairs)), rng.integers(-2, 3, n)
    else:
        couplings, linear = rng.normal(size=len(pairs)), rng.normal(size=n)
    return Ising(
        n,
        float(rng.normal()),
        linear.astype(float) if fields else np.zeros(n),
        pairs,
        couplings.astype(float),
    )


def isings(max_qubits: int = 9) -> st.SearchStrategy[Ising]:
    """Small problems, sparse and dense, with and without fields, whole and real."""
    return st.builds(
        random_ising,
        n=st.integers(1, max_qubits),
        seed=st.integers(0, 2**32 - 1),
        density=st.sampled_from([0.0, 0.2, 0.5, 1.0]),
        fields=st.booleans(),
        whole=st.booleans(),
    )


def maxcut(graph: nx.Graph) -> Ising:
    """H = -C of a graph: the energy is minus the cut."""
    index = {node: i for i, node in enumerate(graph)}
    pairs = np.array([(index[u], index[v]) for u, v in graph.edges], dtype=np.int64)
    weights = np.array([data.get("weight", 1.0) for *_, data in graph.edges(data=True)])
    return Ising(
        len(graph),
        -float(weights.sum()) / 2,
        np.zeros(len(graph)),
        pairs.reshape(-1, 2),
        weights / 2,
    )


def gset(name: str) -> Ising:
    """The max-cut problem of a Gset file: a header "n m", then "i j weight", from 1."""
    numbers = np.array((GSET / f"{name}.rud").read_text().split(), dtype=float)
    n, m = int(numbers[0]), int(numbers[1])
    rows = numbers[2 : 2 + 3 * m].reshape(m, 3)
    return Ising(
        n, -rows[:, 2].sum() / 2, np.zeros(n), rows[:, :2].astype(np.int64) - 1, rows[:, 2] / 2
    )
