"""Storages that others can write to: numbers and texts are read from them, never code."""

from __future__ import annotations

import json
import pickle
import re
import sqlite3
import struct
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

import hybridq as hq
from hybridq.core.errors import CapacityError, FormatError, OutputError, ParameterError
from hybridq.experiments.config.config import parse_config
from hybridq.experiments.problems import problem_section
from hybridq.experiments.running.journals import delete_journals, journal_folder
from hybridq.experiments.running.runner import prepare, run
from hybridq.experiments.running.worker import Terms, work
from hybridq.experiments.seeds import trial_seed
from hybridq.experiments.store.contents import packed, unpacked
from hybridq.experiments.store.store import Store
from hybridq.experiments.trial.run import run_trial
from hybridq.optimizers import OPTIMIZERS, Journal
from tests.security.security_samples import touching

PROBLEM = {"kind": "ring", "nodes": 4}
SMALL = f"name: small\nproblem: {json.dumps(PROBLEM)}\nansatz: {{p: 1}}\n"


class Code:
    """A pickle that runs an expression when it is read."""

    def __init__(self, expression: str) -> None:
        self.expression = expression

    def __reduce__(self):
        return eval, (self.expression,)


def search(storage, method, **options):
    optimizer = OPTIMIZERS[method](storage=str(storage), study_name="shared", **options)
    return hq.minimize(
        lambda x: float(x @ x),
        [0.5, 0.5],
        optimizer,
        bounds=[[-1, 1]] * 2,
        max_evaluations=20,
        rng=1,
    )


@pytest.fixture
def poisoned(tmp_path):
    """A storage with a search by CMA-ES whose pickled states were replaced by code."""
    pytest.importorskip("cmaes")
    storage = tmp_path / "search.db"
    search(storage, "optuna-cmaes", unpickle=True)
    text = pickle.dumps(Code(touching(tmp_path / "ran"))).hex()
    with closing(sqlite3.connect(storage)) as connection, connection:
        changed = connection.execute(
            "UPDATE trial_system_attributes SET value_json = ? WHERE key LIKE '%cma:optimizer%'",
            [f'"{text}"'],
        )
        assert changed.rowcount
    return storage


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("optuna-cmaes", {}),
        ("optuna", {"sampler": "cmaes"}),
        ("optuna", {"sampler": "CmaEsSampler"}),
    ],
)
def test_sampler_that_unpickles_is_refused_with_a_storage(method, options, poisoned, tmp_path):
    with pytest.raises(ParameterError, match="unpickle must be true with a storage") as caught:
        search(poisoned, method, **options)
    assert "runs any code" in str(caught.value)
    assert not (tmp_path / "ran").exists()


def test_sampler_would_run_what_is_there(poisoned, tmp_path):
    """Without this the test above could not fail."""
    search(poisoned, "optuna-cmaes", unpickle=True)
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("method", ["optuna-tpe", "optuna-qmc", "optuna-random"])
def test_samplers_that_store_numbers_share_a_storage_as_before(method, tmp_path):
    assert search(tmp_path / "search.db", method).evaluations == 20


def test_storage_is_not_even_opened_before_the_refusal(tmp_path):
    with pytest.raises(ParameterError, match="unpickle"):
        search(tmp_path / "none.db", "optuna", sampler="cmaes")
    assert not (tmp_path / "none.db").exists()


def test_in_memory_nothing_is_asked_for():
    pytest.importorskip("cmaes")
    solution = hq.minimize(
        lambda x: float(x @ x), [0.5, 0.5], "optuna-cmaes", bounds=[[-1, 1]] * 2,
        max_evaluations=30, rng=1,
    )  # fmt: skip
    assert solution.evaluations == 30


@pytest.mark.parametrize(
    "optimizer",
    [
        {"kind": "optuna-cmaes", "unpickle": True},
        {"kind": "optuna", "sampler": "cmaes", "unpickle": True},
        {"kind": "optuna-tpe"},
    ],
)
def test_stored_trial_cannot_open_a_storage(optimizer, tmp_path):
    optimizer |= {"storage": str(tmp_path / "other.db"), "study_name": "shared"}
    with pytest.raises(ParameterError, match="must not open a storage of its own"):
        run_trial({"problem": PROBLEM, "optimizer": optimizer, "seed": 1, "repeat": 0})
    assert not (tmp_path / "other.db").exists()


@pytest.mark.parametrize(
    "option", ["journal", "resume", "callback", "rng", "stage", "landscape", "initial"]
)
def test_stored_trial_reaches_no_other_argument_by_its_circuit(option, tmp_path):
    ansatz = {"kind": "qaoa", "p": 1, option: str(tmp_path / "written")}
    with pytest.raises(ParameterError, match=f"{option} must not be among the options"):
        run_trial({"problem": PROBLEM, "ansatz": ansatz, "seed": 1, "repeat": 0})
    assert not (tmp_path / "written").exists()


