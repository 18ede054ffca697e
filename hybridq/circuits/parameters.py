"""Parameters by name, and their entries in the parameter vector."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.circuits.instructions import Angle
from hybridq.core.checks import is_finite, is_float
from hybridq.core.errors import DimensionError, ParameterError, UnknownNameError, shown

Vector = NDArray[np.float64]

_PLAIN_NAME = re.compile(r"[^\W\d]\w*(\[\d+\])?")  # theta, beta_1, x[3]


@dataclass(frozen=True)
class Parameter:
    """The angle ``constant + coefficient * x[name]`` of a named parameter, in radians.

    Made by arithmetic: ``Parameter("theta") * 2 + 0.1``. Equal names in one circuit are one
    parameter.

    Args:
        name: the parameter's name, not blank.
        coefficient: the factor of the parameter.
        constant: the fixed part.

    Raises:
        ParameterError: the name is not text or blank, or a number is not finite.
    """

    name: str
    coefficient: float = 1.0
    constant: float = 0.0

    # NumPy scalars on the left leave the work to __rmul__ and __radd__.
    __array_ufunc__ = None

    def __post_init__(self) -> None:
        _checked_name(self.name)
        Angle(self.constant, 0, self.coefficient)  # raises if a number is not finite

    def at(self, index: int) -> Angle:
        """Return the angle with the parameter as entry `index` of the vector."""
        return Angle(self.constant, index, self.coefficient)

    def __mul__(self, factor: float) -> Parameter:
        return replace(self, coefficient=self.coefficient * factor, constant=self.constant * factor)

    __rmul__ = __mul__

    def __truediv__(self, divisor: float) -> Parameter:
        if divisor == 0:
            raise ParameterError(
                f"parameter {self.name!r} is divided by zero", argument="divisor", value=divisor
            )
        return self * (1.0 / divisor)

    def __neg__(self) -> Parameter:
        return self * -1.0

    def __add__(self, constant: float) -> Parameter:
        if isinstance(constant, Parameter):
            raise ParameterError(
                f"{self.name!r} + {constant.name!r}: an angle depends on one parameter",
                argument="angle",
                remedy="apply two rotations, one for each parameter",
            )
        return replace(self, constant=self.constant + constant)

    __radd__ = __add__

    def __sub__(self, constant: float) -> Parameter:
        return self + (-constant)

    def __rsub__(self, constant: float) -> Parameter:
        return -self + constant


AngleLike: TypeAlias = Angle | Parameter | str | float
"""An angle in radians, a parameter's name, a `Parameter`, or an `Angle` of an entry of x.

A string is a name such as ``theta``, ``beta_1`` or ``x[3]``, not a formula.
"""


def _checked_name(name: object) -> None:
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise ParameterError(
            argument="name", value=name, expected="printable text that is not blank"
        )


def resolve(angle: AngleLike, names: tuple[str, ...]) -> tuple[Angle, tuple[str, ...]]:
    """Return `angle` by index, and `names` with its parameter added where it is new.

    Raises:
        ParameterError: not an angle, or a string that is not a name, such as a formula.
    """
    if isinstance(angle, str):
        parameter = Parameter(angle)
        if not _PLAIN_NAME.fullmatch(angle):
            raise ParameterError(
                argument="angle",
                value=angle,
                expected="a parameter's name such as 'theta' or 'x[3]'",
                remedy="for arithmetic write 2 * hq.Parameter('theta') + 0.1",
            )
        angle = parameter
    if isinstance(angle, Parameter):
        if angle.name not in names:
            names = (*names, angle.name)
        return angle.at(names.index(angle.name)), names
    if not isinstance(angle, Angle):
        if not is_float(angle):
            raise ParameterError(
                argument="angle",
                value=angle,
                expected="radians, a parameter's name, a Parameter or an Angle",
            )
        angle = Angle(float(angle))
    return angle, padded(names, (-1 if angle.parameter is None else angle.parameter) + 1)


def padded(names: tuple[str, ...], length: int) -> tuple[str, ...]:
    """Return `names` with default names ``x[i]`` up to `length`.

    Raises:
        ParameterError: a default name is taken by another entry.
    """
    if len(names) >= length:
        return names
    taken, added = frozenset(names), []
    for index in range(len(names), length):
        default = f"x[{index}]"
        if default in taken:
            raise ParameterError(
                f"entry {index} of the parameters would be called {default!r}, which is entry "
                f"{names.index(default)} already",
                argument="parameters",
                remedy="give the parameters names",
            )
        added.append(default)
    return (*names, *added)


def checked_names(names: Sequence[str], length: int) -> tuple[str, ...]:
    """Return the names of a circuit that uses `length` entries, as a tuple.

    Raises:
        ParameterError: a name is blank or given twice.
    """
    if isinstance(names, str):
        raise ParameterError(argument="parameters", value=names, expected="a sequence of names")
    for name in names:
        _checked_name(name)
    if len(set(names)) != len(names):
        twice = next(name for name in names if list(names).count(name) > 1)
        raise ParameterError(
            f"two parameters are called {twice!r}",
            argument="parameters",
            remedy="give each its own name",
        )
    return padded(tuple(names), length)


def values_by_index(
    values: Mapping[str, float] | ArrayLike, names: tuple[str, ...]
) -> dict[int, float]:
    """Return values by index, from values by name or from all values in order.

    Raises:
        UnknownNameError: a name that the circuit does not have.
        DimensionError: a vector of another length.
        ParameterError: a value that is not a finite real number.
    """
    if isinstance(values, Mapping):
        for name in values:
            if name not in names:
                if not names:
                    raise ParameterError(
                        f"{name!r} cannot be bound: no parameters are free", argument="values"
                    )
                raise UnknownNameError("parameter", name, names, argument="values")
        given = {names.index(name): value for name, value in values.items()}
    else:
        vector = np.asarray(values)
        if vector.shape != (len(names),):
            listed = f" ({', '.join(names[:8])}{', ...' if len(names) > 8 else ''})"
            raise DimensionError(
                f"this circuit takes {len(names)} parameters{listed if names else ''}, "
                f"got an array of shape {vector.shape}",
                argument="values",
            )
        given = dict(enumerate(vector.tolist()))
    for index, value in given.items():
        if not is_finite(value):
            raise ParameterError(
                f"parameter {names[index]!r} must be a finite number in radians, "
                f"got {shown(value)}",
                argument="values",
                value=value,
            )
    return {index: float(value) for index, value in given.items()}


def require_values(names: tuple[str, ...]) -> None:
    """Raise for a circuit whose parameters have no values yet.

    Raises:
        ParameterError: the message names the first of them.
    """
    if names:
        raise ParameterError(
            f"the parameter {names[0]!r} has no value", argument="circuit", remedy="bind it"
        )


def full_vector(values: Mapping[str, float] | ArrayLike | None, names: tuple[str, ...]) -> Vector:
    """Return the parameter vector, shape (len(names),).

    Raises:
        ParameterError: a parameter has no value; and what `values_by_index` raises.
    """
    given = {} if values is None else values_by_index(values, names)
    missing = [repr(name) for index, name in enumerate(names) if index not in given]
    if missing:
        one = len(missing) == 1
        listed = ", ".join(missing[:6]) + (", ..." if len(missing) > 6 else "")
        raise ParameterError(
            f"parameter{'' if one else 's'} {listed} {'has' if one else 'have'} no value",
            argument="x",
            remedy="pass x=..., or bind first",
        )
    return np.array([given[index] for index in range(len(names))], dtype=np.float64)
