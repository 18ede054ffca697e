"""Array types that all rooms share."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.errors import ParameterError, Setting

Vector: TypeAlias = NDArray[np.float64]
"""A float64 array; the docstring that uses it gives the shape."""


def as_floats(argument: str, values: ArrayLike) -> Vector:
    """Return an argument as a contiguous float64 array, copied only if needed.

    Args:
        argument: its name, for the message.
        values: real numbers of any shape.

    Raises:
        ParameterError: they are not an array of real numbers.
    """
    try:
        return np.asarray(values, dtype=np.float64, order="C")
    except (TypeError, ValueError, OverflowError) as error:
        raise ParameterError(
            (Setting(argument), f" must be an array of real numbers: {error}"),
            argument=argument,
            value=values,
        ) from error
