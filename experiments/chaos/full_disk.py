"""A disk that is full during a run: `python -m experiments.chaos.full_disk`.

The runner may write files only up to a limit that its storage soon reaches, which for the storage
is a disk without room. What was finished by then must stay, the file must be sound, and without
the limit the same command must end as if nothing had been.
"""

from __future__ import annotations

import resource
import signal
import sqlite3
import tempfile
import time
from pathlib import Path

from experiments.chaos.processes import runner
from experiments.chaos.verdict import check, undisturbed
from hybridq.experiments.records import Plain, State
from hybridq.experiments.store.store import Store

ROOM = 40_000  # bytes that files may grow beyond the storage with its waiting trials
SECONDS_FOR_TROUBLE = 180.0


def full(url: str, file: Path, log: Path, expected: dict[str, Plain]) -> None:
    """Run into the limit, look at what is left, and go on without it."""
    _enqueued(url, log)
    size = max(part.stat().st_size for part in file.parent.glob(f"{file.name}*"))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + ROOM, size + ROOM))

    limited = runner(url, log.with_name("limited"), limit=limit)
    until = time.monotonic() + SECONDS_FOR_TROUBLE
    while "failed (" not in (said := log.with_name("limited").read_text(errors="replace")):
        assert limited.poll() is None, f"it ended without trouble: {said}"
        assert time.monotonic() < until, f"no trouble yet: {said}"
        time.sleep(0.2)
    line = next(line for line in said.splitlines() if "failed (" in line)
    limited.send_signal(signal.SIGTERM)
    limited.wait()
    with Store.open(url) as store:
        before = store.experiment("chaos").counts()[State.DONE]
    if url.startswith("sqlite"):
        with sqlite3.connect(file) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    print(f"  told: {line}\n  {before} trials done by then, the file is sound", flush=True)
    again = runner(url, log)
    assert again.wait() == 0, log.read_text(errors="replace")[-2000:]
    with Store.open(url) as store:
        print(f"  then {check(store.experiment('chaos'), expected)}", flush=True)


def _enqueued(url: str, log: Path) -> None:
    """All trials stored, the first of them begun."""
    first = runner(url, log)
    while True:
        time.sleep(0.2)
        with Store.open(url) as store:
            if "chaos" in store.names() and store.experiment("chaos").counts()[State.DONE]:
                break
    first.kill()
    first.wait()


def main() -> None:
    """SQLite, then a journal file."""
    expected = undisturbed()
    for scheme, name in (("sqlite", "runs.db"), ("journal", "runs.log")):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / name
            print(scheme, flush=True)
            full(f"{scheme}:///{file}", file, Path(folder) / "log.txt", expected)


if __name__ == "__main__":
    main()
