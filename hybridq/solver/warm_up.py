"""Compile all kernels at once, so that no later run waits for the compiler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np

from hybridq.core.jit import announcing_compilation
from hybridq.core.processes import cores
from hybridq.core.randomness import as_generator

__all__ = ["PARTS", "Part", "warm_up"]


@dataclass(frozen=True)
class Part:
    """Kernels that are compiled together.

    Attributes:
        title: in words.
        function: name of the function of this module that needs them all.
        arguments: of that function.
        share: its part of all the work, roughly; they sum to 1.
    """

    title: str
    function: str
    arguments: tuple[Any, ...] = ()
    share: float = 0.0


def warm_up(
    *, workers: int | None = None, progress: Callable[[Part, float], Any] | None = None
) -> None:
    """Compile every kernel that this machine has not compiled yet, and keep them.

    Args:
        workers: processes that compile at once (default: the cores that this process may use).
        progress: called with each part that is done, and the share of all parts that are.
    """
    done = 0.0
    # Each in a fresh process: Numba compiles one function at a time in each of them.
    with ProcessPoolExecutor(
        min(workers or cores(), len(PARTS)),
        mp_context=get_context("spawn"),
        max_tasks_per_child=1,
    ) as pool:
        running = {pool.submit(_compile, part): part for part in PARTS}
        try:
            for future in as_completed(running):
                future.result()
                done += running[future].share
                if progress is not None:
                    progress(running[future], min(done, 1.0))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _compile(part: Part) -> None:
    with announcing_compilation(lambda text: None):
        globals()[part.function](*part.arguments)


def _use(engine: Any) -> None:
    """Call everything that a running engine can do."""
    from hybridq.engines.protocols import (
        SupportsDeflation,
        SupportsDistribution,
        SupportsLevels,
        SupportsWeights,
    )

    x = np.full(engine.n_params, 0.3)
    engine.expectation(x)
    engine.expectation_and_gradient(x)
    engine.expectations([x] * 8)  # enough for several in one vector
    engine.sample(x, 10, as_generator(1))
    if isinstance(engine, SupportsLevels):
        engine.distribution(x)
    if isinstance(engine, SupportsWeights) and isinstance(engine, SupportsDistribution):
        engine.weighted_expectation(x, np.ones(len(engine.probabilities(x))))
    if isinstance(engine, SupportsDeflation):
        snapshot = engine.snapshot(x)
        engine.matrix_elements([snapshot])
        engine.deflate([1.0], [snapshot])


def _diagonal(precision: str) -> None:
    """Run QAOA of few and of many qubits on costs of each kind.

    They are quadratic, integer and real of higher order.
    """
    from hybridq.ansatz.qaoa import QAOA
    from hybridq.engines.simulators import Diagonal
    from hybridq.operators.pauli_sum import PauliSum

    for n_qubits in (8, 15):
        ring = [("ZZ", (q, (q + 1) % n_qubits), 1.0) for q in range(n_qubits)]
        for further in ((), (("Z", (0,), 1.0),), (("ZZZ", (0, 1, 2), 1.0),)):
            cost = PauliSum.from_sparse([*ring, *further], n_qubits)
            engine = Diagonal(precision=precision, kernels="compiled")
            _use(engine.bind(QAOA(cost, p=1).circuit, cost))


def _sector(precision: str) -> None:
    """Run circuits that conserve particles, of each kind."""
    from hybridq.circuits.circuit import Circuit
    from hybridq.circuits.instructions import Angle, Excitation, Transition
    from hybridq.engines.simulators import Sector
    from hybridq.operators.pauli_sum import PauliSum

    n = 6
    observable = PauliSum.from_sparse([("ZZ", (0, 1), 1.0), ("XX", (0, 2), 0.5)], n)
    for kind in ("real", "signs", "blocks", "complex"):
        circuit = Circuit(n).x(0).x(1).x(3)
        one = Excitation(((1.0, Transition((2,), (0,))),), Angle(parameter=0), kind == "complex")
        circuit = circuit.append(one)
        if kind == "complex":
            circuit = circuit.append(Excitation(one.terms, Angle(parameter=1))).rz(0, "a").z(1)
            circuit = circuit.phase(PauliSum.from_sparse([("ZZ", (0, 1), 1.0)], n), "b")
        if kind == "signs":
            circuit = circuit.z(1)
        if kind == "blocks":
            terms = ((0.5, Transition((2,), (0,))), (0.5, Transition((2, 4), (0, 3))))
            circuit = circuit.append(Excitation(terms, Angle(parameter=0)))
        _use(Sector(precision=precision, kernels="compiled").bind(circuit, observable))


def _subspace(precision: str) -> None:
    """Run mixers on feasible states in each order of the states."""
    from hybridq.ansatz.mixers import (
        BitFlip,
        BitFlipTrotter,
        Grover,
        Mixer,
        XYComplete,
        XYRing,
        XYRingTrotter,
    )
    from hybridq.ansatz.qaoa import QAOA
    from hybridq.engines.simulators import Subspace
    from hybridq.operators.feasible import FeasibleSpace, Group, LinearBound
    from hybridq.operators.pauli_sum import PauliSum

    n = 10
    ring = [("ZZ", (q, (q + 1) % n), 1.0 + q) for q in range(n)]
    cost = PauliSum.from_sparse(ring, n)
    sets = FeasibleSpace(n, tuple(LinearBound((q, q + 1), (1, 1), upper=1) for q in range(n - 1)))
    blocks = FeasibleSpace(n, groups=(Group((0, 1, 2)), Group(tuple(range(3, n)))))
    weight = FeasibleSpace(n, groups=(Group(tuple(range(n)), n // 2),))
    mixers: tuple[Mixer, ...] = (
        BitFlip(space=sets),
        BitFlipTrotter(space=sets),
        Grover(space=sets),
        XYComplete(space=blocks),
        XYComplete(space=weight),
        XYRing(space=weight),
        XYRingTrotter(space=weight),
    )
    for mixer in mixers:
        engine = Subspace(precision=precision, kernels="compiled")
        _use(engine.bind(QAOA(cost, p=1, mixer=mixer).circuit, cost))


def _statevector(precision: str) -> None:
    """Run a circuit with every kind of operation."""
    from hybridq.circuits.circuit import Circuit
    from hybridq.engines.simulators import Statevector
    from hybridq.operators.pauli_sum import PauliSum

    n = 8
    circuit = Circuit(n)
    for qubit in range(n):
        circuit = circuit.ry(qubit, f"a{qubit}").rz(qubit, "b")
    for qubit in range(n - 1):
        circuit = circuit.cx(qubit, qubit + 1)
    observable = PauliSum.from_sparse([("ZZ", (0, 7), 1.0), ("XY", (0, 2), 0.5)], n)
    _use(Statevector(precision=precision, kernels="compiled").bind(circuit, observable))


def _hamiltonians() -> None:
    """Assemble Hamiltonians too large for NumPy, and multiply by them."""
    from hybridq.classical.ground_state import ground_states
    from hybridq.operators.electronic import ElectronicHamiltonian
    from hybridq.operators.pauli_sum import PauliSum
    from hybridq.operators.sector import Sector
    from hybridq.operators.sector_electronic import electronic_matrix, electronic_parts
    from hybridq.operators.sector_matrix import sector_matrix
    from hybridq.operators.sector_product import ElectronicProduct

    m = 10
    hopping = -np.eye(m, k=1) - np.eye(m, k=-1)
    repulsion = np.zeros((m,) * 4)
    repulsion[(np.arange(m),) * 4] = 4.0
    chain = ElectronicHamiltonian(0.0, np.stack([hopping] * 2), np.stack([repulsion] * 3))
    electronic_matrix(chain, Sector.of_electrons(m, 5, 5))
    small = Sector.of_electrons(m, 1, 1)
    for dtype in (np.float64, np.float32):
        product = ElectronicProduct(electronic_parts(chain, small), dtype, 1)
        product.apply(np.ones(small.dim, dtype), np.empty(small.dim, dtype))
    n = 16
    terms = [("ZZ", (q, q + 1), 1.0) for q in range(n - 1)] + [("X", (q,), 1.0) for q in range(n)]
    ground_states(PauliSum.from_sparse(terms, n))
    ground_states(PauliSum.from_sparse([*terms, ("Y", (0,), 0.5)], n))
    hops = [(p + p, (q, (q + 1) % n), 0.5) for q in range(n) for p in "XYZ"]
    sector_matrix(PauliSum.from_sparse(hops, n), Sector.of_weight(n, 8))


def _one_layer() -> None:
    """Compute one layer in closed form, correlations included."""
    from hybridq.operators.ising import Ising
    from hybridq.operators.p1 import OneLayer, close_pairs

    ising = Ising.from_qubo({(0, 1): 1.0, (1, 2): 1.0, (0,): 1.0})
    OneLayer(ising).correlations(0.3, 0.3, close_pairs(ising))


def _light_cones() -> None:
    """Value light cones of each kind: trees with fields, loops, uncoupled pairs."""
    from hybridq.ansatz.qaoa import QAOA
    from hybridq.engines.simulators import LightCone
    from hybridq.operators.pauli_sum import PauliSum

    n = 12
    ring = [("ZZ", (q, (q + 1) % n), 1.0) for q in range(n)]
    for terms in (ring[:-1], [*ring, ("ZZ", (0, 5), 1.0)]):
        for fields in ([], [("Z", (0,), 1.0)]):
            cost = PauliSum.from_sparse([*terms, *fields], n)
            engine = LightCone(kernels="compiled").bind(QAOA(cost, p=2).circuit, cost)
            x = np.full(engine.n_params, 0.3)
            engine.expectation_and_gradient(x)  # type: ignore[attr-defined]
            engine.correlations(x, [[0, 1], [0, 2]])  # type: ignore[attr-defined]


def _noisy() -> None:
    """Run gates with noise, and pull a gradient back."""
    from hybridq.circuits.circuit import Circuit
    from hybridq.engines.noisy import Density, Trajectories
    from hybridq.operators.pauli_sum import PauliSum

    circuit = Circuit(2).h(0).cx(0, 1).rx(1, "theta")
    for kind in (Density, Trajectories):
        engine = kind(kernels="compiled").bind(circuit, PauliSum.from_labels({"ZZ": 1.0}))
        engine.expectation_and_gradient([0.3])  # type: ignore[attr-defined]
        engine.sample([0.3], 1, 0)  # type: ignore[attr-defined]


def _classical() -> None:
    """Search exhaustively, by annealing and by contraction, and bound the minimum."""
    from hybridq.classical.contraction import contraction
    from hybridq.classical.exact import exact_minimum
    from hybridq.classical.local_search import local_search
    from hybridq.classical.semidefinite import semidefinite_bound
    from hybridq.operators.ising import Ising
    from hybridq.operators.pauli_sum import PauliSum

    n = 22
    ring = [("ZZ", (q, (q + 1) % n), 1.0) for q in range(n)]
    ising = Ising.from_pauli_sum(PauliSum.from_sparse(ring, n))
    exact_minimum(ising)
    local_search(ising, restarts=1, sweeps=1, rng=1)
    contraction(ising, gamma_scale=1.0, rng=1)
    semidefinite_bound(ising, rng=1, time_limit=0.0)


def _parts() -> Iterator[Part]:
    """Yield all parts, the longest first, with their seconds on a core of an AMD EPYC."""
    for precision, words in (("double", ""), ("single", ", single precision")):
        yield Part(f"QAOA{words}", "_diagonal", (precision,), 21.0)
        yield Part(f"any circuit{words}", "_statevector", (precision,), 12.0)
        yield Part(f"QAOA on feasible states{words}", "_subspace", (precision,), 12.0)
        yield Part(f"circuits in a sector{words}", "_sector", (precision,), 9.0)
    yield Part("Hamiltonians in a sector", "_hamiltonians", (), 6.0)
    yield Part("one layer of QAOA in closed form", "_one_layer", (), 1.5)
    yield Part("light cones", "_light_cones", (), 7.0)
    yield Part("circuits with noise", "_noisy", (), 6.0)
    yield Part("classical searches", "_classical", (), 8.0)


def _shares(parts: list[Part]) -> tuple[Part, ...]:
    total = sum(part.share for part in parts)
    return tuple(Part(p.title, p.function, p.arguments, p.share / total) for p in parts)


PARTS = _shares(list(_parts()))
"""All kernels, the longest to compile first."""
