"""Functions with known minima, which count and keep what they are asked."""

from __future__ import annotations

import numpy as np

from hybridq.optimizers import OPTIMIZERS, minimize


class Function:
    """Counts calls and keeps points and values; subclasses give `formula`."""

    def __init__(self):
        self.points = []
        self.seen = []

    def formula(self, x):
        raise NotImplementedError

    def __call__(self, x):
        value = self.formula(x)
        self.points.append(np.array(x))
        self.seen.append(value)
        return value


class Quadratic(Function):
    """Minimum `floor` at `center`, with its gradient."""

    def __init__(self, center, floor=0.0):
        super().__init__()
        self.center = np.asarray(center, dtype=float)
        self.floor = floor

    def formula(self, x):
        return float(np.sum((x - self.center) ** 2)) + self.floor

    def value_and_gradient(self, x):
        return self(x), 2.0 * (x - self.center)


class Plain(Function):
    """Any function of a vector, without gradient."""

    def __init__(self, formula):
        super().__init__()
        self.formula = formula


def rosenbrock(x):
    return float(np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2))


class Offering:
    """An objective that also offers what some methods need; metric and fidelity are flat."""

    def __init__(self, objective):
        self.objective = objective
        for name in ("value_and_gradient", "values"):
            if hasattr(objective, name):
                setattr(self, name, getattr(objective, name))

    def __call__(self, x):
        return self.objective(x)

    def metric(self, x, blocks=None):
        return np.eye(len(x))

    def fidelity(self, x, y):
        return float(np.exp(-np.sum((x - y) ** 2)))


def run(objective, x0, method, *, box=(-3.0, 3.0), **settings):
    """`minimize`, seeded, with what the method needs: bounds, differences, a metric."""
    entry = OPTIMIZERS[method]
    settings.setdefault("rng", 0)
    if entry.needs_bounds and "bounds" not in settings:
        settings["bounds"] = [box] * np.shape(x0)[-1]
    if "value_and_gradient" in entry.needs and not hasattr(objective, "value_and_gradient"):
        settings.setdefault("difference_step", 1.5e-8)
    if set(entry.needs) - {"value_and_gradient"} and callable(objective):
        objective = Offering(objective)
        objective.frequencies = [(1.0, 1)] * np.shape(x0)[-1]
    return minimize(objective, x0, method, **settings)
