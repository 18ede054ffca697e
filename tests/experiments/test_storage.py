"""Choice of a storage, and errors of one that cannot be used."""

import resource
import sqlite3
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import optuna
import pytest

from hybridq.core.errors import OutputError, ParameterError, UnknownNameError
from hybridq.experiments.records import State
from hybridq.experiments.store.storage import choose_storage
from hybridq.experiments.store.store import Store
from hybridq.storage import database, optuna_journal
from hybridq.storage.database import connect, storage_url, without_password
from hybridq.storage.filesystem import network_filesystem
from tests.experiments.store_samples import create, outcome, planned


def filled(url, count=3):
    experiment = create(Store.open(url), trials=planned(count))
    experiment.enqueue(planned(count))
    return experiment


def within_limit(call):
    """Return or raise what `call` does, in a thread that may not hang."""
    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(call).result(timeout=90.0)  # TCP gives up after two minutes
    finally:
        pool.shutdown(wait=False)


def contents(folder):
    """All files but the memory that the users of an SQLite file share, and a log of no changes.

    SQLite keeps both as long as any connection is open, so a forgotten one decides about them.
    """
    held = {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix != ".db-shm"}
    return {name: content for name, content in held.items() if content or name != "runs.db-wal"}


def test_the_option_wins_over_the_environment_over_the_config(monkeypatch):
    monkeypatch.delenv("HYBRIDQ_STORAGE", raising=False)
    assert choose_storage() == "sqlite:///hybridq.db"
    assert choose_storage(config="c.db") == "c.db"
    monkeypatch.setenv("HYBRIDQ_STORAGE", "e.db")
    assert choose_storage(config="c.db") == "e.db"
    assert choose_storage("o.db", "c.db") == "o.db"


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("runs.db", "sqlite:///runs.db"),
        ("/data/runs.sqlite", "sqlite:////data/runs.sqlite"),
        ("runs.log", "journal:///runs.log"),
        ("/data/runs.journal", "journal:////data/runs.journal"),
        ("mysql+pymysql://me@host/x", "mysql+pymysql://me@host/x"),
        ("postgres://me@host/x", "postgresql+psycopg://me@host/x"),
        ("postgresql+psycopg2://me@host/x", "postgresql+psycopg2://me@host/x"),
    ],
)
def test_urls_are_completed(given, url, monkeypatch):
    monkeypatch.setattr(database.importlib.util, "find_spec", lambda name: None)
    assert storage_url(given) == url


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_memory_is_no_storage_of_experiments(url):
    with pytest.raises(ParameterError, match="in memory"):
        Store.open(url)


def no_folder(path):
    return f"sqlite:///{path}/nowhere/runs.db"


def a_folder(path):
    return f"sqlite:///{path}"


def a_text(path):
    (path / "runs.db").write_text("this is not a database, " * 100)
    return f"sqlite:///{path}/runs.db"


def no_folder_for_a_journal(path):
    return f"journal:///{path}/nowhere/runs.log"


def another_log(path):
    (path / "runs.log").write_text("[12:03] started")
    return f"journal:///{path}/runs.log"


def a_damaged_journal(path):
    (path / "runs.log").write_text('{"op_code":0,"worker_id":"a"\n{"op_code":0}\n')
    return f"journal:///{path}/runs.log"


