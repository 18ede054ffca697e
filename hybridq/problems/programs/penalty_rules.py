"""Weights of penalties: rules by name, proven sufficient from the energies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_real
from hybridq.core.errors import ParameterError, ProblemError, Setting, UnknownNameError
from hybridq.core.registry import Registry
from hybridq.operators.terms import Terms
from hybridq.problems.programs.penalties import Penalties
from hybridq.problems.programs.polynomial import Polynomial, on_all_bits, reach

MOST_BITS = 20
"""Bits up to which all energies are computed to prove that a weight suffices."""

MARGIN = 1.1
"""Weight of the rule ``"exact"`` in units of the threshold, at which violations tie."""

PenaltyLike: TypeAlias = str | float | Mapping[str, float]
"""A rule of `PENALTIES`, one weight, or weights of constraints by name or pattern."""


@dataclass(frozen=True)
class Weights:
    """Weights of the penalties of a program.

    Attributes:
        weights: one for each penalty term.
        rule: the rule's name, ``"number"`` or ``"table"``.
        threshold: the weight λ* above which every ground state is feasible, where it is known and
            all weights are equal.
        proof: the proof that the weights suffice, in words; empty without one.
    """

    weights: tuple[float, ...]
    rule: str
    threshold: float | None
    proof: str


@dataclass(frozen=True, eq=False)
class PenaltyContext:
    """Objective and penalties of a program over bits.

    Attributes:
        objective: minimized.
        terms: the penalties, at weight 1.
        n_bits: number of bits, slack included.
    """

    objective: Polynomial
    terms: Penalties
    n_bits: int

    @property
    def is_small(self) -> bool:
        """True if all energies can be listed."""
        return self.n_bits <= MOST_BITS

    @cached_property
    def energies(self) -> NDArray[np.float64]:
        """The objective at all assignments, shape (2**n_bits,)."""
        return on_all_bits(self.objective, self.n_bits)

    @cached_property
    def total(self) -> Terms:
        """The sum of the penalties at weight 1."""
        return self.terms.weighted(np.ones(len(self.terms)))

    @cached_property
    def penalties(self) -> NDArray[np.float64]:
        """The sum of the penalties at weight 1 at all assignments, shape (2**n_bits,)."""
        found = on_all_bits(self.total, self.n_bits)
        scale = max(1.0, *(abs(value) for value in self.total.values()), 0.0)
        return np.where(found > 1e-9 * scale, found, 0.0)

    @cached_property
    def threshold(self) -> float:
        r"""The weight :math:`\lambda^* = \max_x (f^* - f(x)) / g(x)` over infeasible x.

        Above it every ground state is feasible; at or below it one is not. Negative where the
        objective alone prefers feasible assignments.

        Raises:
            ProblemError: no assignment is feasible.
        """
        feasible = self.penalties == 0.0
        if not feasible.any():
            raise ProblemError(
                "no assignment meets all constraints (all "
                f"{1 << self.n_bits:,} assignments were tried)"
            )
        if feasible.all():
            return -np.inf
        best = self.energies[feasible].min()
        outside = ~feasible
        return float(((best - self.energies[outside]) / self.penalties[outside]).max())

    @property
    def scale(self) -> float:
        """Size of the objective's terms, for a weight where any positive one suffices."""
        return max((abs(value) for key, value in self.objective.items() if key), default=1.0)

    def flip_reach(self) -> NDArray[np.float64]:
        r"""Return a bound of the change of the objective by a flip of each bit.

        .. math:: W_i = \max\Bigl(q_i + \sum_S \max(q_S, 0),\;
                  -q_i - \sum_S \min(q_S, 0)\Bigr), \quad i \in S, |S| \ge 2
        """
        up, down = np.zeros(self.n_bits), np.zeros(self.n_bits)
        for key, value in self.objective.items():
            for bit in key:
                alone = len(key) == 1
                up[bit] += value if alone else max(value, 0.0)
                down[bit] -= value if alone else min(value, 0.0)
        return np.maximum(up, down)

    def least_flips(self) -> NDArray[np.float64]:
        """Return the least positive change of the penalties by a flip of each bit.

        Shape (n_bits,); infinite where no flip changes them. Computed from all assignments.

        Raises:
            ParameterError: too many bits for that.
        """
        if not self.is_small:
            raise ParameterError(
                f"the rules moc and momc need the penalties of all assignments, at most "
                f"{MOST_BITS} bits, got {self.n_bits}",
                argument="penalty",
                remedy=("use ", Setting("penalty", "range")),
            )
        found = np.full(self.n_bits, np.inf)
        for bit in range(self.n_bits):
            halves = self.penalties.reshape(-1, 2, 1 << bit)
            changes = np.abs(halves[:, 1] - halves[:, 0])
            positive = changes[changes > 1e-9]
            if len(positive):
                found[bit] = positive.min()
        return found

    def largest_range(self) -> float:
        """Return 1 + the range of the objective by its terms, over the least violation.

        Raises:
            ParameterError: no least violation is known.
        """
        low, high = reach(self.objective, np.zeros(self.n_bits), np.ones(self.n_bits))
        unknown = np.isnan(self.terms.least)
        if unknown.any():
            name = self.terms.names[int(np.argmax(unknown))]
            raise ParameterError(
                f"no weight is known to suffice for constraint {name!r}, whose violations may be "
                "arbitrarily small",
                argument="penalty",
                remedy="give a number",
            )
        smallest = float(self.terms.least.min()) if len(self.terms) else 1.0
        return (1.0 + high - low) / smallest


