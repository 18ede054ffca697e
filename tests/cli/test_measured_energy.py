"""`--target-error`, `--shots` and `--grouping` of energies."""

import json
import re
from pathlib import Path

import pytest

MOLECULES = Path(__file__).parents[2] / "problems" / "molecules"


@pytest.fixture
def solve(hybridq):
    def run(*options):
        fixed = ("--seed", 3, "--kernels", "numpy")
        return hybridq("solve", "molecule", MOLECULES / "h2_sto3g.fcidump", *fixed, *options)

    return run


def test_a_measured_energy_is_shown_with_its_error_bar(solve):
    shown = " ".join(solve("--target-error", "5e-3").out.split())
    assert "± 0.005" in shown
    assert "fully-commuting; predicted ± 0.005 Ha" in shown
    assert "shots of 2 circuits" in shown


def test_one_line_holds_the_measured_energy_and_its_label(solve):
    noisy = ("--noise", "two_qubit=0.005", "--mitigate", "post-selection")
    shown = solve("--target-error", "2e-2", "--quiet", *noisy).out
    assert re.search(r"measured -1\.\d+ ± 0\.0\d+ Ha \(post-selection, biased\), seed 3", shown)


def test_json_holds_shots_and_circuits(solve):
    out = json.loads(solve("--shots", 500, "--grouping", "qubit-wise", "--json", "-").out)
    assert (out["measured"]["shots"], out["measured"]["circuits"]) == (500, 5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--target-error", "0.1", "--shots", "100"), "leave out --shots 100"),
        (("--grouping", "qubitwise", "--shots", "100"), "qubit-wise"),
        (("--target-error", "1e-9"), "--target-error must be at least"),
        (("--shots", "100", "--excited", "2"), "--shots cannot be combined with --excited"),
    ],
)
def test_ambiguous_options_are_refused(solve, options, message):
    assert message in solve(*options).err
