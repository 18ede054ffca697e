"""Base classes of problem families: question to Hamiltonian, bits to answer.

A family is one file with one dataclass. Its fields are its options, in Python, on the command
line and in YAML; its docstring is their help. The registry, the screens, the pictures and the
schema use the family's own methods and name no family.
"""

from __future__ import annotations

import dataclasses
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.errors import Text
from hybridq.core.options import Option, of_dataclass, of_function
from hybridq.problems._defaults import check_names, example_data
from hybridq.problems.bits import checked_bits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.operators.electronic import ElectronicHamiltonian
    from hybridq.operators.hubbard import HubbardModel
    from hybridq.operators.ising import Ising
    from hybridq.operators.pauli_sum import PauliSum

Sense = Literal["maximize", "minimize"]
Bits = NDArray[np.uint8]
"""An assignment, shape (n_qubits,), values 0 and 1; entry q is qubit q."""


@dataclass(frozen=True)
class AnswerRow:
    """One line of an answer in the user's own terms.

    Attributes:
        title: the heading, such as ``"In the set"``.
        entries: the labels or numbers below it, in the user's order.
    """

    title: str
    entries: tuple[Any, ...]


class Problem(ABC):
    """A question that is answered by minimizing a Hamiltonian.

    The Hamiltonian is always minimized. `sense` says how the user counts: a problem that is
    maximized has `hamiltonian` = −(value), so that ``value = sign * energy`` with `sign` = −1.

    Attributes:
        kind: the family's plain name, as on the command line (``"maxcut"``).
        summary: one line that states the question.
        sense: ``"maximize"`` or ``"minimize"``, in the user's own terms.
        value_name: the name of the value (``"cut"``, ``"energy"``).
        reads: the shapes of data that an instance is read from (``"graph"``, see
            `hybridq.problems.formats`).
        name: the name of this instance.
        mixers: the mixers that suit the family, the default first.
        noun: the word for an instance, on screens.
        item: the word for one entry of an answer, on screens.
        most_name: the words before `most`, as in "4 of at most 6".
        examples: arguments after ``hybridq solve KIND`` that its help page shows.
    """

    kind: ClassVar[str]
    summary: ClassVar[str] = ""
    sense: ClassVar[Sense]
    value_name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]] = ()
    mixers: ClassVar[tuple[str, ...]] = ()
    noun: ClassVar[str] = "problem"
    item: ClassVar[str] = "qubit"
    most_name: ClassVar[str] = "at most"
    examples: ClassVar[tuple[str, ...]] = ("FILE --seed 7 --plot out.png",)
    name: str

    @property
    def sign(self) -> float:
        """+1 when the value is the energy, −1 when the problem maximizes."""
        return -1.0 if self.sense == "maximize" else 1.0

    @property
    @abstractmethod
    def n_qubits(self) -> int:
        """Number of qubits."""

    @property
    @abstractmethod
    def hamiltonian(self) -> PauliSum:
        """The operator whose ground state is the answer."""

    @property
    def observable(self) -> PauliSum | ElectronicHamiltonian:
        """The Hamiltonian in the form that engines measure fastest."""
        return self.hamiltonian

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """Return facts about the instance for screens and files, plain values by name."""

    def size(self) -> str:
        """Return the size in the user's terms, such as ``"12 nodes, 18 edges"``."""
        return f"{self.n_qubits} qubit{'' if self.n_qubits == 1 else 's'}"

    @property
    def value_scale(self) -> float:
        """The magnitude against which rounding of a value is judged; 0 for none."""
        return 0.0

    @property
    def most(self) -> float | None:
        """A value that no assignment exceeds, worth showing; None without one."""
        return None

    @property
    def mean_value(self) -> float | None:
        """Mean value of a uniformly random assignment, None without a closed form."""
        return None

    @property
    def blocks(self) -> tuple[tuple[int, ...], ...]:
        """Blocks of qubits with exactly one 1 in every feasible state, () without such."""
        return ()

    @classmethod
    def options(cls) -> tuple[Option, ...]:
        """Return the options of the family: its fields after the data, less `name`.

        A family that is not a dataclass declares them as keyword arguments of `from_file`.
        """
        if dataclasses.is_dataclass(cls):
            return tuple(of_dataclass(cls, option_fields(cls)))
        reading = ("header", "convention")
        return tuple(each for each in of_function(cls.from_file) if each.name not in reading)

    @classmethod
    def check_options(cls, given: Iterable[str]) -> None:
        """Raise for the first name that is not an option of the family.

        Raises:
            UnknownNameError: the message offers the nearest option.
            ParameterError: the family has no options at all.
        """
        check_names(cls.kind, [option.name for option in cls.options()], given)

    @classmethod
    def from_file(
        cls,
        path: str | os.PathLike[str],
        format: str | None = None,
        *,
        header: str | None = None,
        convention: str | None = None,
        **options: Any,
    ) -> Self:
        """Return the problem in a file, named after it; ``-`` is standard input.

        Args:
            path: the file's name, or ``-``.
            format: a name in `hybridq.problems.formats.FORMATS`; recognized from the content
                by default.
            header: ``"yes"`` or ``"no"`` for the first row of a table; judged by its words by
                default.
            convention: ``"once"``, ``"twice"`` or ``"half"``: weight of an off-diagonal entry of
                a quadratic file; that of the format by default.
            options: of the family.

        Raises:
            FormatError: the file cannot be read.
            UnknownNameError: no format, or no option of the family, has that name.
            ProblemError: the data are not a problem of this family.
        """
        from hybridq.problems.formats import read

        cls.check_options(options)
        found = read(path, cls.reads, format, header=header, convention=convention)
        return cls._named(found, path, options)

    @classmethod
    def from_bytes(
        cls,
        data: bytes,
        *,
        source: str,
        format: str | None = None,
        header: str | None = None,
        convention: str | None = None,
        **options: Any,
    ) -> Self:
        """Return the problem in a file's content; see `from_file`, also for errors.

        Args:
            data: the content.
            source: the file's name.
            format: as for `from_file`.
            header: as for `from_file`.
            convention: as for `from_file`.
            options: of the family.
        """
        from hybridq.problems.formats import parse

        cls.check_options(options)
        found = parse(data, cls.reads, format, source=source, header=header, convention=convention)
        return cls._named(found, source, options)

    @classmethod
    def _named(cls, data: Any, path: str | os.PathLike[str], options: dict[str, Any]) -> Self:
        """Return the problem of data from a file, named after it."""
        from hybridq.problems.formats import instance_name

        return cls.from_data(data, name=instance_name(path), **options)

    @classmethod
    def from_data(cls, data: Any, *, name: str, **options: Any) -> Self:
        """Return the problem of data that a format has read.

        The first field of the family's dataclass takes the data.

        Args:
            data: of one of the shapes in `reads`.
            name: the name of the instance.
            options: of the family.

        Raises:
            UnknownNameError: no option of the family has that name.
            ProblemError: the data are not a problem of this family.
        """
        cls.check_options(options)
        make: Any = cls
        return make(data, name=name, **options)

    # -- Energies, electrons and lattices; a family about anything else keeps the defaults ---------

    #: Unit of the value, such as ``"hartree"``; None for a plain number.
    unit: ClassVar[str | None] = None
    #: Name of the ansatz that suits the family; None lets the Hamiltonian decide.
    default_ansatz: ClassVar[str | None] = None
    #: Integrals behind the Hamiltonian; None where it is given in another way.
    electronic: ElectronicHamiltonian | None = None
    #: Lattice model behind the Hamiltonian.
    model: HubbardModel | None = None
    #: Remarks on the origin of the data, in words.
    notes: tuple[Text, ...] = ()

    @property
    def n_orbitals(self) -> int | None:
        """Number m of spatial orbitals or lattice sites, None without electrons.

        Qubits 0 to m − 1 are then the modes of spin up, m to 2m − 1 those of spin down.
        """
        return None

    @property
    def particles(self) -> tuple[int, int] | None:
        """Numbers of spin-up and spin-down electrons, None without electrons."""
        return None

    @property
    def hartree_fock_energy(self) -> float | None:
        """Energy of the Hartree–Fock determinant, None without integrals."""
        return None


