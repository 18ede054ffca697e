"""Small models and evaluations, without any search."""

from __future__ import annotations

import networkx as nx
import numpy as np

import hybridq as hq
from hybridq.angles.content import content_of
from hybridq.ansatz.training_set import TrainingSet


def cubic(seed, nodes=8):
    """A max-cut problem on a random 3-regular graph."""
    return hq.MaxCut(nx.random_regular_graph(3, nodes, seed=seed))


def learned(number=1, *, seeds=range(3), p=2, name="cubic"):
    """Angles that name three cubic graphs as their training set; other numbers, other angles."""
    schedule = np.linspace(0.3, 0.6, 2 * p) + 0.001 * number
    training = TrainingSet.of(("maxcut", cubic(seed).ising) for seed in seeds)
    return hq.LearnedAngles(name, schedule, 3.0, len(training.digests), training=training)


def content(number=1, **options):
    """The content of a version."""
    return content_of(learned(number, **options))


def evaluation(version, baseline="auto", *, passed=True, seeds=range(10, 30), nodes=10):
    """An evaluation, as a job or a command stores it, with a verdict of the caller's choice."""
    instances = []
    for seed in seeds:
        training = TrainingSet.of([("maxcut", cubic(seed, nodes).ising)])
        shape = training.shapes[0]
        instances.append({"name": f"{seed}", "digest": training.digests[0], "shape": shape})
    verdict = {"passed": passed, "reasons": [] if passed else ["worse"]}
    return {
        "version": version,
        "baseline": baseline,
        "passed": passed,
        "verdicts": {"start": verdict},
        "instances": instances,
    }
