"""Aliases of a job service that move under load: failures, and the time of a rollback.

`python -m experiments.benchmarks.models` starts a server of this machine. Two clients submit solves
that begin with an alias, while another moves the alias 100 times, and rolls it back 100 times, also
without the others. About a minute; prints a table.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path
from time import perf_counter

import networkx as nx
import numpy as np

import hybridq as hq
from hybridq.angles.aliases import Promotion
from hybridq.angles.content import content_of
from hybridq.service.client import RemoteJob

MOVES = 100
CLIENTS = 2
LIMITS = ["--rate", "100000", "--burst", "100000"]


def graph(seed: int) -> dict[str, object]:
    """Return a cubic graph of 10 nodes as JSON."""
    edges = nx.random_regular_graph(3, 10, seed=seed).edges
    return {"nodes": 10, "edges": [[int(u), int(v)] for u, v in edges]}


def started(folder: Path) -> tuple[subprocess.Popen[str], hq.Client]:
    """Start a server with one slot; return it with a client."""
    database = f"sqlite:///{folder}/jobs.db"
    command = [sys.executable, "-m", "hybridq"]
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    added = subprocess.run(
        [*command, "keys", "add", "bench", "--database", database],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    server = subprocess.Popen(
        [*command, "serve", "--port", "0", "--slots", "1", "--database", database, *LIMITS],
        stdout=subprocess.PIPE,
        stderr=(folder / "log").open("w"),
        text=True,
        env=environment,
    )
    assert server.stdout is not None
    url = server.stdout.readline().split()[0]
    return server, hq.Client(url, added.stdout.split()[-1])


def registered(client: hq.Client) -> dict[int, str]:
    """Register two versions; return their digests."""
    problems = [hq.MaxCut(nx.random_regular_graph(3, 8, seed=seed)) for seed in range(3)]
    digests = {}
    for number in (1, 2):
        learned = hq.learn_angles(problems[:number], 1, name="bench")
        client.models.register("bench", content_of(learned))
    for each in client.models.model("bench")["versions"]:
        digests[each["version"]] = each["digest"].removeprefix("sha256:")
    return digests


class Load:
    """Clients that submit solves which begin with the alias, until they are stopped."""

    def __init__(self, client: hq.Client) -> None:
        self._client, self._stop = client, threading.Event()
        self.jobs: list[RemoteJob] = []
        self.failures: list[str] = []
        self._threads = [threading.Thread(target=self._submit, args=(k,)) for k in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _submit(self, first: int) -> None:
        seed = first
        while not self._stop.is_set():
            try:
                job = self._client.submit(
                    "maxcut", graph(seed % 7), seed=seed, p=1, initial="model:bench@champion"
                )
                self.jobs.append(job)
            except hq.HybridqError as error:
                self.failures.append(str(error))
            seed += CLIENTS

    def close(self) -> None:
        """End the clients."""
        self._stop.set()
        for thread in self._threads:
            thread.join()


def rolled_back(client: hq.Client) -> list[float]:
    """Return the seconds of rollbacks, each after a promotion."""
    seconds = []
    for _ in range(MOVES):
        client.models.promote("bench", Promotion(2, force=True, reason="bench"))
        began = perf_counter()
        client.models.roll_back("bench")
        seconds.append(perf_counter() - began)
    return seconds


def shown(name: str, seconds: list[float]) -> None:
    """Print median, 99th percentile and maximum in milliseconds."""
    middle, high, most = 1e3 * np.quantile(seconds, [0.5, 0.99, 1.0])
    print(f"| {name} | {middle:.1f} ms | {high:.1f} ms | {most:.1f} ms |")


def main() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as name:
        server, client = started(Path(name))
        try:
            digests = registered(client)
            client.models.promote("bench", Promotion(1, force=True, reason="bench"))
            alone = rolled_back(client)
            load = Load(client)
            flips = []
            for place in range(MOVES):
                began = perf_counter()
                client.models.promote("bench", Promotion(2 - place % 2, force=True, reason="bench"))
                flips.append(perf_counter() - began)
            busy = rolled_back(client)
            load.close()
            wrong = 0
            states: Counter[str] = Counter()
            versions: Counter[int] = Counter()
            for job in load.jobs:
                job.wait()
                start = job.facts["start"]
                states[job.status] += 1
                versions[start["version"]] += 1
                wrong += start["digest"] != digests[start["version"]]
                if job.source == "computed":
                    used = job.result_json()["ansatz"]["model"]
                    wrong += used["version"] != start["version"]
        finally:
            server.terminate()
            server.wait()
    print("| | median | 99 % | most |\n|---|---|---|---|")
    shown("rollback, idle", alone)
    shown("promotion, under load", flips)
    shown("rollback, under load", busy)
    print(
        f"{len(load.jobs)} submissions with {MOVES} + {2 * MOVES} moves: {len(load.failures)} "
        f"refused, {json.dumps(states)}, {wrong} with another version than they name, "
        f"versions {json.dumps(versions)}"
    )


if __name__ == "__main__":
    main()
