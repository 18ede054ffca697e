"""Writes the generated instances of numbers, sets and clauses; run it from this folder's parent.

The optima are proved in tests/problems/test_family_instances.py; here they are not stated.
"""

from __future__ import annotations

import json
from itertools import combinations, product
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

import hybridq as hq
from hybridq.problems.formats import write_graph

HERE = Path(__file__).parent


def affine_lines(dimension: int) -> list[list[str]]:
    """The lines of the affine space over three elements, each by the names of its points."""
    points = list(product(range(3), repeat=dimension))
    lines = []
    for a, b in combinations(points, 2):
        c = tuple((-x - y) % 3 for x, y in zip(a, b, strict=True))
        if b < c:
            lines.append(["".join(map(str, point)) for point in (a, b, c)])
    return lines


def write_json(name: str, data: dict[str, Any]) -> None:
    """Write an object with one line for each key, and one for each set of a family."""
    parts = []
    for key, value in data.items():
        if key == "sets":
            rows = ",\n    ".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
            parts.append(f'  "sets": {{\n    {rows}\n  }}')
        elif key == "terms":
            rows = ",\n    ".join(map(json.dumps, value))
            parts.append(f'  "terms": [\n    {rows}\n  ]')
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    (HERE / name).write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def write_sets(name: str, sets: dict[str, list[Any]], costs: list[float] | None = None) -> None:
    """Write a family of sets, its universe in the order of first appearance."""
    universe = list(dict.fromkeys(element for elements in sets.values() for element in elements))
    extra = {} if costs is None else {"costs": costs}
    write_json(name, {"universe": universe, "sets": sets, **extra})


def families_of_lines() -> None:
    """Covers, packings and exact covers by lines of affine spaces."""
    for dimension, points in ((2, 9), (3, 27), (4, 81)):
        lines = affine_lines(dimension)
        names = ["-".join(line) for line in lines]
        through = {
            point: [name for name, line in zip(names, lines, strict=True) if point in line]
            for point in sorted({point for line in lines for point in line})
        }
        assert len(through) == points
        write_sets(f"set_cover/lines_{points}.json", through)
    for dimension, points in ((2, 9), (3, 27)):
        lines = affine_lines(dimension)
        write_sets(f"exact_cover/lines_{points}.json", {"-".join(line): line for line in lines})


def matchings() -> None:
    """Edges of graphs as sets of two nodes: their packings are matchings."""
    for name, graph in (("petersen", nx.petersen_graph()), ("buckyball", buckyball())):
        sets = {f"{u}-{v}": [u, v] for u, v in graph.edges}
        write_sets(f"set_packing/{name}_edges.json", sets)


def buckyball() -> nx.Graph:
    """The graph of C60, the truncated icosahedron: 60 nodes, 90 edges."""
    ball = nx.icosahedral_graph()
    graph = nx.Graph()
    for u, v in ball.edges:
        graph.add_edge((u, v), (v, u))
    for u in ball:
        around = ball.subgraph(ball[u])  # a cycle of five
        graph.add_edges_from(((u, v), (u, w)) for v, w in around.edges)
    return nx.convert_node_labels_to_integers(graph, ordering="sorted")


def triplets(count: int, capacity: int, seed: int) -> list[int]:
    """Sizes of `count` full bins of three items, each above a quarter of the capacity."""
    rng = np.random.default_rng(seed)
    sizes: list[int] = []
    for _ in range(count):
        first = int(rng.integers(capacity // 3 + 1, capacity // 2))
        second = int(rng.integers(capacity // 4 + 1, capacity - first - capacity // 4))
        sizes += [first, second, capacity - first - second]
    rng.shuffle(sizes)
    return sizes


def planted_formula(variables: int, clauses: int, seed: int) -> str:
    """A random 3-SAT formula that holds where every odd variable is true, in DIMACS CNF."""
    rng = np.random.default_rng(seed)
    lines = [f"c random 3-SAT, satisfied by the odd variables alone, seed {seed}"]
    lines.append(f"p cnf {variables} {clauses}")
    while len(lines) < clauses + 2:
        names = rng.choice(np.arange(1, variables + 1), size=3, replace=False)
        literals = (names * rng.choice([-1, 1], size=3)).tolist()
        if any((v % 2 == 1) == (v > 0) for v in literals):
            lines.append(" ".join(map(str, literals)) + " 0")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write every file."""
    families_of_lines()
    matchings()
    knuth = hq.ExactCover.example().data
    write_sets("exact_cover/knuth_7.json", {label: list(each) for label, each in knuth.sets})
    rows = ((1, 3, 6), (2, 3, 5, 6), (3, 4, 5), (1, 2, 4, 6))
    glover = {
        f"x{s}": [f"row {r}" for r, row in enumerate(rows, 1) if s in row] for s in range(1, 7)
    }
    write_sets("exact_cover/glover_4.json", glover, [3, 2, 1, 1, 3, 2])
    for n in (13, 20, 40):
        write_json(f"labs/labs_{n}.json", {"n": n})
    write_json("bin_packing/pairs_8.json", {"sizes": [5, 5, 4, 4, 3, 3, 3, 3], "capacity": 15})
    write_json("bin_packing/triplets_6.json", {"sizes": triplets(2, 100, 6), "capacity": 100})
    write_json("bin_packing/triplets_60.json", {"sizes": triplets(20, 1000, 60), "capacity": 1000})
    (HERE / "max_sat" / "planted_100.cnf").write_text(
        planted_formula(100, 420, 100), encoding="utf-8"
    )
    for name, glass in (
        ("sk_12.csv", hq.SpinGlass.sk(12, rng=12)),
        ("pm_j_16.csv", hq.SpinGlass.plus_minus_j((4, 4), rng=16)),
        ("pm_j_100.csv", hq.SpinGlass.plus_minus_j((10, 10), rng=100)),
    ):
        write_graph(glass.graph, HERE / "spin_glass" / name)


if __name__ == "__main__":
    main()
