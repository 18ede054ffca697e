"""Swept values of an experiment as parameters of Optuna."""

from optuna.distributions import (
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    check_distribution_compatibility,
)

from hybridq.experiments.store.optuna_parameters import condition_text, distributions, parameters

FIRST = [
    {"p": 1, "alpha": 0.5, "kind": "cobyla", "calibrate": False, "shots": 100},
    {"p": 3, "alpha": 1, "kind": "spsa", "calibrate": True, "shots": None},
]


def test_numbers_are_numbers_and_all_else_is_text():
    assert distributions(FIRST) == {
        "p": IntDistribution(1, 3),
        "alpha": FloatDistribution(0.5, 1.0),
        "kind": CategoricalDistribution(["cobyla", "spsa"]),
        "calibrate": CategoricalDistribution(["false", "true"]),
        "shots": CategoricalDistribution(["100", "null"]),
    }


def test_trials_are_placed_in_them():
    found = parameters(FIRST[1], distributions(FIRST))
    assert found == {"p": 3, "alpha": 1, "kind": "spsa", "calibrate": "true", "shots": "null"}


def test_an_extension_keeps_what_optuna_lets_be():
    known = distributions(FIRST)
    more = [{"p": 8, "alpha": 2.5, "kind": "adam", "bond": 0.7}, {"p": 1.5, "alpha": "auto"}]
    found = distributions(more, known)
    assert found["p"] == IntDistribution(1, 8)
    assert found["alpha"] == FloatDistribution(0.5, 2.5)
    assert found["bond"] == FloatDistribution(0.7, 0.7)
    for name, kind in known.items():
        check_distribution_compatibility(kind, found[name])
    assert parameters(more[0], found) == {"p": 8, "alpha": 2.5, "bond": 0.7}
    assert parameters(more[1], found) == {}


def test_a_section_is_named_by_its_kind():
    assert (
        condition_text({"kind": "spsa", "calibrate": True, "a": 0.1})
        == "spsa(calibrate=true, a=0.1)"
    )
    assert condition_text({"kind": "cobyla"}) == "cobyla"
    assert condition_text([2, 2]) == "[2,2]"
