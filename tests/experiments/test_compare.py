from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.experiments.analysis.caveats import fewest_pairs, smallest_p
from hybridq.experiments.analysis.compare import compare
from hybridq.experiments.analysis.comparison_rows import adjustment, rows
from hybridq.experiments.analysis.convergence import differing_sections, function_keys
from hybridq.experiments.analysis.files import plot
from hybridq.experiments.analysis.table import table
from tests.experiments.trial_samples import done, duel


def by_optimizer(trials, **options):
    return compare(table({"a": trials}), ["optimizer.kind"], "ratio", maximize=True, **options)


def test_the_better_group_is_found_and_by_how_much():
    found = by_optimizer(duel(6))
    cobyla, spsa = found.groups
    assert found.best == found.reference == 0
    assert (found.unit, found.cases) == ("instance", 6)
    assert cobyla.mean == pytest.approx(0.85)
    assert spsa.contrast.difference == pytest.approx(-0.035)  # mean of 0.01 ... 0.06
    assert spsa.contrast.interval.low < -0.035 < spsa.contrast.interval.high < 0
    assert spsa.contrast.effect == -1.0
    assert spsa.contrast.p == pytest.approx(2 / 64)  # exact, six signs alike
    assert (cobyla.wins, spsa.wins) == (1.0, 0.0)
    assert cobyla.contrast is None


def test_repeats_of_an_instance_are_no_further_evidence():
    once, often = by_optimizer(duel(6)), by_optimizer(duel(6, repeats=5))
    assert often.groups[1].contrast.p == once.groups[1].contrast.p
    assert often.groups[1].contrast.pairs == 6
    # The same up to rounding, which may move it to the next of the few means there are.
    assert often.groups[0].interval.low == pytest.approx(once.groups[0].interval.low, abs=0.005)
    assert len(often.groups[0].rows) == 30


def test_with_one_instance_the_repeats_are_the_cases():
    trials = [
        done(2 * k + j, {"ratio": 0.8 + 0.01 * k + 0.02 * j}, optimizer__kind=kind, repeat=k)
        for k in range(5)
        for j, kind in enumerate(("cobyla", "spsa"))
    ]
    found = by_optimizer(trials)
    assert (found.unit, found.cases) == ("repeat", 5)
    assert found.groups[1].contrast is None
    assert found.groups[0].contrast.difference == pytest.approx(-0.02)


def test_like_is_compared_with_like():
    # spsa ran p = 2 on the first instance only: its mean must not profit from that.
    trials = []
    for k in range(3):
        for kind in ("cobyla", "spsa"):
            for p in (1, 2):
                if not (kind == "spsa" and p == 2 and k > 0):
                    ratio = 0.5 + 0.2 * p + 0.01 * k + (0.05 if kind == "spsa" else 0.0)
                    trials.append(
                        done(len(trials), {"ratio": ratio}, problem__instance=k,
                             optimizer__kind=kind, ansatz__p=p)
                    )  # fmt: skip
    found = by_optimizer(trials, against="cobyla")
    assert found.groups[1].contrast.difference == pytest.approx(0.05)


def test_what_the_groups_also_differ_in_is_said():
    trials = [
        done(k, {"ratio": 0.5 + k / 10}, problem__instance=k // 2, optimizer__kind=kind,
             optimizer__tolerance=kind == "spsa", shots=100 if kind == "spsa" else 200)
        for k, kind in enumerate(["cobyla", "spsa"] * 3)
    ]  # fmt: skip
    found = by_optimizer(trials)
    assert found.notes[0] == "The groups also differ in shots."
    assert "No difference over fewer than 6 instances" in found.notes[1]
    assert found.groups[0].contrast.pairs == 3


def test_different_problems_are_not_paired():
    trials = [
        done(n + k, {"ratio": n / 20 + k / 100}, problem__nodes=n, problem__instance=k)
        for n in (8, 14)
        for k in range(3)
    ]
    found = compare(table({"a": trials}), ["problem.nodes"], "ratio", maximize=True)
    assert all(group.contrast is None and group.wins is None for group in found.groups)
    assert found.notes == (
        "The groups are of different problems and are not tested against each other.",
    )


