"""Parameters by name: what an angle may be, and what stands where in the parameter vector."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.circuits.instructions import Angle
from hybridq.core.errors import DimensionError, ParameterError, UnknownNameError

Vector = NDArray[np.float64]

_PLAIN_NAME = re.compile(r"[^\W\d]\w*(\[\d+\])?")  # theta, beta_1, x[3]


@dataclass(frozen=True)
class Parameter:
    """The angle ``constant + coefficient * x[name]``, in radians, its parameter known by name.

    Made by arithmetic: ``Parameter("theta") * 2 + 0.1``. Equal names in one circuit are one
    parameter.

    Args:
        name: the parameter's name, not blank.
        coefficient: what the parameter is multiplied by.
        constant: the fixed part.

    Raises:
        ParameterError: the name is no text or blank, or a number is not finite.
    """

    name: str
    coefficient: float = 1.0
    constant: float = 0.0

    # NumPy scalars on the left leave the work to __rmul__ and __radd__.
    __array_ufunc__ = None

    def __post_init__(self) -> None:
        _checked_name(self.name)
        Angle(self.constant, 0, self.coefficient)  # refuses what is not finite

    def at(self, index: int) -> Angle:
        """The same angle where the parameter is entry `index` of the vector."""
        return Angle(self.constant, index, self.coefficient)

    def __mul__(self, factor: float) -> Parameter:
        return replace(self, coefficient=self.coefficient * factor, constant=self.constant * factor)

    __rmul__ = __mul__

    def __truediv__(self, divisor: float) -> Parameter:
        if divisor == 0:
            raise ParameterError(f"parameter {self.name!r} is divided by zero")
        return self * (1.0 / divisor)

    def __neg__(self) -> Parameter:
        return self * -1.0

    def __add__(self, constant: float) -> Parameter:
        if isinstance(constant, Parameter):
            raise ParameterError(
                f"{self.name!r} + {constant.name!r}: an angle depends on one parameter; "
                "apply two rotations, one for each"
            )
        return replace(self, constant=self.constant + constant)

    __radd__ = __add__

    def __sub__(self, constant: float) -> Parameter:
        return self + (-constant)

    def __rsub__(self, constant: float) -> Parameter:
        return -self + constant


AngleLike: TypeAlias = Angle | Parameter | str | float
"""An angle in radians, a parameter's name, a `Parameter`, or an `Angle` of an entry of x.

A string is a name such as ``theta``, ``beta_1`` or ``x[3]``, no formula.
"""


def _checked_name(name: object) -> None:
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise ParameterError(f"{name!r} is no name for a parameter: give some text")


def resolve(angle: AngleLike, names: tuple[str, ...]) -> tuple[Angle, tuple[str, ...]]:
    """`angle` by index, and `names` with its own where it is new.

    Raises:
        ParameterError: it is no angle, or a string that is no name but, say, a formula.
    """
    if isinstance(angle, str):
        parameter = Parameter(angle)
        if not _PLAIN_NAME.fullmatch(angle):
            raise ParameterError(
                f"the angle {angle!r} is no parameter's name (letters, digits, _, as in 'theta' "
                "or 'x[3]'); for arithmetic write 2 * hq.Parameter('theta') + 0.1"
            )
        angle = parameter
    if isinstance(angle, Parameter):
        if angle.name not in names:
            names = (*names, angle.name)
        return angle.at(names.index(angle.name)), names
    if not isinstance(angle, Angle):
        if not isinstance(angle, int | float | np.number) or isinstance(angle, bool | complex):
            raise ParameterError(
                f"{angle!r} is no angle: give radians, a parameter's name, a Parameter or an Angle"
            )
        angle = Angle(float(angle))
    return angle, padded(names, (-1 if angle.parameter is None else angle.parameter) + 1)


def padded(names: tuple[str, ...], length: int) -> tuple[str, ...]:
    """`names` with default names ``x[i]`` up to `length`.

    Raises:
        ParameterError: a default name is taken by another entry.
    """
    for index in range(len(names), length):
        default = f"x[{index}]"
        if default in names:
            raise ParameterError(
                f"entry {index} of the parameters would be called {default!r}, which is entry "
                f"{names.index(default)} already: give the parameters names"
            )
        names = (*names, default)
    return names


def checked_names(names: Sequence[str], length: int) -> tuple[str, ...]:
    """`names` of a circuit that uses `length` entries, as a tuple.

    Raises:
        ParameterError: a name is blank or given twice.
    """
    if isinstance(names, str):
        raise ParameterError(f"parameters={names!r}: give a sequence of names")
    for name in names:
        _checked_name(name)
    if len(set(names)) != len(names):
        twice = next(name for name in names if list(names).count(name) > 1)
        raise ParameterError(f"two parameters are called {twice!r}: give each its own name")
    return padded(tuple(names), length)


def values_by_index(
    values: Mapping[str, float] | ArrayLike, names: tuple[str, ...]
) -> dict[int, float]:
    """Index -> value, from some parameters by name or from all of them in order.

    Raises:
        UnknownNameError: a name that the circuit has not.
        DimensionError: a vector of another length.
        ParameterError: a value that is no finite real number.
    """
    if isinstance(values, Mapping):
        for name in values:
            if name not in names:
                if not names:
                    raise ParameterError(f"{name!r} has no place here: no parameters are left")
                raise UnknownNameError("parameter", name, names)
        given = {names.index(name): value for name, value in values.items()}
    else:
        vector = np.asarray(values)
        if vector.shape != (len(names),):
            listed = f" ({', '.join(names[:8])}{', ...' if len(names) > 8 else ''})"
            raise DimensionError(
                f"this circuit takes {len(names)} parameters{listed if names else ''}, "
                f"got an array of shape {vector.shape}"
            )
        given = dict(enumerate(vector.tolist()))
    for index, value in given.items():
        if (
            not isinstance(value, int | float | np.number)
            or isinstance(value, bool | complex)
            or not np.isfinite(value)
        ):
            raise ParameterError(
                f"parameter {names[index]!r} is {value!r}: give a finite number, in radians"
            )
    return {index: float(value) for index, value in given.items()}


def full_vector(values: Mapping[str, float] | ArrayLike | None, names: tuple[str, ...]) -> Vector:
    """The parameter vector, shape (len(names),).

    Raises:
        ParameterError: a parameter has no value; and what `values_by_index` raises.
    """
    given = {} if values is None else values_by_index(values, names)
    missing = [repr(name) for index, name in enumerate(names) if index not in given]
    if missing:
        one = len(missing) == 1
        listed = ", ".join(missing[:6]) + (", ..." if len(missing) > 6 else "")
        raise ParameterError(
            f"parameter{'' if one else 's'} {listed} {'has' if one else 'have'} no value: "
            "pass x=..., or bind first"
        )
    return np.array([given[index] for index in range(len(names))], dtype=np.float64)
