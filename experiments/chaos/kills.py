"""A hundred SIGKILLs at random moments: `python -m experiments.chaos.kills [KILLS] [STORAGE]...`.

A runner with two processes and a worker beside it share an experiment; one of the four is killed,
and begun anew if nobody else does that. On PostgreSQL the server is crashed and begun again as
well. When all trials are done another round begins, until there were enough kills.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from experiments.chaos.processes import children, kill, runner, worker
from experiments.chaos.verdict import check, undisturbed
from hybridq.experiments.records import Plain
from hybridq.experiments.store.store import Store

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.experiments.private_postgresql import PrivatePostgresql

STORAGES = ("sqlite", "journal", "postgresql")
SECONDS_BETWEEN = (0.2, 8.0)  # a runner takes some to begin
SERVER_SHARE = 0.1  # of the disturbances, on PostgreSQL


class Chaos:
    """One storage, disturbed."""

    def __init__(self, url: str, folder: Path, server: PrivatePostgresql | None) -> None:
        self.url, self.folder, self.server = url, folder, server
        self.dice = random.Random(6)
        self.killed: Counter[str] = Counter()
        self.log = folder / "log"

    def run(self, kills: int, expected: dict[str, Plain]) -> None:
        """Rounds until there were so many kills."""
        rounds = 0
        while sum(self.killed.values()) < kills:
            rounds += 1
            verdict = self._round(kills, expected)
            print(f"  round {rounds}, {dict(self.killed)}: {verdict}", flush=True)

    def _round(self, kills: int, expected: dict[str, Plain]) -> str:
        """One experiment from the first trial to the last."""
        with Store.open(self.url) as store:
            if "chaos" in store.names():
                assert store.delete("chaos") == 0
        arrays = self.folder / "arrays"
        assert not arrays.exists(), f"left behind: {list(arrays.iterdir())}"
        first = runner(self.url, self.log)
        second = None
        while first.poll() is None or first.returncode != 0:
            time.sleep(self.dice.uniform(*SECONDS_BETWEEN))
            if second is None or second.poll() is not None:
                second = worker(self.url, self.log, wait=10)
            if first.poll() is not None and first.returncode != 0:
                first = runner(self.url, self.log)
            if sum(self.killed.values()) < kills:
                self._disturb(first.pid, second.pid)
        second.wait()
        with Store.open(self.url) as store:
            return check(store.experiment("chaos"), expected)

    def _disturb(self, first: int, second: int) -> None:
        if self.server is not None and self.dice.random() < SERVER_SHARE:
            self.killed["server"] += 1
            self.server.restart("immediate")
            return
        found = [("runner", first), ("worker", second)]
        found += [("child", process) for process in children(first)]
        what, victim = self.dice.choice(found)
        self.killed[what] += 1
        kill(victim)


def main() -> None:
    """Disturb each storage in turn."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    storages = sys.argv[2:] or STORAGES
    expected = undisturbed()
    print(f"{len(expected)} trials undisturbed; {kills} kills on each of {', '.join(storages)}")
    for kind in storages:
        with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
            folder = Path(name)
            server = stack.enter_context(PrivatePostgresql()) if kind == "postgresql" else None
            file = folder / ("runs.log" if kind == "journal" else "runs.db")
            url = server.url if server else f"{kind}:///{file}"
            os.environ["HYBRIDQ_ARTIFACTS"] = str(folder / "arrays")
            print(kind, flush=True)
            began = time.monotonic()
            Chaos(url, folder, server).run(kills, expected)
            print(f"  {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
