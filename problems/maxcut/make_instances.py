"""Writes the generated graphs of this folder, and index.json.

The optima are proved in tests/problems/test_maxcut_instances.py, by enumeration or by integer
programming; here they are only stated.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx as nx

from hybridq.core.files import write_text
from hybridq.problems import MaxCut
from hybridq.problems.formats import write_graph

HERE = Path(__file__).parent
NETWORKX = "BSD-3-Clause (NetworkX)"
OWN = "Apache-2.0 (this project)"
GSET = (
    "Gset, Helmberg and Rendl 2000, SIAM J. Optim. 10, 673, made with G. Rinaldi's rudy; best "
    "known value as listed in experiments/gset/best_known.json"
)
GSET_LICENCE = "MIT (AOCoptimizer.jl); the Gset itself states none"
KNUTH = "D. E. Knuth 1993, The Stanford GraphBase: co-appearances in Les Miserables"


def one_based(graph: nx.Graph) -> nx.Graph:
    """The graph with nodes 1..n, as rudy, DIMACS and Matrix Market number them."""
    return nx.convert_node_labels_to_integers(graph, first_label=1)


def plain(graph: nx.Graph) -> nx.Graph:
    """The nodes and weighted edges alone, in their order."""
    copy = nx.Graph()
    copy.add_nodes_from(graph.nodes)
    copy.add_weighted_edges_from(graph.edges(data="weight", default=1))
    return copy


def main_characters(count: int) -> nx.Graph:
    """The characters of Les Miserables who meet others most, and their co-appearances."""
    graph = nx.les_miserables_graph()
    strength = dict(graph.degree(weight="weight"))
    main = set(sorted(graph, key=lambda u: (-strength[u], u))[:count])
    # graph.subgraph(main) would take the order of a set, which changes from run to run.
    graph.remove_nodes_from([u for u in graph if u not in main])
    return graph


def regular(nodes: int) -> nx.Graph:
    """A random 3-regular graph, seeded by its size."""
    return one_based(nx.random_regular_graph(3, nodes, seed=nodes))


def named(name: str) -> str:
    """The source of a graph that its name defines."""
    return f"the {name} graph, from its definition"


# file, format, graph, best cut (proved), source, licence
GENERATED: list[tuple[str, str, nx.Graph, int, str, str]] = [
    (
        "florentine.json",
        "node-link",
        nx.florentine_families_graph(),
        17,
        "Breiger and Pattison 1986, Social Networks 8, 215: marriages (Padgett), from NetworkX",
        NETWORKX,
    ),
    (
        "les_miserables_20.csv",
        "csv",
        main_characters(20),
        291,
        f"{KNUTH}, the 20 characters with most of them, from NetworkX",
        NETWORKX,
    ),
    ("les_miserables.csv", "csv", nx.les_miserables_graph(), 535, f"{KNUTH}, NetworkX", NETWORKX),
    (
        "karate.graphml",
        "graphml",
        nx.karate_club_graph(),
        179,
        "Zachary 1977, J. Anthropol. Res. 33, 452: contacts in a karate club, from NetworkX",
        NETWORKX,
    ),
    (
        "davis.json",
        "json",
        nx.davis_southern_women_graph(),
        89,
        "Davis, Gardner, Gardner 1941, Deep South: women and events (bipartite), from NetworkX",
        NETWORKX,
    ),
    ("petersen.edgelist", "edgelist", nx.petersen_graph(), 12, named("Petersen"), OWN),
    ("heawood.json", "node-link", nx.heawood_graph(), 21, named("Heawood"), OWN),
    ("mcgee.mtx", "matrix-market", one_based(nx.LCF_graph(24, [12, 7, -7], 8)), 32,
     named("McGee"), OWN),
    ("tutte_coxeter.col", "dimacs",
     one_based(nx.LCF_graph(30, [-13, -9, 7, -7, 9, 13], 5)), 45, named("Tutte-Coxeter"), OWN),
    *(
        (f"regular_{n}{suffix}", fmt, regular(n), best,
         f"networkx.random_regular_graph(3, {n}, seed={n})", OWN)
        for n, suffix, fmt, best in (
            (12, ".rud", "rudy", 16),
            (16, ".mtx", "matrix-market", 22),
            (20, ".col", "dimacs", 27),
            (24, ".rud", "rudy", 32),
        )
    ),
]  # fmt: skip

GSET_BEST = json.loads(
    (HERE.parents[1] / "experiments" / "gset" / "best_known.json").read_text(encoding="utf-8")
)["cuts"]


def entry(file: str, best: int, exact: bool, source: str, licence: str) -> dict[str, Any]:
    """Return the entry of index.json for one file."""
    facts = MaxCut.from_file(HERE / file).describe()
    return {
        "file": file,
        "kind": "maxcut",
        **{key: facts[key] for key in ("nodes", "edges", "total_weight")},
        "best_known": best,
        "exact": exact,
        "source": source,
        "licence": licence,
    }


def main() -> None:
    """Write the graphs and the index."""
    index = []
    for file, fmt, graph, best, source, licence in GENERATED:
        write_graph(plain(graph), HERE / file, fmt)
        index.append(entry(file, best, True, source, licence))
    for name, row in GSET_BEST.items():
        if not (HERE / f"{name}.rud").exists():
            continue
        best = row["cut"]
        # G48 is bipartite with weights 1, so that the cut of every edge is optimal.
        index.append(entry(f"{name}.rud", best, name == "G48", GSET, GSET_LICENCE))
    write_text(HERE / "index.json", json.dumps({"instances": index}, indent=2) + "\n")


if __name__ == "__main__":
    main()
