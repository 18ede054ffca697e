"""Instances of independent set and number partitioning: the values that their pages state."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import networkx as nx
import pytest

import hybridq as hq

FOLDER = Path(__file__).parents[2] / "problems"


@pytest.mark.parametrize(
    ("file", "largest"),
    [
        ("independent_set/icosahedron.json", 3),
        ("independent_set/farm.gph", 10),
        ("independent_set/kangaroo.gph", 4),
        ("independent_set/brock200-1.gph", 6),
        ("maxcut/petersen.edgelist", 4),
        ("maxcut/florentine.json", 7),
    ],
)
def test_the_page_states_the_largest_independent_set(file: str, largest: int) -> None:
    graph = hq.IndependentSet.from_file(FOLDER / file).graph
    # An independent set is a clique of the complement.
    clique, _ = nx.max_weight_clique(nx.complement(nx.Graph(graph)), weight=None)
    assert len(clique) == largest
    page = (FOLDER / "independent_set" / "README.md").read_text(encoding="utf-8")
    (row,) = (line for line in page.splitlines() if Path(file).name in line and "|" in line)
    assert row.split("|")[5].strip() == str(largest)


def test_the_icosahedron_is_the_graph_of_its_name() -> None:
    graph = hq.IndependentSet.from_file(FOLDER / "independent_set" / "icosahedron.json").graph
    assert nx.is_isomorphic(nx.Graph(graph), nx.icosahedral_graph())


def test_the_eight_numbers_split_evenly() -> None:
    file = FOLDER / "number_partitioning" / "numbers_8.json"
    numbers = json.loads(file.read_text(encoding="utf-8"))["numbers"]
    assert hq.NumberPartitioning.from_file(file).numbers == tuple(numbers)
    sums = {sum(group) for k in range(9) for group in combinations(numbers, k)}
    assert sum(numbers) == 166
    assert 83 in sums