@pytest.fixture
def stored(tmp_path):
    """A storage with one trial that nobody has run."""
    url = f"sqlite:///{tmp_path}/runs.db"
    prepare(parse_config(SMALL), Store.open(url))
    return url


def ran(url):
    work(Terms(url, "small", threads=1))
    (trial,) = Store.open(url).experiment("small").trials()
    return trial


def test_journal_that_no_run_of_ours_has_left_is_not_believed(stored, tmp_path):
    honest = ran(stored).outcome.metrics["expectation"]
    (tmp_path / "runs.db").unlink()
    prepare(parse_config(SMALL), Store.open(stored))
    (trial,) = Store.open(stored).experiment("small").trials()
    journal = tmp_path / "runs.db.journals" / "small" / f"{trial.identity}.jsonl"
    journal.parent.mkdir(parents=True)
    with Journal(journal) as log:  # of the same search, but for its values
        run_with_journal(trial.conditions, log)
    forged = re.sub(r'"value":\s*-?[0-9.e+-]+', '"value":-1e9', journal.read_text())
    journal.write_text(forged)
    assert ran(stored).outcome.metrics["expectation"] == honest


def run_with_journal(conditions, log):
    problem = problem_section(conditions["problem"]).build(Path(), 0, {})
    hq.solve(problem, p=1, rng=trial_seed(0, 0, {}), journal=log, threads=1)


@pytest.mark.parametrize("where", ["runs.db.journals", "runs.db.journals/small"])
def test_links_in_place_of_folders_of_journals_are_not_followed(where, stored, tmp_path):
    precious = tmp_path / "precious"
    (precious / "small").mkdir(parents=True)
    for folder in (precious, precious / "small"):
        (folder / "mine.jsonl").write_text("mine\n")
    link = tmp_path / where
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(precious)
    assert ran(stored).outcome is not None
    delete_journals(stored, "small")
    for folder in (precious, precious / "small"):
        assert [path.name for path in folder.iterdir() if path.is_file()] == ["mine.jsonl"]


def test_experiment_called_like_a_folder_above_has_its_journals_below(tmp_path):
    url = f"sqlite:///{tmp_path}/runs.db"
    for name in ("..", ".", "../..", "a/../../b"):
        folder = journal_folder(url, name)
        assert folder.parent == tmp_path / "runs.db.journals"
        assert set(folder.name) != {"."}


def test_transaction_that_names_another_file_is_not_rolled_back(tmp_path):
    """SQLite deletes the super-journal that a hot journal names."""
    storage, precious = tmp_path / "runs.db", tmp_path / "precious.txt"
    Store.open(f"sqlite:///{storage}")
    precious.write_text("mine")
    header = bytes.fromhex("d9d505f920a163d7") + struct.pack(">5I", 0, 1, 1, 512, 4096)
    name = str(precious).encode()
    record = struct.pack(">I", 2**30 // 4096 + 1) + name
    record += struct.pack(">2I", len(name), sum(name)) + bytes.fromhex("d9d505f920a163d7")
    (tmp_path / "runs.db-journal").write_bytes(header.ljust(512, b"\0") + record)
    with pytest.raises(OutputError, match="names another file"):
        Store.open(f"sqlite:///{storage}")
    assert precious.exists()


@pytest.mark.parametrize("url", ["sqlite:///file:{}?uri=true", "sqlite:///file:{}"])
def test_uri_in_place_of_a_path_is_refused(url, tmp_path):
    with pytest.raises(ParameterError, match="must be a path, not a URI"):
        Store.open(url.format(tmp_path / "runs.db"))
    assert not (tmp_path / "runs.db").exists()


def test_links_in_place_of_arrays_are_not_followed(tmp_path):
    config = parse_config(f"{SMALL}output: {{arrays: [points]}}")
    url = f"sqlite:///{tmp_path}/runs.db"
    prepare(config, Store.open(url))
    experiment = Store.open(url).experiment("small")
    (trial,) = experiment.trials()
    precious = tmp_path / "precious"
    precious.write_text("mine")
    folder = tmp_path / "runs.db.artifacts"
    folder.mkdir()
    (folder / experiment.artifacts.name(trial.identity)).symlink_to(precious)
    assert ran(url).outcome is not None
    assert precious.read_text() == "mine"


def test_link_in_place_of_the_folder_of_arrays_is_refused(tmp_path):
    config = parse_config(f"{SMALL}output: {{arrays: [points]}}")
    url = f"sqlite:///{tmp_path}/runs.db"
    prepare(config, Store.open(url))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "runs.db.artifacts").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match=r"runs\.db\.artifacts is a symbolic link"):
        prepare(config, Store.open(url))
    with pytest.raises(OutputError, match=r"runs\.db\.artifacts is a symbolic link"):
        work(Terms(url, "small", threads=1))
    assert not list((tmp_path / "elsewhere").iterdir())


