from __future__ import annotations

import pytest

from hybridq.experiments.analysis.compare import compare
from hybridq.experiments.analysis.comparison_rows import (
    adjustment,
    cases,
    formatter,
    headings,
    rows,
    sentence,
)
from hybridq.experiments.analysis.table import table
from tests.experiments.trial_samples import done, duel


def by_optimizer(trials, **options):
    return compare(table({"a": trials}), ["optimizer.kind"], "ratio", maximize=True, **options)


def test_digits_follow_the_width_of_the_intervals():
    assert formatter(by_optimizer(duel(6)))(0.123456) == "0.123"


def test_values_of_very_different_size_have_digits_of_their_own():
    errors = {"a": 1e-9, "b": 0.25}
    trials = [
        done(n, {"ratio": error}, optimizer__kind=kind)
        for n, (kind, error) in enumerate(errors.items())
    ]
    assert [row.mean for row in rows(by_optimizer(trials))] == ["1e-09", "0.25"]


def test_equal_repeats_have_no_interval_to_show():
    trials = [done(k, {"ratio": 0.5}, optimizer__kind="spsa", repeat=k) for k in range(4)]
    found = by_optimizer(trials)
    assert rows(found)[0].interval == ""
    assert sentence(found) == "Mean ratio: 0.5 over 4 trials."


def test_a_row_has_the_group_in_words():
    best, other = rows(by_optimizer(duel(6)))
    assert (best.best, best.reference, best.difference, best.p) == (True, True, "", "")
    assert (other.keys, other.trials, other.wins) == (("spsa",), "6", "0 %")
    assert (other.difference, other.p) == ("-0.035", "0.031")


@pytest.mark.parametrize(
    ("instances", "words"),
    [
        (6, "significantly better than the other (p < 0.05)"),
        (4, "not significantly better than spsa"),
    ],
)
def test_the_sentence_says_how_sure_it_is(instances, words):
    text = sentence(by_optimizer(duel(instances)))
    assert text.startswith("Best mean ratio: 0.8")
    assert f"with cobyla; {words}." in text


def test_the_sentence_claims_nothing_where_another_reference_was_asked_for():
    text = sentence(by_optimizer(duel(6), against="spsa"))
    assert "significant" not in text


def test_what_the_tests_stand_on_is_said():
    assert cases(by_optimizer(duel(6))) == "Paired on 6 instances, each with its repeats averaged."
    assert cases(by_optimizer(duel(6)[::2])) == ""


def test_columns_are_called_shortly_where_that_is_clear():
    trials = [
        done(n, {"ratio": 0.5}, ansatz__kind=a, optimizer__kind=b, x__p=n, y__p=n)
        for n, (a, b) in enumerate([("qaoa", "spsa"), ("hva", "cobyla")])
    ]
    by = ["ansatz.kind", "optimizer.kind", "x.p", "y.p"]
    found = compare(table({"a": trials}), by, "ratio", maximize=True)
    assert headings(found) == ["ansatz", "optimizer", "x.p", "y.p"]


def in_two_bases(**options):
    """Energies of two ansaetze in two bases: only within a basis is anything comparable."""
    trials = [
        done(n, {"ratio": base + 0.1 * (kind == "b") + 0.001 * k}, problem__basis=basis,
             problem__instance=k, ansatz__kind=kind)
        for n, (basis, base, kind, k) in enumerate(
            (basis, base, kind, k)
            for basis, base in (("small", 0.2), ("large", 0.6))
            for kind in ("a", "b")
            for k in range(6)
        )
    ]  # fmt: skip
    by = ["problem.basis", "ansatz.kind"]
    return compare(table({"x": trials}), by, "ratio", maximize=True, **options)


def test_nothing_is_claimed_of_groups_that_cannot_be_tested():
    assert cases(in_two_bases()) == adjustment(in_two_bases()) == ""
    found = in_two_bases(against="basis = large, b")
    assert "significant" not in sentence(found)
    assert cases(found) == "Paired on 6 instances, each with its repeats averaged."
    assert found.notes == (
        "Not tested, without a common instance with basis = large, b: basis = small, a; "
        "basis = small, b.",
    )


def test_a_scan_has_a_range_and_no_best():
    found = in_two_bases()
    text = sentence(found)
    assert text.startswith("Mean ratio from 0.2025 (basis = small, a) to 0.7025 (basis = large, b)")
    assert "Another problem.basis is another problem" in text
    assert not any(row.best for row in rows(found))


def test_what_the_p_values_are_adjusted_for_is_said():
    assert adjustment(by_optimizer(duel(6))) == "p-value: of a single test, not adjusted."
    trials = [
        done(3 * k + j, {"ratio": 0.5 + 0.1 * j + 0.01 * k * j}, problem__instance=k,
             optimizer__kind=kind)
        for k in range(4)
        for j, kind in enumerate("abc")
    ]  # fmt: skip
    assert "for all 3 pairs of groups" in adjustment(by_optimizer(trials))
    assert "for the 2 comparisons shown" in adjustment(by_optimizer(trials, against="a"))
    assert adjustment(by_optimizer(duel(6)[::2])) == ""


def tied():
    """Three optimizers, two of which end within 1e-9 of each other."""
    return by_optimizer(
        [
            done(3 * k + j, {"ratio": 0.9 - 0.01 * k - behind}, problem__instance=k,
                 optimizer__kind=kind)
            for k in range(8)
            for j, (kind, behind) in enumerate((("a", 0.0), ("b", 1e-9), ("c", 0.1 + 0.01 * k)))
        ]
    )  # fmt: skip


def test_a_tie_is_told_and_not_won():
    found = tied()
    assert [group.wins for group in found.groups] == [0.5, 0.5, 0.0]
    assert [row.best for row in rows(found)] == [True, True, False]
    assert "with a and b, which tie; significantly better than all others" in sentence(found)


def test_a_comparison_prints_as_a_table():
    text = str(tied())
    lines = text.splitlines()
    assert lines[0] == sentence(tied())
    assert lines[2].split() == ["optimizer", "trials", "mean", "ratio", "95", "%", "interval",
                                "wins", "difference", "p-value"]  # fmt: skip
    assert [line.split()[0] for line in lines[3:6]] == ["a", "b", "c"]
    assert len({len(line) for line in lines[4:6]}) == 1
    assert repr(tied()) == "<Comparison of ratio by optimizer.kind: 3 groups>"


@pytest.mark.parametrize(
    ("kind", "metric", "heading"),
    [
        ("molecule", "energy", "energy (Ha)"),
        ("hamiltonian", "energy", "energy"),
        ("molecule", "error_mha", "error (mHa)"),
        ("tfim", "seconds", "seconds (s)"),
    ],
)
def test_metrics_have_their_units(kind, metric, heading):
    trials = [
        done(n, {metric: -1.0 - n}, problem__kind=kind, optimizer__kind=name)
        for n, name in enumerate("ab")
    ]
    found = compare(table({"a": trials}), ["optimizer.kind"], metric)
    assert found.quantity == heading
    unit = heading.partition("(")[2].removesuffix(")")
    assert f": -2 {unit}".rstrip() + " with b" in sentence(found)


def test_a_row_without_any_value_says_so():
    trials = [done(n, {"ratio": 0.5}, budget__evaluations=e) for n, e in enumerate((None, 100))]
    found = compare(table({"a": trials}), ["budget.evaluations"], "ratio", maximize=True)
    assert [row.keys for row in rows(found)] == [("none",), ("100",)]
