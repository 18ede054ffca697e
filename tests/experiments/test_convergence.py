from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from hybridq.core.errors import ParameterError
from hybridq.experiments.analysis.convergence import curves, differing_sections, effort
from hybridq.experiments.analysis.figure_axes import FigureSettings, along
from hybridq.experiments.analysis.figures import KINDS, draw
from hybridq.experiments.analysis.table import table
from hybridq.experiments.analysis.targets import Target, default_target, times_to_solution
from tests.experiments.trial_samples import done, duel


def searched(number, kind, curve, **metrics):
    trial = done(number, metrics, optimizer__kind=kind, problem__instance=0)
    return replace(trial, outcome=replace(trial.outcome, convergence=curve))


def test_time_to_solution_is_counted_per_instance_over_its_repeats():
    trials = [
        done(k, {"ratio": ratio, "seconds": 2.0}, problem__instance=k // 2, repeat=k % 2)
        for k, ratio in enumerate([0.9, 0.7, 0.9, 0.9, 0.1, 0.1])
    ]
    (found,) = times_to_solution(table({"a": trials}), [], Target("ratio", 0.9, True))
    # One of two: ln 0.01 / ln 0.5 runs of 2 s; both: one run; none: never.
    assert found.times.tolist() == pytest.approx([2 * math.log(0.01) / math.log(0.5), 2.0, np.inf])
    assert found.share == 0.5


def test_without_repeats_the_instances_share_one_time():
    trials = [
        done(k, {"error_mha": error, "seconds": 1.0 + k}, problem__instance=k)
        for k, error in enumerate([0.5, 3.0])
    ]
    found = table({"a": trials})
    target = default_target(found)
    assert str(target) == "error_mha ≤ 1.6"
    (one,) = times_to_solution(found, [], target)
    assert one.times.tolist() == pytest.approx([1.5 * math.log(0.01) / math.log(0.5)])


def test_effort_is_the_first_evaluation_within_reach_of_the_best():
    trials = [
        searched(0, "a", [(1, 0.0), (10, 0.9), (20, 1.0)]),
        searched(1, "b", [(1, 0.5), (8, 0.985), (30, 0.995), (99, 0.995)]),
        searched(2, "c", [(1, 0.2), (50, 0.8)]),
    ]
    names, costs = effort(table({"x": trials}), ["optimizer.kind"], tolerance=0.01)
    assert names == ["a", "b", "c"]
    # Worst beginning 0, best 1: converged is 0.99 and above.
    assert costs.tolist() == [[20.0, 30.0, math.inf]]
    assert effort(table({"x": trials}), ["optimizer.kind"], 0.1)[1].tolist() == [
        [10.0, 8.0, np.inf]
    ]


def test_effort_of_searches_that_go_down():
    trials = [
        searched(0, "a", [(1, 1.0), (7, -1.0)]),
        searched(1, "b", [(1, 1.0), (4, 0.0), (9, -0.999)]),
    ]
    assert effort(table({"x": trials}), ["optimizer.kind"])[1].tolist() == [[7.0, 9.0]]


def deep_and_shallow(by_depth):
    """Searches of one instance: of each depth and optimizer the way that is given."""
    trials = []
    for (p, kind, repeat), curve in by_depth.items():
        trial = done(
            len(trials), {"ratio": curve[-1][1] / 10.0, "reference": 10.0}, problem__instance=0,
            ansatz__p=p, optimizer__kind=kind, repeat=repeat,
        )  # fmt: skip
        trials.append(replace(trial, outcome=replace(trial.outcome, convergence=curve)))
    return table({"x": trials})


DEPTHS = {
    (1, "a", 0): [(1, 2.0), (5, 6.0)],
    (1, "b", 0): [(1, 2.0), (9, 6.0)],
    (3, "c", 0): [(1, 2.0), (30, 9.0)],
}


def test_no_search_is_measured_against_the_best_of_a_deeper_circuit():
    # c ran at p = 3 alone, so that the depth is no condition that all groups have in common.
    trials = deep_and_shallow(DEPTHS)
    assert effort(trials, ["optimizer.kind"])[1].tolist() == [[5.0, 9.0, 30.0]]
    _, found = curves(trials, ["optimizer.kind"])
    assert [curve[1][1][-1] for curve in found.values()] == [0.0, 0.0, 0.0]


def test_depths_that_are_compared_have_a_goal_each():
    trials = deep_and_shallow(DEPTHS)
    names, costs = effort(trials, ["ansatz.p"])
    assert names == ["p = 1", "p = 3"]
    assert costs.tolist() == [[7.0, 30.0]]
    assert differing_sections(trials) == "circuit"
    ax = KINDS["profile"](trials, FigureSettings("x", "ratio", maximize=True, by=("ansatz.p",)))
    assert ax.get_title(loc="left").endswith("best with the same circuit")
    ax = KINDS["convergence"](trials, FigureSettings("x", "ratio", maximize=True, by=("ansatz.p",)))
    assert "best with the same circuit" in ax.get_ylabel()


def test_the_goal_is_the_best_of_all_repeats():
    # In its own repeat b is as good as any; the other repeat shows that 6 was to be had.
    trials = deep_and_shallow(
        {
            (1, "a", 0): [(1, 2.0), (5, 6.0)],
            (1, "b", 0): [(1, 2.0), (9, 6.0)],
            (1, "a", 1): [(1, 2.0), (4, 4.0)],
            (1, "b", 1): [(1, 2.0), (3, 4.0)],
        }
    )
    assert effort(trials, ["optimizer.kind"])[1].tolist() == [[5.0, 9.0], [np.inf, np.inf]]
    assert differing_sections(trials) == ""


def test_a_target_is_one_goal_for_all_depths():
    trials = deep_and_shallow(DEPTHS)
    target = Target("ratio", 0.7, maximize=True)
    assert effort(trials, ["ansatz.p"], target=target)[1].tolist() == [[np.inf, 30.0]]
    easy = Target("ratio", 0.6, maximize=True)
    assert effort(trials, ["ansatz.p"], target=easy)[1].tolist() == [[7.0, 30.0]]
    settings = FigureSettings("x", "ratio", maximize=True, by=("ansatz.p",), target=target)
    assert KINDS["profile"](trials, settings).get_title(loc="left").endswith("ratio ≥ 0.7")


def test_a_target_of_an_error_counts_from_the_exact_energy():
    curve = [(1, -1.0), (5, -1.99), (8, -1.999)]
    trials = table(
        {"x": [searched(0, "a", curve, energy=-1.999, error=0.001, error_mha=1.0, reference=-2.0)]}
    )
    found = [
        effort(trials, [], target=Target(name, value, maximize=False))[1].tolist()
        for name, value in (("error", 0.011), ("error_mha", 1.6), ("energy", -1.5))
    ]
    assert found == [[[5.0]], [[8.0]], [[5.0]]]


@pytest.mark.parametrize(
    ("metric", "conditions", "message"),
    [
        ("best_ratio", {}, "choose expectation, ratio, "),
        ("ratio", {"objective__kind": "cvar"}, "minimize cvar"),
        ("ratio", {"objective__shots": 100}, "objective.shots=none"),
    ],
)
def test_a_target_that_the_convergence_does_not_tell_is_refused(metric, conditions, message):
    trials = table({"x": [done(0, {"ratio": 0.9, "best_ratio": 1.0}, **conditions)]})
    with pytest.raises(ParameterError, match=message):
        effort(trials, [], target=Target(metric, 0.5, maximize=True))


def test_a_target_that_nobody_reaches_draws_nothing():
    settings = FigureSettings(
        "x", "ratio", maximize=True, target=Target("ratio", 0.99, maximize=True)
    )
    with pytest.raises(ParameterError, match=r"no group reached ratio ≥ 0\.99"):
        KINDS["profile"](deep_and_shallow(DEPTHS), settings)


def test_a_strategy_with_a_circuit_of_its_own_has_its_own_goal():
    trials = [
        done(n, {"ratio": 0.5}, problem__instance=0, strategy__kind=kind)
        for n, kind in enumerate(["interp", "direct", "multi-angle"])
    ]
    trials = [
        replace(one, outcome=replace(one.outcome, convergence=[(1, 0.0), (2, top)]))
        for one, top in zip(trials, (1.0, 0.5, 9.0), strict=True)
    ]
    assert effort(table({"x": trials}), ["strategy.kind"])[1].tolist() == [[np.inf, 2.0, 2.0]]


def test_curves_are_gaps_to_the_best_and_held_after_a_search_has_ended():
    trials = [
        searched(0, "a", [(1, 2.0), (3, 5.0)]),
        searched(1, "b", [(1, 1.0), (2, 3.0)]),
    ]
    scale, found = curves(table({"x": trials}), ["optimizer.kind"])
    assert scale == "gap"
    assert found["a"][0].tolist() == [1, 2, 3]
    # Of the way from 1, the worst start, to 5, the best end.
    assert found["a"][1][1].tolist() == [0.75, 0.75, 0.0]
    assert found["b"][1][1].tolist() == [1.0, 0.5]


def test_searches_for_different_objectives_have_a_best_each():
    trials = [
        done(k, {}, objective__kind=kind, problem__instance=0)
        for k, kind in enumerate(["cvar", "gibbs"])
    ]
    trials = [
        replace(one, outcome=replace(one.outcome, convergence=[(1, 0.0), (2, top)]))
        for one, top in zip(trials, (1.0, 50.0), strict=True)
    ]
    _, found = curves(table({"x": trials}), ["objective.kind"])
    assert found["cvar"][1][1].tolist() == [1.0, 0.0]


def test_energies_are_drawn_as_errors():
    trials = [
        searched(0, "a", [(1, -1.0), (5, -1.5)], energy=-1.5, reference=-2.0, reference_exact=True)
    ]
    scale, found = curves(table({"x": trials}), [])
    assert scale == "error"
    assert found["all trials"][1][1].tolist() == [1.0, 1.0, 1.0, 1.0, 0.5]


def test_what_to_draw_along_is_a_number_that_varies():
    trials = [done(p, {"ratio": p / 4}, ansatz__p=p, optimizer__kind="x" * p) for p in (1, 2)]
    assert along(table({"a": trials})) == "ansatz.p"
    assert along(table({"a": duel(3)})) is None


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_is_drawn(kind):
    trials = [
        done(2 * n + j, {"ratio": 0.1 * p + 0.01 * k + 0.1 * j, "seconds": 0.1, "best_ratio": 1.0},
             problem__instance=k, ansatz__p=p, optimizer__kind="ab"[j])
        for n, (k, p) in enumerate((k, p) for k in range(3) for p in (1, 2))
        for j in (0, 1)
    ]  # fmt: skip
    figure = draw(kind, table({"a": trials}), FigureSettings("a", "ratio", True))
    (ax,) = figure.axes
    assert ax.get_xlabel()
    assert ax.get_title(loc="left").startswith("a")


def test_lines_pass_through_the_means_with_their_names():
    trials = [
        done(
            n,
            {"ratio": 0.1 * p + (0.05 if kind == "b" else 0.0)},
            ansatz__p=p,
            optimizer__kind=kind,
        )
        for n, (p, kind) in enumerate((p, kind) for p in (1, 2, 3) for kind in "ab")
    ]
    (ax,) = draw("lines", table({"a": trials}), FigureSettings("a", "ratio", True)).axes
    lines = {line.get_label(): line for line in ax.get_lines()}
    assert lines["b"].get_xdata().tolist() == [1, 2, 3]
    assert lines["b"].get_ydata().tolist() == pytest.approx([0.15, 0.25, 0.35])


def test_too_many_groups_for_a_figure_are_refused():
    trials = [done(k, {"ratio": 0.5}, optimizer__kind=str(k)) for k in range(20)]
    with pytest.raises(ParameterError, match=r"20 groups by optimizer.kind are too many"):
        draw("convergence", table({"a": trials}), FigureSettings("a", "ratio", True))


def test_no_number_to_draw_along_says_what_to_do():
    with pytest.raises(ParameterError, match="kind='box'"):
        draw("lines", table({"a": duel(2)}), FigureSettings("a", "ratio", True))


def errors_along_shots(errors, metric="error_mha", shots=(10, 100, 1000)):
    trials = [
        done(n, {metric: error}, problem__instance=0, shots=count)
        for n, (count, error) in enumerate(zip(shots, errors, strict=True))
    ]
    return KINDS["lines"](table({"x": trials}), FigureSettings("t", metric, maximize=False))


@pytest.mark.parametrize(
    ("errors", "scale"),
    [
        ((1.0, 0.1, 0.001), "log"),
        ((1.0, 0.01, 0.0), "symlog"),  # exact: no reason to hide the decades of the others
        ((1.0, 0.01, -1e-3), "symlog"),
        ((1.0, 0.5, 0.0), "linear"),
        ((1.0, 0.01, -0.9), "linear"),
    ],
)
def test_errors_over_decades_stand_on_a_logarithmic_axis(errors, scale):
    ax = errors_along_shots(errors)
    assert ax.get_yscale() == scale
    assert np.isfinite(ax.get_ylim()).all()


def test_a_ratio_stands_on_a_linear_axis():
    assert errors_along_shots((0.9, 0.01, 0.001), "ratio").get_yscale() == "linear"


@pytest.mark.parametrize(
    ("shots", "scale"), [((10, 100, 1000), "log"), ((1, 2, 3), "linear"), ((0, 10, 90), "linear")]
)
def test_a_condition_over_decades_stands_on_a_logarithmic_axis(shots, scale):
    ax = errors_along_shots((1.0, 0.9, 0.8), shots=shots)
    assert ax.get_xscale() == scale
    if scale == "log":
        assert [text.get_text() for text in ax.get_xticklabels()] == ["10", "100", "1000"]


def test_an_axis_has_the_unit_and_names_no_interval_that_is_not_there():
    trials = [
        done(n, {"energy": -1.0 - n}, problem__kind="molecule", problem__bond=bond)
        for n, bond in enumerate((0.7, 0.9))
    ]
    ax = KINDS["lines"](table({"x": trials}), FigureSettings("t", "energy", maximize=False))
    assert ax.get_ylabel() == "energy (Ha)"
    several = [
        done(2 * n + k, {"ratio": 0.5 + 0.1 * k}, ansatz__p=p, problem__instance=k)
        for n, p in enumerate((1, 2))
        for k in (0, 1)
    ]
    ax = KINDS["lines"](table({"x": several}), FigureSettings("t", "ratio", maximize=True))
    assert ax.get_ylabel() == "mean ratio, 95 % interval"
