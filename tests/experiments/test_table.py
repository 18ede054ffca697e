from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from hybridq.core.errors import MissingExtraError, ParameterError, UnknownNameError
from hybridq.experiments.analysis.table import label, matching, owners, show, table
from hybridq.experiments.records import State
from tests.experiments.trial_samples import done, duel


def test_only_finished_trials_count_and_each_identity_once():
    trials = duel(2)
    again = replace(trials[0], number=9)
    failed = replace(trials[1], state=State.FAILED, outcome=None)
    found = table({"a": [again, failed, *trials]})
    assert [trial.number for trial in found.trials] == [0, 1, 2, 3]


def test_columns_hold_conditions_and_metrics_by_name():
    found = table({"a": duel(2)})
    assert found.column("optimizer.kind") == ["cobyla", "spsa", "cobyla", "spsa"]
    assert found.numbers("ratio").tolist() == pytest.approx([0.9, 0.89, 0.88, 0.86])
    assert found.varying == ("problem.instance", "optimizer.kind")
    assert len(set(found.instances)) == 2


def test_a_condition_that_some_trials_lack_is_none_there():
    found = table({"a": [done(0, {"ratio": 1.0}, a__x=1), done(1, {}, a__y=[1, 2])]})
    assert found.column("a.x") == [1, None]
    assert found.column("a.y") == [None, (1, 2)]
    assert np.isnan(found.numbers("ratio")[1])


def test_rows_are_chosen_by_value():
    found = table({"a": duel(3)})
    assert len(found.where({"optimizer.kind": ["spsa"], "problem.instance": [0, 2]})) == 2


def test_a_switch_is_no_number():
    found = table({"a": [done(0, {}, o__c=True), done(1, {}, o__c=1)]})
    assert len(found.where({"o.c": [True]})) == 1


def test_choosing_nothing_names_what_there_is():
    found = table({"a": duel(2)})
    with pytest.raises(ParameterError, match=r"optimizer.kind = bfgs.*cobyla, spsa"):
        found.where({"optimizer.kind": ["bfgs"]})


def test_an_unknown_column_names_the_nearest():
    with pytest.raises(UnknownNameError, match=r"did you mean 'optimizer.kind'"):
        table({"a": duel(1)}).column("optimiser.kind")


def test_a_data_frame_has_a_row_for_each_trial():
    pandas = pytest.importorskip("pandas")
    found = table({"a": duel(2)})
    frame = found.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert frame["trial"].tolist() == [0, 1, 2, 3]
    assert frame["optimizer.kind"].tolist() == list(found.column("optimizer.kind"))
    assert frame["ratio"].tolist() == list(found.column("ratio"))
    assert frame["instance"].nunique() == 2


def test_a_data_frame_without_pandas_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match="pip install pandas") as caught:
        table({"a": duel(1)}).to_pandas()
    assert caught.value.extra == "pandas"


def test_text_is_no_metric():
    with pytest.raises(ParameterError, match=r"status is not numeric .*'ok' in trial 0"):
        table({"a": duel(1)}).numbers("status")


def test_groups_come_in_the_order_of_their_values():
    trials = [done(k, {}, a__p=p) for k, p in enumerate([10, 2, None, 2])]
    groups = table({"a": trials}).groups(["a.p"])
    # The second trial with p = 2 has the identity of the first.
    assert groups == {(None,): [2], (2,): [1], (10,): [0]}


def test_what_to_compare_by_leaves_out_instances_repeats_and_what_is_implied():
    assert table({"a": duel(3, repeats=2)}).choices() == ["optimizer.kind"]
    trials = [
        done(0, {}, optimizer__calibrate=True, optimizer__kind="spsa", ansatz__p=1),
        done(1, {}, optimizer__kind="cobyla", ansatz__p=1),
        done(2, {}, optimizer__kind="cobyla", ansatz__p=2),
    ]
    assert table({"a": trials}).choices() == ["optimizer.kind", "ansatz.p"]
    sizes = [done(n, {}, problem__nodes=n, problem__instance=k) for n in (8, 10) for k in (0, 1)]
    assert table({"a": sizes}).choices() == ["problem.nodes"]


def test_several_experiments_are_told_apart_by_a_column():
    found = table({"a": duel(1), "b": duel(1)})
    assert found.column("experiment") == ["a", "a", "b", "b"]
    assert found.choices() == ["experiment"]


def test_a_group_is_called_by_what_a_person_would_say():
    assert label(["ansatz.p", "optimizer.kind"], (3, "cobyla")) == "p = 3, cobyla"
    assert label(["optimizer.kind", "optimizer.calibrate"], ("cobyla", None)) == "cobyla"
    assert label(["objective.alpha", "shots"], (0.1, 100)) == "alpha = 0.1, shots = 100"
    assert label([], ()) == "all trials"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "none"), (True, "true"), (0.30000000000000004, "0.3"), ((2, 2), "[2, 2]"), (3, "3")],
)
def test_values_are_shown_as_yaml_has_them(value, text):
    assert show(value) == text


def test_a_group_that_has_nothing_else_is_called_by_what_it_lacks():
    assert label(["budget.evaluations"], (None,)) == "evaluations = none"
    assert label(["optimizer.kind", "optimizer.memory"], ("spsa", None)) == "spsa"


def test_an_option_is_owned_by_the_kinds_that_have_it():
    assert owners(["l-bfgs", "spsa", "l-bfgs"], [10, None, None]) == ["l-bfgs"]
    assert owners(["l-bfgs", "spsa"], [10, 5]) == []
    assert owners([None, None], [10, None]) == []


def test_trials_that_are_not_done_are_chosen_by_their_conditions():
    trials = [replace(one, state=State.FAILED, outcome=None) for one in duel(2)]
    found = matching(trials, {"optimizer.kind": ["spsa"], "problem.instance": [1]})
    assert [trial.number for trial in found] == [3]
    assert matching(trials, {"ratio": [0.9]}) == []


def test_a_table_is_shown_in_a_line():
    assert repr(table({"a": duel(2)})) == (
        "<Table: 4 trials, 2 metrics; varying: problem.instance, optimizer.kind>"
    )