Rule: TypeAlias = Callable[[PenaltyContext], "float | tuple[float, ...]"]
"""Returns one weight for all penalties, or one for each."""


def _exact(context: PenaltyContext) -> float:
    """Return 1.1 times the smallest sufficient weight; beyond 20 bits the range."""
    if not context.is_small:
        return context.largest_range()
    threshold = context.threshold
    return MARGIN * threshold if threshold > 0.0 else 0.1 * context.scale


def _vlm(context: PenaltyContext) -> float:
    """Return the largest change of the objective by one flip (Verma, Lewis 2022)."""
    return float(context.flip_reach().max(initial=0.0))


def _momc(context: PenaltyContext) -> float:
    """Return max(1, VLM / least change of the penalty by one flip) (Ayodele 2022)."""
    least = float(context.least_flips().min(initial=np.inf))
    return max(1.0, _vlm(context) / least)


def _moc(context: PenaltyContext) -> float:
    """Return max(1, max_i W_i / least change of the penalty by flip i) (Ayodele 2022)."""
    return max(1.0, float((context.flip_reach() / context.least_flips()).max(initial=0.0)))


def _adaptive(context: PenaltyContext) -> float | tuple[float, ...]:
    """Raise the weights of constraints that a ground state violates until none does.

    They begin small. Beyond 20 bits it is the range.
    """
    if not context.is_small:
        return context.largest_range()
    feasible = context.penalties == 0.0
    if context.threshold == -np.inf:  # raises without a feasible assignment
        return context.scale
    best = float(context.energies[feasible].min())
    enough = best + 1e-6 * max(context.scale, abs(best))
    weights = [context.scale / 1024.0] * len(context.terms)
    total = context.energies + weights[0] * context.penalties
    total[feasible] = np.inf
    while total.min() <= enough:
        ground = int(np.argmin(total))
        bits = np.array([ground >> bit & 1 for bit in range(context.n_bits)], dtype=np.uint8)
        amounts = context.terms.energies(bits).tolist()
        raised = dict.fromkeys((c for c, amount in enumerate(amounts) if amount > 1e-9), 0.0)
        value = float(total[ground])
        while value <= enough:  # double the weights of what it violates
            for c in raised:
                raised[c] += weights[c]
                value += weights[c] * amounts[c]
                weights[c] *= 2.0
        for c, more in raised.items():
            total += more * on_all_bits(context.terms[c].terms, context.n_bits)
    return tuple(weights)


#: Rules for the weights of the penalties.
PENALTIES: Registry[Rule] = Registry(
    "penalty",
    {
        "exact": _exact,
        "range": PenaltyContext.largest_range,
        "vlm": _vlm,
        "momc": _momc,
        "moc": _moc,
        "adaptive": _adaptive,
    },
)


def weights_of(context: PenaltyContext, penalty: PenaltyLike) -> Weights:
    """Return the weights of the penalties, proven sufficient where the size allows.

    Args:
        context: objective and penalties.
        penalty: a rule, a number, or a weight for each constraint.

    Raises:
        ParameterError: weights that do not suffice, or that no rule gives.
        ProblemError: no assignment is feasible.
    """
    if context.terms.heuristic.any():
        return _with_heuristics(context, penalty)
    rule, weights = _asked(context, penalty)
    if not context.terms:
        return Weights((), rule, None, "")
    if context.is_small:
        _require_sufficient(context, weights, rule)
        threshold = context.threshold if len(set(weights)) == 1 else None
        return Weights(weights, rule, threshold, "proven sufficient from all energies")
    sufficient = _bound(context)
    if sufficient is not None and min(weights) >= sufficient:
        return Weights(weights, rule, None, "sufficient: above the range of the objective")
    return Weights(weights, rule, None, "")


