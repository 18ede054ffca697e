"""Configurations of the embedded engines.

They are quick to import: the running engines, with their compiled kernels, load when one is bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from hybridq.core.checks import checked_count
from hybridq.core.errors import ParameterError, Setting
from hybridq.core.executors import ExecutorLike
from hybridq.core.limits import MOST_OF_A_STATE
from hybridq.engines.config import EngineConfig

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.engines.base import Engine, Observable

PRECISIONS = ("double", "single")
AUTO_KERNELS, COMPILED, NUMPY = KERNELS = ("auto", "compiled", "numpy")


@dataclass(frozen=True, kw_only=True)
class CompiledEngine(EngineConfig):
    """Options of engines with compiled kernels and a slow twin in NumPy.

    Args:
        threads: the number of threads; all cores that the process may use by default. Results do
            not depend on it.
        kernels: ``"compiled"`` by Numba, ``"numpy"`` for the slow twin that needs no compiling, or
            ``"auto"``: compiled, but a `hybridq.solve` of little work takes NumPy as long as this
            machine has not compiled the kernels yet. Values of the two agree up to rounding.

    Raises:
        ParameterError: an unknown kind of kernels, or threads < 1.
    """

    automatic: ClassVar[bool] = True

    threads: int | None = None
    kernels: str = AUTO_KERNELS

    def __post_init__(self) -> None:
        if self.kernels not in KERNELS:
            raise ParameterError(
                argument="kernels", value=self.kernels, expected="'auto', 'compiled' or 'numpy'"
            )
        if self.threads is not None:
            object.__setattr__(self, "threads", checked_count("threads", self.threads))

    def decisive_options(self) -> dict[str, Any]:
        """Return the kernels where they are NumPy's: those are others, to the last bits."""
        return {"kernels": NUMPY} if self.kernels == NUMPY else {}

    def running_options(self) -> dict[str, Any]:
        """Return the options of a running engine, with the kernels decided."""
        kernels = COMPILED if self.kernels == AUTO_KERNELS else self.kernels
        return {**self.options(), "kernels": kernels}


@dataclass(frozen=True, kw_only=True)
class Simulator(CompiledEngine):
    """Options that all embedded simulators of states share.

    Args:
        precision: ``"double"`` (complex128) or ``"single"`` (complex64, half the memory).

    Raises:
        ParameterError: an unknown precision or kind of kernels, or threads < 1.
    """

    precision: str = "double"

    def __post_init__(self) -> None:
        check_precision(self.precision)
        super().__post_init__()


def check_precision(precision: object) -> None:
    """Raise unless `precision` is ``"double"`` or ``"single"``.

    Raises:
        ParameterError: another value.
    """
    if precision not in PRECISIONS:
        raise ParameterError(argument="precision", value=precision, expected="'double' or 'single'")


@dataclass(frozen=True, kw_only=True)
class Diagonal(Simulator):
    """Layers of a diagonal cost and X mixers on |+…+⟩: QAOA, fastest by far.

    The observable is the cost itself. A spin-flip symmetric cost takes half the amplitudes.
    """

    name: ClassVar[str] = "diagonal"
    summary: ClassVar[str] = "QAOA with the X mixer: phases of one diagonal cost, fastest by far."
    most_qubits: ClassVar[int | None] = MOST_OF_A_STATE

    def bind(self, circuit: Circuit, observable: Observable) -> Engine:
        """Return a `DiagonalEngine`."""
        from hybridq.engines.layers import check_opening

        check_opening(circuit, self.name)  # most other circuits are refused before the kernels load
        from hybridq.engines.diagonal.engine import DiagonalEngine

        return DiagonalEngine(circuit, observable, **self.running_options())

    def for_any_circuit(self) -> EngineConfig:
        """Return the statevector engine with the same options."""
        return Statevector(**self.options())


@dataclass(frozen=True, kw_only=True)
class Subspace(Simulator):
    """QAOA with a mixer that keeps states feasible, on the feasible states alone.

    Any number of qubits: memory and time follow the number of feasible states.
    """

    name: ClassVar[str] = "subspace"
    summary: ClassVar[str] = "QAOA on the feasible states of a problem alone, with its own mixers."

    def bind(self, circuit: Circuit, observable: Observable) -> Engine:
        """Return a `SubspaceEngine`."""
        from hybridq.engines.subspace.reading import check_opening

        check_opening(circuit)  # most other circuits are refused before the kernels load
        from hybridq.engines.subspace.engine import SubspaceEngine

        return SubspaceEngine(circuit, observable, **self.running_options())

    def for_any_circuit(self) -> EngineConfig:
        """Return the automatic choice: most mixers have no circuit of gates."""
        return self


@dataclass(frozen=True, kw_only=True)
class Sector(Simulator):
    """Circuits that conserve particle numbers, on the amplitudes of one sector.

    Amplitudes are real where the circuit is. Unitary coupled cluster, Givens rotations and XY
    mixers are such circuits.
    """

    name: ClassVar[str] = "sector"
    summary: ClassVar[str] = "Circuits that conserve particle numbers, on their sector alone."

    def bind(self, circuit: Circuit, observable: Observable) -> Engine:
        """Return a `SectorEngine`."""
        from hybridq.engines.sector.engine import SectorEngine

        return SectorEngine(circuit, observable, **self.running_options())

    def for_any_circuit(self) -> EngineConfig:
        """Return the statevector engine with the same options."""
        return Statevector(**self.options())


@dataclass(frozen=True, kw_only=True)
class Statevector(Simulator):
    """Any circuit and observable, on all 2^n amplitudes."""

    name: ClassVar[str] = "statevector"
    summary: ClassVar[str] = "Any circuit, on all 2^n amplitudes."
    most_qubits: ClassVar[int | None] = MOST_OF_A_STATE

    def bind(self, circuit: Circuit, observable: Observable) -> Engine:
        """Return a `StatevectorEngine`."""
        from hybridq.engines.statevector.engine import StatevectorEngine

        return StatevectorEngine(circuit, observable, **self.running_options())


