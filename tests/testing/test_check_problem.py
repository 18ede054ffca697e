"""Every family keeps the contract, and a family that breaks it is caught."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import ParameterError
from hybridq.problems import PROBLEMS, BinaryProblem, IndependentSet, MaxCut, NumberPartitioning
from hybridq.testing import ContractError, check_problem

WEIGHTED = nx.Graph([("a", "b", {"weight": 2.5}), ("b", "c", {"weight": -1}), ("a", "c", {})])
PATH = nx.path_graph(5)
nx.set_node_attributes(PATH, {0: 1, 1: 2.5, 2: 1, 3: 4, 4: 0.5}, "weight")
INSTANCES = {
    "maxcut": [MaxCut(nx.petersen_graph()), MaxCut(WEIGHTED), MaxCut(nx.path_graph(2))],
    "independent-set": [
        IndependentSet(nx.petersen_graph()),
        IndependentSet(PATH),
        IndependentSet(nx.cycle_graph(4), penalty=1.01),
        IndependentSet(nx.empty_graph(3)),
    ],
    "number-partitioning": [
        NumberPartitioning([25, 7, 13, 31, 42, 17, 21, 10]),
        NumberPartitioning([1, 1]),
        NumberPartitioning([0.5, -2, 3.25]),
    ],
}


OVER_BITS = [kind for kind, family in PROBLEMS.items() if issubclass(family, BinaryProblem)]


@pytest.mark.parametrize("kind", OVER_BITS)
def test_every_family_over_bits_keeps_the_contract_on_its_example(kind):
    problem = PROBLEMS[kind].example()
    assert (problem.kind, problem.name) == (kind, "example")
    check_problem(problem)


@pytest.mark.parametrize("kind", OVER_BITS)
def test_every_family_says_what_it_holds(kind):
    example = PROBLEMS[kind].example()
    shown = repr(example)
    assert shown.startswith(f"{type(example).__name__}(")
    assert shown.endswith(")")
    assert " object at " not in shown


def test_a_family_of_other_data_has_to_give_its_example():
    with pytest.raises(ParameterError, match=r"Tabular has no example: override its example\(\)"):
        type("Tabular", (IndependentSet,), {"reads": ("table",)}).example()


@pytest.mark.parametrize("kind", INSTANCES)
def test_families_keep_the_contract(kind):
    for problem in INSTANCES[kind]:
        assert problem.kind == kind
        check_problem(problem)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(-40, 40), min_size=2, max_size=7))
def test_any_numbers_keep_the_contract(numbers):
    check_problem(NumberPartitioning(numbers))


@settings(max_examples=20, deadline=None)
@given(
    st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda e: e[0] < e[1])),
    st.lists(st.integers(1, 9), min_size=6, max_size=6),
)
def test_any_weighted_graph_keeps_the_contract(edges, weights):
    graph = nx.empty_graph(6)
    graph.add_edges_from(edges)
    nx.set_node_attributes(graph, dict(enumerate(weights)), "weight")
    check_problem(IndependentSet(graph))


def test_published_and_hand_counted_optima():
    # Lucas 2014 gives the encoding; {25, 7, 13, 31, 42, 17, 21, 10} has four even splits.
    numbers = NumberPartitioning([25, 7, 13, 31, 42, 17, 21, 10])
    energies = numbers.cost().energies(_all_bits(8))
    assert energies.min() == 0.0
    assert (energies == 0.0).sum() == 4  # two, and those with the groups exchanged
    # The Petersen graph has 76 independent sets, the largest of 4 nodes.
    petersen = IndependentSet(nx.petersen_graph())
    feasible = petersen.violation_counts(_all_bits(10)) == 0
    assert feasible.sum() == 76
    assert petersen.values(_all_bits(10))[feasible].max() == 4.0


def _all_bits(n):
    return (np.arange(1 << n)[:, None] >> np.arange(n) & 1).astype(np.uint8)


@dataclass(frozen=True, eq=False, repr=False)
class Overflowing(IndependentSet):
    """A value that wraps around in unsigned bytes."""

    kind: ClassVar[str] = "overflowing"

    def value(self, bits):
        total = bits.sum(dtype=bits.dtype)
        return float(total - bits.dtype.type(2) * bits[0])

    def values(self, bits):
        return np.array([self.value(row) for row in bits])


@dataclass(frozen=True, eq=False, repr=False)
class TooLenient(IndependentSet):
    """A penalty that does not suffice."""

    kind: ClassVar[str] = "too-lenient"

    def cost(self):
        object.__setattr__(self, "penalty", 0.25)
        return super().cost()


@dataclass(frozen=True, eq=False, repr=False)
class Forgetful(IndependentSet):
    """Violations that one method sees and the other does not."""

    kind: ClassVar[str] = "forgetful"

    def violations(self, bits):
        return ()


@pytest.mark.filterwarnings("ignore:overflow")
@pytest.mark.parametrize(
    ("family", "message"),
    [
        (Overflowing, "wrap around|but sign"),
        (TooLenient, "the penalty does not suffice"),
        (Forgetful, "0 violations"),
    ],
)
def test_a_family_that_breaks_the_contract_is_caught(family, message):
    with pytest.raises(ContractError, match=message):
        check_problem(family(nx.cycle_graph(5)))


@pytest.mark.parametrize("other", [hq.CVaR(), hq.MaxCut, hq.spin_models.tfim(3)])
def test_what_is_no_problem_over_bits_is_refused(other):
    with pytest.raises(ParameterError, match="problem must be a problem over bits"):
        check_problem(other)
