"""VQE: energies and gradients of hybridq beside its peers, and whole runs.

    python vqe.py [--peers qulacs,Lightning] [--no-runs] [--out results]

All peers run the same circuits at the same parameters. Values (to 1e-8) and gradients (to 1e-7)
are checked to agree, then each peer is timed in alternation with hybridq (median, warm). A peer
that cannot be imported is named as missing. Writes a JSON with everything and a table; nothing in
the table is typed by hand.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import vqe_cases
import vqe_peers
import vqe_report
import vqe_runs
from conditions import machine
from timing import alternate

EXCITATIONS = "UCCSD, all excitations free"
SHARED = "UCCSD, spin-flip partners share a parameter"
LAYERED = "RY RZ + CX chain, 4 layers, Ising chain"

CASES: list[tuple[str, str, Callable[[], vqe_cases.Case], tuple[str, ...]]] = [
    (
        "H2O",
        EXCITATIONS,
        lambda: vqe_cases.molecule("h2o", shared=False),
        ("qulacs", "Lightning", "Lightning, plain", "TenCirChem-NG"),
    ),
    ("H6", SHARED, lambda: vqe_cases.molecule("h6", shared=True), ("TenCirChem-NG",)),
    ("H2O", SHARED, lambda: vqe_cases.molecule("h2o", shared=True), ("TenCirChem-NG",)),
    ("N2", SHARED, lambda: vqe_cases.molecule("n2", shared=True), ("TenCirChem-NG",)),
    ("20 qubits", LAYERED, lambda: vqe_cases.tfim(20, 4), ("qulacs", "Lightning")),
]


def agree(name: str, own: tuple[float, Any], theirs: tuple[float, Any]) -> None:
    """Refuse to time what does not compute the same."""
    value = abs(own[0] - theirs[0])
    slope = float(np.abs(np.asarray(own[1]) - np.asarray(theirs[1])).max())
    if value > 1e-8 or slope > 1e-7:
        raise AssertionError(f"{name}: energy differs by {value:.1e}, gradient by {slope:.1e}")


def compare(
    case: vqe_cases.Case, objective: Any, peer: vqe_peers.Peer, kind: str
) -> dict[str, float]:
    """Seconds of hybridq and of a peer for the energy, or for the energy and its gradient."""
    x = case.x
    if kind == "gradient":
        theirs: Callable[[np.ndarray], Any] = peer.gradient(case)
        agree("gradient", objective.value_and_gradient(x), theirs(x))
        ours: Callable[[np.ndarray], Any] = objective.value_and_gradient
    else:
        assert peer.energy is not None
        theirs, ours = peer.energy(case), objective
        agree("energy", (ours(x), 0.0), (theirs(x), 0.0))
    own, other = alternate([lambda: ours(x), lambda: theirs(x)])
    return {"hybridq_s": own, "peer_s": other, "ratio": other / own}


def against_peers(names: list[str], missing: dict[str, str]) -> list[dict[str, Any]]:
    """A row for every case, kind and peer; what does not run is added to `missing`."""
    rows: list[dict[str, Any]] = []
    for label, ansatz, build, peers in CASES:
        case = build()
        objective = case.objective()
        print(f"{label}, {ansatz}: {objective.engine.name}, {objective.engine.reason}", flush=True)
        for name in (name for name in peers if name in names and name not in missing):
            peer = vqe_peers.PEERS[name]
            for kind in ("energy", "gradient"):
                if kind == "energy" and (ansatz != LAYERED or peer.energy is None):
                    continue
                try:
                    times = compare(case, objective, peer, kind)
                except AssertionError:
                    raise  # a wrong number is no missing peer
                except Exception as error:
                    why = f"{type(error).__name__}: {error}".splitlines()[0]
                    missing[f"{name}, {label}, {kind}"] = why
                    print(f"missing: {name}, {label}, {kind}: {why}", flush=True)
                    continue
                rows.append(
                    {
                        "case": label,
                        "ansatz": ansatz,
                        "n_qubits": case.circuit.n_qubits,
                        "n_params": case.circuit.n_params,
                        "engine": objective.engine.name,
                        "kind": kind,
                        "peer": name,
                        **times,
                    }
                )
                print(
                    f"{kind:8s} {label:10s} {name:16s} {times['hybridq_s'] * 1e3:9.4f} ms, "
                    f"peer {times['peer_s'] * 1e3:10.3f}: {times['ratio']:8.1f}x",
                    flush=True,
                )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", default=";".join(vqe_peers.PEERS), help="separated by ;")
    parser.add_argument("--no-runs", action="store_true", help="skip the whole runs")
    parser.add_argument("--out", default=str(Path(__file__).parent / "results"))
    options = parser.parse_args()
    conditions = machine("make bench-vqe")
    names = options.peers.split(";")
    versions: dict[str, str] = {}
    missing: dict[str, str] = {}
    for name in names:
        try:
            versions[name] = vqe_peers.PEERS[name].version()
        except Exception as error:  # whatever stands in the way of a peer is told, not guessed
            missing[name] = f"{type(error).__name__}: {error}".splitlines()[0]
            print(f"missing: {name}: {missing[name]}", flush=True)
    # The runs first: they are processes of their own, before any peer has threads here.
    runs = [] if options.no_runs else vqe_runs.measure(list(vqe_runs.RUNS))
    document = {
        "machine": conditions,
        "peers": versions,
        "rows": against_peers(names, missing),
        "missing": missing,
        "runs": runs,
    }
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "vqe.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    vqe_report.write(document, out)
    print((out / "vqe.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
