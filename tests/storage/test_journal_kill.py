"""Searches that are killed and resumed end as if they had not been killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hybridq.core.errors import MissingExtraError
from hybridq.optimizers import OPTIMIZERS

SCRIPT = Path(__file__).with_name("journal_kill.py")
# One of each family: by gradient, simplex, batches, sampler, own, random numbers of the objective.
FAMILIES = [
    *("l-bfgs", "nelder-mead", "differential-evolution", "optuna-tpe", "natural-gradient"),
    "nelder-mead+noisy",
    "solve:interp",
]
STRATEGIES = ["direct", "interp", "fourier", "layerwise", "multistart", "ramp-search"]
SOLVES = [f"solve:{name}" for name in [*STRATEGIES, "multi-angle", "warm-start", "adapt"]]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forks of itself")


def _runs(name):
    """Return whether the packages that the method needs are installed."""
    try:
        OPTIMIZERS[name]().prepare()
    except MissingExtraError:
        return False
    return True


def survive(folder, moments, methods):
    command = [sys.executable, str(SCRIPT), str(moments), "7", str(folder), *methods]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert [report["method"] for report in reports] == list(methods)
    for report in reports:
        assert report["different"] == 0, report
        assert report["repeated"] == 0, report
        assert report["kills"] >= moments // 2, report
    return reports


def test_a_search_of_each_family_survives_kills_at_random_moments(tmp_path):
    reports = survive(tmp_path, 4, FAMILIES)
    assert sum(report["torn"] for report in reports) > 0


@pytest.mark.slow
@pytest.mark.parametrize("method", [*filter(_runs, OPTIMIZERS), "nelder-mead+noisy", *SOLVES])
def test_every_method_survives_fifty_kills(method, tmp_path):
    survive(tmp_path, 50, [method])
