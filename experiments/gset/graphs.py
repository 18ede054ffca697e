"""The graphs of the study: the Gset files of this repository, and random 3-regular graphs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import networkx as nx

import hybridq as hq

FILES = Path(__file__).parents[2] / "problems" / "maxcut"
BEST_KNOWN = Path(__file__).with_name("best_known.json")

DENSE, PLANAR, SIGNED_PLANAR = "dense random", "planar union", "planar union, ±1"
TORUS, SIGNED_TORUS = "torus", "torus, ±1"
SPARSE, REGULAR = "sparse random", "3-regular"
FAMILIES = (DENSE, PLANAR, SIGNED_PLANAR, TORUS, SIGNED_TORUS, SPARSE, REGULAR)


@dataclass(frozen=True)
class Graph:
    """A graph of the study, with the family that it stands for."""

    name: str
    family: str

    def problem(self) -> hq.MaxCut:
        """Return the problem, read from its file or made from its seed."""
        if self.family == REGULAR:
            _, nodes, seed = self.name.split("_")
            return hq.MaxCut(nx.random_regular_graph(3, int(nodes), seed=int(seed)), name=self.name)
        return hq.MaxCut.from_file(FILES / f"{self.name}.rud")


_FILES = {
    DENSE: (1, 2, 3, 4, 5),
    PLANAR: (14, 16, 51, 35),
    SIGNED_PLANAR: (18, 39),
    TORUS: (48, 50),
    SIGNED_TORUS: (11, 13, 32, 57, 67, 72, 81),
    SPARSE: (70,),
}
GRAPHS = (
    *(Graph(f"G{number}", family) for family, numbers in _FILES.items() for number in numbers),
    *(Graph(f"regular_10000_{seed}", REGULAR) for seed in (1, 2, 3)),
)


@dataclass(frozen=True)
class BestKnown:
    """The largest cut in print, and whether it is proven to be the largest of all."""

    cut: int
    proven: bool


def best_known() -> dict[str, BestKnown]:
    """Return the table of best known cuts, by graph."""
    rows = json.loads(BEST_KNOWN.read_text(encoding="utf-8"))["cuts"]
    return {name: BestKnown(row["cut"], "proof" in row) for name, row in rows.items()}
