"""Arguments of `minimize`, checked before any work."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hybridq.core.checks import is_real, is_whole
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.optimizers.base import Optimizer
from hybridq.optimizers.driver import Vector
from hybridq.optimizers.registry import OPTIMIZERS


def check_starts(x0: ArrayLike, objective: object) -> Vector:
    """The starts as float64 of shape (k, n), a copy; of an objective that says its n, of that n."""
    starts = _real_array("x0", x0)
    if starts.ndim == 1:
        starts = starts[None, :]
    if starts.ndim != 2 or starts.size == 0:
        raise DimensionError(
            f"x0 has shape {np.shape(x0)}: give one start, shape (n,), or several, shape (k, n)"
        )
    takes = getattr(objective, "n_params", None)
    if is_whole(takes) and starts.shape[1] != takes:
        raise DimensionError(
            f"x0 has shape {np.shape(x0)}, and this objective takes {takes} parameters: give one "
            f"start, shape ({takes},), or several, shape (k, {takes})"
        )
    if not np.isfinite(starts).all():
        row, column = np.argwhere(~np.isfinite(starts))[0]
        where = f"x0[{column}]" if np.ndim(x0) == 1 else f"x0[{row}, {column}]"
        raise ParameterError(f"{where} is {starts[row, column]}: every start must be finite")
    return starts


def check_bounds(bounds: ArrayLike | None, starts: Vector, optimizer: Optimizer) -> Vector | None:
    """The bounds as float64 of shape (n, 2), or None; all starts lie within."""
    name = optimizer.name
    if bounds is None:
        if optimizer.needs_bounds:
            raise ParameterError(
                f"{name} searches within bounds and got none: "
                "give bounds of shape (n, 2), for angles one period each"
            )
        return None
    if not optimizer.takes_bounds:
        able = ", ".join(key for key, entry in OPTIMIZERS.items() if entry.takes_bounds)
        raise ParameterError(f"{name} cannot keep to bounds: leave them out or use one of {able}")
    box = _real_array("bounds", bounds)
    if box.shape != (starts.shape[1], 2):
        raise DimensionError(
            f"bounds have shape {box.shape}: give shape ({starts.shape[1]}, 2), "
            "lower and upper bound of each parameter"
        )
    for index, (low, high) in enumerate(box):
        if not low < high:
            raise ParameterError(
                f"bounds[{index}] = [{low:g}, {high:g}] must rise: give [lower, upper]"
            )
    if optimizer.needs_bounds and not np.isfinite(box).all():
        raise ParameterError(f"{name} needs finite bounds on every parameter")
    outside = np.argwhere((starts < box[:, 0]) | (starts > box[:, 1]))
    if len(outside):
        row, column = outside[0]
        raise ParameterError(
            f"x0 has {starts[row, column]:g} for parameter {column}, outside its bounds "
            f"[{box[column, 0]:g}, {box[column, 1]:g}]: move it inside or widen them"
        )
    return box


def check_objective(objective: object, optimizer: Optimizer) -> None:
    """Refuse an objective that lacks what the method cannot do without, naming those that can."""
    missing = optimizer.missing(objective)
    if not missing:
        return
    words = " and ".join(_NEEDS[name] for name in missing)
    able = ", ".join(name for name, entry in OPTIMIZERS.items() if not entry().missing(objective))
    differences = ""
    if "value_and_gradient" in missing and "difference_step" in optimizer.option_names():
        differences = (
            ", or set difference_step for finite differences, which cost n evaluations a gradient "
            "and amplify noise"
        )
    raise ParameterError(
        f"{optimizer.name} needs {words}, which this objective does not have: "
        f"use one of {able}{differences}"
    )


_NEEDS = {
    "value_and_gradient": "a gradient (value_and_gradient)",
    "metric": "the metric of its states (metric)",
    "fidelity": "the fidelity of two states (fidelity)",
    "frequencies": "the frequencies of its parameters (frequencies)",
}


def check_repeatable(optimizer: Optimizer) -> None:
    """Refuse a journal for a search that cannot be repeated from it."""
    if not optimizer.repeatable:
        raise ParameterError(
            f"{optimizer.name}: a search that other processes share cannot be resumed from a "
            "journal: leave the journal out and start again with the same storage and study_name, "
            "or leave the storage out"
        )


def check_limits(
    max_evaluations: int | None, time_limit: float | None, target: float | None
) -> None:
    """Refuse limits that make no sense."""
    if max_evaluations is not None and not (is_whole(max_evaluations) and max_evaluations >= 1):
        raise ParameterError(
            f"max_evaluations={max_evaluations!r} must be a whole number of at least 1, or None"
        )
    if time_limit is not None and (not is_real(time_limit) or not time_limit > 0):
        raise ParameterError(
            f"time_limit={time_limit!r} must be a positive number of seconds, or None"
        )
    if target is not None and (not is_real(target) or math.isnan(target)):
        raise ParameterError(f"target={target!r} must be a number, or None")


def default_method(objective: object) -> str:
    """The method for those who name none."""
    return "cobyla" if getattr(objective, "value_and_gradient", None) is None else "l-bfgs"


def configure(
    method: str | Optimizer, tolerance: float | None, options: dict[str, Any]
) -> Optimizer:
    """The optimizer that `method` names, with its options set."""
    if tolerance is not None:
        options = {**options, "tolerance": tolerance}
    if isinstance(method, Optimizer):
        if options:
            raise ParameterError(
                f"{method.name} is already configured: "
                f"set {', '.join(options)} where it is constructed"
            )
        return method
    entry = OPTIMIZERS[method]
    known = entry.option_names()
    for name in options:
        if name not in known:
            takes = f"its options are {', '.join(known)}" if known else "it has no options"
            raise ParameterError(f"{entry.name} has no option {name!r}: {takes}")
    return entry(**options)


def _real_array(what: str, value: ArrayLike) -> Vector:
    try:
        return np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"{what} must be an array of real numbers: {error}") from error
