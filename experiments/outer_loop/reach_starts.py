"""`--initial auto` against the ramp on the 100 instances of `reach_default.py`, p = 1, 2, 4, 8.

Run: python experiments/outer_loop/reach_starts.py
"""

from __future__ import annotations

import numpy as np
from reach_default import instances

import hybridq as hq

DEPTHS = (1, 2, 4, 8)
STARTS = ("ramp", "tuned-ramp", "transfer", "sk", "auto")
SLACK = 1e-4  # of the optimum; what the optimizer's tolerance leaves open


def main() -> None:
    """Print ratios at the start and the end, evaluations, and how often auto ends worse."""
    for p in DEPTHS:
        rows = []
        for seed, (_, problem) in enumerate(instances()):
            ansatz = hq.QAOA(problem.hamiltonian, p)
            objective = hq.Expectation(ansatz, problem.hamiltonian, threads=1)
            row = []
            for start in STARTS:
                result = hq.solve(problem, p=p, initial=start, rng=seed, shots=1, threads=1)
                optimum = result.reference.value
                begun = -objective(ansatz.initial_point(result.ansatz["initial"])) / optimum
                row.append((begun, result.ratio.expectation, result.optimizer.evaluations))
            rows.append(row)
        array = np.array(rows)
        print(f"p = {p}")
        for number, start in enumerate(STARTS):
            begun, ended, evaluations = array[:, number].T
            ramp_begun, ramp_ended, _ = array[:, 0].T
            print(
                f"  {start:11} start {begun.mean():.4f}, end {ended.mean():.4f}, evaluations "
                f"{np.median(evaluations):g}; begins worse than the ramp "
                f"{np.sum(begun < ramp_begun - 1e-9)}, ends worse "
                f"{np.sum(ended < ramp_ended - SLACK)} (by at most "
                f"{max(0.0, (ramp_ended - ended).max()):.4f}), better "
                f"{np.sum(ended > ramp_ended + SLACK)}",
                flush=True,
            )


if __name__ == "__main__":
    main()
