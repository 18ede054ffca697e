"""Problems in JSON: one object with fixed keys for each shape of data.

The key ``problem`` may name the family; other keys, such as ``name``, are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from hybridq.core.limits import too_many_idle
from hybridq.problems.formats._format import SHAPES, Format, Match
from hybridq.problems.formats._json_fields import Document, Field
from hybridq.problems.formats._text import short
from hybridq.problems.formats.family_json_writer import writer_of
from hybridq.problems.instance_data import (
    AssignmentData,
    BinData,
    ClauseData,
    DistanceData,
    EquationData,
    JobData,
    KnapsackData,
    PortfolioData,
    SetData,
    SizeData,
)

_LARGEST_SIZE = 10**9  # of a problem that is given by its size alone

FIELDS: Final[dict[str, tuple[Field, ...]]] = {
    "knapsack": (
        Field("values", "vector"),
        Field("weights", "rows", at_least=0),
        Field("capacity", "numbers", at_least=0),
        Field("profits", "square", required=False),
    ),
    "bins": (Field("sizes", "vector", at_least=0), Field("capacity", "number", at_least=0)),
    "equations": (Field("matrix", "matrix"), Field("sides", "vector")),
    "distances": (
        Field("distances", "square", at_least=0),
        Field("cities", "labels", required=False),
        Field("coordinates", "matrix", required=False),
    ),
    "assignment": (Field("flows", "square"), Field("distances", "square")),
    "portfolio": (
        Field("returns", "vector"),
        Field("covariance", "square"),
        Field("risk", "number", required=False, at_least=0),
        Field("budget", "count", required=False),
        Field("assets", "labels", required=False),
    ),
    "sets": (
        Field("universe", "labels"),
        Field("sets", "members"),
        Field("costs", "vector", required=False, at_least=0),
        Field("labels", "labels", required=False),
    ),
    "jobs": (Field("jobs", "jobs"),),
    "clauses": (
        Field("clauses", "lists"),
        Field("weights", "vector", required=False),
        Field("hard", "lists", required=False),
        Field("variables", "count", required=False, at_least=1),
        Field("parity", "flag", required=False),
    ),
    "size": (Field("n", "count"),),
}
"""Keys of the object of each shape."""


def read(text: str, source: str = "input", *, shape: str) -> Any:
    """Return the data of a shape in a JSON text.

    Args:
        text: the text.
        source: the file's name, for errors.
        shape: a key of `FIELDS`.

    Raises:
        FormatError: not valid JSON, a key is missing, or a value does not fit.
    """
    document = Document(text, source, SHAPES[shape], FIELDS[shape])
    values = {field.name: document.value(field) for field in FIELDS[shape]}
    return _BUILDERS[shape](document, **values)


def _same_length(document: Document, name: str, length: int, wanted: int, what: str) -> None:
    """Raise unless a list has one entry for each of `wanted` others.

    Raises:
        FormatError: it is longer or shorter.
    """
    if length != wanted:
        raise document.error(
            f'"{name}" has {length} entries for {wanted} {what}: give one for each', name
        )


def _knapsack(
    document: Document, values: Any, weights: Any, capacity: Any, profits: Any
) -> KnapsackData:
    weights = np.atleast_2d(weights)
    _same_length(document, "weights", weights.shape[1], len(values), "values")
    _same_length(document, "capacity", len(capacity), len(weights), "rows of weights")
    if profits is not None:
        _same_length(document, "profits", len(profits), len(values), "values")
        profits = _upper(document, profits)
    return KnapsackData(values, weights, capacity, profits)


def _upper(document: Document, profits: Any) -> Any:
    """Return the values of pairs as an upper triangle.

    Raises:
        FormatError: a value on the diagonal, or both triangles with different values.
    """
    if profits.diagonal().any():
        place = int(np.flatnonzero(profits.diagonal())[0])
        raise document.error(
            f'item {place + 1} is paired with itself in "profits": add it to "values"',
            "profits",
            place,
        )
    upper, lower = np.triu(profits), np.tril(profits).T
    if (upper == lower).all() or not lower.any():
        return upper
    if not upper.any():
        return lower
    i, j = np.argwhere(upper != lower)[0].tolist()
    raise document.error(
        f'"profits" of items {i + 1} and {j + 1} are {upper[i, j]:g} and {lower[i, j]:g}: give '
        "one triangle, or equal values",
        "profits",
        i,
    )


def _bins(document: Document, sizes: Any, capacity: float) -> BinData:
    if not capacity:
        raise document.error('"capacity" is 0: give a positive number', "capacity")
    return BinData(sizes, capacity)


def _equations(document: Document, matrix: Any, sides: Any) -> EquationData:
    _same_length(document, "sides", len(sides), len(matrix), "rows of the matrix")
    return EquationData(matrix, sides)


def _distances(document: Document, distances: Any, cities: Any, coordinates: Any) -> DistanceData:
    if cities is not None:
        _same_length(document, "cities", len(cities), len(distances), "rows of distances")
    if coordinates is not None:
        _same_length(document, "coordinates", len(coordinates), len(distances), "cities")
        if coordinates.shape[1] != 2:
            raise document.error(
                f'"coordinates" have {coordinates.shape[1]} columns: give x and y', "coordinates"
            )
    return DistanceData(distances, cities or (), coordinates)


def _assignment(document: Document, flows: Any, distances: Any) -> AssignmentData:
    _same_length(document, "distances", len(distances), len(flows), "rows of flows")
    return AssignmentData(flows, distances)


def _portfolio(
    document: Document, returns: Any, covariance: Any, risk: Any, budget: Any, assets: Any
) -> PortfolioData:
    _same_length(document, "covariance", len(covariance), len(returns), "returns")
    if assets is not None:
        _same_length(document, "assets", len(assets), len(returns), "returns")
    if budget is not None and not 0 <= budget <= len(returns):
        raise document.error(
            f'"budget" is {budget} of {len(returns)} assets: give a number of assets', "budget"
        )
    if (covariance != covariance.T).any():
        unequal = ~np.isclose(covariance, covariance.T, rtol=1e-9, atol=0.0)
        if unequal.any():
            i, j = np.argwhere(unequal)[0].tolist()
            raise document.error(
                f'"covariance" of assets {i + 1} and {j + 1} is {covariance[i, j]:g}, and '
                f"{covariance[j, i]:g} the other way: give a symmetric matrix",
                "covariance",
                i,
                j,
            )
    return PortfolioData(returns, covariance, assets or (), risk, budget)


def _sets(document: Document, universe: Any, sets: Any, costs: Any, labels: Any) -> SetData:
    known = set(universe)
    for position, elements in sets:
        for place, element in enumerate(elements):
            if element not in known:
                raise document.error(
                    f"set {short(position)} holds {short(element)}, which is not in the universe: "
                    "add it there, or remove it",
                    "sets",
                    position,
                    place,
                )
    if labels is not None:
        _same_length(document, "labels", len(labels), len(sets), "sets")
        sets = tuple((label, each) for label, (_, each) in zip(labels, sets, strict=True))
    if costs is not None:
        _same_length(document, "costs", len(costs), len(sets), "sets")
    return SetData(universe, sets, () if costs is None else tuple(costs.tolist()))


def _clauses(
    document: Document, clauses: Any, weights: Any, hard: Any, variables: Any, parity: Any
) -> ClauseData:
    hard = hard or ()
    if not clauses and not hard:
        raise document.error('"clauses" is empty: give at least one clause', "clauses")
    if weights is None:
        weights = np.ones(len(clauses))
    _same_length(document, "weights", len(weights), len(clauses), "clauses")
    if (weights <= 0).any():
        place = int(np.flatnonzero(weights <= 0)[0])
        raise document.error(
            f'entry {place + 1} of "weights" is {weights[place]:g}: give a positive number, or '
            'write the clause under "hard"',
            "weights",
            place,
        )
    literals = [abs(x) for clause in (*clauses, *hard) for x in clause]
    largest = max(literals)
    if variables is not None and variables < largest:
        raise document.error(
            f'"variables" is {variables}, and a clause names variable {largest}: correct one',
            "variables",
        )
    n_variables = variables or largest
    if too_many_idle(n_variables, len(literals)):
        raise document.error(
            f"variable {n_variables:,} is named, and the clauses have only {len(literals):,} "
            "literals: number the variables from 1",
            "clauses" if variables is None else "variables",
        )
    soft = tuple(zip(weights.tolist(), clauses, strict=True))
    return ClauseData(n_variables, soft, hard, bool(parity))


def _jobs(document: Document, jobs: Any) -> JobData:
    return JobData(jobs)


def _size(document: Document, n: int) -> SizeData:
    if not 1 <= n <= _LARGEST_SIZE:
        raise document.error(f'"n" is {n}: give a number from 1 to {_LARGEST_SIZE:,}', "n")
    return SizeData(n)


_BUILDERS: Final[dict[str, Callable[..., Any]]] = {
    "knapsack": _knapsack,
    "bins": _bins,
    "equations": _equations,
    "distances": _distances,
    "assignment": _assignment,
    "portfolio": _portfolio,
    "sets": _sets,
    "jobs": _jobs,
    "clauses": _clauses,
    "size": _size,
}

# ----- recognition -----

_OTHERS = {"distances": ("flows",), "size": ("nodes", "edges")}  # keys of similar objects


def recognizes(text: str, source: str, *, shape: str) -> Match:
    """Return the confidence that a text is an object with the keys of a shape."""
    if text.lstrip()[:1] != "{":
        return Match.NO
    keys = [field.name for field in FIELDS[shape] if field.required]
    if shape == "size" and not _is_size(text):
        return Match.FALLBACK
    others = _OTHERS.get(shape, ())
    if all(_has(text, key) for key in keys) and not any(_has(text, key) for key in others):
        return Match.CERTAIN
    return Match.FALLBACK


def _has(text: str, key: str) -> bool:
    """Return whether a text holds a key and a colon."""
    return re.search(rf'"{key}"\s*+:', text) is not None


def _is_size(text: str) -> bool:
    """Return whether a text is a small object without lists, as that of a size is."""
    return len(text) < 1 << 12 and "[" not in text


def _format(shape: str) -> Format:
    """Return the format of a shape."""
    keys = ", ".join(
        f'"{field.name}"' if field.required else f'("{field.name}")' for field in FIELDS[shape]
    )
    return Format(
        f"json-{shape}",
        f"JSON {{{keys}}}",
        shape,
        partial(read, shape=shape),
        partial(recognizes, shape=shape),
        suffixes=(".json",),
        write=writer_of(shape),
    )


FORMATS: Final = SimpleNamespace(**{shape: _format(shape) for shape in FIELDS})
