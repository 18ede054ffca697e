"""One trial: what it gives, that it gives it again, and how it ends early."""

import json
import math
import os
import signal
import threading
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

import hybridq as hq
from hybridq.core.errors import FormatError, OutputError, ParameterError
from hybridq.experiments.config.config import parse_config, plan
from hybridq.experiments.records import Outcome
from hybridq.experiments.seeds import derived, trial_seed
from hybridq.experiments.trial import measures
from hybridq.experiments.trial import run as trial
from hybridq.experiments.trial.provenance import provenance
from hybridq.experiments.trial.run import run_trial, same_outcome
from hybridq.experiments.trial.time_limit import TrialTimeout, within
from hybridq.storage.journal_file import JournalFile

INSTANCES = Path(__file__).parents[2] / "problems"
CUT = {
    "problem": {"kind": "random-regular", "nodes": 8, "instance": 1},
    "ansatz": {"kind": "qaoa", "p": 1},
    "shots": 64,
    "repeat": 0,
    "seed": 5,
}
H2 = {
    "problem": {"kind": "molecule", "path": "molecules/h2_sto3g.fcidump"},
    "ansatz": {"kind": "uccsd"},
    "seed": 5,
}


def run(conditions, **keywords):
    return run_trial(conditions, base=INSTANCES, threads=1, **keywords)


# ----- what it gives -----


def test_every_sample_of_a_solved_ring_is_optimal():
    """A ring of disagrees is solved exactly from p = n/2 on (Farhi et al. 2014)."""
    ring = {**CUT, "problem": {"kind": "ring", "nodes": 4}, "ansatz": {"kind": "qaoa", "p": 2}}
    figures = run(ring).metrics
    assert figures["ratio"] == pytest.approx(1, abs=1e-4)
    assert figures["p_optimum"] == 1
    assert figures["best"] == 4


def test_options_of_a_strategy_change_its_search():
    warm = {**CUT, "strategy": {"kind": "warm-start"}}
    given = {**CUT, "strategy": {"kind": "warm-start", "epsilon": 0.05}}
    default = {**CUT, "strategy": {"kind": "warm-start", "epsilon": 0.25}}
    assert not same_outcome(run(warm), run(default))  # no differences
    assert run(given).parameters != run(warm).parameters


def test_the_share_of_optimal_samples_is_counted_in_shots():
    share = run(CUT).metrics["p_optimum"]
    assert 0 < share < 1
    assert share * CUT["shots"] == int(share * CUT["shots"])


def test_a_cut_has_the_figures_of_solve():
    outcome = run(CUT)
    figures = outcome.metrics
    assert figures["n_qubits"] == 8
    assert figures["n_params"] == len(outcome.parameters) == 2
    assert figures["method"] == "l-bfgs"
    assert figures["status"] == "converged"
    assert figures["reference_exact"] is True
    assert figures["ratio"] == figures["expectation"] / figures["reference"]
    assert figures["best_ratio"] == figures["best"] / figures["reference"]
    assert 0 < figures["seconds"] < figures["seconds_total"]
    assert "energy" not in figures
    assert "shots_used" not in figures
    assert outcome.convergence[-1] == (figures["evaluations"], figures["expectation"])
    assert json.loads(json.dumps(outcome.__dict__))["metrics"] == figures


def test_a_molecule_has_the_figures_of_solve():
    figures = run(H2).metrics
    # Exact energy of H2 in STO-3G at 0.7414 Å: O'Malley et al. 2016, Phys. Rev. X 6, 031007
    assert figures["energy"] == figures["expectation"]
    assert math.isclose(figures["reference"], -1.1373, abs_tol=2e-4)
    assert abs(figures["error_mha"]) < 1e-4
    assert math.isclose(figures["correlation"], 1.0, abs_tol=1e-6)
    assert "ratio" not in figures


def test_conditions_reach_solve():
    outcome = run(
        {
            **CUT,
            "ansatz": {"kind": "qaoa", "p": 2},
            "objective": {"kind": "cvar", "alpha": 0.5, "shots": 50},
            "optimizer": {"kind": "spsa", "blocking": True, "tolerance": None},
            "strategy": {"kind": "layerwise", "initial": "auto", "restarts": 0},
            "budget": {"evaluations": 40},
            "engine": {"kind": "statevector", "precision": "double"},
        }
    )
    figures = outcome.metrics
    assert figures["n_params"] == 4
    assert figures["method"] == "spsa"
    assert figures["evaluations"] <= 40
    assert figures["shots_used"] == 50 * figures["circuits"] > 0
    assert figures["minimized"] > 0
    assert outcome.provenance["engine"].startswith("statevector")


