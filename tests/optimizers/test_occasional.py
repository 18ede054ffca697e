"""Callbacks that hear of some evaluations only."""

from __future__ import annotations

from itertools import count

import networkx as nx

import hybridq as hq
from hybridq.optimizers.occasional import Occasional


def test_a_search_reports_only_what_is_due_and_that_as_to_others():
    problem = hq.MaxCut(nx.cycle_graph(6))
    every, some, asked = [], [], count(1)
    hq.solve(problem, p=2, rng=7, callback=every.append)
    third = Occasional(some.append, lambda: next(asked) % 3 == 0)
    hq.solve(problem, p=2, rng=7, callback=third)
    assert len(every) > 6
    expected = [(one.evaluation, one.value, one.best_value) for one in every[2::3]]
    assert [(one.evaluation, one.value, one.best_value) for one in some] == expected


def test_a_report_that_returns_true_ends_the_search():
    problem = hq.MaxCut(nx.cycle_graph(6))
    asked = count(1)
    stop = Occasional(lambda record: True, lambda: next(asked) == 4)
    found = hq.solve(problem, p=2, rng=7, callback=stop)
    assert found.optimizer.evaluations == 4