def _with_heuristics(context: PenaltyContext, penalty: PenaltyLike) -> Weights:
    """Return weights of which heuristic terms have 1, or the number that was given."""
    exact = context.terms.chosen(~context.terms.heuristic)
    rule, weights = _asked(PenaltyContext(context.objective, exact, context.n_bits), penalty)
    rest = iter(weights)
    alone = 1.0 if isinstance(penalty, str | Mapping) else _positive(penalty)
    found = tuple(alone if each else next(rest) for each in context.terms.heuristic.tolist())
    return Weights(found, rule, None, "")


def _bound(context: PenaltyContext) -> float | None:
    try:
        return context.largest_range()
    except ParameterError:
        return None


def _asked(context: PenaltyContext, penalty: PenaltyLike) -> tuple[str, tuple[float, ...]]:
    """Return the name of the rule and the weight of each term."""
    number = len(context.terms)
    if isinstance(penalty, str):
        rule = PENALTIES.canonical(penalty)
        weight = PENALTIES[rule](context) if number else 0.0
        return rule, weight if isinstance(weight, tuple) else (weight,) * number
    if isinstance(penalty, Mapping):
        return "table", _of_table(context, penalty)
    return "number", (_positive(penalty),) * number


def _of_table(context: PenaltyContext, table: Mapping[str, float]) -> tuple[float, ...]:
    """Return the weights of a table, exact ones where it leaves constraints out.

    Raises:
        UnknownNameError: a key names no constraint.
        ParameterError: two patterns name one constraint, or a weight is not a positive number.
    """
    names = context.terms.names
    found: dict[int, tuple[str, float]] = {}
    # A name in full comes before patterns.
    for key, weight in sorted(table.items(), key=lambda item: item[0] in names):
        places = [place for place, name in enumerate(names) if name == key]
        exact = bool(places)
        places = places or [place for place, name in enumerate(names) if fnmatchcase(name, key)]
        if not places:
            raise UnknownNameError("constraint with a penalty", key, names, argument="penalty")
        for place in places:
            other, before = found.get(place, (key, weight))
            if not exact and before != weight:
                raise ParameterError(
                    f"the patterns {other!r} and {key!r} both name the constraint "
                    f"{names[place]!r}, with different weights",
                    argument="penalty",
                    remedy="name it in full",
                )
            found[place] = (key, _positive(weight))
    weights = {place: weight for place, (_, weight) in found.items()}
    if len(weights) < len(names):
        named = np.array([place in weights for place in range(len(names))])
        given = context.terms.chosen(named).weighted([weights[place] for place in sorted(weights)])
        objective = Terms.added(context.objective, given)
        rest = PenaltyContext(objective, context.terms.chosen(~named), context.n_bits)
        weights |= dict.fromkeys(np.flatnonzero(~named).tolist(), _exact(rest))
    return tuple(weights[place] for place in range(len(names)))


def _positive(weight: Any) -> float:
    if not is_real(weight) or not 0.0 < weight < np.inf:
        raise ParameterError(
            argument="penalty",
            value=weight,
            expected=f"a finite number above 0, a weight by constraint, or one of "
            f"{', '.join(PENALTIES)}",
        )
    return float(weight)


def _require_sufficient(context: PenaltyContext, weights: tuple[float, ...], rule: str) -> None:
    """Raise unless every ground state of objective and penalties is feasible.

    Raises:
        ParameterError: it is not; the message names a weight that suffices.
        ProblemError: no assignment is feasible.
    """
    threshold = context.threshold
    if len(set(weights)) == 1:
        weight = weights[0]
        enough = weight > threshold * (1.0 + 1e-9) if threshold > 0.0 else weight > 0.0
        enough = enough or threshold < -1e-12 * context.scale  # a weight of 0 suffices, too
    else:
        total = context.energies.copy()
        for weight, term in zip(weights, context.terms, strict=True):
            total += weight * on_all_bits(term.terms, context.n_bits)
        feasible = context.penalties == 0.0
        best = context.energies[feasible].min()
        enough = bool((total[~feasible] > best + 1e-9 * max(1.0, abs(best))).all())
    if not enough:
        shown = weights[0] if len(set(weights)) == 1 else "the table"
        raise ParameterError(
            argument="penalty",
            value=shown if rule in ("number", "table") else f"{rule} = {weights[0]:g}",
            expected=f"a number above {threshold:.10g}, the smallest sufficient one"
            if len(set(weights)) == 1
            else f"larger, as is {threshold * MARGIN:.10g} for every constraint",
            remedy="with a smaller one the lowest energy may violate a constraint",
        )
