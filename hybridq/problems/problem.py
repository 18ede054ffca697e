"""Base class of all problem families."""

from __future__ import annotations

import dataclasses
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from hybridq.core import memory
from hybridq.core.errors import Setting, Text
from hybridq.core.options import Option, of_dataclass, of_function
from hybridq.problems._defaults import check_names

if TYPE_CHECKING:
    from hybridq.operators.electronic import ElectronicHamiltonian
    from hybridq.operators.feasible import FeasibleSpace
    from hybridq.operators.hubbard import HubbardModel
    from hybridq.operators.pauli_sum import PauliSum

Sense = Literal["maximize", "minimize"]

_READING = ("header", "convention")  # options of reading, not of a family


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
        qubits: the number of qubits in words, such as ``"one qubit a node"``.
        most_name: the words before `most`, as in "4 of at most 6".
        data_fields: names of the fields that hold the data; the first field where empty.
        may_be_diagonal: whether Hamiltonians of the family are, or can be, diagonal.
        examples: arguments after ``hybridq solve KIND`` that its help page shows.
        idle_options: options of a base class without effect here; the command line has none.
    """

    kind: ClassVar[str]
    summary: ClassVar[str] = ""
    sense: ClassVar[Sense]
    value_name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]] = ()
    mixers: ClassVar[tuple[str, ...]] = ()
    noun: ClassVar[str] = "problem"
    item: ClassVar[str] = "qubit"
    qubits: ClassVar[str] = ""
    most_name: ClassVar[str] = "at most"
    data_fields: ClassVar[tuple[str, ...]] = ()
    may_be_diagonal: ClassVar[bool] = False
    examples: ClassVar[tuple[str, ...]] = ("FILE --seed 7 --plot out.png",)
    idle_options: ClassVar[tuple[str, ...]] = ()
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

    def __repr__(self) -> str:
        size = self.size()
        named = "" if self.name == size else f"{self.name!r}: "
        return f"{type(self).__name__}({named}{size})"

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

    @property
    def space(self) -> FeasibleSpace | None:
        """Feasible assignments, for mixers that keep to them; None for all."""
        from hybridq.operators.feasible import FeasibleSpace, Group

        groups = tuple(map(Group, self.blocks))
        return FeasibleSpace(self.n_qubits, groups=groups) if groups else None

    @property
    def confined(self) -> bool:
        """True if some constraint has no penalty: a mixer has to keep to `space`."""
        return False

    def contradiction(self) -> tuple[str, ...]:
        """Return names of constraints that no assignment meets together; () if unknown."""
        return ()

    @property
    def penalty_remedy(self) -> tuple[str | Setting, ...]:
        """Setting that gives a confined problem penalties; () for none."""
        return ()

    @property
    def smaller(self) -> Text:
        """Alternatives where feasible assignments are too many to list; "" for none."""
        return ""

    @classmethod
    def options(cls) -> tuple[Option, ...]:
        """Return the options of the family: its fields, less the data and `name`.

        A family that is not a dataclass declares them as keyword arguments of `from_file`.
        """
        if dataclasses.is_dataclass(cls):
            return tuple(of_dataclass(cls, option_fields(cls)))
        return tuple(each for each in of_function(cls.from_file) if each.name not in _READING)

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
            convention: factor of off-diagonal entries in a quadratic file; that of its format by
                default.
            options: of the family.

        Raises:
            FormatError: the file cannot be read.
            UnknownNameError: no format, or no option of the family, has that name.
            ProblemError: the data are not a problem of this family.
        """
        from hybridq.problems.formats import read

        cls.check_options(options)
        with memory.uncollected():
            data = read(path, cls.reads, format, header=header, convention=convention)
            return cls._named(data, path, options)

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
        with memory.uncollected():
            found = parse(
                data, cls.reads, format, source=source, header=header, convention=convention
            )
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

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on the data and their encoding, for people."""
        return ()

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


def option_fields(family: type[Problem]) -> tuple[str, ...]:
    """Return the names of a family's options: its fields, less the data and `name`.

    The data are the fields that `data_fields` names, by default the first one.
    """
    if not dataclasses.is_dataclass(family):
        return ()
    fields = [field for field in dataclasses.fields(family) if field.init]
    first = next((field.name for field in fields if not field.kw_only), "")
    data = family.data_fields or (first,)
    return tuple(field.name for field in fields if field.name not in (*data, "name"))
