"""Conversion between formats of one shape, and of polynomials and programs.

A file is written only if it reads back to the same data.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from hybridq.core.errors import FormatError, OutputError, ParameterError, ProblemError
from hybridq.core.files import write_text
from hybridq.core.numbers import plural
from hybridq.problems.formats._format import SHAPES, Format
from hybridq.problems.formats._reading import read_with_format
from hybridq.problems.formats._registry import FORMATS
from hybridq.problems.formats._text import suffix_of
from hybridq.problems.formats.graph_files import write_graph
from hybridq.problems.instance_data import PolynomialData
from hybridq.problems.programs.polynomial import degree, merged
from hybridq.problems.programs.program import IntegerProgram


def polynomial_of(program: IntegerProgram) -> PolynomialData:
    """Return a program of bits without constraints as a polynomial.

    Raises:
        ProblemError: it has constraints, or a variable that is not binary.
    """
    if program.constraints:
        raise ProblemError(
            f"the program has {plural(len(program.constraints), 'constraint')}, which a "
            "polynomial does not hold: write LP or JSON"
        )
    for each in program.variables:
        if not each.is_binary:
            raise ProblemError(
                f"variable {each.name!r} is between {each.lower} and {each.upper}, and a "
                "polynomial has bits: write LP or JSON"
            )
    terms = merged((set(key), value) for key, value in program.objective.items())
    return PolynomialData(
        tuple(each.name for each in program.variables),
        tuple((value, key) for key, value in terms.items()),
        sense=program.sense,
    )


def program_of(data: PolynomialData) -> IntegerProgram:
    """Return a polynomial of bits as a program without constraints.

    Raises:
        ProblemError: it has spins.
    """
    if data.spins:
        raise ProblemError("the polynomial has spins, and a program has bits: write JSON")
    objective = merged((set(key), value) for value, key in data.terms)
    return IntegerProgram.binary(data.names, objective, sense=data.sense)


#: Conversions by the shapes of their data.
CONVERSIONS: Final[dict[tuple[str, str], Callable[[Any], Any]]] = {
    ("program", "polynomial"): polynomial_of,
    ("polynomial", "program"): program_of,
}


@dataclass(frozen=True)
class Conversion:
    """A conversion that was done.

    Attributes:
        source: format of the file that was read.
        target: format of the file that was written.
        data: what was read.
    """

    source: Format
    target: Format
    data: Any

    @property
    def content(self) -> str:
        """A phrase for the data, such as ``"3 variables, 5 terms"``."""
        return described(self.data) or SHAPES.get(self.source.shape, self.source.shape)


def convert_file(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    from_format: str | None = None,
    to_format: str | None = None,
    convention: str | None = None,
) -> Conversion:
    """Read a file and write its data in another format.

    Args:
        source: the file to read; ``-`` is standard input.
        target: the file to write.
        from_format: the format of `source`; recognized from the content when None.
        to_format: the format of `target`; chosen by the suffix when None.
        convention: weight of an off-diagonal entry of a quadratic file that is read:
            ``"once"``, ``"twice"`` or ``"half"``; that of the format when None.

    Raises:
        FormatError: the source cannot be read.
        ProblemError: the target's format cannot keep the data.
        ParameterError: no format is written that fits, or an option that does not apply.
        OutputError: the target cannot be written, or is the source.
        UnknownNameError: no format has that name.
    """
    targets = _targets(Path(target), to_format)
    shapes = list(dict.fromkeys(each.shape for each in targets))
    shapes += [a for (a, b) in CONVERSIONS if b in shapes and a not in shapes]
    if from_format is not None and FORMATS[from_format].shape not in shapes:
        read_from, written = FORMATS[from_format], targets[0]
        raise ParameterError(
            f"the format {read_from.name} holds {read_from.noun}, and {written.name} "
            f"{written.noun}",
            argument="from_format",
            value=from_format,
            remedy="choose formats of the same kind of data",
        )
    same = os.fspath(source) != "-" and Path(source).resolve() == Path(target).resolve()
    if same:
        raise OutputError(f"cannot write {target}: that is the file that is read; name another")
    entry, data = read_with_format(source, tuple(shapes), from_format, convention=convention)
    fitting = [each for each in targets if each.shape == entry.shape]
    fitting += [each for each in targets if (entry.shape, each.shape) in CONVERSIONS]
    chosen = fitting[0]
    _write(_converted(data, entry.shape, chosen.shape), chosen, target)
    return Conversion(entry, chosen, data)


def _targets(path: Path, name: str | None) -> list[Format]:
    """Return the formats that a file may be written in.

    Raises:
        ParameterError: none is written.
    """
    if name is not None:
        entry = FORMATS[name]
        if entry.write is None:
            raise ParameterError(
                f"the format {entry.name} is only read",
                argument="to_format",
                value=name,
                remedy=f"choose from {', '.join(_written())}",
            )
        return [entry]
    suffix = suffix_of(os.fspath(path))
    found = [FORMATS[each] for each in _written() if suffix in FORMATS[each].suffixes]
    if not found:
        raise ParameterError(
            f"no format that is written has the suffix {suffix!r}",
            argument="to_format",
            value=None,
            remedy=f"name one of {', '.join(_written())}",
        )
    return found


def _written() -> list[str]:
    """Return the names of the formats that are written."""
    return [name for name, entry in FORMATS.items() if entry.write is not None]


def _converted(data: Any, given: str, wanted: str) -> Any:
    """Return data in another shape."""
    return data if given == wanted else CONVERSIONS[given, wanted](data)


def _write(data: Any, entry: Format, path: str | os.PathLike[str]) -> None:
    """Write data to a file, if it reads back to the same.

    Raises:
        ProblemError: the format cannot keep it.
    """
    if entry.shape == "graph":
        write_graph(data, path, entry.name)
        return
    assert entry.write is not None
    text = entry.write(data)
    try:
        kept = same_data(entry.read(text, "output"), data)
    except FormatError as error:
        raise ProblemError(
            f"{entry.name} cannot keep the data ({error.message}): write JSON"
        ) from None
    if not kept:
        raise ProblemError(f"{entry.name} cannot keep all of the data: write JSON")
    write_text(path, text)


def same_data(one: Any, other: Any) -> bool:
    """Return whether two data of one shape say the same.

    Polynomials are compared by the sums of their equal terms; remarks on the reading and names of
    instances are left out.
    """
    if isinstance(one, PolynomialData) and isinstance(other, PolynomialData):
        return (
            one.names == other.names
            and one.spins == other.spins
            and one.sense == other.sense
            and _summed(one) == _summed(other)
        )
    if isinstance(one, IntegerProgram) and isinstance(other, IntegerProgram):
        return (
            one.variables == other.variables
            and one.objective == other.objective
            and one.constraints == other.constraints
            and one.sense == other.sense
        )
    if dataclasses.is_dataclass(one) and type(one) is type(other):
        names = [each.name for each in dataclasses.fields(one) if each.compare]
        return all(same_data(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    return bool(one == other)


def _summed(data: PolynomialData) -> Mapping[Any, float]:
    """Return the coefficients of a polynomial, powers of bits and spins reduced."""
    if data.spins:
        return merged(
            ([k for k in set(key) if key.count(k) % 2], value) for value, key in data.terms
        )
    return merged((set(key), value) for value, key in data.terms)


def described(data: Any) -> str:
    """Return a phrase for the size of data, empty where none is known."""
    if isinstance(data, PolynomialData):
        if data.convention:
            return data.convention
        what = "spin" if data.spins else "variable"
        return f"{plural(len(data.names), what)}, {plural(len(data.terms), 'term')}"
    if isinstance(data, IntegerProgram):
        highest = degree(data.objective)
        objective = {0: "constant", 1: "linear", 2: "quadratic"}.get(highest, f"degree {highest}")
        return (
            f"{plural(len(data.variables), 'variable')}, "
            f"{plural(len(data.constraints), 'constraint')}, {objective} objective"
        )
    return ""
