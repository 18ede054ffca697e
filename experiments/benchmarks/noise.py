"""Noisy QAOA on one thread: the engines density and trajectories beside Aer and qulacs.

    OMP_NUM_THREADS=1 python noise.py [--sizes 10,12] [--shots 1000] [--out noise.json]

The circuit is one layer of QAOA on a 3-regular graph, each coupling as CX, RZ, CX, with
depolarizing noise of 0.001 after gates on one qubit and 0.01 after CX. Values are checked first;
then each pair is timed in alternation, in CPU seconds, and the median of the ratios is printed. A
peer that cannot be imported is named as missing.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import networkx as nx
import numpy as np

import hybridq as hq
from hybridq.engines.trajectories.program import plan_of
from hybridq.engines.trajectories.records import conditioned

ONE, TWO = 0.001, 0.01
POINT = (0.6, 0.4)  # angles of RZ and half of RX
MODEL = hq.NoiseModel(one_qubit=hq.noise.depolarizing(ONE), two_qubit=hq.noise.depolarizing(TWO))


def edges_of(n: int) -> list[tuple[int, int]]:
    return sorted(nx.random_regular_graph(3, n, seed=n).edges())


def circuit_of(n: int) -> tuple[hq.Circuit, hq.PauliSum]:
    circuit = hq.Circuit(n, parameters=("gamma", "beta"))
    gamma, beta = hq.Parameter("gamma"), hq.Parameter("beta")
    for qubit in range(n):
        circuit = circuit.h(qubit)
    for u, v in edges_of(n):
        circuit = circuit.cx(u, v).rz(v, gamma).cx(u, v)
    for qubit in range(n):
        circuit = circuit.rx(qubit, beta * 2.0)
    return circuit, hq.PauliSum.from_sparse([("ZZ", edge, 0.5) for edge in edges_of(n)], n)


def aer(n: int) -> Callable[[], float]:
    """Return a function that runs Aer's density matrix and returns the expectation value."""
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp
    from qiskit_aer import AerSimulator
    from qiskit_aer.noise import NoiseModel, depolarizing_error

    model = NoiseModel(["h", "rz", "rx", "cx"])
    model.add_all_qubit_quantum_error(depolarizing_error(ONE, 1), ["h", "rz", "rx"])
    model.add_all_qubit_quantum_error(depolarizing_error(TWO, 2), ["cx"])
    circuit = QuantumCircuit(n)
    circuit.h(range(n))
    for u, v in edges_of(n):
        circuit.cx(u, v)
        circuit.rz(POINT[0], v)
        circuit.cx(u, v)
    circuit.rx(2 * POINT[1], range(n))
    terms = [("ZZ", list(edge), 0.5) for edge in edges_of(n)]
    circuit.save_expectation_value(SparsePauliOp.from_sparse_list(terms, n), range(n))
    simulator = AerSimulator(
        method="density_matrix", noise_model=model, max_parallel_threads=1, fusion_enable=True
    )
    return lambda: float(simulator.run(circuit).result().data()["expectation_value"])


def qulacs(n: int, shots: int) -> Callable[[], Any]:
    """Return a function that draws shots by qulacs' NoiseSimulator."""
    from qulacs import NoiseSimulator, QuantumCircuit, QuantumState
    from qulacs.gate import CNOT, RX, RZ, H

    circuit = QuantumCircuit(n)
    one, two = 0.75 * ONE, 15 / 16 * TWO
    for qubit in range(n):
        circuit.add_noise_gate(H(qubit), "Depolarizing", one)
    for u, v in edges_of(n):
        circuit.add_noise_gate(CNOT(u, v), "Depolarizing", two)
        circuit.add_noise_gate(RZ(v, -POINT[0]), "Depolarizing", one)
        circuit.add_noise_gate(CNOT(u, v), "Depolarizing", two)
    for qubit in range(n):
        circuit.add_noise_gate(RX(qubit, -2 * POINT[1]), "Depolarizing", one)
    state = QuantumState(n)
    simulator = NoiseSimulator(circuit, state)
    return lambda: simulator.execute(shots)


def cpu(function: Callable[[], Any]) -> float:
    start = time.process_time()
    function()
    return time.process_time() - start


