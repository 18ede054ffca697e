"""Validation of the arguments of `minimize`, before any work."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from hybridq.core.arrays import Vector, as_floats
from hybridq.core.checks import is_float, is_whole
from hybridq.core.errors import DimensionError, ParameterError, Setting
from hybridq.optimizers.base import Optimizer
from hybridq.optimizers.capabilities import Capability, member
from hybridq.optimizers.registry import OPTIMIZERS


def check_starts(x0: ArrayLike, objective: object) -> Vector:
    """Return a copy of the starts as float64 of shape (k, n).

    If the objective declares its number of parameters, n must agree with it.
    """
    starts = np.array(as_floats("x0", x0))
    if starts.ndim == 1:
        starts = starts[None, :]
    if starts.ndim != 2 or starts.size == 0:
        raise DimensionError(
            (Setting("x0"), f" has shape {np.shape(x0)}"),
            argument="x0",
            remedy="give one start, shape (n,), or several, shape (k, n)",
        )
    n_params = member(objective, Capability.N_PARAMS)
    if is_whole(n_params) and starts.shape[1] != n_params:
        raise DimensionError(
            (
                Setting("x0"),
                f" has shape {np.shape(x0)}, and this objective takes {n_params} parameters",
            ),
            argument="x0",
            remedy=f"give one start, shape ({n_params},), or several, shape (k, {n_params})",
        )
    if not np.isfinite(starts).all():
        row, column = np.argwhere(~np.isfinite(starts))[0]
        index = f"[{column}]" if np.ndim(x0) == 1 else f"[{row}, {column}]"
        raise ParameterError(
            (Setting("x0"), f"{index} must be finite, got {starts[row, column]}"), argument="x0"
        )
    return starts


def check_bounds(bounds: ArrayLike | None, starts: Vector, optimizer: Optimizer) -> Vector | None:
    """Return the bounds as float64 of shape (n, 2), or None; all starts lie within."""
    name = optimizer.name
    if bounds is None:
        if optimizer.needs_bounds:
            raise ParameterError(
                f"{name} requires bounds",
                argument="bounds",
                remedy="give bounds of shape (n, 2), for angles one period each",
            )
        return None
    if not optimizer.takes_bounds:
        able = ", ".join(key for key, entry in OPTIMIZERS.items() if entry.takes_bounds)
        raise ParameterError(
            f"{name} cannot keep to bounds",
            argument="bounds",
            remedy=f"leave them out or use one of {able}",
        )
    box = np.array(as_floats("bounds", bounds))
    if box.shape != (starts.shape[1], 2):
        raise DimensionError(
            (Setting("bounds"), f" must have shape ({starts.shape[1]}, 2), got {box.shape}"),
            argument="bounds",
            remedy="give the lower and upper bound of each parameter",
        )
    for index, (low, high) in enumerate(box):
        if not low < high:
            raise ParameterError(
                (
                    Setting("bounds"),
                    f"[{index}] must be a lower and a larger upper bound, got [{low:g}, {high:g}]",
                ),
                argument="bounds",
            )
    if optimizer.needs_bounds and not np.isfinite(box).all():
        raise ParameterError(f"{name} requires finite bounds on every parameter", argument="bounds")
    outside = np.argwhere((starts < box[:, 0]) | (starts > box[:, 1]))
    if len(outside):
        row, column = outside[0]
        raise ParameterError(
            (
                Setting("x0"),
                f" has {starts[row, column]:g} for parameter {column}, outside its bounds "
                f"[{box[column, 0]:g}, {box[column, 1]:g}]",
            ),
            argument="x0",
            remedy="move it inside or widen the bounds",
        )
    return box


def check_objective(objective: object, optimizer: Optimizer) -> None:
    """Raise if an objective lacks what the method requires, naming methods that fit."""
    missing = optimizer.missing(objective)
    if not missing:
        return
    words = " and ".join(need.description for need in missing)
    able = ", ".join(name for name, entry in OPTIMIZERS.items() if not entry().missing(objective))
    differences = ""
    if Capability.GRADIENT in missing and "difference_step" in optimizer.option_names():
        differences = (
            ", or set difference_step for finite differences, which cost n evaluations per "
            "gradient and amplify noise"
        )
    raise ParameterError(
        f"{optimizer.name} needs {words}, which this objective does not have",
        argument="method",
        remedy=f"use one of {able}{differences}",
    )


def check_repeatable(optimizer: Optimizer) -> None:
    """Raise if a search cannot be repeated from a journal."""
    if not optimizer.repeatable and not optimizer.is_shared:
        raise ParameterError(
            f"{optimizer.name}: a search by a function given as optimizer cannot be resumed from a "
            "journal, since the function may not repeat its points",
            argument="journal",
            remedy="leave the journal out, or choose an optimizer by name",
        )
    if not optimizer.repeatable:
        raise ParameterError(
            f"{optimizer.name}: a search that other processes share cannot be resumed from a "
            "journal",
            argument="journal",
            remedy="leave the journal out and start again with the same storage and study_name, "
            "or leave the storage out",
        )


def check_limits(
    max_evaluations: int | None, time_limit: float | None, target: float | None
) -> None:
    """Raise for limits that are not numbers in their range; None passes."""
    if max_evaluations is not None and not (is_whole(max_evaluations) and max_evaluations >= 1):
        raise ParameterError(
            argument="max_evaluations", value=max_evaluations, expected="an integer >= 1 or None"
        )
    if time_limit is not None and not (is_float(time_limit) and time_limit > 0):
        raise ParameterError(
            argument="time_limit", value=time_limit, expected="a positive number of seconds or None"
        )
    if target is not None and not (is_float(target) and not math.isnan(target)):
        raise ParameterError(argument="target", value=target, expected="a number or None")