def test_a_scan_has_no_reference_unless_it_is_asked_for():
    trials = [
        done(8 * n + 2 * k + j, {"ratio": n / 20 + k / 100 + j / 10}, problem__nodes=n,
             problem__instance=k, optimizer__kind=kind)
        for n in (8, 14)
        for k in range(3)
        for j, kind in enumerate("ab")
    ]  # fmt: skip
    by = ["problem.nodes", "optimizer.kind"]
    found = compare(table({"a": trials}), by, "ratio")
    assert (found.scan, found.reference, found.reference_label, found.tests) == (True, None, "", 0)
    assert all(group.contrast is None for group in found.groups)
    assert "Compare by optimizer.kind alone to test them within each problem." in found.notes[0]
    with pytest.raises(ParameterError, match="of different problems: choose other columns"):
        plot(table({"a": trials}), kind="differences", by=by)
    asked = compare(table({"a": trials}), by, "ratio", against="nodes = 8, a")
    assert asked.reference_label == "nodes = 8, a"
    assert [group.contrast is None for group in asked.groups] == [True, False, True, True]
    assert asked.groups[1].contrast.difference == pytest.approx(0.1)


def test_experiments_that_drew_other_instances_are_not_paired():
    first = duel(3)
    other = [
        replace(trial, outcome=replace(
            trial.outcome, provenance={"instance": trial.outcome.provenance["instance"] + "other"}
        ))
        for trial in first
    ]  # fmt: skip
    same = compare(table({"a": first, "b": first}), ["experiment"], "ratio", maximize=True)
    assert (same.cases, same.groups[1].contrast.p) == (3, 1.0)
    redrawn = compare(table({"a": first, "b": other}), ["experiment"], "ratio", maximize=True)
    assert redrawn.cases == 0
    assert "no problem in common" in redrawn.notes[0]


def test_tests_against_the_best_are_corrected_for_all_pairs():
    trials = []
    for k in range(8):
        for j, kind in enumerate(("a", "b", "c")):
            ratio = 0.9 - 0.01 * k - 0.1 * j - 0.001 * k * j
            trials.append(
                done(len(trials), {"ratio": ratio}, problem__instance=k, optimizer__kind=kind)
            )
    chosen = by_optimizer(trials)
    told = by_optimizer(trials, against="a")
    # Exact p of eight signs alike is 2 / 2^8; three pairs in one case, two in the other.
    assert chosen.groups[1].contrast.p == pytest.approx(3 * 2 / 256)
    assert told.groups[1].contrast.p == pytest.approx(2 * 2 / 256)


def test_the_best_of_many_groups_is_corrected_for_pairs_that_are_not_tested():
    trials = [
        done(41 * k + j, {"ratio": 0.9 - 0.01 * j - 0.001 * j * k}, problem__instance=k,
             optimizer__kind=f"o{j:02}")
        for k in range(14)
        for j in range(41)
    ]  # fmt: skip
    chosen, told = by_optimizer(trials), by_optimizer(trials, against="o00")
    assert (chosen.tests, chosen.untested) == (820, 780)  # 41 * 40 / 2 pairs, 40 of the best
    assert (told.tests, told.untested) == (40, 0)
    # Exact p of 14 signs alike is 2 / 2^14.
    assert chosen.groups[40].contrast.p == pytest.approx(820 * 2 / 2**14)
    assert told.groups[40].contrast.p == pytest.approx(40 * 2 / 2**14)
    assert "all 820 pairs of groups" in adjustment(chosen)
    assert "those not shown are not tested, and assumed to be no smaller" in adjustment(chosen)
    assert "for the 40 comparisons shown" in adjustment(told)


@pytest.mark.parametrize(("metric", "unit"), [("error", 1.0), ("error_mha", 1e3)])
def test_errors_within_rounding_tie(metric, unit):
    trials = [
        done(2 * k + j, {metric: unit * (1 + j) * (1e-13 + 1e-15 * k)}, problem__instance=k,
             optimizer__kind=kind)
        for k in range(8)
        for j, kind in enumerate("ab")
    ]  # fmt: skip
    found = compare(table({"a": trials}), ["optimizer.kind"], metric)
    assert found.tied == (0, 1)
    assert [group.wins for group in found.groups] == [0.5, 0.5]
    assert (found.groups[1].contrast.difference, found.groups[1].contrast.p) == (0.0, 1.0)
    assert [row.mean for row in rows(found)] == ["0", "0"]