def test_journal_of_a_killed_worker_serves_one_that_had_looked_before(stored):
    """The worker looked which trials wait before the other one began, and was killed."""
    early = Store.open(stored).experiment("small")
    early._fill_queue()
    late = Store.open(stored).experiment("small")
    claimed = late.claim("late")
    assert not claimed.again
    late.release(claimed)
    assert early.claim("early").again


def test_default_storage_that_is_a_link_is_not_taken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HYBRIDQ_STORAGE", raising=False)
    (tmp_path / "hybridq.db").symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(OutputError, match=r"hybridq\.db is a symbolic link to .*elsewhere\.db"):
        Store.open()
    assert not (tmp_path / "elsewhere.db").exists()
    Store.open("hybridq.db")  # named, it is


def test_folder_that_only_the_storage_names_is_not_removed(tmp_path):
    config = parse_config(f"{SMALL}output: {{arrays: [points]}}")
    store = Store.open(f"sqlite:///{tmp_path}/runs.db")
    (trial,) = run(config, store, jobs=1).trials()
    (tmp_path / "empty").mkdir()
    arrays = {**trial.outcome.provenance} and json.dumps(str(tmp_path / "empty"))
    with closing(sqlite3.connect(tmp_path / "runs.db")) as connection, connection:
        changed = connection.execute(
            "UPDATE trial_user_attributes SET value_json = "
            "replace(value_json, '\"folder\": null', ?) WHERE key = 'result'",
            [f'"folder": {arrays}'],
        )
        assert changed.rowcount
    assert Store.open(f"sqlite:///{tmp_path}/runs.db").experiment("small").trials()[0].arrays_in
    Store.open(f"sqlite:///{tmp_path}/runs.db").delete("small")
    assert (tmp_path / "empty").is_dir()


def test_identity_that_is_a_path_stays_in_the_folder_of_journals(tmp_path):
    """A worker writes, renames and deletes a trial's journal under the name in the storage."""
    (tmp_path / "precious.jsonl").write_text("mine\n")
    config = parse_config(SMALL)
    store = Store.open(f"sqlite:///{tmp_path}/runs.db")
    prepare(config, store)
    with closing(sqlite3.connect(tmp_path / "runs.db")) as connection, connection:
        changed = connection.execute(
            "UPDATE trial_user_attributes SET value_json = ? WHERE key = 'identity'",
            [json.dumps("../../precious")],
        )
        assert changed.rowcount
    work(Terms(f"sqlite:///{tmp_path}/runs.db", "small", threads=1))
    (trial,) = Store.open(f"sqlite:///{tmp_path}/runs.db").experiment("small").trials()
    assert trial.outcome is not None
    assert (tmp_path / "precious.jsonl").read_text() == "mine\n"
    assert not (tmp_path / "precious.jsonl.stale").exists()


def test_arrays_that_unpack_to_more_than_memory_are_refused(tmp_path, monkeypatch):
    config = parse_config(f"{SMALL}output: {{arrays: [points]}}")
    experiment = run(config, Store.open(f"sqlite:///{tmp_path}/runs.db"), jobs=1)
    (trial,) = experiment.trials()
    (file,) = (tmp_path / "runs.db.artifacts").iterdir()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("points.npy", bytes(2**27))  # a thousandth of that in the file
    assert file.stat().st_size < 2**18
    monkeypatch.setattr("hybridq.core.memory.available_bytes", lambda: 2**26)
    with pytest.raises(CapacityError, match=r"the arrays of trial 0 needs 0\.125 GiB"):
        experiment.arrays(trial)


def test_instance_that_unpacks_to_more_than_any_file_is_refused(monkeypatch):
    monkeypatch.setattr("hybridq.experiments.store.contents.MOST_BYTES", 1000)
    assert unpacked(packed("a.rud", bytes(1000))) == bytes(1000)
    with pytest.raises(FormatError, match=r"a\.rud: the content unpacks to more than 1,000 bytes"):
        unpacked(packed("a.rud", bytes(1001)))


@pytest.mark.parametrize("option", ["plugin", "local_infile", "read_default_file"])
@pytest.mark.parametrize("driver", ["mysql+pymysql", "postgresql"])
def test_storage_url_cannot_load_code_or_send_files(driver, option):
    with pytest.raises(ParameterError, match=f"must not set {option}"):
        Store.open(f"{driver}://user:secret@127.0.0.1:1/runs?{option}=1")


def test_permission_is_no_condition_of_a_search():
    kind = OPTIMIZERS["optuna-cmaes"]
    assert "unpickle" in kind.option_names()
    assert "unpickle" not in kind.condition_names()
