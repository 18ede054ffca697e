"""The job service on this machine: ratios of rates, latencies, claims, throughput of a pool.

    python -m experiments.benchmarks.serve [--seconds 2] [--jobs 200]

Starts servers on loopback with databases in a temporary folder, and ends within a few minutes.
Rates of different requests are taken in alternation, since only their ratios mean something on a
machine that does other work.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median

import networkx as nx

import hybridq as hq
from experiments.chaos.processes import children
from hybridq.service.client import Client
from hybridq.service.keys import Keys
from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.records import Outcome, State, Submission
from hybridq.service.store.database import Database

ROUNDS = 3
CONNECTIONS = 16
RESULT = json.dumps({"expectation": 14.2, "padding": "x" * 4000})


def problem(seed):
    """A max-cut of 12 nodes, as a submission has it."""
    graph = nx.random_regular_graph(3, 12, seed=seed)
    return {"kind": "maxcut", "content": {"nodes": 12, "edges": [list(e) for e in graph.edges]}}


def submission(seed):
    return {"kind": "solve", "problem": problem(0), "options": {"p": 3}, "seed": seed}


def cpu_of(processes):
    """Seconds of the processor that processes have taken."""
    total = 0
    for process in processes:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


class Server:
    """A server of its own database, as a process."""

    def __init__(self, folder, slots):
        self.url = f"sqlite:///{folder}/jobs.db"
        self.database = Database(self.url)
        self.key = Keys(self.database).add("bench")
        self.queue = Queue(self.database)
        limits = ["--rate", "1000000", "--burst", "1000000"]
        command = [sys.executable, "-m", "hybridq", "serve", "--port", "0", "--slots", str(slots)]
        self.process = subprocess.Popen(
            [*command, "--database", self.url, *limits],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.address = self.process.stdout.readline().split()[0]
        self.client = Client(self.address, self.key)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.database.close()

    def cpu(self):
        """Seconds of the processor that the server has taken, without its slots."""
        return cpu_of([self.process.pid])

    def whole_cpu(self):
        """Seconds of the processor that the server and its slots have taken."""
        return cpu_of([self.process.pid, *children(self.process.pid)])

    def request(self, method, path, body=None):
        """The bytes of a request."""
        data = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self.key}\r\n"
        if data:
            head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n"
        return head.encode() + b"\r\n" + data

    def rate(self, make, seconds, expected):
        """Answers a second over a few connections, and seconds of the processor for one."""
        before, began = self.cpu(), time.monotonic()
        count = asyncio.run(self._load(make, began + seconds, expected))
        return count / (time.monotonic() - began), (self.cpu() - before) / count

    async def _load(self, make, until, expected):
        loads = (self._ask(make, until, expected) for _ in range(CONNECTIONS))
        return sum(await asyncio.gather(*loads))

    async def _ask(self, make, until, expected):
        host, _, port = self.address.removeprefix("http://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        count = 0
        while time.monotonic() < until:
            writer.write(make())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert head.split()[1] == expected, head
            await reader.readexactly(int(head.split(b"content-length: ")[1].split()[0]))
            count += 1
        writer.close()
        return count


def rates(folder, seconds):
    """Ratios of requests to a bare one on the same server."""
    with Server(folder, slots=0) as server:
        server.client.send([submission(0)])
        claimed = server.queue.claim("bench")
        server.queue.finish(claimed, Outcome(State.COMPLETED, RESULT, usage={"cpu_seconds": 1.0}))
        seeds = iter(range(1, 10**9))
        cases = {
            "bare": (lambda: server.request("GET", "/healthz"), b"200"),
            "cache hit": (lambda: server.request("POST", "/v1/jobs", submission(0)), b"200"),
            "submission": (
                lambda: server.request("POST", "/v1/jobs", submission(next(seeds))),
                b"202",
            ),
        }
        found = {name: [] for name in cases}
        for _ in range(ROUNDS):
            for name, (make, expected) in cases.items():
                found[name].append(server.rate(make, seconds, expected))
    bare = found.pop("bare")
    for name, taken in found.items():
        by_rate = [one / other for (one, _), (other, _) in zip(taken, bare, strict=True)]
        by_cpu = [other / one for (_, one), (_, other) in zip(taken, bare, strict=True)]
        print(
            f"{name} / bare GET: {median(by_rate):.2f} by rate ({min(by_rate):.2f} to "
            f"{max(by_rate):.2f}), {median(by_cpu):.2f} by processor time; "
            f"{1e3 * median(cpu for _, cpu in taken):.1f} ms of it each"
        )


def latencies(folder):
    """Start of a job in an idle slot, its answer, and identical submissions at once."""
    with Server(folder, slots=1) as server:
        server.client.send([submission(0)])[0].wait()
        starts, answers = [], []
        for seed in range(1, 16):
            job = server.client.send([submission(seed)])[0].wait()
            seen = time.time()
            found = server.queue.job("bench", job.id)
            starts.append(found.started - found.created)
            answers.append(seen - found.ended)
        print(f"submission to start, idle slot: {1e3 * median(starts):.0f} ms (median of 15)")
        print(f"end to answer of a waiting client: {1e3 * median(answers):.0f} ms (median of 15)")
        for job in server.client.send([submission(99)] * 100):
            job.wait()
        sources = [job.source for job in server.queue.jobs("bench", limit=100)]
        print(f"100 identical submissions at once: {sources.count('computed')} executed")


def claims(folder):
    """Processor time of the claim and the end of a job in the queue, alone and in groups."""
    for name, ahead in (("one by one", 0.0), ("in groups of 16", 1.0)):
        with Database(f"sqlite:///{folder}/{ahead}.db") as database:
            queue = Queue(database)
            queue.add_tenant("bench")
            for start in range(0, 1000, 100):
                jobs = [Submission("solve", "{}", digest=number.to_bytes(32), cost=0.01)
                        for number in range(start, start + 100)]  # fmt: skip
                queue.submit("bench", jobs)
            done = Outcome(State.COMPLETED, RESULT, usage={"cpu_seconds": 0.01, "circuits": 30})
            count, began = 0, time.process_time()
            while claimed := queue.claim_ahead("bench", ahead):
                queue.finish_all([(each, done) for each in claimed])
                count += len(claimed)
            spent = 1e3 * (time.process_time() - began) / count
        print(f"claim and end of a job, {name}: {spent:.2f} ms of processor time")


def solve_one(seed):
    """A solve as a slot makes it."""
    section = problem(seed)
    text = json.dumps(section["content"]).encode()
    return hq.solve(hq.MaxCut.from_bytes(text, source="x"), p=3, rng=seed, threads=1).best.value


def throughput(folder, count):
    """Jobs through the service, against the same solves in a pool of two processes."""
    requests = [{**submission(seed), "problem": problem(seed)} for seed in range(count)]
    with Server(folder, slots=2) as server, ProcessPoolExecutor(2) as pool:
        list(pool.map(solve_one, [1001, 1002, 1003, 1004]))
        server.client.wait(server.client.send([submission(seed) for seed in range(4)]))
        server.client.ask("GET", "/v1/families")  # made once, by a process of its own
        ratios, by_cpu = [], []
        for turn in range(3):
            began, used = time.monotonic(), cpu_of(pool._processes)
            list(pool.map(solve_one, range(count)))
            pooled, pooled_cpu = time.monotonic() - began, cpu_of(pool._processes) - used
            began, used = time.monotonic(), server.whole_cpu()
            jobs = []
            for start in range(0, count, 100):
                part = [{**each, "seed": each["seed"] + 1000 * turn + 500} for each in requests]
                jobs += server.client.send(part[start : start + 100])
            server.client.wait(jobs)
            ratios.append(pooled / (time.monotonic() - began))
            by_cpu.append(pooled_cpu / (server.whole_cpu() - used))
        shown, cpu = (", ".join(f"{each:.2f}" for each in part) for part in (ratios, by_cpu))
        print(f"{count} jobs (n = 12, p = 3) / a pool of two processes: {shown} by rate, {cpu} by "
              "processor time of both")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--jobs", type=int, default=200, help="for the comparison with a pool")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("rates", "latencies", "claims", "throughput"):
            (Path(folder) / name).mkdir()
        rates(f"{folder}/rates", asked.seconds)
        latencies(f"{folder}/latencies")
        claims(f"{folder}/claims")
        throughput(f"{folder}/throughput", asked.jobs)


if __name__ == "__main__":
    main()