def ratio(ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int) -> dict[str, float]:
    """Time two functions in alternation, after one run of each."""
    ours(), theirs()
    pairs = [(cpu(ours), cpu(theirs)) for _ in range(rounds)]
    return {
        "seconds": median(first for first, _ in pairs),
        "peer_seconds": median(second for _, second in pairs),
        "ratio": median(second / first for first, second in pairs),
    }


def cut_of(samples: Any, n: int) -> float:
    """Return the mean of ½ΣZZ over basis states."""
    spins = 1 - 2 * (np.asarray(samples)[:, None] >> np.arange(n) & 1)
    return float(np.mean([0.5 * sum(row[u] * row[v] for u, v in edges_of(n)) for row in spins]))


def rows_of(n: int, shots: int, rounds: int) -> list[dict[str, Any]]:
    circuit, observable = circuit_of(n)
    density = hq.engines.Density(MODEL, threads=1).bind(circuit, observable)
    start = time.process_time()
    hq.engines.Density(MODEL, threads=1).bind(circuit, observable)
    found = [{"what": "density, binding", "n": n, "seconds": time.process_time() - start}]
    exact = density.expectation(POINT)
    gradient = ratio(
        lambda: density.expectation(POINT), lambda: density.expectation_and_gradient(POINT), rounds
    )
    found.append({"what": "density, value and gradient / value", "n": n, **gradient})
    sampling = hq.engines.Trajectories(MODEL).bind(circuit, observable)
    draw = iter(range(10**6))
    try:
        value = aer(n)
        assert abs(value() - exact) < 1e-10, (value(), exact)
        found.append(
            {
                "what": "density against Aer's density matrix",
                "n": n,
                **ratio(lambda: density.expectation(POINT), value, rounds),
            }
        )
    except ImportError as error:
        print("missing:", error.name)
    try:
        shoot = qulacs(n, shots)
        theirs = shoot()
        mine = sampling.sample(POINT, shots, 1)
        error = 6 * np.sqrt(len(edges_of(n))) / np.sqrt(shots)
        for samples in (mine, theirs.get_samples() if hasattr(theirs, "get_samples") else theirs):
            assert abs(cut_of(samples, n) - exact) < error
        found.append(
            {
                "what": f"trajectories, {shots} shots, against qulacs' NoiseSimulator",
                "n": n,
                **ratio(lambda: sampling.sample(POINT, shots, next(draw)), shoot, rounds),
            }
        )
    except ImportError as error:
        print("missing:", error.name)
    estimating = hq.engines.Trajectories(MODEL, trajectories=1000, rng=3).bind(circuit, observable)
    estimate = estimating.estimate(POINT)
    assert abs(estimate.value - exact) < 5 * estimate.standard_error
    found.append(
        {
            "what": "trajectories, value and gradient / value",
            "n": n,
            **ratio(
                lambda: estimating.expectation(POINT),
                lambda: estimating.expectation_and_gradient(POINT),
                max(rounds // 3, 1),
            ),
        }
    )
    return found


def stratified(n: int, trajectories: int = 1000) -> dict[str, Any]:
    """Return how many times smaller the variance of stratified records is, at equal runs."""
    circuit, observable = circuit_of(n)
    engine = hq.engines.Trajectories(MODEL, trajectories=trajectories, rng=3)
    running: Any = engine.bind(circuit, observable)
    plain = conditioned(running._sites, 0, trajectories, np.random.default_rng(4))
    scatter = running._values(plan_of(running._blocks, plain), np.array(POINT)).var(ddof=1)
    runs = len(running._strata.exact) + len(running._strata.drawn)
    gain = float(scatter / (runs * running.estimate(POINT).standard_error ** 2))
    return {"what": "plain / stratified records, variance at equal runs", "n": n, "ratio": gain}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="10,12")
    parser.add_argument("--shots", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows = []
    for n in map(int, options.sizes.split(",")):
        for row in [*rows_of(n, options.shots, options.rounds), stratified(n)]:
            rows.append(row)
            times = [f"{row['seconds']:.4f} s"] if "seconds" in row else []
            times += [f"other {row['peer_seconds']:.4f} s"] if "peer_seconds" in row else []
            times += [f"ratio {row['ratio']:.2f}"] if "ratio" in row else []
            print(f"n = {n}  {row['what']}: {', '.join(times)}", flush=True)
    if options.out:
        options.out.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
