"""The 100 max-cut instances of the studies in this folder.

3-regular and Erdős–Rényi graphs of density 1/2, weighted uniformly from [0, 1) and not,
n = 10, 12, 14, 16, 18, five of each kind and size.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np

import hybridq as hq

SIZES = (10, 12, 14, 16, 18)
KINDS = ("3-regular", "3-regular weighted", "random", "random weighted")
COPIES = 5


@dataclass(frozen=True)
class Instance:
    """One graph by its kind, size and number; `index` counts all of them."""

    kind: str
    n: int
    number: int

    @property
    def index(self) -> int:
        return (KINDS.index(self.kind) * len(SIZES) + SIZES.index(self.n)) * COPIES + self.number

    @property
    def name(self) -> str:
        return f"{self.kind} {self.n} #{self.number}"

    def problem(self) -> hq.MaxCut:
        seed = 1000 * self.n + self.number
        if self.kind.startswith("3-regular"):
            graph = nx.random_regular_graph(3, self.n, seed=seed)
        else:
            graph = nx.gnp_random_graph(self.n, 0.5, seed=seed)
        if self.kind.endswith("weighted"):
            rng = np.random.default_rng(seed)
            for u, v in graph.edges:
                graph.edges[u, v]["weight"] = float(rng.uniform())
        return hq.MaxCut(graph, name=self.name)


INSTANCES = tuple(
    Instance(kind, n, number) for kind in KINDS for n in SIZES for number in range(COPIES)
)


def block(p: int, sizes: tuple[int, ...] = SIZES) -> list[Instance]:
    """The instances searched with p layers: one of each kind and size.

    Their number is p mod 5, so that five depths in a row meet all 100.
    """
    return [each for each in INSTANCES if each.number == p % COPIES and each.n in sizes]
