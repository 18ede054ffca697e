"""Whole VQE runs of hybridq, each in a process of its own: seconds, energy, error, memory.

python vqe_runs.py NAME    # one run; its facts as a line of JSON
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import vqe_cases

import hybridq as hq

LIMIT_S = 240
"""A run that takes longer is stopped and told."""


def peak_memory() -> int:
    """Bytes of memory at most used by this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _solved(name: str, **options: Any) -> dict[str, Any]:
    """Solve a molecule twice: in a new process, and again when everything is compiled."""
    path = vqe_cases.MOLECULES / f"{name}_sto3g.fcidump"
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        result = hq.solve(hq.Molecule.from_fcidump(path), rng=7, **options)
        seconds.append(time.perf_counter() - began)
    facts = result.energy
    return {
        "seconds": seconds[1],
        "first_seconds": seconds[0],
        "energy": result.expectation,
        "error_mha": None if facts is None else facts.error_mha,
        "parameters": len(result.parameters),
        "evaluations": result.optimizer.evaluations,
        "status": result.optimizer.status,
    }


def _active_space() -> dict[str, Any]:
    """Energy and gradient of UCCSD for water in cc-pVDZ, 8 electrons in 16 orbitals."""
    water = "O 0 0 0; H 0.757 0.586 0; H -0.757 0.586 0"
    molecule = hq.Molecule.from_geometry(water, basis="cc-pvdz", active_space=(8, 16))
    case = vqe_cases.ucc(molecule, shared=False, scale=0.01)
    began = time.perf_counter()
    objective = case.objective()
    prepared = time.perf_counter()
    value, slope = objective.value_and_gradient(case.x)
    again = time.perf_counter()
    objective.value_and_gradient(case.x)
    return {
        "seconds": time.perf_counter() - again,
        "first_seconds": again - prepared,
        "preparation_seconds": prepared - began,
        "energy": value,
        "gradient_norm": float(np.linalg.norm(slope)),
        "parameters": case.circuit.n_params,
        "engine": objective.engine.reason,
    }


RUNS: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "h6": ("H6 1.5 Å, UCCSD to its minimum", lambda: _solved("h6", ansatz="uccsd")),
    "lih": ("LiH 1.6 Å, UCCSD to its minimum", lambda: _solved("lih", ansatz="uccsd")),
    "n2": ("N2 1.2 Å, UCCSD to its minimum", lambda: _solved("n2", ansatz="uccsd")),
    "adapt": (
        "H6 1.5 Å, ADAPT with the GSD pool to 1.6 mHa",
        lambda: _solved("h6", ansatz="adapt", pool="gsd", accuracy=1.6e-3),
    ),
    "active": (
        "water, cc-pVDZ, 8 electrons in 16 orbitals: UCCSD energy and gradient",
        _active_space,
    ),
}


def measure(names: list[str]) -> list[dict[str, Any]]:
    """Every run, or what kept it from ending."""
    rows = []
    for name in names:
        row: dict[str, Any] = {"name": name, "what": RUNS[name][0]}
        command = [sys.executable, __file__, name]
        try:
            run = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=LIMIT_S
            )
            lines = run.stdout.strip().splitlines()
            if run.returncode or not lines:
                told = run.stderr.strip().splitlines() or [f"exit status {run.returncode}"]
                row["error"] = told[-1][:300]
            else:
                row |= json.loads(lines[-1])
        except subprocess.TimeoutExpired:
            row["error"] = f"stopped after {LIMIT_S} s"
        print("run", {key: value for key, value in row.items() if key != "name"}, flush=True)
        rows.append(row)
    return rows


if __name__ == "__main__":
    facts = RUNS[sys.argv[1]][1]()
    print(json.dumps(facts | {"peak_bytes": peak_memory()}))