def test_small_probabilities_are_no_rounding():
    trials = [
        done(2 * k + j, {"p_optimum": (1 + j) * (1e-13 + 1e-15 * k)}, problem__instance=k,
             optimizer__kind=kind)
        for k in range(8)
        for j, kind in enumerate("ab")
    ]  # fmt: skip
    found = compare(table({"a": trials}), ["optimizer.kind"], "p_optimum")
    assert found.tied == (1,)
    assert found.groups[0].contrast.p == pytest.approx(2 / 2**8)


def test_smaller_is_better_where_that_is_so():
    found = compare(table({"a": duel(4)}), ["optimizer.kind"], "ratio", maximize=False)
    assert found.groups[found.best].label == "spsa"
    assert found.groups[1].wins == 1.0


def test_trials_without_the_metric_are_left_out_and_counted():
    trials = [*duel(3), done(99, {}, optimizer__kind="cobyla", problem__instance=7)]
    found = by_optimizer(trials)
    assert found.notes[0] == "1 trial without ratio omitted."
    assert np.isfinite(found.groups[0].mean)


def test_an_unknown_reference_names_the_groups():
    with pytest.raises(ParameterError, match="label of a group: cobyla; spsa, got 'bfgs'"):
        by_optimizer(duel(2), against="bfgs")


def test_a_metric_that_nobody_has_names_those_there_are():
    with pytest.raises(UnknownNameError, match="ratio"):
        compare(table({"a": duel(2)}), [], "ratoi", maximize=True)


def test_means_and_intervals_are_the_same_without_tests():
    tested, quick = by_optimizer(duel(6)), by_optimizer(duel(6), tested=False)
    for one, other in zip(tested.groups, quick.groups, strict=True):
        assert (one.mean, one.interval) == (other.mean, other.interval)
        assert other.contrast is None
    assert quick.notes == ()


def test_means_over_different_conditions_are_told():
    """A rule left p = 3 out for one of them: its mean says nothing about the optimizer."""
    trials = [
        done(3 * k + p, {"ratio": 0.6 + 0.1 * p}, optimizer__kind=kind, ansatz__p=p)
        for k, kind in enumerate(("cobyla", "spsa"))
        for p in (1, 2, 3)
        if (kind, p) != ("spsa", 3)
    ]
    found = by_optimizer(trials)
    assert [note for note in found.notes if "ansatz.p" in note] == [
        "spsa lacks values of ansatz.p: its mean is over other conditions, the "
        "difference over those in common."
    ]
    whole = by_optimizer([one for one in trials if one.conditions["ansatz"]["p"] < 3])
    assert not [note for note in whole.notes if "ansatz.p" in note]


def test_the_direction_is_that_of_the_metric_unless_told():
    trials = [
        done(n, {"ratio": n / 4, "evaluations": 10 * n}, optimizer__kind=kind)
        for n, kind in enumerate("ab")
    ]
    best = {
        metric: compare(table({"a": trials}), ["optimizer.kind"], metric)
        for metric in ("ratio", "evaluations")
    }
    assert {metric: one.groups[one.best].label for metric, one in best.items()} == {
        "ratio": "b",
        "evaluations": "a",
    }


@pytest.mark.parametrize(
    ("tests", "pairs", "least", "needed"),
    [(1, 5, 0.0625, 6), (3, 7, 3 / 64, 7), (15, 6, 15 / 32, 10)],
)
def test_how_few_cases_cannot_tell_anything(tests, pairs, least, needed):
    assert smallest_p(tests, pairs) == pytest.approx(least)
    assert fewest_pairs(tests) == needed
    assert smallest_p(tests, needed) < 0.05 <= smallest_p(tests, needed - 1)


