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


def run(objective, x0, method, *, box=(-3.0, 3.0), **settings):
    """`minimize`, seeded, with the same bounds on every parameter where the method needs some."""
    settings.setdefault("rng", 0)
    if OPTIMIZERS[method].needs_bounds and "bounds" not in settings:
        settings["bounds"] = [box] * np.shape(x0)[-1]
    return minimize(objective, x0, method, **settings)