class BinaryProblem(Problem):
    """A problem over bits: the Hamiltonian is diagonal, basis states are answers.

    A family has a `name` and implements `n_qubits`, `describe`, `cost`, `value` and `answer`; one
    with constraints also `violations` and `penalty_energy`.
    """

    mixers: ClassVar[tuple[str, ...]] = ("x",)

    @classmethod
    def example(cls) -> Self:
        """Return a small instance, on which tests check the promises of the family.

        By default a ring of five nodes or four numbers; a family of other data overrides this.

        Raises:
            ParameterError: the family reads other data.
        """
        return cls.from_data(example_data(cls), name="example")

    @abstractmethod
    def cost(self) -> Ising:
        """Return the energy of spins that is minimized, penalties included.

        For a feasible assignment it equals ``sign * value``.
        """

    @abstractmethod
    def value(self, bits: Bits) -> float:
        """Return the natural value of an assignment, computed from the problem itself.

        Args:
            bits: shape (n_qubits,), values 0 and 1; entry q is qubit q. Arithmetic on unsigned
                bytes wraps around: convert them first.
        """

    def values(self, bits: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return `value` of every row of bits, shape (k, n_qubits) → float64, shape (k,)."""
        return np.array([self.value(row) for row in bits], dtype=np.float64)

    def violations(self, bits: Bits) -> tuple[str, ...]:
        """Return the violated constraints of an assignment, one line each; () if feasible."""
        return ()

    def penalty_energy(self, bits: Bits) -> float:
        """Return the energy that `cost` adds for violations, 0 if feasible.

        For every assignment, ``cost energy = sign * value + penalty energy``.
        """
        return 0.0

    def violation_counts(self, bits: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the number of violations of every row, shape (k, n_qubits) → (k,)."""
        if type(self).violations is BinaryProblem.violations:
            return np.zeros(len(bits), dtype=np.int64)
        return np.array([len(self.violations(row)) for row in bits], dtype=np.int64)

    @abstractmethod
    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the answer in the user's own terms, from bits of shape (n_qubits,)."""

    def labels(self) -> Sequence[Any]:
        """Return the user's label of each qubit, in order; numbers from 0 by default."""
        return range(self.n_qubits)

    def decode(self, bits: ArrayLike) -> dict[Any, int]:
        """Return the bit of every label, from bits of shape (n_qubits,)."""
        return dict(zip(self.labels(), self.checked_row(bits).tolist(), strict=True))

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the answer; a family without a picture of its own gets one tile per bit."""
        from hybridq.plots.bits import plot_bits

        plot_bits(ax, self.labels(), bits)

    def picture_title(self, bits: Bits) -> str:
        """Return the title of the picture that `draw` makes."""
        return f"The best {self.value_name}"

    @property
    def value_scale(self) -> float:
        """Sum of the magnitudes of all terms, against which rounding is judged."""
        ising = self._ising
        sizes = [abs(ising.constant), *np.abs(ising.linear), *np.abs(ising.couplings)]
        return float(sum(sizes) + sum(abs(value) for _, value in ising.higher))

    @property
    def mean_value(self) -> float | None:
        """The constant of the cost in the natural sign; None where there are constraints."""
        if type(self).violations is not BinaryProblem.violations:
            return None
        return self.sign * self._ising.constant

    @cached_property
    def _ising(self) -> Ising:
        return self.cost()

    @cached_property
    def hamiltonian(self) -> PauliSum:
        """`cost` as a Pauli sum."""
        return self._ising.to_pauli_sum()

    def checked_row(self, bits: ArrayLike) -> Bits:
        """Return `bits` as uint8, shape (n_qubits,).

        A text such as ``"0110"`` and a mapping from labels to bits are read as well.

        Raises:
            DimensionError: another shape.
            ParameterError: an entry is neither 0 nor 1.
        """
        return checked_bits(bits, self.labels(), 1)

    def checked_rows(self, bits: ArrayLike) -> NDArray[np.uint8]:
        """Return `bits` as uint8, shape (k, n_qubits), checked likewise."""
        return checked_bits(bits, self.labels(), 2)


def option_fields(family: type[Problem]) -> tuple[str, ...]:
    """Return the names of a family's options: its fields after the data, less `name`."""
    if not dataclasses.is_dataclass(family):
        return ()
    names = [field.name for field in dataclasses.fields(family) if field.init]
    return tuple(name for name in names[1:] if name != "name")
