"""Kills searches at random moments, resumes them, and compares with one that was never killed.

Run as ``python journal_kill.py MOMENTS SEED FOLDER METHOD ...``; prints a report a method, as
JSON. Each search runs in a fork of this process, so that a kill costs milliseconds.
``METHOD+noisy`` is the method on an objective that draws random numbers of its own;
``solve:STRATEGY`` is a whole solve, of max-cut by a strategy or, for ``adapt``, of a molecule.
"""

from __future__ import annotations

import json
import os
import pickle
import random
import signal
import sys
import time
import traceback
from pathlib import Path

import numpy as np

from hybridq.optimizers import OPTIMIZERS, minimize

N = 4
LONGEST_WAIT = 300.0  # seconds for the next line of a journal


class Landscape:
    """Many minima, with gradient and batches; each takes a little while."""

    def __init__(self):
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return float(np.sum(np.sin(3 * x)) + np.sum((x - 0.3) ** 2) + np.prod(np.cos(x)))

    def value_and_gradient(self, x):
        slope = 3 * np.cos(3 * x) + 2 * (x - 0.3)
        slope -= np.array([np.prod(np.delete(np.cos(x), i)) * np.sin(x[i]) for i in range(N)])
        return self(x), slope

    def values(self, points):
        return np.array([self(x) for x in points])


class Rotations(Landscape):
    """Like a circuit of one rotation a parameter, with all that methods ask of one."""

    frequencies = ((1.0, 1),) * N

    def __call__(self, x):
        self.calls += 1
        return float(np.sum(np.cos(x) * np.cos(np.roll(x, 1) + 0.4)))

    def value_and_gradient(self, x):
        ahead, behind = np.roll(x, -1), np.roll(x, 1)
        slope = -np.sin(x) * np.cos(behind + 0.4) - np.cos(ahead) * np.sin(x + 0.4)
        return self(x), slope

    def metric(self, x, blocks=None):
        self.calls += 1
        return np.eye(N) / 4 + 0.1 * np.outer(np.sin(x), np.sin(x))

    def fidelity(self, x, y):
        self.calls += 1
        return float(np.prod(np.cos((x - y) / 2) ** 2))


class Noisy:
    """Draws from a stream of its own, which a resumed search has to continue."""

    def __init__(self):
        self.calls = 0
        self._rng = np.random.default_rng(5)

    def __call__(self, x):
        self.calls += 1
        return float(np.sum(x**2)) + self._rng.normal(0.0, 0.1)

    def checkpoint(self):
        return self._rng.bit_generator.state

    def restore(self, memory):
        self._rng.bit_generator.state = memory


def solve(strategy, journal, resume):
    """One solve; what the result says, and how often the circuit was really run."""
    import networkx as nx

    import hybridq as hq
    from hybridq.objectives.expectation import DifferentiableExpectation as Bound

    calls = 0

    def counted(method):
        def count(self, x):
            nonlocal calls
            calls += 1
            return method(self, x)

        return count

    problem = hq.MaxCut(nx.random_regular_graph(3, 8, seed=1))
    options = {"p": 4, "strategy": strategy, "max_evaluations": 150}
    if strategy == "adapt":
        path = Path(__file__).parents[2] / "problems" / "molecules" / "lih_sto3g.fcidump"
        problem = hq.Molecule.from_fcidump(path)
        options = {"ansatz": "adapt", "max_operators": 4, "exact": False}
    kept = Bound.__call__, Bound.value_and_gradient
    Bound.__call__, Bound.value_and_gradient = map(counted, kept)
    try:
        result = hq.solve(problem, rng=11, threads=1, journal=journal, resume=resume, **options)
    finally:
        Bound.__call__, Bound.value_and_gradient = kept
    plain = {name: value for name, value in result.to_dict().items() if name != "seconds"}
    return pickle.dumps((json.dumps(plain), result.trace.values.tolist())), calls


