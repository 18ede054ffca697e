"""Every problem family in a config: data written there, a generated graph or a bundled file."""

from __future__ import annotations

from pathlib import Path

import pytest

from hybridq.experiments.problems.families import family_section
from hybridq.experiments.trial.run import run_trial
from hybridq.problems import PROBLEMS, BinaryProblem
from tests.experiments.config_samples import trials

FOLDER = Path(__file__).parents[2] / "problems"
SETS = "{universe: [1, 2, 3, 4, 5], sets: {A: [1, 2], B: [3, 4], C: [5], D: [2, 3], E: [1, 5]}}"
PROGRAM = (
    "{variables: [x, y, {name: n, lower: 0, upper: 3}], sense: maximize, "
    "objective: [[2, [x]], [1, [n]], [1, [x, y]]], constraints: [{name: room, "
    "terms: [[1, [x]], [1, [y]], [1, [n]]], relation: '<=', bound: 3}]}"
)
RETURNS = "returns: [0.1, 0.2, 0.15], covariance: [[0.1, 0, 0], [0, 0.2, 0.1], [0, 0.1, 0.1]]"
FAMILIES = {
    "maxcut": "graph: {kind: ring, nodes: 6}",
    "max-k-cut": "graph: {kind: ring, nodes: 4}, parts: 3",
    "polynomial": "polynomial: {variables: [x, y], terms: [[1, [x]], [-2, [x, y]]]}",
    "spin-glass": "graph: {kind: complete, nodes: 5}",
    "labs": "size: {n: 6}",
    "max-sat": "clauses: {clauses: [[1, -2], [2, 3], [-1, -3]], hard: [[1, 2]]}",
    "independent-set": "graph: {kind: random-regular, nodes: 8}",
    "vertex-cover": "graph: {kind: ring, nodes: 6}",
    "clique": "path: clique/johnson8_2_4.col",
    "coloring": "graph: {kind: ring, nodes: 5}, colors: 3",
    "set-cover": f"sets: {SETS}",
    "set-packing": f"sets: {SETS}",
    "exact-cover": f"sets: {SETS}",
    "number-partitioning": "numbers: [3, 1, 1, 2, 2, 1]",
    "bisection": "graph: {kind: ring, nodes: 6}",
    "densest-subgraph": "graph: {kind: random-regular, nodes: 8}, size: 3",
    "communities": "graph: {kind: ring, nodes: 5}",
    "knapsack": "knapsack: {values: [6, 5, 4], weights: [3, 2, 2], capacity: 4}",
    "bin-packing": "bins: {sizes: [4, 3, 3], capacity: 6}",
    "tsp": "distances: {distances: [[0, 2, 9, 4], [2, 0, 6, 3], [9, 6, 0, 8], [4, 3, 8, 0]]}",
    "quadratic-assignment": "path: quadratic_assignment/glover_3.json",
    "job-shop": "jobs: {jobs: [[[0, 1], [1, 2]], [[1, 1], [0, 1]]]}",
    "portfolio": f"portfolio: {{{RETURNS}, risk: 0.5, budget: 2}}",
    "program": f"program: {PROGRAM}",
}


def test_every_family_over_bits_has_a_config_here() -> None:
    assert set(FAMILIES) == {
        kind for kind, family in PROBLEMS.items() if issubclass(family, BinaryProblem)
    }


@pytest.mark.parametrize("kind", FAMILIES)
def test_a_family_is_solved_from_a_config(kind: str) -> None:
    text = f"name: x\nproblem: {{kind: {kind}, {FAMILIES[kind]}}}\n"
    rest = "ansatz: {kind: qaoa, p: 1}\nbudget: {evaluations: 8}\nengine: {kernels: numpy}\n"
    (trial,) = trials(text + rest, base=FOLDER)
    outcome = run_trial(trial.conditions, base=FOLDER)
    assert 0.0 < outcome.metrics["p_optimum"] <= 1.0


@pytest.mark.parametrize("kind", FAMILIES)
def test_a_config_takes_every_option_of_the_command(kind: str) -> None:
    section = family_section(PROBLEMS[kind])
    assert {each.name for each in PROBLEMS[kind].options()} <= set(section.model_fields)