def test_six_cases_are_too_few_for_three_groups():
    trials = [
        done(3 * k + j, {"ratio": 0.9 - 0.01 * k - 0.1 * j - 0.001 * k * j}, problem__instance=k,
             optimizer__kind=kind)
        for k in range(6)
        for j, kind in enumerate("abc")
    ]  # fmt: skip
    assert by_optimizer(trials).notes == (
        "No difference over fewer than 7 instances can be significant: p is at least 0.094 with "
        "6 instances and 3 tests.",
    )
    assert by_optimizer(trials).tests == 3
    assert by_optimizer(trials, against="c").tests == 2


def test_a_condition_with_more_repeats_counts_no_more_than_the_others():
    def trials(runs):
        return [
            done(k, {"ratio": 0.5 + 0.1 * p}, problem__instance=instance, ansatz__p=p, repeat=r)
            for instance in (0, 1)
            for k, (p, r) in enumerate(runs)
        ]

    uneven, even = trials([(1, 0), (1, 1), (1, 2), (2, 0)]), trials([(1, 0), (2, 0)])
    both = table({"uneven": uneven, "even": even})
    found = compare(both, ["experiment"], "ratio", maximize=True)
    assert [group.mean for group in found.groups] == pytest.approx([0.65, 0.65])


def test_the_mean_of_a_group_does_not_depend_on_what_stands_beside_it():
    def trials(kind, depths):
        return [
            done(k, {"ratio": 0.5 + 0.1 * p - 0.01 * r}, problem__instance=0, ansatz__p=p,
                 optimizer__kind=kind, repeat=r)
            for k, (p, r) in enumerate(depths)
        ]  # fmt: skip

    one = trials("cobyla", [(1, 0), (1, 1), (2, 0)])
    other, third = trials("spsa", [(1, 0), (2, 0)]), trials("adam", [(3, 0)])
    two = compare(table({"a": one + other}), ["optimizer.kind"], "ratio", maximize=True)
    three = compare(table({"a": one + other + third}), ["optimizer.kind"], "ratio", maximize=True)
    means = [{g.label: g.mean for g in found.groups} for found in (two, three)]
    assert means[0].items() <= means[1].items()


def sets(graphs: int = 3, seed: int = 0):
    """Two mixers with two penalties on a few graphs; x is ahead, and its lead grows."""
    trials = []
    for k in range(graphs):
        for penalty in (1.5, 3.0):
            for place, mixer in enumerate(("x", "grover")):
                behind = place * (0.01 * (k + 1) + 0.001 * penalty)
                graph = {"kind": "random-regular", "nodes": 8, "degree": 3, "instance": k}
                trials.append(
                    done(
                        len(trials),
                        {"ratio": 0.9 - 0.02 * k - behind},
                        problem={"kind": "independent-set", "graph": graph, "penalty": penalty},
                        ansatz={"kind": "qaoa", "mixer": mixer},
                        repeat=0,
                        seed=seed,
                    )
                )
    return trials


def test_options_of_a_family_make_no_further_instances():
    found = compare(table({"a": sets()}), ["ansatz.mixer"], "ratio", maximize=True)
    assert (found.unit, found.cases) == ("instance", 3)
    grover = found.groups[0]
    assert grover.contrast.pairs == 3
    assert grover.contrast.p == pytest.approx(2 / 2**3)  # exact, three signs alike
    # Each graph is the mean over both penalties: 0.02 + 0.001 * 2.25.
    assert grover.contrast.difference == pytest.approx(-0.02225)


def test_options_of_a_family_are_conditions_to_compare_by():
    trials = table({"a": sets()})
    assert set(trials.choices()) == {"problem.penalty", "ansatz.mixer"}
    found = compare(trials, ["problem.penalty"], "ratio", maximize=True)
    assert not found.scan
    assert found.cases == 3


def test_graphs_of_other_seeds_are_other_instances():
    def drawn_again(trial):
        digest = f"{trial.outcome.provenance['instance']} of seed 1"
        outcome = replace(trial.outcome, provenance={"instance": digest})
        return replace(trial, number=trial.number + 50, outcome=outcome)

    both = [*sets(), *(drawn_again(trial) for trial in sets(seed=1))]
    assert len(set(table({"a": both}).instances)) == 6


def test_searches_with_other_penalties_are_of_other_functions():
    trials = table({"a": sets()})
    assert len(set(function_keys(trials))) == 3 * 2 * 2
    assert differing_sections(trials) == "circuit and objective"