def search(method, journal, resume):
    """One search; what the result says, and how often the objective was really called."""
    if method.startswith("solve:"):
        return solve(method.removeprefix("solve:"), journal, resume)
    name, _, noisy = method.partition("+")
    optimizer = OPTIMIZERS[name]
    smooth = Landscape() if set(optimizer.needs) <= {"value_and_gradient"} else Rotations()
    objective = Noisy() if noisy else smooth
    budget = 30 if name.startswith("optuna") else 240
    starts = np.random.default_rng(1).uniform(-1.0, 1.0, (3, N))
    solution = minimize(
        objective,
        starts,
        name,
        bounds=[(-2.0, 2.0)] * N if optimizer.needs_bounds else None,
        max_evaluations=budget,
        rng=11,
        journal=journal,
        resume=resume,
    )
    facts = {name: value for name, value in vars(solution).items() if name != "seconds"}
    if hasattr(objective, "checkpoint"):
        facts["memory"] = objective.checkpoint()
    return pickle.dumps(facts), objective.calls


def tear(moment):
    """Make the `moment`-th write stop in the middle of the line, and kill the process there."""
    write, count = os.write, 0

    def torn(descriptor, line):
        nonlocal count
        count += 1
        if count == moment:
            write(descriptor, line[: random.randrange(len(line))])
            os.kill(os.getpid(), signal.SIGKILL)
        return write(descriptor, line)

    os.write = torn


def count_lines(journal):
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def kill_after(child, journal, lines):
    """Kill a process when its journal has as many lines, unless it ends before."""
    give_up = time.monotonic() + LONGEST_WAIT
    while count_lines(journal) < lines:
        assert time.monotonic() < give_up, "the search makes no progress"
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return
        time.sleep(0.0005)
    os.kill(child, signal.SIGKILL)


def forked(method, journal, *, kill_at=None, tear_at=None):
    """Run one search in a fork; its outcome, or None if it was killed."""
    resume = journal.exists()
    outcome = journal.with_suffix(".outcome")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if tear_at is not None:
                tear(tear_at)
            outcome.write_bytes(pickle.dumps(search(method, journal, resume)))
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    if kill_at is not None:
        kill_after(child, journal, kill_at)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return None
    assert os.WEXITSTATUS(status) == 0, "a search failed"
    return pickle.loads(outcome.read_bytes())


def survive(method, moments, folder):
    """Kill at `moments` moments, half of them in the middle of a line, and report."""
    search(method, None, False)  # imports and warms up
    whole, calls = search(method, None, False)
    search(method, Path(folder) / "whole.jsonl", False)
    lines = count_lines(Path(folder) / "whole.jsonl")
    kills = torn = different = repeated = 0
    for moment in range(moments):
        journal = Path(folder) / f"{moment}.jsonl"
        outcome = None
        for _ in range(2):  # the second kill hits a search that is being resumed
            if moment % 2:
                outcome = forked(method, journal, tear_at=random.randint(1, lines))
            else:
                outcome = forked(
                    method,
                    journal,
                    kill_at=random.randint(min(count_lines(journal), lines - 1), lines - 1),
                )
            kills += outcome is None
            text = journal.read_bytes() if journal.exists() else b""
            torn += not text.endswith(b"\n") and text != b""
            if outcome is not None or random.random() < 0.5:
                break
        kept = count_lines(journal)
        resumed, again = outcome or forked(method, journal)
        different += resumed != whole
        # What the journal holds is not evaluated again.
        repeated += outcome is None and kept > 2 and again >= calls
        journal.unlink(missing_ok=True)
    (Path(folder) / "whole.jsonl").unlink()
    return {
        "method": method,
        "kills": kills,
        "torn": torn,
        "different": different,
        "repeated": repeated,
        "evaluations": calls,
    }


if __name__ == "__main__":
    random.seed(sys.argv[2])
    for name in sys.argv[4:]:
        print(json.dumps(survive(name, int(sys.argv[1]), sys.argv[3])), flush=True)
