"""SIGKILLs of servers, slots and database of the job service.

`python -m experiments.chaos.jobs [KILLS] [DATABASE]...` kills so many on each database.

Two `hybridq serve` with one slot each share a database; two clients submit small jobs over HTTP and
wait for them. At random moments a server, the process of a slot, or PostgreSQL with all its
processes gets SIGKILL, and is started again where nobody else does that. Triggers in the database
write down every change of a job's state, apart from the service. In the end every job that was
accepted has ended once, and has the result of an undisturbed run, bit for bit.

Ends with status 1 if a job was lost, ended twice, changed after its end, has another result, or
was without progress for more than a minute.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import networkx as nx

import hybridq as hq
from experiments.chaos.job_audit import Audit
from experiments.chaos.processes import ROOT, children, kill
from hybridq.core.errors import HybridqError
from hybridq.service.client import RemoteJob
from hybridq.service.keys import Keys
from hybridq.service.store.database import Database
from tests.experiments.private_postgresql import PrivatePostgresql, _free_port

DATABASES = ("sqlite", "postgresql")
SERVERS = CLIENTS = 2
SECONDS_BETWEEN = (0.4, 4.0)  # of kills
MOST_BETWEEN = 120.0  # until a job has ended after a kill, which takes a slot that is ready
DATABASE_SHARE = 0.1  # of the kills, on PostgreSQL
PATIENCE = 300.0
BATCH = 2
LONGEST_STAY = 60.0  # seconds that a job may be without progress

Plain = dict[str, Any]


def requests() -> list[Plain]:
    """Searches of half a second, with shots and without, and jobs without a search."""
    found: list[Plain] = []
    for seed in range(6):
        edges = [list(edge) for edge in nx.random_regular_graph(3, 8, seed=seed).edges]
        problem = {"kind": "maxcut", "content": {"nodes": 8, "edges": edges}}
        solve: Plain = {"kind": "solve", "problem": problem, "seed": seed}
        spsa = {"p": 2, "optimizer": "spsa", "max_evaluations": 2000, "shots": 64}
        found += [{**solve, "options": spsa}, {**solve, "options": {"p": 2}}]
        circuit: Plain = {"problem": problem, "options": {"p": 1}}
        points = [[0.001 * k, 0.3] for k in range(2000)]
        found.append({"kind": "evaluate", **circuit, "points": points})
        found.append(
            {"kind": "sample", **circuit, "parameters": [0.5, 0.3], "shots": 1000, "seed": seed}
        )
    return [{**each, "reuse": "none"} for each in found]


def figures(result: Plain) -> str:
    """Return a result as text, without its times."""
    return json.dumps({name: part for name, part in result.items() if "seconds" not in name})


class Server:
    """`hybridq serve` on one port, started again after its end."""

    def __init__(self, database: str, log: Path) -> None:
        self._command = [sys.executable, "-m", "hybridq", "serve", "--slots", "1"]
        self.port = _free_port()
        self._command += ["--port", str(self.port), "--database", database]
        self._command += ["--rate", "1000", "--burst", "1000"]
        self._log = log
        self.process = self._begun()

    def keep_running(self) -> None:
        """Start it again if it has ended, as it does without a database when it begins."""
        if self.process.poll() is not None:
            self.process = self._begun()

    def _begun(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as output:
            return subprocess.Popen(
                self._command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )


class Clients:
    """Threads that submit jobs, wait for them and keep their results."""

    def __init__(self, servers: list[Server], key: str, expected: list[str]) -> None:
        self._requests, self._expected = requests(), expected
        self._stop, self._lock = Event(), Lock()
        self.accepted: list[str] = []
        self.states: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._threads = [
            Thread(target=self._work, args=(server.port, key, number), daemon=True)
            for number, server in enumerate(servers)
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Wait for the jobs that run, and end the threads."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _work(self, port: int, key: str, number: int) -> None:
        client = hq.Client(f"http://127.0.0.1:{port}", key, patience=PATIENCE)
        dice = random.Random(number)
        while not self._stop.is_set():
            chosen = [dice.randrange(len(self._requests)) for _ in range(BATCH)]
            try:
                jobs = client.send([self._requests[each] for each in chosen])
                with self._lock:
                    self.accepted += [job.id for job in jobs]
                for which, job in zip(chosen, jobs, strict=True):
                    self._check(job.wait(PATIENCE), self._expected[which])
            except HybridqError as error:
                with self._lock:
                    self.wrong.append(str(error))

    def _check(self, job: RemoteJob, expected: str) -> None:
        """Compare the result of an ended job."""
        with self._lock:
            self.states[job.status] += 1
        if job.status == "completed" and figures(job.result_json()) != expected:
            with self._lock:
                self.wrong.append(f"job {job.id} has another result")


class Chaos:
    """One database, disturbed."""

    def __init__(self, url: str, folder: Path, postgresql: PrivatePostgresql | None) -> None:
        self._url, self._postgresql = url, postgresql
        self._dice = random.Random(6)
        self._log = folder / "log"
        self.killed: Counter[str] = Counter()
        with Database(url) as database:
            self._key = Keys(database).add("chaos")

    def run(self, kills: int) -> bool:
        """Kill until there were so many; return whether all is as it should be."""
        servers = [Server(self._url, self._log) for _ in range(SERVERS)]
        try:
            expected = self._undisturbed(servers[0])
            audit = Audit(self._url)
            clients = Clients(servers, self._key, expected)
            while self.killed.total() < kills:
                self._pause(clients)
                self._disturb(servers)
                for server in servers:
                    server.keep_running()
                if self.killed.total() % 50 == 0:
                    print(f"  {dict(self.killed)}, {dict(clients.states)}", flush=True)
            clients.close()
            return audit.verdict(clients.accepted, clients.wrong, LONGEST_STAY)
        finally:
            for server in servers:
                server.process.kill()
                server.process.wait()

    def _undisturbed(self, server: Server) -> list[str]:
        """Return the figures of each request, from a run without kills."""
        client = hq.Client(f"http://127.0.0.1:{server.port}", self._key, patience=PATIENCE)
        return [figures(job.result_json()) for job in client.send(requests())]

    def _pause(self, clients: Clients) -> None:
        """Wait for a random time, and for the end of a job, without which all would starve."""
        ended, until = clients.states.total(), time.monotonic() + MOST_BETWEEN
        time.sleep(self._dice.uniform(*SECONDS_BETWEEN))
        while clients.states.total() == ended and time.monotonic() < until:
            time.sleep(0.05)

    def _disturb(self, servers: list[Server]) -> None:
        """Kill something."""
        if self._postgresql is not None and self._dice.random() < DATABASE_SHARE:
            self.killed["database"] += 1
            self._postgresql.kill()
            time.sleep(self._dice.uniform(0.0, 1.0))
            self._postgresql.start()
            return
        server = self._dice.choice(servers)
        slots = children(server.process.pid)
        if slots and self._dice.random() < 0.5:
            self.killed["slot"] += 1
            kill(self._dice.choice(slots))
        else:
            self.killed["server"] += 1
            server.process.kill()
            server.process.wait()


def main() -> int:
    """Disturb each database in turn; return 1 if a promise was broken."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    broken = False
    for kind in sys.argv[2:] or DATABASES:
        with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
            folder = Path(name)
            os.environ["XDG_CACHE_HOME"] = name  # for journals, which end with the folder
            server = stack.enter_context(PrivatePostgresql()) if kind == "postgresql" else None
            url = server.url if server else f"sqlite:///{folder}/jobs.db"
            began = time.monotonic()
            chaos = Chaos(url, folder, server)
            broken |= not chaos.run(kills)
            print(f"{kind}: {dict(chaos.killed)} in {time.monotonic() - began:.0f} s", flush=True)
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
