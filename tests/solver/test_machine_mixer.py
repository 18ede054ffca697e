"""On a machine QAOA has a mixer that is made of gates."""

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.core.errors import ParameterError

HOUSE = nx.Graph([(0, 1), (1, 2), (2, 3), (3, 0), (0, 4)])


def solve(problem, p=1, **options):
    return hq.solve(
        problem, p=p, backend="embedded", shots=200, ledger=":memory:", rng=1, kernels="numpy",
        **options,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("problem", "mixer"),
    [
        (hq.IndependentSet(HOUSE), "bit-flip-trotter"),
        (hq.VertexCover(HOUSE), "x"),
        (hq.Bisection(nx.cycle_graph(4)), "x"),
    ],
)
def test_a_mixer_without_gates_gives_way_to_one_with_gates(problem, mixer):
    default = hq.QAOA(problem).mixer.kind
    result = solve(problem, dry_run=True)
    assert result.ansatz["mixer"] == mixer
    assert result.execution.mixer.startswith(f"{mixer}: {default} has no circuit of gates")


def test_a_product_of_hops_keeps_samples_feasible():
    problem = hq.IndependentSet(HOUSE)
    found = solve(problem, p=2).counts
    bits = np.array([[int(bit) for bit in text] for text in found], dtype=np.uint8)
    assert len(bits) > 1
    assert not problem.violation_counts(bits).any()


def test_a_mixer_that_was_asked_for_is_not_replaced():
    with pytest.raises(ParameterError, match="needs: choose mixer='bit-flip-trotter'"):
        solve(hq.IndependentSet(HOUSE), mixer="bit-flip")
    with pytest.raises(ParameterError, match="needs: choose mixer='x'"):
        solve(hq.VertexCover(HOUSE), mixer="grover")


def test_a_problem_without_penalties_names_their_treatment():
    with pytest.raises(ParameterError, match="needs: use inequalities='slack' for a penalty"):
        solve(hq.Knapsack([6, 5, 8, 9, 6], [2, 3, 6, 7, 5], 10))


def test_mixers_of_gates_stay():
    blocks = hq.Coloring(nx.path_graph(3), 2)
    assert solve(blocks, dry_run=True).execution.mixer == ""
