"""Hostile requests to a job service: its memory, the time of each, and of others meanwhile.

`python -m experiments.fuzz.hostile [--rounds 5]` starts a server on loopback and sends the requests
of `corpus.py` over raw connections, several at a time, beside connections that send a byte now and
then. Another client asks for /healthz all the time. Prints the growth of the server's memory at its
peak and the longest times. Ends with status 1 for a wrong status, more than 64 MiB, or more than a
second. On a machine that does other work, the processor time of a request counts.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from experiments.fuzz.corpus import SOLVE, Hostile, corpus
from hybridq.service.keys import SCOPES, Keys
from hybridq.service.store.database import Database

ROOT = Path(__file__).parents[2]
AT_A_TIME = 4
SLOW_CONNECTIONS = 100
MOST_GROWTH = 64  # MiB
MOST_SECONDS = 1.0
PATIENCE = 60.0


def sent(port: int, data: bytes) -> tuple[int, float]:
    """Send a request; return the status, 0 for a connection without an answer, and the seconds."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        answer = b""
        with suppress(OSError):  # it is refused before its end
            connection.sendall(data)
        with suppress(OSError):
            while b"\r\n\r\n" not in answer and (part := connection.recv(2**16)):
                answer += part
    status = int(answer.split()[1]) if answer.startswith(b"HTTP/1.1 ") else 0
    return status, time.monotonic() - began


def processor(pid: int) -> float:
    """Return the seconds of the processor that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> tuple[float, float]:
    """Return the memory of a process in MiB: now, and at its peak since `forget_peak`."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    found = {name: text.split()[0] for name, _, text in (line.partition(":") for line in lines)
             if name in ("VmRSS", "VmHWM")}  # fmt: skip
    return int(found["VmRSS"]) / 1024, int(found["VmHWM"]) / 1024


def forget_peak(pid: int) -> None:
    """Let the peak of a process begin at its present memory."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


class Slow:
    """Connections that send a byte of a head or of a body now and then."""

    def __init__(self, port: int, key: str) -> None:
        self._stop = Event()
        head = f"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
        body = f"{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
        self._connections = []
        for number in range(SLOW_CONNECTIONS):
            one = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            one.sendall((head if number % 2 else body).encode())
            self._connections.append(one)
        self._thread = Thread(target=self._drip)
        self._thread.start()

    def close(self) -> None:
        """End them."""
        self._stop.set()
        self._thread.join()
        for one in self._connections:
            one.close()

    def _drip(self) -> None:
        while not self._stop.wait(0.5):
            for one in self._connections:
                with suppress(OSError):
                    one.sendall(b"x")


class Probe:
    """A client that asks for the health of the server all the time."""

    def __init__(self, port: int) -> None:
        self._port, self._stop = port, Event()
        self.seconds: list[float] = []
        self._thread = Thread(target=self._ask)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._stop.set()
        self._thread.join()

    def _ask(self) -> None:
        request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        while not self._stop.wait(0.01):
            status, seconds = sent(self._port, request)
            assert status == 200, status
            self.seconds.append(seconds)


def measure(process: subprocess.Popen[str], port: int, key: str, rounds: int) -> bool:
    """Send everything `rounds` times; print the figures and return whether they hold."""
    requests = corpus()
    wrong, longest = [], ("", 0.0)

    def one(each: Hostile) -> tuple[Hostile, int, float]:
        return each, *sent(port, each.raw(key))

    usual = [Hostile("usual", json.dumps({**SOLVE, "seed": n}).encode(), ()) for n in range(100)]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(one, usual))
    before, _ = memory(process.pid)
    forget_peak(process.pid)
    dearest = ("", 0.0)
    for each in requests:
        began = processor(process.pid)
        one(each)
        taken = processor(process.pid) - began
        dearest = max(dearest, (each.name, taken), key=lambda pair: pair[1])
    slow, probe = Slow(port, key), Probe(port)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for _ in range(rounds):
            for each, status, seconds in pool.map(one, requests):
                longest = max(longest, (each.name, seconds), key=lambda pair: pair[1])
                if each.statuses and status not in each.statuses:
                    wrong.append(f"{each.name}: {status} instead of {each.statuses}")
    probe.close()
    slow.close()
    after, peak = memory(process.pid)
    print(f"{len(requests)} requests, {rounds} times, {AT_A_TIME} at a time:")
    print(f"  memory {before:.0f} MiB before, +{peak - before:.0f} at its peak, "
          f"+{after - before:.0f} after")  # fmt: skip
    print(f"  most processor time {dearest[1]:.2f} s ({dearest[0]})")
    print(f"  longest request {longest[1]:.2f} s ({longest[0]})")
    print(f"  longest of {len(probe.seconds)} GET /healthz meanwhile {max(probe.seconds):.2f} s")
    for each in sorted(set(wrong)):
        print(f"  wrong status: {each}")
    quick = min(longest[1], dearest[1]) <= MOST_SECONDS  # the first one grows with other work
    return (
        quick
        and max(probe.seconds) <= MOST_SECONDS
        and not wrong
        and peak - before <= MOST_GROWTH
        and process.poll() is None
    )


def main() -> int:
    """Start a server and measure it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/jobs.db"
        with Database(url) as database:
            key = Keys(database).add("hostile", scopes=SCOPES)
        command = [sys.executable, "-m", "hybridq", "serve", "--port", "0", "--slots", "1"]
        command += ["--database", url, "--rate", "1000000", "--burst", "1000000"]
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=(Path(folder) / "log").open("w"),
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline().split()[0].rpartition(":")[2])
            good = measure(process, port, key, asked.rounds)
            log = (Path(folder) / "log").read_text()
            print(f"  {log.count('Traceback')} tracebacks in the log")
            return int(not (good and "Traceback" not in log))
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
