"""Writers of problems in JSON: the keys that `family_json` reads, a row a line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from hybridq.core.errors import ProblemError
from hybridq.problems.formats._text import tidy
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


def _plain(values: Any) -> Any:
    """Return numbers of an array as nested lists, whole ones as int."""
    if isinstance(values, float):
        return tidy(values)
    return [_plain(each) for each in (values if isinstance(values, list) else values.tolist())]


def _knapsack(data: KnapsackData) -> dict[str, Any]:
    weights, capacity = _plain(data.weights), _plain(data.capacity)
    if len(capacity) == 1:
        weights, capacity = weights[0], capacity[0]
    found = {"values": _plain(data.values), "weights": weights, "capacity": capacity}
    return found if data.profits is None else found | {"profits": _plain(data.profits)}


def _bins(data: BinData) -> dict[str, Any]:
    return {"sizes": _plain(data.sizes), "capacity": tidy(float(data.capacity))}


def _equations(data: EquationData) -> dict[str, Any]:
    return {"matrix": _plain(data.matrix), "sides": _plain(data.sides)}


def _distances(data: DistanceData) -> dict[str, Any]:
    found: dict[str, Any] = {"distances": _plain(data.distances)}
    if data.cities != tuple(range(len(data.distances))):
        found = {"cities": list(data.cities)} | found
    if data.coordinates is not None:
        found["coordinates"] = _plain(data.coordinates)
    return found


def _assignment(data: AssignmentData) -> dict[str, Any]:
    return {"flows": _plain(data.flows), "distances": _plain(data.distances)}


def _portfolio(data: PortfolioData) -> dict[str, Any]:
    found: dict[str, Any] = {
        "returns": _plain(data.returns),
        "covariance": _plain(data.covariance),
    }
    if data.risk is not None:
        found["risk"] = tidy(float(data.risk))
    if data.budget is not None:
        found["budget"] = data.budget
    if data.assets != tuple(range(len(data.returns))):
        found["assets"] = list(data.assets)
    return found


def _sets(data: SetData) -> dict[str, Any]:
    found: dict[str, Any] = {
        "universe": list(data.universe),
        "sets": [list(elements) for _, elements in data.sets],
    }
    labels = [label for label, _ in data.sets]
    if data.costs:
        found["costs"] = [tidy(float(cost)) for cost in data.costs]
    return found if labels == list(range(len(labels))) else found | {"labels": labels}


def _jobs(data: JobData) -> dict[str, Any]:
    return {"jobs": [[list(operation) for operation in job] for job in data.jobs]}


def _clauses(data: ClauseData) -> dict[str, Any]:
    found: dict[str, Any] = {"clauses": [list(literals) for _, literals in data.soft]}
    if any(weight != 1 for weight, _ in data.soft):
        found["weights"] = [tidy(float(weight)) for weight, _ in data.soft]
    if data.hard:
        found["hard"] = [list(literals) for literals in data.hard]
    named = [abs(x) for each in (*found["clauses"], *data.hard) for x in each]
    if data.n_variables != max(named):
        found["variables"] = data.n_variables
    return found | {"parity": True} if data.parity else found


def _size(data: SizeData) -> dict[str, Any]:
    return {"n": data.n}


_DOCUMENTS: Final[dict[str, Callable[[Any], dict[str, Any]]]] = {
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


def writer_of(shape: str) -> Callable[[Any], str]:
    """Return the function from data of a shape to its JSON text."""

    def write(data: Any) -> str:
        """Return the data as JSON.

        Raises:
            ProblemError: a label is not text or a number.
        """
        return _text(_DOCUMENTS[shape](data))

    return write


def _text(document: dict[str, Any]) -> str:
    """Return an object as JSON, one entry of a list of lists a line."""
    try:
        parts = [f"  {json.dumps(key)}: {_value(value)}" for key, value in document.items()]
    except (TypeError, ValueError) as error:
        raise ProblemError(f"the data cannot be written as JSON: {error}") from None
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _value(value: Any) -> str:
    """Return the value of a key as JSON."""
    if isinstance(value, list) and value and isinstance(value[0], list):
        rows = ",\n    ".join(_dump(row) for row in value)
        return f"[\n    {rows}\n  ]"
    return _dump(value)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