def test_auto_and_direct_are_what_solve_does_alone():
    spelled = {
        **CUT,
        "ansatz": {"kind": "auto"},
        "optimizer": {"kind": "auto"},
        "strategy": {"kind": "direct", "initial": "auto"},
        "objective": {"kind": "expectation"},
        "engine": {"kind": "auto", "precision": "double"},
    }
    plain = {name: CUT[name] for name in ("problem", "shots", "repeat", "seed")}
    assert same_outcome(run(spelled), run(plain)) == []


@pytest.mark.parametrize("ansatz", [{"kind": "hva", "layers": 1}, {"kind": "hardware-efficient"}])
def test_other_ansaetze_and_the_direct_strategy(ansatz):
    conditions = {
        "problem": {"kind": "tfim", "sites": 3},
        "ansatz": ansatz,
        "strategy": {"kind": "direct"},
        "budget": {"evaluations": 30},
    }
    assert run(conditions).metrics["n_qubits"] == 3


def test_options_that_an_ansatz_lacks_are_refused():
    with pytest.raises(ParameterError, match="option"):
        run({**CUT, "ansatz": {"kind": "qaoa", "layers": 3}})


# ----- seeds -----


def test_a_trial_gives_the_same_figures_again_with_any_number_of_threads():
    first = run(CUT)
    assert same_outcome(first, run(CUT)) == []
    assert same_outcome(first, run_trial(CUT, base=INSTANCES, threads=2)) == []


def test_repeats_differ_and_choices_share_random_numbers():
    assert run(CUT).provenance["seed"] != run({**CUT, "repeat": 1}).provenance["seed"]
    other = run({**CUT, "ansatz": {"kind": "qaoa", "p": 2}})
    assert run(CUT).provenance["seed"] == other.provenance["seed"]
    assert run(CUT).provenance["instance"] == other.provenance["instance"]


def test_seeds_follow_from_what_they_are_for():
    assert derived("graph", {"a": 1, "b": 2}) == derived("graph", {"b": 2, "a": 1})
    assert derived("graph", 1) != derived("weights", 1)
    assert trial_seed(1, 2, {"k": 3}) == trial_seed(1, 2, {"k": 3}) < 2**52
    assert trial_seed(1, 2, {"k": 3}) != trial_seed(1, 2, {"k": 4})


# ----- comparison of outcomes -----


def test_differences_are_named():
    one = Outcome({"ratio": 0.5, "seconds": 1.0}, [1.0, 2.0], [(1, 0.5)], {"instance": "a"})
    stored = Outcome(**json.loads(json.dumps(one.__dict__)))
    assert same_outcome(one, replace(stored, metrics={"ratio": 0.5, "seconds": 9.0})) == []
    found = same_outcome(
        one,
        Outcome({"ratio": 0.5000000000000001, "best": 3.0}, [1.0, 2.5], [], {"instance": "b"}),
    )
    assert found == [
        "the instance differs: a, then b",
        "ratio: 0.5, then 0.5000000000000001",
        "best: None, then 3.0",
        "parameters: number 1 of 2 is 2.0, then 2.5",
        "convergence: 2 numbers, then 0",
    ]


# ----- convergence -----


def test_a_long_search_is_thinned_to_its_improvements():
    result = hq.solve(
        hq.spin_models.tfim(3), ansatz="hva", optimizer="spsa", max_evaluations=600, rng=1
    )
    values = result.trace.values
    points = measures.convergence(result)
    assert len(points) <= measures.POINTS
    assert points[0] == (1, values[0])
    assert points[-1] == (600, values.min())
    numbers, best = zip(*points, strict=True)
    assert all(x < y for x, y in pairwise(numbers))
    assert all(x >= y for x, y in pairwise(best))
    assert all(value == values[:number].min() for number, value in points)


def test_what_was_minimized_is_shown_in_its_own_direction():
    problem = hq.MaxCut.from_file(INSTANCES / "maxcut" / "regular_12.rud")
    rising = [y for _, y in measures.convergence(hq.solve(problem, p=1, rng=1))]
    gibbs = hq.solve(problem, p=1, objective="gibbs", rng=1)
    falling = [y for _, y in measures.convergence(gibbs)]
    assert rising == sorted(rising)
    assert falling == sorted(falling, reverse=True)
    assert falling[-1] == gibbs.objective["value"]


# ----- time limit -----


