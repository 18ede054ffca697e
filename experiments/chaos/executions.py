"""Kill clients of a slow, faulty fake service; each paid run must be executed once.

``python -m experiments.chaos.executions 100`` kills clients a hundred times with SIGKILL, at random
moments, and continues each until it is done. In the end all bits are those of a client that was
never disturbed, and the service was paid for each execution once.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import numpy as np

from experiments.chaos.client import BATCHES
from experiments.chaos.service import Service
from hybridq.backends import ServiceError

ROOT = Path(__file__).parents[2]
FAULTS, DELAY, DURATION = 0.15, 0.3, 0.4
LONGEST_LIFE = 4.0  # seconds until a client is killed, at most; it takes one to begin


@contextmanager
def served(service: Service) -> Iterator[str]:
    """Serve a fake service over HTTP; yield its URL."""
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            name, *arguments = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                with lock:
                    found = service.call(name, *arguments)
                code, body = 200, json.dumps(found).encode()
            except ServiceError as error:
                code, body = 503, str(error).encode()
            try:
                self.send_response(code)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # the client was killed

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def client(url: str, ledger: Path) -> subprocess.Popen[str]:
    """Start a client."""
    command = [sys.executable, "-m", "experiments.chaos.client", url, str(ledger)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def undisturbed(folder: Path) -> tuple[str, list[Any]]:
    """Return the digest and the paid executions of a client on a service without faults."""
    service = Service(time.time)
    with served(service) as url:
        out, _ = client(url, folder / "undisturbed.db").communicate()
    return out.strip(), service.paid()


def disturbed(
    folder: Path, number: int, most_kills: int, rng: np.random.Generator
) -> tuple[str, list[Any], int]:
    """Return digest, paid executions and kills of a client that is killed again and again."""
    service = Service(time.time, number, FAULTS, DELAY, DURATION)
    kills = 0
    with served(service) as url:
        while True:
            running = client(url, folder / f"ledger-{number}.db")
            try:
                life = LONGEST_LIFE * rng.random() if kills < most_kills else None
                out, _ = running.communicate(timeout=life)
            except subprocess.TimeoutExpired:
                running.kill()
                running.communicate()
                kills += 1
                continue
            if running.returncode == 0:
                return out.strip(), service.paid(), kills
            print(f"a client failed with code {running.returncode}", file=sys.stderr)


def main(kills: int = 100, seed: int = 1) -> int:
    """Kill clients; return 0 if every one ended as if it had never been killed."""
    rng, done, clients, wrong = np.random.default_rng(seed), 0, 0, 0
    with tempfile.TemporaryDirectory() as name:
        expected, paid = undisturbed(Path(name))
        while done < kills:
            clients += 1
            digest, spent, killed = disturbed(Path(name), clients, kills - done, rng)
            done += killed
            same, once = digest == expected, spent == paid
            wrong += not (same and once)
            bits = "the same bits" if same else "OTHER BITS"
            print(
                f"client {clients}: {killed} kills, {len(spent)} executions paid of {len(paid)}, "
                f"{bits}",
                flush=True,
            )
    print(f"{done} kills of {clients} clients with {BATCHES} batches each: {wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
