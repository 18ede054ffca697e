"""Instances of OMMX as programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hybridq.core.errors import ParameterError
from hybridq.problems.programs.interop._builder import Builder
from hybridq.problems.programs.program import IntegerProgram


def from_ommx(instance: Any) -> IntegerProgram:
    """Return an `Instance` of OMMX; subscripts are part of a variable's name.

    Raises:
        ProblemError: continuous variables, or one without bounds.
        ParameterError: another object.
    """
    builder = Builder("the OMMX instance")
    try:
        variables = _listed(instance.decision_variables)
        rows = _listed(instance.constraints)
        objective, maximizes = instance.objective, type(instance).MAXIMIZE
    except AttributeError:
        raise ParameterError(
            argument="instance", value=instance, expected="an Instance of OMMX"
        ) from None
    names = [_ommx_name(each.id, each) for each in variables]
    unique = len(set(names)) == len(names)
    for name, each in zip(names, variables, strict=True):
        kind = str(each.kind).rpartition(".")[2].upper()
        low, high = float(each.bound.lower), float(each.bound.upper)
        builder.variable(each.id, name if unique else f"{name}#{each.id}", kind, low, high)
    builder.objective([(float(value), key) for key, value in objective.terms.items()])
    for each in rows:
        terms = [(float(value), key) for key, value in each.function.terms.items()]
        equal = each.equality == type(each).EQUAL_TO_ZERO
        builder.constrain(each.name or f"c{each.id}", terms, "==" if equal else "<=", 0.0)
    return builder.finish("maximize" if instance.sense == maximizes else "minimize")


def _listed(items: Any) -> list[Any]:
    """Return a list, or the values of a mapping by identifier."""
    return list(items.values()) if isinstance(items, Mapping) else list(items)


def _ommx_name(identifier: int, variable: Any) -> str:
    """Return name and subscripts of a variable, x and its identifier without a name."""
    if not variable.name:
        return f"x{identifier}"
    subscripts = ",".join(map(str, variable.subscripts))
    return f"{variable.name}[{subscripts}]" if subscripts else str(variable.name)