def test_a_block_that_takes_too_long_is_interrupted():
    with (
        pytest.raises(TrialTimeout, match=r"time limit of 0\.05 s: raise time_limit"),
        within(0.05),
    ):
        time.sleep(10)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_a_limit_that_something_swallows_comes_again(monkeypatch):
    monkeypatch.setattr("hybridq.experiments.trial.time_limit._AGAIN", 0.05)

    def deaf():
        try:
            time.sleep(10)
        except BaseException:
            time.sleep(10)

    with pytest.raises(TrialTimeout), within(0.05):
        deaf()


def test_an_import_is_not_cut_in_two(tmp_path, monkeypatch):
    rings = "import os, signal\nos.kill(os.getpid(), signal.SIGALRM)\nwhole = True\n"
    (tmp_path / "takes_long.py").write_text(rings)
    monkeypatch.syspath_prepend(tmp_path)

    def load_and_wait():
        import takes_long

        done.append(takes_long.whole)
        time.sleep(10)

    done = []
    with pytest.raises(TrialTimeout), within(3600.0):
        load_and_wait()
    assert done == [True]


def test_a_block_in_time_is_left_alone_and_so_are_other_threads():
    with within(30):
        pass
    with within(None):
        pass
    seen = []

    def elsewhere():
        with within(0.001):
            time.sleep(0.05)
        seen.append(True)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [True]
    with pytest.raises(ParameterError, match="positive"), within(0):
        pass


LONG = {
    "problem": {"kind": "random-regular", "nodes": 16, "instance": 0},
    "ansatz": {"kind": "qaoa", "p": 4},
    "optimizer": {"kind": "spsa"},
    "budget": {"evaluations": 3000},
    "seed": 5,
}


def test_a_trial_beyond_its_time_limit_is_refused():
    with pytest.raises(TrialTimeout, match="the trial exceeded its time limit"):
        run(LONG, time_limit=0.1)


def test_control_c_is_no_result():
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            run({**LONG, "budget": {"evaluations": 10**6}})
    finally:
        timer.cancel()


@pytest.mark.parametrize("conditions", [CUT, {"problem": {"kind": "tfim", "sites": 3}}])
def test_control_c_beside_the_search_is_no_result_either(conditions, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("hybridq.solver.answers._reference", interrupted)
    monkeypatch.setattr("hybridq.solver.vqe.lowest_energy", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(conditions)


# ----- journal -----


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr(trial, "JOURNAL_AFTER", 0.0)


SHORT = {**LONG, "budget": {"evaluations": 60}}


def test_a_short_trial_leaves_no_journal(tmp_path):
    assert same_outcome(run(SHORT), run(SHORT, journal_path=tmp_path / "trial.jsonl")) == []
    assert list(tmp_path.iterdir()) == []


def test_a_killed_trial_continues_to_the_same_end(tmp_path, at_once):
    path = tmp_path / "trial.jsonl"
    undisturbed = run(SHORT, journal_path=path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:20]) + lines[20][:20])  # as a SIGKILL may leave it
    assert same_outcome(undisturbed, run(SHORT, journal_path=path)) == []
    assert path.read_bytes().startswith(b"".join(lines[:20]))
    assert len(path.read_bytes().splitlines()) == len(lines)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_trial_stopped_by_its_time_limit_leaves_its_journal(tmp_path, at_once):
    path = tmp_path / "trial.jsonl"

    def ring_after_ten():
        until = time.monotonic() + 120
        while time.monotonic() < until:
            if path.exists() and len(path.read_bytes().splitlines()) > 10:
                break
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGALRM)  # as the timer of the limit does

    thread = threading.Thread(target=ring_after_ten)
    thread.start()
    with pytest.raises(TrialTimeout):
        run({**LONG, "budget": {"evaluations": 10**6}}, journal_path=path, time_limit=3600.0)
    thread.join()
    assert len(path.read_bytes().splitlines()) > 10


@pytest.mark.parametrize("content", [b"no journal\n", b'{"hybridq-journal": 99}\n'])
def test_a_journal_that_does_not_fit_is_set_aside(content, tmp_path, at_once):
    path = tmp_path / "trial.jsonl"
    path.write_bytes(content)
    assert same_outcome(run(SHORT), run(SHORT, journal_path=path)) == []
    assert (tmp_path / "trial.jsonl.stale").read_bytes() == content


