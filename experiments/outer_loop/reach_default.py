"""Results of `hybridq solve maxcut` by default on the 100 instances, 1000 shots.

Run from the root of the repository:
python -m experiments.outer_loop.reach_default [--initial ramp]
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict

import numpy as np

import hybridq as hq
from experiments.outer_loop.instances import INSTANCES

SHOTS = 1000


def main() -> None:
    """Solve all and print what the reach asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--initial", default="auto")
    parser.add_argument("--strategy", default=None)
    parser.add_argument("--p", type=int, default=None)
    asked = parser.parse_args()
    optimal, seconds = 0, []
    ratios = defaultdict(list)
    missed = []
    for instance in INSTANCES:
        problem = instance.problem()
        began = time.perf_counter()
        result = hq.solve(
            problem, p=asked.p, initial=asked.initial, strategy=asked.strategy, shots=SHOTS,
            rng=instance.index,
        )  # fmt: skip
        seconds.append(time.perf_counter() - began)
        hit = result.best.value >= result.reference.value * (1 - 1e-12)
        optimal += hit
        if not hit:
            missed.append(problem.name)
        ratios[instance.kind].append((result.ratio.expectation, result.optimizer.evaluations))
    print(f"optimal {optimal} of {len(INSTANCES)}, missed {missed}")
    for kind, rows in ratios.items():
        array = np.array(rows)
        print(
            f"{kind}: ratio mean {array[:, 0].mean():.4f} min {array[:, 0].min():.4f}, "
            f"evaluations median {np.median(array[:, 1]):g}"
        )
    print(f"seconds: median {np.median(seconds):.3f}, most {max(seconds):.3f}")


if __name__ == "__main__":
    main()