def another_version(path):
    url = f"sqlite:///{path}/runs.db"
    connect(url).engine.dispose()
    # `with` on a connection of sqlite3 commits and does not close.
    with closing(sqlite3.connect(path / "runs.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'v9.9.9'")
    return url


@pytest.mark.parametrize(
    ("made", "error", "words"),
    [
        (no_folder, OutputError, "the folder .*does not exist; create it first"),
        (a_folder, OutputError, "is a directory; name a file inside"),
        (a_text, OutputError, "file is not a database"),
        (no_folder_for_a_journal, OutputError, "the folder .*does not exist; create it first"),
        (another_log, OutputError, "not a journal of Optuna"),
        (a_damaged_journal, OutputError, "not a journal of Optuna, or it is damaged"),
        (another_version, OutputError, "another version of Optuna.*storage upgrade"),
        (lambda path: "postgresql://me:secret@127.0.0.1:1/x", OutputError, "cannot be reached"),
        (lambda path: "postgresql+psycopg2://me:secret@host/x", OutputError, "pip install"),
        (lambda path: "mysql://me:secret@host/x", OutputError, r"mysql\+pymysql"),
        (lambda path: "postgresqll://me:secret@host/x", ParameterError, "mean 'postgresql'"),
        (lambda path: "oracle://me:secret@host/x", ParameterError, "unknown kind of storage"),
        (
            lambda path: f"sqlite+aiosqlite:///{path}/x.db",
            OutputError,
            r"install its Python package$",
        ),
        (lambda path: "postgresql+none://me:secret@host/x", ParameterError, "must be a URL"),
        (lambda path: "postgresql://me:secret@host:port/x", ParameterError, "port is not a number"),
        (lambda path: "postgresql://me:secret/x", ParameterError, "port is not a number"),
        (lambda path: "postgresql://me:my@secret/x@host/y", ParameterError, "write %40"),
        (lambda path: "runs", ParameterError, "must be a URL"),
    ],
)
def test_a_storage_that_cannot_be_used_is_told_within_seconds(made, error, words, tmp_path):
    url = made(tmp_path)
    before = contents(tmp_path)
    with pytest.raises(error, match=words) as caught:
        within_limit(lambda: Store.open(url))
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert contents(tmp_path) == before


def test_passwords_are_not_shown():
    assert "secret" not in without_password("postgresql://me:secret@host/x")
    assert "secret" not in without_password("no url with me:secret@host")
    assert "secret" not in without_password("postgresql://me:my@secret/x@host/y")
    shown = without_password("postgresql://host/x?password=secret&sslmode=require")
    assert shown == "postgresql://host/x?password=***&sslmode=require"


def test_a_file_is_not_made_for_those_who_only_read(tmp_path):
    for url in (f"sqlite:///{tmp_path}/runs.db", f"{tmp_path}/runs.log"):
        with pytest.raises(OutputError, match=r"storage .*runs.* does not exist"):
            Store.open(url, make=False)
    assert not list(tmp_path.iterdir())
    Store.open(url).close()
    with pytest.raises(UnknownNameError, match=r"experiment in .* 'a': none is registered"):
        Store.open(url, make=False).experiment("a")


def test_braces_in_a_path_are_no_templates(tmp_path):
    folder = tmp_path / "{run} 100%"
    folder.mkdir()
    Store.open(f"sqlite:///{folder}/a{{0}}.db").close()
    assert (folder / "a{0}.db").exists()


def test_sqlite_is_opened_for_several_writers(tmp_path):
    storage = connect(f"sqlite:///{tmp_path}/runs.db")
    with storage.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 60_000


def test_on_a_network_file_system_sqlite_keeps_to_its_older_mode(tmp_path, monkeypatch):
    connect(f"sqlite:///{tmp_path}/runs.db").engine.dispose()
    monkeypatch.setattr(database, "network_filesystem", lambda path: "nfs4")
    with pytest.warns(UserWarning, match=r"network file system \(nfs4\).*PostgreSQL"):
        storage = connect(f"sqlite:///{tmp_path}/runs.db")
    with storage.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_mounts_tell_what_is_on_another_machine(tmp_path):
    table = tmp_path / "mounts"
    table.write_text(
        "/dev/sda / ext4 rw 0 0\n"
        "server:/home /home nfs4 rw 0 0\n"
        "/dev/sdb /home/me/local\\040disk ext4 rw 0 0\n"
        "sshfs /mnt/far fuse.sshfs rw 0 0\n"
    )
    assert network_filesystem("/data/runs.db", table) is None
    assert network_filesystem("/home/me/runs.db", table) == "nfs4"
    assert network_filesystem("/homes/runs.db", table) is None
    assert network_filesystem("/home/me/local disk/runs.db", table) is None
    assert network_filesystem("/mnt/far/runs.db", table) == "fuse.sshfs"
    assert network_filesystem("/home", tmp_path / "none") is None


def test_a_full_disk_costs_no_finished_trial_on_sqlite(tmp_path):
    experiment = filled(f"sqlite:///{tmp_path}/runs.db", 20)
    experiment.finish(experiment.claim("me"), outcome())
    claimed = experiment.claim("me")
    engine = experiment._trials.storage.engine

    def limit(connection, pages):
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    with engine.connect() as connection:  # the limit is the connection's, and the pool has one
        limit(connection, 1)  # as large as it is
    big = outcome()
    big.provenance["text"] = "x" * 200_000
    with pytest.raises(OutputError, match=r"disk is full\): free some space; the same command"):
        experiment.finish(claimed, big)
    with engine.connect() as connection:
        limit(connection, 2**30)
    assert experiment.finish(claimed, big)
    assert [trial.outcome for trial in experiment.trials([State.DONE])] == [outcome(), big]


def test_a_full_disk_leaves_a_journal_as_it_was(tmp_path):
    path = tmp_path / "runs.log"
    experiment = filled(f"journal:///{path}", 3)
    claimed = experiment.claim("me")
    before = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, limits[1]))
    try:
        with pytest.raises(OutputError, match="trials that the storage still holds"):
            experiment.finish(claimed, outcome())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == before
    assert experiment.finish(claimed, outcome())
    assert len(Store.open(f"journal:///{path}").experiment("runs").trials([State.DONE])) == 1


