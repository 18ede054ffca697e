from __future__ import annotations

import pytest
from trial_samples import done, duel

from hybridq.experiments.analysis.compare import compare
from hybridq.experiments.analysis.comparison_rows import cases, formatter, headings, rows, sentence
from hybridq.experiments.analysis.table import table


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


def in_two_bases():
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
    return compare(table({"x": trials}), by, "ratio", maximize=True)


def test_nothing_is_claimed_of_groups_that_cannot_be_tested():
    found = in_two_bases()
    assert "significant" not in sentence(found)
    assert cases(found) == "Paired on 6 instances, each with its repeats averaged."
    assert found.notes == (
        "Not tested, with no instance in common with basis = large, b: basis = small, a; "
        "basis = small, b.",
    )


def test_a_row_without_any_value_says_so():
    trials = [done(n, {"ratio": 0.5}, budget__evaluations=e) for n, e in enumerate((None, 100))]
    found = compare(table({"a": trials}), ["budget.evaluations"], "ratio", maximize=True)
    assert [row.keys for row in rows(found)] == [("none",), ("100",)]
