"""Results of energies made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.presentation import (
    Diagonalization,
    Energy,
    EngineInfo,
    ExactStatus,
    ExcitedStates,
    Iteration,
    OptimizerInfo,
    Particles,
    ProblemInfo,
    Reference,
    Result,
    State,
    Trace,
)
from hybridq.problems.molecule import Molecule

PROBLEMS = Path(__file__).parents[2] / "problems"
H2 = PROBLEMS / "molecules" / "h2_sto3g.fcidump"
TFIM = PROBLEMS / "hamiltonians" / "tfim_8.json"

# FCI and Hartree-Fock of H2, STO-3G, 0.735 angstrom, by PySCF 2.14, in hartree.
H2_FCI, H2_HF = -1.1373060358, -1.1169989968

WATER = ProblemInfo(
    kind="molecule",
    name="water",
    n_qubits=14,
    sense="minimize",
    value_name="energy",
    facts={"orbitals": 7, "electrons": 10, "n_alpha": 5, "n_beta": 5, "spin": 0,
           "restricted": True},
    noun="molecule",
    size="10 electrons in 7 orbitals, 2S = 0, 14 qubits",
)  # fmt: skip
CHAIN = ProblemInfo(
    "hamiltonian", "chain", 8, "minimize", "energy", {"terms": 16, "diagonal": False},
    size="16 terms, 8 qubits",
)  # fmt: skip


TOO_LARGE = Diagonalization(ExactStatus.TOO_LARGE, states=250_000)


def done(states: int, **changes: Any) -> Diagonalization:
    """A dense diagonalization of so many states."""
    return Diagonalization(ExactStatus.DONE, "dense diagonalization", states, **changes)


def molecule_result(error: float | None = 1e-4, **changes: Any) -> Result:
    """Water, whose energy is `error` hartree above −75; Hartree and Fock are at −74.95."""
    exact = None if error is None else -75.0
    energy = -75.0 + (1e-4 if error is None else error)
    block = Energy(
        unit="hartree",
        hartree_fock=-74.95,
        exact=exact,
        diagonalization=TOO_LARGE if exact is None else done(441),
        error=error,
        error_mha=None if error is None else 1e3 * error,
        chemical_accuracy=None if error is None else error <= 1.6e-3,
        correlation_recovered=None if error is None else (-74.95 - energy) / 0.05,
        particles=Particles(5.0, 5.0, 10.0),
        s_squared=1e-12,
        s_z=0.0,
    )
    result = Result(
        problem=WATER,
        ansatz={"kind": "uccsd", "n_params": 48, "excitations": 48, "singlet": False,
                "forbidden_by_symmetry": 92, "repetitions": 1, "initial": "mp2"},
        engine=EngineInfo("sector", "the circuit conserves N: 441 of 16,384 amplitudes", "double"),
        optimizer=OptimizerInfo("l-bfgs", 30, "converged", "its test passed", reason="converged"),
        parameters=np.zeros(48),
        expectation=energy,
        best=None,
        reference=None if exact is None else Reference(exact, "dense diagonalization", True),
        ratio=None,
        seed=7,
        seconds=0.5,
        versions={"hybridq": "0.1.0"},
        trace=Trace(values=np.array([-74.9, -74.99, energy])),
        energy=block,
    )  # fmt: skip
    return replace(result, **changes)


def chain_result(error: float, **changes: Any) -> Result:
    """A chain of spins, whose energy is `error` above −10."""
    return molecule_result(
        problem=CHAIN,
        ansatz={"kind": "hva", "n_params": 8, "layers": 4, "initial": "ramp"},
        expectation=-10.0 + error,
        energy=Energy(exact=-10.0, diagonalization=done(256), error=error),
        trace=Trace(values=np.array([-8.0, -10.0 + error])),
        **changes,
    )


def grown_result(count: int, **changes: Any) -> Result:
    """Water by an ansatz that grew to `count` operators, each a factor 0.8 nearer."""
    steps = tuple(
        Iteration(f"0 1 -> 5 {k} singlet", 0.1 * 0.8**k, 0.3 * 0.8**k, -75.0 + 0.05 * 0.8**k,
                  np.zeros(k), 5 * k)
        for k in range(1, count + 1)
    )  # fmt: skip
    result = molecule_result(0.05 * 0.8**count)
    trace = Trace(values=np.array([step.energy for step in steps]), iterations=steps)
    ansatz = {"kind": "adapt", "n_params": count, "pool": "gsd", "initial": "zero"}
    return replace(result, **{"trace": trace, "ansatz": ansatz, **changes})


def three_states(worst: float = 1e-5, **changes: Any) -> ExcitedStates:
    """A singlet, and a triplet and a singlet above it, the last `worst` hartree off."""
    exact = (-75.0, -74.8, -74.7)
    states = tuple(
        State(
            energy=value + (worst if number == 2 else 0.0),
            exact=value,
            error=worst if number == 2 else 0.0,
            n_alpha=5.0,
            n_beta=5.0,
            s_squared=2.0 if number == 1 else 0.0,
            s_z=0.0,
            overlaps=(0.0,) * number,
            evaluations=0,
            status="diagonalized",
        )
        for number, value in enumerate(exact)
    )
    found = ExcitedStates(
        problem=WATER,
        method="subspace",
        ansatz={"kind": "uccsd", "n_params": 48},
        engine=EngineInfo("sector", "N is conserved", "double"),
        states=states,
        diagonalization=done(441),
        unit="hartree",
        facts={"evaluations": 30},
        seed=7,
        seconds=0.5,
        versions={},
    )
    return replace(found, **changes)


def triplet_below() -> Molecule:
    """Two electrons in two orbitals whose lowest energy is a triplet's, in hartree by hand.

    Triplet: gap + (J - K) = 0.1 + 0.3. Lowest closed-shell singlet: the lower eigenvalue of
    [[1, K], [K, 1.2]], 1.1 - sqrt(0.05).
    """
    one = np.diag([0.0, 0.1])
    two = np.zeros((2, 2, 2, 2))
    two[0, 0, 0, 0] = two[1, 1, 1, 1] = 1.0
    two[0, 0, 1, 1] = two[1, 1, 0, 0] = 0.5
    two[0, 1, 0, 1] = two[0, 1, 1, 0] = two[1, 0, 0, 1] = two[1, 0, 1, 0] = 0.2
    return Molecule(ElectronicHamiltonian(0.0, np.stack([one] * 2), np.stack([two] * 3)), 1, 1)