@pytest.mark.parametrize("torn", ['{"op_code":4,"wor', "x" * 200_000])
def test_a_line_cut_short_is_removed_by_the_next_writer(torn, tmp_path):
    path = tmp_path / "runs.log"
    experiment = filled(f"journal:///{path}", 2)
    with path.open("a") as file:
        file.write(torn)
    again = Store.open(f"journal:///{path}").experiment("runs")
    assert again.finish(again.claim("me"), outcome())
    assert experiment.finish(experiment.claim("me"), outcome())
    assert torn + "{" not in path.read_text()
    assert len(Store.open(f"journal:///{path}").experiment("runs").trials([State.DONE])) == 2


def test_a_journal_is_locked_beside_where_locks_do_not_reach(tmp_path, monkeypatch):
    monkeypatch.setattr(optuna_journal, "network_filesystem", lambda path: "nfs4")
    experiment = filled(f"journal:///{tmp_path}/runs.log", 2)
    assert experiment.finish(experiment.claim("me"), outcome())
    assert [file.name for file in tmp_path.iterdir()] == ["runs.log"]


def test_optuna_itself_reads_a_journal(tmp_path):
    experiment = filled(f"journal:///{tmp_path}/runs.log", 2)
    experiment.finish(experiment.claim("me"), outcome(0.5))
    backend = optuna.storages.journal.JournalFileBackend(str(tmp_path / "runs.log"))
    study = optuna.load_study(study_name="runs", storage=optuna.storages.JournalStorage(backend))
    assert study.best_value == 0.5


def test_a_process_killed_while_it_writes_holds_up_nobody(tmp_path):
    path = tmp_path / "runs.log"
    experiment = filled(f"journal:///{path}", 3)
    code = f"""
        import fcntl, os
        file = open({str(path)!r}, "ab")
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(b'{{"op_code":6,"tri')
        file.flush()
        os.kill(os.getpid(), 9)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False)
    assert within_limit(lambda: experiment.finish(experiment.claim("me"), outcome()))


def test_nothing_of_the_database_is_imported_before_it_is_needed():
    code = "import sys, hybridq.experiments.store.store; print('optuna' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