@dataclass(frozen=True, kw_only=True)
class P1(CompiledEngine):
    """One layer of QAOA with the X mixer in closed form, for any number of qubits.

    Costs of order two, with fields and triangles; the observable is such an energy too. It gives
    exact expectation values, gradients and correlations, and no samples. Time grows with the
    number of couplings, not with 2^n. Double precision.

    Args:
        kernels: ``"compiled"`` by Numba, as ``"auto"`` is, or ``"numpy"`` for the slow twin that
            needs no compiling. Values of the two agree up to rounding.
    """

    name: ClassVar[str] = "p1"
    summary: ClassVar[str] = "One layer of QAOA in closed form, on graphs of any size; no samples."
    source: ClassVar[str] = (
        "Ozaeta, van Dam, McMahon 2022, arXiv:2012.03421; Wang, Hadfield, Jiang, Rieffel 2018, "
        "arXiv:1706.02998"
    )
    holds_state: ClassVar[bool] = False

    def bind(self, circuit: Circuit, observable: Observable) -> Engine:
        """Return a `P1Engine`."""
        from hybridq.engines.p1 import P1Engine

        return P1Engine(circuit, observable, **self.running_options())

    def for_any_circuit(self) -> EngineConfig:
        """Return the statevector engine with the same options."""
        return Statevector(**self.options())


@dataclass(frozen=True, kw_only=True)
class LightCone(CompiledEngine):
    """QAOA with the X mixer on graphs of any size, one light cone at a time.

    Costs of order two, with fields; the observable is such an energy too. Each measured pair takes
    the way that suits its cone: messages along a tree, a sum over the paths of all qubits, or a
    state of the cone alone. It gives exact expectation values, gradients and correlations, and no
    samples. Cones that are too wide are refused. Double precision.

    Args:
        executor: has the sums over paths as tasks: an executor of ``concurrent.futures`` or its
            name, see `hybridq.core.executors.open_mapper`; threads of this process by default.
            Values are the same to the last bit.
    """

    name: ClassVar[str] = "lightcone"
    summary: ClassVar[str] = "QAOA of few layers on sparse graphs of any size; no samples."
    source: ClassVar[str] = (
        "Farhi, Goldstone, Gutmann 2014, arXiv:1411.4028; Basso, Farhi, Marwaha, Villalonga, Zhou "
        "2022, arXiv:2110.14206; Wurtz, Lykov 2021, arXiv:2107.00677"
    )
    holds_state: ClassVar[bool] = False

    executor: ExecutorLike = field(default=None, repr=False)

    def bind(self, circuit: Circuit, observable: Observable) -> Engine:
        """Return a `LightConeEngine`."""
        from hybridq.engines.layers import check_opening

        check_opening(circuit, self.name)  # before the other modules load
        from hybridq.engines.lightcone.engine import LightConeEngine

        options = {**self.running_options(), "executor": self.executor}
        return LightConeEngine(circuit, observable, **options)

    @classmethod
    def option_names(cls) -> tuple[str, ...]:
        """Return the names of the options that are plain values."""
        return tuple(name for name in super().option_names() if name != "executor")

    def for_any_circuit(self) -> EngineConfig:
        """Return the statevector engine with the same options."""
        return Statevector(**self.options())


@dataclass(frozen=True, kw_only=True)
class Distributed(Simulator):
    """QAOA with the X mixer on a state that is spread over MPI ranks or threads.

    A layer sends (1 − 1/R) 2^N / R amplitudes a rank, once, of N = n − 1 bits where the cost is
    spin-flip symmetric: a quarter of what two exchanges of the full state take. Under a launcher
    of MPI (``mpirun -n 4``) the ranks are its processes, else threads of this one.

    Args:
        comm: ranks that all run the same program, such as ``mpi4py.MPI.COMM_WORLD``.
        ranks: number of ranks in threads of this process, a power of two; 1 by default.
        threads: the number of threads of each rank; its share of the cores by default.

    Raises:
        ParameterError: a number of ranks that is not a power of two, or both `comm` and `ranks`.
    """

    name: ClassVar[str] = "distributed"
    summary: ClassVar[str] = "QAOA with the X mixer on a state spread over MPI ranks or threads."
    automatic: ClassVar[bool] = False

    comm: Any = field(default=None, kw_only=False, repr=False)
    ranks: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.ranks is None:
            return
        from hybridq.engines.distributed.sharding import checked_ranks

        object.__setattr__(self, "ranks", checked_ranks(self.ranks))
        if self.comm is not None:
            raise ParameterError(
                "the ranks are those of `comm`", argument="ranks", value=self.ranks,
                remedy=("leave out ", Setting("ranks")),
            )  # fmt: skip

    def bind(self, circuit: Circuit, observable: Observable) -> Engine:
        """Return a `DistributedEngine`."""
        from hybridq.engines.layers import check_opening

        check_opening(circuit, self.name)
        from hybridq.engines.distributed.engine import DistributedEngine
        from hybridq.engines.distributed.launch import ranks_of

        options = self.running_options()
        ranks = ranks_of(self.comm, options.pop("ranks"))
        return DistributedEngine(circuit, observable, ranks, **options)

    @classmethod
    def option_names(cls) -> tuple[str, ...]:
        """Return the names of the options that are plain values."""
        return tuple(name for name in super().option_names() if name != "comm")

    def for_any_circuit(self) -> EngineConfig:
        """Return the statevector engine with the same options."""
        return Statevector(precision=self.precision, threads=self.threads, kernels=self.kernels)