def test_the_journal_of_another_trial_is_set_aside(tmp_path, at_once):
    path = tmp_path / "trial.jsonl"
    run({**SHORT, "seed": 6}, journal_path=path)
    assert same_outcome(run(SHORT), run(SHORT, journal_path=path)) == []
    assert (tmp_path / "trial.jsonl.stale").exists()


def test_a_journal_that_another_process_writes_is_left_alone(tmp_path, at_once):
    path = tmp_path / "trial.jsonl"
    run(SHORT, journal_path=path)
    before = path.read_bytes()
    other = JournalFile(path, resume=True, sync="never")
    try:
        with pytest.raises(OutputError):
            JournalFile(path, resume=True, sync="never")
        assert same_outcome(run(SHORT), run(SHORT, journal_path=path)) == []
    finally:
        other.close()
    assert path.read_bytes() == before


def test_an_error_that_is_not_the_journals_is_not_hidden(tmp_path):
    wrong = {**SHORT, "strategy": {"kind": "direct", "initial": "nowhere.json"}}
    with pytest.raises(FormatError, match=r"nowhere\.json"):
        run(wrong, journal_path=tmp_path / "trial.jsonl")


# ----- starts in files -----


def test_a_start_in_a_file_is_found_by_its_content(tmp_path):
    import hashlib

    file = tmp_path / "angles.json"
    file.write_text("[0.6, 0.3]")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    strategy = {"kind": "direct", "initial": "angles.json", "sha256": digest}
    conditions = {**CUT, "strategy": strategy, "budget": {"evaluations": 1}}
    here = run_trial(conditions, base=tmp_path)
    assert here.parameters == [0.6, 0.3]
    contents = {digest: file.read_bytes()}
    assert same_outcome(here, run_trial(conditions, instances=contents, base=tmp_path / "x")) == []
    file.write_text("[0.7, 0.3]")
    with pytest.raises(FormatError, match="the content has changed"):
        run_trial(conditions, base=tmp_path)


# ----- provenance -----


def test_where_it_ran_is_kept():
    facts = provenance(3)
    assert facts["threads"] == 3
    assert facts["peak_memory"] > 10**7
    assert facts["versions"]["hybridq"] == hq.__version__
    assert facts["cpus"] >= 1
    assert facts["host"]


def test_outside_a_repository_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert "commit" not in provenance(1)


# ----- every choice -----


def planned(**sections):
    text = json.dumps({"name": "all", "problem": CUT["problem"], "shots": 16, **sections})
    (only,) = plan(parse_config(text))
    return only.conditions


@pytest.mark.parametrize("kind", [name for name in hq.OPTIMIZERS if name != "optuna-gp"])
def test_every_optimizer_runs_with_the_options_that_a_config_resolves(kind):
    optimizer = {"kind": kind, **({"sampler": "RandomSampler"} if kind == "optuna" else {})}
    figures = run(planned(optimizer=optimizer, budget={"evaluations": 12})).metrics
    assert figures["method"] == kind
    assert 0 < figures["ratio"] <= 1


@pytest.mark.parametrize("kind", list(hq.OBJECTIVES))
@pytest.mark.parametrize("shots", [None, 20])
def test_every_objective_runs(kind, shots):
    section = {"kind": kind, **({} if shots is None else {"shots": shots})}
    figures = run(planned(objective=section, budget={"evaluations": 12})).metrics
    assert ("shots_used" in figures) == (shots is not None)
    assert ("minimized" in figures) == (kind != "expectation")


@pytest.mark.parametrize("kind", list(hq.STRATEGIES))
def test_every_strategy_runs(kind):
    p = 1 if kind == "recursive" else 2  # it contracts by one layer
    conditions = planned(
        strategy={"kind": kind}, ansatz={"kind": "qaoa", "p": p}, budget={"evaluations": 30}
    )
    assert 0 < run(conditions).metrics["ratio"] <= 1


@pytest.mark.parametrize("kind", [name for name in (*hq.ANSATZE, "adapt") if name != "qaoa"])
def test_every_ansatz_of_a_molecule_runs(kind):
    conditions = planned(
        problem={**H2["problem"], "path": str(INSTANCES / H2["problem"]["path"])},
        ansatz={"kind": kind},
        budget={"evaluations": 12},
    )
    assert run(conditions).metrics["error"] > -1e-9


def test_threads_that_numba_does_not_have_are_not_asked_for(monkeypatch):
    monkeypatch.setattr("hybridq.engines.kernels.team.most_threads", lambda: 1)
    outcome = run_trial(CUT, base=INSTANCES, threads=2)
    assert not same_outcome(outcome, run(CUT))
