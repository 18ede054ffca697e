"""Final energies measured by a plan: error bars, refusals, noise."""

from pathlib import Path

import pytest

import hybridq as hq
from hybridq.core.errors import ParameterError
from hybridq.presentation.measured import with_error
from hybridq.presentation.sentences import report

MOLECULES = Path(__file__).parents[2] / "problems" / "molecules"
H2 = hq.Molecule.from_fcidump(MOLECULES / "h2_sto3g.fcidump")


def solved(**options):
    return hq.solve(H2, rng=5, kernels="numpy", **options)


@pytest.mark.parametrize("grouping", ["auto", "qubit-wise", "fully-commuting", "basis-rotation"])
def test_an_energy_is_measured_to_its_target(grouping):
    measured = solved(target_error=5e-3, grouping=grouping).measured
    assert measured.grouping == grouping or grouping == "auto"
    assert measured.predicted_error <= 5e-3
    assert measured.standard_error == pytest.approx(5e-3, rel=0.1)
    # Published: −1.137306 Ha, full configuration interaction of H2 in STO-3G at 0.735 Å.
    assert abs(measured.value + 1.137306) < 5 * measured.standard_error


def test_a_number_of_shots_is_kept():
    result = solved(shots=1000)
    assert result.measured.shots == 1000
    assert "± " in dict(report(result).facts)["Measured"]


def test_energies_are_not_measured_by_default():
    assert solved().measured is None


def test_a_measured_energy_comes_back_from_json():
    result = solved(shots=100)
    assert hq.Result.from_json(result.to_json()).measured == result.measured


def test_with_noise_the_circuits_run_with_it():
    noise = hq.NoiseModel(two_qubit=hq.noise.depolarizing(0.05))
    result = hq.solve(
        H2, rng=5, kernels="numpy", noise=noise, target_error=0.01, grouping="qubit-wise"
    )
    measured = result.measured
    # The changes of basis of qubit-wise groups have no two-qubit gates.
    assert abs(measured.value - result.expectation) < 5 * measured.standard_error
    assert result.expectation > -1.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target_error": 0.1, "shots": 10}, "finds the number of shots itself: leave out shots"),
        ({"grouping": "qubit-wise"}, "give target_error or shots"),
        ({"target_error": 0.0}, "target_error must be a positive number"),
        ({"target_error": 1e-9}, "it takes .* shots"),
        ({"shots": 3}, "shots must be an integer >= 4"),
    ],
)
def test_ambiguous_measurements_are_refused(options, message):
    with pytest.raises(ParameterError, match=message):
        solved(**options)


def test_problems_over_bits_take_shots():
    import networkx as nx

    with pytest.raises(ParameterError, match="give the number of samples as shots"):
        hq.solve(hq.MaxCut(nx.path_graph(3)), target_error=0.1)


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (-1.13667, 0.00159, "-1.1367 ± 0.0016 Ha"),
        (12.3456, 1.25, "12.3 ± 1.2 Ha"),
        (1234.56, 25.0, "1235 ± 25 Ha"),
        (0.5, 0.0, "0.5 ± 0 Ha"),
    ],
)
def test_values_are_shown_to_two_digits_of_their_error(value, error, text):
    assert with_error(value, error, "hartree") == text
